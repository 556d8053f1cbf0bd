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
const VERSION_2C = [INTEGER, 1, 1] as const;
const EMPTY = 2;

/** The datagram of a request. Throws RangeError when it does not fit one. */
export function writeRequest(request: ReadRequest): Uint8Array {
  const { community, names } = request;
  let listLength = 0;
  for (const name of names) listLength += HEAD + HEAD + name.length + EMPTY;
  const pduLength = 3 * INT32 + HEAD + listLength;
  const length = VERSION_2C.length + HEAD + community.length + HEAD + pduLength;
  if (length + HEAD > 0xffff) throw new RangeError(`a request of ${length + HEAD} octets fits no datagram`);

  const bytes = new Uint8Array(HEAD + length);
  let at = writeHead(bytes, 0, SEQUENCE, length);
  bytes.set(VERSION_2C, at);
  at = writeHead(bytes, at + VERSION_2C.length, OCTETS, community.length);
  bytes.set(community, at);
  at = writeHead(bytes, at + community.length, PDU_TAG[request.type], pduLength);
  at = writeInteger(bytes, at, request.requestId);
  at = writeInteger(bytes, at, request.nonRepeaters ?? 0);
  at = writeInteger(bytes, at, request.maxRepetitions ?? 0);
  at = writeHead(bytes, at, SEQUENCE, listLength);
  for (const name of names) {
    at = writeHead(bytes, at, SEQUENCE, HEAD + name.length + EMPTY);
    at = writeHead(bytes, at, OID, name.length);
    bytes.set(name, at);
    at += name.length;
    bytes[at] = NULL;
    at += EMPTY;
  }
  return bytes;
}

function writeHead(bytes: Uint8Array, at: number, tag: number, length: number): number {
  bytes[at] = tag;
  bytes[at + 1] = 0x82;
  bytes[at + 2] = length >> 8;
  bytes[at + 3] = length & 0xff;
  return at + HEAD;
}

/** Always four octets: max-repetitions of 128 in one octet would be −128. */
function writeInteger(bytes: Uint8Array, at: number, value: number): number {
  bytes[at] = INTEGER;
  bytes[at + 1] = 4;
  bytes[at + 2] = value >> 24;
  bytes[at + 3] = value >> 16;
  bytes[at + 4] = value >> 8;
  bytes[at + 5] = value;
  return at + INT32;
}
