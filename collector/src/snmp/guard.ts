import { createSocket, type RemoteInfo, type Socket, type SocketType } from 'node:dgram';
import { EventEmitter } from 'node:events';
import { tryParseIp } from '../lib/ip.js';
import type { AuthProtocol } from './credential.js';
import { PDU, readMessageHead, type MessageHead, type UsmHead } from './message-head.js';
import { hasValidDigest, localizeKey, passwordToKey } from './usm.js';

/**
 * What became of every datagram. `sent` and `accepted` are the normal ones; the others count what was dropped and why:
 * source (other address or port), decode (not an SNMP message to its last octet, or refused by the library), version,
 * pdu (not an answer), id (never asked), late (answered or given up before), community, level (below the credential's
 * security level and no Report), user, digest; socket counts failures of the local socket. The engine also counts resent
 * (of `sent`), window (authenticated, but outside the time window), context (of another context or engine), otherAddress
 * (taken by a device's exception), refused (not asked because the device has been silent), noSlot (every id in use).
 */
export type SnmpCounter =
  | 'sent'
  | 'accepted'
  | 'source'
  | 'decode'
  | 'version'
  | 'pdu'
  | 'id'
  | 'late'
  | 'community'
  | 'level'
  | 'user'
  | 'digest'
  | 'socket'
  | 'resent'
  | 'window'
  | 'context'
  | 'otherAddress'
  | 'refused'
  | 'noSlot';
export type SnmpCounters = Record<SnmpCounter, number>;

export const createSnmpCounters = (): SnmpCounters => ({
  sent: 0,
  accepted: 0,
  source: 0,
  decode: 0,
  version: 0,
  pdu: 0,
  id: 0,
  late: 0,
  community: 0,
  level: 0,
  user: 0,
  digest: 0,
  socket: 0,
  resent: 0,
  window: 0,
  context: 0,
  otherAddress: 0,
  refused: 0,
  noSlot: 0,
});

/** Who must have sent the answer to what is asked now. */
export type Expected =
  | { readonly version: '1' | '2c'; readonly community: string }
  | {
      readonly version: '3';
      readonly user: string;
      /** Flags an answer with data must have: 0 noAuthNoPriv, 1 authNoPriv, 3 authPriv. */
      readonly level: 0 | 1 | 3;
      readonly auth: { readonly protocol: AuthProtocol; readonly password: string } | undefined;
    };

/** The part of node:dgram that the library uses. */
export interface DgramModule {
  createSocket(type: SocketType): EventEmitter;
}

export interface Guard {
  /** For the library's option of the same name: its only way to a socket. */
  readonly dgramModule: DgramModule;
  /** Sets what the answers to the next requests must look like. */
  expect(expected: Expected): void;
  /** The request is answered or given up: what still comes for it is late. */
  settle(): void;
  /** Datagrams sent so far. */
  readonly sentCount: number;
}

export interface GuardOptions {
  /** Address, not name: answers must come from it. */
  readonly address: string;
  readonly port: number;
  readonly counters: SnmpCounters;
  readonly onSocketError: (code: string) => void;
}

const RECENT_IDS = 256;
/** As it stands in a message. */
const MESSAGE_VERSION = { '1': 0, '2c': 1, '3': 3 } as const;
const KNOWN_ENGINES = 8;

/**
 * A wall between the network and the library, which looks at neither the source nor the level of an answer, removes
 * the request before it has checked the digest, and lets its own decoding errors end the process. It sees one request
 * at a time, so what may come in is known exactly.
 */
