import fc from 'fast-check';
import { parseIp } from '../lib/ip.js';
import { emptyFacts, type ArpFact, type DeviceFacts, type InterfaceFact, type RouteFact } from './facts.js';
import { routingView } from './routing-view.js';

const port = (ifIndex: number, mac: string | null, ...addresses: string[]): InterfaceFact => ({
  ifIndex,
  ifName: `Gi0/${ifIndex}`,
  ifDescr: null,
  ifAlias: null,
  ifType: 6,
  mac,
  speedBps: null,
  adminStatus: 'up',
  operStatus: 'up',
  lastChangeMs: null,
  inOctets: null,
  outOctets: null,
  counterBits: 64,
  addresses: addresses.map((text) => {
    const [ip = '', length] = text.split('/');
    return { ip, prefixLength: length === undefined ? null : Number(length) };
  }),
});
const arp = (ifIndex: number, ip: string, mac: string): ArpFact => ({ ifIndex, ip, mac, type: 'dynamic' });
const local = (network: string, prefixLength: number, ifIndex: number): RouteFact => ({
  network,
  prefixLength,
  nextHop: null,
  ifIndex,
  type: 'local',
  protocol: 'local',
  metric: 0,
});
const report = {
  kind: 'routes',
  outcome: 'complete',
  detail: null,
  readAt: '',
  rows: 2,
  used: 2,
  dropped: {},
} as const;
const device = (deviceId: string, site: string | null, more: Partial<DeviceFacts>): DeviceFacts => ({
  ...emptyFacts(deviceId, ''),
  site,
  tables: { inetCidrRouteTable: report },
  ...more,
});
const viewOf = (...all: DeviceFacts[]) => routingView(new Map(all.map((one) => [one.deviceId, one])));

const MAC = { r1: '00:00:00:00:00:01', r2: '00:00:00:00:00:02', r3: '00:00:00:00:00:03', host: '00:00:00:00:00:99' };
const VRRP = '00:00:5e:00:01:0a';
const lan = local('10.0.0.0', 24, 1);
const wan = local('172.31.0.0', 30, 2);

