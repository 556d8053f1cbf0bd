import fc from 'fast-check';
import { formatRecording, parseRecording } from '../../snmp/recording.js';
import { contextsOf, instancesOf } from './agent.js';
import { advance, cutLink, moveHost, rebootDevice, restoreLink } from './events.js';
import { generateNetwork } from './generate.js';
import { DEMO, type Parameters } from './parameters.js';
import { portKey, type Network } from './network.js';
import { stateOf } from './state.js';
import { truthOf } from './truth.js';

const small: Partial<Parameters> = { distribution: 2, accessPerDistribution: 2, portsPerAccess: [3, 6] };
const demo = generateNetwork(DEMO);

const valueOf = (network: Network, device: string, oid: string, vlan?: number) =>
  instancesOf(network, device, vlan).find((instance) => instance.oid.join('.') === oid)?.value;

test('the demo is as large as promised and answers on loopback addresses', () => {
  const switches = demo.plan.devices.filter((device) => device.role !== 'router');
  expect(switches.length).toBeGreaterThanOrEqual(8);
  expect(demo.plan.devices.filter((device) => device.role === 'router')).toHaveLength(2);
  const truth = truthOf(demo);
  expect(truth.hosts.length).toBeGreaterThanOrEqual(60);
  expect(truth.links.some((link) => link.blocked)).toBe(true);
  expect(truth.links.some((link) => link.members.length > 1)).toBe(true);
  expect(truth.links.every((link) => link.visibleBy.some((evidence) => evidence === 'lldp'))).toBe(true);
  const addresses = demo.plan.devices.map((device) => device.managementIp);
  expect(addresses.every((address) => address.startsWith('127.10.'))).toBe(true);
  expect(new Set(addresses).size).toBe(addresses.length);
});

test('the same parameters give the same answers', () => {
  const again = generateNetwork(DEMO);
  for (const { id } of demo.plan.devices) {
    expect(formatRecording(instancesOf(again, id))).toBe(formatRecording(instancesOf(demo, id)));
  }
});

test('an agent answers in order, every OID once, and its recording reads back', () => {
  for (const { id } of demo.plan.devices) {
    for (const vlan of [undefined, ...contextsOf(demo, id)]) {
      const instances = instancesOf(demo, id, vlan);
      expect(parseRecording(formatRecording(instances)).length).toBe(instances.length);
    }
  }
});

/** Independent of the spanning tree code: counts links and walks the active ones. */
function expectTree(network: Network): void {
  const { links, tree } = stateOf(network.plan);
  const switches = network.plan.devices.filter((device) => device.role !== 'router').map((device) => device.id);
  const neighbours = new Map<string, string[]>(switches.map((id) => [id, []]));
  const all = new Map<string, string[]>(switches.map((id) => [id, []]));
  let active = 0;
  for (const link of links) {
    if (!link.up || !neighbours.has(link.a.device) || !neighbours.has(link.b.device)) continue;
    all.get(link.a.device)?.push(link.b.device);
    all.get(link.b.device)?.push(link.a.device);
    if ([link.a, link.b].some((end) => tree.ports.get(portKey(end))?.state !== 'forwarding')) continue;
    active++;
    neighbours.get(link.a.device)?.push(link.b.device);
    neighbours.get(link.b.device)?.push(link.a.device);
  }
  const components = (graph: Map<string, string[]>): string[] => {
    const colour = new Map<string, string>();
    for (const start of switches) {
      const queue = colour.has(start) ? [] : [start];
      for (const at of queue) {
        if (colour.has(at)) continue;
        colour.set(at, start);
        queue.push(...(graph.get(at) ?? []));
      }
    }
    return switches.map((id) => colour.get(id) ?? '');
  };
  expect(components(neighbours)).toEqual(components(all));
  expect(active).toBe(switches.length - new Set(components(all)).size);
}

test('the active links are a spanning forest, whatever is cut', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.array(fc.nat(), { maxLength: 6 }), (seed, cuts) => {
      let network = generateNetwork({ ...small, seed, corePair: seed % 2 === 0, redundantRatio: 0.8 });
      expectTree(network);
      for (const cut of cuts) {
        const { links } = stateOf(network.plan);
        network = cutLink(network, links[cut % links.length]?.id ?? '');
      }
      expectTree(network);
    }),
    { numRuns: 40 },
  );
});

