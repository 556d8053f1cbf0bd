import { setMaxListeners } from 'node:events';
import { isIP } from 'node:net';
import type { SnmpTarget } from './credential.js';
import { createLocalEngine, type EngineClient } from './engine/client.js';
import { addressOf, engineGet, engineWalk, type EngineWalkOptions } from './engine-reader.js';
import { SnmpError } from './errors.js';
import { createGuard, createSnmpCounters, type Expected, type Guard, type SnmpCounters } from './guard.js';
import {
  failureOf,
  isInLibrary,
  librarySetOf,
  openLibrarySession,
  varbindOf,
  type Done,
  type Failure,
  type LibrarySession,
} from './library.js';
import { DEFAULT_WALK_LIMITS, type Scalars, type SetVarbind, type SnmpReader, type WalkOptions } from './reader.js';
import { parseOid } from './recording.js';
import { bigintOf, bytesOf, numberOf, oidOf } from './rows.js';
import { Turnstile } from './turnstile.js';
import {
  walkTable,
  type Exchange,
  type RequestSize,
  type TaggedWalk,
  type Varbind,
  type WalkTransport,
} from './walk.js';

export interface SnmpReaderDeps {
  /** Shared by all readers that should be counted together. */
  readonly counters?: SnmpCounters;
  readonly now?: () => Date;
  /** Walks for all readers that share it. Without one the reader has its own in this thread; `none` walks by the library. */
  readonly engine?: EngineClient | 'none';
}

/** A reader over the network. Its rows also know their tags. */
export interface LiveReader extends SnmpReader {
  walk(columns: readonly string[], options?: EngineWalkOptions): Promise<TaggedWalk>;
}

/** About what fills one Ethernet datagram without fragments, at 24 to 30 octets a varbind. */
const VARBINDS_PER_PDU = 50;
const OIDS_PER_GET = 25;
/** Requests that may wait for this device; it answers one at a time. */
const MAX_WAITING = 256;
const REMEMBERED_SIZES = 64;
/** Above the library's own timers, which it may lose. */
const WATCHDOG_MARGIN_MS = 1_000;
/** A v3 session asks up to three times for its first answer: engine, time, data. */
const V3_EXCHANGES = 3;
const SYS_UP_TIME = '1.3.6.1.2.1.1.3.0';
const GENERAL_ERROR = 5;
const NO_SUCH_NAME = 2;
const TOO_BIG = 1;
const FIRST_EXCEPTION_TAG = 128;

interface Link {
  readonly session: LibrarySession;
  readonly guard: Guard;
  readonly credential: SnmpTarget['credential'];
}

interface Identity {
  readonly community: string;
  readonly context: string;
}

type Ask = (session: LibrarySession, done: Done) => void;
type Raw = { readonly kind: 'raw'; readonly varbinds: unknown } | Failure;

/**
 * A live reader: walks and GETs go through our engine, SET through one session of the library for the device, opened with
 * the first request and kept as long as its credential is the same.
 */
export function createSnmpReader(target: SnmpTarget, deps: SnmpReaderDeps = {}): LiveReader {
  return new SessionReader(target, deps);
}

class SessionReader implements LiveReader {
  readonly #target: SnmpTarget;
  readonly #counters: SnmpCounters;
  readonly #now: () => Date;
  readonly #turnstile = new Turnstile(MAX_WAITING);
  readonly #sizes = new Map<string, RequestSize>();
  #link: Link | undefined;
  readonly #closing = new AbortController();
  #engine: EngineClient | 'none' | undefined;
  #ownEngine: EngineClient | undefined;
  #hasAnswered = false;
  #closed = false;
  #abandon: ((detail: string) => void) | undefined;

