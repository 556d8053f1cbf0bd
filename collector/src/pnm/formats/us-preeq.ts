import type { Mac } from '../../lib/mac.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { BYTES_PER_COMPLEX, type FixedPoint } from './fixed-point.js';
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

export type UsPreEqKind = 'us_ofdma_preeq' | 'us_ofdma_preeq_last_update';

/**
 * Upstream OFDMA pre-equaliser: coefficients in use (PNN6, PNM6) or the last update that the CMTS sent (PNN7, PNM7);
 * one trigger makes both files (DOCS-PNM-MIB). The coefficients are the inverse of the upstream channel.
 */
export interface UsPreEq extends PnmHeader, SubcarrierAxis {
  readonly kind: UsPreEqKind;
  readonly cmtsMac: Mac;
  /** Pairs re, im of big-endian 16 bit in `PREEQ_FORMAT[kind]`, one a subcarrier. */
  readonly coefficientBytes: Uint8Array;
}

export const US_PREEQ_TYPE = 0x06;
export const US_PREEQ_LAST_UPDATE_TYPE = 0x07;

/** In s2.13 the mean power of real coefficients is 1; one implementation halves them by reading s1.14. */
export const PREEQ_FORMAT: Readonly<Record<UsPreEqKind, FixedPoint>> = {
  us_ofdma_preeq: 's2.13',
  us_ofdma_preeq_last_update: 's1.14',
};

const typeOf = (kind: UsPreEqKind): number => (kind === 'us_ofdma_preeq' ? US_PREEQ_TYPE : US_PREEQ_LAST_UPDATE_TYPE);

export function decodeUsPreEq(file: Uint8Array, options: DecodeOptions = {}): UsPreEq {
  const kind: UsPreEqKind = file[3] === US_PREEQ_LAST_UPDATE_TYPE ? 'us_ofdma_preeq_last_update' : 'us_ofdma_preeq';
  const reader = new ByteReader(file, options.onField);
  const warnings: PnmWarning[] = [];
  const prefix = readPrefix(reader, typeOf(kind), [1]);
  const deviceTimeSec = readCaptureTime(reader, warnings, options);
  const channelId = reader.u8('channelId');
  const modemMac = readMac(reader, warnings, 'cmMac');
  const cmtsMac = readMac(reader, warnings, 'cmtsMac');
  const zeroSubcarrierHz = reader.u32('subcarrierZeroFrequency');
  const axisAt = reader.offset;
  const firstActiveSubcarrier =
    prefix.family === 'PNN' ? reader.u16('firstActiveSubcarrierIndex') : reader.u32('firstActiveSubcarrierIndex');
  const spacingHz = readSpacingHz(reader, warnings);
  const coefficientBytes = readDeclared(
    reader,
    'coefficientData',
    BYTES_PER_COMPLEX,
    MAX_SUBCARRIERS * BYTES_PER_COMPLEX,
  );
  const axis = { zeroSubcarrierHz, firstActiveSubcarrier, spacingHz };
  checkAxis(axis, coefficientBytes.length / BYTES_PER_COMPLEX, 'upstream', axisAt, warnings);
  const trailing = readTrailing(reader, warnings);
  return {
    kind,
    family: prefix.family,
    version: prefix.version,
    deviceTimeSec,
    channelId,
    modemMac,
    cmtsMac,
    zeroSubcarrierHz,
    firstActiveSubcarrier,
    spacingHz,
    coefficientBytes,
    trailing,
    warnings,
  };
}

export function encodeUsPreEq(kind: UsPreEqKind, preEq: Encodable<UsPreEq>): Uint8Array {
  const writer = new ByteWriter();
  writePrefix(writer, typeOf(kind), preEq);
  writer
    .u32(preEq.deviceTimeSec ?? 0)
    .u8(preEq.channelId ?? 0)
    .bytes(macBytesOf(preEq.modemMac))
    .bytes(macBytesOf(preEq.cmtsMac))
    .u32(preEq.zeroSubcarrierHz);
  if (preEq.family === 'PNN') writer.u16(preEq.firstActiveSubcarrier);
  else writer.u32(preEq.firstActiveSubcarrier);
  return writer
    .u8(preEq.spacingHz / 1000)
    .u32(preEq.coefficientBytes.length)
    .bytes(preEq.coefficientBytes)
    .bytes(preEq.trailing ?? [])
    .finish();
}
