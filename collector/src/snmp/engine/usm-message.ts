import { createCipheriv, createDecipheriv } from 'node:crypto';
import { readPdu, type AnswerView } from './answer.js';
import { pduLengthOf, writeHead, writeInteger, writePdu, type ReadPdu } from './request.js';
import type { PrivKey, UsmKeys } from './usm-keys.js';

/** SNMPv3 messages of the User-based Security Model (RFC 3412, 3414, 3826, 7860), written and read in place. */

const INTEGER = 0x02;
const OCTETS = 0x04;
const SEQUENCE = 0x30;
const HEAD = 4;
const INT32 = 6;
const USM = 3;
const AUTHENTICATED = 1;
const ENCRYPTED = 2;
const REPORTABLE = 4;
const SALT_OCTETS = 8;
const FLAGS = 3;
/** Largest answer we ask for: an Ethernet datagram without fragments. */
const MAX_ANSWER_OCTETS = 1472;
const EMPTY = new Uint8Array();

/** Salts need only differ under one key: a counter from a random start (RFC 3826, 3.1.2.1). */
export class SaltCounter {
  #high: number;
  #low: number;

  constructor(start: bigint) {
    this.#high = Number(BigInt.asUintN(32, start >> 32n));
    this.#low = Number(BigInt.asUintN(32, start));
  }

