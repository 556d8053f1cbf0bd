import { isIP } from 'node:net';

declare const ipBrand: unique symbol;

/** An IP address in one spelling: dotted IPv4, or IPv6 in the RFC 5952 form. Made by `parseIp` and `ipFromBytes`. */
export type Ip = string & { readonly [ipBrand]: true };

/** Reads an address as `node:net` understands it (so `010.1.2.3` is none); undefined when it is none. */
export function tryParseIp(text: string): Ip | undefined {
  const version = isIP(text);
  if (version === 4) return text as Ip;
  if (version !== 6) return undefined;
  const withoutZone = text.split('%')[0] ?? '';
  return new URL(`http://[${withoutZone}]/`).hostname.slice(1, -1) as Ip;
}

/** As `tryParseIp`, for text that must be an address. Throws RangeError. */
export function parseIp(text: string): Ip {
  const ip = tryParseIp(text);
  if (ip === undefined) throw new RangeError(`not an IP address: ${text}`);
  return ip;
}

/** 4 or 16 octets to an address; undefined on another length. */
export function ipFromBytes(bytes: ArrayLike<number>): Ip | undefined {
  const octets = Array.from(bytes);
  if (octets.length === 4) return octets.join('.') as Ip;
  if (octets.length !== 16) return undefined;
  const words = Array.from({ length: 8 }, (_, i) =>
    (((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0)).toString(16),
  );
  return tryParseIp(words.join(':'));
}

/** The 4 or 16 octets of an address. */
export function ipToBytes(ip: Ip): Uint8Array {
  if (isIP(ip) === 4) return Uint8Array.from(ip.split('.'), Number);
  const [head = '', tail] = ip.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':').map((word) => parseInt(word, 16)));
  const left = words(head);
  const right = tail === undefined ? [] : words(tail);
  const all = [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Uint8Array.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}
