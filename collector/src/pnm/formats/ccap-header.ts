import { deviceText } from '../../lib/device-text.js';
import { macFromBytes, macToBytes, type Mac } from '../../lib/mac.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import {
  readCaptureTime,
  readPrefix,
  writePrefix,
  type DecodeOptions,
  type PnmFamily,
  type PnmHeader,
  type PnmWarning,
  type Prefix,
} from './header.js';

/** What every CCAP file starts with. Version 2 adds the RPD's id and port. */
export interface CcapHeader {
  readonly ifIndex: number;
  /** The 256 octets of the file; `ccapId` is their text. */
  readonly ccapIdBytes: Uint8Array;
  readonly ccapId: string;
  /** Zero on an integrated CCAP; undefined before version 2. */
  readonly rpdId: Mac | undefined;
  readonly rpdPort: number | undefined;
}

const CCAP_ID_BYTES = 256;
const MAJORS = [1, 2];
const SPACE = 0x20;
const DELETE = 0x7f;

const hasRpd = (prefix: { family: PnmFamily | undefined; version: Prefix['version'] }): boolean =>
  prefix.family === 'PNN' && prefix.version?.major !== 1;

export function readCcapHeader(
  reader: ByteReader,
  typeByte: number,
  warnings: PnmWarning[],
  options: DecodeOptions,
): Prefix & Pick<PnmHeader, 'deviceTimeSec'> & CcapHeader {
  const prefix = readPrefix(reader, typeByte, MAJORS);
  const deviceTimeSec = readCaptureTime(reader, warnings, options);
  const ifIndex = reader.u32('ifIndex');
  const ccapIdBytes = reader.bytes(CCAP_ID_BYTES, 'ccapId');
  const ccapId = textOf(ccapIdBytes);
  const rpdId = hasRpd(prefix) ? macFromBytes(reader.bytes(6, 'rpdUniqueId')) : undefined;
  const rpdPort = hasRpd(prefix) ? reader.u8('rpdPort') : undefined;
  const { family, version } = prefix;
  return { family, version, deviceTimeSec, ifIndex, ccapIdBytes, ccapId, rpdId, rpdPort };
}

/** Text up to the first NUL. Plain names, which is all that CCAPs have, need no decoder: that costs more than the file. */
function textOf(bytes: Uint8Array): string {
  const nul = bytes.indexOf(0);
  const end = nul === -1 ? bytes.length : nul;
  if (end > 255) return deviceText(bytes); // cut as every text of a device is
  let text = '';
  for (let i = 0; i < end; i++) {
    const octet = bytes[i]!;
    if (octet <= SPACE || octet >= DELETE) return deviceText(bytes.subarray(0, end));
    text += String.fromCharCode(octet);
  }
  return text;
}

export function writeCcapHeader(
  writer: ByteWriter,
  typeByte: number,
  header: Pick<PnmHeader, 'family' | 'version' | 'deviceTimeSec'> & Omit<CcapHeader, 'ccapId'>,
): void {
  writePrefix(writer, typeByte, header);
  writer
    .u32(header.deviceTimeSec ?? 0)
    .u32(header.ifIndex)
    .bytes(ccapIdField(header.ccapIdBytes));
  if (hasRpd(header)) {
    writer.bytes(header.rpdId === undefined ? new Uint8Array(6) : macToBytes(header.rpdId)).u8(header.rpdPort ?? 0);
  }
}

/** Octets of a CCAP id, padded with NUL. */
export function ccapIdField(id: Uint8Array | string): Uint8Array {
  const octets = typeof id === 'string' ? new TextEncoder().encode(id) : id;
  if (octets.length > CCAP_ID_BYTES) throw new RangeError(`a CCAP id has at most ${CCAP_ID_BYTES} octets`);
  const field = new Uint8Array(CCAP_ID_BYTES);
  field.set(octets);
  return field;
}
