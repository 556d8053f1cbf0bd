/**
 * An answer as offsets into its datagram: a walk looks at thousands of variables a second, and an object for each costs
 * more than reading it. One view is reused for every datagram; what it points at is valid until the next one.
 */

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTETS = 0x04;
const OID = 0x06;
const FIRST_CAPACITY = 128;
/** Of a variable in `offsets`: nameStart, nameEnd, tag, valueStart, valueEnd. */
export const FIELDS = 5;
/** A varbind of an empty name and value: three tags, three lengths. */
const LEAST_VARBIND = 6;
const MAX_SUB_IDENTIFIER = 0xffffffff;

export class AnswerView {
  version = 0;
  communityStart = 0;
  communityEnd = 0;
  pduTag = 0;
  requestId = 0;
  errorStatus = 0;
  errorIndex = 0;
  /** Number of variables. */
  count = 0;
  /** Numbers of the variables, `FIELDS` each; replaced when it grows. */
  offsets = new Int32Array(FIRST_CAPACITY * FIELDS);

  nameStart(varbind: number): number {
    return this.offsets[varbind * FIELDS] as number;
  }

  nameEnd(varbind: number): number {
    return this.offsets[varbind * FIELDS + 1] as number;
  }

  tag(varbind: number): number {
    return this.offsets[varbind * FIELDS + 2] as number;
  }

  valueStart(varbind: number): number {
    return this.offsets[varbind * FIELDS + 3] as number;
  }

  valueEnd(varbind: number): number {
    return this.offsets[varbind * FIELDS + 4] as number;
  }

  /** A datagram holds at most some thousands of variables, which bounds the growth. */
  grow(): Int32Array<ArrayBuffer> {
    const larger = new Int32Array(this.offsets.length * 2);
    larger.set(this.offsets);
    this.offsets = larger;
    return larger;
  }
}

/** Where the last element's contents begin and end; module state saves an object an element. */
let contentStart = 0;
let contentEnd = 0;

/** Enters the element at `at`, which must have this tag (any with −1) and end by `end`. */
function enter(bytes: Uint8Array, at: number, end: number, tag: number): boolean {
  if (at + 2 > end || (tag >= 0 && bytes[at] !== tag)) return false;
  let length = bytes[at + 1] as number;
  let start = at + 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 4 || start + octets > end) return false;
    length = 0;
    for (const last = start + octets; start < last; start++) length = length * 256 + (bytes[start] as number);
  }
  if (length > end - start) return false;
  contentStart = start;
  contentEnd = start + length;
  return true;
}

/**
 * Reads a v1 or v2c answer. Every length is checked against what encloses it, each value must end where its varbind
 * ends, and the list must fill its PDU: a damaged datagram is none, never a short one. False when it does not hold.
 */
export function readAnswer(bytes: Uint8Array, view: AnswerView): boolean {
  view.count = 0;
  if (!enter(bytes, 0, bytes.length, SEQUENCE)) return false;
  const end = contentEnd;
  if (!enter(bytes, contentStart, end, INTEGER) || contentEnd - contentStart !== 1) return false;
  view.version = bytes[contentStart] as number;
  if (view.version > 1 || !enter(bytes, contentEnd, end, OCTETS)) return false;
  view.communityStart = contentStart;
  view.communityEnd = contentEnd;
  return readPdu(bytes, contentEnd, end, view);
}

/** Reads the PDU that fills `bytes` from `pduAt` to `end`, as inside a v2c message or a v3 scoped PDU. */
export function readPdu(bytes: Uint8Array, pduAt: number, end: number, view: AnswerView): boolean {
  view.count = 0;
  if (!enter(bytes, pduAt, end, -1) || contentEnd !== end) return false;
  view.pduTag = bytes[pduAt] as number;
  let at = contentStart;
  for (let field = 0; field < 3; field++) {
    if (!enter(bytes, at, end, INTEGER) || contentStart === contentEnd) return false;
    const value = readInteger(bytes, contentStart, contentEnd);
    if (field === 0) view.requestId = value;
    else if (field === 1) view.errorStatus = value;
    else view.errorIndex = value;
    at = contentEnd;
  }
  if (!enter(bytes, at, end, SEQUENCE) || contentEnd !== end) return false;
  return readVarbinds(bytes, contentStart, end, view);
}

