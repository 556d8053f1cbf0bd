import { isIP } from 'node:net';
import { tryParseIp } from '../../lib/ip.js';
import { createSnmpCounters, type SnmpCounters } from '../guard.js';
import { Device } from './device.js';
import { EngineClock, type KnownEngine } from './engine-clock.js';
import { Dispatcher } from './dispatcher.js';
import type { Failure, Security } from './exchange.js';
import { GetJob } from './get-job.js';
import type { Job, JobContext } from './job.js';
import { Probe } from './probe-exchange.js';
import type { EngineCredential, EngineRequest } from './task.js';
import { UdpPort } from './udp-port.js';
import { whyUnusable } from './usm-keys.js';
import { WalkJob } from './walk-job.js';

export interface EngineOptions {
  readonly counters?: SnmpCounters;
  /** Octets asked for each socket's receive buffer; `default` leaves the kernel's. */
  readonly receiveBuffer?: number | 'default';
  /** Steps without an answer, one after another, after which a device is left alone. */
  readonly silentStepsToClose?: number;
  /** How long it is left alone at first; doubles up to ten times that. */
  readonly closedForMs?: number;
  /** v3 engines known from before, by `host|port`. */
  readonly engines?: Readonly<Record<string, KnownEngine>>;
}

const MAX_DEVICES = 100_000;
/** Requests under way or waiting, over all devices. */
const MAX_JOBS = 200_000;
const MAX_PORT = 0xffff;
const SILENT_STEPS_TO_CLOSE = 3;
const CLOSED_FOR_MS = 30_000;

/**
 * Many requests to many devices over one socket an address family, in one thread. It holds nothing back and drops
 * nothing without a count; every request ends in a block with an outcome.
 */
export class Engine {
  readonly counters: SnmpCounters;
  readonly #options: EngineOptions;
  readonly #dispatcher: Dispatcher;
  readonly #silentStepsToClose: number;
  readonly #devices = new Map<string, Device>();
  readonly #jobs = new Map<number, Job>();
  readonly #ports: Partial<Record<4 | 6, UdpPort>> = {};
  #nextJob = 1;
  #isClosed = false;

