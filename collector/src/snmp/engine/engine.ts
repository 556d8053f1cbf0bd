import type { RemoteInfo } from 'node:dgram';
import { isIP } from 'node:net';
import { tryParseIp } from '../../lib/ip.js';
import { createSnmpCounters, type SnmpCounters } from '../guard.js';
import { AnswerView, readAnswer } from './answer.js';
import { Device } from './device.js';
import { EngineClock, type KnownEngine } from './engine-clock.js';
import type { Exchange, Failure, Security } from './exchange.js';
import { GetJob } from './get-job.js';
import type { Job, JobContext } from './job.js';
import { Discovery, Probe } from './probe-exchange.js';
import { writeCommunityMessage } from './request.js';
import type { EngineCredential, EngineRequest } from './task.js';
import { chargeOf, UdpPort } from './udp-port.js';
import { needsDiscovery, UsmDesk } from './usm-desk.js';
import { WalkJob } from './walk-job.js';
import { TimerWheel } from './wheel.js';

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

const RESPONSE = 0xa2;
const MAX_DEVICES = 100_000;
/** Requests under way or waiting, over all devices. */
const MAX_JOBS = 200_000;
/** An answer that has not come by then is lost or late: its room in the receive buffer goes to others. */
const ROOM_HELD_MS = 30;
const CLOSED_FACTOR_MAX = 10;
/** A step's engine may be asked anew so often; an agent that wants it again and again is refused. */
const MAX_RESYNCS = 2;

/**
 * Many requests to many devices over one socket an address family, in one thread. It holds nothing back and drops
 * nothing without a count; every request ends in a block with an outcome.
 */
