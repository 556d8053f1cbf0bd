import type { Naming } from './correlate/addresses.js';
import { compareText } from './correlate/drafts.js';
import type { EdgeWitness, Inference } from './correlate/inference.js';
import type { FactKind } from './facts.js';
import { STABLE_COLLECTIONS, STABLE_INPUT, sumOf } from './score.js';
import { sightingsOf, type EdgeEndpoint, type Sighting } from './sightings.js';
import type { EventChange, Evidence, Method, OperStatus, ScoreInput } from './schemas.js';

export type { EdgeEndpoint };

/** One life of a link or of a host placement, from first to last sighting. Plain JSON; times RFC 3339 UTC. */
export interface EdgeInterval {
  /** `key` plus the start: one per life. */
  readonly id: string;
  /** Same for every life of one link: subject, layer and both ends in stable order. */
  readonly key: string;
  readonly subject: 'link' | 'host';
  readonly a: EdgeEndpoint;
  readonly b: EdgeEndpoint;
  readonly layer: 2 | 3;
  readonly method: Method;
  readonly sides: 0 | 1 | 2;
  readonly confidence: number;
  readonly blocked: boolean | null;
  /** Cables of an aggregate: [a's ifIndex, b's]. */
  readonly members: readonly (readonly [number | null, number | null])[];
  readonly vlans: readonly number[];
  /** Host placement: the segment between the port and the host; null when it hangs on the port itself. */
  readonly via?: string | null;
  /** Addresses of a host placement; empty for links. */
  readonly ips: readonly string[];
  /** Worse of both ends: down when either is. */
  readonly operStatus: OperStatus;
  readonly evidence: readonly Evidence[];
  readonly score: readonly ScoreInput[];
  readonly witnesses: readonly EdgeWitness[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** End of this life (equals lastSeen); null while open. */
  readonly closedAt: string | null;
  /** When the close was decided; starts the grace time. */
  readonly closeDecidedAt: string | null;
  readonly closeReason: 'aged' | 'moved' | 'contradicted' | 'device-removed' | null;
  /** `current`: confirmed by the last whole poll; `stale`: missed by it; `unknown`: its witnesses did not answer. */
  readonly state: 'current' | 'stale' | 'unknown';
  readonly stateReason: string | null;
  /** Whole polls of a witness without a sighting, since the last one. */
  readonly missedPolls: number;
  /** Collections that confirmed it; three make it stable. */
  readonly confirmations: number;
}

/** `[before, after]` by name: `method`, `state` (of operation), `blocked`, `sides`, `members`, `confidence`, `presence`. */
export type ChangedFields = Readonly<Record<string, readonly [before: unknown, after: unknown]>>;

/** Something that happened to an edge, once. */
export interface EdgeEvent {
  readonly at: string;
  readonly change: EventChange;
  readonly subject: 'link' | 'host';
  readonly edgeId: string;
  readonly edgeKey: string;
  readonly a: EdgeEndpoint;
  readonly b: EdgeEndpoint;
  /** For people: `core-1 Gi1/0/1 to access-3 Gi0/24 moved from Gi0/23`. */
  readonly detail: string;
  /** For each thing that changed what it was and what it is; what a past state is told by (`history.ts`). */
  readonly fields: ChangedFields;
  /** True when it is new, or elsewhere, only because a device was polled for the first time: no churn. */
  readonly firstDiscovery: boolean;
}

export interface EdgeContext {
  readonly at: Date;
  /** Kinds that were read whole since the previous call, by device. A device that did not answer has no entry. */
  readonly answered: ReadonlyMap<string, ReadonlySet<FactKind>>;
  /** Kinds that were asked since the previous call and not read whole: their edges become `unknown`, nothing else. */
  readonly failed?: ReadonlyMap<string, ReadonlySet<FactKind>>;
  /** Devices answering for the first time ever. */
  readonly firstPolled: ReadonlySet<string>;
  /** What ARP tables call a MAC now, and who says so: a host that stays known by name keeps its place (R18). */
  readonly namingOf?: (mac: string) => Naming | undefined;
  /** Devices taken out of the inventory: their edges close at once. */
  readonly removedDevices: ReadonlySet<string>;
  /** A link that re-appears within this time goes on living. */
  readonly graceMs: number;
  /** Whole polls without a sighting that close an edge. */
  readonly closeAfterMisses: number;
}

export interface EdgeChange {
  /** Every open interval, and those closed within the grace time. */
  readonly edges: readonly EdgeInterval[];
  readonly events: readonly EdgeEvent[];
}

type Freshness = 'fresh' | 'failed' | 'not asked';

/**
 * The life of edges, one step: what was there, what all facts now say, and what was read whole in between give what is
 * there now and what happened. Pure; equal input gives equal output in any order.
 *
 * Only whole readings create, move, age or close anything (promise P3): a sighting confirms when one of its witnesses
 * was read since the last step, an absence counts when one of the edge's witnesses was.
 */
export function nextEdges(previous: readonly EdgeInterval[], inference: Inference, context: EdgeContext): EdgeChange {
  return new Step(context).run(previous, sightingsOf(inference));
}

class Step {
  readonly #context: EdgeContext;
  readonly #at: string;
  readonly #edges: EdgeInterval[] = [];
  readonly #events: EdgeEvent[] = [];

