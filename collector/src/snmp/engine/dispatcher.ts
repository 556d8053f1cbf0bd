import type { RemoteInfo } from 'node:dgram';
import { tryParseIp } from '../../lib/ip.js';
import type { SnmpCounters } from '../guard.js';
import { AnswerView, readAnswer } from './answer.js';
import type { Device } from './device.js';
import type { Exchange } from './exchange.js';
import { Discovery } from './probe-exchange.js';
import { writeCommunityMessage } from './request.js';
import { chargeOf, type UdpPort } from './udp-port.js';
import { needsDiscovery, UsmDesk } from './usm-desk.js';
import { TimerWheel } from './wheel.js';

export interface Patience {
  /** Steps without an answer, one after another, after which a device is left alone. */
  readonly silentStepsToClose: number;
  /** How long it is left alone at first; doubles up to ten times that. */
  readonly closedForMs: number;
}

const RESPONSE = 0xa2;
/** An answer that has not come by then is lost or late: its room in the receive buffer goes to others. */
const ROOM_HELD_MS = 30;
const CLOSED_FACTOR_MAX = 10;
/** A step's engine may be asked anew so often; an agent that wants it again and again is refused. */
const MAX_RESYNCS = 2;

/** Sends exchanges when device and receive buffer have room for them, repeats them, and gives each its answer. */
export class Dispatcher {
  readonly #counters: SnmpCounters;
  readonly #patience: Patience;
  readonly #view = new AnswerView();
  readonly #desk = new UsmDesk(this.#view);
  readonly #wheel = new TimerWheel(performance.now());
  readonly #isBusy: () => boolean;
  #inFlight = 0;
  #ticker: NodeJS.Timeout | undefined;
  /** When the datagram at hand came; −1 outside. */
  #receivedMs = -1;
  #isClosed = false;

  /** `isBusy` tells whether anybody waits for a result. */
  constructor(counters: SnmpCounters, patience: Patience, isBusy: () => boolean) {
    this.#counters = counters;
    this.#patience = patience;
    this.#isBusy = isBusy;
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#isClosed = true;
  }

  ask(exchange: Exchange): void {
    const { device } = exchange;
    const { udp, queue } = device;
    // a walk's next step, which nothing stands in the way of
    if (queue.length === 0 && device.inFlight < device.window && udp.isReady && !this.#isClosed) {
      const nowMs = this.#now();
      const charge = chargeOf(exchange.expectedOctets);
      const isFree = nowMs >= device.nextSendMs && !needsDiscovery(exchange, device) && udp.hasRoom(charge);
      if (isFree && this.#start(exchange, charge, nowMs)) return;
    }
    queue.push(exchange);
    this.pump(device);
  }

  #now(): number {
    return this.#receivedMs >= 0 ? this.#receivedMs : performance.now();
  }