  constructor(options: EngineOptions = {}) {
    this.#options = options;
    this.counters = options.counters ?? createSnmpCounters();
    this.#silentStepsToClose = options.silentStepsToClose ?? SILENT_STEPS_TO_CLOSE;
    const { closedForMs = CLOSED_FOR_MS } = options;
    const patience = { silentStepsToClose: this.#silentStepsToClose, closedForMs };
    this.#dispatcher = new Dispatcher(this.counters, patience, () => this.#jobs.size > 0);
  }

  /** Starts a request; the block comes to `done` exactly once. Returns a number to cancel it by. */
  submit(wanted: EngineRequest, done: (block: Uint8Array<ArrayBuffer>) => void): number {
    const number = this.#nextJob++;
    const device = this.#deviceOf(wanted);
    // a GET is as cheap as a probe, and a person may wait for it: it is asked of a silent device too, once
    const isProbe = wanted.type === 'get' && device.silentSteps >= this.#silentStepsToClose;
    const request = isProbe ? { ...wanted, config: { ...wanted.config, retries: 0 } } : wanted;
    const context: JobContext = {
      device,
      security: securityOf(request.credential),
      ask: (exchange) => this.#dispatcher.ask(exchange),
      abandon: (exchange) => this.#dispatcher.abandon(exchange),
      expire: (exchange, nowMs) => this.#dispatcher.expire(exchange, nowMs),
      done: (block) => {
        this.#jobs.delete(number);
        device.jobCount--;
        if (this.#jobs.size === 0) this.#dispatcher.rest();
        done(block);
      },
    };
    const job = request.type === 'walk' ? new WalkJob(request, context) : new GetJob(request, context);
    this.#jobs.set(number, job);
    device.jobCount++;
    const window = Math.max(1, request.config.maxInFlight);
    device.window = device.jobCount === 1 ? window : Math.min(device.window, window);
    if (this.#isClosed) job.cancel('the engine is closed');
    else if (this.#jobs.size > MAX_JOBS) job.cancel('too many requests wait for the engine');
    else this.#admit(job, device, request, context);
    return number;
  }

  cancel(number: number): void {
    this.#jobs.get(number)?.cancel('the walk was given up by its caller');
  }

  /** Forgets what is known of a device: its v3 engine, its silence and what it takes at once. */
  forget(host: string, port: number): void {
    const key = `${tryParseIp(host) ?? host}|${port}`;
    const device = this.#devices.get(key);
    if (device?.isIdle) this.#devices.delete(key);
    else if (device) {
      device.clock = undefined;
      device.silentSteps = 0;
      device.refusals.clear();
    }
  }

  /** The v3 engines known now, to be given to the next process. */
  knownEngines(): Record<string, KnownEngine> {
    const known: Record<string, KnownEngine> = {};
    const nowMs = performance.now();
    for (const [key, { clock }] of this.#devices) {
      if (!clock?.isConfirmed) continue;
      known[key] = { engineId: clock.engineId, boots: clock.boots, time: clock.timeAt(nowMs), atMs: Date.now() };
    }
    return known;
  }

  localPort(family: 4 | 6): number | undefined {
    return this.#ports[family]?.localPort;
  }

  /** Ends every request as cancelled and frees the sockets. */
  close(): void {
    this.#isClosed = true;
    this.#dispatcher.close();
    for (const job of this.#jobs.values()) job.cancel('the engine is closed');
    for (const port of Object.values(this.#ports)) port.close();
    this.#dispatcher.rest();
  }

  #deviceOf(request: EngineRequest): Device {
    const family = isIP(request.host);
    if (family === 0) throw new RangeError('the engine takes addresses, not names');
    if (!(request.port > 0 && request.port <= MAX_PORT)) throw new RangeError(`not a UDP port: ${request.port}`);
    const address = tryParseIp(request.host) ?? request.host;
    const key = `${address}|${request.port}`;
    const known = this.#devices.get(key);
    if (known) {
      known.keepTo(request.config.pinnedEngineId);
      return known;
    }
    if (this.#devices.size >= MAX_DEVICES) this.#makeRoom();
    const port = (this.#ports[family as 4 | 6] ??= new UdpPort(family as 4 | 6, this.#options.receiveBuffer, {
      receive: (datagram, from, udp) => this.#dispatcher.receive(datagram, from, udp),
      ready: (udp) => this.#dispatcher.onReady(udp),
      error: () => this.counters.socket++,
    }));
    const device = new Device(key, address, request.port, port, request.config.timeoutMs, (woken) =>
      this.#dispatcher.pump(woken),
    );
    const engine = this.#options.engines?.[key];
    if (engine) {
      const age = Math.max(0, Date.now() - engine.atMs);
      device.clock = new EngineClock(engine.engineId, engine.boots, engine.time, performance.now() - age);
    }
    device.keepTo(request.config.pinnedEngineId);
    this.#devices.set(key, device);
    return device;
  }

  #makeRoom(): void {
    for (const [key, device] of this.#devices) {
      if (!device.isIdle) continue;
      this.#devices.delete(key);
      return;
    }
  }

  /** A device that has been silent is not asked, until one cheap request is answered. */
  #admit(job: Job, device: Device, request: EngineRequest, context: JobContext): void {
    const nowMs = performance.now();
    const unusable = whyUnusable(request.credential);
    if (unusable !== undefined) return job.fail({ kind: 'auth', detail: unusable });
    const waitSec = device.refusals.waitSec(request.credential, nowMs);
    if (waitSec > 0) {
      this.counters.refused++;
      return job.fail({
        kind: 'auth',
        detail: `the credential was refused again and again; asked again in ${waitSec} s`,
      });
    }
    if (device.silentSteps < this.#silentStepsToClose || request.type === 'get') return job.start();
    if (nowMs < device.closedUntilMs) {
      this.counters.refused++;
      const seconds = Math.ceil((device.closedUntilMs - nowMs) / 1000);
      return job.fail({
        kind: 'timeout',
        detail: `silent for ${device.silentSteps} requests; asked again in ${seconds} s`,
      });
    }
    // others are refused while the probe is out
    device.closedUntilMs = nowMs + request.config.timeoutMs;
    const probe = new Probe(device, context.security, request.config, context.expire, (failure) => {
      if (job.isDone) return;
      if (failure) job.fail(failure);
      else job.start();
    });
    this.#dispatcher.ask(probe);
  }
}

const securityOf = (credential: EngineCredential): Security => ({
  credential,
  version: credential.version === '3' ? 3 : credential.version === '1' ? 0 : 1,
  community: credential.version === '3' ? new Uint8Array() : Buffer.from(credential.community, 'utf8'),
  keys: undefined,
  keysOf: undefined,
});

export type { Failure };
