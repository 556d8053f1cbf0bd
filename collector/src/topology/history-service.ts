import { HttpError } from '../http/problem.js';
import { churnOf, diffEdges, differenceText, type DiffEdge, type EdgeDifference } from './diff.js';
import type { DiffAnswer, Difference, EdgeThen } from './history-schemas.js';
import type { HistoryReads, PastEdge, PastState } from './history-store.js';
import type { TopologyService } from './routes.js';

const DAY_MS = 86_400_000;
/** Each window counts what was there at its start. */
const MAX_WINDOWS = 500;

/** Answers about the past: what differs between two instants, churn and flaps. */
export function changesBetween(
  history: HistoryReads,
  now: () => Date,
): Pick<TopologyService, 'diff' | 'churn' | 'flaps'> {
  return {
    async diff({ from, to, site, subject, limit }) {
      const range = rangeOf(from, to, now());
      const [before, after] = await Promise.all([
        history.stateAt({ at: range.from, site, subject, brief: true }),
        history.stateAt({ at: range.to, site, subject, brief: true }),
      ]);
      return { ...diffStates(before, after, range, limit), site: site ?? null };
    },

    async churn({ from, to, windowSec, site }) {
      const end = to ?? now().toISOString();
      const range = rangeOf(from ?? new Date(Date.parse(end) - DAY_MS).toISOString(), end, now());
      if (range.to.getTime() - range.from.getTime() > MAX_WINDOWS * windowSec * 1000) {
        throw new HttpError(
          400,
          'TOPOLOGY_RANGE',
          `More than ${MAX_WINDOWS} windows: ask for longer ones, or for less.`,
        );
      }
      const windows = await history.churn({ ...range, windowSec, ...(site === undefined ? {} : { site }) });
      const total = (subject: 'link' | 'host') =>
        windows.filter((window) => window.subject === subject).reduce((sum, window) => sum + window.total, 0);
      return {
        from: range.from.toISOString(),
        to: range.to.toISOString(),
        windowSec,
        site: site ?? null,
        windows,
        totals: { link: total('link'), host: total('host') },
      };
    },

    async flaps(query) {
      return { asOf: now().toISOString(), flaps: await history.flaps(query) };
    },
  };
}

interface Range {
  readonly from: Date;
  readonly to: Date;
}

function rangeOf(from: string, to: string | undefined, now: Date): Range {
  const range = { from: new Date(from), to: to === undefined ? now : new Date(to) };
  if (range.from >= range.to) throw new HttpError(400, 'TOPOLOGY_RANGE', 'from must be earlier than to.');
  return range;
}

/** What differs between two states of the map, in words. */
export function diffStates(
  before: PastState,
  after: PastState,
  { from, to }: Range,
  limit: number,
): Omit<DiffAnswer, 'site'> {
  const siteOf = new Map([...before.edges, ...after.edges].map(({ edge, site }) => [edge.id, site]));
  const differences = diffEdges(before.edges.map(toDiffEdge), after.edges.map(toDiffEdge), {
    silent: after.silent,
    ended: new Set(before.edges.filter(({ edge }) => endedBy(edge.closeDecidedAt, to)).map(({ edge }) => edge.id)),
  }).sort((x, y) => Number(x.subject === 'host') - Number(y.subject === 'host'));
  const witnessesOf = new Map(
    after.edges.map(({ edge }) => [edge.id, [edge.a.node, edge.b.node, ...edge.witnesses.map(({ device }) => device)]]),
  );
  const isFirst = ({ change, after: edge }: EdgeDifference): boolean =>
    change !== 'removed' &&
    edge !== null &&
    (witnessesOf.get(edge.id) ?? []).some((device) => {
      const at = after.firstPolled.get(device);
      return at != null && at > from && at <= to;
    });
  const counts: Record<string, number> = {};
  for (const { change } of differences) counts[change] = (counts[change] ?? 0) + 1;
  const left = differences.length - limit;
  const reasons = [
    ...(left > 0
      ? [`${left} of ${differences.length} differences are not shown: ask for one site or subject, or a higher limit.`]
      : []),
    ...(before.isCut || after.isCut
      ? ['There are more links and hosts than are compared at once: ask for one site.']
      : []),
  ];
  return {
    from: from.toISOString(),
    to: to.toISOString(),
    silentDevices: [...after.silent].sort(),
    differences: differences.slice(0, limit).map((difference): Difference => {
      const edge = difference.after ?? difference.before;
      return {
        change: difference.change,
        subject: difference.subject,
        site: siteOf.get(edge?.id ?? '') ?? null,
        text: differenceText(difference),
        fields: [...difference.fields],
        before: difference.before && toThen(difference.before),
        after: difference.after && toThen(difference.after),
        firstDiscovery: isFirst(difference),
      };
    }),
    total: differences.length,
    counts,
    churn: churnOf(differences.filter((difference) => !isFirst(difference))),
    truncated: reasons.length === 0 ? null : reasons.join(' '),
  };
}

const endedBy = (closeDecidedAt: string | null, to: Date): boolean =>
  closeDecidedAt !== null && Date.parse(closeDecidedAt) <= to.getTime();

/** Of both ports the worse; what the edge itself says where neither port is known. */
function toDiffEdge({ edge, aOper, bOper, speedBps }: PastEdge): DiffEdge {
  const ports = [aOper, bOper];
  const operStatus = ports.includes('down') ? 'down' : ports.includes('up') ? 'up' : edge.operStatus;
  const { id, subject, a, b, layer, method, blocked, members, vlans, state } = edge;
  return { id, subject, a, b, layer, method, blocked, members, vlans, state, speedBps, operStatus };
}

const toThen = (edge: DiffEdge): EdgeThen => ({
  id: edge.id,
  a: { node: edge.a.node, ifIndex: edge.a.ifIndex, ifName: edge.a.ifName },
  b: { node: edge.b.node, ifIndex: edge.b.ifIndex, ifName: edge.b.ifName },
  layer: edge.layer,
  method: edge.method,
  state: edge.state,
  operStatus: edge.operStatus ?? 'unknown',
  blocked: edge.blocked,
  speedBps: edge.speedBps ?? null,
});
