import { PlantgraphError } from '../lib/errors.js';

/**
 * SNMPv1 and v2c messages to bytes and back (RFC 1157, RFC 3416, BER of X.690 with definite lengths). The decoder
 * checks every length against the enclosing element, and a value must fill its varbind exactly: a damaged datagram
 * is an error, never a short success. Integers are masked to the width of their type, because agents send leading
 * zero octets and four-octet counters without one.
 */

/** The bytes are not an SNMP message. `offset` is where the bad element starts. */
export class SnmpDecodeError extends PlantgraphError {
  readonly code = 'SNMP_DECODE';
  readonly retryable = false;
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(`${message} (byte ${offset})`);
    this.offset = offset;
  }
}

/** Tags of values as they stand on the wire. */
export const TAG = {
  integer: 0x02,
  octets: 0x04,
  null: 0x05,
  oid: 0x06,
  ipAddress: 0x40,
  counter32: 0x41,
  gauge32: 0x42,
  timeTicks: 0x43,
  opaque: 0x44,
  counter64: 0x46,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
} as const;

export type BerValue = number | bigint | Uint8Array | readonly number[] | null;

/**
 * A name and its value: number for INTEGER, Counter32, Gauge32 and TimeTicks, bigint for Counter64, bytes for OCTET
 * STRING, IpAddress and Opaque, sub-identifiers for OID, null for NULL and the exceptions.
 */
export interface Varbind {
  readonly oid: readonly number[];
  readonly tag: number;
  readonly value: BerValue;
}

const PDU_TAG = {
  get: 0xa0,
  getNext: 0xa1,
  response: 0xa2,
  set: 0xa3,
  trapV1: 0xa4,
  getBulk: 0xa5,
  inform: 0xa6,
  trap: 0xa7,
  report: 0xa8,
} as const;

export type PlainPduType = Exclude<keyof typeof PDU_TAG, 'getBulk' | 'trapV1'>;

export interface PlainPdu {
  readonly type: PlainPduType;
  readonly requestId: number;
  readonly errorStatus: number;
  readonly errorIndex: number;
  readonly varbinds: readonly Varbind[];
}

export interface GetBulkPdu {
  readonly type: 'getBulk';
  readonly requestId: number;
  readonly nonRepeaters: number;
  readonly maxRepetitions: number;
  readonly varbinds: readonly Varbind[];
}

/** RFC 1157, 4.1.6. */
export interface TrapV1Pdu {
  readonly type: 'trapV1';
  readonly enterprise: readonly number[];
  readonly agentAddress: Uint8Array;
  readonly genericTrap: number;
  readonly specificTrap: number;
  readonly timestamp: number;
  readonly varbinds: readonly Varbind[];
}

export type Pdu = PlainPdu | GetBulkPdu | TrapV1Pdu;

/** A v1 or v2c message. `community` holds one character per octet (Latin-1), so that any octets survive. */
export interface Message {
  readonly version: '1' | '2c';
  readonly community: string;
  readonly pdu: Pdu;
}

const SEQUENCE = 0x30;
const MAX_SUBIDENTIFIER = 0xffffffff;
/** RFC 2578, 3.5. */
const MAX_OID_LENGTH = 128;

const TYPE_OF_TAG = new Map(
  Object.entries(PDU_TAG).map(([type, tag]) => [tag as number, type as keyof typeof PDU_TAG]),
);

/* ------------------------------------------------------------------ decoding */

