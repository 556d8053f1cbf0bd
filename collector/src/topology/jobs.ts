import { isStopping, type JobKind, type JobResult } from '../jobs/worker.js';
import type { Job, JobSpec } from '../jobs/queue.js';
import type { Component } from '../lib/component.js';
import { isWhole, type SnmpReader } from '../snmp/reader.js';
import { namings } from './correlate/addresses.js';
import type { Inference } from './correlate/inference.js';
import { canonicalJson, mergeFacts } from './current-facts.js';
import { changedEdges, type EdgeStore, type Position, type StoredNode } from './edge-store.js';
import type { EdgeChange, EdgeContext, EdgeInterval } from './edges.js';
import type { FactsStore } from './facts-store.js';
import { FACT_KINDS, type DeviceFacts, type FactKind, type TableReport } from './facts.js';
import type { PollOptions } from './poll.js';
import { buildGraph, type Graph } from './graph.js';
import type { TopologyReads } from './store.js';
import { nodesOf } from './stored-nodes.js';

/** What is read together, at one interval. */
export const POLL_MODULES = {
  tables: ['system', 'bridge', 'arp', 'lldp', 'cdp', 'stp', 'lag', 'routing'],
  interfaces: ['system', 'interfaces'],
  forwarding: ['system', 'chassis', 'mac', 'routes'],
} as const satisfies Record<string, readonly FactKind[]>;
export type PollModule = keyof typeof POLL_MODULES;

/** A device as the loop needs it. */
export interface PolledDevice {
  readonly id: string;
  readonly site: string;
  readonly intervalSec: Readonly<Record<PollModule, number>>;
  readonly vlanContexts?: boolean;
}

/** Places for all nodes of the map; those that have one keep it unless the map is drawn anew (`arrange.ts`). */
export type Arrange = (
  graph: Graph,
  known: ReadonlyMap<string, Position>,
) => Promise<{ readonly positions: ReadonlyMap<string, { readonly x: number; readonly y: number }> }>;

export interface TopologyLoopOptions {
  readonly facts: FactsStore;
  readonly edges: EdgeStore;
  /** The map as people see it, plant included: what is arranged. */
  readonly reads: Pick<TopologyReads, 'nodes' | 'edges'>;
  readonly devices: readonly PolledDevice[];
  /** Devices taken out of the inventory: their edges close. */
  readonly removedDevices: () => Promise<ReadonlySet<string>>;
  readonly readerFor: (deviceId: string) => SnmpReader;
  readonly pollDevice: (deviceId: string, reader: SnmpReader, options: PollOptions) => Promise<DeviceFacts>;
  readonly infer: (facts: readonly DeviceFacts[]) => Inference;
  readonly nextEdges: (previous: readonly EdgeInterval[], inference: Inference, context: EdgeContext) => EdgeChange;
  readonly arrange?: Arrange;
  readonly graceMs: number;
  readonly closeAfterMisses: number;
  readonly now: () => Date;
  readonly onError: (error: unknown, what: string) => void;
  /** Polls that end within this time are inferred together. */
  readonly debounceMs?: number;
}

export interface TopologyCounters {
  polls: number;
  pollsWhole: number;
  pollsPartial: number;
  pollsSilent: number;
  factsAppeared: number;
  factsGone: number;
  rowsRefused: number;
  inferences: number;
  inferenceErrors: number;
  edgesWritten: number;
  eventsWritten: number;
  layouts: number;
  layoutErrors: number;
}

/** What path and impact are computed from. `version` changes with every inference that was stored. */
export interface TopologySnapshot {
  readonly version: number;
  readonly at: Date;
  readonly facts: ReadonlyMap<string, DeviceFacts>;
  readonly inference: Inference | undefined;
  readonly edges: readonly EdgeInterval[];
  /** The last reading of each table since the start, whole or not; facts keep the last whole one. */
  readonly attempts: ReadonlyMap<string, Readonly<Record<string, TableReport>>>;
}

