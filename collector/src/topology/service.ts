import { buildGraph, type Graph } from './graph.js';
import { computeImpact } from './impact.js';
import { findPath, type ForwardingView } from './path.js';
import type { RoutingView } from './path-routing.js';
import { explanations, type ExplainSnapshot } from './explain-service.js';
import type { ExplainReads } from './explain-store.js';
import type { TopologyService } from './routes.js';
import type { Edge, TopologyNode } from './schemas.js';
import { changesBetween } from './history-service.js';
import type { HistoryReads } from './history-store.js';
import type { TopologyReads } from './store.js';

export interface TopologyServiceOptions {
  readonly reads: TopologyReads;
  readonly history: HistoryReads;
  /** Devices that count as the network. */
  readonly anchors: () => Promise<string[]>;
  /** What the forwarding and routing tables say now; undefined before the first polls. */
  readonly tables: () => { readonly forwarding?: ForwardingView; readonly routing?: RoutingView };
  /** What "why" is answered from. */
  readonly explain: { readonly reads: ExplainReads; readonly snapshot: () => ExplainSnapshot };
  readonly now: () => Date;
}

/** The map of now as it was read, and as paths and impact look at it. */
interface DrawnMap {
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly Edge[];
  readonly graph: Graph;
}

/** The map is read from the database at most this often for paths and impact. */
const SNAPSHOT_MS = 3000;
const ALTERNATIVES = 2;

/** Answers of the API: store reads with their freshness, path and impact over a short-lived copy of the map. */
export function topologyService(options: TopologyServiceOptions): TopologyService {
  const { reads, history, anchors, tables, now } = options;
  let snapshot: { map: Promise<DrawnMap>; takenAtMs: number } | undefined;

  const map = (): Promise<DrawnMap> => {
    const atMs = performance.now();
    if (!snapshot || atMs - snapshot.takenAtMs > SNAPSHOT_MS) {
      const taken = readMap(reads);
      snapshot = { map: taken, takenAtMs: atMs };
      taken.catch(() => {
        snapshot = undefined; // the next question asks again
      });
    }
    return snapshot.map;
  };
  const graph = async (): Promise<Graph> => (await map()).graph;

  const freshness = async (at?: string) => {
    const staleDevices = at === undefined ? await reads.staleDevices() : [];
    return { asOf: at ?? now().toISOString(), staleDevices, partial: staleDevices.length > 0 };
  };

  /** A node by id, else what a search for the text finds first. */
  const nodeOf = async (text: string, known: Graph): Promise<string> => {
    if (known.numberOf.has(text)) return text;
    const { hits } = await reads.find({ q: text });
    return hits.find(({ id }) => known.numberOf.has(id))?.id ?? text;
  };

  return {
    async nodes(query) {
      const [nodes, fresh] = await Promise.all([reads.nodes(query), freshness(query.at)]);
      return { ...fresh, nodes };
    },
    async edges(query) {
      const [edges, fresh] = await Promise.all([reads.edges(query), freshness(query.at)]);
      return { ...fresh, edges };
    },
    async path({ from, to, layer }) {
      const known = await graph();
      const [source, target, fresh] = await Promise.all([nodeOf(from, known), nodeOf(to, known), freshness()]);
      const found = findPath(known, source, target, {
        layer: layer === 3 ? 3 : 2,
        now: now(),
        alternatives: ALTERNATIVES,
        ...tables(),
      });
      const silent = fresh.staleDevices.length > 0 ? ` These did not answer: ${fresh.staleDevices.join(', ')}.` : '';
      return {
        ...fresh,
        ...found,
        reason: found.outcome === 'found' ? found.reason : `${found.reason ?? ''}${silent}`,
      };
    },
    async impact({ node, port }) {
      const known = await graph();
      const [subject, named, fresh] = await Promise.all([nodeOf(node, known), anchors(), freshness()]);
      const result = computeImpact(
        known,
        port === undefined ? { kind: 'node', node: subject } : { kind: 'port', node: subject, ifName: port },
        { anchors: named },
      );
      return result && { ...fresh, ...result };
    },
    interface: (query) => reads.interface(query),
    find: (query) => reads.find(query),
    events: (query) => reads.events(query, now()),
    ...changesBetween(history, now),
    ...explanations({
      ...options.explain,
      map,
      freshness,
      async nodeOf(text) {
        const known = await graph();
        const id = await nodeOf(text, known);
        return known.numberOf.has(id) ? id : undefined;
      },
    }),
  };
}

async function readMap(reads: TopologyReads): Promise<DrawnMap> {
  const [nodes, edges] = await Promise.all([reads.nodes({}), reads.edges({ minConfidence: 0 })]);
  return { nodes, edges, graph: buildGraph(nodes, edges) };
}