/** A cursor that cannot leave the element it was made for. */
class BerReader {
  readonly #bytes: Uint8Array;
  #offset: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, offset = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#end = end;
  }

  get offset(): number {
    return this.#offset;
  }

  get isAtEnd(): boolean {
    return this.#offset >= this.#end;
  }

  #octet(what: string): number {
    if (this.#offset >= this.#end) throw new SnmpDecodeError(this.#offset, `${what} is cut off`);
    return this.#bytes[this.#offset++] as number;
  }

  /** The next element's tag and a reader over its contents. */
  element(what: string): { tag: number; contents: BerReader; length: number } {
    const tag = this.#octet(`${what}: tag`);
    const lengthAt = this.#offset;
    let length = this.#octet(`${what}: length`);
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 4) throw new SnmpDecodeError(lengthAt, `${what}: length form not supported`);
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + this.#octet(`${what}: length`);
    }
    if (length > this.#end - this.#offset) {
      throw new SnmpDecodeError(lengthAt, `${what}: ${length} octets promised, ${this.#end - this.#offset} left`);
    }
    const start = this.#offset;
    this.#offset += length;
    return { tag, contents: new BerReader(this.#bytes, start, start + length), length };
  }

  expect(tag: number, what: string): { contents: BerReader; length: number } {
    const at = this.#offset;
    const element = this.element(what);
    if (element.tag !== tag) throw new SnmpDecodeError(at, `${what}: tag ${element.tag}, expected ${tag}`);
    return element;
  }

  finish(what: string): void {
    if (!this.isAtEnd) throw new SnmpDecodeError(this.#offset, `${what}: ${this.#end - this.#offset} octets too many`);
  }

  /** A copy of what is left: a view would keep the whole datagram alive. */
  rest(): Uint8Array {
    const bytes = this.#bytes.slice(this.#offset, this.#end);
    this.#offset = this.#end;
    return bytes;
  }

  latin1(): string {
    return Buffer.from(this.rest()).toString('latin1');
  }

  /** The low 32 bits of what is left, sign-extended from its first octet. */
  int32(what: string): number {
    return this.#low32(what, true);
  }

  uint32(what: string): number {
    return this.#low32(what, false) >>> 0;
  }

  #low32(what: string, signed: boolean): number {
    const length = this.#end - this.#offset;
    if (length === 0 || length > 9) throw new SnmpDecodeError(this.#offset, `${what}: integer of ${length} octets`);
    let value = signed && (this.#bytes[this.#offset] as number) >= 0x80 ? -1 : 0;
    while (!this.isAtEnd) value = (value << 8) | this.#octet(what);
    return value;
  }

  uint64(what: string): bigint {
    const length = this.#end - this.#offset;
    if (length === 0 || length > 9) throw new SnmpDecodeError(this.#offset, `${what}: integer of ${length} octets`);
    let value = 0n;
    while (!this.isAtEnd) value = (value << 8n) | BigInt(this.#octet(what));
    return BigInt.asUintN(64, value);
  }

  oid(what: string): number[] {
    const at = this.#offset;
    if (this.isAtEnd) throw new SnmpDecodeError(at, `${what}: OID without octets`);
    const oid: number[] = [];
    while (!this.isAtEnd) {
      let value = 0;
      let octet: number;
      do {
        octet = this.#octet(what);
        value = value * 128 + (octet & 0x7f);
        if (value > MAX_SUBIDENTIFIER) throw new SnmpDecodeError(at, `${what}: sub-identifier over 2^32-1`);
      } while (octet >= 0x80);
      if (oid.length === 0) {
        const arc = Math.min(2, Math.floor(value / 40)); // X.690 8.19.4: below 2, the second arc is at most 39
        oid.push(arc, value - arc * 40);
      } else oid.push(value);
      if (oid.length > MAX_OID_LENGTH) throw new SnmpDecodeError(at, `${what}: OID over ${MAX_OID_LENGTH} long`);
    }
    return oid;
  }
}

function readValue(tag: number, contents: BerReader, at: number): BerValue {
  switch (tag) {
    case TAG.integer:
      return contents.int32('INTEGER');
    case TAG.counter32:
    case TAG.gauge32:
    case TAG.timeTicks:
      return contents.uint32('unsigned value');
    case TAG.counter64:
      return contents.uint64('Counter64');
    case TAG.octets:
    case TAG.opaque:
      return contents.rest();
    case TAG.ipAddress: {
      const bytes = contents.rest();
      if (bytes.length !== 4) throw new SnmpDecodeError(at, `IpAddress of ${bytes.length} octets`);
      return bytes;
    }
    case TAG.oid:
      return contents.oid('OID value');
    case TAG.null:
    case TAG.noSuchObject:
    case TAG.noSuchInstance:
    case TAG.endOfMibView:
      contents.finish('empty value');
      return null;
    default:
      throw new SnmpDecodeError(at, `unknown value tag ${tag}`);
  }
}

function readVarbinds(reader: BerReader): Varbind[] {
  const { contents } = reader.expect(SEQUENCE, 'varbind list');
  const varbinds: Varbind[] = [];
  while (!contents.isAtEnd) {
    const { contents: pair } = contents.expect(SEQUENCE, 'varbind');
    const oid = pair.expect(TAG.oid, 'name').contents.oid('name');
    const at = pair.offset;
    const { tag, contents: value } = pair.element('value');
    varbinds.push({ oid, tag, value: readValue(tag, value, at) });
    pair.finish('varbind');
  }
  return varbinds;
}

const readInteger = (reader: BerReader, what: string): number => reader.expect(TAG.integer, what).contents.int32(what);

function readTrapV1(pdu: BerReader): TrapV1Pdu {
  const enterprise = pdu.expect(TAG.oid, 'enterprise').contents.oid('enterprise');
  const addressAt = pdu.offset;
  const agentAddress = pdu.expect(TAG.ipAddress, 'agent-addr').contents.rest();
  if (agentAddress.length !== 4) throw new SnmpDecodeError(addressAt, 'agent-addr is not 4 octets');
  const genericTrap = readInteger(pdu, 'generic-trap');
  const specificTrap = readInteger(pdu, 'specific-trap');
  const timestamp = pdu.expect(TAG.timeTicks, 'time-stamp').contents.uint32('time-stamp');
  return {
    type: 'trapV1',
    enterprise,
    agentAddress,
    genericTrap,
    specificTrap,
    timestamp,
    varbinds: readVarbinds(pdu),
  };
}

function readPdu(reader: BerReader): Pdu {
  const at = reader.offset;
  const { tag, contents: pdu } = reader.element('PDU');
  const type = TYPE_OF_TAG.get(tag);
  if (type === undefined) throw new SnmpDecodeError(at, `unknown PDU tag ${tag}`);
  if (type === 'trapV1') {
    const trap = readTrapV1(pdu);
    pdu.finish('PDU');
    return trap;
  }
  const requestId = readInteger(pdu, 'request-id');
  const first = readInteger(pdu, type === 'getBulk' ? 'non-repeaters' : 'error-status');
  const second = readInteger(pdu, type === 'getBulk' ? 'max-repetitions' : 'error-index');
  const varbinds = readVarbinds(pdu);
  pdu.finish('PDU');
  return type === 'getBulk'
    ? { type, requestId, nonRepeaters: first, maxRepetitions: second, varbinds }
    : { type, requestId, errorStatus: first, errorIndex: second, varbinds };
}

/** Reads one datagram. Throws SnmpDecodeError on anything that is not exactly one v1 or v2c message. */
export function decodeMessage(datagram: Uint8Array): Message {
  const reader = new BerReader(datagram);
  const { contents } = reader.expect(SEQUENCE, 'message');
  reader.finish('datagram');
  const versionAt = contents.offset;
  const version = readInteger(contents, 'version');
  if (version !== 0 && version !== 1) throw new SnmpDecodeError(versionAt, `version ${version} is neither v1 nor v2c`);
  const community = contents.expect(TAG.octets, 'community').contents.latin1();
  const pdu = readPdu(contents);
  contents.finish('message');
  return { version: version === 0 ? '1' : '2c', community, pdu };
}

/* ------------------------------------------------------------------ encoding */

const element = (tag: number, ...contents: readonly Uint8Array[]): Buffer => {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(length)]), ...contents]);
};

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  if (length < 0x100) return [0x81, length];
  if (length < 0x10000) return [0x82, length >> 8, length & 0xff];
  return [0x84, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
}