export function createGuard(options: GuardOptions): Guard {
  const { port, counters } = options;
  const address = tryParseIp(options.address);
  const pending = new Set<number>();
  const recent = new Set<number>();
  let expected: Expected | undefined;
  let sentCount = 0;
  let masterKey: Buffer | undefined;
  const localizedKeys = new Map<string, Buffer>();

  const finish = (id: number) => {
    pending.delete(id);
    recent.delete(id);
    recent.add(id);
    if (recent.size > RECENT_IDS) recent.delete(recent.values().next().value as number);
  };

  const localizedKeyOf = (auth: { protocol: AuthProtocol; password: string }, engineId: Uint8Array): Buffer => {
    const engine = Buffer.from(engineId).toString('hex');
    const known = localizedKeys.get(engine);
    if (known) return known;
    masterKey ??= passwordToKey(auth.protocol, auth.password);
    const key = localizeKey(auth.protocol, masterKey, engineId);
    if (localizedKeys.size >= KNOWN_ENGINES) localizedKeys.clear();
    localizedKeys.set(engine, key);
    return key;
  };

  const faultOfUsm = (
    head: UsmHead,
    message: Uint8Array,
    want: Expected & { version: '3' },
  ): SnmpCounter | undefined => {
    const isReport = head.isUsmReport;
    const level = head.flags & 3;
    if (isReport ? level > want.level : level !== want.level) return 'level'; // RFC 3412, 7.2 step 12b
    const user = Buffer.from(head.user).toString('utf8');
    if (user !== want.user && !(isReport && user === '')) return 'user'; // discovery is answered to nobody
    if (level !== 0 && want.auth) {
      const key = localizedKeyOf(want.auth, head.engineId);
      if (!hasValidDigest(want.auth.protocol, key, message, head.digestStart, head.digestEnd)) return 'digest';
    }
    return undefined;
  };

  const faultOf = (head: MessageHead, message: Uint8Array): SnmpCounter | undefined => {
    if (!expected || head.version !== MESSAGE_VERSION[expected.version]) return 'version';
    if (!pending.has(head.id)) return recent.has(head.id) ? 'late' : 'id';
    const isAnswer = head.pduTag === undefined || head.pduTag === PDU.response;
    if (!isAnswer && !(head.version === 3 && head.pduTag === PDU.report)) return 'pdu';
    if (head.version === 3) return expected.version === '3' ? faultOfUsm(head, message, expected) : 'version';
    const isOurs = expected.version !== '3' && Buffer.from(expected.community, 'utf8').equals(head.community);
    return isOurs ? undefined : 'community';
  };

  const admit = (datagram: Buffer, from: RemoteInfo): Buffer | undefined => {
    if (from.port !== port || tryParseIp(from.address) !== address) {
      counters.source++;
      return undefined;
    }
    const head = readMessageHead(datagram);
    if (!head) {
      counters.decode++;
      return undefined;
    }
    const message = datagram.subarray(0, head.length);
    const fault = faultOf(head, message);
    if (fault) {
      counters[fault]++;
      return undefined;
    }
    finish(head.id);
    counters.accepted++;
    return message;
  };

  const noteSent = (message: Uint8Array) => {
    const head = readMessageHead(message);
    if (head) pending.add(head.id);
    counters.sent++;
    sentCount++;
  };

  return {
    dgramModule: {
      createSocket: (type) => new GuardedSocket(createSocket(type), options, noteSent, admit),
    },
    expect(next) {
      expected = next;
    },
    settle() {
      [...pending].forEach(finish);
    },
    get sentCount() {
      return sentCount;
    },
  };
}

/** What the library holds for a socket: it sends to the one peer, and hears only what the guard admits. */
class GuardedSocket extends EventEmitter {
  readonly #socket: Socket;
  readonly #options: GuardOptions;
  readonly #noteSent: (message: Uint8Array) => void;
  #closed = false;

  constructor(
    socket: Socket,
    options: GuardOptions,
    noteSent: (message: Uint8Array) => void,
    admit: (datagram: Buffer, from: RemoteInfo) => Buffer | undefined,
  ) {
    super();
    this.#socket = socket;
    this.#options = options;
    this.#noteSent = noteSent;
    socket.on('message', (datagram, from) => {
      const message = admit(datagram, from);
      if (message) this.#deliver(message, from);
    });
    socket.on('close', () => this.emit('close'));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      options.counters.socket++;
      options.onSocketError(error.code ?? 'unknown');
    });
  }

  send(
    buffer: Uint8Array,
    offset: number,
    length: number,
    _port: number,
    _host: string,
    callback: (error: Error | null) => void,
  ): void {
    const message = buffer.subarray(offset, offset + length);
    this.#noteSent(message);
    this.#socket.send(message, this.#options.port, this.#options.address, (error) => {
      if (error) this.#options.counters.socket++;
      callback(error);
    });
  }

  ref(): void {
    if (!this.#closed) this.#socket.ref();
  }

  unref(): void {
    if (!this.#closed) this.#socket.unref();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  /** The library throws on some well-formed messages it did not expect; that is the message's fault, not the process's. */
  #deliver(message: Buffer, from: RemoteInfo): void {
    for (const listener of this.listeners('message')) {
      try {
        listener(message, from);
      } catch {
        this.#options.counters.decode++;
      }
    }
  }
}
