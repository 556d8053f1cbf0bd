import type { AnswerView } from './answer.js';
import type { Device } from './device.js';
import type { ReadPdu } from './request.js';
import type { EngineConfig, EngineCredential } from './task.js';
import type { UsmKeys } from './usm-keys.js';
import type { EngineClock } from './engine-clock.js';
import type { Timed } from './wheel.js';

/** Why a request has no answer to go on with. */
export interface Failure {
  readonly kind: 'timeout' | 'auth' | 'socket' | 'cancelled';
  readonly detail: string;
}

/** How the requests of one caller prove themselves to the device. */
export interface Security {
  readonly credential: EngineCredential;
  /** As it stands in the message. */
  readonly version: 0 | 1 | 3;
  /** Octets of the community; empty in v3. */
  readonly community: Uint8Array;
  /** Keys and the engine that they are localised for. */
  keys: UsmKeys | undefined;
  keysOf: EngineClock | undefined;
}

/** One request in flight at a time and its answer. A walk's lane is one that is used again and again. */
export abstract class Exchange implements Timed {
  dueTick = -1;
  wheelTick = -1;
  /** Of the slot; −1 when nothing is in flight. */
  id = -1;
  attempt = 0;
  firstSentMs = 0;
  lastSentMs = 0;
  /** Octets of the receive buffer that are held for the answer. */
  charge = 0;
  /** Times that the engine had to be asked anew for the present step. */
  resyncs = 0;
  datagram: Buffer | undefined;
  /** The datagram before; names of a table alternate between a few lengths. */
  spareDatagram: Buffer | undefined;
  isInOutbox = false;
  readonly device: Device;
  readonly security: Security;
  readonly config: EngineConfig;
  readonly #expire: (exchange: Exchange, nowMs: number) => void;

  constructor(
    device: Device,
    security: Security,
    config: EngineConfig,
    expire: (exchange: Exchange, nowMs: number) => void,
  ) {
    this.device = device;
    this.security = security;
    this.config = config;
    this.#expire = expire;
  }

  onDue(nowMs: number): void {
    this.#expire(this, nowMs);
  }

  /** Asks for the engine id only, to nobody and in plain text. */
  get isDiscovery(): boolean {
    return false;
  }

  /** About the octets of the answer. */
  abstract readonly expectedOctets: number;
  abstract pdu(id: number): ReadPdu;
  abstract onSent(isRepeat: boolean): void;
  /** `octets` is valid until the function returns. */
  abstract onAnswer(octets: Uint8Array, view: AnswerView, nowMs: number): void;
  abstract onFailure(failure: Failure): void;
}
