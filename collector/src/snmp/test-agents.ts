import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Secret } from '../lib/secret.js';
import { decodeMessage, encodeMessage, TAG, type Message, type PlainPdu, type Varbind } from './ber.js';
import type { SnmpCredential, SnmpTarget } from './credential.js';
import { ResultBlock } from './engine/block.js';
import { createLocalEngine, type EngineClient } from './engine/client.js';
import type { EngineOptions } from './engine/engine.js';
import { DEFAULT_ENGINE_CONFIG, type EngineRequest } from './engine/task.js';
import { createEngineReader, walkOfBlock } from './engine-reader.js';
import { createSnmpCounters, type SnmpCounter, type SnmpCounters } from './guard.js';
import { DEFAULT_WALK_LIMITS } from './reader.js';
import { compareOids, parseOid } from './recording.js';
import { createSnmpReader, type LiveReader } from './session.js';
import type { TaggedWalk } from './walk.js';

/** Agents on loopback sockets that answer as a test tells them, for tests only. */

export const ROOT = '1.3.6.1.2.1.2.2.1.2';
export const UPTIME: Varbind = { oid: parseOid('1.3.6.1.2.1.1.3.0'), tag: TAG.timeTicks, value: 12_345 };
/** What follows the table. */
export const END: Varbind = { oid: parseOid('1.3.6.1.2.1.2.2.1.3.1'), tag: TAG.integer, value: 6 };
export const row = (...index: number[]): Varbind => ({
  oid: [...parseOid(ROOT), ...index],
  tag: TAG.integer,
  value: index[0] ?? 0,
});

type Request = Message & { pdu: { requestId: number } };
/** Answers a datagram with any number of datagrams. */
export type Behaviour = (datagram: Buffer, count: number, from: RemoteInfo) => readonly Buffer[];

const open: { close(): unknown }[] = [];

/** Closes what the test opened. Call it once in a test file. */
export function closeAfterEach(): void {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((part) => part.close()));
  });
}

/** Closes it after the present test. */
export function opened<T extends { close(): unknown }>(part: T): T {
  open.push(part);
  return part;
}

async function bound(address: string, port = 0): Promise<Socket> {
  const socket = opened(createSocket('udp4'));
  socket.bind(port, address);
  await once(socket, 'listening');
  return socket;
}

/** Starts an agent on 127.0.0.1 and gives its port. `source` is where its answers come from instead; port 0 is the agent's own port. */
export async function agent(behaviour: Behaviour, source?: { address: string; port?: 'same' }): Promise<number> {
  const socket = await bound('127.0.0.1');
  const { port } = socket.address();
  const out = source ? await bound(source.address, source.port === 'same' ? port : 0) : socket;
  let count = 0;
  socket.on('message', (datagram, from) => {
    for (const answer of behaviour(datagram, count++, from)) out.send(answer, from.port, from.address);
  });
  return port;
}

/** A port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

export const respond = (
  datagram: Buffer,
  varbinds: readonly Varbind[],
  change: Partial<PlainPdu> & { community?: string } = {},
): Buffer => {
  const { version, community, pdu } = decodeMessage(datagram) as Request;
  const { community: other, ...pduChange } = change;
  return encodeMessage({
    version,
    community: other ?? community,
    pdu: { type: 'response', requestId: pdu.requestId, errorStatus: 0, errorIndex: 0, varbinds, ...pduChange },
  });
};

export const tableOf = (count: number): Varbind[] => [
  UPTIME,
  ...Array.from({ length: count }, (_, i) => row(i + 1)),
  END,
];

/** The varbinds that an honest agent with this table, or so many rows, answers. */
export function successors(pdu: Message['pdu'], instances: number | readonly Varbind[], maxVarbinds = 100): Varbind[] {
  if (pdu.type !== 'getBulk' && pdu.type !== 'getNext') throw new Error(`unexpected ${pdu.type}`);
  const table = typeof instances === 'number' ? tableOf(instances) : instances;
  const after = (oid: readonly number[]): Varbind =>
    table.find((instance) => compareOids(instance.oid, oid) > 0) ?? { oid, tag: TAG.endOfMibView, value: null };
  const nonRepeaters = pdu.type === 'getBulk' ? pdu.nonRepeaters : 0;
  const repetitions = pdu.type === 'getBulk' ? pdu.maxRepetitions : 1;
  const varbinds = pdu.varbinds.slice(0, nonRepeaters).map(({ oid }) => after(oid));
  let cursors = pdu.varbinds.slice(nonRepeaters).map(({ oid }) => oid);
  for (let i = 0; i < repetitions; i++) {
    const next = cursors.map(after);
    varbinds.push(...next);
    cursors = next.map(({ oid }) => oid);
  }
  return varbinds.slice(0, maxVarbinds);
}

