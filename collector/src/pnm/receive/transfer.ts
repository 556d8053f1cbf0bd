import { createSocket, type Socket } from 'node:dgram';
import { deviceText } from '../../lib/device-text.js';
import {
  encodeAck,
  encodeError,
  encodeOack,
  OPCODE,
  TFTP_ERROR,
  type AcceptedOptions,
  type TftpErrorCode,
} from './tftp-packets.js';
import type { SpoolWrite, WrittenFile } from './spool.js';

export interface TransferLimits {
  /** Wait for the next block before the last answer is repeated; the `timeout` option overrides it. */
  readonly repeatMs: number;
  readonly repeatCount: number;
  readonly totalMs: number;
  /** Slower than this on average, after `graceMs`, and the transfer ends (operations A-12). */
  readonly minBytesPerSec: number;
  readonly graceMs: number;
  /** How long a finished transfer answers a repeated last block (RFC 1350, section 6). */
  readonly dallyMs: number;
}

export const DEFAULT_TRANSFER_LIMITS: TransferLimits = {
  repeatMs: 1000,
  repeatCount: 5,
  totalMs: 120_000,
  minBytesPerSec: 100,
  graceMs: 10_000,
  dallyMs: 5000,
};

const MAX_REPEAT_MS = 10_000;
/** An old block is answered at most this often: no sorcerer's apprentice (RFC 1123, 4.2.3.1). */
const REPEAT_ACK_MS = 50;

export type TransferFailure =
  | 'stalled'
  | 'deadline'
  | 'too_slow'
  | 'too_big'
  | 'illegal'
  | 'peer_error'
  | 'disk'
  | 'differs'
  | 'socket'
  | 'evicted'
  | 'cancelled'
  | 'replaced';

export type TransferCount = 'runt' | 'foreign' | 'socket_error' | 'repeated_data' | 'discard_error';

/** What the server decides for a transfer. */
export interface TransferHost {
  /** Every byte is on disk: publish it, or throw TransferRefused. The last ACK follows. */
  settle(written: WrittenFile): Promise<void>;
  progress(bytes: number): void;
  failed(reason: TransferFailure, detail: string, bytes: number): void;
  closed(): void;
  count(what: TransferCount): void;
}

/** Thrown by `settle`: the file is whole but not wanted. */
export class TransferRefused extends Error {
  readonly tftpCode: TftpErrorCode;
  constructor(tftpCode: TftpErrorCode, message: string) {
    super(message);
    this.tftpCode = tftpCode;
  }
}

export interface TransferOptions {
  readonly localAddress: string;
  readonly peer: { readonly address: string; readonly port: number };
  readonly accepted: AcceptedOptions;
  readonly maxBytes: number;
  readonly limits: TransferLimits;
  readonly write: SpoolWrite;
  readonly host: TransferHost;
  readonly monotonicMs: () => number;
}

type State = 'opening' | 'receiving' | 'writing' | 'finishing' | 'dallying' | 'closed';

