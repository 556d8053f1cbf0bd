import { createHash } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type pg from 'pg';
import type { Loaded } from './config/load.js';
import { describeDatabase } from './db/edition.js';
import { healthRoutes, type ReadyCheck } from './http/health.js';
import { createMetrics, type Metrics } from './http/metrics.js';
import { buildServer, httpComponent } from './http/server.js';
import { resolveInventory, type ResolvedDevice } from './inventory/resolve.js';
import { inventoryRoutes } from './inventory/routes.js';
import { inventoryStore } from './inventory/store.js';
import { jobStore, type JobStore } from './jobs/queue.js';
import { retentionJobs, topologyRetention } from './jobs/retention.js';
import { createWorker } from './jobs/worker.js';
import type { Component } from './lib/component.js';
import { tryParseIp } from './lib/ip.js';
import type { Secret } from './lib/secret.js';
import { composePnm } from './compose-pnm.js';
import { CMTS_JOB } from './pnm/jobs.js';
import { pnmRoutes } from './pnm/routes.js';
import { createEngine } from './snmp/engine/client.js';
import { engineMemory, readKnownEngines } from './snmp/engine-memory.js';
import { createSnmpCounters } from './snmp/guard.js';
import type { SnmpReader } from './snmp/reader.js';
import { createSnmpReader } from './snmp/session.js';
import { createTrapListener } from './snmp/trap-listener.js';
import { createArranger } from './topology/arrange.js';
import { createIncrementalInference } from './topology/correlate/incremental.js';
import { DEFAULT_INFER_OPTIONS } from './topology/correlate/inference.js';
import { edgeStore } from './topology/edge-store.js';
import { nextEdges } from './topology/edges.js';
import { factsStore } from './topology/facts-store.js';
import { forwardingView } from './topology/forwarding-view.js';
import { explainReads } from './topology/explain-store.js';
import { historyReads } from './topology/history-store.js';
import { createTopologyLoop, pollJobKey, type PollModule, type TopologyLoop } from './topology/jobs.js';
import { pollDevice } from './topology/poll.js';
import { routingView } from './topology/routing-view.js';
import { topologyRoutes } from './topology/routes.js';
import { topologyService } from './topology/service.js';
import { topologyReads } from './topology/store.js';

export const VERSION = '0.1.0';

export interface CollectorOptions {
  readonly loaded: Loaded;
  /** A migrated database. */
  readonly pool: pg.Pool;
  readonly dataDir: string;
  readonly token: Secret;
  readonly log: FastifyBaseLogger;
  readonly signal: AbortSignal;
  readonly say: (text: string) => void;
}

export interface Collector {
  /** In the order in which they start. */
  readonly components: readonly Component[];
  readonly app: FastifyInstance;
  readonly http: Component & { readonly url: string };
  readonly devices: readonly ResolvedDevice[];
  readonly topology: TopologyLoop;
  readonly metrics: Metrics;
}

const JOB_CONCURRENCY = 32;
const NOT_REJECTED = ['sent', 'accepted', 'resent', 'otherAddress'];
const now = () => new Date();