/** The shortest two's complement of an integer. */
function integerOctets(value: number): number[] {
  if (!Number.isInteger(value) || value < -0x80000000 || value > MAX_SUBIDENTIFIER) {
    throw new RangeError(`not a 32-bit integer: ${value}`);
  }
  const octets = [value & 0xff];
  let rest = Math.floor(value / 256);
  while (rest !== ((octets[0] as number) >= 0x80 ? -1 : 0)) {
    octets.unshift(rest & 0xff);
    rest = Math.floor(rest / 256);
  }
  return octets;
}

function counter64Octets(value: bigint): number[] {
  const octets: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    octets.unshift(Number(rest & 0xffn));
    rest >>= 8n;
  } while (rest > 0n);
  return (octets[0] as number) >= 0x80 ? [0, ...octets] : octets;
}

function pushSubidentifier(octets: number[], value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > MAX_SUBIDENTIFIER + 80) {
    throw new RangeError(`not a sub-identifier: ${value}`);
  }
  for (let weight = 2 ** 28; weight > 1; weight /= 128) {
    if (value >= weight) octets.push(0x80 | (Math.floor(value / weight) % 128));
  }
  octets.push(value % 128);
}

function oidOctets(oid: readonly number[]): number[] {
  const [first, second, ...rest] = oid;
  if (first === undefined || second === undefined || first > 2 || (first < 2 && second > 39) || oid.length > 128) {
    throw new RangeError(`not an OID: ${oid.join('.')}`);
  }
  const octets: number[] = [];
  pushSubidentifier(octets, first * 40 + second);
  for (const value of rest) pushSubidentifier(octets, value);
  return octets;
}