/** One upload: its own socket, connected to the sender so that the kernel drops strangers. */
export class Transfer {
  readonly startedAtMs: number;
  readonly #options: TransferOptions;
  readonly #socket: Socket;
  readonly #repeatMs: number;
  #state: State = 'opening';
  #lastAnswer: Buffer;
  #blockCount = 0;
  #bytes = 0;
  #repeats = 0;
  #lastActivityMs: number;
  #lastAckMs = -Infinity;
  #dallyUntilMs = Infinity;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.startedAtMs = options.monotonicMs();
    this.#lastActivityMs = this.startedAtMs;
    const { accepted, limits } = options;
    this.#repeatMs = Math.min(accepted.timeoutMs ?? limits.repeatMs, MAX_REPEAT_MS);
    this.#lastAnswer = accepted.acknowledged.length > 0 ? encodeOack(accepted.acknowledged) : encodeAck(0);
    const isV6 = options.localAddress.includes(':');
    this.#socket = isV6 ? createSocket({ type: 'udp6', ipv6Only: true }) : createSocket('udp4');
    this.#open();
  }

  get isActive(): boolean {
    return this.#state !== 'dallying' && this.#state !== 'closed';
  }

  get isDallying(): boolean {
    return this.#state === 'dallying';
  }

  get bytesPerSec(): number {
    return (this.#bytes * 1000) / Math.max(1, this.#options.monotonicMs() - this.startedAtMs);
  }

  #open(): void {
    const { localAddress, peer, host } = this.#options;
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      host.count('socket_error');
      // after the connect an error is only an ICMP message about one packet: the deadlines decide
      if (this.#state === 'opening') this.#fail('socket', error.code ?? 'socket error');
    });
    this.#socket.on('message', (packet, from) => {
      // between bind and connect a stranger's packet may have been queued
      if (from.port !== peer.port || from.address !== peer.address) host.count('foreign');
      else this.#onPacket(packet);
    });
    this.#socket.bind({ address: localAddress, port: 0, exclusive: true }, () => {
      if (this.#state === 'closed') return;
      this.#socket.connect(peer.port, peer.address, (error?: Error) => {
        if (this.#state === 'closed') return;
        if (error) {
          this.#fail('socket', 'could not connect');
          return;
        }
        this.#state = 'receiving';
        this.#answer(this.#lastAnswer);
      });
    });
  }

  /** The sender repeats its request: true when it belongs to this transfer and needs nothing new. */
  takesRepeatedRequest(): boolean {
    switch (this.#state) {
      case 'opening':
        return true;
      case 'receiving':
      case 'writing':
        if (this.#blockCount === 0) {
          if (this.#state === 'receiving') this.#answer(this.#lastAnswer);
          return true;
        }
        // a late duplicate, unless the sender has plainly begun anew
        return this.#options.monotonicMs() - this.#lastActivityMs < this.#repeatMs;
      case 'finishing':
        return true;
      default:
        return false; // clients reuse ports at once: this is a new transfer
    }
  }

  /** Moves time on: repeats, ends, lets go. */
  tick(nowMs: number): void {
    if (this.#state === 'dallying' && nowMs >= this.#dallyUntilMs) this.#close();
    if (this.#state !== 'receiving') return;
    const { limits } = this.#options;
    const ageMs = nowMs - this.startedAtMs;
    if (ageMs > limits.totalMs) this.#abort('deadline', TFTP_ERROR.other, 'took too long');
    else if (ageMs > limits.graceMs && this.bytesPerSec < limits.minBytesPerSec)
      this.#abort('too_slow', TFTP_ERROR.other, 'too slow');
    else if (nowMs - this.#lastActivityMs >= this.#repeatMs * (this.#repeats + 1)) {
      if (this.#repeats >= limits.repeatCount) this.#abort('stalled', TFTP_ERROR.other, 'timed out');
      else {
        this.#repeats += 1;
        this.#answer(this.#lastAnswer);
      }
    }
  }

  /** Ends it from our side. */
  abort(reason: TransferFailure, message: string): void {
    if (this.#state === 'finishing') return; // on its way to disk: the file is worth more than the socket
    if (this.isActive) this.#abort(reason, TFTP_ERROR.other, message);
    else this.#close();
  }

  #onPacket(packet: Buffer): void {
    if (packet.length < 4) {
      this.#options.host.count('runt');
      return;
    }
    const opcode = packet.readUInt16BE(0);
    if (opcode === OPCODE.data) this.#onData(packet.readUInt16BE(2), packet.subarray(4));
    else if (opcode === OPCODE.error && (this.#state === 'receiving' || this.#state === 'writing')) {
      this.#fail('peer_error', deviceText(packet.subarray(4)));
    }
  }

  #onData(block: number, data: Buffer): void {
    const isRepeat = this.#blockCount > 0 && block === (this.#blockCount & 0xffff);
    if (isRepeat && (this.#state === 'receiving' || this.#state === 'dallying')) {
      this.#options.host.count('repeated_data');
      if (this.#options.monotonicMs() - this.#lastAckMs >= REPEAT_ACK_MS) this.#answer(this.#lastAnswer);
      return;
    }
    if (this.#state !== 'receiving' || block !== ((this.#blockCount + 1) & 0xffff)) return;
    const { accepted, maxBytes, write, host } = this.#options;
    if (data.length > accepted.blockBytes) {
      this.#abort('illegal', TFTP_ERROR.illegal, 'block too long');
      return;
    }
    if (this.#bytes + data.length > maxBytes) {
      this.#abort('too_big', TFTP_ERROR.full, 'file too big');
      return;
    }
    this.#blockCount += 1;
    this.#bytes += data.length;
    this.#repeats = 0;
    this.#lastActivityMs = this.#options.monotonicMs();
    const written = write.append(data);
    host.progress(this.#bytes);
    if (data.length < accepted.blockBytes) void this.#finish(written);
    else if (written === undefined) this.#acknowledge();
    else void this.#waitFor(written);
  }

  async #waitFor(written: Promise<void>): Promise<void> {
    this.#state = 'writing';
    try {
      await written;
    } catch (error) {
      this.#failOnDisk(error);
      return;
    }
    if ((this.#state as State) !== 'writing') return;
    this.#state = 'receiving';
    this.#acknowledge();
  }

  async #finish(written: Promise<void> | undefined): Promise<void> {
    this.#state = 'finishing';
    try {
      await written;
      const file = await this.#options.write.finish();
      await this.#options.host.settle(file);
    } catch (error) {
      if (error instanceof TransferRefused) this.#abort('differs', error.tftpCode, error.message);
      else this.#failOnDisk(error);
      return;
    }
    if ((this.#state as State) !== 'finishing') return;
    this.#state = 'dallying';
    this.#dallyUntilMs = this.#options.monotonicMs() + this.#options.limits.dallyMs;
    this.#acknowledge();
  }

  #failOnDisk(error: unknown): void {
    const code = (error as NodeJS.ErrnoException).code ?? 'write error';
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    this.#abort('disk', isFull ? TFTP_ERROR.full : TFTP_ERROR.other, isFull ? 'disk full' : 'cannot store', code);
  }

  #acknowledge(): void {
    this.#answer(encodeAck(this.#blockCount));
  }

  #answer(packet: Buffer): void {
    this.#lastAnswer = packet;
    this.#lastAckMs = this.#options.monotonicMs();
    this.#send(packet);
  }

  #send(packet: Buffer, done?: () => void): void {
    try {
      this.#socket.send(packet, (error) => {
        if (error) this.#options.host.count('socket_error');
        done?.();
      });
    } catch {
      this.#options.host.count('socket_error'); // closed or not yet connected
      done?.();
    }
  }

  #abort(reason: TransferFailure, code: TftpErrorCode, message: string, detail = message): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'opening') this.#fail(reason, detail);
    else {
      this.#state = 'closed';
      this.#send(encodeError(code, message), () => this.#dispose());
      this.#report(reason, detail);
    }
  }

  #fail(reason: TransferFailure, detail: string): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#dispose();
    this.#report(reason, detail);
  }

  #report(reason: TransferFailure, detail: string): void {
    this.#options.write.discard().catch(() => this.#options.host.count('discard_error'));
    this.#options.host.failed(reason, detail, this.#bytes);
    this.#options.host.closed();
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#dispose();
    this.#options.host.closed();
  }

  #dispose(): void {
    try {
      this.#socket.close();
    } catch {
      // already closed
    }
  }
}
