import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import type { Component } from '../../lib/component.js';
import { PlantgraphError } from '../../lib/errors.js';
import type { Ip } from '../../lib/ip.js';
import { normaliseAddress, type ExpectedUpload } from './expectations.js';
import type { UploadReceiver } from './receiver.js';
import type { Spool } from './spool.js';
import {
  encodeError,
  negotiate,
  parseRequest,
  TFTP_ERROR,
  type TftpErrorCode,
  type WriteRequest,
} from './tftp-packets.js';
import { DEFAULT_TRANSFER_LIMITS, Transfer, type TransferLimits } from './transfer.js';
import { UploadWaits, type ActiveWait } from './waits.js';

export interface TftpLimits extends TransferLimits {
  /** Transfers that move data, in total and from one address. */
  readonly transfers: number;
  readonly transfersPerHost: number;
  /** Sockets, those of finished transfers that still answer included. */
  readonly sockets: number;
  /** Write requests looked at in a second, in total and from one address. */
  readonly requestsPerSec: number;
  readonly requestsPerHostPerSec: number;
  /** Refusals answered in a second, in total and to one address; the rest is dropped in silence. */
  readonly refusalsPerSec: number;
  readonly refusalsPerHostPerSec: number;
}

export const DEFAULT_TFTP_LIMITS: TftpLimits = {
  ...DEFAULT_TRANSFER_LIMITS,
  transfers: 3000,
  transfersPerHost: 4,
  sockets: 4000,
  requestsPerSec: 10_000,
  requestsPerHostPerSec: 50,
  refusalsPerSec: 200,
  refusalsPerHostPerSec: 10,
};

export type TftpErrorCodeText = 'TFTP_PORT_DENIED' | 'TFTP_PORT_TAKEN' | 'TFTP_ADDRESS_UNKNOWN' | 'TFTP_LISTEN_FAILED';

/** The receiver cannot listen. */
export class TftpListenError extends PlantgraphError {
  readonly code: TftpErrorCodeText;
  readonly retryable = false;
  constructor(code: TftpErrorCodeText, message: string) {
    super(message);
    this.code = code;
  }
}

interface WarnLog {
  warn(fields: object, message: string): void;
}

export interface TftpServerOptions {
  /** One socket for each, so that answers leave from the address that was asked; a wildcard means every address of the host. */
  readonly localAddresses: readonly string[];
  readonly port: number;
  readonly spool: Spool;
  readonly log: WarnLog;
  readonly now: () => Date;
  readonly limits?: Partial<TftpLimits>;
  readonly monotonicMs?: () => number;
  /** Every ended transfer and every refusal, for the counter `plantgraph_tftp_transfers_total{result,reason}`. */
  readonly onCount?: (result: 'stored' | 'failed' | 'refused' | 'ignored', reason: string) => void;
}

export interface TftpServer extends Component, UploadReceiver {
  /** Where it listens, once started. */
  readonly addresses: readonly { readonly address: string; readonly port: number }[];
  readonly activeTransfers: number;
  /** Sockets of transfers, the dallying ones included. */
  readonly openSockets: number;
}

const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
const TICK_MS = 100;
const STOP_WAIT_MS = 3000;
/** Addresses whose refusals are counted within one second; more are not answered. */
const MAX_REFUSED_HOSTS = 10_000;

/** A TFTP server that takes files it asked for and nothing else (pnm-control 12, dependencies 3.3, operations A-08…A-15). */
export function createTftpServer(options: TftpServerOptions): TftpServer {
  return new Server(options);
}

