import fc from 'fast-check';
import type { EdgeWitness, Inference, InferredHost, InferredLink } from './correlate/inference.js';
import { nextEdges, type EdgeContext, type EdgeInterval } from './edges.js';
import type { FactKind } from './facts.js';
import type { Method } from './schemas.js';

const T0 = Date.parse('2026-01-01T00:00:00.000Z');
const minute = (count: number) => new Date(T0 + count * 60_000);

const nothing: Inference = { devices: [], links: [], segments: [], hosts: [], warnings: [], explain: [] };
const world = (...parts: (InferredLink | InferredHost)[]): Inference => ({
  ...nothing,
  links: parts.filter((part): part is InferredLink => 'layer' in part),
  hosts: parts.filter((part): part is InferredHost => 'mac' in part),
});

/** `a:1 b:2` with the witnesses that saw it. */
function link(ends: string, overrides: Partial<InferredLink> = {}): InferredLink {
  const [a = '', b = ''] = ends.split(' ');
  const end = (text: string) => {
    const [device = '', port] = text.split(':');
    return {
      device,
      ifIndex: port === undefined ? null : Number(port),
      ifName: port === undefined ? null : `p${port}`,
    };
  };
  const method: Method = 'lldp';
  return {
    a: end(a),
    b: end(b),
    layer: 2,
    method,
    sides: 2,
    confidence: 1,
    members: [],
    vlans: [],
    blocked: null,
    operStatus: 'up',
    evidence: [],
    score: [{ name: method, value: 1, reason: 'LLDP names the neighbour' }],
    witnesses: [end(a), end(b)].map(({ device }): EdgeWitness => ({ device, kind: 'lldp' })),
    ...overrides,
  };
}

const host = (mac: string, at: string): InferredHost => {
  const [device = '', port = ''] = at.split(':');
  return {
    mac,
    ips: [],
    device,
    bridgePort: Number(port),
    ifIndex: Number(port),
    ifName: `p${port}`,
    vlans: [],
    segment: null,
    method: 'bridge',
    confidence: 0.8,
    evidence: [],
    score: [{ name: 'bridge', value: 0.8, reason: 'only a forwarding table knows it' }],
    witnesses: [{ device, kind: 'mac' }],
  };
};

const MAC = '00:00:00:00:00:05';

function step(
  previous: readonly EdgeInterval[],
  inference: Inference,
  at: number,
  answered: string,
  more: Partial<EdgeContext> = {},
) {
  const kinds = new Set<FactKind>(['lldp', 'mac']);
  return nextEdges(previous, inference, {
    at: minute(at),
    answered: new Map(answered.split('').map((device) => [device, kinds])),
    firstPolled: new Set(),
    removedDevices: new Set(),
    graceMs: 5 * 60_000,
    closeAfterMisses: 3,
    ...more,
  });
}

const shape = (events: readonly { change: string; detail: string }[]) => events.map(({ change }) => change);
const open = (edges: readonly EdgeInterval[]) => edges.filter(({ closedAt }) => closedAt === null);

test('opens a link once, then confirms it without an event', () => {
  const first = step([], world(link('a:1 b:2')), 0, 'ab');
  expect(shape(first.events)).toEqual(['added']);
  const second = step(first.edges, world(link('a:1 b:2')), 1, 'ab');
  expect(second.events).toEqual([]);
  expect(second.edges).toHaveLength(1);
  expect(second.edges[0]).toMatchObject({
    id: first.edges[0]?.id,
    firstSeen: minute(0).toISOString(),
    lastSeen: minute(1).toISOString(),
    state: 'current',
    confirmations: 2,
  });
});

test('three confirmations make it stable, and the score says so', () => {
  const stp = () => link('a:1 b:2', { method: 'stp', score: [{ name: 'stp', value: 0.9, reason: 'x' }] });
  let edges: readonly EdgeInterval[] = [];
  const confidences = [0, 1, 2].map((at) => {
    ({ edges } = step(edges, world(stp()), at, 'ab'));
    return edges[0]?.confidence;
  });
  expect(confidences).toEqual([0.9, 0.9, 0.97]);
  expect(edges[0]?.score.map(({ name }) => name)).toEqual(['stp', 'stable']);
});

