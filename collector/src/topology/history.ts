import { MISSED, type ChangedFields, type EdgeInterval } from './edges.js';
import { sumOf } from './score.js';

/** Something that changed an edge after the instant asked for. */
export interface LaterChange {
  readonly at: string;
  readonly fields: ChangedFields;
  /** It came back by this change, and had not gone since the instant: it was away then. */
  readonly wasAway: boolean;
}

/** How polling stood at an instant. */
export interface PollingThen {
  /** Devices that had not answered for 2.5 intervals. */
  readonly silent: ReadonlySet<string>;
  /** Kinds that the last poll of a device could not read whole. */
  readonly unread: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * An edge as it was at an instant; undefined when it is known to have been gone. Within its life what changed since is taken back, misses that came later are not
 * counted, and it was unknown when nobody who reports it could be read. One that was away and returned within the
 * grace time is told as stale: its life goes on, and it was not seen. `laterChanges` are newest first.
 */
export function edgeAt(
  edge: EdgeInterval,
  at: Date,
  laterChanges: readonly LaterChange[],
  polling: PollingThen,
): EdgeInterval | undefined {
  const wasSeenLater = Date.parse(edge.lastSeen) >= at.getTime();
  const score = wasSeenLater ? edge.score.filter(({ name }) => name !== MISSED) : edge.score;
  let then: EdgeInterval = wasSeenLater
    ? { ...edge, score, confidence: sumOf(score), state: 'current', stateReason: null, missedPolls: 0 }
    : edge;
  for (const { fields } of laterChanges) then = takeBack(then, fields);
  const away = [...new Set(edge.witnesses.map(({ device }) => device))].sort();
  const nobodyCouldTell =
    edge.witnesses.length > 0 &&
    edge.witnesses.every(
      ({ device, kind }) => polling.silent.has(device) || polling.unread.get(device)?.has(kind) === true,
    );
  const returned = laterChanges.findLast(({ wasAway }) => wasAway);
  if (returned !== undefined && wasSeenLater) {
    return { ...then, state: 'stale', stateReason: `not seen then; it came back at ${returned.at}` };
  }
  if (nobodyCouldTell) return { ...then, state: 'unknown', stateReason: `${away.join(', ')} did not answer` };
  // a whole reading decided later that it was gone since its last sighting
  return edge.closedAt === null || wasSeenLater ? then : undefined;
}

/** The value of each field before the change. */
function takeBack(edge: EdgeInterval, fields: ChangedFields): EdgeInterval {
  const before = (name: string): unknown => fields[name]?.[0];
  const or = <T>(name: string, now: T): T => (fields[name] === undefined ? now : (before(name) as T));
  const method = or('method', edge.method);
  const confidence = or('confidence', edge.confidence);
  return {
    ...edge,
    method,
    operStatus: or('state', edge.operStatus),
    blocked: or('blocked', edge.blocked),
    sides: or('sides', edge.sides),
    members: or('members', edge.members),
    confidence,
    score:
      fields['confidence'] === undefined
        ? edge.score
        : [{ name: method, value: confidence, reason: 'as it was then; its inputs are not kept' }],
  };
}
