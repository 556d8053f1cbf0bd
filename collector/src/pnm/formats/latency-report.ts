import { PnmFormatError } from './errors.js';
import type { Encodable, PnmHeader } from './header.js';

/** Latency report of low latency DOCSIS. Its layout is not published: recognised, kept whole, not read. */
export interface LatencyReport extends PnmHeader {
  readonly kind: 'latency_report';
  /** The whole file, magic included. */
  readonly rawBytes: Uint8Array;
}

const LLD = [0x4c, 0x4c, 0x44] as const;

/** `LLD` and a binary 1, or the text `LLD01`: which one devices write is not known. */
export const isLatencyReport = (file: Uint8Array): boolean =>
  LLD.every((octet, i) => file[i] === octet) && (file[3] === 0x01 || (file[3] === 0x30 && file[4] === 0x31));

export function decodeLatencyReport(file: Uint8Array): LatencyReport {
  if (!isLatencyReport(file)) throw new PnmFormatError('PNM_UNKNOWN_TYPE', 0, 'not a latency report');
  const message = 'the layout of latency reports is not published: kept, not read';
  return {
    kind: 'latency_report',
    family: undefined,
    version: undefined,
    deviceTimeSec: undefined,
    channelId: undefined,
    modemMac: undefined,
    rawBytes: file,
    trailing: file.subarray(file.length),
    warnings: [{ code: 'PNM_LAYOUT_UNCONFIRMED', offset: 0, message }],
  };
}

export const encodeLatencyReport = (report: Pick<Encodable<LatencyReport>, 'rawBytes'>): Uint8Array =>
  report.rawBytes.slice();
