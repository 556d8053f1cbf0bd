import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Component } from '../lib/component.js';
import { tryParseIp } from '../lib/ip.js';
import { decodeMessage, encodeMessage, TAG, type Message } from './ber.js';
import type { SnmpCredential } from './credential.js';
import { AnswerView } from './engine/answer.js';
import { EngineClock } from './engine/engine-clock.js';
import { decodeOid } from './engine/names.js';
import { UsmKeyring, whyUnusable } from './engine/usm-keys.js';
import { decryptData, hasDigest, isEqualAt, readScoped, readUsmMessage, UsmView } from './engine/usm-message.js';
import { engineCredentialOf } from './engine-reader.js';
import { SnmpError } from './errors.js';

/**
 * What became of every datagram: `hint` (the device is looked at now), `held` (it was looked at a moment ago), `other` (a
 * notification that says nothing about links); the rest was dropped: source (no device of the inventory), rate, decode,
 * version, pdu (no notification), community, level, user, digest, window.
 */
export type TrapCounter =
  | 'hint'
  | 'held'
  | 'other'
  | 'source'
  | 'rate'
  | 'decode'
  | 'version'
  | 'pdu'
  | 'community'
  | 'level'
  | 'user'
  | 'digest'
  | 'window';

/** A device that may send notifications, with the credential by which it is also asked. */
export interface TrapSource {
  readonly id: string;
  readonly credential: SnmpCredential;
}

export interface TrapListenerOptions {
  /** Local addresses; one socket each. */
  readonly listen: readonly string[];
  readonly port: number;
  readonly sourceOf: (address: string) => TrapSource | undefined;
  /** A link of the device changed, or it started: nothing is believed of it, the device is asked. */
  readonly onHint: (deviceId: string) => void;
  readonly clockMs?: () => number;
  /** What comes within this time after a look makes one more look at its end. */
  readonly lookAgainMs?: number;
}

export interface TrapListener extends Component {
  readonly counters: Readonly<Record<TrapCounter, number>>;
  /** Where it listens, once started. */
  readonly ports: readonly number[];
}

/** RFC 3418: coldStart, warmStart, linkDown, linkUp; the last number is one more than the generic-trap of SNMPv1. */
const HINTS: ReadonlySet<string> = new Set([1, 2, 3, 4].map((kind) => `1.3.6.1.6.3.1.1.5.${kind}`));
const SNMP_TRAP_OID = '1.3.6.1.6.3.1.1.4.1.0';
const TRAP_TAG = 0xa7;
const OID_TAG = 0x06;
/** A storm of links is one reason to look, not many. */
const LOOK_AGAIN_MS = 10_000;
/** Before anything is decoded or hashed. */
const PER_SOURCE_PER_SEC = 20;
const TOTAL_PER_SEC = 1_000;

const emptyCounters = (): Record<TrapCounter, number> => ({
  hint: 0,
  held: 0,
  other: 0,
  source: 0,
  rate: 0,
  decode: 0,
  version: 0,
  pdu: 0,
  community: 0,
  level: 0,
  user: 0,
  digest: 0,
  window: 0,
});

/** A notification that has proved where it comes from; `answer` acknowledges an inform. */
type Verdict = { readonly trap: string; readonly answer?: Buffer } | { readonly dropped: TrapCounter };

/**
 * Receives traps and informs of v1 and v2c, and traps of v3. They only make the collector look sooner: whatever they claim
 * is read from the device before anything changes.
 */
export function createTrapListener(options: TrapListenerOptions): TrapListener {
  const { sourceOf, onHint } = options;
  const clockMs = options.clockMs ?? (() => performance.now());
  const counters = emptyCounters();
  const judge = createJudge(clockMs);
  const lookAgainMs = options.lookAgainMs ?? LOOK_AGAIN_MS;
  const lookedAtMs = new Map<string, number>();
  const waiting = new Map<string, NodeJS.Timeout>();
  const sockets: Socket[] = [];
  let second = -1;
  let inSecond = new Map<string, number>();
  let total = 0;

  const isOverRate = (id: string): boolean => {
    const now = Math.floor(clockMs() / 1_000);
    if (now !== second) {
      second = now;
      inSecond = new Map();
      total = 0;
    }
    const count = (inSecond.get(id) ?? 0) + 1;
    inSecond.set(id, count);
    return ++total > TOTAL_PER_SEC || count > PER_SOURCE_PER_SEC;
  };

  const receive = (datagram: Buffer, from: RemoteInfo, socket: Socket): void => {
    const source = sourceOf(tryParseIp(from.address) ?? from.address);
    if (!source) return void counters.source++;
    if (isOverRate(source.id)) return void counters.rate++;
    const verdict = judge(datagram, source);
    if ('dropped' in verdict) return void counters[verdict.dropped]++;
    if (verdict.answer) socket.send(verdict.answer, from.port, from.address, () => undefined);
    if (!HINTS.has(verdict.trap)) return void counters.other++;
    const waitMs = (lookedAtMs.get(source.id) ?? -Infinity) + lookAgainMs - clockMs();
    if (waitMs <= 0) return look(source.id);
    counters.held++;
    if (waiting.has(source.id)) return;
    const timer = setTimeout(() => {
      waiting.delete(source.id);
      look(source.id);
    }, waitMs);
    timer.unref();
    waiting.set(source.id, timer);
  };

  const look = (id: string): void => {
    lookedAtMs.set(id, clockMs());
    counters.hint++;
    onHint(id);
  };

  return {
    name: 'traps',
    counters,
    get ports() {
      return sockets.map((socket) => socket.address().port);
    },
    async start() {
      for (const address of options.listen) {
        const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
        socket.on('message', (datagram, from) => receive(datagram, from, socket));
        try {
          socket.bind(options.port, address);
          await once(socket, 'listening');
        } catch (error) {
          socket.close();
          const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
          const remedy = code === 'EACCES' ? '; ports below 1024 need CAP_NET_BIND_SERVICE' : '';
          throw new SnmpError('SNMP_SOCKET', `no traps on ${address}, port ${options.port}: ${code}${remedy}`);
        }
        socket.on('error', () => counters.decode++); // an answer that could not be sent: the sender repeats
        sockets.push(socket);
      }
    },
    stop() {
      for (const socket of sockets.splice(0)) socket.close();
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
      return Promise.resolve();
    },
  };
}