  pump(device: Device): void {
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
      const nowMs = this.#now();
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
      if (!udp.hasRoom(charge)) return this.#standInLine(device);
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
      this.pump(device);
      // it stands in line again: there was no room for it, nor is there for the next
      if (device.isInLine) return;
    }
  }

  onReady(udp: UdpPort): void {
    for (const device of udp.line.splice(0)) {
      device.isInLine = false;
      this.pump(device);
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
      this.#counters.noSlot++;
      return false;
    }
    exchange.id = id;
    exchange.attempt = 0;
    exchange.firstSentMs = nowMs;
    const pdu = exchange.pdu(id);
    const { datagram, spareDatagram, security } = exchange;
    exchange.datagram =
      security.version === 3
        ? this.#desk.write(exchange, pdu, nowMs)
        : writeCommunityMessage(security.community, pdu, security.version, datagram, spareDatagram);
    if (exchange.datagram !== datagram) exchange.spareDatagram = datagram;
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
    this.#counters.sent++;
    if (exchange.attempt > 0) this.#counters.resent++;
    exchange.onSent(exchange.attempt > 0);
    device.udp.send(exchange);
    this.#wheel.arm(exchange, exchange.charge > 0 ? nowMs + ROOM_HELD_MS : this.#patienceEndsMs(exchange));
    this.#tick();
  }

  /**
   * When the wait for the present copy ends; the last copy gets what remains of the step's whole patience. Each gets its
   * own time, even when this process was held up so long that all of the patience is over.
   */
  #patienceEndsMs(exchange: Exchange): number {
    const { config, attempt, lastSentMs, device } = exchange;
    const ownMs = lastSentMs + Math.min(config.timeoutMs, device.rtt.timeoutMs(attempt));
    return attempt >= config.retries ? Math.max(ownMs, this.#givenUpMs(exchange)) : ownMs;
  }

  /** The end of the step's whole patience, however many copies were sent. */
  #givenUpMs({ config, firstSentMs }: Exchange): number {
    return firstSentMs + config.timeoutMs * (config.retries + 1);
  }

  expire(exchange: Exchange, nowMs: number): void {
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
      if (nowMs >= nextSendMs) {
        exchange.attempt++;
        return this.#send(exchange, nowMs);
      }
      if (nextSendMs < this.#givenUpMs(exchange)) return this.#wheel.arm(exchange, nextSendMs);
    }
    const { device } = exchange;
    this.#settle(exchange);
    device.silentSteps++;
    const limit = this.#patience.silentStepsToClose;
    if (device.silentSteps >= limit) {
      const first = this.#patience.closedForMs;
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
    this.pump(device);
  }

  receive(datagram: Buffer, from: RemoteInfo, udp: UdpPort): void {
    this.#receivedMs = performance.now();
    this.#judge(datagram, from, udp, this.#receivedMs);
    this.#receivedMs = -1;
  }

  #judge(datagram: Buffer, from: RemoteInfo, udp: UdpPort, nowMs: number): void {
    const isV3 = !readAnswer(datagram, this.#view);
    if (isV3 && !this.#desk.readHead(datagram)) {
      this.#counters.decode++;
      return;
    }
    const id = isV3 ? this.#desk.view.messageId : this.#view.requestId;
    const exchange = udp.slots.find(id);
    if (!exchange) {
      this.#counters[udp.slots.isLate(id) ? 'late' : 'id']++;
      return;
    }
    if (!this.#isSource(exchange, from)) {
      this.#counters.source++;
      return;
    }
    if ((isV3 ? 3 : this.#view.version) !== exchange.security.version) this.#counters.version++;
    else if (isV3) this.#takeV3(datagram, exchange, nowMs);
    else if (this.#view.pduTag !== RESPONSE) this.#counters.pdu++;
    else if (!this.#isCommunity(datagram, exchange)) this.#counters.community++;
    else this.#take(exchange, datagram, nowMs);
  }

  #isSource(exchange: Exchange, from: RemoteInfo): boolean {
    const { device, config } = exchange;
    if (from.port === device.port && from.address === device.address) return true;
    if (from.port !== device.port) return false;
    if (from.family === 'IPv6' && tryParseIp(from.address) === device.address) return true;
    if (config.anyAddressUntilMs === 0 || Date.now() >= config.anyAddressUntilMs) return false;
    this.#counters.otherAddress++;
    return true;
  }

  #isCommunity(datagram: Buffer, exchange: Exchange): boolean {
    const { communityStart, communityEnd } = this.#view;
    const { community } = exchange.security;
    if (communityEnd - communityStart !== community.length) return false;
    for (let i = 0; i < community.length; i++) if (datagram[communityStart + i] !== community[i]) return false;
    return true;
  }

  #takeV3(datagram: Buffer, exchange: Exchange, nowMs: number): void {
    const { device } = exchange;
    const verdict = this.#desk.judge(datagram, exchange, nowMs);
    switch (verdict.kind) {
      case 'dropped':
        this.#counters[verdict.counter]++;
        return;
      case 'answer':
        return this.#take(exchange, verdict.octets, nowMs);
      case 'engine':
        this.#counters.accepted++;
        this.#settle(exchange);
        device.clock = verdict.clock;
        exchange.onAnswer(datagram, this.#view, nowMs);
        break;
      case 'refused':
        this.#counters.accepted++;
        this.#settle(exchange);
        device.refusals.note(exchange.security.credential, nowMs);
        exchange.onFailure({ kind: 'auth', detail: verdict.detail });
        break;
      case 'resend':
      case 'rediscover':
        this.#counters.accepted++;
        this.#settle(exchange);
        if (verdict.kind === 'rediscover') this.#rediscover(exchange);
        else if (exchange.resyncs++ < MAX_RESYNCS) device.queue.unshift(exchange);
        else exchange.onFailure({ kind: 'auth', detail: 'the agent says that the request is outside its time window' });
    }
    this.pump(device);
    this.#serveLine(device.udp);
  }

  #take(exchange: Exchange, octets: Uint8Array, nowMs: number): void {
    const { device } = exchange;
    this.#counters.accepted++;
    if (exchange.attempt === 0) device.rtt.sample(nowMs - exchange.lastSentMs);
    if (octets.length > device.largestAnswerOctets) device.largestAnswerOctets = octets.length;
    device.silentSteps = 0;
    device.closedForMs = 0;
    device.hasAnswered = true;
    device.refusals.clear(exchange.security.credential);
    exchange.resyncs = 0;
    this.#settle(exchange);
    exchange.onAnswer(octets, this.#view, nowMs);
    if (device.queue.length > 0) this.pump(device);
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
      (one, nowMs) => this.expire(one, nowMs),
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

  abandon(exchange: Exchange): void {
    const { device } = exchange;
    for (const list of [device.queue, device.awaitingEngine]) {
      const at = list.indexOf(exchange);
      if (at >= 0) list.splice(at, 1);
    }
    if (exchange.id >= 0) {
      this.#settle(exchange);
      this.pump(device);
      this.#serveLine(device.udp);
    }
  }

  #tick(): void {
    if (this.#ticker) return;
    this.#ticker = setInterval(() => this.#advance(), this.#wheel.tickMs);
  }

  #advance(): void {
    this.#wheel.advance(performance.now());
    if (this.#inFlight === 0 && !this.#isBusy()) this.rest();
  }

  /** No request is left to be repeated. */
  rest(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }
}