test('a host that broadcasts is in every table of its VLAN, and following the tables leads to it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const { plan } = generateNetwork({ ...small, seed, movedRatio: 0 });
      const { forwarding, links } = stateOf(plan);
      const farOf = new Map(links.flatMap((l) => [[portKey(l.a), l.b] as const, [portKey(l.b), l.a] as const]));
      for (const host of plan.stations.filter((station) => station.kind === 'host' && station.talk === 'broadcast')) {
        for (const device of plan.devices.filter((d) => d.role !== 'router' && d.vlans.includes(host.vlan))) {
          let at = device.id;
          for (let hops = 0; hops < 20; hops++) {
            const ifIndex = forwarding.get(at)?.get(host.vlan)?.get(host.mac);
            if (at === host.at.device && ifIndex === host.at.ifIndex) break;
            at = farOf.get(`${at}/${ifIndex}`)?.device ?? 'nowhere';
          }
          expect(at).toBe(host.at.device);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('silent hosts are in no table, and those that talk to their gateway are not everywhere', () => {
  const { plan } = generateNetwork({ ...small, seed: 3, silentRatio: 0.3, broadcastRatio: 0.3 });
  const tables = [...stateOf(plan).forwarding.values()];
  const seenBy = (mac: string) =>
    tables.filter((table) => [...table.values()].some((rows) => [...rows.keys()].some((m) => m === mac)));
  const of = (talk: string) => plan.stations.filter((station) => station.kind === 'host' && station.talk === talk);
  expect(of('silent').every((host) => seenBy(host.mac).length === 0)).toBe(true);
  const mean = (talk: string) => of(talk).reduce((sum, host) => sum + seenBy(host.mac).length, 0) / of(talk).length;
  expect(mean('gateway')).toBeLessThan(mean('broadcast'));
  expect(mean('gateway')).toBeGreaterThan(0);
});

test('a cut uplink gives way to the blocked one, and comes back', () => {
  const truth = truthOf(demo);
  const blocked = truth.links.find((link) => link.blocked && link.a.device.includes('access'));
  expect(blocked).toBeDefined();
  const lower = blocked?.a.device ?? '';
  const uplink = stateOf(demo.plan).links.find((link) =>
    [link.a, link.b].some(
      (end) => end.device === lower && stateOf(demo.plan).tree.ports.get(portKey(end))?.role === 'root',
    ),
  );
  const cut = cutLink(demo, uplink?.id ?? '');
  expectTree(cut);
  const after = truthOf(cut).links.find((link) => link.a.device === lower && link.a.ifIndex === blocked?.a.ifIndex);
  expect(after?.blocked).toBe(false);
  const ifIndex = uplink?.a.device === lower ? uplink.a.ifIndex : uplink?.b.ifIndex;
  expect(valueOf(cut, lower, `1.3.6.1.2.1.2.2.1.8.${ifIndex}`)).toBe(2);
  expect(truthOf(restoreLink(cut, uplink?.id ?? '')).links).toEqual(truth.links);
});

test('one lost member leaves an aggregate up', () => {
  const link = stateOf(demo.plan).links.find((candidate) => candidate.isAggregate);
  const cut = cutLink(demo, link?.cables[0] ?? '');
  expect(stateOf(cut.plan).links.find((candidate) => candidate.id === link?.id)?.up).toBe(true);
  expect(
    truthOf(cut).links.find((l) => `${l.a.device}/${l.a.ifIndex}` === portKey(link?.a ?? { device: '', ifIndex: 0 }))
      ?.members,
  ).toHaveLength((link?.cables.length ?? 0) - 1);
});

test('a moved host is found at its new port', () => {
  const host = truthOf(demo).hosts.find((candidate) => candidate.inTable);
  const target = demo.plan.devices.find((device) => device.role === 'access' && device.id !== host?.device);
  const port =
    target?.ports.find((candidate) => candidate.accessVlan === host?.vlans[0]) ??
    target?.ports.find((p) => (p.accessVlan ?? 1) > 1);
  const to = { device: target?.id ?? '', ifIndex: port?.ifIndex ?? 0 };
  const moved = moveHost(demo, host?.mac as NonNullable<typeof host>['mac'], to);
  expect(truthOf(moved).hosts.find((candidate) => candidate.mac === host?.mac)).toMatchObject({ ...to, inTable: true });
});

test('counters grow with time and a restart begins anew', () => {
  const port = [...stateOf(demo.plan).load.keys()].find((key) => key.startsWith('core-1/'))?.split('/')[1];
  const oid = `1.3.6.1.2.1.31.1.1.1.6.${port}`;
  const later = advance(demo, 60);
  const latest = advance(later, 60);
  const [first, second, third] = [demo, later, latest].map((n) => valueOf(n, 'core-1', oid) as bigint) as [
    bigint,
    bigint,
    bigint,
  ];
  expect(second > first && third > second).toBe(true);
  const restarted = rebootDevice(latest, 'core-1');
  expect(valueOf(restarted, 'core-1', oid)).toBe(0n);
  expect(valueOf(restarted, 'core-1', '1.3.6.1.2.1.1.3.0')).toBe(0);
});

test('Cisco switches answer one VLAN a context', () => {
  const network = generateNetwork({ ...small, seed: 5, ciscoRatio: 1 });
  const access = network.plan.devices.find((device) => device.role === 'access')?.id ?? '';
  const rows = (vlan?: number) =>
    instancesOf(network, access, vlan).filter((instance) =>
      instance.oid.join('.').startsWith('1.3.6.1.2.1.17.4.3.1.2.'),
    ).length;
  expect(rows()).toBe(0);
  expect(contextsOf(network, access).reduce((sum, vlan) => sum + rows(vlan), 0)).toBeGreaterThan(10);
});

test('both halves of an MLAG pair forward to the switch below over their own port', () => {
  const network = generateNetwork({ ...small, seed: 2, mlagPairs: 1, chainRatio: 0, redundantRatio: 0 });
  const { forwarding, links } = stateOf(network.plan);
  const halves = network.plan.devices.filter((device) => device.mlagPeer !== null);
  expect(halves).toHaveLength(2);
  const access = network.plan.devices.find((device) => device.role === 'access');
  const host = network.plan.stations.find(
    (station) => station.at.device === access?.id && station.talk === 'broadcast' && station.kind === 'host',
  );
  for (const half of halves) {
    const ifIndex = forwarding
      .get(half.id)
      ?.get(host?.vlan ?? 0)
      ?.get(host?.mac as NonNullable<typeof host>['mac']);
    const link = links.find((candidate) =>
      [candidate.a, candidate.b].some((end) => portKey(end) === `${half.id}/${ifIndex}`),
    );
    expect([link?.a.device, link?.b.device]).toContain(access?.id);
  }
  const lower = truthOf(network).links.filter((link) => link.a.device === access?.id || link.b.device === access?.id);
  expect(lower.map((link) => link.blocked)).toEqual([false, false]);
});
