import type { EdgeEndpoint } from './edges.js';
import type { Method, OperStatus } from './schemas.js';

/** What the comparison needs of an edge; an `EdgeInterval` has it. */
export interface DiffEdge {
  readonly id: string;
  readonly subject: 'link' | 'host';
  readonly a: EdgeEndpoint;
  readonly b: EdgeEndpoint;
  readonly layer: 2 | 3;
  readonly method: Method;
  readonly blocked: boolean | null;
  readonly members: readonly (readonly [number | null, number | null])[];
  readonly vlans: readonly number[];
  readonly speedBps?: number | null;
  readonly operStatus?: OperStatus;
  readonly state: 'current' | 'stale' | 'unknown';
}

/** What became of one edge between two instants. `unknown`: nobody who could tell answered at the later one. */
export interface EdgeDifference {
  readonly change: 'added' | 'removed' | 'moved' | 'changed' | 'unknown';
  readonly subject: 'link' | 'host';
  readonly before: DiffEdge | null;
  readonly after: DiffEdge | null;
  /** What changed: `method`, `blocked`, `members`, `vlans`, `speed`, `state`; the end that moved: `a` or `b`. */
  readonly fields: readonly string[];
}

export interface DiffOptions {
  /** Devices that did not answer at the later instant: what only they report is unknown there, not gone. */
  readonly silent: ReadonlySet<string>;
  /** Ids of earlier edges whose end whole readings had shown by the later instant: gone, whoever is silent since. */
  readonly ended?: ReadonlySet<string>;
}

/** The order of methods is that of their classes, so that a fall of class is a change and a new score is none. */
export function diffEdges(
  before: readonly DiffEdge[],
  after: readonly DiffEdge[],
  { silent, ended }: DiffOptions,
): EdgeDifference[] {
  const earlier = new Map(before.map((edge) => [keyOf(edge), edge]));
  const later = new Map(after.map((edge) => [keyOf(edge), edge]));
  const differences: EdgeDifference[] = [];
  const gone: DiffEdge[] = [];
  for (const [key, edge] of earlier) {
    const now = later.get(key);
    if (now === undefined) gone.push(edge);
    else if (now.state === 'unknown') add(differences, 'unknown', edge, now, []);
    else {
      const fields = changedFields(edge, now);
      if (fields.length > 0) add(differences, 'changed', edge, now, fields);
    }
  }
  const fresh = [...later].filter(([key]) => !earlier.has(key)).map(([, edge]) => edge);
  const moves = pairMoves(gone, fresh);
  for (const edge of gone) {
    const move = moves.get(edge);
    if (move !== undefined) add(differences, 'moved', edge, move.to, [move.end]);
    else {
      const isUnknown = ended?.has(edge.id) !== true && isSilent(edge, silent);
      add(differences, isUnknown ? 'unknown' : 'removed', edge, null, []);
    }
  }
  const arrived = new Set([...moves.values()].map(({ to }) => to));
  for (const edge of fresh) if (!arrived.has(edge)) add(differences, 'added', null, edge, []);
  return differences.sort((x, y) => compareText(sortKey(x), sortKey(y)));
}

/** Counts of changes, device links apart from host placements; `unknown` and `changed` are no churn. */
export function churnOf(differences: readonly EdgeDifference[]): Record<'link' | 'host', number> {
  const churn = { link: 0, host: 0 };
  for (const { change, subject } of differences) {
    if (change === 'added' || change === 'removed' || change === 'moved') churn[subject]++;
  }
  return churn;
}

const compareText = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);

const sortKey = ({ change, before, after }: EdgeDifference): string => {
  const edge = before ?? after;
  return edge === null ? change : `${edge.subject} ${keyOf(edge)} ${change}`;
};

/** An interface is its name: ifIndex may change with a restart. */
const portKey = ({ node, ifIndex, ifName }: EdgeEndpoint): string => `${node} ${ifName ?? ifIndex ?? ''}`;

const keyOf = (edge: DiffEdge): string =>
  `${edge.subject} ${edge.layer} ${[portKey(edge.a), portKey(edge.b)].sort(compareText).join(' = ')}`;

function add(
  differences: EdgeDifference[],
  change: EdgeDifference['change'],
  before: DiffEdge | null,
  after: DiffEdge | null,
  fields: readonly string[],
): void {
  const subject = (before ?? after)?.subject ?? 'link';
  differences.push({ change, subject, before, after, fields });
}