  constructor(context: EdgeContext) {
    this.#context = context;
    this.#at = context.at.toISOString();
  }

  run(previous: readonly EdgeInterval[], sightings: readonly Sighting[]): EdgeChange {
    const open = previous.filter((edge) => edge.closedAt === null);
    const closed = previous.filter((edge) => edge.closedAt !== null && this.#withinGrace(edge));
    const matches = matchOpen(open, sightings);
    const unseen = open.filter((edge) => !matches.edges.has(edge));
    const fresh = sightings.filter((sighting) => !matches.sightings.has(sighting));

    for (const [edge, sighting] of matches.edges) this.#confirm(edge, sighting);
    const revived = new Set<EdgeInterval>();
    const moved = new Set<EdgeInterval>();
    for (const sighting of fresh) {
      if (this.#freshness(sighting.witnesses) !== 'fresh') continue;
      const back = closed.find((edge) => edge.key === sighting.key && !revived.has(edge));
      const from = unseen.find((edge) => !moved.has(edge) && isMove(edge, sighting));
      if (from) moved.add(from);
      if (back) revived.add(back);
      if (from) this.#move(from, sighting, back);
      else if (back) this.#revive(back, sighting);
      else this.#open(sighting);
    }
    for (const edge of unseen) if (!moved.has(edge)) this.#miss(edge);
    this.#edges.push(...closed.filter((edge) => !revived.has(edge)));
    return {
      edges: this.#edges.sort((a, b) => compareText(a.id, b.id)),
      events: this.#events.sort(
        (a, b) =>
          compareText(a.edgeKey, b.edgeKey) || compareText(a.change, b.change) || compareText(a.detail, b.detail),
      ),
    };
  }

  #withinGrace(edge: EdgeInterval): boolean {
    const decided = Date.parse(edge.closeDecidedAt ?? edge.closedAt ?? '');
    return this.#context.at.getTime() - decided <= this.#context.graceMs;
  }

  #freshness(witnesses: readonly EdgeWitness[]): Freshness {
    const { answered, failed } = this.#context;
    if (witnesses.some(({ device, kind }) => answered.get(device)?.has(kind))) return 'fresh';
    const silent = witnesses.filter(({ device, kind }) => failed?.get(device)?.has(kind));
    return silent.length > 0 && silent.length === witnesses.length ? 'failed' : 'not asked';
  }

  /** Seen by facts; only facts of a new reading are news. */
  #confirm(edge: EdgeInterval, sighting: Sighting): void {
    const freshness = this.#freshness(sighting.witnesses);
    if (this.#isRemoved(edge)) return this.#close(edge, 'device-removed');
    if (freshness === 'not asked') {
      this.#edges.push(edge);
      return;
    }
    if (freshness === 'failed') {
      const silent = [...new Set(sighting.witnesses.map(({ device }) => device))].sort().join(', ');
      this.#edges.push({ ...edge, state: 'unknown', stateReason: `${silent} did not answer` });
      return;
    }
    const { texts, fields } = changesOf(edge, sighting);
    const next = this.#alive(edge, sighting);
    this.#edges.push(next);
    if (texts.length > 0) this.#event(next, 'changed', texts.join('; '), withConfidence(fields, edge, next));
  }