export const honest = (datagram: Buffer, instances: number | readonly Varbind[], maxVarbinds = 100): Buffer =>
  respond(datagram, successors(decodeMessage(datagram).pdu, instances, maxVarbinds));

export const V2C: SnmpCredential = { version: '2c', community: new Secret('s3cret') };

export const targetOf = (port: number, change: Partial<SnmpTarget> = {}): SnmpTarget => ({
  host: '127.0.0.1',
  port,
  credential: V2C,
  timeoutMs: 150,
  retries: 1,
  maxRepetitions: 10,
  ...change,
});

export type Way = 'net-snmp' | 'engine';
export const WAYS: readonly Way[] = ['net-snmp', 'engine'];

export interface Opened {
  readonly snmp: LiveReader;
  readonly counters: SnmpCounters;
}

/** A reader whose walks and GETs go the given way; with the engine only SET goes by the library. */
export function readerOf(way: Way, port: number, change: Partial<SnmpTarget> = {}): Opened {
  const target = targetOf(port, change);
  const counters = createSnmpCounters();
  if (way === 'net-snmp') return { snmp: opened(createSnmpReader(target, { counters, engine: 'none' })), counters };
  const engine = opened(createLocalEngine({ counters }));
  return {
    snmp: opened(createEngineReader(target, { engine, writer: createSnmpReader(target, { counters }) })),
    counters,
  };
}

/** An engine of the test's own. */
export function engineOf(options: EngineOptions = {}): { engine: EngineClient; counters: SnmpCounters } {
  const counters = createSnmpCounters();
  return { engine: opened(createLocalEngine({ ...options, counters })), counters };
}

/** Non-zero counters besides the normal ones. */
export const drops = (counters: SnmpCounters): string[] =>
  (Object.keys(counters) as SnmpCounter[]).filter(
    (name) => !['sent', 'accepted', 'resent'].includes(name) && counters[name] > 0,
  );

/** Resolves as soon as the condition holds; rejects when it does not within the limit. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 5_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error('the condition did not come about');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export type TestRequest = Partial<Omit<EngineRequest, 'config' | 'limits'>> & {
  readonly port: number;
  readonly config?: Partial<EngineRequest['config']>;
  readonly limits?: Partial<EngineRequest['limits']>;
};

/** A walk of the test's table, or what is said instead. */
export const requestOf = ({ config, limits, ...request }: TestRequest): EngineRequest => ({
  type: 'walk',
  id: 'test',
  host: '127.0.0.1',
  credential: { version: '2c', community: 's3cret' },
  oids: [parseOid(ROOT)],
  ranges: [],
  limits: { ...DEFAULT_WALK_LIMITS, ...limits },
  config: { ...DEFAULT_ENGINE_CONFIG, timeoutMs: 2_000, retries: 1, maxRepetitions: 10, ...config },
  ...request,
});

export interface Result {
  readonly block: ResultBlock;
  readonly head: ResultBlock['head'];
  readonly walk: TaggedWalk;
  /** First sub-identifier of each row's index. */
  readonly rows: readonly number[];
}

/** Runs a request to its end and reads the block. */
export async function run(engine: EngineClient, request: TestRequest, signal?: AbortSignal): Promise<Result> {
  const octets = await engine.run(requestOf(request), signal);
  const block = new ResultBlock(octets);
  const walk = walkOfBlock(octets);
  const rows = Array.from({ length: walk.rows.length }, (_, at) => walk.rows.index(at)[0] as number);
  return { block, head: block.head, walk, rows };
}
