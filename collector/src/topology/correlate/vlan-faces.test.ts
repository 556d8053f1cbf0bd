import fc from 'fast-check';
import type { DeviceFacts, MacFact } from '../facts.js';
import { device, hostMac, hostsOf, learned, macOf, stp, text } from './facts-fixtures.js';
import { infer } from './infer.js';

/** A cable: bridge and port of either end, and the VLANs that it forwards. */
type Cable = readonly [x: number, p: number, y: number, q: number, vlans: readonly number[]];

interface Plant {
  readonly bridges: number;
  readonly cables: readonly Cable[];
  readonly vlans: readonly number[];
  /** Hosts of each VLAN on each bridge, on ports 8 and 9. */
  readonly hostsPerVlan: number;
  /** VLANs in which a bridge has an address of its own. */
  readonly ownVlans: (bridge: number) => readonly number[];
}

const id = (bridge: number) => String.fromCharCode(96 + bridge);

/** Port by which frames of a bridge reach each other one over the cables that forward in this VLAN. */
function portsTowards({ cables }: Plant, from: number, vlan: number): Map<number, number> {
  const found = new Map<number, number>();
  const visit = (bridge: number, before: number) => {
    for (const [x, p, y, q, vlans] of cables) {
      if (!vlans.includes(vlan)) continue;
      for (const [near, far, farPort] of [
        [x, y, q],
        [y, x, p],
      ] as const) {
        if (near !== bridge || far === before) continue;
        found.set(far, farPort);
        visit(far, bridge);
      }
    }
  };
  visit(from, 0);
  return found;
}

/** What each bridge has learned when everybody has spoken in every VLAN. */
function factsOf(plant: Plant, fill: (bridge: number, facts: DeviceFacts) => Partial<DeviceFacts> = () => ({})) {
  const rows = new Map<number, MacFact[]>();
  const learn = (bridge: number, ifIndex: number, vlan: number, mac: string) => {
    const known = rows.get(bridge) ?? [];
    rows.set(bridge, known);
    for (const row of learned(ifIndex, mac)) known.push({ ...row, vlan, fdbId: vlan });
  };
  let hosts = 0;
  for (let from = 1; from <= plant.bridges; from++) {
    for (const vlan of plant.vlans) {
      const towards = portsTowards(plant, from, vlan);
      for (let n = 0; n < plant.hostsPerVlan; n++) {
        const mac = hostMac(++hosts);
        learn(from, 8 + (n % 2), vlan, mac);
        for (const [bridge, ifIndex] of towards) learn(bridge, ifIndex, vlan, mac);
      }
      if (!plant.ownVlans(from).includes(vlan)) continue;
      for (const [bridge, ifIndex] of towards) learn(bridge, ifIndex, vlan, macOf(from));
    }
  }
  return Array.from({ length: plant.bridges }, (_, at) => {
    const facts = device(id(at + 1), at + 1, (d) => (d.mac = rows.get(at + 1) ?? []));
    return { ...facts, ...fill(at + 1, facts) };
  });
}

/** Links with the VLANs in which they carry frames. */
const linksOf = (facts: readonly DeviceFacts[]) =>
  infer(facts).links.map(
    ({ a, b, vlans, blocked }) =>
      `${a.device}:${a.ifIndex} ${b.device}:${b.ifIndex} ${vlans.join(',')}${blocked === null ? '' : blocked ? ' blocked' : ' forwards'}`,
  );

const BOTH = [10, 20];
/** Switch c with an uplink to a for VLAN 10 and one to b for VLAN 20; a and b joined. */
const TRIANGLE: readonly Cable[] = [
  [1, 1, 2, 1, BOTH],
  [1, 2, 3, 1, [10]],
  [2, 2, 3, 2, [20]],
];
/** The same with a second access switch. */
const TWO_ACCESS: readonly Cable[] = [...TRIANGLE, [1, 3, 4, 1, [10]], [2, 3, 4, 2, [20]]];
const PARALLEL: readonly Cable[] = [
  [1, 1, 2, 1, [10]],
  [1, 2, 2, 2, [20]],
];
const plant = (cables: readonly Cable[], ownVlans: Plant['ownVlans'], hostsPerVlan = 4): Plant => ({
  bridges: Math.max(...cables.flatMap(([x, , y]) => [x, y])),
  cables,
  vlans: BOTH,
  hostsPerVlan,
  ownVlans,
});