function createJudge(clockMs: () => number) {
  const keyring = new UsmKeyring();
  const usm = new UsmView();
  const view = new AnswerView();
  /** By device: the engine that sends, which is authoritative for its own notifications (RFC 3414, 1.5.1). */
  const clocks = new Map<string, EngineClock>();

  const judgeV3 = (datagram: Buffer, { id, credential }: TrapSource): Verdict => {
    const engine = engineCredentialOf(credential);
    if (engine.version !== '3' || whyUnusable(engine) !== undefined) return { dropped: 'version' };
    const engineId = Uint8Array.from(datagram.subarray(usm.engineStart, usm.engineEnd));
    if (engineId.length < 5 || engineId.length > 32) return { dropped: 'decode' };
    const keys = keyring.localize(engine, engineId);
    if ((usm.flags & 3) !== keys.level) return { dropped: 'level' };
    if (!isEqualAt(datagram, usm.userStart, usm.userEnd, keys.user)) return { dropped: 'user' };
    if (keys.level !== 0) {
      if (!hasDigest(datagram, usm, keys)) return { dropped: 'digest' };
      let clock = clocks.get(id);
      if (!clock || !isEqualAt(engineId, 0, engineId.length, clock.engineId)) {
        clocks.set(id, (clock = new EngineClock(engineId, usm.boots, usm.time, clockMs())));
      }
      if (!clock.admit(usm.boots, usm.time, clockMs())) return { dropped: 'window' };
    }
    const isEncrypted = keys.level === 3;
    const plain = isEncrypted ? decryptData(datagram, usm, keys) : datagram.subarray(usm.dataStart, usm.dataEnd);
    if (!plain || readScoped(plain, 0, plain.length, undefined, view) !== 'none') return { dropped: 'decode' };
    // an inform would make us the authoritative engine, which the collector is not
    if (view.pduTag !== TRAP_TAG) return { dropped: 'pdu' };
    for (let i = 0; i < view.count; i++) {
      if (decodeOid(plain, view.nameStart(i), view.nameEnd(i))?.join('.') !== SNMP_TRAP_OID) continue;
      if (view.tag(i) !== OID_TAG) break;
      return { trap: decodeOid(plain, view.valueStart(i), view.valueEnd(i))?.join('.') ?? '' };
    }
    return { trap: '' };
  };

  return (datagram: Buffer, source: TrapSource): Verdict => {
    if (readUsmMessage(datagram, usm)) return judgeV3(datagram, source);
    const { credential } = source;
    let message: Message;
    try {
      message = decodeMessage(datagram);
    } catch {
      return { dropped: 'decode' };
    }
    if (credential.version === '3') return { dropped: 'version' };
    // one character an octet, as the decoder gives it
    if (message.community !== Buffer.from(credential.community.reveal(), 'utf8').toString('latin1')) {
      return { dropped: 'community' };
    }
    return notificationOf(message);
  };
}

const GENERIC_TRAP_ROOT = '1.3.6.1.6.3.1.1.5';
const ENTERPRISE_SPECIFIC = 6;

function notificationOf({ version, community, pdu }: Message): Verdict {
  if (pdu.type === 'trapV1') {
    const isGeneric = pdu.genericTrap >= 0 && pdu.genericTrap < ENTERPRISE_SPECIFIC;
    return { trap: isGeneric ? `${GENERIC_TRAP_ROOT}.${pdu.genericTrap + 1}` : '' };
  }
  if (pdu.type !== 'trap' && pdu.type !== 'inform') return { dropped: 'pdu' };
  const named = pdu.varbinds.find(({ oid }) => oid.join('.') === SNMP_TRAP_OID);
  const trap = named?.tag === TAG.oid && Array.isArray(named.value) ? named.value.join('.') : '';
  if (pdu.type === 'trap') return { trap };
  const answer = encodeMessage({
    version,
    community,
    pdu: { ...pdu, type: 'response', errorStatus: 0, errorIndex: 0 },
  });
  return { trap, answer: Buffer.from(answer) };
}
