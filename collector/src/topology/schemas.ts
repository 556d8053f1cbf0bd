import { Type, type Static } from '@sinclair/typebox';
import { Nullable, Timestamp, Words } from '../lib/schema.js';

/** How a link or placement is known; classes in falling order (design, section 6; topology-discovery R13). */
export const METHODS = ['lldp', 'cdp', 'lag', 'stp', 'bridge', 'arp', 'ospf', 'isis', 'bgp', 'docsis'] as const;
export const Method = Words(METHODS);
export type Method = Static<typeof Method>;

/** `device` is polled; `external` was named by a neighbour; `segment` is a shared medium. */
export const NODE_KINDS = ['device', 'external', 'segment', 'host', 'modem', 'fibre_node'] as const;
export const NodeKind = Words(NODE_KINDS);
export type NodeKind = Static<typeof NodeKind>;

/** `current`: seen by the last whole poll. `stale`: not yet confirmed. `unknown`: its device did not answer. */
export const EdgeState = Words(['current', 'stale', 'unknown'] as const);
export type EdgeState = Static<typeof EdgeState>;

export const OperStatus = Words(['up', 'down', 'unknown'] as const);
export type OperStatus = Static<typeof OperStatus>;

export const TopologyNode = Type.Object({
  id: Type.String({
    description: 'Device id of the inventory; ext:…, seg:…, host:<mac>, cm:<mac>, node:<cmts>:<name> for others',
  }),
  title: Type.String(),
  kind: NodeKind,
  role: Nullable(Type.String()),
  site: Nullable(Type.String()),
  address: Nullable(Type.String()),
  status: Words(['up', 'down', 'unknown'] as const),
  statusReason: Nullable(Type.String({ description: 'Why it is unknown or down, for people' })),
  lastSeen: Nullable(Timestamp('Last successful poll, or last sighting of one that is not polled')),
  x: Nullable(Type.Number()),
  y: Nullable(Type.Number()),
});
export type TopologyNode = Static<typeof TopologyNode>;

export const EdgeEnd = Type.Object({
  node: Type.String(),
  ifIndex: Nullable(Type.Integer()),
  ifName: Nullable(Type.String()),
  operStatus: OperStatus,
});
export type EdgeEnd = Static<typeof EdgeEnd>;

/** One sentence of proof: which device said what, in which table, when. */
export const Evidence = Type.Object({
  device: Type.String({ description: 'The device that reported it' }),
  table: Type.String({ description: 'MIB table it came from, e.g. lldpRemTable' }),
  text: Type.String({ description: 'What it said, for people' }),
  seenAt: Timestamp('When it was last read'),
});
export type Evidence = Static<typeof Evidence>;

/** Every input of a score, kept so that a person can be shown why. */
export const ScoreInput = Type.Object({ name: Type.String(), value: Type.Number(), reason: Type.String() });
export type ScoreInput = Static<typeof ScoreInput>;

export const Edge = Type.Object({
  id: Type.String(),
  a: EdgeEnd,
  b: EdgeEnd,
  layer: Type.Integer({ minimum: 2, maximum: 3 }),
  method: Method,
  sides: Type.Integer({ minimum: 0, maximum: 2 }),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  state: EdgeState,
  stateReason: Nullable(Type.String()),
  blocked: Nullable(Type.Boolean()),
  members: Type.Unsafe<[number | null, number | null][]>(
    Type.Array(Type.Array(Nullable(Type.Integer()), { minItems: 2, maxItems: 2 }), {
      description: 'Cables of an aggregate: [ifIndex of a, ifIndex of b]',
    }),
  ),
  vlans: Type.Array(Type.Integer()),
  via: Type.Optional(
    Nullable(
      Type.String({
        description: 'Host placement: the segment between the port and the host; null when there is none',
      }),
    ),
  ),
  speedBps: Nullable(Type.Number()),
  loadRatio: Nullable(
    Type.Number({ description: 'The busier direction of the busier end over the link speed, 0 to 1' }),
  ),
  firstSeen: Timestamp('Start of this interval'),
  lastSeen: Timestamp('Last confirmation'),
  evidence: Type.Array(Evidence),
  score: Type.Array(ScoreInput),
});
export type Edge = Static<typeof Edge>;

