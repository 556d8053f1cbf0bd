import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import * as netSnmp from 'net-snmp';
import { walkOfBlock } from '../src/snmp/engine-reader.js';
import { ResultBlock } from '../src/snmp/engine/block.js';
import { createWorkerEngine } from '../src/snmp/engine/client.js';
import { Engine } from '../src/snmp/engine/engine.js';
import { encodeOid, type IndexRange } from '../src/snmp/engine/names.js';
import { writeRequest } from '../src/snmp/engine/request.js';
import { DEFAULT_ENGINE_CONFIG, type EngineConfig, type EngineCredential } from '../src/snmp/engine/task.js';

/** One measured run of one manager in this process. */
export interface Task {
  readonly kind: 'engine' | 'engine-thread' | 'idle' | 'net-snmp' | 'net-snmp-table' | 'dgram';
  readonly port: number;
  readonly agents: number;
  /** Agents whose last octets are a multiple of it are left out. */
  readonly leaveOutEvery?: number;
  /** Whose walks are not waited for in the wall time. */
  readonly silentEvery?: number;
  readonly repetitions: number;
  readonly columns?: 1 | 3;
  /** Rows are built and each cell is read. */
  readonly readsRows?: boolean;
  readonly isV3?: boolean;
  /** Only sysUpTime is asked. */
  readonly isFirstPoll?: boolean;
  readonly ranges?: readonly IndexRange[];
  readonly config?: Partial<EngineConfig>;
  readonly receiveBuffer?: 'default';
  /** A new engine, which knows no device. */
  readonly isFresh?: boolean;
  readonly retries?: number;
  readonly timeoutMs?: number;
  /** Runs again and again for so long. */
  readonly lastsMs?: number;
}

export interface Measured {
  readonly varbinds: number;
  readonly cpuSec: number;
  readonly wallSec: number;
  /** Walks that say themselves that they are not whole. */
  readonly failed: number;
  /** Walks that say that they are whole and are not. */
  readonly cut: number;
  readonly exchanges: number;
  readonly resent: number;
  readonly drops: number;
  /** p99 of this thread's event-loop delay. */
  readonly delayMs: number;
}

const FDB = [1, 3, 6, 1, 2, 1, 17, 4, 3, 1];
const PORT_COLUMN = [...FDB, 2];
const COLUMNS = [1, 2, 3].map((column) => [...FDB, column]);
const SYS_UP_TIME = [1, 3, 6, 1, 2, 1, 1, 3, 0];
const NO_LIMITS = { rows: 1e7, bytes: 1e9, pdus: 1e7, timeMs: 120_000 };
const V2C: EngineCredential = { version: '2c', community: 'public' };
const V3: EngineCredential = {
  version: '3',
  user: 'bench',
  context: '',
  auth: { protocol: 'sha256', password: 'bench-auth-pass' },
  priv: { protocol: 'aes', password: 'bench-priv-pass' },
};

const engines = new Map<string, Engine>();
/** Rows that a whole walk of one column has, as the first whole one had. */
let rowsOfWhole = 0;
/** Keeps what was read, so that no compiler leaves out the reading. */
let kept = 0;

const addressOf = (agent: number): string => `127.30.${agent >> 8}.${agent & 255}`;
const agentsOf = ({ agents, leaveOutEvery }: Task): number[] =>
  Array.from({ length: agents }, (_, i) => i + 1).filter((agent) => !leaveOutEvery || agent % leaveOutEvery !== 0);

function engineOf(task: Task): Engine {
  const key = task.receiveBuffer ?? 'wide';
  const known = engines.get(key);
  if (known && !task.isFresh) return known;
  known?.close();
  const engine = new Engine({
    ...(task.receiveBuffer ? { receiveBuffer: task.receiveBuffer } : {}),
    silentStepsToClose: Infinity,
  });
  engines.set(key, engine);
  return engine;
}