export class Engine {
  readonly counters: SnmpCounters;
  readonly #options: EngineOptions;
  readonly #view = new AnswerView();
  readonly #desk = new UsmDesk(this.#view);
  readonly #devices = new Map<string, Device>();
  readonly #jobs = new Map<number, Job>();
  readonly #wheel = new TimerWheel(performance.now());
  readonly #ports: Partial<Record<4 | 6, UdpPort>> = {};
  #nextJob = 1;
  #inFlight = 0;
  #ticker: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: EngineOptions = {}) {
    this.#options = options;
    this.counters = options.counters ?? createSnmpCounters();
  }

  /** Starts a request; the block comes to `done` exactly once. Returns a number to cancel it by. */
  submit(request: EngineRequest, done: (block: Uint8Array<ArrayBuffer>) => void): number {
    const number = this.#nextJob++;
    const device = this.#deviceOf(request);
    const context: JobContext = {
      device,
      security: securityOf(request.credential),
      ask: (exchange) => this.#ask(exchange),
      abandon: (exchange) => this.#abandon(exchange),
      expire: (exchange, nowMs) => this.#expire(exchange, nowMs),
      done: (block) => {
        this.#jobs.delete(number);
        device.jobCount--;
        if (this.#jobs.size === 0) this.#rest();
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
    for (const job of this.#jobs.values()) job.cancel('the engine is closed');
    for (const port of Object.values(this.#ports)) port.close();
    this.#rest();
  }

  #deviceOf(request: EngineRequest): Device {
    const family = isIP(request.host);
    if (family === 0) throw new RangeError('the engine takes addresses, not names');
    const address = tryParseIp(request.host) ?? request.host;
    const key = `${address}|${request.port}`;
    const known = this.#devices.get(key);
    if (known) {
      known.keepTo(request.config.pinnedEngineId);
      return known;
    }
    if (this.#devices.size >= MAX_DEVICES) this.#makeRoom();
    const port = (this.#ports[family as 4 | 6] ??= new UdpPort(family as 4 | 6, this.#options.receiveBuffer, {
      receive: (datagram, from, udp) => this.#receive(datagram, from, udp),
      ready: (udp) => this.#onReady(udp),
      error: () => this.counters.socket++,
    }));
    const device = new Device(key, address, request.port, port, request.config.timeoutMs, (woken) => this.#pump(woken));
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
    const waitSec = device.refusals.waitSec(request.credential, nowMs);
    if (waitSec > 0) {
      this.counters.refused++;
      return job.fail({
        kind: 'auth',
        detail: `the credential was refused again and again; asked again in ${waitSec} s`,
      });
    }
    const limit = this.#options.silentStepsToClose ?? 3;
    if (device.silentSteps < limit) return job.start();
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
    this.#ask(probe);
  }

  #ask(exchange: Exchange): void {
    const { device } = exchange;
    device.queue.push(exchange);
    this.#pump(device);
  }

  #pump(device: Device): void {
    const { udp, queue } = device;
    if (this.#isClosed) return;
    if (!udp.isReady) {
      if (udp.failure !== undefined) this.#failAll(device, udp.failure);
      else {
        this.#standInLine(device);
        udp.open();
      }
      return;
    }
    while (queue.length > 0 && device.inFlight < device.window) {
      const exchange = queue[0] as Exchange;
      const nowMs = performance.now();
      if (nowMs < device.nextSendMs) {
        this.#wheel.arm(device, device.nextSendMs);
        this.#tick();
        return;
      }
      if (needsDiscovery(exchange, device)) {
        queue.shift();
        this.#discoverFor(exchange, device);
        continue;
      }
      const charge = chargeOf(exchange.expectedOctets);
      if (udp.heldOctets > 0 && udp.heldOctets + charge > udp.roomOctets) return this.#standInLine(device);
      queue.shift();
      if (!this.#start(exchange, charge, nowMs)) {
        queue.unshift(exchange);
        return this.#standInLine(device);
      }
    }
  }

  #standInLine(device: Device): void {
    if (device.isInLine) return;
    device.isInLine = true;
    device.udp.line.push(device);
  }

  /** Lets those in line go on, as far as there is room. */
  #serveLine(udp: UdpPort): void {
    const { line } = udp;
    let count = line.length;
    while (count-- > 0 && udp.heldOctets < udp.roomOctets) {
      const device = line.shift() as Device;
      device.isInLine = false;
      this.#pump(device);
      // it stands in line again: there was no room for it, nor is there for the next
      if (device.isInLine) return;
    }
  }

  #onReady(udp: UdpPort): void {
    for (const device of udp.line.splice(0)) {
      device.isInLine = false;
      this.#pump(device);
    }
  }

  #failAll(device: Device, code: string): void {
    for (const exchange of [...device.queue.splice(0), ...device.awaitingEngine.splice(0)]) {
      exchange.onFailure({ kind: 'socket', detail: `the local socket failed: ${code}` });
    }
  }

  #start(exchange: Exchange, charge: number, nowMs: number): boolean {
    const { device } = exchange;
    const id = device.udp.slots.claim(exchange);
    if (id === undefined) {
      this.counters.noSlot++;
      return false;
    }
    exchange.id = id;
    exchange.attempt = 0;
    exchange.firstSentMs = nowMs;
    const pdu = exchange.pdu(id);
    exchange.datagram =
      exchange.security.version === 3
        ? this.#desk.write(exchange, pdu, nowMs)
        : writeCommunityMessage(exchange.security.community, pdu, exchange.security.version);
    device.inFlight++;
    this.#inFlight++;
    exchange.charge = charge;
    device.udp.heldOctets += charge;
    this.#send(exchange, nowMs);
    return true;
  }

  #send(exchange: Exchange, nowMs: number): void {
    const { device, config } = exchange;
    exchange.lastSentMs = nowMs;
    if (config.minGapMs > 0 || config.maxPacketsPerSec > 0) device.pace(config, nowMs);
    this.counters.sent++;
    if (exchange.attempt > 0) this.counters.resent++;
    exchange.onSent(exchange.attempt > 0);
    device.udp.send(exchange.datagram as Buffer, device.port, device.address);
    this.#wheel.arm(exchange, exchange.charge > 0 ? nowMs + ROOM_HELD_MS : this.#patienceEndsMs(exchange));
    this.#tick();
  }

  /** When the wait for the present copy ends; the last copy gets what remains of the step's whole patience. */
  #patienceEndsMs(exchange: Exchange): number {
    const { config, attempt, firstSentMs, lastSentMs, device } = exchange;
    const lastMs = firstSentMs + config.timeoutMs * (config.retries + 1);
    if (attempt >= config.retries) return lastMs;
    return Math.min(lastMs, lastSentMs + Math.min(config.timeoutMs, device.rtt.timeoutMs(attempt)));
  }

  #expire(exchange: Exchange, nowMs: number): void {
    if (exchange.id < 0) return;
    const endsMs = this.#patienceEndsMs(exchange);
    if (exchange.charge > 0) {
      this.#releaseRoom(exchange);
      this.#wheel.arm(exchange, endsMs);
      this.#serveLine(exchange.device.udp);
      return;
    }
    if (nowMs < endsMs) return this.#wheel.arm(exchange, endsMs);
    if (exchange.attempt < exchange.config.retries) {
      const { nextSendMs } = exchange.device;
      if (nowMs < nextSendMs) return this.#wheel.arm(exchange, nextSendMs);
      exchange.attempt++;
      return this.#send(exchange, nowMs);
    }
    const { device } = exchange;
    this.#settle(exchange);
    device.silentSteps++;
    const limit = this.#options.silentStepsToClose ?? 3;
    if (device.silentSteps >= limit) {
      const first = this.#options.closedForMs ?? 30_000;
      device.closedForMs = Math.min(
        first * CLOSED_FACTOR_MAX,
        device.closedForMs === 0 ? first : device.closedForMs * 2,
      );
      device.closedUntilMs = nowMs + device.closedForMs;
    }
    const wasKnown = device.clock?.isConfirmed === true && exchange.security.credential.version === '3';
    if (wasKnown && exchange.resyncs === 0) {
      // an engine that lost its boots refuses in a way that proves nothing: ask it for its id as if it were new
      this.#rediscover(exchange);
    } else {
      exchange.onFailure({ kind: 'timeout', detail: 'no answer within the tries' });
    }
    this.#pump(device);
  }

  #receive(datagram: Buffer, from: RemoteInfo, udp: UdpPort): void {
    const isV3 = !readAnswer(datagram, this.#view);
    if (isV3 && !this.#desk.readHead(datagram)) {
      this.counters.decode++;
      return;
    }
    const found = udp.slots.find(isV3 ? this.#desk.view.messageId : this.#view.requestId);
    if (found.kind !== 'open') {
      this.counters[found.kind === 'late' ? 'late' : 'id']++;
      return;
    }
    const exchange = found.value;
    if (!this.#isSource(exchange, from)) {
      this.counters.source++;
      return;
    }
    if ((isV3 ? 3 : this.#view.version) !== exchange.security.version) this.counters.version++;
    else if (isV3) this.#takeV3(datagram, exchange);
    else if (this.#view.pduTag !== RESPONSE) this.counters.pdu++;
    else if (!this.#isCommunity(datagram, exchange)) this.counters.community++;
    else this.#take(exchange, datagram);
  }

  #isSource(exchange: Exchange, from: RemoteInfo): boolean {
    const { device, config } = exchange;
    if (from.port === device.port && from.address === device.address) return true;
    if (from.port !== device.port) return false;
    if (from.family === 'IPv6' && tryParseIp(from.address) === device.address) return true;
    if (config.anyAddressUntilMs === 0 || Date.now() >= config.anyAddressUntilMs) return false;
    this.counters.otherAddress++;
    return true;
  }

  #isCommunity(datagram: Buffer, exchange: Exchange): boolean {
    const { communityStart, communityEnd } = this.#view;
    const { community } = exchange.security;
    if (communityEnd - communityStart !== community.length) return false;
    for (let i = 0; i < community.length; i++) if (datagram[communityStart + i] !== community[i]) return false;
    return true;
  }

  #takeV3(datagram: Buffer, exchange: Exchange): void {
    const nowMs = performance.now();
    const { device } = exchange;
    const verdict = this.#desk.judge(datagram, exchange, nowMs);
    switch (verdict.kind) {
      case 'dropped':
        this.counters[verdict.counter]++;
        return;
      case 'answer':
        return this.#take(exchange, verdict.octets);
      case 'engine':
        this.counters.accepted++;
        this.#settle(exchange);
        device.clock = verdict.clock;
        exchange.onAnswer(datagram, this.#view, nowMs);
        break;
      case 'refused':
        this.counters.accepted++;
        this.#settle(exchange);
        device.refusals.note(exchange.security.credential, nowMs);
        exchange.onFailure({ kind: 'auth', detail: verdict.detail });
        break;
      case 'resend':
      case 'rediscover':
        this.counters.accepted++;
        this.#settle(exchange);
        if (verdict.kind === 'rediscover') this.#rediscover(exchange);
        else if (exchange.resyncs++ < MAX_RESYNCS) device.queue.unshift(exchange);
        else exchange.onFailure({ kind: 'auth', detail: 'the agent says that the request is outside its time window' });
    }
    this.#pump(device);
    this.#serveLine(device.udp);
  }

  #take(exchange: Exchange, octets: Uint8Array): void {
    const nowMs = performance.now();
    const { device } = exchange;
    this.counters.accepted++;
    if (exchange.attempt === 0) device.rtt.sample(nowMs - exchange.lastSentMs);
    if (octets.length > device.largestAnswerOctets) device.largestAnswerOctets = octets.length;
    device.silentSteps = 0;
    device.closedForMs = 0;
    device.hasAnswered = true;
    device.refusals.clear(exchange.security.credential);
    exchange.resyncs = 0;
    this.#settle(exchange);
    exchange.onAnswer(octets, this.#view, nowMs);
    if (device.queue.length > 0) this.#pump(device);
    if (device.udp.line.length > 0) this.#serveLine(device.udp);
  }

  #rediscover(exchange: Exchange): void {
    const { device } = exchange;
    if (exchange.resyncs++ > 0) {
      exchange.onFailure({ kind: 'auth', detail: 'the agent does not keep to the engine it says it is' });
      return;
    }
    device.clock = undefined;
    device.queue.unshift(exchange);
  }

  /** One discovery for all requests that wait for it. */
  #discoverFor(exchange: Exchange, device: Device): void {
    device.awaitingEngine.push(exchange);
    if (device.discovery) return;
    const { security, config } = exchange;
    const discovery = new Discovery(
      device,
      security,
      config,
      (one, nowMs) => this.#expire(one, nowMs),
      (failure) => {
        device.discovery = undefined;
        const waiting = device.awaitingEngine.splice(0);
        if (failure) for (const one of waiting) one.onFailure(failure);
        else device.queue.unshift(...waiting);
      },
    );
    device.discovery = discovery;
    discovery.sentFor = exchange;
    device.queue.unshift(discovery);
  }

  /** Frees the slot, the window and the room. */
  #settle(exchange: Exchange): void {
    const { device } = exchange;
    device.udp.slots.release(exchange.id);
    exchange.id = -1;
    this.#wheel.disarm(exchange);
    device.inFlight--;
    this.#inFlight--;
    this.#releaseRoom(exchange);
  }

  #releaseRoom(exchange: Exchange): void {
    exchange.device.udp.heldOctets -= exchange.charge;
    exchange.charge = 0;
  }

  #abandon(exchange: Exchange): void {
    const { device } = exchange;
    for (const list of [device.queue, device.awaitingEngine]) {
      const at = list.indexOf(exchange);
      if (at >= 0) list.splice(at, 1);
    }
    if (exchange.id >= 0) {
      this.#settle(exchange);
      this.#pump(device);
      this.#serveLine(device.udp);
    }
  }

  #tick(): void {
    if (this.#ticker) return;
    this.#ticker = setInterval(() => this.#advance(), this.#wheel.tickMs);
  }

  #advance(): void {
    this.#wheel.advance(performance.now());
    if (this.#inFlight === 0 && this.#jobs.size === 0) this.#rest();
  }

  #rest(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
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