export interface TopologyLoop extends Component {
  /** For the worker: kinds `poll`. */
  readonly kinds: Readonly<Record<'poll', JobKind>>;
  /** The periodic jobs of the inventory, for `syncPeriodic('poll', …)`. */
  readonly jobs: readonly (JobSpec & { readonly intervalMs: number })[];
  readonly counters: Readonly<TopologyCounters>;
  readonly lastInferenceMs: number;
  snapshot(): TopologySnapshot;
  /** Infers now what has been polled; resolves when it is stored and drawn. */
  settle(): Promise<void>;
}

/** A forwarding table may take two minutes of this. */
const POLL_DEADLINE_MS = 180_000;
const RETRY_MS = 5_000;
/** Longer than new jobs are spread over, so that a gap means that no more are coming soon. */
const FIRST_ROUND_GAP_MS = 15_000;
const FIRST_ROUND_MS = 120_000;
const ALL_KINDS: ReadonlySet<FactKind> = new Set(FACT_KINDS);

export const pollJobKey = (device: string, module: PollModule) => `poll:${device}:${module}`;

/** The live loop: poll → facts → edges → positions, with everything current in memory (the life of an edge). */
export function createTopologyLoop(options: TopologyLoopOptions): TopologyLoop {
  const { now, onError } = options;
  const debounceMs = options.debounceMs ?? 1_000;
  const deviceOf = new Map(options.devices.map((device) => [device.id, device]));
  const siteOfDevice = (id: string) => deviceOf.get(id)?.site ?? null;
  const counters = emptyCounters();

  let facts = new Map<string, DeviceFacts>();
  let edges: readonly EdgeInterval[] = [];
  let inference: Inference | undefined;
  let storedNodes = new Map<string, string>();
  /** The nodes that were found equal to what is stored, or stored, the last time. */
  let comparedNodes = new Map<string, StoredNode>();
  let siteOfNode = new Map<string, string | null>();
  let positions = new Map<string, Position>();
  let arranged = '';
  let version = 0;
  let inferredAt = now();
  let lastInferenceMs = 0;

  /** What was read whole since the last inference that was stored. */
  let answered = new Map<string, Set<FactKind>>();
  /** What the last attempt could not read whole: its edges are unknown until it can. */
  const unread = new Map<string, Set<FactKind>>();
  const attempts = new Map<string, DeviceFacts['tables']>();
  let firstPolled = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let inferring: Promise<void> | undefined;
  let arranging: Promise<void> | undefined;
  let running = false;

  /** Devices of which nothing is known and that were not tried since the start. */
  const untried = new Set<string>();
  let startedAtMs = 0;
  let lastTriedAtMs = 0;
  /**
   * Half a network makes wrong conclusions (hosts stand on uplinks until their switch has answered) that would be
   * events a moment later. So the first inference waits until every device was tried, as long as that goes on.
   */
  const waitsForFirstRound = (): boolean => {
    const atMs = performance.now();
    return untried.size > 0 && atMs - lastTriedAtMs < FIRST_ROUND_GAP_MS && atMs - startedAtMs < FIRST_ROUND_MS;
  };

  const poll = async (job: Job, signal: AbortSignal): Promise<JobResult> => {
    const { device: id, module } = job.payload as { device: string; module: PollModule };
    const device = deviceOf.get(id);
    if (!device) return { ok: true }; // left the inventory while the job was due
    const previous = facts.get(id);
    const asked = kindsToAsk(previous, module);
    const polled = await options.pollDevice(id, options.readerFor(id), {
      now,
      signal,
      kinds: asked,
      site: device.site,
      vlanContexts: device.vlanContexts ?? true,
      ...(previous ? { previous } : {}),
    });
    if (!running || isStopping(signal)) return { ok: true }; // what the cancelled walks say is of no interest
    counters.polls++;
    attempts.set(id, { ...attempts.get(id), ...polled.tables });
    const { facts: current, whole } = mergeFacts(previous, polled, asked);
    const at = new Date(polled.polledAt);
    const intervalSec = device.intervalSec[module];
    const record = { deviceId: id, module, intervalSec, at, previous, polled, current, asked, whole };
    const written = await options.facts.writePoll(record);
    counters.factsAppeared += written.appeared;
    counters.factsGone += written.gone;
    counters.rowsRefused += written.refused;
    if (untried.delete(id)) lastTriedAtMs = performance.now();
    remember(answered, id, whole);
    remember(unread, id, asked);
    for (const kind of whole) unread.get(id)?.delete(kind);
    schedule(Math.max(debounceMs, 4 * lastInferenceMs));
    if (whole.size === 0) {
      counters.pollsSilent++;
      return { ok: false, error: whyBroken(polled) };
    }
    if (written.success) counters.pollsWhole++;
    else counters.pollsPartial++;
    facts.set(id, current);
    if (!previous) firstPolled.add(id);
    return { ok: true };
  };

  const inferOnce = async (): Promise<void> => {
    const startedAt = performance.now();
    const [seen, fresh] = [answered, firstPolled];
    [answered, firstPolled] = [new Map(), new Set()];
    try {
      const all = [...facts.values()];
      const found = options.infer(all);
      const at = now();
      const change = options.nextEdges(edges, found, {
        at,
        answered: seen,
        failed: unread,
        namingOf: namings(all),
        firstPolled: fresh,
        removedDevices: await options.removedDevices(),
        graceMs: options.graceMs,
        closeAfterMisses: options.closeAfterMisses,
      });
      const nodes = nodesOf(found, change.edges, siteOfDevice);
      siteOfNode = new Map(nodes.map(({ id, site }) => [id, site]));
      const changedNodes = nodes.filter(
        (node) => comparedNodes.get(node.id) !== node && storedNodes.get(node.id) !== canonicalJson(node),
      );
      const changed = changedEdges(new Map(edges.map((edge) => [edge.id, edge])), change.edges);
      const siteOf = (node: string) => siteOfDevice(node) ?? siteOfNode.get(node) ?? null;
      const { refused } = await options.edges.writeEdges({
        at,
        edges: changed,
        events: change.events,
        nodes: changedNodes,
        siteOf,
      });
      for (const node of changedNodes) storedNodes.set(node.id, canonicalJson(node));
      comparedNodes = new Map(nodes.map((node) => [node.id, node]));
      counters.rowsRefused += refused;
      counters.edgesWritten += changed.length;
      counters.eventsWritten += change.events.length;
      counters.inferences++;
      edges = change.edges;
      inference = found;
      inferredAt = at;
      version++;
    } catch (error) {
      counters.inferenceErrors++;
      onError(error, 'inferring the topology');
      // Nothing was stored: the same readings count for the next attempt.
      for (const [device, kinds] of seen) remember(answered, device, kinds);
      firstPolled = new Set([...fresh, ...firstPolled]);
      schedule(RETRY_MS);
    }
    lastInferenceMs = performance.now() - startedAt;
    arrangeMap();
  };

  /** Network and plant together: the core node graph wants places for all nodes or for none. */
  const arrangeOnce = async (arrange: Arrange): Promise<void> => {
    try {
      const [nodes, links] = await Promise.all([options.reads.nodes({}), options.reads.edges({ minConfidence: 0 })]);
      const signature = canonicalJson([nodes.map(({ id }) => id), links.map(({ a, b }) => [a.node, b.node])]);
      if (signature === arranged || nodes.length === 0) return;
      const graph = buildGraph(nodes, links);
      const placed = await arrange(graph, positions);
      const changed = graph.nodes.flatMap(({ id, site }): Position[] => {
        const place = placed.positions.get(id);
        const old = positions.get(id);
        return place && (old?.x !== place.x || old.y !== place.y) ? [{ node: id, site, x: place.x, y: place.y }] : [];
      });
      await options.edges.writePositions(changed, now());
      for (const position of changed) positions.set(position.node, position);
      arranged = signature;
      counters.layouts++;
    } catch (error) {
      counters.layoutErrors++;
      onError(error, 'placing the nodes of the map');
    }
  };

  /** Beside the inference, which must not wait for a drawing; one at a time. */
  const arrangeMap = (): void => {
    if (!options.arrange || arranging) return;
    arranging = arrangeOnce(options.arrange).finally(() => (arranging = undefined));
  };

  const settle = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    while (inferring) await inferring;
    inferring = inferOnce().finally(() => (inferring = undefined));
    await inferring;
    await arranging;
  };

  const schedule = (waitMs: number): void => {
    if (timer !== undefined || !running) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (inferring || waitsForFirstRound()) schedule(debounceMs);
      else inferring = inferOnce().finally(() => (inferring = undefined));
    }, waitMs);
  };

  return {
    name: 'topology',
    counters,
    kinds: { poll: { handler: poll, deadlineMs: POLL_DEADLINE_MS } },
    jobs: options.devices.flatMap((device) =>
      (Object.keys(POLL_MODULES) as PollModule[]).map((module) => ({
        key: pollJobKey(device.id, module),
        kind: 'poll',
        subject: device.id,
        payload: { device: device.id, module },
        intervalMs: device.intervalSec[module] * 1_000,
      })),
    ),
    get lastInferenceMs() {
      return lastInferenceMs;
    },
    snapshot: () => ({ version, at: inferredAt, facts, inference, edges, attempts }),
    settle,
    async start() {
      await options.facts.endRemoved(now());
      const loaded = await options.facts.loadFacts();
      facts = new Map([...loaded].filter(([id]) => deviceOf.has(id)));
      edges = await options.edges.loadEdges(new Date(now().getTime() - options.graceMs));
      storedNodes = new Map((await options.edges.loadNodes()).map((node) => [node.id, canonicalJson(node)]));
      positions = new Map((await options.edges.loadPositions()).map((position) => [position.node, position]));
      for (const id of deviceOf.keys()) if (!facts.has(id)) untried.add(id);
      startedAtMs = lastTriedAtMs = performance.now();
      running = true;
      if (facts.size > 0 || edges.length > 0) schedule(0);
    },
    async stop() {
      running = false;
      clearTimeout(timer);
      await inferring;
      await arranging;
    },
  };
}