const everywhere = () => BOTH;
const nowhere = () => [];
/** The distribution routes all VLANs; access switches are managed in one. */
const managed = (bridge: number) => (bridge <= 2 ? BOTH : [10]);
const inTen = () => [10];

const TRIANGLE_LINKS = ['a:1 b:1 10,20', 'a:2 c:1 10', 'b:2 c:2 20'];
const TWO_ACCESS_LINKS = ['a:1 b:1 10,20', 'a:2 c:1 10', 'a:3 d:1 10', 'b:2 c:2 20', 'b:3 d:2 20'];
const PARALLEL_LINKS = ['a:1 b:1 10', 'a:2 b:2 20'];

describe('R12: spanning tree per VLAN', () => {
  test.each<[string, readonly Cable[], Plant['ownVlans'], string[]]>([
    ['two uplinks to two switches, device MACs in all VLANs', TRIANGLE, everywhere, TRIANGLE_LINKS],
    ['two uplinks, access switches managed in one VLAN', TRIANGLE, managed, TRIANGLE_LINKS],
    ['two uplinks, shared hosts only', TRIANGLE, nowhere, TRIANGLE_LINKS],
    ['two access switches, device MACs in all VLANs', TWO_ACCESS, everywhere, TWO_ACCESS_LINKS],
    ['two access switches managed in one VLAN', TWO_ACCESS, managed, TWO_ACCESS_LINKS],
    ['two access switches, shared hosts only', TWO_ACCESS, nowhere, TWO_ACCESS_LINKS],
    ['two cables between two switches, device MACs in all VLANs', PARALLEL, everywhere, PARALLEL_LINKS],
    ['two cables, one switch managed in one VLAN', PARALLEL, (bridge) => (bridge === 1 ? BOTH : [10]), PARALLEL_LINKS],
    ['two cables, shared hosts only', PARALLEL, nowhere, PARALLEL_LINKS],
    ['two cables, both managed in one VLAN', PARALLEL, inTen, PARALLEL_LINKS],
    ['two uplinks, all managed in one VLAN', TRIANGLE, inTen, TRIANGLE_LINKS],
  ])('%s: every link is found, with its VLANs', (_name, cables, ownVlans, links) => {
    expect(linksOf(factsOf(plant(cables, ownVlans)))).toEqual(links);
  });

  test('a link that only one VLAN uses says so in its evidence', () => {
    const found = infer(factsOf(plant(TRIANGLE, everywhere))).links.find(
      ({ a, b }) => a.device === 'b' && b.device === 'c',
    );
    expect(found?.evidence.map((one) => one.text)).toEqual([
      'Gi0/2 leads to c in VLAN 20, with no other polled bridge between',
      'Gi0/2 leads to b in VLAN 20, with no other polled bridge between',
    ]);
  });

  test('an uplink that blocks in one VLAN and forwards in another is not blocked; one that blocks in all is', () => {
    const rows = (state: 'blocking' | 'forwarding', vlan: number, ifIndex: number, bridge: number) => ({
      ...stp(ifIndex, state, bridge, 2),
      vlan,
    });
    const ports: readonly (readonly ['blocking' | 'forwarding', number, number, number])[] = [
      ['forwarding', 10, 1, 1],
      ['blocking', 20, 1, 1],
      ['blocking', 10, 2, 2],
    ];
    const fill = (last: 'blocking' | 'forwarding') => (bridge: number) =>
      bridge === 3
        ? { stp: { bridges: [], ports: [...ports, [last, 20, 2, 2] as const].map((one) => rows(...one)) } }
        : {};
    const facts = factsOf(plant(TRIANGLE, everywhere), fill('forwarding'));
    expect(linksOf(facts)).toEqual(['a:1 b:1 10,20', 'a:2 c:1 10,20 forwards', 'b:2 c:2 10,20 forwards']);
    const inTenOnly = { ...plant([...TRIANGLE.slice(0, 2)], everywhere), vlans: [10] };
    expect(linksOf(factsOf(inTenOnly, fill('blocking')))).toContain('b:2 c:2 10,20 blocked');
  });

  test('hosts are placed on their own switch, and never on an uplink of another VLAN', () => {
    const found = hostsOf(infer(factsOf(plant(TWO_ACCESS, inTen))));
    expect(found).toHaveLength(32);
    expect(found.filter((host) => !/:[89]$/.test(host))).toEqual([]);
  });

  test('a router on a stick hangs on one port, though VLANs lead to it by different uplinks', () => {
    const facts = factsOf(plant(TRIANGLE, everywhere));
    const ports = { a: { 10: 5, 20: 5 }, b: { 10: 1, 20: 1 }, c: { 10: 1, 20: 2 } } as const;
    const withRouter = facts.map((one) => ({
      ...one,
      mac: [
        ...one.mac,
        ...([10, 20] as const).flatMap((vlan) =>
          learned(ports[one.deviceId as 'a' | 'b' | 'c'][vlan], macOf(9, 2)).map((row) => ({
            ...row,
            vlan,
            fdbId: vlan,
          })),
        ),
      ],
    }));
    const router = device('router', 9, (d) => (d.bridge = { ...d.bridge, ports: [], baseAddress: null }));
    expect(linksOf([...withRouter, router])).toEqual([
      ...TRIANGLE_LINKS.slice(0, 2),
      'a:5 router:2 10,20',
      TRIANGLE_LINKS[2],
    ]);
  });

  test.each<[string, number | null, string[]]>([
    ['in one VLAN is a contradiction', 10, []],
    ['in tables without VLANs is a contradiction', null, []],
  ])('a device MAC on two ports %s', (_name, vlan, links) => {
    const facts = factsOf(plant(PARALLEL, everywhere, 0)).map((one) => ({
      ...one,
      mac: one.mac.map((row) => ({ ...row, vlan, fdbId: vlan })),
    }));
    expect(text(infer(facts))).toEqual(links);
  });

  test('a switch that moved and left rows behind in another VLAN has one link: that which both ends show', () => {
    const [a, b] = factsOf(plant([[1, 1, 2, 1, [10]]], everywhere, 0)) as [DeviceFacts, DeviceFacts];
    const left = learned(2, macOf(2)).map((row): MacFact => ({ ...row, vlan: 20, fdbId: 20 }));
    expect(text(infer([{ ...a, mac: [...a.mac, ...left] }, b]))).toEqual(['a:1 b:1 bridge0']);
  });
});