describe('a failed or partial poll changes nothing (P3)', () => {
  const { edges: before } = step([], world(link('a:1 b:2'), host(MAC, 'a:7')), 0, 'ab');

  test.each([
    ['absent, nobody read', world(), '', {}],
    ['absent, another device read', world(), 'c', {}],
    ['new link, but no witness read', world(link('a:1 b:2'), link('a:3 c:4'), host(MAC, 'a:7')), 'd', {}],
    ['new neighbour on the port, but no witness read', world(link('a:1 c:9'), host(MAC, 'a:7')), 'd', {}],
    ['host elsewhere, but its new switch was not read', world(link('a:1 b:2'), host(MAC, 'b:8')), 'd', {}],
  ] as const)('%s', (_name, inference, answered, more) => {
    const after = step(before, inference, 1, answered, more);
    expect(after.events).toEqual([]);
    expect(after.edges).toEqual(before);
  });

  test('witnesses that failed make it unknown, for whatever time, and it never ages', () => {
    const failed = new Map([
      ['a', new Set<FactKind>(['lldp', 'mac'])],
      ['b', new Set<FactKind>(['lldp', 'mac'])],
    ]);
    let edges: readonly EdgeInterval[] = before;
    for (let at = 1; at < 50; at++) {
      const after = step(edges, world(), at, '', { failed });
      expect(after.events).toEqual([]);
      ({ edges } = after);
    }
    expect(edges.map(({ state, missedPolls, confidence }) => ({ state, missedPolls, confidence }))).toEqual(
      before.map(({ confidence }) => ({ state: 'unknown', missedPolls: 0, confidence })),
    );
    expect(edges.map(({ stateReason }) => stateReason)).toEqual(['a did not answer', 'a, b did not answer']);
    const back = step(edges, world(link('a:1 b:2'), host(MAC, 'a:7')), 51, 'ab');
    expect(back.events).toEqual([]);
    expect(back.edges.map(({ state }) => state)).toEqual(['current', 'current']);
  });

  test('one witness read without it counts, though the other failed', () => {
    const failed = new Map([['b', new Set<FactKind>(['lldp'])]]);
    const after = step(before, world(host(MAC, 'a:7')), 1, 'a', { failed });
    expect(after.edges.find(({ subject }) => subject === 'link')).toMatchObject({ state: 'stale', missedPolls: 1 });
  });
});

test('decays by whole polls only and closes at the third, with the last sighting as its end', () => {
  let { edges } = step([], world(link('a:1 b:2')), 0, 'ab');
  const seen: [number | undefined, string[]][] = [];
  for (let at = 1; at <= 5; at++) {
    const after = step(edges, world(), at, at === 2 ? '' : 'ab');
    ({ edges } = after);
    seen.push([edges[0]?.confidence, shape(after.events)]);
  }
  expect(seen).toEqual([
    [0.67, []],
    [0.67, []],
    [0.33, []],
    [0.33, ['removed']],
    [0.33, []],
  ]);
  expect(edges[0]).toMatchObject({ closedAt: minute(0).toISOString(), closeReason: 'aged' });
});

describe('R18: a host whose forwarding row has aged', () => {
  const naming = { device: 'gw', ips: ['10.0.0.5'] };
  const byArp = { namingOf: (mac: string) => (mac === MAC ? naming : undefined) };
  const POLLS = 20;

  function asleep(more: Partial<EdgeContext>) {
    let { edges } = step([], world(host(MAC, 'a:7')), 0, 'ab');
    const events: string[] = [];
    for (let at = 1; at <= POLLS; at++) {
      const after = step(edges, world(), at, 'ab', more);
      ({ edges } = after);
      events.push(...shape(after.events));
    }
    return { edges, events };
  }

  test('keeps its last position with lowered confidence as long as ARP names it', () => {
    const { edges, events } = asleep(byArp);
    expect(events).toEqual([]);
    expect(edges).toMatchObject([
      {
        a: { node: 'a', ifName: 'p7' },
        lastSeen: minute(0).toISOString(),
        closedAt: null,
        state: 'stale',
        stateReason: 'its forwarding row has aged; ARP of gw still knows it',
        confidence: 0.5,
        ips: ['10.0.0.5'],
      },
    ]);
  });

  test('is the same object as before: nothing to store', () => {
    const { edges } = asleep(byArp);
    expect(step(edges, world(), POLLS + 1, 'ab', byArp).edges[0]).toBe(edges[0]);
  });

  test.each<[string, Inference, string, Partial<EdgeContext>, string[], number]>([
    ['ends when ARP has forgotten it too', world(), 'ab', {}, ['removed'], 0],
    ['does not end while its switch is not read', world(), 'c', {}, [], 1],
    ['is seen again where it was: no event', world(host(MAC, 'a:7')), 'ab', byArp, [], 1],
    ['is seen elsewhere: it moved', world(host(MAC, 'b:3')), 'ab', byArp, ['moved'], 1],
    ['leaves with its switch', world(), '', { ...byArp, removedDevices: new Set(['a']) }, ['removed'], 0],
  ])('%s', (_name, inference, answered, more, events, openCount) => {
    const after = step(asleep(byArp).edges, inference, POLLS + 1, answered, more);
    expect(shape(after.events)).toEqual(events);
    expect(open(after.edges)).toHaveLength(openCount);
  });

  test('links and hosts that ARP does not name age as ever', () => {
    expect(asleep({ namingOf: () => undefined }).events).toEqual(['removed']);
    const { edges } = step([], world(link('a:1 b:2')), 0, 'ab');
    expect(step(edges, world(), 1, 'ab', { namingOf: () => naming }).edges).toMatchObject([{ confidence: 0.67 }]);
  });
});