  constructor(target: SnmpTarget, deps: SnmpReaderDeps) {
    this.#target = target;
    this.#counters = deps.counters ?? createSnmpCounters();
    this.#now = deps.now ?? (() => new Date());
    this.#engine = deps.engine;
    setMaxListeners(0, this.#closing.signal); // one for each walk under way
  }

  walk(columns: readonly string[], options: EngineWalkOptions = {}): Promise<TaggedWalk> {
    const engine = this.#engineToUse();
    if (!engine) return this.#walkByLibrary(columns, options);
    return engineWalk({ engine }, this.#target, columns, { ...options, signal: this.#signalOf(options.signal) });
  }

  get(oids: readonly string[], options: { signal?: AbortSignal; vlan?: number } = {}): Promise<Scalars> {
    const engine = this.#engineToUse();
    if (!engine) return this.#getByLibrary(oids, options);
    return engineGet({ engine }, this.#target, oids, this.#signalOf(options.signal), options.vlan);
  }

  /** None in tests of the library. */
  #engineToUse(): EngineClient | undefined {
    if (this.#engine === 'none') return undefined;
    this.#engine ??= this.#ownEngine = createLocalEngine({ counters: this.#counters });
    return this.#engine;
  }

  #signalOf(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#closing.signal]) : this.#closing.signal;
  }

  async #walkByLibrary(columns: readonly string[], options: WalkOptions): Promise<TaggedWalk> {
    const identity = this.#identityOf(options.vlan);
    let sentCount = 0;
    const count = (sent: number) => (sentCount += sent);
    const transport: WalkTransport = {
      bulk: async ({ oids, firstOid, repetitions, signal }) => {
        const asked = firstOid === undefined ? [...oids] : [firstOid, ...oids];
        const nonRepeaters = firstOid === undefined ? 0 : 1;
        const ask: Ask = (session, done) => {
          // names are checked by the walk; the library would refuse what agents put beside endOfMibView
          session.reportOidMismatchErrors = false;
          session.getBulk(asked, nonRepeaters, repetitions, done);
        };
        const raw = await this.#exchange(identity, ask, signal, count);
        return raw.kind === 'raw' ? bulkAnswer(raw.varbinds, nonRepeaters) : raw;
      },
      next: async (oid, signal) => {
        const ask: Ask = (session, done) => session.getNext([oid], done);
        const raw = await this.#exchange(identity, ask, signal, count);
        if (raw.kind !== 'raw') return raw;
        return { kind: 'answer', first: undefined, columns: [listOf(raw.varbinds).map(varbindOf)] };
      },
      get sentCount() {
        return sentCount;
      },
    };
    const sizeKey = columns.join(' ');
    const { walk, size } = await walkTable(transport, {
      columns,
      limits: { ...DEFAULT_WALK_LIMITS, ...options.limits },
      size: this.#sizeFor(sizeKey, columns.length),
      hasAnswered: this.#hasAnswered,
      signal: options.signal,
      now: this.#now,
    });
    this.#remember(sizeKey, size);
    return walk;
  }

  async #getByLibrary(oids: readonly string[], options: { signal?: AbortSignal; vlan?: number }): Promise<Scalars> {
    const identity = this.#identityOf(options.vlan);
    const found = new Map<string, Varbind>();
    const names = oids.map((oid) => parseOid(oid).join('.'));
    for (let at = 0; at < names.length; at += OIDS_PER_GET) {
      await this.#getInto(found, names.slice(at, at + OIDS_PER_GET), identity, options.signal);
    }
    const value = (oid: string) => found.get(parseOid(oid).join('.'))?.value;
    return {
      has: (oid) => found.has(parseOid(oid).join('.')),
      bytes: (oid) => bytesOf(value(oid)),
      number: (oid) => numberOf(value(oid)),
      bigint: (oid) => bigintOf(value(oid)),
      oid: (oid) => oidOf(value(oid)),
    };
  }

  async set(varbinds: readonly SetVarbind[], options: { signal?: AbortSignal } = {}): Promise<void> {
    const { credential } = this.#target;
    const identity = this.#identityOf(undefined);
    if (credential.version !== '3' && !credential.writeCommunity) {
      throw new SnmpError('SNMP_NO_WRITE_CREDENTIAL', `${this.#target.host} has no community for writing`);
    }
    // the engine is discovered by a read, because the SET itself goes out once only
    if (credential.version === '3' && credential.priv && !isInLibrary(credential.priv.protocol)) {
      const cipher = credential.priv.protocol;
      throw new SnmpError('SNMP_NO_WRITE_CREDENTIAL', `${this.#target.host}: nothing can be SET with ${cipher}`);
    }
    const isKnown = this.#hasAnswered && this.#link?.credential === credential;
    if (credential.version === '3' && !isKnown) await this.#getByLibrary([SYS_UP_TIME], options);
    const writer =
      credential.version !== '3' && credential.writeCommunity
        ? { ...identity, community: credential.writeCommunity.reveal() }
        : identity;
    const request = librarySetOf(varbinds);
    const ask: Ask = (session, done) => {
      // a repeat whose first copy arrived would be a second SET: whether it took is for the caller to read back
      session.retries = 0;
      session.set(request, done);
    };
    const raw = await this.#exchange(writer, ask, options.signal, () => undefined);
    if (raw.kind !== 'raw') throw this.#errorOf(raw);
  }

