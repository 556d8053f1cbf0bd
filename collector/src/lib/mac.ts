declare const macBrand: unique symbol;

/** A MAC address in one spelling only: lower case, colons. Made by `parseMac` and `macFromBytes`. */
export type Mac = string & { readonly [macBrand]: true };

const GROUPED = /^[0-9a-f]{1,2}([:\-. ][0-9a-f]{1,2}){5} ?$/i;
const QUADS = /^[0-9a-f]{4}[.:-][0-9a-f]{4}[.:-][0-9a-f]{4}$/i;
const PLAIN = /^[0-9a-f]{12}$/i;

/** Reads a MAC in any common spelling (colons, dashes, dots, spaces, one-digit groups, Cisco quads, none); undefined when it is none. */
export function tryParseMac(text: string): Mac | undefined {
  const trimmed = text.trim();
  if (GROUPED.test(trimmed)) {
    return trimmed
      .toLowerCase()
      .split(/[:\-. ]/)
      .map((group) => group.padStart(2, '0'))
      .join(':') as Mac;
  }
  if (!QUADS.test(trimmed) && !PLAIN.test(trimmed)) return undefined;
  const hex = trimmed.replace(/[^0-9a-f]/gi, '').toLowerCase();
  return hex.replace(/(..)(?!$)/g, '$1:') as Mac;
}

/** As `tryParseMac`, for text that must be a MAC. Throws RangeError. */
export function parseMac(text: string): Mac {
  const mac = tryParseMac(text);
  if (mac === undefined) throw new RangeError(`not a MAC address: ${text}`);
  return mac;
}

const HEX = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'));

/** Six octets to a MAC. Throws RangeError on another length. */
export function macFromBytes(bytes: ArrayLike<number>): Mac {
  if (bytes.length !== 6) throw new RangeError(`a MAC has 6 octets, not ${bytes.length}`);
  const group = (i: number): string => HEX[(bytes[i] ?? 0) & 0xff] ?? '';
  return `${group(0)}:${group(1)}:${group(2)}:${group(3)}:${group(4)}:${group(5)}` as Mac;
}

export const macToBytes = (mac: Mac): Uint8Array => Uint8Array.from(mac.split(':'), (group) => parseInt(group, 16));

/** A group (multicast or broadcast) address: never a station. */
export const isGroupMac = (mac: Mac): boolean => (parseInt(mac.slice(0, 2), 16) & 1) === 1;

export const isZeroMac = (mac: Mac): boolean => mac === '00:00:00:00:00:00';