/** r1 asks who has 10.0.0.2 on its port 1. */
test.each<[string, DeviceFacts[], string | undefined]>([
  [
    'ARP and address agree',
    [
      device('r1', 'a', { interfaces: [port(1, MAC.r1, '10.0.0.1/24')], arp: [arp(1, '10.0.0.2', MAC.r2)] }),
      device('r2', 'b', { interfaces: [port(5, MAC.r2, '10.0.0.2/24')] }),
    ],
    'r2 Gi0/5 0.9',
  ],
  [
    'two own the address, ARP tells which',
    [
      device('r1', null, { interfaces: [port(1, MAC.r1, '10.0.0.1/24')], arp: [arp(1, '10.0.0.2', MAC.r2)] }),
      device('r2', null, { interfaces: [port(5, MAC.r2, '10.0.0.2/24')] }),
      device('r3', null, { interfaces: [port(6, MAC.r3, '10.0.0.2/24')] }),
    ],
    'r2 Gi0/5 0.9',
  ],
  [
    'two own the address, one in the same site',
    [
      device('r1', 'a', { interfaces: [port(1, MAC.r1, '10.0.0.1/24')] }),
      device('r2', 'a', { interfaces: [port(5, MAC.r2, '10.0.0.2/24')] }),
      device('r3', 'b', { interfaces: [port(6, MAC.r3, '10.0.0.2/24')] }),
    ],
    'r2 Gi0/5 0.6',
  ],
  [
    'two own the address and nothing tells them apart',
    [
      device('r1', null, { interfaces: [port(1, MAC.r1, '10.0.0.1/24')] }),
      device('r2', null, { interfaces: [port(5, MAC.r2, '10.0.0.2/24')] }),
      device('r3', null, { interfaces: [port(6, MAC.r3, '10.0.0.2/24')] }),
    ],
    undefined,
  ],
  [
    'a device of another site owns it, without a network in common',
    [
      device('r1', 'a', { interfaces: [port(1, MAC.r1, '192.0.2.1/24')] }),
      device('r2', 'b', { interfaces: [port(5, MAC.r2, '10.0.0.2/24')] }),
    ],
    undefined,
  ],
  [
    'the only one of another site, on a network that both are on',
    [
      device('r1', 'a', { interfaces: [port(1, MAC.r1, '10.0.0.1/30')] }),
      device('r2', 'b', { interfaces: [port(5, MAC.r2, '10.0.0.2/30')] }),
    ],
    'r2 Gi0/5 0.6',
  ],
  [
    'ARP names a MAC that no device has, though one of another site owns the address',
    [
      device('r1', 'a', { interfaces: [port(1, MAC.r1, '10.0.0.1/24')], arp: [arp(1, '10.0.0.2', MAC.host)] }),
      device('r2', 'b', { interfaces: [port(5, MAC.r2, '10.0.0.2/24')] }),
    ],
    `host:${MAC.host} - 0.9`,
  ],
  [
    'a virtual router answers',
    [
      device('r1', 'a', { interfaces: [port(1, MAC.r1, '10.0.0.1/24')], arp: [arp(1, '10.0.0.2', VRRP)] }),
      device('r2', 'a', { interfaces: [port(5, MAC.r2, '10.0.0.3/24', '10.0.0.2/24')] }),
    ],
    'r2 Gi0/5 0.6',
  ],
  [
    'the MAC of a device whose addresses were not read',
    [
      device('r1', 'a', { interfaces: [port(1, MAC.r1, '10.0.0.1/24')], arp: [arp(1, '10.0.0.2', MAC.r2)] }),
      device('r2', 'b', { interfaces: [port(5, MAC.r2)] }),
    ],
    'r2 Gi0/5 0.6',
  ],
  [
    'two MACs for one address: a conflict',
    [
      device('r1', 'a', {
        interfaces: [port(1, MAC.r1, '10.0.0.1/24')],
        arp: [arp(1, '10.0.0.2', MAC.r2), arp(1, '10.0.0.2', MAC.host)],
      }),
      device('r2', 'a', { interfaces: [port(5, MAC.r2, '10.0.0.2/24')] }),
    ],
    undefined,
  ],
])('the neighbour: %s', (_name, all, expected) => {
  const found = viewOf(...all).neighbour('r1', parseIp('10.0.0.2'), 1);
  expect(found && `${found.node} ${found.ifName ?? '-'} ${found.confidence}`).toBe(expected);
});

const router = (id: string, mac: string, addresses: string[], hosts: ArpFact[] = []) =>
  device(id, 'a', {
    interfaces: [port(1, mac, ...addresses), port(2, mac, `172.31.0.${id.slice(1)}/30`)],
    routes: [lan, wan],
    arp: hosts,
  });
const knows = arp(1, '10.0.0.77', MAC.host);

test.each<[string, DeviceFacts[], string[]]>([
  ['the router that knows it by ARP', [router('r1', MAC.r1, ['10.0.0.1/24'], [knows])], ['r1 Gi0/1 10.0.0.0/24']],
  [
    'not a switch that talked to it: one network is no router',
    [
      router('r1', MAC.r1, ['10.0.0.1/24'], [knows]),
      device('sw', 'a', { interfaces: [port(1, MAC.r3, '10.0.0.9/24')], routes: [lan], arp: [knows] }),
    ],
    ['r1 Gi0/1 10.0.0.0/24'],
  ],
  [
    'of a pair the one that has the virtual address now',
    [
      router('r1', MAC.r1, ['10.0.0.2/24'], [knows]),
      router('r2', MAC.r2, ['10.0.0.3/24', '10.0.0.1/24'], [knows]),
      device('sw', 'a', { arp: [arp(9, '10.0.0.1', VRRP)] }),
    ],
    ['r2 Gi0/1 10.0.0.0/24'],
  ],
  [
    'both where nothing tells',
    [router('r1', MAC.r1, ['10.0.0.2/24'], [knows]), router('r2', MAC.r2, ['10.0.0.3/24'], [knows])],
    ['r1 Gi0/1 10.0.0.0/24', 'r2 Gi0/1 10.0.0.0/24'],
  ],
  ['none that has no address there', [router('r1', MAC.r1, ['10.9.0.1/24'], [knows])], []],
])('the gateway of a host: %s', (_name, all, expected) => {
  const gateways = viewOf(...all).gateways(`host:${MAC.host}`);
  expect(gateways.map(({ device: id, ifName, network }) => `${id} ${ifName} ${network}`)).toEqual(expected);
});