/** A value as tag, length and contents. Throws RangeError or TypeError on a value that its type cannot hold. */
export function encodeValue(tag: number, value: BerValue): Buffer {
  switch (tag) {
    case TAG.integer:
      if (typeof value !== 'number' || value > 0x7fffffff) break;
      return element(tag, Uint8Array.from(integerOctets(value)));
    case TAG.counter32:
    case TAG.gauge32:
    case TAG.timeTicks:
      if (typeof value !== 'number' || value < 0) break;
      return element(tag, Uint8Array.from(integerOctets(value)));
    case TAG.counter64:
      if (typeof value !== 'bigint' && typeof value !== 'number') break;
      return element(tag, Uint8Array.from(counter64Octets(BigInt(value))));
    case TAG.octets:
    case TAG.opaque:
    case TAG.ipAddress:
      if (!(value instanceof Uint8Array) || (tag === TAG.ipAddress && value.length !== 4)) break;
      return element(tag, value);
    case TAG.oid:
      if (!Array.isArray(value)) break;
      return element(tag, Uint8Array.from(oidOctets(value)));
    case TAG.null:
    case TAG.noSuchObject:
    case TAG.noSuchInstance:
    case TAG.endOfMibView:
      return Buffer.from([tag, 0]);
  }
  throw new TypeError(`tag ${tag} cannot hold this value`);
}

/** A name as it stands in a varbind; agents keep it beside values that change. */
export const encodeName = (oid: readonly number[]): Buffer => element(TAG.oid, Uint8Array.from(oidOctets(oid)));

/** A varbind of an encoded name and an encoded value. */
export const joinVarbind = (name: Uint8Array, value: Uint8Array): Buffer => element(SEQUENCE, name, value);

export const encodeVarbind = (varbind: Varbind): Buffer =>
  joinVarbind(encodeName(varbind.oid), encodeValue(varbind.tag, varbind.value));

const integer = (value: number): Buffer => element(TAG.integer, Uint8Array.from(integerOctets(value)));

const messageOf = (version: Message['version'], community: string, pdu: Buffer): Buffer =>
  element(SEQUENCE, integer(version === '1' ? 0 : 1), element(TAG.octets, Buffer.from(community, 'latin1')), pdu);

/** A response over varbinds that are encoded already: what an agent sends a thousand times a second. */
export function encodeResponse(
  head: Pick<Message, 'version' | 'community'> & Pick<PlainPdu, 'requestId' | 'errorStatus' | 'errorIndex'>,
  varbinds: readonly Uint8Array[],
): Buffer {
  const pdu = element(
    PDU_TAG.response,
    integer(head.requestId),
    integer(head.errorStatus),
    integer(head.errorIndex),
    element(SEQUENCE, ...varbinds),
  );
  return messageOf(head.version, head.community, pdu);
}

/** The datagram of a message. `decodeMessage` reads it back. */
export function encodeMessage({ version, community, pdu }: Message): Buffer {
  const varbinds = element(SEQUENCE, ...pdu.varbinds.map(encodeVarbind));
  const tag = PDU_TAG[pdu.type];
  switch (pdu.type) {
    case 'trapV1': {
      const parts = [
        encodeName(pdu.enterprise),
        encodeValue(TAG.ipAddress, pdu.agentAddress),
        integer(pdu.genericTrap),
        integer(pdu.specificTrap),
        encodeValue(TAG.timeTicks, pdu.timestamp),
      ];
      return messageOf(version, community, element(tag, ...parts, varbinds));
    }
    case 'getBulk': {
      const parts = [integer(pdu.requestId), integer(pdu.nonRepeaters), integer(pdu.maxRepetitions)];
      return messageOf(version, community, element(tag, ...parts, varbinds));
    }
    default: {
      const parts = [integer(pdu.requestId), integer(pdu.errorStatus), integer(pdu.errorIndex)];
      return messageOf(version, community, element(tag, ...parts, varbinds));
    }
  }
}
