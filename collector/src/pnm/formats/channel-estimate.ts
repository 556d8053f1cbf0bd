import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { BYTES_PER_COMPLEX } from './fixed-point.js';
import {
  checkAxis,
  macBytesOf,
  MAX_SUBCARRIERS,
  readCaptureTime,
  readDeclared,
  readMac,
  readPrefix,
  readSpacingHz,
  readTrailing,
  writePrefix,
  type DecodeOptions,
  type Encodable,
  type PnmHeader,
  type PnmWarning,
} from './header.js';

/**
 * Downstream OFDM channel estimate coefficients: PNN2, PNM2 (DOCS-PNM-MIB). The receiver's estimate of the channel,
 * with a bulk delay that belongs to its FFT window and not to the plant.
 */
export interface ChannelEstimate extends PnmHeader {
  readonly kind: 'ds_ofdm_chan_est';
  readonly zeroSubcarrierHz: number;
  /** Absent from the unversioned layout, whose axis must come from another capture of the channel. */
  readonly firstActiveSubcarrier: number | undefined;
  readonly spacingHz: number;
  /** Pairs re, im of big-endian 16-bit s2.13, one a subcarrier. */
  readonly coefficientBytes: Uint8Array;
}

export const CHANNEL_ESTIMATE_TYPE = 0x02;

export function decodeChannelEstimate(file: Uint8Array, options: DecodeOptions = {}): ChannelEstimate {
  const reader = new ByteReader(file, options.onField);
  const warnings: PnmWarning[] = [];
  const prefix = readPrefix(reader, CHANNEL_ESTIMATE_TYPE, [1]);
  const deviceTimeSec = readCaptureTime(reader, warnings, options);
  const channelId = reader.u8('channelId');
  const modemMac = readMac(reader, warnings, 'cmMac');
  const zeroSubcarrierHz = reader.u32('subcarrierZeroFrequency');
  const axisAt = reader.offset;
  const firstActiveSubcarrier = prefix.family === 'PNN' ? reader.u16('firstActiveSubcarrierIndex') : undefined;
  const spacingHz = readSpacingHz(reader, warnings);
  const coefficientBytes = readDeclared(
    reader,
    'coefficientData',
    BYTES_PER_COMPLEX,
    MAX_SUBCARRIERS * BYTES_PER_COMPLEX,
  );
  const axis = { zeroSubcarrierHz, firstActiveSubcarrier: firstActiveSubcarrier ?? 0, spacingHz };
  checkAxis(axis, coefficientBytes.length / BYTES_PER_COMPLEX, 'downstream', axisAt, warnings);
  const trailing = readTrailing(reader, warnings);
  return {
    kind: 'ds_ofdm_chan_est',
    family: prefix.family,
    version: prefix.version,
    deviceTimeSec,
    channelId,
    modemMac,
    zeroSubcarrierHz,
    firstActiveSubcarrier,
    spacingHz,
    coefficientBytes,
    trailing,
    warnings,
  };
}

export function encodeChannelEstimate(estimate: Encodable<ChannelEstimate>): Uint8Array {
  const writer = new ByteWriter();
  writePrefix(writer, CHANNEL_ESTIMATE_TYPE, estimate);
  writer
    .u32(estimate.deviceTimeSec ?? 0)
    .u8(estimate.channelId ?? 0)
    .bytes(macBytesOf(estimate.modemMac))
    .u32(estimate.zeroSubcarrierHz);
  if (estimate.family === 'PNN') writer.u16(estimate.firstActiveSubcarrier ?? 0);
  return writer
    .u8(estimate.spacingHz / 1000)
    .u32(estimate.coefficientBytes.length)
    .bytes(estimate.coefficientBytes)
    .bytes(estimate.trailing ?? [])
    .finish();
}
