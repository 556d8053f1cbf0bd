import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { randomFillSync } from 'node:crypto';
import type { Device } from './device.js';
import type { Exchange } from './exchange.js';
import { SlotTable } from './slots.js';

export type Receive = (datagram: Buffer, from: RemoteInfo, port: UdpPort) => void;

const SLOT_BITS = 16;
/** Asked of the kernel, which grants at most net.core.rmem_max. */
const WANTED_BUFFER_OCTETS = 8 * 1024 * 1024;
/** Kept free: the kernel's accounting is coarse and other datagrams may arrive. */
const USABLE_SHARE = 0.75;
const RANDOM_POOL = 1_024;
/** Datagrams that the event loop reads in one turn before it sees to anything else (libuv, uv__udp_recvmsg). */
const READ_AT_ONCE = 32;
/** Sent together at most, when so many answers wait to be read. */
const SENT_AT_ONCE = 160;

/** Unpredictable numbers for ids, from a pool: a call to the system for each costs more than the request. */
function randomSource(): (bits: number) => number {
  const pool = new Uint32Array(RANDOM_POOL);
  let at = RANDOM_POOL;
  return (bits) => {
    if (at === RANDOM_POOL) {
      randomFillSync(pool);
      at = 0;
    }
    return bits === 0 ? 0 : (pool[at++] as number) >>> (32 - bits);
  };
}

/** About what a datagram of so many octets occupies of a socket's receive buffer on Linux. */
export const chargeOf = (octets: number): number =>
  octets <= 200 ? 768 : octets <= 1_500 ? 2_304 : octets * 2 + 1_024;

/** One socket for all devices of an address family, and the room in its receive buffer. */
export class UdpPort {
  readonly slots = new SlotTable<Exchange>(SLOT_BITS, randomSource());
  /** Devices that wait for room, in the order of arrival. */
  readonly line: Device[] = [];
  isReady = false;
  failure: string | undefined;
  roomOctets = 0;
  heldOctets = 0;
  readonly #family: 4 | 6;
  readonly #receive: Receive;
  readonly #onReady: (port: UdpPort) => void;
  readonly #onError: (port: UdpPort) => void;
  readonly #receiveBuffer: number | 'default';
  #socket: Socket | undefined;
  /** Sent at the end of this turn of the event loop. */
  readonly #outbox: (Exchange | undefined)[] = [];
  #outboxCount = 0;
  /** Of these, those that were there when it was last put off. */
  #waitedCount = 0;

  constructor(
    family: 4 | 6,
    receiveBuffer: number | 'default' | undefined,
    on: { receive: Receive; ready: (port: UdpPort) => void; error: (port: UdpPort) => void },
  ) {
    this.#family = family;
    this.#receiveBuffer = receiveBuffer ?? WANTED_BUFFER_OCTETS;
    this.#receive = on.receive;
    this.#onReady = on.ready;
    this.#onError = on.error;
  }

  get localPort(): number | undefined {
    return this.isReady ? this.#socket?.address().port : undefined;
  }

  /** Whether an answer of this charge fits beside those under way; one alone always does. */
  hasRoom(charge: number): boolean {
    return this.heldOctets === 0 || this.heldOctets + charge <= this.roomOctets;
  }

  open(): void {
    if (this.#socket) return;
    const family = this.#family;
    const socket = createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      // targets are addresses already; the default would look each of them up again
      lookup: (host, _options, done) => done(null, host, family),
    });
    this.#socket = socket;
    socket.on('message', (datagram, from) => this.#receive(datagram, from, this));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#onError(this);
      if (this.isReady) return; // one datagram could not be sent: its request is repeated
      this.failure = error.code ?? 'unknown';
      this.#onReady(this);
    });
    socket.on('listening', () => {
      if (this.#socket !== socket) return;
      this.isReady = true;
      this.roomOctets = Math.floor(this.#bufferOctets(socket) * USABLE_SHARE);
      socket.unref();
      this.#onReady(this);
    });
    socket.bind(0);
  }

  #bufferOctets(socket: Socket): number {
    if (this.#receiveBuffer !== 'default') {
      try {
        socket.setRecvBufferSize(this.#receiveBuffer);
      } catch {
        // the kernel's default remains, and the room is counted from it
      }
    }
    return socket.getRecvBufferSize();
  }

  /**
   * Sends the exchange's datagram after those that have come are read. One after another, they find the receiver awake;
   * each on its own would wake it, and the kernel then gives it this processor at once.
   */
  send(exchange: Exchange): void {
    if (exchange.isInOutbox) return;
    exchange.isInOutbox = true;
    if (this.#outboxCount === 0) setImmediate(this.#flush);
    this.#outbox[this.#outboxCount++] = exchange;
  }

  readonly #flush = (): void => {
    const outbox = this.#outbox;
    const count = this.#outboxCount;
    // a full turn: more answers are there already, and each waking of the receiver costs a switch of this processor
    if (count - this.#waitedCount >= READ_AT_ONCE && count < SENT_AT_ONCE) {
      this.#waitedCount = count;
      setImmediate(this.#flush);
      return;
    }
    this.#waitedCount = 0;
    for (let i = 0; i < count; i++) {
      const exchange = outbox[i] as Exchange;
      outbox[i] = undefined;
      exchange.isInOutbox = false;
      const { id, datagram, device } = exchange;
      // given up meanwhile
      if (id < 0 || !datagram) continue;
      try {
        this.#socket?.send(datagram, device.port, device.address);
      } catch {
        this.#onError(this); // its request is repeated
      }
    }
    this.#outboxCount = 0;
  };

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.isReady = false;
    if (socket) {
      socket.removeAllListeners('message');
      socket.close();
    }
  }
}
