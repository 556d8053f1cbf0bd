import { randomBytes } from 'node:crypto';
import { isUnder, readUnsigned, type AnswerView } from './answer.js';
import type { SnmpCounters } from '../guard.js';
import type { Device } from './device.js';
import { EngineClock } from './engine-clock.js';
import type { Exchange } from './exchange.js';
import { encodeOid } from './names.js';
import type { ReadPdu } from './request.js';
import { UsmKeyring, type UsmKeys } from './usm-keys.js';
import {
  decryptData,
  hasDigest,
  isEqualAt,
  readScoped,
  readUsmMessage,
  SaltCounter,
  UsmView,
  writeUsmMessage,
} from './usm-message.js';

/** What a v3 datagram turned out to be. */
export type Verdict =
  | { readonly kind: 'dropped'; readonly counter: keyof SnmpCounters }
  | { readonly kind: 'engine'; readonly clock: EngineClock }
  /** The engine's boots or time were not ours; they are now. */
  | { readonly kind: 'resend' }
  /** The engine is another, or has forgotten its boots. */
  | { readonly kind: 'rediscover' }
  | { readonly kind: 'refused'; readonly detail: string }
  /** Data: `octets` hold what the answer view points at. */
  | { readonly kind: 'answer'; readonly octets: Uint8Array };

const RESPONSE = 0xa2;
const REPORT = 0xa8;
const ENCRYPTED = 2;
const USM_STATS = encodeOid([1, 3, 6, 1, 6, 3, 15, 1, 1]);
const NOT_IN_TIME_WINDOW = 2;
const UNKNOWN_ENGINE = 4;
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'the agent does not offer this security level to the user',
  3: 'the agent does not know the user',
  5: 'the agent refuses the authentication password or protocol',
  6: 'the agent cannot decrypt: privacy password or protocol differ',
};
const RESEND: Verdict = { kind: 'resend' };
const REDISCOVER: Verdict = { kind: 'rediscover' };
const EMPTY = new Uint8Array();

/** Writes v3 requests and judges what comes back: user, level, digest, time window, decryption, context, in this order. */
export class UsmDesk {
  readonly view = new UsmView();
  readonly #keyring = new UsmKeyring();
  readonly #salts = new SaltCounter(randomBytes(8).readBigUInt64BE());
  readonly #answer: AnswerView;

  constructor(answer: AnswerView) {
    this.#answer = answer;
  }