test.each([
  ['within grace it goes on living', 4, ['changed'], 1, minute(0).toISOString()],
  ['after grace it opens anew', 20, ['added'], 1, minute(20).toISOString()],
])('re-appearance: %s', (_name, at, events, openCount, firstSeen) => {
  let { edges } = step([], world(link('a:1 b:2')), 0, 'ab');
  for (let poll = 1; poll <= 3; poll++) ({ edges } = step(edges, world(), poll, 'ab'));
  const after = step(edges, world(link('a:1 b:2')), at, 'ab');
  expect(shape(after.events)).toEqual(events);
  expect(open(after.edges)).toHaveLength(openCount);
  expect(open(after.edges)[0]).toMatchObject({ firstSeen, state: 'current', missedPolls: 0 });
});

test.each([
  ['a host to another port', world(host(MAC, 'a:7')), world(host(MAC, 'a:8'))],
  ['a host to another switch', world(host(MAC, 'a:7')), world(host(MAC, 'b:3'))],
  ['a port to another neighbour', world(link('a:1 b:2')), world(link('a:1 c:9'))],
  ['a cable to another port of one switch', world(link('a:1 b:2')), world(link('a:1 b:3'))],
])('a move is one event: %s', (_name, before, after) => {
  const { edges } = step([], before, 0, 'abc');
  const moved = step(edges, after, 1, 'abc');
  expect(shape(moved.events)).toEqual(['moved']);
  expect(open(moved.edges)).toHaveLength(1);
  expect(moved.edges.find(({ closedAt }) => closedAt !== null)).toMatchObject({ closeReason: 'moved' });
});

test.each([
  ['method', { method: 'cdp' as const }],
  ['state', { operStatus: 'down' as const }],
  ['blocked', { blocked: true }],
  ['sides', { sides: 1 as const }],
  ['members', { members: [[1, 2] as const] }],
])('says when its %s changes', (name, overrides) => {
  const { edges } = step([], world(link('a:1 b:2')), 0, 'ab');
  const { events } = step(edges, world(link('a:1 b:2', overrides)), 1, 'ab');
  expect(events).toMatchObject([{ change: 'changed', detail: expect.stringContaining(name) }]);
});

test('VLANs and evidence change without an event', () => {
  const { edges } = step([], world(link('a:1 b:2')), 0, 'ab');
  const after = step(edges, world(link('a:1 b:2', { vlans: [7] })), 1, 'ab');
  expect(after.events).toEqual([]);
  expect(after.edges[0]?.vlans).toEqual([7]);
});

test('a port that becomes known belongs to the same life', () => {
  const { edges } = step([], world(link('a:1 b')), 0, 'ab');
  const after = step(edges, world(link('a:1 b:2')), 1, 'ab');
  expect(shape(after.events)).toEqual(['changed']);
  expect(after.edges).toMatchObject([{ id: edges[0]?.id, b: { ifName: 'p2' } }]);
});

test('links of a device that is polled for the first time are no churn', () => {
  const { events } = step([], world(link('a:1 b:2')), 0, 'ab', { firstPolled: new Set(['b']) });
  expect(events).toMatchObject([{ change: 'added', firstDiscovery: true }]);
});

test('a device that leaves the inventory takes its edges with it at once', () => {
  const { edges } = step([], world(link('a:1 b:2'), host(MAC, 'b:7')), 0, 'ab');
  const after = step(edges, world(), 1, '', { removedDevices: new Set(['b']) });
  expect(shape(after.events)).toEqual(['removed', 'removed']);
  expect(open(after.edges)).toEqual([]);
});

test('closed intervals leave the answer after the grace time', () => {
  let { edges } = step([], world(link('a:1 b:2')), 0, 'ab');
  for (let at = 1; at <= 3; at++) ({ edges } = step(edges, world(), at, 'ab'));
  expect(edges).toHaveLength(1);
  expect(step(edges, world(), 30, 'ab').edges).toEqual([]);
});

const anyWorld = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })), { maxLength: 6 })
  .map((ports) => ports.map(([a, b]) => link(`a:${a} b:${b}`)));

test('the same facts again change nothing, in any order', () => {
  fc.assert(
    fc.property(anyWorld, fc.infiniteStream(fc.nat()), (links, random) => {
      const first = step([], world(...links), 0, 'ab');
      const shuffled = [...links].sort(() => (random.next().value % 2) - 0.5);
      const second = step([...first.edges].reverse(), world(...shuffled), 1, 'ab');
      expect(second.events).toEqual([]);
      expect(second.edges.map(({ id }) => id)).toEqual(first.edges.map(({ id }) => id));
    }),
    { numRuns: 50 },
  );
});

test('no step without a whole reading changes what is open', () => {
  fc.assert(
    fc.property(anyWorld, anyWorld, (before, after) => {
      const { edges } = step([], world(...before), 0, 'ab');
      const next = step(edges, world(...after), 1, '');
      expect(next.events).toEqual([]);
      expect(next.edges).toEqual(edges);
    }),
    { numRuns: 50 },
  );
});
