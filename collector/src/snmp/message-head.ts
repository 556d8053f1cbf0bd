/** Who a datagram claims to be from and what it answers, read before anything else looks at it (RFC 3416, RFC 3412). */
export type MessageHead = CommunityHead | UsmHead;

export interface CommunityHead {
  readonly version: 0 | 1;
  readonly id: number;
  readonly community: Uint8Array;
  readonly pduTag: number;
  /** Octets of the message; what follows in the datagram is not part of it. */
  readonly length: number;
}

export interface UsmHead {
  readonly version: 3;
  readonly id: number;
  /** 1 authenticated, 2 encrypted, 4 reportable. */
  readonly flags: number;
  readonly engineId: Uint8Array;
  readonly user: Uint8Array;
  /** Where msgAuthenticationParameters stand in the datagram. */
  readonly digestStart: number;
  readonly digestEnd: number;
  /** Undefined when the scoped PDU is encrypted. */
  readonly pduTag: number | undefined;
  /** A Report that only says why the request was not processed (usmStats), hence never data. */
  readonly isUsmReport: boolean;
  readonly length: number;
}

export const PDU = { response: 0xa2, report: 0xa8 } as const;

const INTEGER = 0x02;
const OCTETS = 0x04;
const OID = 0x06;
const SEQUENCE = 0x30;
// usmStats, 1.3.6.1.6.3.15.1.1
const USM_STATS = [0x2b, 0x06, 0x01, 0x06, 0x03, 0x0f, 0x01, 0x01];

class Malformed extends Error {}

/** A bounds-checked cursor over TLVs: nothing may reach past the end of what encloses it. */
class Cursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** The contents of the next TLV, which must have this tag; moves behind it. */
  enter(expected: number): Cursor {
    const { tag, contents } = this.next();
    if (tag !== expected) throw new Malformed();
    return contents;
  }

  next(): { tag: number; contents: Cursor } {
    const tag = this.#octet();
    const length = this.#length();
    if (length > this.end - this.at) throw new Malformed();
    const contents = new Cursor(this.bytes, this.at, this.at + length);
    this.at += length;
    return { tag, contents };
  }

  integer(): number {
    const { bytes, at, end } = this.enter(INTEGER);
    if (end === at || end - at > 5) throw new Malformed();
    let value = ((bytes[at] as number) << 24) >> 24;
    for (let i = at + 1; i < end; i++) value = value * 256 + (bytes[i] as number);
    return value;
  }

  octets(): Uint8Array {
    const { bytes, at, end } = this.enter(OCTETS);
    return bytes.subarray(at, end);
  }

  get isDone(): boolean {
    return this.at === this.end;
  }

  #octet(): number {
    if (this.at >= this.end) throw new Malformed();
    return this.bytes[this.at++] as number;
  }

  #length(): number {
    const first = this.#octet();
    if (first < 0x80) return first;
    const count = first & 0x7f;
    if (count === 0 || count > 4) throw new Malformed(); // indefinite, or more than a datagram can hold
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.#octet();
    return length;
  }
}

/** Reads the head and checks the structure down to each varbind's end; undefined when it does not hold together. */
export function readMessageHead(datagram: Uint8Array): MessageHead | undefined {
  try {
    const outer = new Cursor(datagram, 0, datagram.length);
    const message = outer.enter(SEQUENCE);
    const version = message.integer();
    if (version === 3) return readUsm(message, outer.at);
    if (version !== 0 && version !== 1) return undefined;
    const community = message.octets();
    const { tag, contents } = message.next();
    const { id } = readPdu(contents);
    return { version, id, community, pduTag: tag, length: outer.at };
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function readUsm(message: Cursor, length: number): UsmHead {
  const header = message.enter(SEQUENCE);
  const id = header.integer();
  header.integer(); // msgMaxSize
  const flags = header.octets()[0];
  if (flags === undefined || header.integer() !== 3) throw new Malformed();
  const security = message.enter(OCTETS).enter(SEQUENCE);
  const engineId = security.octets();
  security.integer(); // boots
  security.integer(); // time
  const user = security.octets();
  const digest = security.enter(OCTETS);
  security.octets(); // msgPrivacyParameters
  const head = {
    version: 3,
    id,
    flags,
    engineId,
    user,
    digestStart: digest.at,
    digestEnd: digest.end,
    length,
  } as const;
  if ((flags & 2) !== 0) {
    message.octets();
    return { ...head, pduTag: undefined, isUsmReport: false };
  }
  const scoped = message.enter(SEQUENCE);
  scoped.octets(); // contextEngineID
  scoped.octets(); // contextName
  const { tag, contents } = scoped.next();
  const { firstName } = readPdu(contents);
  const isUsmStats = firstName !== undefined && USM_STATS.every((octet, i) => firstName[i] === octet);
  return { ...head, pduTag: tag, isUsmReport: tag === PDU.report && isUsmStats };
}

/** Checks a PDU to its last octet: a decoder that stops at the first odd one makes a damaged datagram a short success. */
function readPdu(pdu: Cursor): { id: number; firstName: Uint8Array | undefined } {
  const id = pdu.integer();
  pdu.integer();
  pdu.integer();
  const list = pdu.enter(SEQUENCE);
  let firstName: Uint8Array | undefined;
  while (!list.isDone) {
    const varbind = list.enter(SEQUENCE);
    const name = varbind.enter(OID);
    if (name.isDone) throw new Malformed();
    firstName ??= name.bytes.subarray(name.at, name.end);
    varbind.next();
    if (!varbind.isDone) throw new Malformed();
  }
  return { id, firstName };
}