/** Every topology answer says how fresh and how complete it is. */
export const freshness = {
  asOf: Timestamp('The instant the answer speaks of'),
  staleDevices: Type.Array(Type.String(), { description: 'Devices whose last poll failed or is late' }),
  partial: Type.Boolean(),
};

export const NodesQuery = Type.Object(
  {
    site: Type.Optional(Type.String()),
    role: Type.Optional(Type.String()),
    at: Type.Optional(Timestamp('As it was then; now when absent')),
  },
  { additionalProperties: false },
);
export type NodesQuery = Static<typeof NodesQuery>;
export const NodesAnswer = Type.Object({ ...freshness, nodes: Type.Array(TopologyNode) });
export type NodesAnswer = Static<typeof NodesAnswer>;

export const EdgesQuery = Type.Object(
  {
    site: Type.Optional(Type.String()),
    role: Type.Optional(Type.String()),
    minConfidence: Type.Number({ minimum: 0, maximum: 1, default: 0.5 }),
    at: Type.Optional(Timestamp('As it was then; now when absent')),
  },
  { additionalProperties: false },
);
export type EdgesQuery = Static<typeof EdgesQuery>;
export const EdgesAnswer = Type.Object({ ...freshness, edges: Type.Array(Edge) });
export type EdgesAnswer = Static<typeof EdgesAnswer>;

export const PathQuery = Type.Object(
  {
    from: Type.String({ description: 'Node id, name, IP or MAC' }),
    to: Type.String({ description: 'Node id, name, IP or MAC' }),
    layer: Type.Integer({ minimum: 2, maximum: 3, default: 2 }),
  },
  { additionalProperties: false },
);
export type PathQuery = Static<typeof PathQuery>;

export const PathHop = Type.Object({
  node: Type.String(),
  title: Type.String(),
  inPort: Nullable(Type.String()),
  outPort: Nullable(Type.String()),
  edge: Nullable(Type.String({ description: 'The edge by which the hop is left; null at the end' })),
  method: Nullable(Method),
  confidence: Nullable(Type.Number()),
  ageSec: Nullable(Type.Number({ description: 'Since the edge was last confirmed, or the routing table was read' })),
  route: Type.Optional(
    Nullable(
      Type.Object({
        prefix: Type.String(),
        nextHop: Nullable(Type.String({ description: 'Null when the network is connected' })),
        protocol: Type.String(),
        metric: Nullable(Type.Number()),
      }),
      { description: 'Layer 3: the route by which the hop is left' },
    ),
  ),
});
export type PathHop = Static<typeof PathHop>;

/** What a path rests on: forwarding tables, the spanning tree, or only the graph. */
export const PathBasis = Words(['forwarding', 'spanning-tree', 'graph', 'routing'] as const);
export type PathBasis = Static<typeof PathBasis>;

export const PathAnswer = Type.Object({
  ...freshness,
  outcome: Words(['found', 'no-path', 'unknown-endpoint'] as const),
  reason: Nullable(Type.String({ description: 'Why there is none, with the source that was silent' })),
  paths: Type.Array(
    Type.Object({
      basis: PathBasis,
      minConfidence: Type.Number(),
      estimate: Type.Optional(
        Type.Boolean({ description: 'True when the tables that would tell are not known: a guess over links' }),
      ),
      hops: Type.Array(PathHop),
    }),
    { description: 'Best first; further ones are alternatives, or on layer 3 the set of equal-cost ways' },
  ),
});
export type PathAnswer = Static<typeof PathAnswer>;

export const ImpactQuery = Type.Object(
  { node: Type.String(), port: Type.Optional(Type.String({ description: 'ifName; all links on it' })) },
  { additionalProperties: false },
);
export type ImpactQuery = Static<typeof ImpactQuery>;

