import { PlantgraphError } from '../lib/errors.js';

/**
 * A recorded device: one instance a line, `OID|tag|value`, sorted by OID. Tags are those of snmpsim: 2 INTEGER,
 * 4 OCTET STRING (printable), 4x OCTET STRING (hex), 5 NULL, 6 OID, 64 IpAddress, 65 Counter32, 66 Gauge32,
 * 67 TimeTicks, 68 Opaque, 70 Counter64.
 */
export interface Instance {
  readonly oid: readonly number[];
  /** BER tag of the value: 2, 4, 5, 6, 64 … 70. */
  readonly tag: number;
  /** Integers and counters: number or bigint (Counter64); octets, IpAddress, Opaque: bytes; OID: sub-identifiers; NULL: null. */
  readonly value: number | bigint | Uint8Array | readonly number[] | null;
}

/** The recording's line cannot be read. */
export class RecordingError extends PlantgraphError {
  readonly code = 'RECORDING_INVALID';
  readonly retryable = false;
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

const OID = /^\.?\d+(\.\d+)*$/;

/** Numeric order of sub-identifiers, shorter prefix first (RFC 3416). */
export function compareOids(a: readonly number[], b: readonly number[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function parseOid(text: string): number[] {
  if (!OID.test(text)) throw new RangeError(`not an OID: ${text}`);
  return text.replace(/^\./, '').split('.').map(Number);
}

/** Reads a whole recording; lines may come in any order, the result is sorted and the last of equal OIDs wins. */
export function parseRecording(text: string): Instance[] {
  const byOid = new Map<string, Instance>();
  text.split('\n').forEach((raw, at) => {
    const line = raw.replace(/\r$/, '');
    if (line === '' || line.startsWith('#')) return;
    const first = line.indexOf('|');
    const second = line.indexOf('|', first + 1);
    if (first < 0 || second < 0) throw new RecordingError(at + 1, 'expected OID|tag|value');
    const name = line.slice(0, first).replace(/^\./, '');
    if (!OID.test(name)) throw new RecordingError(at + 1, `not an OID: ${name.slice(0, 60)}`);
    byOid.set(name, {
      oid: parseOid(name),
      ...parseValue(line.slice(first + 1, second), line.slice(second + 1), at + 1),
    });
  });
  return [...byOid.values()].sort((a, b) => compareOids(a.oid, b.oid));
}

function parseValue(tag: string, text: string, line: number): Pick<Instance, 'tag' | 'value'> {
  if (tag === '4') return { tag: 4, value: new Uint8Array(Buffer.from(text, 'utf8')) };
  if (tag.endsWith('x')) {
    const hex = text.replace(/\s/g, '');
    if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new RecordingError(line, 'not hexadecimal');
    return { tag: Number(tag.slice(0, -1)), value: new Uint8Array(Buffer.from(hex, 'hex')) };
  }
  const number = Number(tag);
  switch (number) {
    case 2:
    case 65:
    case 66:
    case 67: {
      const value = Number(text);
      if (text.trim() === '' || !Number.isFinite(value))
        throw new RecordingError(line, `not a number: ${text.slice(0, 40)}`);
      return { tag: number, value: Math.trunc(value) };
    }
    case 70:
      if (!/^-?\d+$/.test(text.trim())) throw new RecordingError(line, `not a number: ${text.slice(0, 40)}`);
      return { tag: 70, value: BigInt(text.trim()) };
    case 5:
      return { tag: 5, value: null };
    case 6:
      if (!OID.test(text.trim())) throw new RecordingError(line, 'not an OID value');
      return { tag: 6, value: parseOid(text.trim()) };
    case 64: {
      const octets = text.trim().split('.').map(Number);
      if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255)))
        throw new RecordingError(line, 'not an IpAddress');
      return { tag: 64, value: Uint8Array.from(octets) };
    }
    default:
      throw new RecordingError(line, `unknown tag ${tag.slice(0, 10)}`);
  }
}

/** The text of a recording, sorted; `parseRecording` reads it back. */
export function formatRecording(instances: readonly Instance[]): string {
  return [...instances]
    .sort((a, b) => compareOids(a.oid, b.oid))
    .map(({ oid, tag, value }) => `${oid.join('.')}|${formatValue(tag, value)}\n`)
    .join('');
}

const isPrintable = (bytes: Uint8Array) => bytes.every((octet) => octet >= 0x20 && octet < 0x7f);

function formatValue(tag: number, value: Instance['value']): string {
  if (value === null) return `${tag}|`;
  if (value instanceof Uint8Array) {
    if (tag === 64) return `64|${value.join('.')}`;
    if (tag === 4 && isPrintable(value)) return `4|${Buffer.from(value).toString('latin1')}`;
    return `${tag}x|${Buffer.from(value).toString('hex')}`;
  }
  return `${tag}|${Array.isArray(value) ? value.join('.') : String(value)}`;
}
