import fc from 'fast-check';
import { churnOf, diffEdges, differenceText, type DiffEdge } from './diff.js';

const edge = (a: string, b: string, more: Partial<DiffEdge> = {}): DiffEdge => {
  const end = (text: string) => {
    const [node = '', port] = text.split('/');
    return { node, ifIndex: port === undefined ? null : Number(port), ifName: null };
  };
  return {
    id: `${a}=${b}`,
    subject: a.startsWith('host:') ? 'host' : 'link',
    a: end(a),
    b: end(b),
    layer: 2,
    method: 'lldp',
    blocked: false,
    members: [],
    vlans: [],
    state: 'current',
    ...more,
  };
};

const nobody = { silent: new Set<string>() };
const told = (before: DiffEdge[], after: DiffEdge[], silent: string[] = []) =>
  diffEdges(before, after, { silent: new Set(silent) }).map(({ change, fields }) => [change, ...fields].join(' '));

test.each<[string, DiffEdge[], DiffEdge[], string[], string[]]>([
  ['nothing', [edge('x/1', 'y/1')], [edge('y/1', 'x/1')], [], []],
  ['a new link', [], [edge('x/1', 'y/1')], [], ['added']],
  ['a lost link', [edge('x/1', 'y/1')], [], [], ['removed']],
  ['a lost link of a silent device', [edge('x/1', 'y/1')], [], ['y'], ['unknown']],
  ['a link that nobody confirmed', [edge('x/1', 'y/1')], [edge('x/1', 'y/1', { state: 'unknown' })], [], ['unknown']],
  ['a port with another neighbour', [edge('x/1', 'y/1')], [edge('x/1', 'z/4')], [], ['moved b']],
  ['a neighbour on another port', [edge('x/1', 'y/1')], [edge('x/2', 'y/1')], [], ['moved a']],
  ['a host elsewhere', [edge('host:1', 'x/1')], [edge('host:1', 'y/9')], [], ['moved b']],
  ['a host instead of another', [edge('host:1', 'x/1')], [edge('host:2', 'x/1')], [], ['removed', 'added']],
  [
    'two swapped cables',
    [edge('x/1', 'y/1'), edge('x/2', 'z/1')],
    [edge('x/1', 'z/1'), edge('x/2', 'y/1')],
    [],
    ['moved b', 'moved b'],
  ],
  ['a lower class', [edge('x/1', 'y/1')], [edge('x/1', 'y/1', { method: 'stp' })], [], ['changed method']],
  ['a takeover', [edge('x/1', 'y/1', { blocked: true })], [edge('x/1', 'y/1')], [], ['changed blocked']],
  [
    'a port that went down',
    [edge('x/1', 'y/1', { operStatus: 'up' })],
    [edge('x/1', 'y/1', { operStatus: 'down' })],
    [],
    ['changed state'],
  ],
  [
    'a port of which nobody knows',
    [edge('x/1', 'y/1', { operStatus: 'up' })],
    [edge('x/1', 'y/1', { operStatus: 'unknown' })],
    [],
    [],
  ],
  [
    'a host that was switched off',
    [edge('host:1', 'x/1', { operStatus: 'up' })],
    [edge('host:1', 'x/1', { operStatus: 'down' })],
    [],
    [],
  ],
  ['a state that nobody told', [edge('x/1', 'y/1', { blocked: null })], [edge('x/1', 'y/1')], [], []],
  [
    'a lost member',
    [
      edge('x/1', 'y/1', {
        members: [
          [1, 3],
          [2, 4],
        ],
      }),
    ],
    [edge('y/1', 'x/1', { members: [[3, 1]] })],
    [],
    ['changed members'],
  ],
  [
    'members from the other side',
    [
      edge('x/1', 'y/1', {
        members: [
          [1, 3],
          [2, 4],
        ],
      }),
    ],
    [
      edge('y/1', 'x/1', {
        members: [
          [4, 2],
          [3, 1],
        ],
      }),
    ],
    [],
    [],
  ],
  [
    'a new VLAN',
    [edge('x/1', 'y/1', { vlans: [20, 10] })],
    [edge('x/1', 'y/1', { vlans: [10, 20, 30] })],
    [],
    ['changed vlans'],
  ],
])('%s', (_name, before, after, silent, expected) => {
  expect(told(before, after, silent)).toEqual(expected);
});

const anyEdges = fc
  .uniqueArray(fc.tuple(fc.nat(4), fc.nat(3), fc.integer({ min: 5, max: 8 }), fc.nat(3)), {
    maxLength: 10,
    selector: (ends) => ends.join(),
  })
  .map((all) => all.map(([a, p, b, q]) => edge(`n${a}/${p}`, `n${b}/${q}`)));

test('every edge is accounted for once, in either order of the input', () => {
  fc.assert(
    fc.property(anyEdges, anyEdges, (before, after) => {
      const differences = diffEdges(before, after, nobody);
      expect(diffEdges([...before].reverse(), [...after].reverse(), nobody)).toEqual(differences);
      const ids = (edges: (DiffEdge | null)[]) => edges.flatMap((one) => (one === null ? [] : [one.id])).sort();
      const common = before.filter(({ id }) => after.some((one) => one.id === id)).map(({ id }) => id);
      expect([...ids(differences.map((one) => one.before)), ...common].sort()).toEqual(ids(before));
      expect([...ids(differences.map((one) => one.after)), ...common].sort()).toEqual(ids(after));
      expect(churnOf(differences).link).toBe(differences.length);
      expect(churnOf(differences).host).toBe(0);
      expect(diffEdges(before, before, nobody)).toEqual([]);
    }),
  );
});

test('a link whose end whole readings have shown is gone, whoever is silent since', () => {
  const before = edge('x/1', 'y/1');
  const changes = (ended: string[]) =>
    diffEdges([before], [], { silent: new Set(['y']), ended: new Set(ended) }).map(({ change }) => change);
  expect(changes([before.id])).toEqual(['removed']);
  expect(changes([])).toEqual(['unknown']);
});

test('an interface is its name: another ifIndex after a restart is no other port', () => {
  const named = (ifIndex: number) => edge('x/1', 'y/1', { a: { node: 'x', ifIndex, ifName: 'Gi0/1' } });
  expect(told([named(1)], [named(10101)])).toEqual([]);
});

test.each<[string, DiffEdge[], DiffEdge[], string]>([
  ['added', [], [edge('x/1', 'y/2')], 'x ifIndex 1 to y ifIndex 2 is new, by lldp'],
  ['removed', [edge('x/1', 'y/2')], [], 'x ifIndex 1 to y ifIndex 2 is gone'],
  [
    'moved',
    [edge('x/1', 'y/2')],
    [edge('x/1', 'z/3')],
    'x ifIndex 1 to z ifIndex 3, moved from x ifIndex 1 to y ifIndex 2',
  ],
  [
    'changed',
    [edge('x/1', 'y/2', { method: 'bridge', blocked: true })],
    [edge('x/1', 'y/2')],
    'x ifIndex 1 to y ifIndex 2: method bridge → lldp; blocked true → false',
  ],
])('%s in words', (_name, before, after, text) => {
  expect(diffEdges(before, after, nobody).map(differenceText)).toEqual([text]);
});
