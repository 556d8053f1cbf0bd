import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { BYTES_PER_COMPLEX } from './fixed-point.js';
import {
  macBytesOf,
  MAX_FILE_BYTES,
  readCaptureTime,
  readDeclared,
  readMac,
  readPrefix,
  readTrailing,
  writePrefix,
  type DecodeOptions,
  type Encodable,
  type PnmHeader,
  type PnmWarning,
} from './header.js';

/**
 * Downstream OFDM symbol capture: PNM1 after DOCS-PNM-MIB 2015; PNN1 presumably the same behind two version bytes. No
 * file of either was ever seen, and every decoded one says so.
 */
export interface SymbolCapture extends PnmHeader {
  readonly kind: 'ds_symbol_capture';
  readonly zeroSubcarrierHz: number;
  readonly plcTimestamp: Uint8Array;
  readonly sampleRateHz: number;
  readonly fftLength: number;
  readonly triggerGroupId: number;
  readonly transactionId: number;
  /** Pairs re, im of big-endian 16-bit s3.12 in time order. */
  readonly sampleBytes: Uint8Array;
}

export const SYMBOL_CAPTURE_TYPE = 0x01;

export function decodeSymbolCapture(file: Uint8Array, options: DecodeOptions = {}): SymbolCapture {
  const reader = new ByteReader(file, options.onField);
  const warnings: PnmWarning[] = [];
  const prefix = readPrefix(reader, SYMBOL_CAPTURE_TYPE, [1]);
  warnings.push({ code: 'PNM_LAYOUT_UNCONFIRMED', offset: 0, message: 'no symbol capture file was ever seen' });
  const deviceTimeSec = readCaptureTime(reader, warnings, options);
  const channelId = reader.u8('channelId');
  const modemMac = readMac(reader, warnings, 'cmMac');
  const zeroSubcarrierHz = reader.u32('subcarrierZeroFrequency');
  const plcTimestamp = reader.bytes(8, 'plcExtendedTimestamp');
  const sampleRateHz = reader.u32('sampleRate');
  const fftLength = reader.u32('fftLength');
  const triggerGroupId = reader.u16('triggerGroupId');
  const transactionId = reader.u8('transactionId');
  const sampleBytes = readDeclared(reader, 'captureData', BYTES_PER_COMPLEX, MAX_FILE_BYTES);
  const trailing = readTrailing(reader, warnings);
  return {
    kind: 'ds_symbol_capture',
    family: prefix.family,
    version: prefix.version,
    deviceTimeSec,
    channelId,
    modemMac,
    zeroSubcarrierHz,
    plcTimestamp,
    sampleRateHz,
    fftLength,
    triggerGroupId,
    transactionId,
    sampleBytes,
    trailing,
    warnings,
  };
}

export function encodeSymbolCapture(capture: Encodable<SymbolCapture>): Uint8Array {
  const writer = new ByteWriter();
  writePrefix(writer, SYMBOL_CAPTURE_TYPE, capture);
  return writer
    .u32(capture.deviceTimeSec ?? 0)
    .u8(capture.channelId ?? 0)
    .bytes(macBytesOf(capture.modemMac))
    .u32(capture.zeroSubcarrierHz)
    .bytes(capture.plcTimestamp)
    .u32(capture.sampleRateHz)
    .u32(capture.fftLength)
    .u16(capture.triggerGroupId)
    .u8(capture.transactionId)
    .u32(capture.sampleBytes.length)
    .bytes(capture.sampleBytes)
    .bytes(capture.trailing ?? [])
    .finish();
}
