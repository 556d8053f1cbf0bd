import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
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
  type SubcarrierAxis,
} from './header.js';

/** Downstream OFDM RxMER per subcarrier: PNN4, and PNM4 without the two version bytes (DOCS-PNM-MIB). */
export interface RxMer extends PnmHeader, SubcarrierAxis {
  readonly kind: 'ds_ofdm_rxmer';
  /** One octet a subcarrier from `firstActiveSubcarrier`, in quarter dB; `RXMER_NOT_MEASURED` is no number. */
  readonly quarterDb: Uint8Array;
}

export const RXMER_TYPE = 0x04;
/** Each octet is a quarter of a decibel, 0xFE the largest; this one means the modem measured nothing there. */
export const RXMER_NOT_MEASURED = 0xff;

export function decodeRxMer(file: Uint8Array, options: DecodeOptions = {}): RxMer {
  const reader = new ByteReader(file, options.onField);
  const warnings: PnmWarning[] = [];
  const prefix = readPrefix(reader, RXMER_TYPE, [1]);
  const deviceTimeSec = readCaptureTime(reader, warnings, options);
  const channelId = reader.u8('channelId');
  const modemMac = readMac(reader, warnings, 'cmMac');
  const zeroSubcarrierHz = reader.u32('subcarrierZeroFrequency');
  const axisAt = reader.offset;
  const firstActiveSubcarrier = reader.u16('firstActiveSubcarrierIndex');
  const spacingHz = readSpacingHz(reader, warnings);
  const quarterDb = readDeclared(reader, 'rxMerData', 1, MAX_SUBCARRIERS);
  const axis = { zeroSubcarrierHz, firstActiveSubcarrier, spacingHz };
  checkAxis(axis, quarterDb.length, 'downstream', axisAt, warnings);
  const trailing = readTrailing(reader, warnings);
  return {
    kind: 'ds_ofdm_rxmer',
    family: prefix.family,
    version: prefix.version,
    deviceTimeSec,
    channelId,
    modemMac,
    zeroSubcarrierHz,
    firstActiveSubcarrier,
    spacingHz,
    quarterDb,
    trailing,
    warnings,
  };
}

export function encodeRxMer(mer: Encodable<RxMer>): Uint8Array {
  const writer = new ByteWriter();
  writePrefix(writer, RXMER_TYPE, mer);
  return writer
    .u32(mer.deviceTimeSec ?? 0)
    .u8(mer.channelId ?? 0)
    .bytes(macBytesOf(mer.modemMac))
    .u32(mer.zeroSubcarrierHz)
    .u16(mer.firstActiveSubcarrier)
    .u8(mer.spacingHz / 1000)
    .u32(mer.quarterDb.length)
    .bytes(mer.quarterDb)
    .bytes(mer.trailing ?? [])
    .finish();
}

/** Decibels per subcarrier; NaN where the modem measured none. */
export function merDbOf(quarterDb: Uint8Array): Float32Array {
  const merDb = new Float32Array(quarterDb.length);
  for (let i = 0; i < merDb.length; i++) {
    const quarter = quarterDb[i] as number;
    merDb[i] = quarter === RXMER_NOT_MEASURED ? NaN : quarter / 4;
  }
  return merDb;
}

/** The mirror of `merDbOf`: rounded to quarters and clipped to 0…63.5 dB, NaN to "not measured". */
export function quarterDbOf(merDb: ArrayLike<number>): Uint8Array {
  const quarterDb = new Uint8Array(merDb.length);
  for (let i = 0; i < quarterDb.length; i++) {
    const db = merDb[i] as number;
    quarterDb[i] = Number.isNaN(db) ? RXMER_NOT_MEASURED : Math.min(0xfe, Math.max(0, Math.round(db * 4)));
  }
  return quarterDb;
}
