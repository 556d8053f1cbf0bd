import { readIndex } from './answer.js';

/** Encoded object identifiers: contents only, without tag and length. */

function append(octets: number[], id: number): void {
  if (id >= 0x80) {
    const more: number[] = [];
    for (let rest = Math.floor(id / 128); rest > 0; rest = Math.floor(rest / 128)) more.push(0x80 | (rest % 128));
    octets.push(...more.reverse());
  }
  octets.push(id % 128);
}

/** Sub-identifiers after the first two, such as an index. */
export function encodeIndex(index: readonly number[]): Uint8Array {
  const octets: number[] = [];
  for (const id of index) append(octets, id);
  return Uint8Array.from(octets);
}

/** A whole OID, whose first two sub-identifiers share their octets. */
export function encodeOid(oid: readonly number[]): Uint8Array {
  const [first, second = 0, ...others] = oid;
  if (first === undefined || first > 2 || (first < 2 && second > 39))
    throw new RangeError(`not an OID: ${oid.join('.')}`);
  return encodeIndex([first * 40 + second, ...others]);
}

const knownRoots = new Map<string, Uint8Array>();
const MAX_KNOWN_ROOTS = 1_024;

/** A table's column, which is walked at thousands of devices: encoded once. Not to be written to. */
export function encodeRoot(oid: readonly number[], text = oid.join('.')): Uint8Array {
  const known = knownRoots.get(text);
  if (known) return known;
  const encoded = encodeOid(oid);
  if (knownRoots.size >= MAX_KNOWN_ROOTS) knownRoots.clear();
  knownRoots.set(text, encoded);
  return encoded;
}

/** The OID between two offsets; undefined when a sub-identifier is too large or cut off. */
export function decodeOid(bytes: Uint8Array, start: number, end: number): number[] | undefined {
  const ids = readIndex(bytes, start, end);
  const first = ids?.[0];
  if (ids === undefined || first === undefined) return undefined;
  const head = first < 80 ? [Math.floor(first / 40), first % 40] : [2, first - 80];
  return [...head, ...ids.slice(1)];
}

/** Sub-identifiers of one OID (RFC 3416, 4.1). */
const MAX_SUB_IDENTIFIERS = 128;
const OCTETS_TO_CHECK = 5;

/** Whether each sub-identifier fits 32 bits and there are at most 128; cheap for the common short ones. */
export function isSoundName(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > MAX_SUB_IDENTIFIERS)
    return (readIndex(bytes, start, end)?.length ?? Infinity) < MAX_SUB_IDENTIFIERS;
  let open = 0;
  for (let at = start; at < end; at++) {
    if ((bytes[at] as number) < 0x80) open = 0;
    else if (++open >= OCTETS_TO_CHECK - 1) return readIndex(bytes, start, end) !== undefined;
  }
  return true;
}

/** From the first to the last partial index, both included, appended to a column. */
export interface IndexRange {
  readonly start: readonly number[];
  readonly stop: readonly number[];
}

/** Largest sub-identifier that agents with signed integers read. */
const LAST_SIGNED = 0x7fffffff;

/**
 * The name to ask after so that the first answer is at `start` or beyond it: GETBULK returns successors, so the start
 * itself would be left out. Instances under the predecessor are passed over by asking after a very large one.
 */
export function beforeStart(start: readonly number[]): number[] {
  const last = start.at(-1);
  if (last === undefined) return [];
  const others = start.slice(0, -1);
  return last === 0 ? others : [...others, last - 1, LAST_SIGNED];
}
