import type { Device } from './device.js';
import { Exchange, type Failure, type Security } from './exchange.js';
import { encodeOid } from './names.js';
import type { ReadPdu } from './request.js';
import type { EngineConfig } from './task.js';

const SYS_UP_TIME = encodeOid([1, 3, 6, 1, 2, 1, 1, 3, 0]);
const SMALL_ANSWER_OCTETS = 150;

type Expire = (exchange: Exchange, nowMs: number) => void;

/** The cheapest question there is, sent once, to learn whether a silent device is back. */
export class Probe extends Exchange {
  readonly expectedOctets = SMALL_ANSWER_OCTETS;
  readonly #done: (failure: Failure | undefined) => void;

  constructor(
    device: Device,
    security: Security,
    config: EngineConfig,
    expire: Expire,
    done: (failure: Failure | undefined) => void,
  ) {
    super(device, security, { ...config, retries: 0 }, expire);
    this.#done = done;
  }

  pdu(id: number): ReadPdu {
    const names = [{ name: SYS_UP_TIME, nameLength: SYS_UP_TIME.length }];
    return { type: 'get', requestId: id, nonRepeaters: 0, maxRepetitions: 0, names };
  }

  onSent(): void {
    // no request of a caller's
  }

  onAnswer(): void {
    this.#done(undefined);
  }

  onFailure(failure: Failure): void {
    this.#done(failure);
  }
}

/** Asks a v3 engine who it is (RFC 3414, 4): an empty request to nobody, answered by a Report. */
export class Discovery extends Exchange {
  readonly expectedOctets = SMALL_ANSWER_OCTETS;
  /** The request on whose behalf it is counted. */
  sentFor: Exchange | undefined;
  readonly #done: (failure: Failure | undefined) => void;

  constructor(
    device: Device,
    security: Security,
    config: EngineConfig,
    expire: Expire,
    done: (failure: Failure | undefined) => void,
  ) {
    super(device, security, config, expire);
    this.#done = done;
  }

  override get isDiscovery(): boolean {
    return true;
  }

  pdu(id: number): ReadPdu {
    return { type: 'get', requestId: id, nonRepeaters: 0, maxRepetitions: 0, names: [] };
  }

  onSent(isRepeat: boolean): void {
    this.sentFor?.onSent(isRepeat);
  }

  onAnswer(): void {
    this.#done(undefined);
  }

  onFailure(failure: Failure): void {
    this.#done(failure);
  }
}