/**
 * The kinds of a module, or all of them as long as the tables that name ports were never read: forwarding rows
 * without port names are worth nothing.
 */
function kindsToAsk(previous: DeviceFacts | undefined, module: PollModule): ReadonlySet<FactKind> {
  const known = new Set(Object.values(previous?.tables ?? {}).map(({ kind }) => kind));
  return known.has('interfaces') && known.has('bridge') ? new Set(POLL_MODULES[module]) : ALL_KINDS;
}

function whyBroken(polled: DeviceFacts): string {
  const broken = Object.entries(polled.tables).find(([, report]) => !isWhole(report.outcome));
  return broken ? `${broken[0]}: ${broken[1].detail ?? broken[1].outcome}` : 'nothing was read';
}

function remember(of: Map<string, Set<FactKind>>, device: string, kinds: Iterable<FactKind>): void {
  const known = of.get(device) ?? new Set();
  for (const kind of kinds) known.add(kind);
  if (known.size > 0) of.set(device, known);
}

const emptyCounters = (): TopologyCounters => ({
  polls: 0,
  pollsWhole: 0,
  pollsPartial: 0,
  pollsSilent: 0,
  factsAppeared: 0,
  factsGone: 0,
  rowsRefused: 0,
  inferences: 0,
  inferenceErrors: 0,
  edgesWritten: 0,
  eventsWritten: 0,
  layouts: 0,
  layoutErrors: 0,
});
