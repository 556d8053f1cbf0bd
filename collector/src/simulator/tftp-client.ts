import { createSocket, type RemoteInfo } from 'node:dgram';
import { PlantgraphError } from '../lib/errors.js';

/** What a modem does with its file: the writing side of TFTP (RFC 1350, options of RFC 2347 to 2349). */
export interface TftpUpload {
  /** The modem's own address: the server knows it by that. */
  readonly localAddress: string;
  readonly host: string;
  readonly port: number;
  readonly fileName: string;
  readonly bytes: Uint8Array;
  /** Absent: no option is sent, as most firmware does. */
  readonly blockSize?: number;
  readonly announcesSize?: boolean;
  readonly timeoutMs: number;
  readonly retries: number;
  /** Falls silent after this many blocks. */
  readonly stopAfterBlocks?: number;
  readonly signal?: AbortSignal;
}

export type TftpUploadErrorCode = 'TFTP_TIMEOUT' | 'TFTP_REFUSED' | 'TFTP_STOPPED' | 'TFTP_SOCKET';

export class TftpUploadError extends PlantgraphError {
  readonly code: TftpUploadErrorCode;
  readonly retryable: boolean;

  constructor(code: TftpUploadErrorCode, message: string) {
    super(message);
    this.code = code;
    this.retryable = code === 'TFTP_TIMEOUT';
  }
}

const OPCODE = { writeRequest: 2, data: 3, ack: 4, error: 5, optionAck: 6 } as const;
const DEFAULT_BLOCK_SIZE = 512;

const writeRequest = ({ fileName, blockSize, announcesSize, bytes }: TftpUpload): Buffer => {
  const words = [fileName, 'octet'];
  if (blockSize !== undefined) words.push('blksize', String(blockSize));
  if (announcesSize === true) words.push('tsize', String(bytes.length));
  return Buffer.concat([Buffer.of(0, OPCODE.writeRequest), Buffer.from(words.map((word) => `${word}\0`).join(''))]);
};

const dataBlock = (bytes: Uint8Array, block: number, blockSize: number): Buffer => {
  const head = Buffer.of(0, OPCODE.data, (block >> 8) & 0xff, block & 0xff); // the number wraps to 0
  return Buffer.concat([head, bytes.subarray((block - 1) * blockSize, block * blockSize)]);
};

/** The block size of an option acknowledgement; undefined when there is none in it. */
function acceptedBlockSize(datagram: Buffer): number | undefined {
  const words = datagram.subarray(2).toString('latin1').split('\0');
  const at = words.findIndex((word, place) => place % 2 === 0 && word.toLowerCase() === 'blksize');
  return at < 0 ? undefined : Number(words[at + 1]);
}

/** Resolves with the number of datagrams sent again when the server has acknowledged the last block. Rejects with TftpUploadError. */
export function uploadByTftp(upload: TftpUpload): Promise<{ resent: number }> {
  const { host, bytes, timeoutMs, retries, stopAfterBlocks = Infinity, signal } = upload;
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  let blockSize = DEFAULT_BLOCK_SIZE;
  let block = 0;
  let last: Buffer = writeRequest(upload);
  /** The port the server answers from is its transfer id; before its first answer it is unknown. */
  let serverPort: number | undefined;
  let tries = 0;
  let resent = 0;
  let timer: NodeJS.Timeout | undefined;

  return new Promise((resolve, reject) => {
    const finish = (error?: TftpUploadError) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      socket.removeAllListeners('message');
      socket.close();
      if (error === undefined) resolve({ resent });
      else reject(error);
    };
    const stop = () => finish(new TftpUploadError('TFTP_STOPPED', 'the modem was stopped'));
    const transmit = () => {
      clearTimeout(timer);
      timer = setTimeout(again, timeoutMs);
      socket.send(last, serverPort ?? upload.port, host, (error) => {
        if (error) socket.emit('error', error);
      });
    };
    const again = () => {
      if (++tries > retries) {
        finish(new TftpUploadError('TFTP_TIMEOUT', `no answer to block ${block} after ${tries} tries`));
        return;
      }
      resent++;
      transmit();
    };
    const sendNext = () => {
      // a last block shorter than the block size ends the file, if need be an empty one
      if (block > Math.floor(bytes.length / blockSize)) return finish();
      if (block >= stopAfterBlocks) return finish(new TftpUploadError('TFTP_STOPPED', `stopped after ${block} blocks`));
      block++;
      tries = 0;
      last = dataBlock(bytes, block, blockSize);
      transmit();
    };
    const receive = (datagram: Buffer, from: RemoteInfo) => {
      if (from.address !== host || datagram.length < 4) return;
      if (serverPort !== undefined && from.port !== serverPort) return;
      const opcode = datagram.readUInt16BE(0);
      if (opcode === OPCODE.error) {
        const text = datagram.subarray(4).toString('latin1').replace(/\0.*$/s, '');
        return finish(new TftpUploadError('TFTP_REFUSED', `server error ${datagram.readUInt16BE(2)}: ${text}`));
      }
      if (opcode === OPCODE.optionAck && block === 0) {
        serverPort ??= from.port;
        blockSize = acceptedBlockSize(datagram) ?? DEFAULT_BLOCK_SIZE;
        // a server may lower the size, never raise it (RFC 2348)
        if (!(blockSize >= 8 && blockSize <= (upload.blockSize ?? DEFAULT_BLOCK_SIZE))) {
          return finish(new TftpUploadError('TFTP_REFUSED', 'the server answered with a block size nobody asked for'));
        }
        return sendNext();
      }
      if (opcode !== OPCODE.ack || datagram.readUInt16BE(2) !== (block & 0xffff)) return; // an old block's ACK
      serverPort ??= from.port;
      return sendNext();
    };
    socket.once('error', (error) => {
      socket.on('error', () => undefined); // what comes after the first changes nothing
      finish(new TftpUploadError('TFTP_SOCKET', `the modem's socket failed: ${error.message}`));
    });
    socket.on('message', receive);
    if (signal?.aborted === true) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    socket.bind(0, upload.localAddress, transmit);
  });
}
