import { Type, type Static } from '@sinclair/typebox';
import { Nullable, Timestamp, Words } from '../lib/schema.js';
import { EdgeState, Method, OperStatus } from './schemas.js';

const Subject = Words(['link', 'host'] as const);

const EdgeEndThen = Type.Object({
  node: Type.String(),
  ifIndex: Nullable(Type.Integer()),
  ifName: Nullable(Type.String()),
});

/** A link or placement as it was at one of the two instants. */
export const EdgeThen = Type.Object({
  id: Type.String({ description: 'The life it belongs to, as in /topology/edges' }),
  a: EdgeEndThen,
  b: EdgeEndThen,
  layer: Type.Integer({ minimum: 2, maximum: 3 }),
  method: Method,
  state: EdgeState,
  operStatus: OperStatus,
  blocked: Nullable(Type.Boolean()),
  speedBps: Nullable(Type.Number()),
});
export type EdgeThen = Static<typeof EdgeThen>;

export const DiffQuery = Type.Object(
  {
    from: Timestamp('The earlier instant'),
    to: Type.Optional(Timestamp('The later instant; now when absent')),
    site: Type.Optional(Type.String()),
    subject: Type.Optional(Words(['link', 'host'] as const, { description: 'Both when absent' })),
    limit: Type.Integer({ minimum: 1, maximum: 5000, default: 500, description: 'Differences shown at most' }),
  },
  { additionalProperties: false },
);
export type DiffQuery = Static<typeof DiffQuery>;

/** `unknown`: it was there before, and nobody who could tell answered at the later instant. */
export const DiffChange = Words(['added', 'removed', 'moved', 'changed', 'unknown'] as const);
export type DiffChange = Static<typeof DiffChange>;

export const Difference = Type.Object({
  change: DiffChange,
  subject: Subject,
  site: Nullable(Type.String()),
  text: Type.String({ description: 'One sentence for people' }),
  fields: Type.Array(Type.String(), {
    description: 'changed: method, blocked, members, vlans, speed, state; moved: the end that moved, a or b',
  }),
  before: Nullable(EdgeThen),
  after: Nullable(EdgeThen),
  firstDiscovery: Type.Boolean({
    description: 'New only because a device was polled for the first time in between: no churn',
  }),
});
export type Difference = Static<typeof Difference>;

export const DiffAnswer = Type.Object({
  from: Timestamp('The earlier instant'),
  to: Timestamp('The later instant'),
  site: Nullable(Type.String()),
  silentDevices: Type.Array(Type.String(), { description: 'Devices that did not answer at `to`' }),
  differences: Type.Array(Difference, { description: 'Links first; in the order of their ends' }),
  total: Type.Integer({ description: 'Differences found; more than are shown when truncated' }),
  counts: Type.Record(Type.String(), Type.Integer(), { description: 'All differences by change' }),
  churn: Type.Object(
    { link: Type.Integer(), host: Type.Integer() },
    { description: 'Added, removed and moved between the two instants, without first discoveries' },
  ),
  truncated: Nullable(Type.String({ description: 'What was left out and why; null when nothing' })),
});
export type DiffAnswer = Static<typeof DiffAnswer>;

export const ChurnQuery = Type.Object(
  {
    from: Type.Optional(Timestamp('Start; 24 hours ago when absent')),
    to: Type.Optional(Timestamp('End; now when absent')),
    windowSec: Type.Integer({ minimum: 60, maximum: 604_800, default: 900 }),
    site: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type ChurnQuery = Static<typeof ChurnQuery>;

export const ChurnWindow = Type.Object({
  time: Timestamp('Start of the window'),
  site: Nullable(Type.String()),
  subject: Subject,
  added: Type.Integer(),
  removed: Type.Integer(),
  moved: Type.Integer(),
  total: Type.Integer(),
  rate: Nullable(
    Type.Number({ description: 'total over what was there at the start of the window; null when nothing was' }),
  ),
});
export type ChurnWindow = Static<typeof ChurnWindow>;

export const ChurnAnswer = Type.Object({
  from: Timestamp('Start'),
  to: Timestamp('End'),
  windowSec: Type.Integer(),
  site: Nullable(Type.String()),
  windows: Type.Array(ChurnWindow, { description: 'Only windows in which something happened, oldest first' }),
  totals: Type.Object({ link: Type.Integer(), host: Type.Integer() }),
});
export type ChurnAnswer = Static<typeof ChurnAnswer>;

export const FlapsQuery = Type.Object(
  {
    site: Type.Optional(Type.String()),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  },
  { additionalProperties: false },
);
export type FlapsQuery = Static<typeof FlapsQuery>;

/** A flap: a link went down or away and came back. */
export const LinkFlap = Type.Object({
  edge: Type.String({ description: 'Its latest life' }),
  site: Nullable(Type.String()),
  a: Type.String({ description: 'Node and port, for people' }),
  b: Type.String({ description: 'Node and port, for people' }),
  flaps1h: Type.Integer(),
  flaps24h: Type.Integer({ description: '0: it went and did not come back yet' }),
  lastChange: Timestamp('When it last went or came back'),
});
export type LinkFlap = Static<typeof LinkFlap>;

export const FlapsAnswer = Type.Object({
  asOf: Timestamp('The instant the answer speaks of'),
  flaps: Type.Array(LinkFlap, { description: 'Most flaps first' }),
});
export type FlapsAnswer = Static<typeof FlapsAnswer>;
