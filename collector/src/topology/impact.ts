import { components, edgeMask, isUp, portName, type Graph, type GraphEdge } from './graph.js';
import type { ImpactAnswer } from './schemas.js';

/** What is thought to fail. A port takes all links on it; a member of an aggregate only itself. */
export type ImpactSubject =
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'port'; readonly node: string; readonly ifName: string; readonly ifIndex?: number | null }
  | { readonly kind: 'edge'; readonly edge: string };

export interface ImpactOptions {
  /** Node ids that count as the network; those that are not in the graph are ignored. */
  readonly anchors: readonly string[];
}

/** The answer without the freshness, which only the caller knows. `impacted` does not repeat the failed node. */
export type ImpactResult = Omit<ImpactAnswer, 'asOf' | 'staleDevices' | 'partial'>;

const MAX_GAPS = 50;

/** What a search saw: connected to the network, and beyond the last bridge on every way to it. */
interface Standing {
  /** 1: connected to an anchor. */
  readonly connected: Uint8Array;
  /** 1: connected by two ways that share no link. */
  readonly redundant: Uint8Array;
}

interface Baseline {
  readonly mask: Uint8Array;
  readonly anchors: readonly number[];
  readonly standing: Standing;
}

const baselines = new WeakMap<Graph, Map<string, Baseline>>();

/**
 * What is cut off from the network when the subject fails, and what stays connected by its last way. Exact and
 * linear: one search without the subject, compared with one with it that is kept for the next question. Links that
 * the spanning tree blocks count, because they take over. Undefined when the subject is not in the graph.
 */
