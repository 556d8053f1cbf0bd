import { setMaxListeners } from 'node:events';
import ipaddr from 'ipaddr.js';
import { deviceText } from '../lib/device-text.js';
import type { SnmpReader } from '../snmp/reader.js';

const SYS_NAME = '1.3.6.1.2.1.1.5.0';
const PARALLEL = 32;

/** A device that answered at an address of a prefix. */
export interface Answered {
  readonly id: string;
  readonly address: string;
}

/** Every address of a prefix, network and broadcast of IPv4 left out. The configuration bounds it to 1,024. */
export function addressesOf(prefix: string): string[] {
  const [base, length] = ipaddr.parseCIDR(prefix);
  const bits = base.kind() === 'ipv4' ? 32 : 128;
  const bytes = base.toByteArray();
  let first = 0n;
  for (const byte of bytes) first = first * 256n + BigInt(byte);
  const count = 1n << BigInt(bits - length);
  first -= first % count;
  const [skipFirst, skipLast] = bits === 32 && count > 2n ? [1n, 1n] : [0n, 0n];
  const addresses: string[] = [];
  for (let n = first + skipFirst; n < first + count - skipLast; n++) {
    const octets = Array.from({ length: bits / 8 }, (_, i) => Number((n >> BigInt(bits - 8 * (i + 1))) & 0xffn));
    addresses.push(ipaddr.fromByteArray(octets).toString());
  }
  return addresses;
}

export const isInPrefix = (address: string, prefix: string): boolean => {
  const parsed = ipaddr.parse(address);
  const [base, length] = ipaddr.parseCIDR(prefix);
  return parsed.kind() === base.kind() && parsed.match([base, length] as never);
};

/** An id from a name: lower case, and only what an id may hold; the address when nothing is left. */
export function idOf(name: string, address: string): string {
  const slug = name
    .toLowerCase()
    .split('.')[0]
    ?.replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, 63);
  return slug === undefined || slug === '' ? address.replaceAll(':', '-') : slug;
}

/** Asks every address for its name; a name that two addresses carry keeps both apart by their addresses. */
export async function sweep(
  prefix: string,
  openReader: (address: string) => SnmpReader,
  signal: AbortSignal,
): Promise<Answered[]> {
  setMaxListeners(0, signal); // every request in flight listens to it
  const left = addressesOf(prefix);
  const found: { name: string; address: string }[] = [];
  const ask = async (): Promise<void> => {
    for (let address = left.shift(); address !== undefined && !signal.aborted; address = left.shift()) {
      const reader = openReader(address);
      try {
        const scalars = await reader.get([SYS_NAME], { signal });
        found.push({ address, name: deviceText(scalars.bytes(SYS_NAME) ?? new Uint8Array()) });
      } catch {
        continue; // nobody there, or not with this credential: the next sweep asks again
      } finally {
        reader.close();
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, ask));

  const uses = new Map<string, number>();
  for (const { name, address } of found) uses.set(idOf(name, address), (uses.get(idOf(name, address)) ?? 0) + 1);
  return found
    .map(({ name, address }) => {
      const id = idOf(name, address);
      return { address, id: uses.get(id) === 1 ? id : idOf('', address) };
    })
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}
