import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { readCcapHeader, writeCcapHeader, type CcapHeader } from './ccap-header.js';
import {
  checkAxis,
  macBytesOf,
  MAX_SUBCARRIERS,
  readDeclared,
  readMac,
  readSpacingHz,
  readTrailing,
  type DecodeOptions,
  type Encodable,
  type PnmHeader,
  type PnmWarning,
  type SubcarrierAxis,
} from './header.js';

/** Upstream OFDMA RxMER of one modem, measured by the CCAP: type 0x69 ('i'), seen in version 2.0. */
export interface UsOfdmaRxMer extends PnmHeader, CcapHeader, SubcarrierAxis {
  readonly kind: 'us_ofdma_rxmer';
  readonly averageCount: number;
  /** The octet as it is: 1 with pre-equalisation on. */
  readonly preEqualizationOn: number;
  /** Quarter dB as in `RxMer`; positions that the probe leaves out are 0xFF. */
  readonly quarterDb: Uint8Array;
}

export const US_OFDMA_RXMER_TYPE = 0x69;

export function decodeUsOfdmaRxMer(file: Uint8Array, options: DecodeOptions = {}): UsOfdmaRxMer {
  const reader = new ByteReader(file, options.onField);
  const warnings: PnmWarning[] = [];
  const header = readCcapHeader(reader, US_OFDMA_RXMER_TYPE, warnings, options);
  const modemMac = readMac(reader, warnings, 'cmMac');
  const averageCount = reader.u16('numberOfAverages');
  const preEqualizationOn = reader.u8('preEqualizationOn');
  const zeroSubcarrierHz = reader.u32('subcarrierZeroFrequency');
  const axisAt = reader.offset;
  const firstActiveSubcarrier = reader.u16('firstActiveSubcarrierIndex');
  const spacingHz = readSpacingHz(reader, warnings);
  const quarterDb = readDeclared(reader, 'rxMerData', 1, MAX_SUBCARRIERS);
  const axis = { zeroSubcarrierHz, firstActiveSubcarrier, spacingHz };
  checkAxis(axis, quarterDb.length, 'upstream', axisAt, warnings);
  const trailing = readTrailing(reader, warnings);
  return {
    kind: 'us_ofdma_rxmer',
    family: header.family,
    version: header.version,
    deviceTimeSec: header.deviceTimeSec,
    ifIndex: header.ifIndex,
    ccapIdBytes: header.ccapIdBytes,
    ccapId: header.ccapId,
    rpdId: header.rpdId,
    rpdPort: header.rpdPort,
    channelId: undefined,
    modemMac,
    averageCount,
    preEqualizationOn,
    zeroSubcarrierHz,
    firstActiveSubcarrier,
    spacingHz,
    quarterDb,
    trailing,
    warnings,
  };
}

export function encodeUsOfdmaRxMer(mer: Encodable<UsOfdmaRxMer>): Uint8Array {
  const writer = new ByteWriter();
  writeCcapHeader(writer, US_OFDMA_RXMER_TYPE, mer);
  return writer
    .bytes(macBytesOf(mer.modemMac))
    .u16(mer.averageCount)
    .u8(mer.preEqualizationOn)
    .u32(mer.zeroSubcarrierHz)
    .u16(mer.firstActiveSubcarrier)
    .u8(mer.spacingHz / 1000)
    .u32(mer.quarterDb.length)
    .bytes(mer.quarterDb)
    .bytes(mer.trailing ?? [])
    .finish();
}
