const PDU_TAG = { get: 0xa0, getNext: 0xa1, getBulk: 0xa5 } as const;

/** A v2c read. `names` are the contents of encoded OIDs; an answer's names can be sent back as they came. */
export interface ReadRequest {
  readonly type: keyof typeof PDU_TAG;
  readonly requestId: number;
  readonly community: Uint8Array;
  /** Names read once each, of a GETBULK; the others are repeated. */
  readonly nonRepeaters?: number;
  readonly maxRepetitions?: number;
  readonly names: readonly Uint8Array[];
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTETS = 0x04;
const OID = 0x06;
const NULL = 0x05;
/** Tag and a length in two octets, which every agent reads: a message is then written front to back in one pass. */
const HEAD = 4;
const INT32 = 6;
const VERSION_OCTETS = 3;
const VERSION_2C = 1;
const EMPTY = 2;

/** `name` may be longer than the name it holds. */
export interface ReadName {
  readonly name: Uint8Array;
  readonly nameLength: number;
}

/** A PDU without the message around it. */
export interface ReadPdu {
  readonly type: keyof typeof PDU_TAG;
  readonly requestId: number;
  readonly nonRepeaters: number;
  readonly maxRepetitions: number;
  readonly names: readonly ReadName[];
}

const MAX_DATAGRAM = 0xffff;

/** Octets of the PDU. */
export function pduLengthOf(pdu: ReadPdu): number {
  let listLength = 0;
  const { names } = pdu;
  // an iterator's steps are objects where it is not compiled in
  for (let i = 0; i < names.length; i++) {
    listLength += HEAD + HEAD + (names[i] as ReadName).nameLength + EMPTY;
  }
  return HEAD + 3 * INT32 + HEAD + listLength;
}

/** Writes the PDU, whose length `pduLengthOf` gave; returns the offset behind it. */
export function writePdu(bytes: Uint8Array, start: number, pdu: ReadPdu, length: number): number {
  let at = writeHead(bytes, start, PDU_TAG[pdu.type], length - HEAD);
  at = writeInteger(bytes, at, pdu.requestId);
  at = writeInteger(bytes, at, pdu.nonRepeaters);
  at = writeInteger(bytes, at, pdu.maxRepetitions);
  at = writeHead(bytes, at, SEQUENCE, length - 2 * HEAD - 3 * INT32);
  const { names } = pdu;
  for (let one = 0; one < names.length; one++) {
    const { name, nameLength } = names[one] as ReadName;
    at = writeHead(bytes, at, SEQUENCE, HEAD + nameLength + EMPTY);
    at = writeHead(bytes, at, OID, nameLength);
    for (let i = 0; i < nameLength; i++) bytes[at++] = name[i] as number;
    bytes[at] = NULL;
    bytes[at + 1] = 0;
    at += EMPTY;
  }
  return at;
}

/** The v1 (0) or v2c (1) datagram of a PDU, in one of `reuse` that has its length. Throws RangeError when it fits none. */
export function writeCommunityMessage(
  community: Uint8Array,
  pdu: ReadPdu,
  version = VERSION_2C,
  reuse?: Buffer,
  otherReuse?: Buffer,
): Buffer {
  const pduLength = pduLengthOf(pdu);
  const length = VERSION_OCTETS + HEAD + community.length + pduLength;
  if (length + HEAD > MAX_DATAGRAM) throw new RangeError(`a request of ${length + HEAD} octets fits no datagram`);
  // from the pool: memory of its own for each request costs more than writing it
  const bytes =
    reuse?.length === HEAD + length
      ? reuse
      : otherReuse?.length === HEAD + length
        ? otherReuse
        : Buffer.allocUnsafe(HEAD + length);
  let at = writeHead(bytes, 0, SEQUENCE, length);
  bytes[at++] = INTEGER;
  bytes[at++] = 1;
  bytes[at++] = version;
  at = writeHead(bytes, at, OCTETS, community.length);
  for (let i = 0; i < community.length; i++) bytes[at++] = community[i] as number;
  writePdu(bytes, at, pdu, pduLength);
  return bytes;
}

/** The datagram of a request. Throws RangeError when it does not fit one. */
export function writeRequest(request: ReadRequest): Uint8Array {
  const { type, requestId, nonRepeaters = 0, maxRepetitions = 0 } = request;
  const names = request.names.map((name) => ({ name, nameLength: name.length }));
  return writeCommunityMessage(request.community, { type, requestId, nonRepeaters, maxRepetitions, names });
}

export function writeHead(bytes: Uint8Array, at: number, tag: number, length: number): number {
  bytes[at] = tag;
  bytes[at + 1] = 0x82;
  bytes[at + 2] = length >> 8;
  bytes[at + 3] = length & 0xff;
  return at + HEAD;
}

/** Always four octets: max-repetitions of 128 in one octet would be −128. */
export function writeInteger(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = INTEGER;
  bytes[at + 1] = 4;
  bytes[at + 2] = value >> 24;
  bytes[at + 3] = value >> 16;
  bytes[at + 4] = value >> 8;
  bytes[at + 5] = value;
  return at + INT32;
}
