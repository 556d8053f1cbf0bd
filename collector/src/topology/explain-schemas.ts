import { Type, type Static } from '@sinclair/typebox';
import { Nullable, Timestamp, Words } from '../lib/schema.js';
import {
  Edge,
  EdgeEvent,
  EdgeState,
  Evidence,
  freshness,
  Method,
  NodeKind,
  OperStatus,
  ScoreInput,
  TopologyNode,
} from './schemas.js';

/** What the whole answer comes down to. `unknown` is said wherever a table that could hold the proof was not read. */
export const VERDICTS = [
  'link',
  'link-one-sided',
  'link-contradicted',
  'link-filtered',
  'link-unconfirmed',
  'segment',
  'placed',
  'same-device',
  'contradicted',
  'unknown',
  'through',
  'no-evidence',
] as const;
export const VerdictCode = Words(VERDICTS);
export type VerdictCode = Static<typeof VerdictCode>;

/**
 * `read`: whole. `empty`: whole, without rows. `outdated`: whole once, not since. `unread`: never whole, so that
 * what it lacks means nothing. `not-asked`: no poll asked for it yet.
 */
export const SourceState = Words(['read', 'empty', 'outdated', 'unread', 'not-asked'] as const);
export type SourceState = Static<typeof SourceState>;

export const ExplainedNode = Type.Object({
  id: Type.String(),
  title: Type.String(),
  kind: NodeKind,
  polled: Type.Boolean({ description: 'Its own tables have been read at least once' }),
});
export type ExplainedNode = Static<typeof ExplainedNode>;

const ExplainedEnd = Type.Object({
  node: Type.String(),
  ifIndex: Nullable(Type.Integer()),
  ifName: Nullable(Type.String()),
});

export const ExplainedLink = Type.Object({
  a: ExplainedEnd,
  b: ExplainedEnd,
  layer: Type.Integer({ minimum: 2, maximum: 3 }),
  method: Method,
  sides: Type.Integer({ minimum: 0, maximum: 2 }),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  blocked: Nullable(Type.Boolean()),
  state: EdgeState,
  stateReason: Nullable(Type.String()),
  isDown: Type.Boolean({ description: 'A port of it is down' }),
  evidence: Type.Array(Evidence),
  score: Type.Array(ScoreInput),
});
export type ExplainedLink = Static<typeof ExplainedLink>;

export const DroppedRows = Type.Object({ reason: Type.String(), rows: Type.Integer() });
export type DroppedRows = Static<typeof DroppedRows>;

export const Mention = Type.Object({
  port: Nullable(Type.String({ description: 'Own port of the device that says it' })),
  text: Type.String({ description: 'What the row says of the other, for people' }),
});
export type Mention = Static<typeof Mention>;

/** What one source of proof on one device says about the other. */
export const SourceStatement = Type.Object({
  device: Type.String(),
  kind: Type.String({ description: 'lldp, cdp, stp, lag, mac, arp, routing' }),
  source: Type.String({ description: 'For people: LLDP neighbours, forwarding table …' }),
  tables: Type.Array(Type.String(), { description: 'The MIB tables that were asked' }),
  state: SourceState,
  readAt: Nullable(Timestamp('When it was last read whole')),
  rows: Type.Integer({ description: 'Rows kept of it' }),
  text: Type.String({ description: 'One sentence' }),
  mentions: Type.Array(Mention, { description: 'Rows about the other' }),
  dropped: Type.Array(DroppedRows),
});
export type SourceStatement = Static<typeof SourceStatement>;

export const MissingEvidence = Type.Object({
  device: Type.String({ description: 'Where it is missing' }),
  text: Type.String({ description: 'What is missing' }),
  action: Type.String({ description: 'How to get it' }),
});
export type MissingEvidence = Static<typeof MissingEvidence>;

export const ThroughHop = Type.Object({
  node: Type.String(),
  title: Type.String(),
  inPort: Nullable(Type.String()),
  outPort: Nullable(Type.String()),
  method: Nullable(Method),
});
export type ThroughHop = Static<typeof ThroughHop>;

export const PreviousLink = Type.Object({
  a: ExplainedEnd,
  b: ExplainedEnd,
  method: Method,
  firstSeen: Timestamp('Start of its life'),
  lastSeen: Timestamp('Last sighting'),
  reason: Nullable(Type.String({ description: 'Why it was closed: aged, moved, contradicted, device-removed' })),
});
export type PreviousLink = Static<typeof PreviousLink>;