  write(exchange: Exchange, pdu: ReadPdu, nowMs: number): Buffer {
    const { clock } = exchange.device;
    if (exchange.isDiscovery || !clock) {
      const nobody = { messageId: exchange.id, engineId: EMPTY, boots: 0, time: 0, keys: undefined, pdu };
      return writeUsmMessage(nobody, this.#salts);
    }
    const keys = this.keysOf(exchange, clock);
    const { engineId, boots } = clock;
    const time = clock.timeAt(nowMs);
    return writeUsmMessage({ messageId: exchange.id, engineId, boots, time, keys, pdu }, this.#salts);
  }

  keysOf(exchange: Exchange, clock: EngineClock): UsmKeys {
    const { security } = exchange;
    if (security.keys && security.keysOf === clock) return security.keys;
    if (security.credential.version !== '3') throw new TypeError('a community has no keys');
    security.keys = this.#keyring.recall(security.credential, clock.engineId, clock.keys);
    security.keysOf = clock;
    return security.keys;
  }

  /** Reads the head into `view`; false for what is no v3 message. */
  readHead(datagram: Buffer): boolean {
    return readUsmMessage(datagram, this.view);
  }

  /** Judges the message whose head was read, as the answer to this exchange. */
  judge(datagram: Buffer, exchange: Exchange, nowMs: number): Verdict {
    const { view } = this;
    const level = view.flags & 3;
    if (level === ENCRYPTED) return dropped('decode'); // RFC 3412, 7.2 step 5: no privacy without authentication
    let octets: Uint8Array = datagram;
    let isReport = false;
    if ((level & ENCRYPTED) === 0) {
      if (readScoped(datagram, view.dataStart, view.dataEnd, undefined, this.#answer) === 'decode')
        return dropped('decode');
      isReport = this.#isUsmReport(octets);
    }
    if (exchange.isDiscovery)
      return this.#judgeDiscovery(level, isReport, datagram, nowMs, exchange.config.pinnedEngineId);
    const { clock } = exchange.device;
    if (!clock) return dropped('late');
    const keys = this.keysOf(exchange, clock);
    if (isReport ? level > keys.level : level !== keys.level) return dropped('level'); // RFC 3412, 7.2 step 12b
    const isNobody = isReport && view.userStart === view.userEnd;
    if (!isNobody && !isEqualAt(datagram, view.userStart, view.userEnd, keys.user)) return dropped('user');
    if (level !== 0) {
      if (!isEqualAt(datagram, view.engineStart, view.engineEnd, clock.engineId)) return dropped('context');
      if (!hasDigest(datagram, view, keys)) return dropped('digest');
      if (!clock.admit(view.boots, view.time, nowMs)) return dropped('window');
    }
    if ((level & ENCRYPTED) !== 0) {
      const plain = decryptData(datagram, view, keys);
      if (!plain) return dropped('decode');
      octets = plain;
    }
    if (isReport) return this.#judgeReport(octets, level);
    const start = octets === datagram ? view.dataStart : 0;
    const end = octets === datagram ? view.dataEnd : octets.length;
    const expected = { engineId: clock.engineId, context: keys.context };
    const fault = readScoped(octets, start, end, expected, this.#answer);
    if (fault === 'decode') return dropped('decode');
    // an encrypted Report is one all the same
    if (this.#isUsmReport(octets)) return this.#judgeReport(octets, level);
    if (fault === 'context') return dropped('context');
    if (this.#answer.pduTag !== RESPONSE) return dropped('pdu');
    if (this.#answer.requestId !== exchange.id) return dropped('id');
    return { kind: 'answer', octets };
  }

  #judgeDiscovery(level: number, isReport: boolean, datagram: Buffer, nowMs: number, pinned: string): Verdict {
    const { view } = this;
    if (level !== 0) return dropped('level');
    if (!isReport) return dropped('pdu');
    const length = view.engineEnd - view.engineStart;
    if (length < 5 || length > 32) return dropped('decode'); // RFC 3411, SnmpEngineID
    const engineId = Uint8Array.from(datagram.subarray(view.engineStart, view.engineEnd));
    const name = Buffer.from(engineId).toString('hex');
    if (pinned !== '' && pinned !== name) {
      return { kind: 'refused', detail: `the device says it is engine ${name}, but ${pinned} is configured for it` };
    }
    return { kind: 'engine', clock: new EngineClock(engineId, view.boots, view.time, nowMs) };
  }

  #judgeReport(octets: Uint8Array, level: number): Verdict {
    const kind = this.#usmStat(octets);
    if (kind === UNKNOWN_ENGINE) return REDISCOVER;
    // only an authenticated Report may set our clock; a plain one may be of an engine that has lost its boots
    if (kind === NOT_IN_TIME_WINDOW) return level === 0 ? REDISCOVER : RESEND;
    return { kind: 'refused', detail: REFUSALS[kind] ?? 'the agent refuses the credential' };
  }

  #isUsmReport(octets: Uint8Array): boolean {
    const answer = this.#answer;
    if (answer.pduTag !== REPORT || answer.count === 0) return false;
    return isUnder(octets, answer.nameStart(0), answer.nameEnd(0), USM_STATS);
  }

  /** The number of the counter that a Report carries. */
  #usmStat(octets: Uint8Array): number {
    const at = this.#answer.nameStart(0) + USM_STATS.length;
    return readUnsigned(octets, at, at + 1);
  }
}

const dropped = (counter: keyof SnmpCounters): Verdict => ({ kind: 'dropped', counter });

/** Whether the device's engine must be asked for its id first. */
export const needsDiscovery = (exchange: Exchange, device: Device): boolean =>
  exchange.security.credential.version === '3' && !exchange.isDiscovery && device.clock === undefined;
