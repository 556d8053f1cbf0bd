import { ipToBytes, type Ip } from '../../lib/ip.js';
import type { Mac } from '../../lib/mac.js';
import { compareOids, parseOid, type Instance } from '../../snmp/recording.js';

const columns = new Map<string, readonly number[]>();

function column(oid: string): readonly number[] {
  const known = columns.get(oid);
  if (known !== undefined) return known;
  const parsed = parseOid(oid);
  columns.set(oid, parsed);
  return parsed;
}

/** Collects the instances of one agent. */
export class Answers {
  readonly #instances: Instance[] = [];

  integer(oid: string, index: readonly number[], value: number): void {
    this.#add(oid, index, 2, value);
  }

  gauge(oid: string, index: readonly number[], value: number): void {
    this.#add(oid, index, 66, Math.min(value, 0xffffffff));
  }

  counter32(oid: string, index: readonly number[], value: number): void {
    this.#add(oid, index, 65, Math.floor(value) % 4294967296);
  }

  counter64(oid: string, index: readonly number[], value: number): void {
    this.#add(oid, index, 70, BigInt(Math.floor(value)));
  }

  ticks(oid: string, index: readonly number[], seconds: number): void {
    this.#add(oid, index, 67, Math.max(0, Math.floor(seconds * 100)) % 4294967296);
  }

  text(oid: string, index: readonly number[], value: string): void {
    this.#add(oid, index, 4, new Uint8Array(Buffer.from(value, 'utf8')));
  }

  octets(oid: string, index: readonly number[], value: ArrayLike<number>): void {
    this.#add(oid, index, 4, Uint8Array.from(value));
  }

  mac(oid: string, index: readonly number[], value: Mac): void {
    this.octets(oid, index, macIndex(value));
  }

  ip(oid: string, index: readonly number[], value: Ip): void {
    this.#add(oid, index, 64, ipToBytes(value));
  }

  oid(oid: string, index: readonly number[], value: readonly number[]): void {
    this.#add(oid, index, 6, value);
  }

  /** In the order of an agent. */
  sorted(): Instance[] {
    return this.#instances.sort((a, b) => compareOids(a.oid, b.oid));
  }

  #add(oid: string, index: readonly number[], tag: number, value: Instance['value']): void {
    this.#instances.push({ oid: [...column(oid), ...index], tag, value });
  }
}

/** Forwarding tables have so many MACs that splitting their text is what an answer would cost. */
function hexDigit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}

/** The octets of a MAC or IPv4 address as sub-identifiers. */
export const macIndex = (mac: Mac): number[] => {
  const octets: number[] = [];
  for (let at = 0; at < 17; at += 3) octets.push(hexDigit(mac, at) * 16 + hexDigit(mac, at + 1));
  return octets;
};
export const ipIndex = (ip: Ip): number[] => [...ipToBytes(ip)];

/** A port list: bit 1 is the most significant of the first octet. */
export function bitmap(numbers: Iterable<number>): Uint8Array {
  const all = [...numbers];
  const bytes = new Uint8Array(Math.ceil(Math.max(8, ...all) / 8));
  for (const number of all) {
    const at = (number - 1) >> 3;
    bytes[at] = (bytes[at] ?? 0) | (0x80 >> ((number - 1) & 7));
  }
  return bytes;
}