  #alive(edge: EdgeInterval, sighting: Sighting): EdgeInterval {
    const confirmations = edge.confirmations + 1;
    return {
      ...edge,
      ...facesOf(sighting, confirmations),
      key: edge.key,
      lastSeen: this.#at,
      closedAt: null,
      closeDecidedAt: null,
      closeReason: null,
      state: 'current',
      stateReason: null,
      missedPolls: 0,
      confirmations,
    };
  }

  #fresh(sighting: Sighting): EdgeInterval {
    const born = {
      id: `${sighting.key}@${this.#at}`,
      key: sighting.key,
      subject: sighting.subject,
      layer: sighting.layer,
      firstSeen: this.#at,
      confirmations: 0,
    };
    return this.#alive(born as EdgeInterval, sighting);
  }

  #open(sighting: Sighting): void {
    const edge = this.#fresh(sighting);
    this.#edges.push(edge);
    this.#event(edge, 'added', `${describe(edge)} by ${edge.method}`);
  }

  #revive(edge: EdgeInterval, sighting: Sighting): void {
    const next = this.#alive({ ...edge, confirmations: 0 }, sighting);
    this.#edges.push(next);
    const awaySec = Math.round((this.#context.at.getTime() - Date.parse(edge.closeDecidedAt ?? edge.lastSeen)) / 1000);
    const fields = { ...changesOf(edge, sighting).fields, presence: ['gone', 'here'] as const };
    this.#event(next, 'changed', `${describe(next)} is back, ${awaySec} s after it was given up`, fields);
  }

  /** One event for both: the old life ends, a new one (or one that grace kept) begins. */
  #move(from: EdgeInterval, sighting: Sighting, back: EdgeInterval | undefined): void {
    this.#edges.push(this.#closed(from, 'moved'));
    const next = back ? this.#alive({ ...back, confirmations: 0 }, sighting) : this.#fresh(sighting);
    this.#edges.push(next);
    const fields: ChangedFields = back ? { presence: ['gone', 'here'] } : {};
    this.#event(next, 'moved', `${describe(next)}, moved from ${describe(from)}`, fields);
  }

  /** Not among what all facts say: ages if a witness was read whole and did not show it. */
  #miss(edge: EdgeInterval): void {
    if (this.#isRemoved(edge)) return this.#close(edge, 'device-removed');
    const freshness = this.#freshness(edge.witnesses);
    if (freshness === 'failed') {
      const silent = [...new Set(edge.witnesses.map(({ device }) => device))].sort().join(', ');
      this.#edges.push({ ...edge, state: 'unknown', stateReason: `${silent} did not answer` });
      return;
    }
    if (freshness === 'not asked') {
      this.#edges.push(edge);
      return;
    }
    const naming = edge.subject === 'host' ? this.#context.namingOf?.(macOf(edge)) : undefined;
    if (naming) {
      this.#edges.push(this.#keptByName(edge, naming));
      return;
    }
    const missedPolls = edge.missedPolls + 1;
    if (missedPolls >= this.#context.closeAfterMisses) return this.#close({ ...edge, missedPolls }, 'aged');
    const score = [...edge.score.filter(({ name }) => name !== MISSED), this.#decay(edge, missedPolls)];
    this.#edges.push({
      ...edge,
      missedPolls,
      score,
      confidence: sumOf(score),
      state: 'stale',
      stateReason: `not seen by the last ${missedPolls} whole ${missedPolls === 1 ? 'poll' : 'polls'}`,
    });
  }

  /**
   * R18: ARP bindings outlive forwarding rows by hours. A host that is known by name alone is where it was seen last, as
   * long as nobody sees it elsewhere. It ends with its name: the polls that missed it count.
   */
  #keptByName(edge: EdgeInterval, { device, ips }: Naming): EdgeInterval {
    const missedPolls = Math.min(edge.missedPolls + 1, this.#context.closeAfterMisses);
    const score = [...edge.score.filter(({ name }) => name !== MISSED), NAME_ONLY];
    const stateReason = `its forwarding row has aged; ARP of ${device} still knows it`;
    const isSame =
      edge.missedPolls === missedPolls &&
      edge.stateReason === stateReason &&
      edge.state === 'stale' &&
      edge.ips.join() === ips.join();
    // The same object: a host that sleeps for hours is not written with every poll.
    return isSame ? edge : { ...edge, missedPolls, score, confidence: sumOf(score), ips, state: 'stale', stateReason };
  }

  /** Linear to zero over the polls that close it; failed polls cost nothing. */
  #decay(edge: EdgeInterval, missedPolls: number): ScoreInput {
    const full = sumOf(edge.score.filter(({ name }) => name !== MISSED));
    const value = -Math.round(((full * missedPolls) / this.#context.closeAfterMisses) * 100) / 100;
    return { name: MISSED, value, reason: `${missedPolls} whole polls without it` };
  }

  #close(edge: EdgeInterval, reason: NonNullable<EdgeInterval['closeReason']>): void {
    this.#edges.push(this.#closed(edge, reason));
    this.#event(edge, 'removed', `${describe(edge)}: ${CLOSE_TEXT[reason]}`);
  }

  #closed(edge: EdgeInterval, closeReason: NonNullable<EdgeInterval['closeReason']>): EdgeInterval {
    return {
      ...edge,
      closedAt: edge.lastSeen,
      closeDecidedAt: this.#at,
      closeReason,
      state: 'stale',
      stateReason: CLOSE_TEXT[closeReason],
    };
  }

  #isRemoved(edge: EdgeInterval): boolean {
    const { removedDevices } = this.#context;
    return removedDevices.has(edge.a.node) || removedDevices.has(edge.b.node);
  }

  #event(edge: EdgeInterval, change: EventChange, detail: string, fields: ChangedFields = {}): void {
    const { firstPolled } = this.#context;
    const concerned = [edge.a.node, edge.b.node, ...edge.witnesses.map(({ device }) => device)];
    this.#events.push({
      at: this.#at,
      change,
      subject: edge.subject,
      edgeId: edge.id,
      edgeKey: edge.key,
      a: edge.a,
      b: edge.b,
      detail,
      fields,
      firstDiscovery: change !== 'removed' && concerned.some((node) => firstPolled.has(node)),
    });
  }
}