const linkExplanation = {
  a: ExplainedNode,
  b: ExplainedNode,
  verdict: Type.Object({ code: VerdictCode, text: Type.String({ description: 'The answer in one sentence' }) }),
  links: Type.Array(ExplainedLink, { description: 'Direct links, best first' }),
  through: Type.Array(ThroughHop, { description: 'Without a direct link: the shortest way between them' }),
  said: Type.Array(SourceStatement, { description: 'Per side and source of proof' }),
  missing: Type.Array(MissingEvidence),
  warnings: Type.Array(Type.String(), { description: 'What inference noted about the two' }),
};
export const LinkExplanation = Type.Object(linkExplanation);
export type LinkExplanation = Static<typeof LinkExplanation>;

export const ExplainQuery = Type.Object(
  {
    a: Type.String({ minLength: 1, maxLength: 200, description: 'Node id, name, IP or MAC' }),
    b: Type.String({ minLength: 1, maxLength: 200, description: 'Node id, name, IP or MAC' }),
    minConfidence: Type.Number({ minimum: 0, maximum: 1, default: 0.5, description: 'What maps show by default' }),
  },
  { additionalProperties: false },
);
export type ExplainQuery = Static<typeof ExplainQuery>;

export const ExplainAnswer = Type.Object({
  ...freshness,
  ...linkExplanation,
  previous: Nullable(PreviousLink, { description: 'The last link between them that has ended' }),
});
export type ExplainAnswer = Static<typeof ExplainAnswer>;

/** One MIB table of one device: what was read of it and what became of the rows. */
export const TableExplanation = Type.Object({
  table: Type.String(),
  kind: Type.String(),
  title: Type.String({ description: 'What it holds, for people' }),
  state: SourceState,
  outcome: Type.String({ description: 'How the last reading ended' }),
  detail: Nullable(Type.String()),
  readAt: Nullable(Timestamp('Last whole reading')),
  attemptedAt: Nullable(Timestamp('Last reading, whole or not')),
  rows: Type.Integer(),
  used: Type.Integer({ description: 'Rows that became facts' }),
  dropped: Type.Array(DroppedRows),
});
export type TableExplanation = Static<typeof TableExplanation>;

/** One key by which a node is known, or one row of another device that was joined with it. */
export const IdentityEvidence = Type.Object({
  by: Type.String({ description: 'The device that says it' }),
  table: Type.String(),
  key: Type.String({ description: 'name, chassis, address, MACs, serial, neighbour …' }),
  value: Type.String(),
  text: Type.String({ description: 'Why it was joined, or what speaks against it; for people' }),
  agrees: Type.Boolean({ description: 'False: it was seen and speaks against the others' }),
});
export type IdentityEvidence = Static<typeof IdentityEvidence>;

export const DeviceWarning = Type.Object({ kind: Type.String(), text: Type.String() });
export type DeviceWarning = Static<typeof DeviceWarning>;

export const DeviceQuery = Type.Object(
  { id: Type.String({ minLength: 1, maxLength: 200, description: 'Node id, name, IP or MAC' }) },
  { additionalProperties: false },
);
export type DeviceQuery = Static<typeof DeviceQuery>;

export const DevicePort = Type.Object({
  ifIndex: Type.Integer(),
  ifName: Type.String(),
  alias: Nullable(Type.String()),
  operStatus: OperStatus,
  adminStatus: OperStatus,
  speedBps: Nullable(Type.Number()),
  inBps: Nullable(Type.Number()),
  outBps: Nullable(Type.Number()),
  hostCount: Type.Integer({ description: 'Hosts placed on it' }),
  hosts: Type.Array(Type.Object({ id: Type.String(), title: Type.String() }), {
    description: 'The first few of them by address',
  }),
});
export type DevicePort = Static<typeof DevicePort>;

export const DeviceAnswer = Type.Object({
  ...freshness,
  node: TopologyNode,
  polled: Type.Boolean({ description: 'Its own tables have been read at least once' }),
  sysName: Nullable(Type.String()),
  sysDescr: Nullable(Type.String()),
  model: Nullable(Type.String()),
  serial: Nullable(Type.String()),
  uptimeMs: Nullable(Type.Number()),
  tables: Type.Array(TableExplanation),
  identity: Type.Array(IdentityEvidence),
  ports: Type.Array(DevicePort),
  links: Type.Array(Edge, { description: 'Links and attachments; host placements only where the node is a host' }),
  nodes: Type.Array(ExplainedNode, { description: 'The other ends of the links' }),
  warnings: Type.Array(DeviceWarning),
  events: Type.Array(EdgeEvent, { description: 'The last changes of its links, newest first' }),
});
export type DeviceAnswer = Static<typeof DeviceAnswer>;