function changedFields(before: DiffEdge, after: DiffEdge): string[] {
  const same = (x: unknown, y: unknown): boolean => JSON.stringify(x) === JSON.stringify(y);
  // an end reported from the other side first is no change of its members
  const turned = portKey(before.a) !== portKey(after.a);
  const members = (edge: DiffEdge, isTurned: boolean): string[] =>
    edge.members.map(([a, b]) => (isTurned ? `${b}-${a}` : `${a}-${b}`)).sort(compareText);
  const sorted = (vlans: readonly number[]): number[] => [...vlans].sort((x, y) => x - y);
  const fields: [string, boolean][] = [
    ['method', before.method !== after.method],
    ['blocked', before.blocked !== after.blocked && before.blocked !== null && after.blocked !== null],
    ['members', !same(members(before, false), members(after, turned))],
    ['vlans', !same(sorted(before.vlans), sorted(after.vlans))],
    // a host that is switched off, or that saves power, is no change of the network
    ['state', before.subject === 'link' && isTurn(before.operStatus, after.operStatus)],
    [
      'speed',
      before.subject === 'link' &&
        before.speedBps != null &&
        after.speedBps != null &&
        before.speedBps !== after.speedBps,
    ],
  ];
  return fields.filter(([, isDifferent]) => isDifferent).map(([field]) => field);
}

/** Up to down or back; a state that nobody told is no change. */
const isTurn = (before: OperStatus | undefined, after: OperStatus | undefined): boolean =>
  [before, after].every((state) => state === 'up' || state === 'down') && before !== after;

/**
 * A port, or a host, that lost one far end and got another moved. Each edge takes part in one move; ports and hosts
 * are tried in the order of their names, so that the result does not depend on the order of the input.
 */
function pairMoves(
  gone: readonly DiffEdge[],
  fresh: readonly DiffEdge[],
): Map<DiffEdge, { to: DiffEdge; end: 'a' | 'b' }> {
  const byStay = new Map<string, DiffEdge[]>();
  const inOrder = (edges: readonly DiffEdge[]): DiffEdge[] =>
    [...edges].sort((x, y) => compareText(keyOf(x), keyOf(y)));
  for (const edge of inOrder(fresh)) {
    for (const { stay } of staysOf(edge)) byStay.set(stay, [...(byStay.get(stay) ?? []), edge]);
  }
  const moves = new Map<DiffEdge, { to: DiffEdge; end: 'a' | 'b' }>();
  const taken = new Set<DiffEdge>();
  for (const edge of inOrder(gone)) {
    for (const { stay, moving } of staysOf(edge)) {
      const to = byStay.get(stay)?.find((candidate) => !taken.has(candidate));
      if (to === undefined) continue;
      taken.add(to);
      moves.set(edge, { to, end: moving });
      break;
    }
  }
  return moves;
}

/** What stays when an edge moves: one of its ports; of a host placement only the host. */
function staysOf(edge: DiffEdge): { stay: string; moving: 'a' | 'b' }[] {
  const ends = [
    { end: edge.a, moving: 'b' as const },
    { end: edge.b, moving: 'a' as const },
  ];
  const isHost = (node: string): boolean => node.startsWith('host:');
  return ends
    .filter(({ end }) => (edge.subject === 'host' ? isHost(end.node) : end.ifIndex !== null || end.ifName !== null))
    .map(({ end, moving }) => ({
      stay: edge.subject === 'host' ? `host ${end.node}` : `${edge.layer} ${portKey(end)}`,
      moving,
    }));
}

/** True when a device that reports the edge was silent: then nobody can tell that it is gone. */
function isSilent(edge: DiffEdge, silent: ReadonlySet<string>): boolean {
  const reporters = [edge.a.node, edge.b.node].filter((node) => !/^(host|ext|seg|cm):/.test(node));
  return edge.state === 'unknown' || reporters.some((node) => silent.has(node));
}

const endText = ({ node, ifName, ifIndex }: EdgeEndpoint): string =>
  ifName === null && ifIndex === null ? node : `${node} ${ifName ?? `ifIndex ${ifIndex}`}`;

const pairText = ({ a, b }: DiffEdge): string => `${endText(a)} to ${endText(b)}`;

/** A difference as one sentence for people. */
export function differenceText({ change, before, after, fields }: EdgeDifference): string {
  const edge = after ?? before;
  if (edge === null) return change;
  switch (change) {
    case 'added':
      return `${pairText(edge)} is new, by ${edge.method}`;
    case 'removed':
      return `${pairText(edge)} is gone`;
    case 'moved':
      return `${pairText(edge)}, moved from ${before === null ? 'elsewhere' : pairText(before)}`;
    case 'unknown':
      return `${pairText(edge)} is not known: nobody who reports it answered`;
    case 'changed':
      return `${pairText(edge)}: ${fields.map((field) => changeText(field, before, after)).join('; ')}`;
  }
}

const FIELD_OF: Readonly<Record<string, keyof DiffEdge>> = { speed: 'speedBps', state: 'operStatus' };

function changeText(field: string, before: DiffEdge | null, after: DiffEdge | null): string {
  const key = FIELD_OF[field] ?? (field as keyof DiffEdge);
  const text = (edge: DiffEdge | null): string => {
    const value = edge?.[key];
    return typeof value === 'string' ? value : JSON.stringify(value ?? null);
  };
  return `${field} ${text(before)} → ${text(after)}`;
}
