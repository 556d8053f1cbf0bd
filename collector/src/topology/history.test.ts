import fc from 'fast-check';
import type { EdgeInterval } from './edges.js';
import { edgeAt, type LaterChange, type PollingThen } from './history.js';

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));
const iso = (minute: number): string => at(minute).toISOString();

const edge = (more: Partial<EdgeInterval> = {}): EdgeInterval => ({
  id: 'link@0',
  key: 'link',
  subject: 'link',
  a: { node: 'x', ifIndex: 1, ifName: 'Gi0/1' },
  b: { node: 'y', ifIndex: 1, ifName: 'Gi0/1' },
  layer: 2,
  method: 'lldp',
  sides: 2,
  confidence: 0.34,
  blocked: false,
  members: [],
  vlans: [],
  via: null,
  ips: [],
  operStatus: 'up',
  evidence: [],
  score: [
    { name: 'lldp', value: 1, reason: '' },
    { name: 'missed', value: -0.66, reason: '' },
  ],
  witnesses: [
    { device: 'x', kind: 'lldp' },
    { device: 'y', kind: 'lldp' },
  ],
  firstSeen: iso(0),
  lastSeen: iso(30),
  closedAt: null,
  closeDecidedAt: null,
  closeReason: null,
  state: 'stale',
  stateReason: 'not seen by the last 2 whole polls',
  missedPolls: 2,
  confirmations: 9,
  ...more,
});

const all: PollingThen = { silent: new Set(), unread: new Map() };
const silent = (...devices: string[]): PollingThen => ({ silent: new Set(devices), unread: new Map() });
const change = (minute: number, fields: LaterChange['fields'], wasAway = false): LaterChange => ({
  at: iso(minute),
  fields,
  wasAway,
});
const closed: Partial<EdgeInterval> = { closedAt: iso(30), closeDecidedAt: iso(33), closeReason: 'aged' };
const back = { presence: ['gone', 'here'] as const };

test.each<[string, Partial<EdgeInterval>, number, LaterChange[], PollingThen, Partial<EdgeInterval> | undefined]>([
  ['seen again later: current, whole score', {}, 10, [], all, { state: 'current', confidence: 1, missedPolls: 0 }],
  ['missed then and not seen since: as it is now', {}, 31, [], all, { state: 'stale', confidence: 0.34 }],
  ['at its last sighting', closed, 30, [], all, { state: 'current', confidence: 1 }],
  ['after its last sighting, before that was decided', closed, 31, [], all, undefined],
  ['the same while nobody could tell', closed, 31, [], silent('x', 'y'), { state: 'unknown' }],
  ['one of both could tell', {}, 10, [], silent('x'), { state: 'current' }],
  ['none could', {}, 10, [], silent('x', 'y'), { state: 'unknown', stateReason: 'x, y did not answer' }],
  [
    'the tables that show it could not be read, others could',
    {},
    10,
    [],
    { silent: new Set(['x']), unread: new Map([['y', new Set(['lldp'])]]) },
    { state: 'unknown' },
  ],
  [
    'another table could not be read',
    {},
    10,
    [],
    { silent: new Set(['x']), unread: new Map([['y', new Set(['arp'])]]) },
    { state: 'current' },
  ],
  [
    'what changed twice is as before the first',
    {},
    10,
    [
      change(20, { method: ['stp', 'lldp'], confidence: [0.95, 1] }),
      change(15, { method: ['bridge', 'stp'], confidence: [0.92, 0.95], blocked: [true, false] }),
    ],
    all,
    { method: 'bridge', confidence: 0.92, blocked: true, score: [expect.objectContaining({ name: 'bridge' })] },
  ],
  ['away within the grace time', {}, 10, [change(12, back, true)], all, { state: 'stale' }],
  ['there, before it went away', {}, 10, [change(14, back)], all, { state: 'current' }],
])('an edge at an instant: %s', (_name, more, minute, later, polling, expected) => {
  const told = edgeAt(edge(more), at(minute), later, polling);
  if (expected === undefined) expect(told).toBeUndefined();
  else expect(told).toMatchObject(expected);
});

test('taking back what was done gives what was there, for any sequence of changes', () => {
  const anyMethod = fc.constantFrom('lldp', 'stp', 'bridge', 'lag');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyMethod, fc.boolean()), { minLength: 1, maxLength: 8 }),
      fc.nat(8),
      (states, pick) => {
        const index = pick % states.length;
        const later = states.slice(index + 1).map(([method, blocked], i): LaterChange => {
          const [before, wasBlocked] = states[index + i] as (typeof states)[number];
          return change(20 + i, { method: [before, method], blocked: [wasBlocked, blocked] });
        });
        const [method, blocked] = states.at(-1) as (typeof states)[number];
        const told = edgeAt(edge({ method, blocked }), at(10), later.reverse(), all);
        expect([told?.method, told?.blocked]).toEqual(states[index]);
      },
    ),
  );
});