test('addresses: of a device its loopbacks first and none of its own use; of a host what ARP says', () => {
  const view = viewOf(
    device('r1', 'a', {
      interfaces: [
        port(1, MAC.r1, '10.0.0.1/24', 'fe80::1/64'),
        { ...port(2, null, '192.0.2.1/32', '127.0.0.1/8'), ifType: 24 },
      ],
      arp: [knows, arp(1, '10.0.0.70', MAC.host)],
    }),
  );
  expect(view.addresses('r1')).toEqual(['192.0.2.1', '10.0.0.1']);
  expect(view.addresses(`host:${MAC.host}`)).toEqual(['10.0.0.70', '10.0.0.77']);
  expect(view.addresses('nobody')).toEqual([]);
});

test('routes: names of ports, own next hops as connected, and why there are none', () => {
  const via = { ...local('10.5.0.0', 16, 1), nextHop: '10.0.0.1', type: 'remote', protocol: 'static' } as const;
  const view = viewOf(
    device('r1', 'a', { interfaces: [port(1, MAC.r1, '10.0.0.1/24')], routes: [lan, via] }),
    device('sw', 'a', {}),
    device('late', 'a', { tables: {} }),
    device('lost', 'a', { routes: [lan], tables: { t: { ...report, outcome: 'timeout', detail: 'no answer' } } }),
  );
  expect(view.routes('r1')?.map(({ nextHop, ifName }) => [nextHop, ifName])).toEqual([
    [null, 'Gi0/1'],
    [null, 'Gi0/1'],
  ]);
  expect(['sw', 'late', 'lost', 'ext:x'].map((id) => [view.routes(id), view.whyNoRoutes(id)])).toEqual([
    [null, 'sw shows no routes'],
    [null, 'the routing table of late was not read yet'],
    [null, 'the routing table of lost is not known: no answer'],
    [null, 'ext:x is not polled'],
  ]);
});

test('nobody is a neighbour of an address that is not in its tables, and the order of devices does not matter', () => {
  const anyDevice = fc.record({
    last: fc.integer({ min: 1, max: 5 }),
    site: fc.constantFrom('a', 'b'),
    knows: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(anyDevice, { minLength: 2, maxLength: 6 }), (rows) => {
      const all = rows.map(({ last, site, knows: sees }, i) =>
        device(`d${i}`, site, {
          interfaces: [port(1, `00:00:00:00:01:0${i}`, `10.0.0.${last}/24`)],
          arp: sees ? [arp(1, `10.0.0.${rows[0]?.last}`, '00:00:00:00:01:00')] : [],
        }),
      );
      const asked = parseIp(`10.0.0.${rows[0]?.last}`);
      const answers = (facts: DeviceFacts[]) =>
        all.map(({ deviceId }) => JSON.stringify(viewOf(...facts).neighbour(deviceId, asked, 1) ?? null));
      expect(answers([...all].reverse())).toEqual(answers(all));
      for (const answer of answers(all)) {
        const found = JSON.parse(answer) as { node: string } | null;
        if (found) expect(rows[Number(found.node.slice(1))]?.last).toBe(rows[0]?.last);
      }
      expect(viewOf(...all).neighbour('d1', parseIp('10.99.0.1'), 1)).toBeUndefined();
    }),
  );
});