/** Builds every part of a collector and hands each what it needs. Opens nothing but the database. */
export async function composeCollector(options: CollectorOptions): Promise<Collector> {
  const { loaded, pool, log, token } = options;
  const { config } = loaded;
  const metrics = createMetrics({ version: VERSION });
  const snmpCounters = createSnmpCounters();
  const enginesFile = join(options.dataDir, 'snmp-engines.json');
  const engine = createEngine({ counters: snmpCounters, engines: readKnownEngines(enginesFile, Date.now()) });
  metrics.counts('plantgraph_snmp_packets_total', 'Datagrams sent, and answers taken', 'direction', () => ({
    sent: snmpCounters.sent,
    accepted: snmpCounters.accepted,
    resent: snmpCounters.resent,
    otherAddress: snmpCounters.otherAddress,
  }));
  metrics.counts('plantgraph_snmp_rejected_total', 'Datagrams refused, by reason', 'reason', () =>
    Object.fromEntries(Object.entries(snmpCounters).filter(([reason]) => !NOT_REJECTED.includes(reason))),
  );
  const openReader = (target: ResolvedDevice['target']): SnmpReader =>
    createSnmpReader(target, { counters: snmpCounters, engine, now });
  const onError = (error: unknown, what: string) => log.error({ err: error }, what);

  const inventory = inventoryStore(pool);
  const devices = await resolveInventory(loaded, {
    openReader,
    known: await inventory.devices({}),
    signal: options.signal,
    onSweep: (prefix, found) => options.say(`${found} devices answer in ${prefix}`),
  });
  await inventory.sync(
    config.sites.map(({ id, name }) => ({ id, name: name ?? id })),
    devices,
    now(),
  );

  const readers = readerCache(devices, openReader);
  const reads = topologyReads(pool);
  const inference = createIncrementalInference({
    ...DEFAULT_INFER_OPTIONS,
    maxHostsPerPort: config.topology.maxMacsPerPort,
  });
  const loop = createTopologyLoop({
    reads,
    facts: factsStore(pool),
    edges: edgeStore(pool),
    devices: devices.map(({ id, site, polling }) => ({
      id,
      site,
      vlanContexts: polling.vlanContexts,
      intervalSec: { tables: polling.tablesSec, interfaces: polling.interfacesSec, forwarding: polling.forwardingSec },
    })),
    removedDevices: () => inventory.removed(),
    readerFor: readers.readerFor,
    pollDevice,
    infer: (facts) => inference.update(facts),
    nextEdges,
    arrange: createArranger(),
    graceMs: config.topology.graceSec * 1000,
    closeAfterMisses: config.topology.removeAfterPolls,
    now,
    onError,
  });
  countTopology(metrics, loop);

  const jobs = jobStore(pool);
  const pnm = composePnm({ config, pool, dataDir: options.dataDir, devices, openReader, metrics, log, now });
  const retention = retentionJobs(pool, topologyRetention(config.retention), now);
  const worker = createWorker({
    queue: jobs,
    kinds: { ...loop.kinds, ...pnm.jobs.kinds, ...retention.kinds },
    name: workerName(options.dataDir),
    concurrency: JOB_CONCURRENCY,
    now,
    onError,
  });
  metrics.counts('plantgraph_jobs_total', 'Jobs of the schedule by how they ended', 'result', () => ({
    ...worker.counters,
  }));

  const database = await describeDatabase(pool);
  const app = await buildServer({ token, requestsPerMinute: config.api.requestsPerMinute, metrics, logger: log });
  await app.register(healthRoutes, {
    metrics,
    checks: [databaseCheck(pool), pollCheck(loop, devices), storageCheck(options.dataDir)],
    version: { version: VERSION, schema: () => 'v1', edition: () => database.text },
  });
  const topology = topologyService({
    reads,
    history: historyReads(pool),
    anchors: () => inventory.anchors(),
    tables: cachedTables(loop),
    explain: { reads: explainReads(pool), snapshot: () => loop.snapshot() },
    now,
  });
  await app.register(
    async (api) => {
      await api.register(topologyRoutes, { topology });
      await api.register(inventoryRoutes, { inventory });
      await api.register(pnmRoutes, { pnm: pnm.service });
    },
    { prefix: '/api/v1' },
  );
  const http = httpComponent(app, config.api);

  const schedule: Component = {
    name: 'schedule',
    async start() {
      await jobs.syncPeriodic('poll', loop.jobs, now());
      await jobs.syncPeriodic('retention', retention.specs, now());
      for (const { kind, specs } of pnm.jobs.periodic) {
        await jobs.syncPeriodic(kind, specs, now());
        // nothing can be measured before a CMTS has named its modems: that is not left to its turn
        if (kind === CMTS_JOB) for (const { key } of specs) await jobs.runNow(key, now());
      }
    },
    stop: async () => undefined,
  };
  const readersComponent: Component = {
    name: 'snmp',
    start: async () => undefined,
    stop: async () => {
      readers.close();
      await engine.close();
    },
  };
  const byAddress = new Map(devices.map((device) => [tryParseIp(device.address) ?? device.address, device]));
  const traps = createTrapListener({
    ...config.traps,
    sourceOf: (address) => {
      const device = byAddress.get(address);
      return device && { id: device.id, credential: device.target.credential };
    },
    onHint: (id) => pollSoon(jobs, id, onError),
  });
  metrics.counts('plantgraph_snmp_traps_total', 'Notifications of devices by what became of them', 'result', () => ({
    ...traps.counters,
  }));
  const memory = engineMemory({ file: enginesFile, engine, onError });
  return {
    components: [readersComponent, memory, traps, loop, schedule, ...pnm.components, worker, http],
    app,
    http,
    devices,
    topology: loop,
    metrics,
  };
}

