/** The packets of TFTP as a receiver sees them (RFC 1350, options RFC 2347, 2348, 2349). Pure: bytes in, bytes out. */

export const OPCODE = { rrq: 1, wrq: 2, data: 3, ack: 4, error: 5, oack: 6 } as const;

/** Error codes of RFC 1350 that we send. */
export const TFTP_ERROR = { other: 0, notFound: 1, access: 2, full: 3, illegal: 4, exists: 6 } as const;
export type TftpErrorCode = (typeof TFTP_ERROR)[keyof typeof TFTP_ERROR];

export const DEFAULT_BLOCK_BYTES = 512;
const MIN_BLOCK_BYTES = 8;
const MAX_BLOCK_BYTES = 65_464;
/** RFC 2347 asks for at most 512 octets; a little more does no harm, 64 KiB does. */
const MAX_REQUEST_BYTES = 1024;

export interface WriteRequest {
  readonly name: string;
  readonly mode: string;
  /** Names in lower case; the first of equal ones counts. */
  readonly options: ReadonlyMap<string, string>;
}

export type Request =
  | { readonly kind: 'write'; readonly request: WriteRequest }
  | { readonly kind: 'read' }
  | { readonly kind: 'malformed' };

/** Reads what arrived on the listening port; never throws. */
export function parseRequest(packet: Uint8Array): Request {
  if (packet.length < 4 || packet.length > MAX_REQUEST_BYTES) return { kind: 'malformed' };
  const opcode = ((packet[0] ?? 0) << 8) | (packet[1] ?? 0);
  if (opcode === OPCODE.rrq) return { kind: 'read' };
  if (opcode !== OPCODE.wrq || packet.at(-1) !== 0) return { kind: 'malformed' };
  // latin1 keeps every octet apart: a name with other characters simply equals none that we asked for
  const fields = Buffer.from(packet.subarray(2, -1)).toString('latin1').split('\0');
  const [name = '', mode = '', ...pairs] = fields;
  if (name === '' || mode === '') return { kind: 'malformed' };
  const options = new Map<string, string>();
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const option = (pairs[at] as string).toLowerCase();
    if (!options.has(option)) options.set(option, pairs[at + 1] as string);
  }
  return { kind: 'write', request: { name, mode: mode.toLowerCase(), options } };
}

export interface AcceptedOptions {
  readonly blockBytes: number;
  /** Size that the sender announced. */
  readonly announcedBytes: number | undefined;
  /** Retransmission time that the sender asked for. */
  readonly timeoutMs: number | undefined;
  /** What the OACK lists, in the order of the request; empty means a plain ACK 0. */
  readonly acknowledged: readonly (readonly [string, string])[];
}

/** Accepts blksize, tsize and timeout; anything else, and any value that is not plain digits, is left out of the answer. */
export function negotiate(options: ReadonlyMap<string, string>): AcceptedOptions {
  let blockBytes = DEFAULT_BLOCK_BYTES;
  let announcedBytes: number | undefined;
  let timeoutMs: number | undefined;
  const acknowledged: [string, string][] = [];
  for (const [option, text] of options) {
    if (!/^\d{1,15}$/.test(text)) continue;
    const value = Number(text);
    if (option === 'blksize' && value >= MIN_BLOCK_BYTES) {
      blockBytes = Math.min(value, MAX_BLOCK_BYTES);
      acknowledged.push([option, String(blockBytes)]);
    } else if (option === 'tsize') {
      announcedBytes = value;
      acknowledged.push([option, text]);
    } else if (option === 'timeout' && value >= 1 && value <= 255) {
      timeoutMs = value * 1000;
      acknowledged.push([option, text]);
    }
  }
  return { blockBytes, announcedBytes, timeoutMs, acknowledged };
}

export function encodeAck(block: number): Buffer {
  const packet = Buffer.alloc(4);
  packet.writeUInt16BE(OPCODE.ack, 0);
  packet.writeUInt16BE(block & 0xffff, 2);
  return packet;
}

export const encodeOack = (options: readonly (readonly [string, string])[]): Buffer =>
  Buffer.from(`\0\x06${options.map(([name, value]) => `${name}\0${value}\0`).join('')}`, 'latin1');

export function encodeError(code: TftpErrorCode, message: string): Buffer {
  return Buffer.from(`\0\x05\0${String.fromCharCode(code)}${message}\0`, 'latin1');
}

export function encodeWriteRequest(
  name: string,
  options: readonly (readonly [string, string])[] = [],
  mode = 'octet',
): Buffer {
  return Buffer.from(
    `\0\x02${name}\0${mode}\0${options.map(([option, value]) => `${option}\0${value}\0`).join('')}`,
    'latin1',
  );
}

export function encodeData(block: number, data: Uint8Array): Buffer {
  const packet = Buffer.alloc(4 + data.length);
  packet.writeUInt16BE(OPCODE.data, 0);
  packet.writeUInt16BE(block & 0xffff, 2);
  packet.set(data, 4);
  return packet;
}