function readVarbinds(bytes: Uint8Array, start: number, end: number, view: AnswerView): boolean {
  let { offsets } = view;
  let to = 0;
  for (let at = start; at < end; to += FIELDS) {
    if (to === offsets.length) offsets = view.grow();
    // nearly always the three lengths are of one octet: what does not fit then is looked at in full
    if (at + LEAST_VARBIND <= end && bytes[at] === SEQUENCE && bytes[at + 2] === OID) {
      const length = bytes[at + 1] as number;
      const varbindEnd = at + 2 + length;
      const nameStart = at + 4;
      const nameEnd = nameStart + (bytes[at + 3] as number);
      const valueStart = nameEnd + 2;
      if (
        length < 0x80 &&
        varbindEnd <= end &&
        valueStart <= varbindEnd &&
        nameEnd > nameStart &&
        (bytes[nameEnd - 1] as number) < 0x80 &&
        valueStart + (bytes[nameEnd + 1] as number) === varbindEnd
      ) {
        offsets[to] = nameStart;
        offsets[to + 1] = nameEnd;
        offsets[to + 2] = bytes[nameEnd] as number;
        offsets[to + 3] = valueStart;
        offsets[to + 4] = varbindEnd;
        at = varbindEnd;
        continue;
      }
    }
    at = readLongVarbind(bytes, at, end, offsets, to);
    if (at < 0) return false;
  }
  view.count = to / FIELDS;
  return true;
}

/** A varbind with lengths of any form; the offset behind it, or −1 when it does not hold. */
function readLongVarbind(bytes: Uint8Array, at: number, end: number, offsets: Int32Array, to: number): number {
  if (!enter(bytes, at, end, SEQUENCE)) return -1;
  const varbindEnd = contentEnd;
  if (!enter(bytes, contentStart, varbindEnd, OID)) return -1;
  const nameStart = contentStart;
  const nameEnd = contentEnd;
  // an OID ends on a sub-identifier: its last octet has no continuation bit
  if (nameStart === nameEnd || (bytes[nameEnd - 1] as number) >= 0x80) return -1;
  if (!enter(bytes, nameEnd, varbindEnd, -1) || contentEnd !== varbindEnd) return -1;
  offsets[to] = nameStart;
  offsets[to + 1] = nameEnd;
  offsets[to + 2] = bytes[nameEnd] as number;
  offsets[to + 3] = contentStart;
  offsets[to + 4] = contentEnd;
  return varbindEnd;
}

/** An INTEGER masked to 32 bits with sign, however many octets the agent spent on it; 0 for none. */
export function readInteger(bytes: Uint8Array, start: number, end: number): number {
  let value = start < end && (bytes[start] as number) >= 0x80 ? -1 : 0;
  for (let at = Math.max(start, end - 4); at < end; at++) value = (value << 8) | (bytes[at] as number);
  return value;
}

/** A Counter32, Gauge32 or TimeTicks masked to 32 bits; agents leave the leading zero octet out. */
export function readUnsigned(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = Math.max(start, end - 4); at < end; at++) value = (value << 8) | (bytes[at] as number);
  return value >>> 0;
}

/** A Counter64, in 1 to 9 octets on the wire. */
export function readCounter64(bytes: Uint8Array, start: number, end: number): bigint {
  const low = readUnsigned(bytes, Math.max(start, end - 4), end);
  const high = readUnsigned(bytes, Math.max(start, end - 8), Math.max(start, end - 4));
  return (BigInt(high) << 32n) | BigInt(low);
}

/** Whether the name is below the root: a prefix test of octets, valid because a root ends on a sub-identifier. */
export function isUnder(bytes: Uint8Array, start: number, end: number, root: Uint8Array): boolean {
  if (end - start <= root.length) return false;
  for (let i = 0; i < root.length; i++) if (bytes[start + i] !== root[i]) return false;
  return true;
}

/**
 * Order of two encoded OIDs: by sub-identifier, shorter prefix first (negative, 0, positive). The order of the octets is
 * not it (FF 7F is 16383, 81 80 00 is 16384): the sub-identifiers in which they differ first are compared as numbers.
 */
export function compareNames(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shared = Math.min(aEnd - aStart, bEnd - bStart);
  let i = 0;
  while (i < shared && a[aStart + i] === b[bStart + i]) i++;
  if (i === shared) return aEnd - aStart - (bEnd - bStart);
  while (i > 0 && (a[aStart + i - 1] as number) >= 0x80) i--;
  return subIdentifierAt(a, aStart + i, aEnd) - subIdentifierAt(b, bStart + i, bEnd);
}

function subIdentifierAt(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const octet = bytes[at] as number;
    value = value * 128 + (octet & 0x7f);
    if (octet < 0x80) break;
  }
  return value;
}

/** The sub-identifiers from an offset that begins one; undefined when one exceeds 2^32 − 1 or is cut off. */
export function readIndex(bytes: Uint8Array, start: number, end: number): number[] | undefined {
  const index: number[] = [];
  let value = 0;
  let isOpen = false;
  for (let at = start; at < end; at++) {
    const octet = bytes[at] as number;
    value = value * 128 + (octet & 0x7f);
    isOpen = octet >= 0x80;
    if (value > MAX_SUB_IDENTIFIER) return undefined;
    if (isOpen) continue;
    index.push(value);
    value = 0;
  }
  return isOpen ? undefined : index;
}
