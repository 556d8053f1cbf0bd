import type { Inference } from './correlate/inference.js';
import { explainDevice } from './explain-device.js';
import type { ExplainedNode } from './explain-schemas.js';
import type { Attempts } from './explain-sources.js';
import type { ExplainReads } from './explain-store.js';
import { indexDevices, type IndexedDevices, type KnownNode } from './explain-subjects.js';
import { explainLink } from './explain.js';
import type { DeviceFacts } from './facts.js';
import type { TopologyService } from './routes.js';
import type { Edge, TopologyNode } from './schemas.js';

/** What the loop has in memory: what every device said, and what came of it. */
export interface ExplainSnapshot {
  /** Changes with every inference. */
  readonly version: number;
  readonly facts: ReadonlyMap<string, DeviceFacts>;
  readonly inference: Inference | undefined;
  readonly attempts: Attempts;
}

export interface ExplainServiceOptions {
  readonly reads: ExplainReads;
  readonly snapshot: () => ExplainSnapshot;
  /** The map as people see it, plant included, and a way to find a node on it by what a person typed. */
  readonly map: () => Promise<{ readonly nodes: readonly TopologyNode[]; readonly edges: readonly Edge[] }>;
  readonly nodeOf: (text: string) => Promise<string | undefined>;
  readonly freshness: () => Promise<{ asOf: string; staleDevices: string[]; partial: boolean }>;
}

const NOTHING: Inference = { devices: [], links: [], segments: [], hosts: [], warnings: [], explain: [] };

/** Answers to "why": of two nodes, and of one. Undefined when nothing has that name. */
export function explanations({
  reads,
  snapshot,
  map,
  nodeOf,
  freshness,
}: ExplainServiceOptions): Pick<TopologyService, 'explain' | 'device'> {
  let made: { version: number; indexed: IndexedDevices } | undefined;
  /** Indexing every device takes a while: once an inference, not once a question. */
  const indexed = ({ version, facts }: ExplainSnapshot): IndexedDevices => {
    if (made?.version !== version) made = { version, indexed: indexDevices([...facts.values()]) };
    return made.indexed;
  };

  return {
    async explain({ a, b, minConfidence }) {
      const [first, second] = await Promise.all([nodeOf(a), nodeOf(b)]);
      if (first === undefined || second === undefined) return undefined;
      const [{ nodes, edges }, fresh, previous] = await Promise.all([
        map(),
        freshness(),
        reads.previousLink(first, second),
      ]);
      const state = snapshot();
      const { facts, inference = NOTHING, attempts } = state;
      const explained = explainLink(
        {
          facts: [...facts.values()],
          indexed: indexed(state),
          inference,
          edges,
          known: new Map(nodes.map((node) => [node.id, knownNode(node)])),
          inventory: new Set(nodes.filter(({ kind }) => kind === 'device').map(({ id }) => id)),
          attempts,
          minConfidence,
        },
        first,
        second,
      );
      return { ...fresh, ...explained, previous };
    },

    async device({ id: text }) {
      const id = await nodeOf(text);
      if (id === undefined) return undefined;
      const [{ nodes, edges }, fresh, ports, events] = await Promise.all([
        map(),
        freshness(),
        reads.ports(id),
        reads.nodeEvents(id),
      ]);
      const node = nodes.find((one) => one.id === id);
      if (node === undefined) return undefined;
      const state = snapshot();
      const { facts, inference = NOTHING, attempts } = state;
      const own = facts.get(id);
      const explained = explainDevice(
        { facts: [...facts.values()], indexed: indexed(state), inference, attempts, known: knownNode(node) },
        id,
      );
      const links = linksOf(id, edges);
      const far = new Set(links.flatMap(({ a, b }) => [a.node, b.node]));
      return {
        ...fresh,
        node,
        polled: own !== undefined,
        sysName: own?.system.sysName ?? null,
        sysDescr: own?.system.sysDescr ?? null,
        model: own?.system.chassisModel ?? null,
        serial: own?.system.chassisSerial ?? null,
        uptimeMs: own?.sysUpTimeMs ?? null,
        ...explained,
        ports,
        links,
        nodes: nodes
          .filter((one) => one.id !== id && far.has(one.id))
          .map((one): ExplainedNode => ({ id: one.id, title: one.title, kind: one.kind, polled: facts.has(one.id) })),
        events,
      };
    },
  };
}

const knownNode = ({ title, kind, address }: TopologyNode): KnownNode => ({ title, kind, address });

/** A switch has hundreds of hosts: they are counted on its ports, not listed as links. */
function linksOf(id: string, edges: readonly Edge[]): Edge[] {
  const isStation = (node: string): boolean => /^(host|cm):/.test(node);
  return edges.filter(({ a, b }) => {
    if (a.node !== id && b.node !== id) return false;
    return isStation(id) || !isStation(a.node === id ? b.node : a.node);
  });
}