  write(bytes: Buffer, at: number): void {
    bytes.writeUInt32BE(this.#high, at);
    bytes.writeUInt32BE(this.#low, at + 4);
    this.#low = (this.#low + 1) >>> 0;
    if (this.#low === 0) this.#high = (this.#high + 1) >>> 0;
  }
}

export interface UsmRequest {
  readonly messageId: number;
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly time: number;
  /** Undefined asks for the engine id only: to nobody, in plain text. */
  readonly keys: UsmKeys | undefined;
  readonly pdu: ReadPdu;
}

/** The datagram of a v3 request. */
export function writeUsmMessage(request: UsmRequest, salts: SaltCounter): Buffer {
  const { keys, engineId } = request;
  const user = keys?.user ?? EMPTY;
  const context = keys?.context ?? EMPTY;
  const digestLength = keys?.auth?.digestLength ?? 0;
  const saltLength = keys?.priv ? SALT_OCTETS : 0;
  const pduLength = pduLengthOf(request.pdu);
  const scopedLength = 2 * HEAD + engineId.length + context.length + pduLength;
  const isDes = keys?.priv?.preIv !== undefined;
  const plainLength = HEAD + scopedLength;
  // DES works on whole blocks
  const dataLength = keys?.priv ? HEAD + (isDes ? (plainLength + 7) & ~7 : plainLength) : plainLength;
  const securityLength = 4 * HEAD + 2 * INT32 + engineId.length + user.length + digestLength + saltLength;
  const headerLength = 3 * INT32 + FLAGS;
  const length = INT32 + HEAD + headerLength + 2 * HEAD + securityLength + dataLength;

  const bytes = Buffer.allocUnsafe(HEAD + length);
  let at = writeHead(bytes, 0, SEQUENCE, length);
  at = writeInteger(bytes, at, 3);
  at = writeHead(bytes, at, SEQUENCE, headerLength);
  at = writeInteger(bytes, at, request.messageId);
  at = writeInteger(bytes, at, MAX_ANSWER_OCTETS);
  bytes[at] = OCTETS;
  bytes[at + 1] = 1;
  bytes[at + 2] = REPORTABLE | (keys?.level ?? 0);
  at = writeInteger(bytes, at + FLAGS, USM);
  at = writeHead(bytes, at, OCTETS, HEAD + securityLength);
  at = writeHead(bytes, at, SEQUENCE, securityLength);
  at = writeOctets(bytes, at, engineId);
  at = writeInteger(bytes, at, request.boots);
  at = writeInteger(bytes, at, request.time);
  at = writeOctets(bytes, at, user);
  const digestAt = writeHead(bytes, at, OCTETS, digestLength);
  at = digestAt + digestLength;
  const saltAt = writeHead(bytes, at, OCTETS, saltLength);
  const dataAt = saltAt + saltLength;
  if (keys?.priv) {
    salts.write(bytes, saltAt);
    const plain = plainScoped(dataLength - HEAD);
    plain.fill(0, plainLength);
    writeScoped(plain, 0, scopedLength, engineId, context, request.pdu, pduLength);
    writeHead(bytes, dataAt, OCTETS, plain.length);
    encryptInto(bytes, dataAt + HEAD, keys.priv, ivOf(keys.priv, request.boots, request.time, bytes, saltAt), plain);
  } else {
    writeScoped(bytes, dataAt, scopedLength, engineId, context, request.pdu, pduLength);
  }
  if (keys?.auth) {
    const digest = keys.auth.mac.digest(bytes, bytes.length, digestAt, digestAt + digestLength);
    for (let i = 0; i < digestLength; i++) bytes[digestAt + i] = digest[i] as number;
  }
  return bytes;
}

/** Room for the plain text of one request at a time. */
let plainRoom = Buffer.alloc(512);

function plainScoped(length: number): Buffer {
  if (length > plainRoom.length) plainRoom = Buffer.alloc(2 * length);
  return plainRoom.subarray(0, length);
}

function encryptInto(bytes: Buffer, at: number, priv: PrivKey, iv: Uint8Array, plain: Buffer): void {
  if (priv.feedback) return priv.feedback.encrypt(iv, plain, bytes, at);
  const cipher = createCipheriv(priv.cipher, priv.key, iv);
  cipher.setAutoPadding(false);
  cipher.update(plain).copy(bytes, at);
}

function writeScoped(
  bytes: Buffer,
  start: number,
  length: number,
  engineId: Uint8Array,
  context: Uint8Array,
  pdu: ReadPdu,
  pduLength: number,
): void {
  let at = writeHead(bytes, start, SEQUENCE, length);
  at = writeOctets(bytes, at, engineId);
  at = writeOctets(bytes, at, context);
  writePdu(bytes, at, pdu, pduLength);
}

function writeOctets(bytes: Buffer, start: number, contents: Uint8Array): number {
  const at = writeHead(bytes, start, OCTETS, contents.length);
  bytes.set(contents, at);
  return at + contents.length;
}

const aesIv = Buffer.alloc(16);

/** AES: boots, time, salt (RFC 3826, 3.1.2.1); DES: pre-IV xor salt (RFC 3414, 8.1.1.1). Valid until the next call. */
function ivOf({ preIv }: PrivKey, boots: number, time: number, bytes: Uint8Array, saltAt: number): Uint8Array {
  if (preIv) return preIv.map((octet, i) => octet ^ (bytes[saltAt + i] as number));
  aesIv.writeUInt32BE(boots >>> 0, 0);
  aesIv.writeUInt32BE(time >>> 0, 4);
  for (let i = 0; i < SALT_OCTETS; i++) aesIv[8 + i] = bytes[saltAt + i] as number;
  return aesIv;
}

/** Where the parts of a v3 message stand in its datagram. */
export class UsmView {
  messageId = 0;
  flags = 0;
  engineStart = 0;
  engineEnd = 0;
  boots = 0;
  time = 0;
  userStart = 0;
  userEnd = 0;
  digestStart = 0;
  digestEnd = 0;
  saltStart = 0;
  saltEnd = 0;
  /** The scoped PDU's element, or the contents of the encrypted one. */
  dataStart = 0;
  dataEnd = 0;
  /** End of the message; what follows in the datagram is not part of it. */
  end = 0;
}

let contentStart = 0;
let contentEnd = 0;

function enter(bytes: Uint8Array, at: number, end: number, tag: number): boolean {
  if (at + 2 > end || bytes[at] !== tag) return false;
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

/** A non-negative INTEGER of at most 31 bits; −1 for anything else. */
function integerAt(bytes: Uint8Array, at: number, end: number): number {
  if (!enter(bytes, at, end, INTEGER) || contentStart === contentEnd || contentEnd - contentStart > 5) return -1;
  let value = 0;
  for (let i = contentStart; i < contentEnd; i++) value = value * 256 + (bytes[i] as number);
  return value > 0x7fffffff ? -1 : value;
}

/** Reads a v3 message down to its security parameters and the bounds of its data. False when it does not hold. */
export function readUsmMessage(bytes: Uint8Array, view: UsmView): boolean {
  if (!enter(bytes, 0, bytes.length, SEQUENCE)) return false;
  const end = (view.end = contentEnd);
  if (integerAt(bytes, contentStart, end) !== 3 || !enter(bytes, contentEnd, end, SEQUENCE)) return false;
  const dataAt = readHeader(bytes, contentStart, contentEnd, end, view);
  if (dataAt < 0) return false;
  const isEncrypted = (view.flags & ENCRYPTED) !== 0;
  if (!enter(bytes, dataAt, end, isEncrypted ? OCTETS : SEQUENCE) || contentEnd !== end) return false;
  view.dataStart = isEncrypted ? contentStart : dataAt;
  view.dataEnd = contentEnd;
  return true;
}

function readHeader(bytes: Uint8Array, start: number, headerEnd: number, end: number, view: UsmView): number {
  view.messageId = integerAt(bytes, start, headerEnd);
  if (view.messageId < 0 || integerAt(bytes, contentEnd, headerEnd) < 0) return -1;
  if (!enter(bytes, contentEnd, headerEnd, OCTETS) || contentEnd - contentStart !== 1) return -1;
  view.flags = bytes[contentStart] as number;
  if (integerAt(bytes, contentEnd, headerEnd) !== USM || contentEnd !== headerEnd) return -1;
  if (!enter(bytes, headerEnd, end, OCTETS)) return -1;
  const dataAt = contentEnd;
  if (!enter(bytes, contentStart, dataAt, SEQUENCE) || contentEnd !== dataAt) return -1;
  if (!enter(bytes, contentStart, dataAt, OCTETS)) return -1;
  view.engineStart = contentStart;
  view.engineEnd = contentEnd;
  view.boots = integerAt(bytes, contentEnd, dataAt);
  if (view.boots < 0) return -1;
  view.time = integerAt(bytes, contentEnd, dataAt);
  if (view.time < 0 || !enter(bytes, contentEnd, dataAt, OCTETS)) return -1;
  view.userStart = contentStart;
  view.userEnd = contentEnd;
  if (!enter(bytes, contentEnd, dataAt, OCTETS)) return -1;
  view.digestStart = contentStart;
  view.digestEnd = contentEnd;
  if (!enter(bytes, contentEnd, dataAt, OCTETS) || contentEnd !== dataAt) return -1;
  view.saltStart = contentStart;
  view.saltEnd = contentEnd;
  return dataAt;
}

export const isEqualAt = (bytes: Uint8Array, start: number, end: number, other: Uint8Array): boolean => {
  if (end - start !== other.length) return false;
  for (let i = 0; i < other.length; i++) if (bytes[start + i] !== other[i]) return false;
  return true;
};

export const isAuthenticated = (view: UsmView): boolean => (view.flags & AUTHENTICATED) !== 0;

/** Whether the digest is that of the message, in its whole truncated length, which is compared in full whatever differs. */
export function hasDigest(bytes: Buffer, view: UsmView, keys: UsmKeys): boolean {
  const { auth } = keys;
  const { digestStart, digestEnd } = view;
  if (!auth || digestEnd - digestStart !== auth.digestLength) return false;
  const expected = auth.mac.digest(bytes, view.end, digestStart, digestEnd);
  let difference = 0;
  for (let i = 0; i < auth.digestLength; i++)
    difference |= (expected[i] as number) ^ (bytes[digestStart + i] as number);
  return difference === 0;
}

/** The scoped PDU in plain text, valid until the next call; undefined when the salt or the length cannot be right. */
export function decryptData(bytes: Buffer, view: UsmView, keys: UsmKeys): Buffer | undefined {
  const { priv } = keys;
  const { dataStart, dataEnd, saltStart } = view;
  if (!priv || view.saltEnd - saltStart !== SALT_OCTETS) return undefined;
  const iv = ivOf(priv, view.boots, view.time, bytes, saltStart);
  if (priv.feedback) return priv.feedback.decrypt(iv, bytes, dataStart, dataEnd);
  const length = dataEnd - dataStart;
  if (length === 0 || length % 8 !== 0) return undefined;
  const decipher = createDecipheriv(priv.cipher, priv.key, iv);
  decipher.setAutoPadding(false);
  return decipher.update(bytes.subarray(dataStart, dataEnd));
}

/** What of a scoped PDU could not be right; `none` for nothing. */
export type ScopedFault = 'none' | 'decode' | 'context';

/** Reads a scoped PDU in plain text; its context must be the one that was asked. Padding may follow an encrypted one. */
export function readScoped(
  bytes: Uint8Array,
  start: number,
  end: number,
  expected: { readonly engineId: Uint8Array; readonly context: Uint8Array } | undefined,
  view: AnswerView,
): ScopedFault {
  if (!enter(bytes, start, end, SEQUENCE)) return 'decode';
  const scopedEnd = contentEnd;
  if (!enter(bytes, contentStart, scopedEnd, OCTETS)) return 'decode';
  const isEngine = expected === undefined || isEqualAt(bytes, contentStart, contentEnd, expected.engineId);
  if (!enter(bytes, contentEnd, scopedEnd, OCTETS)) return 'decode';
  const isContext = expected === undefined || isEqualAt(bytes, contentStart, contentEnd, expected.context);
  if (!readPdu(bytes, contentEnd, scopedEnd, view)) return 'decode';
  return isEngine && isContext ? 'none' : 'context';
}