describe('any cables with a spanning tree per VLAN', () => {
  const BRIDGES = 5;
  /** Every bridge may be cabled to every other one by port 1 to 7, each with a tree of the VLAN's own. */
  const tree = fc.array(fc.nat(), { minLength: BRIDGES - 1, maxLength: BRIDGES - 1 });
  const cabled = (trees: readonly (readonly number[])[]): Cable[] => {
    const cables = new Map<string, Cable>();
    trees.forEach((parents, at) => {
      parents.forEach((parent, child) => {
        const [x, y] = [1 + (parent % (child + 1)), child + 2];
        const vlans = [...(cables.get(`${x} ${y}`)?.[4] ?? []), BOTH[at] as number];
        cables.set(`${x} ${y}`, [x, y, y, x, vlans]);
      });
    });
    return [...cables.values()];
  };
  const expected = (cables: readonly Cable[]) =>
    cables.map(([x, p, y, q, vlans]) => `${id(x)}:${p} ${id(y)}:${q} ${vlans.join(',')}`).sort();

  test.each<[string, Plant['ownVlans']]>([
    ['device MACs in all VLANs', everywhere],
    ['device MACs in one VLAN', inTen],
    ['shared hosts only', nowhere],
  ])('are all found and no others: %s', (_name, ownVlans) => {
    fc.assert(
      fc.property(tree, tree, (one, other) => {
        const cables = cabled([one, other]);
        expect(linksOf(factsOf({ ...plant(cables, ownVlans, 6), bridges: BRIDGES })).sort()).toEqual(expected(cables));
      }),
      { numRuns: 100 },
    );
  });
});