const ImpactedNode = Type.Object({
  id: Type.String(),
  title: Type.String(),
  kind: NodeKind,
  site: Nullable(Type.String()),
});

export const ImpactAnswer = Type.Object({
  ...freshness,
  subject: Type.String(),
  anchors: Type.Array(Type.String(), { description: 'What counts as the network' }),
  anchorReason: Type.String(),
  impacted: Type.Array(ImpactedNode, { description: 'Cut off from every anchor' }),
  atRisk: Type.Array(ImpactedNode, { description: 'Still connected, without redundancy' }),
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'Impacted nodes by kind' }),
  gaps: Type.Array(Type.String(), { description: 'What was not seen and could change the answer' }),
});
export type ImpactAnswer = Static<typeof ImpactAnswer>;

export const InterfaceQuery = Type.Object(
  { device: Type.String(), ifName: Type.String() },
  { additionalProperties: false },
);
export type InterfaceQuery = Static<typeof InterfaceQuery>;

export const InterfaceAnswer = Type.Object({
  device: Type.String(),
  ifIndex: Type.Integer(),
  ifName: Type.String(),
  alias: Nullable(Type.String()),
  operStatus: OperStatus,
  adminStatus: OperStatus,
  speedBps: Nullable(Type.Number()),
  inBps: Nullable(Type.Number()),
  outBps: Nullable(Type.Number()),
  lastPolled: Nullable(Timestamp('When the interface table was last read whole')),
  edges: Type.Array(Edge),
  hosts: Type.Array(
    Type.Object({ mac: Type.String(), ips: Type.Array(Type.String()), vlans: Type.Array(Type.Integer()) }),
  ),
});
export type InterfaceAnswer = Static<typeof InterfaceAnswer>;

export const FindQuery = Type.Object(
  { q: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
);
export type FindQuery = Static<typeof FindQuery>;

export const FindHit = Type.Object({
  kind: NodeKind,
  id: Type.String(),
  title: Type.String(),
  mac: Nullable(Type.String()),
  ips: Type.Array(Type.String()),
  site: Nullable(Type.String()),
  device: Nullable(Type.String({ description: 'The device it hangs on' })),
  ifName: Nullable(Type.String({ description: 'The port it hangs on' })),
  vlans: Type.Array(Type.Integer()),
  via: Type.Optional(
    Nullable(Type.String({ description: 'The segment between that port and a host; null when there is none' })),
  ),
  confidence: Nullable(Type.Number()),
  evidence: Type.Optional(Type.Array(Evidence, { description: 'What its place rests on' })),
  lastSeen: Nullable(Timestamp('Last sighting')),
  matchedBy: Words(['ip', 'mac', 'name', 'id'] as const),
});
export type FindHit = Static<typeof FindHit>;
export const FindAnswer = Type.Object({
  query: Type.String(),
  hits: Type.Array(FindHit),
  reason: Nullable(Type.String()),
});
export type FindAnswer = Static<typeof FindAnswer>;

export const EventChange = Words(['added', 'removed', 'moved', 'changed'] as const);
export type EventChange = Static<typeof EventChange>;

export const EventsQuery = Type.Object(
  {
    from: Type.Optional(Timestamp('Start; 24 hours ago when absent')),
    to: Type.Optional(Timestamp('End; now when absent')),
    site: Type.Optional(Type.String()),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    cursor: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type EventsQuery = Static<typeof EventsQuery>;

export const EdgeEvent = Type.Object({
  id: Type.String(),
  at: Timestamp('When it was observed'),
  change: EventChange,
  subject: Words(['link', 'host'] as const),
  edge: Type.String(),
  site: Nullable(Type.String()),
  a: Type.String({ description: 'Node and port, for people' }),
  b: Type.String({ description: 'Node and port, for people' }),
  detail: Type.String(),
});
export type EdgeEvent = Static<typeof EdgeEvent>;
export const EventsAnswer = Type.Object({ events: Type.Array(EdgeEvent), next: Nullable(Type.String()) });
export type EventsAnswer = Static<typeof EventsAnswer>;
