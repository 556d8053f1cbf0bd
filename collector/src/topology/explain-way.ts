import type { EdgeEndpoint } from './sightings.js';
import type { Evidence, Method, OperStatus, ScoreInput } from './schemas.js';
import type { ThroughHop } from './explain-schemas.js';

/** What explaining needs of an edge: the API's, the loop's and a sighting of recordings have it. */
export interface ExplainEdge {
  readonly a: EdgeEndpoint & { readonly operStatus?: OperStatus };
  readonly b: EdgeEndpoint & { readonly operStatus?: OperStatus };
  /** Of both ends together, where the ends themselves do not have it. */
  readonly operStatus?: OperStatus;
  readonly layer: number;
  readonly method: Method;
  readonly sides: number;
  readonly confidence: number;
  readonly blocked: boolean | null;
  readonly state?: 'current' | 'stale' | 'unknown';
  readonly stateReason?: string | null;
  readonly evidence: readonly Evidence[];
  readonly score: readonly ScoreInput[];
}

interface Step {
  readonly from: string;
  readonly edge: ExplainEdge;
}

export const portName = ({ ifName, ifIndex }: EdgeEndpoint): string | null =>
  ifName ?? (ifIndex === null ? null : String(ifIndex));

/**
 * The way between two nodes with the fewest hops: over cables and media where there is one, else over anything. Only
 * for people: which way frames take is the business of `path.ts`.
 */
export function shortestWay(
  edges: readonly ExplainEdge[],
  from: string,
  to: string,
  titleOf: (id: string) => string,
): ThroughHop[] {
  const layer2 = edges.filter(({ layer }) => layer === 2);
  const steps = search(layer2, from, to) ?? search(edges, from, to);
  return steps === undefined ? [] : hopsOf(steps, to, titleOf);
}

function search(edges: readonly ExplainEdge[], from: string, to: string): Step[] | undefined {
  const at = new Map<string, ExplainEdge[]>();
  const note = (node: string, edge: ExplainEdge): void => {
    const known = at.get(node);
    if (known) known.push(edge);
    else at.set(node, [edge]);
  };
  for (const edge of edges) {
    note(edge.a.node, edge);
    note(edge.b.node, edge);
  }
  const cameBy = new Map<string, Step | null>([[from, null]]);
  let front = [from];
  while (front.length > 0 && !cameBy.has(to)) {
    const next: string[] = [];
    for (const node of front) {
      for (const edge of at.get(node) ?? []) {
        const other = edge.a.node === node ? edge.b.node : edge.a.node;
        if (cameBy.has(other)) continue;
        cameBy.set(other, { from: node, edge });
        next.push(other);
      }
    }
    front = next;
  }
  if (!cameBy.has(to)) return undefined;
  const steps: Step[] = [];
  for (let step = cameBy.get(to); step; step = cameBy.get(step.from)) steps.unshift(step);
  return steps;
}

function hopsOf(steps: readonly Step[], to: string, titleOf: (id: string) => string): ThroughHop[] {
  const near = ({ edge, from }: Step): EdgeEndpoint => (edge.a.node === from ? edge.a : edge.b);
  const far = ({ edge, from }: Step): EdgeEndpoint => (edge.a.node === from ? edge.b : edge.a);
  const hops = steps.map((step, index): ThroughHop => {
    const before = steps[index - 1];
    return {
      node: step.from,
      title: titleOf(step.from),
      inPort: before ? portName(far(before)) : null,
      outPort: portName(near(step)),
      method: step.edge.method,
    };
  });
  const last = steps.at(-1);
  return [
    ...hops,
    { node: to, title: titleOf(to), inPort: last ? portName(far(last)) : null, outPort: null, method: null },
  ];
}