  close(): void {
    this.#closed = true;
    this.#closing.abort();
    void this.#ownEngine?.close();
    this.#drop('the reader was closed');
  }

  async #getInto(
    found: Map<string, Varbind>,
    names: readonly string[],
    identity: Identity,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (names.length === 0) return;
    const ask: Ask = (session, done) => session.get([...names], done);
    const raw = await this.#exchange(identity, ask, signal, () => undefined);
    if (raw.kind === 'raw') {
      for (const varbind of listOf(raw.varbinds).map(varbindOf)) {
        if (varbind.tag < FIRST_EXCEPTION_TAG) found.set(varbind.oid, varbind);
      }
      return;
    }
    if (raw.kind === 'errorStatus' && names.length > 1) {
      if (raw.status === TOO_BIG) {
        const half = names.length >> 1;
        await this.#getInto(found, names.slice(0, half), identity, signal);
        return this.#getInto(found, names.slice(half), identity, signal);
      }
      // one broken object must not hide the others
      const isBroken = raw.status === GENERAL_ERROR || raw.status === NO_SUCH_NAME;
      const others = names.filter((name) => name !== raw.oid);
      if (isBroken && others.length < names.length) return this.#getInto(found, others, identity, signal);
    }
    if (raw.kind === 'errorStatus' && raw.status === NO_SUCH_NAME) return; // v1 behind a proxy: the object is absent
    throw this.#errorOf(raw);
  }

  /** One request and its answer, alone on the device. Never rejects. */
  async #exchange(
    identity: Identity,
    ask: Ask,
    signal: AbortSignal | undefined,
    count: (sent: number) => void,
  ): Promise<Raw> {
    const turn = await this.#turnstile.enter(signal);
    if (turn === 'full') return { kind: 'timeout', detail: 'too many requests wait for this device' };
    if (turn === 'cancelled') return { kind: 'cancelled', detail: 'given up before it was sent' };
    try {
      const raw = await this.#attempt(identity, ask, signal, count);
      if (raw.kind !== 'auth' || raw.resync === undefined) return raw;
      if (raw.resync === 'reopen') this.#drop('the engine is discovered anew');
      return await this.#attempt(identity, ask, signal, count);
    } finally {
      turn();
    }
  }

  async #attempt(
    identity: Identity,
    ask: Ask,
    signal: AbortSignal | undefined,
    count: (sent: number) => void,
  ): Promise<Raw> {
    if (signal?.aborted || this.#closed) return { kind: 'cancelled', detail: 'given up before it was sent' };
    let link: Link;
    try {
      link = await this.#open();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      return { kind: 'socket', detail: `${this.#target.host} cannot be reached from here: ${code ?? 'unknown'}` };
    }
    if (this.#closed) {
      this.#drop('the reader was closed');
      return { kind: 'cancelled', detail: 'the reader was closed' };
    }
    const { session, guard } = link;
    const sentBefore = guard.sentCount;
    guard.expect(this.#expectedOf(identity));
    session.community = identity.community;
    session.context = identity.context;
    session.retries = this.#target.retries;
    session.reportOidMismatchErrors = true;
    const raw = await this.#await(session, ask, signal);
    guard.settle();
    count(guard.sentCount - sentBefore);
    if (raw.kind === 'raw' || raw.kind === 'errorStatus') this.#hasAnswered = true;
    return raw;
  }

  #await(session: LibrarySession, ask: Ask, signal: AbortSignal | undefined): Promise<Raw> {
    return new Promise((resolve) => {
      let isSettled = false;
      const settle = (raw: Raw) => {
        if (isSettled) return;
        isSettled = true;
        clearTimeout(watchdog);
        signal?.removeEventListener('abort', onAbort);
        this.#abandon = undefined;
        resolve(raw);
        // whatever the library still holds for it must not be sent again
        if (raw.kind !== 'raw') session.cancelRequests(new Error('given up'));
      };
      const onAbort = () => settle({ kind: 'cancelled', detail: 'the request was given up' });
      const { timeoutMs, retries, credential } = this.#target;
      const exchanges = credential.version === '3' ? V3_EXCHANGES : 1;
      const watchdog = setTimeout(
        () => settle({ kind: 'timeout', detail: 'no answer within the tries' }),
        timeoutMs * (retries + 1) * exchanges + WATCHDOG_MARGIN_MS,
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#abandon = (detail) => settle({ kind: 'cancelled', detail });
      try {
        ask(session, (error, varbinds) => settle(error ? failureOf(error) : { kind: 'raw', varbinds }));
      } catch (error) {
        settle(failureOf(error));
      }
    });
  }

  async #open(): Promise<Link> {
    const { host, port, credential, timeoutMs, retries } = this.#target;
    if (this.#link?.credential === credential) return this.#link;
    if (this.#link) this.#drop('the credential has changed');
    this.#hasAnswered = false;
    const address = await addressOf(host);
    const guard = createGuard({
      address,
      port,
      counters: this.#counters,
      onSocketError: (code) => this.#drop(`the local socket failed: ${code}`),
    });
    const isIpv6 = isIP(address) === 6;
    const dgramModule = guard.dgramModule;
    const session = openLibrarySession(credential, { address, port, isIpv6, timeoutMs, retries, dgramModule });
    session.on('error', () => this.#counters.decode++);
    this.#link = { session, guard, credential };
    return this.#link;
  }

  #drop(detail: string): void {
    const link = this.#link;
    this.#link = undefined;
    this.#abandon?.(detail);
    link?.session.close();
  }

  #identityOf(vlan: number | undefined): Identity {
    const { credential } = this.#target;
    if (vlan !== undefined && !(Number.isInteger(vlan) && vlan >= 0 && vlan <= 4095)) {
      throw new RangeError(`not a VLAN: ${vlan}`);
    }
    if (credential.version !== '3') {
      const community = credential.community.reveal();
      return { community: vlan === undefined ? community : `${community}@${vlan}`, context: '' };
    }
    return { community: '', context: vlan === undefined ? (credential.context ?? '') : `vlan-${vlan}` };
  }

  #expectedOf(identity: Identity): Expected {
    const { credential } = this.#target;
    if (credential.version !== '3') return { version: credential.version, community: identity.community };
    const { user, auth, priv } = credential;
    return {
      version: '3',
      user,
      level: auth && priv ? 3 : auth ? 1 : 0,
      auth: auth && { protocol: auth.protocol, password: auth.password.reveal() },
    };
  }

  /** What the agent took last time, doubled: it may have had a bad moment. */
  #sizeFor(key: string, columns: number): RequestSize {
    const most = Math.min(
      this.#target.maxRepetitions,
      Math.max(1, Math.floor(VARBINDS_PER_PDU / Math.max(1, columns))),
    );
    const full: RequestSize = { repetitions: Math.max(1, most), columns: Math.max(1, columns), single: false };
    const learned = this.#sizes.get(key);
    if (!learned) return full;
    return {
      repetitions: Math.min(full.repetitions, learned.repetitions * 2),
      columns: Math.min(full.columns, learned.columns * 2),
      single: false,
    };
  }

  #remember(key: string, size: RequestSize): void {
    this.#sizes.delete(key);
    this.#sizes.set(key, size);
    if (this.#sizes.size > REMEMBERED_SIZES) this.#sizes.delete(this.#sizes.keys().next().value as string);
  }

  #errorOf(failure: Failure): SnmpError {
    const host = this.#target.host;
    switch (failure.kind) {
      case 'errorStatus': {
        const where = failure.oid === undefined ? '' : ` at ${failure.oid}`;
        const isRefusal = failure.status === 16 || failure.status === 6;
        return new SnmpError(
          isRefusal ? 'SNMP_AUTH' : 'SNMP_ERROR_STATUS',
          `${host} answered with error-status ${failure.status}${where}`,
          { errorStatus: failure.status, ...(failure.oid === undefined ? {} : { oid: failure.oid }) },
        );
      }
      case 'timeout':
        return new SnmpError('SNMP_TIMEOUT', `${host}: ${failure.detail}`);
      case 'cancelled':
        return new SnmpError('SNMP_CANCELLED', `${host}: ${failure.detail}`);
      case 'auth':
        return new SnmpError('SNMP_AUTH', `${host}: ${failure.detail}`);
      case 'socket':
        return new SnmpError('SNMP_SOCKET', `${host}: ${failure.detail}`);
      case 'badAnswer':
        return new SnmpError('SNMP_ERROR_STATUS', `${host}: ${failure.detail}`);
    }
  }
}

const listOf = (varbinds: unknown): unknown[] => (Array.isArray(varbinds) ? varbinds : []);

/** The library groups a GETBULK's answer: the non-repeater as it is, then a list per column. */
function bulkAnswer(varbinds: unknown, nonRepeaters: 0 | 1): Exchange {
  const groups = listOf(varbinds);
  const first = nonRepeaters === 1 && groups[0] !== undefined ? varbindOf(groups[0]) : undefined;
  return { kind: 'answer', first, columns: groups.slice(nonRepeaters).map((group) => listOf(group).map(varbindOf)) };
}
