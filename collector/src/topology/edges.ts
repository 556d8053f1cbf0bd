import type { EdgeWitness } from './correlate/inference.js';
import type { FactKind } from './facts.js';
import type { EventChange, Evidence, Method, OperStatus, ScoreInput } from './schemas.js';

/** One end of an edge: a node of the graph (design, "node ids") and, where known, its interface. */
export interface EdgeEndpoint {
  readonly node: string;
  readonly ifIndex: number | null;
  readonly ifName: string | null;
}

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
  /** True when the edge is new only because a device was polled for the first time: no churn. */
  readonly firstDiscovery: boolean;
}

export interface EdgeContext {
  readonly at: Date;
  /** Kinds that were read whole since the previous call, by device. A device that did not answer has no entry. */
  readonly answered: ReadonlyMap<string, ReadonlySet<FactKind>>;
  /** Devices answering for the first time ever. */
  readonly firstPolled: ReadonlySet<string>;
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