/** The score input of polls that missed it. */
export const MISSED = 'missed';

const NAME_ONLY: ScoreInput = {
  name: MISSED,
  value: -0.3,
  reason: 'no forwarding table has it any more; it is known by ARP alone',
};

/** The MAC of a host placement; of the attachment of a segment, which is as old as its hosts, no MAC. */
const macOf = ({ b }: EdgeInterval): string => (b.node.startsWith(HOST) ? b.node.slice(HOST.length) : '');
const HOST = 'host:';

const CLOSE_TEXT: Readonly<Record<NonNullable<EdgeInterval['closeReason']>, string>> = {
  aged: 'not seen any more',
  moved: 'moved elsewhere',
  contradicted: 'contradicted by a newer reading',
  'device-removed': 'its device left the inventory',
};

/** What a sighting says anew each time. A link that three collections have confirmed earns the bonus of stability. */
function facesOf(sighting: Sighting, confirmations: number): Sighting {
  const score = confirmations >= STABLE_COLLECTIONS ? [...sighting.score, STABLE_INPUT] : sighting.score;
  return { ...sighting, score, confidence: sumOf(score) };
}

/** Same key; or the same two nodes and port, where one of both does not know the other port. */
function matchOpen(open: readonly EdgeInterval[], sightings: readonly Sighting[]) {
  const edges = new Map<EdgeInterval, Sighting>();
  const seen = new Set<Sighting>();
  const byKey = new Map(sightings.map((sighting) => [sighting.key, sighting]));
  const rest: EdgeInterval[] = [];
  for (const edge of [...open].sort((a, b) => compareText(a.id, b.id))) {
    const sighting = byKey.get(edge.key);
    if (sighting && !seen.has(sighting)) {
      edges.set(edge, sighting);
      seen.add(sighting);
    } else rest.push(edge);
  }
  const loose = rest.filter((edge) => edge.subject === 'link');
  if (loose.length === 0) return { edges, sightings: seen };
  const left = sightings.filter((sighting) => !seen.has(sighting) && sighting.subject === 'link');
  for (const edge of loose) {
    const fitting = left.filter((sighting) => !seen.has(sighting) && isSameBarePort(edge, sighting));
    const [only] = fitting;
    if (fitting.length !== 1 || !only) continue;
    edges.set(edge, only);
    seen.add(only);
  }
  return { edges, sightings: seen };
}

