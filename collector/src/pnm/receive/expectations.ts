import { ipFromBytes, ipToBytes, tryParseIp, type Ip } from '../../lib/ip.js';
import type { Mac } from '../../lib/mac.js';

/** A file that one modem has been asked to send. Nothing else is let in. */
export interface ExpectedUpload {
  /** Ours, unique; the file waits in the spool as `<id>.bin`. */
  readonly id: string;
  /** Destination path and file name as written to the modem, directories included. */
  readonly name: string;
  /** Start of the name that firmware ignoring the asked one uses, e.g. `PNMDsMer`. */
  readonly defaultPrefix: string;
  readonly mac: Mac;
  /** The modem's address; uploads from elsewhere are refused. */
  readonly sourceAddress: Ip;
  readonly maxBytes: number;
  /** How long the upload may take to begin. */
  readonly waitMs: number;
}

/** The source of a packet in one spelling: IPv4 in IPv6 as IPv4, no zone. */
export function normaliseAddress(address: string): Ip | undefined {
  const ip = tryParseIp(address);
  if (ip === undefined || !ip.includes(':')) return ip;
  const bytes = ipToBytes(ip);
  const isMapped = bytes.subarray(0, 10).every((octet) => octet === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return isMapped ? ipFromBytes(bytes.subarray(12)) : ip;
}

/** A leading slash means the root of the server, which is ours to place. */
const belowRoot = (name: string): string => name.replace(/^\/+/, '');

/**
 * Whether `sent` is the name asked for, or the default name of the same test with the modem's own MAC in the asked
 * directory: `<prefix>_<12 hex>_<digits>` (pnm-files 7.2).
 */
export function isExpectedName(
  sent: string,
  expected: Pick<ExpectedUpload, 'name' | 'defaultPrefix' | 'mac'>,
): boolean {
  const asked = belowRoot(expected.name);
  const name = belowRoot(sent);
  if (name === asked) return true;
  const directory = asked.slice(0, asked.lastIndexOf('/') + 1);
  if (!name.startsWith(directory)) return false;
  const [prefix, mac, digits, ...rest] = name.slice(directory.length).split('_');
  return (
    rest.length === 0 &&
    prefix === expected.defaultPrefix &&
    mac?.toLowerCase() === expected.mac.replaceAll(':', '') &&
    /^\d{1,20}$/.test(digits ?? '')
  );
}