const requestOf = (task: Task, agent: number) =>
  ({
    type: task.isFirstPoll ? 'get' : 'walk',
    id: '',
    host: addressOf(agent),
    port: task.port,
    credential: task.isV3 ? V3 : V2C,
    oids: task.isFirstPoll ? [SYS_UP_TIME] : task.columns === 3 ? COLUMNS : [PORT_COLUMN],
    ranges: task.ranges ?? [],
    limits: NO_LIMITS,
    config: {
      ...DEFAULT_ENGINE_CONFIG,
      timeoutMs: task.timeoutMs ?? 1_000,
      retries: task.retries ?? 5,
      maxRepetitions: task.repetitions,
      maxResponseVarbinds: 400,
      ...task.config,
    },
  }) as const;

/** Adds up the cells as a caller would read them. */
function readRows(block: Uint8Array): void {
  const { rows } = walkOfBlock(block);
  for (let row = 0; row < rows.length; row++) {
    kept += rows.index(row).length + (rows.bytes(0, row)?.length ?? 0);
    kept += (rows.number(1, row) ?? 0) + (rows.number(2, row) ?? 0);
  }
}

interface Ended {
  readonly varbinds: number;
  readonly failed: number;
  readonly cut: number;
}

function judge(block: Uint8Array, task: Task): Ended {
  const { entryCount, head } = new ResultBlock(block);
  const isWhole = head.outcome === 'complete' || head.outcome === 'endOfMib';
  if (isWhole && !task.isFirstPoll && rowsOfWhole === 0) rowsOfWhole = entryCount / head.roots.length;
  const isCut = isWhole && !task.isFirstPoll && entryCount !== rowsOfWhole * head.roots.length;
  return { varbinds: entryCount, failed: isWhole ? 0 : 1, cut: isCut ? 1 : 0 };
}

