import { ipFromBytes } from '../../lib/ip.js';
import { isZeroMac, macFromBytes, tryParseMac, type Mac } from '../../lib/mac.js';
import { deviceText } from '../../lib/device-text.js';
import { INET_ADDRESS_OCTETS } from '../../snmp/tables/ip-mib.js';
import type { Capability } from '../facts.js';

/** Text of a device, or null when it sent none. */
export function textOrNull(bytes: Uint8Array | undefined): string | null {
  if (!bytes || bytes.length === 0) return null;
  const text = deviceText(bytes);
  return text === '' ? null : text;
}

const isPrintable = (bytes: Uint8Array) => bytes.every((octet) => octet >= 0x20 && octet < 0x7f);

/** A MAC that came as six octets or as text in any spelling; null for none and for all zero. */
export function macOrNull(bytes: Uint8Array | undefined): Mac | null {
  if (!bytes) return null;
  const mac = bytes.length === 6 && !isPrintable(bytes) ? macFromBytes(bytes) : macOfTextOrOctets(bytes);
  return mac === undefined || isZeroMac(mac) ? null : mac;
}

function macOfTextOrOctets(bytes: Uint8Array): Mac | undefined {
  const text = tryParseMac(Buffer.from(bytes).toString('latin1'));
  // Six octets that happen to be printable are still a MAC where a MAC is expected.
  return text ?? (bytes.length === 6 ? macFromBytes(bytes) : undefined);
}

/** A MAC hidden in an identifier that may be text: raw octets only when they are not printable. */
export function macInIdentifier(bytes: Uint8Array | undefined): Mac | null {
  if (!bytes) return null;
  if (bytes.length === 6 && !isPrintable(bytes)) return macOrNull(bytes);
  const text = Buffer.from(bytes).toString('latin1');
  // "ProCurve Switch 2510B-24(001db3-c50960)": the HP way to put the chassis id into a CDP device id.
  const bracketed = /\(([0-9a-f]{6})-([0-9a-f]{6})\)\s*$/i.exec(text);
  const mac = tryParseMac(bracketed ? `${bracketed[1]}${bracketed[2]}` : text);
  return mac === undefined || isZeroMac(mac) ? null : mac;
}

/** MAC of an index whose last six sub-identifiers are it (agents that put a length octet in front included). */
export function macOfIndex(index: readonly number[], from: number): Mac | undefined {
  const octets = index.slice(from);
  const six = octets.length === 7 && octets[0] === 6 ? octets.slice(1) : octets;
  if (six.length !== 6 || six.some((octet) => octet > 255)) return undefined;
  return macFromBytes(six);
}

/** Address of an InetAddress index part: type, length, octets. The zone of a scoped address is left out. */
export function ipOfIndex(index: readonly number[], from: number): string | undefined {
  const octetCount = INET_ADDRESS_OCTETS.get(index[from] ?? 0);
  if (octetCount === undefined) return undefined;
  const octets = index.slice(from + 2, from + 2 + octetCount);
  return octets.some((octet) => octet > 255) ? undefined : ipFromBytes(octets);
}

/** Address of 4 or 16 octets, or as text. */
export function ipOrNull(bytes: Uint8Array | undefined): string | null {
  return (bytes && ipFromBytes(bytes)) ?? null;
}

/** lldpRem…SysCapEnabled: a BITS value, the first bit is "other". */
const LLDP_CAPABILITIES: readonly Capability[] = [
  'other',
  'repeater',
  'bridge',
  'wlan-ap',
  'router',
  'telephone',
  'docsis',
  'station',
];

export function lldpCapabilities(bits: Uint8Array | undefined): Capability[] {
  let first = bits?.[0] ?? 0;
  // "00 20": agents of some vendors write the octets as text
  if (bits && /^[0-9a-f]{2} [0-9a-f]{2}\s*$/i.test(Buffer.from(bits).toString('latin1'))) {
    first = parseInt(Buffer.from(bits).toString('latin1').slice(0, 2), 16);
  }
  return LLDP_CAPABILITIES.filter((_word, bit) => (first & (0x80 >> bit)) !== 0);
}

const CDP_CAPABILITIES: readonly (readonly [number, Capability])[] = [
  [0x01, 'router'],
  [0x02, 'bridge'],
  [0x08, 'bridge'],
  [0x10, 'station'],
  [0x40, 'repeater'],
  [0x80, 'telephone'],
];

/** cdpCacheCapabilities: 4 octets; an HP that fills the MIB from LLDP sends one text digit. */
export function cdpCapabilities(bytes: Uint8Array | undefined): Capability[] {
  if (!bytes || bytes.length === 0) return [];
  const text = Buffer.from(bytes).toString('latin1').trim();
  const bits = bytes.length < 4 && /^\d+$/.test(text) ? Number(text) : (bytes[bytes.length - 1] ?? 0);
  return [...new Set(CDP_CAPABILITIES.filter(([bit]) => (bits & bit) !== 0).map(([, word]) => word))];
}
