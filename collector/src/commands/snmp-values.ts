import { deviceText } from '../lib/device-text.js';
import type { Instance } from '../snmp/recording.js';

const TYPE: Readonly<Record<number, string>> = {
  2: 'INTEGER',
  4: 'OCTETS',
  5: 'NULL',
  6: 'OID',
  64: 'IpAddress',
  65: 'Counter32',
  66: 'Gauge32',
  67: 'TimeTicks',
  68: 'Opaque',
  70: 'Counter64',
};

const isPrintable = (bytes: Uint8Array): boolean => bytes.every((octet) => octet >= 0x20 && octet < 0x7f);

/** `OID = TYPE: value`, one instance a line; octets as text when all of them are printable. */
export function lineOf({ oid, tag, value }: Instance): string {
  return `${oid.join('.')} = ${TYPE[tag] ?? `tag ${tag}`}: ${textOf(tag, value)}`;
}

function textOf(tag: number, value: Instance['value']): string {
  if (value === null) return '';
  if (!(value instanceof Uint8Array)) return Array.isArray(value) ? value.join('.') : String(value);
  if (tag === 64) return value.join('.');
  return isPrintable(value)
    ? `"${deviceText(value)}"`
    : Buffer.from(value)
        .toString('hex')
        .replace(/(..)(?!$)/g, '$1 ');
}

/** An instance for `--output json`: octets as hex, with the text beside it when it is one; Counter64 as decimal text. */
export function jsonOf({ oid, tag, value }: Instance): Record<string, unknown> {
  const head = { oid: oid.join('.'), type: TYPE[tag] ?? String(tag) };
  if (value instanceof Uint8Array) {
    if (tag === 64) return { ...head, value: value.join('.') };
    const hex = Buffer.from(value).toString('hex');
    return { ...head, value: hex, text: isPrintable(value) ? Buffer.from(value).toString('latin1') : null };
  }
  if (typeof value === 'bigint') return { ...head, value: String(value) };
  return { ...head, value: Array.isArray(value) ? value.join('.') : value };
}