/** The same after a restart and no other's: leases of an earlier life are given back, those of another collector are not. */
const workerName = (dataDir: string): string =>
  `${hostname()}-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;

const HINTED_MODULES: readonly PollModule[] = ['interfaces', 'tables'];
const POLL_UNDER_WAY_MS = 5_000;

/** A poll that is under way may have passed the link already: it is done once more after it. */
function pollSoon(
  jobs: Pick<JobStore, 'runNow'>,
  device: string,
  onError: (error: unknown, what: string) => void,
  isAgain = false,
): void {
  const ask = async () => {
    const started = await Promise.all(HINTED_MODULES.map((module) => jobs.runNow(pollJobKey(device, module), now())));
    if (isAgain || !started.includes(false)) return;
    setTimeout(() => pollSoon(jobs, device, onError, true), POLL_UNDER_WAY_MS).unref();
  };
  ask().catch((error: unknown) => onError(error, 'polling a device that sent a notification'));
}

/** One long-lived reader per device: a v3 engine is discovered once, and requests to one device queue in one place. */
function readerCache(devices: readonly ResolvedDevice[], openReader: (target: ResolvedDevice['target']) => SnmpReader) {
  const byId = new Map(devices.map((device) => [device.id, device]));
  const open = new Map<string, SnmpReader>();
  return {
    readerFor(id: string): SnmpReader {
      const known = open.get(id);
      if (known) return known;
      const device = byId.get(id);
      if (!device) throw new RangeError(`no device ${id} in the inventory`);
      const reader = openReader(device.target);
      open.set(id, reader);
      return reader;
    },
    close() {
      for (const reader of open.values()) reader.close();
      open.clear();
    },
  };
}

/** The forwarding and routing tables as path search asks for them, made again only after an inference. */
function cachedTables(loop: TopologyLoop) {
  let made: { version: number; tables: PathTables } | undefined;
  return () => {
    const { version, facts } = loop.snapshot();
    if (made?.version !== version) {
      made = { version, tables: { forwarding: forwardingView(facts), routing: routingView(facts) } };
    }
    return made.tables;
  };
}

interface PathTables {
  readonly forwarding: ReturnType<typeof forwardingView>;
  readonly routing: ReturnType<typeof routingView>;
}

function countTopology(metrics: Metrics, loop: TopologyLoop): void {
  const { counters } = loop;
  metrics.counts('plantgraph_poll_total', 'Polls of a device and module by result', 'result', () => ({
    ok: counters.pollsWhole,
    partial: counters.pollsPartial,
    silent: counters.pollsSilent,
  }));
  metrics.counts('plantgraph_topology_total', 'What the topology loop did', 'what', () => ({
    inferences: counters.inferences,
    inferenceErrors: counters.inferenceErrors,
    edgesWritten: counters.edgesWritten,
    events: counters.eventsWritten,
    layouts: counters.layouts,
    layoutErrors: counters.layoutErrors,
  }));
  metrics.counts('plantgraph_dropped_total', 'What was dropped, by reason', 'reason', () => ({
    rowsRefused: counters.rowsRefused,
  }));
  metrics.gauge(
    'plantgraph_edges',
    'Open links and placements',
    () => loop.snapshot().edges.filter(({ closedAt }) => closedAt === null).length,
  );
}

/** More than half of the devices without an answer for this many intervals: the collector is blind, not the devices. */
const LATE_INTERVALS = 2.5;

function pollCheck(loop: TopologyLoop, devices: readonly ResolvedDevice[]): ReadyCheck {
  const startedAtMs = Date.now();
  return {
    name: 'polling',
    problem() {
      const { facts } = loop.snapshot();
      const late = devices.filter(({ id, polling }) => {
        const polledAt = facts.get(id)?.polledAt;
        const sinceMs = Date.now() - Math.max(polledAt === undefined ? 0 : Date.parse(polledAt), startedAtMs);
        return sinceMs > LATE_INTERVALS * polling.tablesSec * 1000;
      });
      return late.length * 2 > devices.length
        ? `${late.length} of ${devices.length} devices have not answered in time`
        : undefined;
    },
  };
}

const MIN_FREE_RATIO = 0.15;
const STORAGE_PROBE_MS = 10_000;

/** Files are refused before the volume is full (operations F-06). */
function storageCheck(dataDir: string): ReadyCheck {
  let problem: string | undefined;
  let askedAtMs = -STORAGE_PROBE_MS;
  return {
    name: 'storage',
    problem() {
      if (performance.now() - askedAtMs >= STORAGE_PROBE_MS) {
        askedAtMs = performance.now();
        const { bavail, blocks } = statfsSync(dataDir);
        problem = bavail / blocks < MIN_FREE_RATIO ? `less than 15 % of the volume of ${dataDir} is free` : undefined;
      }
      return problem;
    },
  };
}

const DATABASE_PROBE_MS = 5000;

/** Knows whether the database answers without waiting for it. */
function databaseCheck(pool: pg.Pool): ReadyCheck {
  let problem: string | undefined;
  let askedAtMs = 0;
  let asking = false;
  const ask = async () => {
    asking = true;
    askedAtMs = performance.now();
    problem = await Promise.race([
      pool.query('select 1').then(
        () => undefined,
        () => 'the database does not answer',
      ),
      sleep(DATABASE_PROBE_MS, 'the database does not answer in time', { ref: false }),
    ]);
    asking = false;
  };
  return {
    name: 'database',
    problem() {
      if (!asking && performance.now() - askedAtMs > 1000) void ask();
      return problem;
    },
  };
}