export function computeImpact(graph: Graph, subject: ImpactSubject, options: ImpactOptions): ImpactResult | undefined {
  const removed = resolve(graph, subject);
  if (removed === undefined) return undefined;
  const baseline = baselineOf(graph, options.anchors);
  const mask = baseline.mask.slice();
  for (const edge of removed.edges) mask[edge] = 0;
  const isAnchored = baseline.anchors.length > 0;
  const anchors = baseline.anchors.filter((node) => node !== removed.node);
  const before = isAnchored ? baseline.standing : unanchored(graph, baseline.mask, removed.start, -1);
  const after = isAnchored
    ? standingOf(graph, mask, anchors, removed.node)
    : unanchored(graph, mask, removed.start, removed.node);
  const impacted: number[] = [];
  const atRisk: number[] = [];
  for (let node = 0; node < graph.nodes.length; node++) {
    if (node === removed.node || before.connected[node] !== 1) continue;
    if (after.connected[node] !== 1) impacted.push(node);
    else if (before.redundant[node] === 1 && after.redundant[node] !== 1) atRisk.push(node);
  }
  const counts: Record<string, number> = {};
  for (const node of impacted) {
    const kind = graph.nodes[node]?.kind ?? 'external';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return {
    subject: nameOf(subject),
    anchors: baseline.anchors.map((node) => graph.nodes[node]?.id ?? ''),
    anchorReason: isAnchored
      ? 'Cut off means: no way left to any of these.'
      : 'No anchor is set: the largest part that remains counts as the network.',
    impacted: impacted.map((node) => shown(graph, node)),
    atRisk: atRisk.map((node) => shown(graph, node)),
    counts,
    gaps: gapsOf(graph, removed, [...impacted, ...atRisk]),
  };
}

const shown = (graph: Graph, node: number): ImpactResult['impacted'][number] => {
  const { id, title, kind, site } = graph.nodes[node] as Graph['nodes'][number];
  return { id, title, kind, site };
};

const nameOf = (subject: ImpactSubject): string => {
  if (subject.kind === 'edge') return subject.edge;
  return subject.kind === 'node' ? subject.node : `${subject.node} ${subject.ifName}`;
};

interface Removed {
  /** The node that fails; -1 when only links do. */
  readonly node: number;
  readonly edges: readonly number[];
  /** A node of the part that the failure concerns. */
  readonly start: number;
  /** Aggregates that lose one of several members. */
  readonly thinned: readonly number[];
}

function resolve(graph: Graph, subject: ImpactSubject): Removed | undefined {
  if (subject.kind === 'edge') {
    const edge = graph.edges.findIndex(({ id }) => id === subject.edge);
    return edge < 0 ? undefined : { node: -1, edges: [edge], start: graph.endA[edge] as number, thinned: [] };
  }
  const node = graph.numberOf.get(subject.node);
  if (node === undefined) return undefined;
  if (subject.kind === 'node') return { node, edges: [], start: node, thinned: [] };
  const edges: number[] = [];
  const thinned: number[] = [];
  for (let slot = graph.offsets[node] as number; slot < (graph.offsets[node + 1] as number); slot++) {
    const number = graph.slotEdge[slot] as number;
    const edge = graph.edges[number] as GraphEdge;
    const isA = graph.endA[number] === node;
    const end = isA ? edge.a : edge.b;
    const { ifIndex } = subject;
    const isWhole =
      end.ifName === subject.ifName || portName(end) === subject.ifName || (ifIndex != null && end.ifIndex === ifIndex);
    const isMember = ifIndex != null && edge.members.some((member) => member[isA ? 0 : 1] === ifIndex);
    // the interface that names an aggregate may itself be a member of it
    if (isMember && edge.members.length > 1) thinned.push(number);
    else if (isWhole || isMember) edges.push(number);
  }
  return edges.length + thinned.length === 0 ? undefined : { node: -1, edges, start: node, thinned };
}

function baselineOf(graph: Graph, anchors: readonly string[]): Baseline {
  const key = [...anchors].sort().join('\n');
  const kept = baselines.get(graph) ?? new Map<string, Baseline>();
  baselines.set(graph, kept);
  const known = kept.get(key);
  if (known !== undefined) return known;
  const mask = connectingEdges(graph);
  const numbers = [...new Set(anchors)].flatMap((id) => graph.numberOf.get(id) ?? []).sort((x, y) => x - y);
  const baseline = { mask, anchors: numbers, standing: standingOf(graph, mask, numbers, -1) };
  // one set of anchors a graph is the rule; a caller with many must not fill the memory
  if (kept.size >= MAX_KEPT_BASELINES) kept.clear();
  kept.set(key, baseline);
  return baseline;
}

const MAX_KEPT_BASELINES = 8;

/**
 * Cables that are up. Where cables do not join two parts, the layer 3 links between them do: a WAN whose cables
 * nobody sees is still the way out.
 */
function connectingEdges(graph: Graph): Uint8Array {
  const mask = edgeMask(graph, (edge) => edge.layer === 2 && isUp(edge));
  const part = components(graph, mask);
  graph.edges.forEach((edge, i) => {
    if (edge.layer === 3 && isUp(edge) && part[graph.endA[i] as number] !== part[graph.endB[i] as number]) mask[i] = 1;
  });
  return mask;
}

/**
 * Depth-first search from all anchors taken as one root (their own links to each other are inside it). A node is
 * redundant unless a bridge lies between it and the root (Tarjan 1974). Iterative: a chain of any length may come.
 */
function standingOf(graph: Graph, mask: Uint8Array, anchors: readonly number[], without: number): Standing {
  const { offsets, slotNode, slotEdge, nodes } = graph;
  const count = nodes.length;
  const order = new Int32Array(count);
  const low = new Int32Array(count);
  const cursor = offsets.slice(0, count);
  const parent = new Int32Array(count).fill(-1);
  const viaEdge = new Int32Array(count).fill(-1);
  const sequence = new Int32Array(count);
  const stack = new Int32Array(count);
  const connected = new Uint8Array(count);
  let found = 0;
  for (const anchor of anchors) {
    order[anchor] = 1;
    low[anchor] = 1;
    connected[anchor] = 1;
  }
  let clock = 1;
  for (const anchor of anchors) {
    let depth = 0;
    stack[0] = anchor;
    sequence[found++] = anchor;
    while (depth >= 0) {
      const node = stack[depth] as number;
      const slot = cursor[node] as number;
      if (slot === (offsets[node + 1] as number)) {
        depth--;
        const up = parent[node] as number;
        if (up >= 0 && (low[node] as number) < (low[up] as number)) low[up] = low[node] as number;
        continue;
      }
      cursor[node] = slot + 1;
      const edge = slotEdge[slot] as number;
      const next = slotNode[slot] as number;
      if (mask[edge] !== 1 || next === without || edge === viaEdge[node]) continue;
      if (order[next] !== 0) {
        if ((order[next] as number) < (low[node] as number)) low[node] = order[next] as number;
        continue;
      }
      clock++;
      order[next] = clock;
      low[next] = clock;
      connected[next] = 1;
      parent[next] = node;
      viaEdge[next] = edge;
      sequence[found++] = next;
      stack[++depth] = next;
    }
  }
  const redundant = new Uint8Array(count);
  for (let i = 0; i < found; i++) {
    const node = sequence[i] as number;
    const up = parent[node] as number;
    // the edge above is a bridge when nothing below it reaches above it
    if (up < 0) redundant[node] = 1;
    else redundant[node] = redundant[up] === 1 && (low[node] as number) < (order[node] as number) ? 1 : 0;
  }
  return { connected, redundant };
}

/** Without anchors: the largest part (of the component that the failure concerns) is the network. */
function unanchored(graph: Graph, mask: Uint8Array, start: number, without: number): Standing {
  const whole = components(graph, connectingEdges(graph));
  const partial = mask.slice();
  if (without >= 0) {
    for (let slot = graph.offsets[without] as number; slot < (graph.offsets[without + 1] as number); slot++) {
      partial[graph.slotEdge[slot] as number] = 0;
    }
  }
  const isConcerned = (node: number): boolean => node !== without && whole[node] === whole[start];
  const network = largest(components(graph, partial), isConcerned);
  const inNetwork = new Set(network.members);
  const [root] = network.members;
  if (root === undefined) {
    return { connected: new Uint8Array(graph.nodes.length), redundant: new Uint8Array(graph.nodes.length) };
  }
  // the largest group without a bridge inside stands for the anchors
  const cyclic = edgeConnectedGroups(graph, partial, root, without);
  const core = largest(cyclic, (node) => inNetwork.has(node));
  return standingOf(graph, partial, core.members.slice(0, 1), without);
}

function largest(part: Int32Array, admits: (node: number) => boolean): { members: number[] } {
  const groups = new Map<number, number[]>();
  part.forEach((group, node) => {
    if (!admits(node)) return;
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [node]);
    else members.push(node);
  });
  let best: number[] = [];
  // groups come by their lowest node, so that equals are decided the same way every time
  for (const members of groups.values()) if (members.length > best.length) best = members;
  return { members: best };
}