class Server implements TftpServer {
  readonly name = 'tftp';
  readonly #options: TftpServerOptions;
  readonly #limits: TftpLimits;
  readonly #monotonicMs: () => number;
  readonly #waits: UploadWaits;
  readonly #listeners: Socket[] = [];
  readonly #transfers = new Map<string, Transfer>();
  readonly #rate: SecondWindow;
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(options: TftpServerOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_TFTP_LIMITS, ...options.limits };
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#waits = new UploadWaits({ monotonicMs: this.#monotonicMs, now: options.now });
    this.#rate = new SecondWindow(this.#monotonicMs);
  }

  get addresses() {
    return this.#listeners.map((socket) => {
      const { address, port } = socket.address();
      return { address, port };
    });
  }

  get activeTransfers(): number {
    let count = 0;
    for (const transfer of this.#transfers.values()) if (transfer.isActive) count += 1;
    return count;
  }

  get openSockets(): number {
    return this.#transfers.size;
  }

  expect(upload: ExpectedUpload) {
    return this.#waits.add(upload);
  }

  hasRoom(bytes: number): Promise<boolean> {
    return this.#options.spool.hasRoom(bytes);
  }

  async start(): Promise<void> {
    await this.#options.spool.prepare();
    try {
      for (const address of expandWildcards(this.#options.localAddresses)) await this.#listen(address);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    // no new uploads; those that move may end well
    for (const socket of this.#listeners.splice(0)) socket.close();
    const untilMs = this.#monotonicMs() + STOP_WAIT_MS;
    while (this.activeTransfers > 0 && this.#monotonicMs() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    clearInterval(this.#timer);
    for (const transfer of this.#transfers.values()) transfer.abort('cancelled', 'server stops');
    this.#waits.cancelAll();
  }

  #listen(address: string): Promise<void> {
    const isV6 = address.includes(':');
    const socket = isV6 ? createSocket({ type: 'udp6', ipv6Only: true }) : createSocket('udp4');
    return new Promise((resolve, reject) => {
      socket.once('error', (error: NodeJS.ErrnoException) => {
        socket.close();
        reject(listenError(error, address, this.#options.port));
      });
      socket.bind({ address, port: this.#options.port, exclusive: true }, () => {
        socket.removeAllListeners('error');
        socket.on('error', (error) => {
          this.#count('ignored', 'socket_error');
          this.#options.log.warn(
            { address, code: (error as NodeJS.ErrnoException).code },
            'tftp socket reported an error',
          );
        });
        socket.on('message', (packet, from) => this.#onRequest(socket, address, packet, from));
        try {
          socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
        } catch {
          this.#options.log.warn({ address }, 'tftp receive buffer stays small; raise net.core.rmem_max');
        }
        this.#listeners.push(socket);
        resolve();
      });
    });
  }

  #onRequest(socket: Socket, localAddress: string, packet: Buffer, from: RemoteInfo): void {
    if (this.#isStopping) return;
    if (this.#rate.take('*', this.#limits.requestsPerSec) === false) {
      this.#count('ignored', 'rate');
      return;
    }
    const refuse = (code: TftpErrorCode, message: string, reason: string) =>
      this.#refuse(socket, from, code, message, reason);
    const parsed = parseRequest(packet);
    if (parsed.kind === 'malformed') {
      this.#count('ignored', 'malformed'); // no answer: nothing to gain, something to reflect
      return;
    }
    if (parsed.kind === 'read') return refuse(TFTP_ERROR.access, 'no reading here', 'read');

    const source = normaliseAddress(from.address);
    const wait = source === undefined ? undefined : this.#waits.find(source, parsed.request.name);
    if (source === undefined || wait === undefined) return refuse(TFTP_ERROR.access, 'not asked for', 'unexpected');
    if (!this.#rate.take(source, this.#limits.requestsPerHostPerSec)) {
      this.#count('ignored', 'host_rate');
      return;
    }
    const key = `${localAddress} ${from.address} ${from.port}`;
    const known = this.#transfers.get(key);
    if (known?.takesRepeatedRequest()) return;
    known?.abort('replaced', 'new request');
    if (parsed.request.mode !== 'octet') return refuse(TFTP_ERROR.illegal, 'octet mode only', 'mode');
    void this.#begin(key, localAddress, from, parsed.request, wait, refuse);
  }

  async #begin(
    key: string,
    localAddress: string,
    from: RemoteInfo,
    request: WriteRequest,
    wait: ActiveWait,
    refuse: (code: TftpErrorCode, message: string, reason: string) => void,
  ): Promise<void> {
    const accepted = negotiate(request.options);
    const { maxBytes } = wait.upload;
    if ((accepted.announcedBytes ?? 0) > maxBytes) return refuse(TFTP_ERROR.full, 'file too big', 'too_big');
    const hasRoom = await this.#options.spool.hasRoom(maxBytes).catch(() => false);
    if (!hasRoom) return refuse(TFTP_ERROR.full, 'disk full', 'disk_full');
    // the request may have been repeated, or the wait ended, while the disk was asked
    if (this.#isStopping || !wait.isOpen || this.#transfers.get(key)?.isActive) return;
    if (wait.transferCount >= this.#limits.transfersPerHost || !this.#makeRoom(wait.upload.sourceAddress)) {
      return refuse(TFTP_ERROR.full, 'busy', 'busy');
    }
    const transfer: Transfer = new Transfer({
      localAddress,
      peer: { address: from.address, port: from.port },
      accepted,
      maxBytes,
      limits: this.#limits,
      write: this.#options.spool.write(),
      monotonicMs: this.#monotonicMs,
      host: {
        settle: async (written) => {
          const isNew = await this.#waits.settle(wait, written, request.name);
          this.#count('stored', isNew ? 'new' : 'repeated');
        },
        progress: (bytes) => wait.progress(bytes),
        failed: (reason, detail, bytes) => {
          this.#count('failed', reason);
          wait.transferFailed({ reason, detail, bytes });
        },
        closed: () => {
          wait.transfers.delete(transfer);
          if (this.#transfers.get(key) === transfer) this.#transfers.delete(key);
        },
        count: (what) => this.#count('ignored', what),
      },
    });
    wait.transfers.add(transfer);
    this.#transfers.set(key, transfer);
  }

  /** Caps on transfers and sockets; the slowest old transfer, or the oldest finished one, makes room. */
  #makeRoom(source: Ip): boolean {
    if (this.#waits.transfersFrom(source) >= this.#limits.transfersPerHost) return false;
    if (this.#transfers.size >= this.#limits.sockets) {
      for (const transfer of this.#transfers.values()) {
        if (!transfer.isDallying) continue;
        transfer.abort('replaced', 'room needed');
        break;
      }
      if (this.#transfers.size >= this.#limits.sockets) return false;
    }
    if (this.activeTransfers < this.#limits.transfers) return true;
    const graceEndedMs = this.#monotonicMs() - this.#limits.graceMs;
    let slowest: Transfer | undefined;
    for (const transfer of this.#transfers.values()) {
      if (!transfer.isActive || transfer.startedAtMs > graceEndedMs) continue;
      if (slowest === undefined || transfer.bytesPerSec < slowest.bytesPerSec) slowest = transfer;
    }
    slowest?.abort('evicted', 'too slow');
    return this.activeTransfers < this.#limits.transfers;
  }

  #refuse(socket: Socket, from: RemoteInfo, code: TftpErrorCode, message: string, reason: string): void {
    this.#count('refused', reason);
    const mayAnswer =
      this.#rate.take('refusals', this.#limits.refusalsPerSec) &&
      this.#rate.take(`refused ${from.address}`, this.#limits.refusalsPerHostPerSec);
    if (!mayAnswer) return;
    // no socket is kept for a refusal, so it comes from the listening port
    socket.send(encodeError(code, message), from.port, from.address, (error) => {
      if (error) this.#count('ignored', 'socket_error');
    });
  }

  #tick(): void {
    const nowMs = this.#monotonicMs();
    for (const transfer of this.#transfers.values()) transfer.tick(nowMs);
    this.#waits.tick(nowMs);
  }

  #count(result: 'stored' | 'failed' | 'refused' | 'ignored', reason: string): void {
    this.#options.onCount?.(result, reason);
  }
}

/** How often a key was taken within the current second; bounded in keys. */
class SecondWindow {
  readonly #monotonicMs: () => number;
  readonly #taken = new Map<string, number>();
  #second = -1;

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  take(key: string, limit: number): boolean {
    const second = Math.floor(this.#monotonicMs() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#taken.clear();
    }
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= limit || (taken === 0 && this.#taken.size >= MAX_REFUSED_HOSTS)) return false;
    this.#taken.set(key, taken + 1);
    return true;
  }
}

/** A wildcard socket may answer from another address than the one asked (Node has no IP_PKTINFO). */
function expandWildcards(addresses: readonly string[]): string[] {
  const expanded = addresses.flatMap((address) => {
    if (address !== '0.0.0.0' && address !== '::') return [address];
    const family = address === '::' ? 'IPv6' : 'IPv4';
    return Object.values(networkInterfaces()).flatMap((entries) =>
      (entries ?? [])
        .filter((entry) => entry.family === family && !entry.address.startsWith('fe80'))
        .map((entry) => entry.address),
    );
  });
  return [...new Set(expanded)];
}

function listenError(error: NodeJS.ErrnoException, address: string, port: number): TftpListenError {
  const where = `${address} port ${port}/udp`;
  switch (error.code) {
    case 'EACCES':
      return new TftpListenError(
        'TFTP_PORT_DENIED',
        `may not listen on ${where}: grant CAP_NET_BIND_SERVICE, set net.ipv4.ip_unprivileged_port_start=69, or choose another TFTP port`,
      );
    case 'EADDRINUSE':
      return new TftpListenError(
        'TFTP_PORT_TAKEN',
        `${where} is taken: stop the other TFTP server or choose another port`,
      );
    case 'EADDRNOTAVAIL':
      return new TftpListenError(
        'TFTP_ADDRESS_UNKNOWN',
        `${address} is no address of this host: correct the TFTP addresses in the configuration`,
      );
    default:
      return new TftpListenError('TFTP_LISTEN_FAILED', `cannot listen on ${where} (${error.code ?? 'unknown error'})`);
  }
}