/** Drops that the kernel counted at the socket of this port. */
function dropsAt(port: number | undefined): number {
  const wanted = `:${(port ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const line = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .find((one) => one.trim().split(/\s+/)[1]?.endsWith(wanted));
  return Number(line?.trim().split(/\s+/).at(-1) ?? 0);
}

async function runEngine(task: Task): Promise<Omit<Measured, 'cpuSec' | 'delayMs'>> {
  const engine = engineOf(task);
  const before = { ...engine.counters };
  const dropsBefore = dropsAt(engine.localPort(4));
  const started = performance.now();
  let wallSec = 0;
  const walks = agentsOf(task).map(
    (agent) =>
      new Promise<Ended>((resolve) => {
        engine.submit(requestOf(task, agent), (block) => {
          if (task.readsRows) readRows(block);
          const isLive = !task.silentEvery || agent % task.silentEvery !== 0;
          if (isLive) wallSec = (performance.now() - started) / 1000;
          resolve(isLive ? judge(block, task) : { varbinds: 0, failed: 0, cut: 0 });
        });
      }),
  );
  const ended = await Promise.all(walks);
  const sum = (pick: (one: Ended) => number) => ended.reduce((total, one) => total + pick(one), 0);
  return {
    varbinds: sum((one) => one.varbinds),
    failed: sum((one) => one.failed),
    cut: sum((one) => one.cut),
    wallSec,
    exchanges: engine.counters.sent - before.sent,
    resent: engine.counters.resent - before.resent,
    drops: dropsAt(engine.localPort(4)) - dropsBefore,
  };
}

async function runThread(task: Task): Promise<Omit<Measured, 'cpuSec' | 'delayMs'>> {
  const engine = createWorkerEngine({}, new URL('./snmp-engine-worker.js', import.meta.url));
  const started = performance.now();
  let varbinds = 0;
  let failed = 0;
  const again = async (agent: number): Promise<void> => {
    while (performance.now() - started < (task.lastsMs ?? 0)) {
      const ended = judge(await engine.run(requestOf(task, agent)), task);
      varbinds += ended.varbinds;
      failed += ended.failed;
    }
  };
  await Promise.all(agentsOf(task).map(again));
  await engine.close();
  const wallSec = (performance.now() - started) / 1000;
  return { varbinds, failed, cut: 0, wallSec, exchanges: 0, resent: 0, drops: 0 };
}

/** Does nothing for a while: what the machine itself costs the thread. */
async function runNothing(task: Task): Promise<Omit<Measured, 'cpuSec' | 'delayMs'>> {
  await setTimeout(task.lastsMs ?? 0);
  return { varbinds: 0, failed: 0, cut: 0, wallSec: 0, exchanges: 0, resent: 0, drops: 0 };
}

type LibraryTable = Record<string, Record<string, number | Buffer>>;

function runLibrary(task: Task): Promise<Omit<Measured, 'cpuSec' | 'delayMs'>> {
  const started = performance.now();
  const options = {
    port: task.port,
    version: netSnmp.Version2c,
    timeout: task.timeoutMs ?? 1_000,
    retries: task.retries ?? 5,
  };
  let varbinds = 0;
  let failed = 0;
  const walk = (agent: number) =>
    new Promise<void>((resolve) => {
      const session = netSnmp.createSession(addressOf(agent), 'public', options as netSnmp.SessionOptions);
      session.on('error', () => failed++);
      const done = (error: Error | null) => {
        if (error) failed++;
        session.close();
        resolve();
      };
      if (task.kind === 'net-snmp-table') {
        session.table(FDB.slice(0, -1).join('.'), task.repetitions, ((error: Error | null, table: LibraryTable) => {
          for (const row of Object.values(error ? {} : table)) {
            for (const cell of Object.values(row)) {
              kept += typeof cell === 'number' ? cell : cell.length;
              varbinds++;
            }
          }
          done(error);
        }) as never);
        return;
      }
      const feed = (batch: unknown[]) => {
        varbinds += batch.length;
      };
      session.subtree(PORT_COLUMN.join('.'), task.repetitions, feed as never, done as never);
    });
  return Promise.all(agentsOf(task).map(walk)).then(() => ({
    varbinds,
    failed,
    cut: 0,
    wallSec: (performance.now() - started) / 1000,
    exchanges: 0,
    resent: 0,
    drops: 0,
  }));
}

/** Sends and receives datagrams of the same sizes and does nothing else. */
function runDatagrams(task: Task): Promise<Omit<Measured, 'cpuSec' | 'delayMs'>> {
  const started = performance.now();
  const each = Math.ceil(1_000 / task.repetitions) + 1;
  const ask = (tail: number[]) =>
    Buffer.from(
      writeRequest({
        type: 'getBulk',
        requestId: 1,
        community: Buffer.from('public'),
        nonRepeaters: 1,
        maxRepetitions: task.repetitions,
        names: [encodeOid(SYS_UP_TIME.slice(0, -1)), encodeOid([...PORT_COLUMN, ...tail])],
      }),
    );
  const datagram = ask([0, 29, 0, 1, 100, 188]);
  return new Promise((resolve) => {
    const socket = createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) });
    const left = new Map<string, number>();
    let open = task.agents;
    let exchanges = 0;
    socket.on('message', (_message, from) => {
      exchanges++;
      const count = (left.get(from.address) ?? 0) - 1;
      left.set(from.address, count);
      if (count > 0) return socket.send(datagram, task.port, from.address);
      if (--open > 0) return;
      socket.close();
      const wallSec = (performance.now() - started) / 1000;
      resolve({ varbinds: 0, failed: 0, cut: 0, wallSec, exchanges, resent: 0, drops: 0 });
    });
    socket.bind(0, () => {
      socket.setRecvBufferSize(8 * 1024 * 1024);
      for (let agent = 1; agent <= task.agents; agent++) {
        left.set(addressOf(agent), each);
        socket.send(datagram, task.port, addressOf(agent));
      }
    });
  });
}

const RUN = {
  engine: runEngine,
  'engine-thread': runThread,
  idle: runNothing,
  'net-snmp': runLibrary,
  'net-snmp-table': runLibrary,
  dgram: runDatagrams,
};

process.on('message', (task: Task) => {
  void (async () => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const isDelayed = task.kind === 'engine-thread' || task.kind === 'idle';
    if (isDelayed) delay.enable();
    const before = process.cpuUsage();
    const measured = await RUN[task.kind](task);
    const used = process.cpuUsage(before);
    delay.disable();
    const delayMs = isDelayed ? delay.percentile(99) / 1e6 : 0;
    if (kept < 0) throw new Error('nothing was read');
    return { ...measured, cpuSec: (used.user + used.system) / 1e6, delayMs };
  })().then(
    (measured) => process.send?.(measured),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : 'unknown' }),
  );
});
process.on('disconnect', () => process.exit(0));