/** The groups that stay connected when any one link fails, numbered by one of their nodes. */
function edgeConnectedGroups(graph: Graph, mask: Uint8Array, root: number, without: number): Int32Array {
  const bridgeless = mask.slice();
  for (const edge of bridgesFrom(graph, mask, root, without)) bridgeless[edge] = 0;
  return components(graph, bridgeless);
}

function bridgesFrom(graph: Graph, mask: Uint8Array, root: number, without: number): number[] {
  const { offsets, slotNode, slotEdge, nodes } = graph;
  const order = new Int32Array(nodes.length);
  const low = new Int32Array(nodes.length);
  const cursor = offsets.slice(0, nodes.length);
  const viaEdge = new Int32Array(nodes.length).fill(-1);
  const stack = [root];
  const bridges: number[] = [];
  let clock = 1;
  order[root] = 1;
  low[root] = 1;
  while (stack.length > 0) {
    const node = stack.at(-1) as number;
    const slot = cursor[node] as number;
    if (slot === (offsets[node + 1] as number)) {
      stack.pop();
      const up = stack.at(-1);
      if (up === undefined) continue;
      if ((low[node] as number) === (order[node] as number)) bridges.push(viaEdge[node] as number);
      if ((low[node] as number) < (low[up] as number)) low[up] = low[node] as number;
      continue;
    }
    cursor[node] = slot + 1;
    const edge = slotEdge[slot] as number;
    const next = slotNode[slot] as number;
    if (mask[edge] !== 1 || next === without || edge === viaEdge[node]) continue;
    if (order[next] !== 0) {
      if ((order[next] as number) < (low[node] as number)) low[node] = order[next] as number;
      continue;
    }
    clock++;
    order[next] = clock;
    low[next] = clock;
    viaEdge[next] = edge;
    stack.push(next);
  }
  return bridges;
}

/** What was not seen around the answer and could change it. */
function gapsOf(graph: Graph, removed: Removed, concerned: readonly number[]): string[] {
  const gaps: string[] = [];
  const add = (text: string): void => {
    if (gaps.length < MAX_GAPS && !gaps.includes(text)) gaps.push(text);
  };
  for (const number of removed.thinned) {
    const edge = graph.edges[number] as GraphEdge;
    add(`The aggregate ${edge.a.node} to ${edge.b.node} keeps ${edge.members.length - 1} of its members.`);
  }
  for (const node of [removed.start, ...concerned]) {
    const { id, kind } = graph.nodes[node] as Graph['nodes'][number];
    if (kind === 'external') add(`${id} is not polled: only what its neighbours say of it is known.`);
    if (kind === 'segment') add(`${id} is a shared segment: unmanaged equipment there may have other links.`);
    if (kind !== 'device') continue;
    for (let slot = graph.offsets[node] as number; slot < (graph.offsets[node + 1] as number); slot++) {
      const edge = graph.edges[graph.slotEdge[slot] as number] as GraphEdge;
      if (edge.state === 'unknown') add(`${edge.a.node} to ${edge.b.node} was not confirmed: a device did not answer.`);
      if (graph.nodes[graph.slotNode[slot] as number]?.kind === 'host') continue;
      if (edge.a.ifIndex === null || edge.b.ifIndex === null) {
        add(`The port of ${edge.a.ifIndex === null ? edge.a.node : edge.b.node} towards ${id} is not known.`);
      }
    }
  }
  return gaps;
}