const sameEnd = (x: EdgeEndpoint, y: EdgeEndpoint): boolean =>
  x.node === y.node && (x.ifName !== null && y.ifName !== null ? x.ifName === y.ifName : x.ifIndex === y.ifIndex);

const isBare = (end: EdgeEndpoint): boolean => end.ifIndex === null;

/** A port that becomes known, or unknown, does not make a second link. */
function isSameBarePort(edge: EdgeInterval, sighting: Sighting): boolean {
  if (edge.layer !== sighting.layer || edge.a.node !== sighting.a.node || edge.b.node !== sighting.b.node) return false;
  const a = sameEnd(edge.a, sighting.a);
  const b = sameEnd(edge.b, sighting.b);
  return (a && (isBare(edge.b) || isBare(sighting.b))) || (b && (isBare(edge.a) || isBare(sighting.a)));
}

/** The same host elsewhere; or a port that shows another neighbour than it did. */
function isMove(edge: EdgeInterval, sighting: Sighting): boolean {
  if (edge.subject !== sighting.subject || edge.layer !== sighting.layer) return false;
  if (edge.subject === 'host') return edge.b.node === sighting.b.node;
  if (isSegment(edge) || isSegment(sighting)) return false;
  const port = (end: EdgeEndpoint) => (isBare(end) ? undefined : end);
  return [edge.a, edge.b].some((old) =>
    [sighting.a, sighting.b].some((now) => port(old) && port(now) && sameEnd(old, now)),
  );
}

const isSegment = ({ a, b }: Pick<EdgeInterval, 'a' | 'b'>): boolean =>
  a.node.startsWith('seg:') || b.node.startsWith('seg:');

const endText = (end: EdgeEndpoint): string =>
  end.ifName === null && end.ifIndex === null ? end.node : `${end.node} ${end.ifName ?? end.ifIndex}`;

const describe = ({ a, b }: Pick<EdgeInterval, 'a' | 'b'>): string => `${endText(a)} to ${endText(b)}`;

/** What a person wants to hear about; VLANs and evidence change with traffic. */
function changesOf(
  edge: EdgeInterval,
  sighting: Sighting,
): { readonly texts: readonly string[]; readonly fields: ChangedFields } {
  const texts: string[] = [];
  const fields: Record<string, readonly [unknown, unknown]> = {};
  const note = (name: string, before: unknown, after: unknown) => {
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    texts.push(`${describe(sighting)}: ${name} ${text(before)} → ${text(after)}`);
    fields[name] = [before, after];
  };
  if (edge.subject === 'host') return { texts, fields };
  note('method', edge.method, sighting.method);
  note('state', edge.operStatus, sighting.operStatus);
  note('blocked', edge.blocked, sighting.blocked);
  note('sides', edge.sides, sighting.sides);
  note('members', edge.members, sighting.members);
  if (!sameEnd(edge.a, sighting.a)) note('port', endText(edge.a), endText(sighting.a));
  if (!sameEnd(edge.b, sighting.b)) note('port', endText(edge.b), endText(sighting.b));
  return { texts, fields };
}

/** A link that is now known by other means had another confidence before. */
const withConfidence = (fields: ChangedFields, before: EdgeInterval, after: EdgeInterval): ChangedFields =>
  fields['method'] === undefined && fields['sides'] === undefined
    ? fields
    : { ...fields, confidence: [sumOf(before.score.filter(({ name }) => name !== MISSED)), after.confidence] };

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
