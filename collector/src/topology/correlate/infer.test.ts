import fc from 'fast-check';
import {
  emptyFacts,
  type ArpFact,
  type CdpFact,
  type DeviceFacts,
  type InterfaceFact,
  type LldpFact,
  type MacFact,
  type StpPortFact,
} from '../facts.js';
import { infer } from './infer.js';
import type { Inference } from './inference.js';

type Draft = { -readonly [K in keyof DeviceFacts]: DeviceFacts[K] };

const hex = (value: number) => value.toString(16).padStart(2, '0');
/** Device 1 owns 00:10:00:00:01:xx; its chassis and bridge address end in 00, port n in n. */
const macOf = (device: number, port = 0) => `00:10:00:00:${hex(device)}:${hex(port)}`;
const hostMac = (host: number) => `00:20:00:00:00:${hex(host)}`;

const port = (device: number, ifIndex: number, overrides: Partial<InterfaceFact> = {}): InterfaceFact => ({
  ifIndex,
  ifName: `Gi0/${ifIndex}`,
  ifDescr: `GigabitEthernet0/${ifIndex}`,
  ifAlias: null,
  ifType: 6,
  mac: macOf(device, ifIndex),
  speedBps: 1e9,
  adminStatus: 'up',
  operStatus: 'up',
  lastChangeMs: null,
  inOctets: null,
  outOctets: null,
  counterBits: 64,
  addresses: [],
  ...overrides,
});

/** A switch with ports 1 to 9 that says nothing yet. */
function device(id: string, number: number, fill: (facts: Draft) => void = () => {}): DeviceFacts {
  const facts: Draft = { ...emptyFacts(id, '2026-01-01T00:00:00.000Z') };
  facts.system = { ...facts.system, sysName: id };
  facts.interfaces = Array.from({ length: 9 }, (_, at) => port(number, at + 1));
  facts.bridge = {
    ...facts.bridge,
    baseAddress: macOf(number),
    ports: facts.interfaces.map(({ ifIndex }) => ({ port: ifIndex, ifIndex })),
  };
  facts.localIdentity = {
    ...facts.localIdentity,
    chassisSubtype: 4,
    chassisId: macOf(number),
    chassisMac: macOf(number),
  };
  facts.localPorts = facts.interfaces.map(({ ifIndex, ifName }) => ({
    portNum: ifIndex,
    source: 'lldp' as const,
    ifIndex,
    portSubtype: 5,
    portId: ifName,
    portMac: null,
    portDescr: null,
  }));
  fill(facts);
  return facts;
}

const sees = (ifIndex: number | null, remote: Partial<LldpFact> & { number?: number; port?: number }): LldpFact => ({
  localPortNum: ifIndex ?? 0,
  remIndex: remote.number ?? 1,
  ifIndex,
  localPort: null,
  chassisSubtype: 4,
  chassisId: remote.number === undefined ? null : macOf(remote.number),
  chassisMac: remote.number === undefined ? null : macOf(remote.number),
  portSubtype: 5,
  portId: remote.port === undefined ? null : `Gi0/${remote.port}`,
  portMac: null,
  portDescr: null,
  sysName: null,
  sysDescr: null,
  capabilities: ['bridge'],
  managementIps: [],
  aggregatePort: null,
  ...remote,
});

const heard = (ifIndex: number, deviceId: string, portId: string, more: Partial<CdpFact> = {}): CdpFact => ({
  ifIndex,
  deviceIndex: 1,
  deviceId,
  deviceMac: null,
  portId,
  portMac: null,
  platform: null,
  sysName: null,
  capabilities: ['bridge'],
  addresses: [],
  ...more,
});

const learned = (ifIndex: number, ...macs: string[]): MacFact[] =>
  macs.map((mac) => ({ vlan: 1, fdbId: 1, mac, bridgePort: ifIndex, ifIndex, status: 'learned' }));

const stp = (ifIndex: number, state: StpPortFact['state'], bridge: number, designatedPort: number): StpPortFact => ({
  vlan: null,
  port: ifIndex,
  ifIndex,
  state,
  designatedRoot: macOf(1),
  designatedBridge: macOf(bridge),
  designatedPort,
  designatedPortRaw: 0x8000 | designatedPort,
});

const arp = (ifIndex: number, ip: string, mac: string): ArpFact => ({ ifIndex, ip, mac, type: 'dynamic' });

const address = (number: number, ifIndex: number, ip: string, prefixLength = 24) =>
  port(number, ifIndex, { addresses: [{ ip, prefixLength }] });

const replace = (interfaces: readonly InterfaceFact[], ...news: InterfaceFact[]) =>
  interfaces.map((fact) => news.find(({ ifIndex }) => ifIndex === fact.ifIndex) ?? fact);

const text = ({ links }: Inference) =>
  links.map(({ a, b, method, sides, layer }) => {
    const end = (side: typeof a) => `${side.device}:${side.ifIndex ?? '?'}`;
    return `${end(a)} ${end(b)} ${method}${sides}${layer === 3 ? ' L3' : ''}`;
  });
const hostsOf = ({ hosts }: Inference) =>
  hosts.map(({ mac, device: at, ifIndex }) => `${mac.slice(-2)} ${at}:${ifIndex}`);
const segmentsOf = ({ segments }: Inference) =>
  segments.map(
    ({ ports, macs }) => `${ports.map((one) => `${one.device}:${one.ifIndex ?? '?'}`).join(' ')} ${macs.length}`,
  );

describe('neighbour protocols', () => {
  test.each<[string, DeviceFacts[], string[]]>([
    [
      'R1: both ends agree',
      [
        device('a', 1, (d) => (d.lldp = [sees(1, { number: 2, port: 5 })])),
        device('b', 2, (d) => (d.lldp = [sees(5, { number: 1, port: 1 })])),
      ],
      ['a:1 b:5 lldp2'],
    ],
    [
      'R2: one end reports',
      [device('a', 1, (d) => (d.lldp = [sees(1, { number: 2, port: 5 })])), device('b', 2)],
      ['a:1 b:5 lldp1'],
    ],
    [
      'R2: the other end is not polled',
      [device('a', 1, (d) => (d.lldp = [sees(1, { number: 7, port: 5, sysName: 'stranger' })]))],
      ['a:1 ext:00:10:00:00:07:00:? lldp1'],
    ],
    [
      'LLDP and CDP on one cable are one link',
      [
        device('a', 1, (d) => {
          d.lldp = [sees(1, { number: 2, port: 5 })];
          d.cdp = [heard(1, 'b', 'GigabitEthernet0/5')];
        }),
        device('b', 2, (d) => (d.cdp = [heard(5, 'a', 'GigabitEthernet0/1')])),
      ],
      ['a:1 b:5 lldp2'],
    ],
    [
      'a local port that is not told comes from the other end',
      [
        device('a', 1, (d) => (d.lldp = [sees(null, { number: 2, port: 5 })])),
        device('b', 2, (d) => (d.lldp = [sees(5, { number: 1, port: 1 })])),
      ],
      ['a:1 b:5 lldp2'],
    ],
    [
      'a far port that cannot be read comes from the other end',
      [
        device('a', 1, (d) => (d.lldp = [sees(1, { number: 2, portId: 'uplink' })])),
        device('b', 2, (d) => (d.lldp = [sees(5, { number: 1, portId: 'to b' })])),
      ],
      ['a:1 b:5 lldp2'],
    ],
    [
      'parallel cables stay two links',
      [
        device('a', 1, (d) => (d.lldp = [sees(1, { number: 2, port: 5 }), sees(2, { number: 2, port: 6 })])),
        device('b', 2, (d) => (d.lldp = [sees(5, { number: 1, port: 1 }), sees(6, { number: 1, port: 2 })])),
      ],
      ['a:1 b:5 lldp2', 'a:2 b:6 lldp2'],
    ],
    [
      'R17: a device is not its own neighbour',
      [device('a', 1, (d) => (d.lldp = [sees(1, { number: 1, port: 2 }), sees(2, { number: 1, port: 1 })]))],
      [],
    ],
    [
      'three claims about one unpolled device name one node',
      [1, 2, 3].map((n) =>
        device(`s${n}`, n, (d) => (d.lldp = [sees(1, { number: 9, portId: `p${n}`, sysName: 'sw21' })])),
      ),
      [1, 2, 3].map((n) => `ext:00:10:00:00:09:00:? s${n}:1 lldp1`),
    ],
    [
      'a default name that another device has too is no identity',
      [
        device('a', 1, (d) => (d.lldp = [sees(1, { number: 9, port: 1, sysName: 'switch' })])),
        device('b', 2, (d) => (d.system = { ...d.system, sysName: 'Switch' })),
      ],
      ['a:1 ext:00:10:00:00:09:00:? lldp1'],
    ],
  ])('%s', (_name, facts, links) => {
    expect(text(infer(facts))).toEqual(links);
  });

  test('R17 is a warning', () => {
    const { warnings } = infer([device('a', 1, (d) => (d.lldp = [sees(1, { number: 1, port: 2 })]))]);
    expect(warnings).toMatchObject([{ kind: 'self-neighbour', device: 'a' }]);
  });

  test('R3: contradicting rows keep both links and cost more than any bonus gives', () => {
    const { links, warnings } = infer([
      device('a', 1, (d) => (d.lldp = [sees(1, { number: 2, port: 5 })])),
      device('b', 2, (d) => (d.lldp = [sees(5, { number: 3, port: 7 })])),
      device('c', 3, (d) => (d.lldp = [sees(7, { number: 2, port: 5 })])),
    ]);
    expect(
      links.map(({ a, b, score }) => [a.device, b.device, score.some(({ name }) => name === 'contradicted')]),
    ).toEqual([
      ['a', 'b', true],
      ['b', 'c', false],
    ]);
    expect((links[0]?.confidence ?? 1) < (links[1]?.confidence ?? 0) - 0.15).toBe(true);
    expect(warnings.some(({ kind }) => kind === 'contradiction')).toBe(true);
  });

  test('R4: several neighbours named on one port at once are one segment', () => {
    const found = infer([
      device('a', 1, (d) => (d.lldp = [sees(1, { number: 2, port: 5 }), sees(1, { number: 3, port: 7 })])),
      device('b', 2, (d) => (d.lldp = [sees(5, { number: 1, port: 1 }), sees(5, { number: 3, port: 7 })])),
      device('c', 3),
    ]);
    expect(text(found)).toEqual([]);
    expect(segmentsOf(found)).toEqual(['a:1 b:5 c:7 0']);
  });

  test('R4: a phone with a computer behind it is no segment', () => {
    const found = infer([
      device('a', 1, (d) => {
        d.lldp = [
          sees(1, { number: 7, portId: 'p', sysName: 'phone', capabilities: ['telephone', 'bridge'] }),
          sees(1, { number: 8, portId: 'eth0', sysName: 'pc', capabilities: ['station'] }),
        ];
      }),
    ]);
    expect(segmentsOf(found)).toEqual([]);
    expect(text(found)).toEqual(['a:1 ext:00:10:00:00:07:00:? lldp1']);
  });
});

describe('aggregates and spanning tree', () => {
  const aggregate = (d: Draft, number: number, members: number[]) => {
    d.interfaces = [
      ...d.interfaces,
      port(number, 100, { ifName: 'Po1', ifDescr: 'Port-channel1', ifType: 161, mac: null }),
    ];
    d.bridge = { ...d.bridge, ports: [...d.bridge.ports, { port: 100, ifIndex: 100 }] };
    d.lag = members.map((memberIfIndex) => ({
      aggregateIfIndex: 100,
      memberIfIndex,
      source: 'pagp' as const,
      actorSystem: null,
      actorPort: null,
      partnerSystem: null,
      partnerPort: null,
    }));
  };

  test('R14: cables of an aggregate are one logical link with members', () => {
    const { links } = infer([
      device('a', 1, (d) => {
        aggregate(d, 1, [1, 2]);
        d.lldp = [sees(1, { number: 2, port: 5 }), sees(2, { number: 2, port: 6 })];
      }),
      device('b', 2, (d) => {
        aggregate(d, 2, [5, 6]);
        d.lldp = [sees(5, { number: 1, port: 1 }), sees(6, { number: 1, port: 2 })];
      }),
    ]);
    expect(links).toMatchObject([
      {
        a: { ifIndex: 100 },
        b: { ifIndex: 100 },
        method: 'lldp',
        sides: 2,
        members: [
          [1, 5],
          [2, 6],
        ],
      },
    ]);
  });

  test('LACP partners find each other without LLDP; an all-zero partner never matches', () => {
    const lacp = (d: Draft, member: number, actor: string, partner: string | null, partnerPort: number | null) => {
      aggregate(d, 1, []);
      d.lag = [
        {
          aggregateIfIndex: 100,
          memberIfIndex: member,
          source: 'dot3ad',
          actorSystem: actor,
          actorPort: member,
          partnerSystem: partner,
          partnerPort,
        },
      ];
    };
    const pair = (known: boolean) =>
      infer([
        device('a', 1, (d) => lacp(d, 1, macOf(1), known ? macOf(2) : null, known ? 5 : null)),
        device('b', 2, (d) => lacp(d, 5, macOf(2), known ? macOf(1) : null, known ? 1 : null)),
      ]);
    expect(pair(true).links).toMatchObject([
      { method: 'lag', a: { ifIndex: 100 }, b: { ifIndex: 100 }, members: [[1, 5]] },
    ]);
    expect(pair(false).links).toEqual([]);
  });

  test('a blocked port is found by spanning tree, which no forwarding table could', () => {
    const { links } = infer([
      device('a', 1, (d) => (d.stp = { bridges: [], ports: [stp(1, 'forwarding', 1, 1)] })),
      device('b', 2, (d) => (d.stp = { bridges: [], ports: [stp(5, 'blocking', 1, 1)] })),
    ]);
    expect(links).toMatchObject([{ a: { ifIndex: 1 }, b: { ifIndex: 5 }, method: 'stp', sides: 1, blocked: true }]);
  });

  test.each([
    ['a pair that shares its bridge address (MLAG)', (d: Draft) => (d.bridge = { ...d.bridge, baseAddress: macOf(1) })],
  ])('spanning tree says nothing about %s', (_name, change) => {
    const found = infer([
      device('a', 1, (d) => (d.stp = { bridges: [], ports: [stp(1, 'forwarding', 1, 1)] })),
      device('b', 2, (d) => (d.stp = { bridges: [], ports: [stp(5, 'forwarding', 1, 1)] })),
      device('c', 3, (d) => {
        change(d);
        d.localIdentity = { ...d.localIdentity, chassisMac: null, chassisId: null };
      }),
    ]);
    expect(found.links).toEqual([]);
  });

  test('R13: LLDP to a bridge on the port outranks spanning tree to one behind it', () => {
    const found = infer([
      device('a', 1, (d) => (d.stp = { bridges: [], ports: [stp(1, 'forwarding', 1, 1)] })),
      device('b', 2, (d) => {
        d.lldp = [sees(5, { number: 9, port: 1, sysName: 'between' })];
        d.stp = { bridges: [], ports: [stp(5, 'forwarding', 1, 1)] };
      }),
    ]);
    expect(text(found)).toEqual(['b:5 ext:00:10:00:00:09:00:? lldp1']);
  });
});

/** a:9 – 1:b:9 – 1:c, hosts 1 to 3 on a, 4 to 6 on b, 7 to 9 on c. */
function chain({ macsVisible }: { macsVisible: boolean }): DeviceFacts[] {
  const hosts = (...ids: number[]) => ids.map(hostMac);
  const bridges = (...ids: number[]) => (macsVisible ? ids.map((id) => macOf(id)) : []);
  const own = (...ids: number[]) => ids.flatMap((id, at) => learned(2 + at, hostMac(id)));
  return [
    device('a', 1, (d) => (d.mac = [...own(1, 2, 3), ...learned(9, ...hosts(4, 5, 6, 7, 8, 9), ...bridges(2, 3))])),
    device('b', 2, (d) => {
      d.mac = [
        ...own(4, 5, 6),
        ...learned(1, ...hosts(1, 2, 3), ...bridges(1)),
        ...learned(9, ...hosts(7, 8, 9), ...bridges(3)),
      ];
    }),
    device('c', 3, (d) => (d.mac = [...own(7, 8, 9), ...learned(1, ...hosts(1, 2, 3, 4, 5, 6), ...bridges(1, 2))])),
  ];
}

const CHAIN_HOSTS = ['a', 'b', 'c'].flatMap((id, at) => [1, 2, 3].map((n) => `${hex(at * 3 + n)} ${id}:${n + 1}`));

describe('forwarding tables', () => {
  test.each([
    ['R8: with their own MACs visible', true],
    ['R9: with shared hosts only', false],
  ])('finds neighbours, and no third bridge skipped: %s', (_name, macsVisible) => {
    const found = infer(chain({ macsVisible }));
    expect(text(found)).toEqual(['a:9 b:1 bridge0', 'b:9 c:1 bridge0']);
    expect(hostsOf(found)).toEqual(CHAIN_HOSTS);
  });

  test('device MACs are worth more than shared hosts', () => {
    const [seen, shared] = [true, false].map((macsVisible) => infer(chain({ macsVisible })).links[0]?.score[0]?.value);
    expect([seen, shared]).toEqual([0.92, 0.86]);
  });

  test('without the middle bridge its hosts hang on a segment between the others', () => {
    const [a, , c] = chain({ macsVisible: false }) as [DeviceFacts, DeviceFacts, DeviceFacts];
    const found = infer([a, c]);
    expect(text(found)).toEqual([]);
    expect(segmentsOf(found)).toEqual(['a:9 c:1 3']);
    expect(found.segments[0]?.macs).toEqual([4, 5, 6].map(hostMac));
  });

  test('a bridge that nobody polls between three others is one segment', () => {
    const on = (...ids: number[]) => learned(9, ...ids.map(hostMac));
    const found = infer([
      device('a', 1, (d) => (d.mac = [...learned(2, hostMac(1)), ...learned(3, hostMac(2)), ...on(3, 4, 5, 6)])),
      device('b', 2, (d) => (d.mac = [...learned(2, hostMac(3)), ...learned(3, hostMac(4)), ...on(1, 2, 5, 6)])),
      device('c', 3, (d) => (d.mac = [...learned(2, hostMac(5)), ...learned(3, hostMac(6)), ...on(1, 2, 3, 4)])),
    ]);
    expect(text(found)).toEqual([]);
    expect(segmentsOf(found)).toEqual(['a:9 b:9 c:9 0']);
  });

  test('R9: a single shared host proves nothing', () => {
    const found = infer([
      device('a', 1, (d) => (d.mac = [...learned(1, hostMac(1)), ...learned(2, hostMac(2))])),
      device('b', 2, (d) => (d.mac = [...learned(5, hostMac(1)), ...learned(6, hostMac(3))])),
    ]);
    expect(text(found)).toEqual([]);
  });

  test('R9: a host that moved and left a row behind does not hide the link, and is placed where it is now', () => {
    const facts = Array.from({ length: 40 }, (_, at) => at + 1);
    const found = infer([
      device('a', 1, (d) => {
        d.mac = [
          ...facts.slice(0, 20).flatMap((id) => learned(2 + (id % 5), hostMac(id))),
          ...learned(9, ...facts.slice(20).map(hostMac)),
        ];
      }),
      device('b', 2, (d) => {
        d.mac = [
          ...facts.slice(20).flatMap((id) => learned(3 + (id % 5), hostMac(id))),
          ...learned(1, ...facts.slice(1, 20).map(hostMac)),
          ...learned(9, hostMac(1)),
        ];
      }),
    ]);
    expect(text(found)).toEqual(['a:9 b:1 bridge0']);
  });

  test('R9: two bridges with two ports each could face either way: nothing is claimed', () => {
    const many = Array.from({ length: 40 }, (_, at) => hostMac(at + 1));
    const found = infer([
      device('a', 1, (d) => (d.mac = [...learned(2, ...many.slice(0, 20)), ...learned(9, ...many.slice(20))])),
      device('b', 2, (d) => {
        d.mac = [
          ...learned(1, ...many.slice(1, 20)),
          ...learned(3, ...many.slice(20)),
          ...learned(4, many[0] as string),
        ];
      }),
    ]);
    expect(text(found)).toEqual([]);
  });

  test('R7: more MACs than cables on one port hang on a segment', () => {
    const found = infer([device('a', 1, (d) => (d.mac = learned(3, hostMac(1), hostMac(2), hostMac(3))))]);
    expect(segmentsOf(found)).toEqual(['a:3 3']);
    expect(found.hosts.map(({ segment }) => segment)).toEqual(Array(3).fill('seg:a:3'));
  });

  test.each<[string, MacFact[]]>([
    ['a virtual router', learned(3, '00:00:5e:00:01:0a')],
    ['the device itself', learned(3, macOf(1, 4))],
    ['a self row', [{ ...(learned(3, hostMac(1))[0] as MacFact), status: 'self' }]],
    ['a management row', [{ ...(learned(3, hostMac(1))[0] as MacFact), status: 'mgmt' }]],
    ['a row without a port', [{ ...(learned(3, hostMac(1))[0] as MacFact), ifIndex: null, bridgePort: null }]],
    ['one MAC on two ports of one VLAN', [...learned(3, hostMac(1)), ...learned(4, hostMac(1))]],
  ])('R16: places no host for %s', (_name, mac) => {
    expect(infer([device('a', 1, (d) => (d.mac = mac))]).hosts).toEqual([]);
  });

  test('names a host by any ARP table, and gives it its VLAN', () => {
    const { hosts } = infer([
      device('a', 1, (d) => (d.mac = learned(3, hostMac(1)))),
      device('gateway', 2, (d) => (d.arp = [arp(1, '10.0.0.5', hostMac(1))])),
    ]);
    expect(hosts).toMatchObject([{ ips: ['10.0.0.5'], method: 'arp', confidence: 0.9, vlans: [1] }]);
  });

  test('a polled router hangs where its MAC was learned, and is no host', () => {
    const router = device('router', 5, (d) => (d.bridge = { ...d.bridge, ports: [], baseAddress: null }));
    const found = infer([device('a', 1, (d) => (d.mac = learned(3, macOf(5, 2)))), router]);
    expect(text(found)).toEqual(['a:3 router:2 bridge0']);
    expect(found.hosts).toEqual([]);
  });

  test('hosts behind an LLDP bridge that is polled are not placed on the port to it', () => {
    const found = infer([
      device('a', 1, (d) => {
        d.lldp = [sees(1, { number: 2, port: 5 })];
        d.mac = learned(1, hostMac(1));
      }),
      device('b', 2),
    ]);
    expect(found.hosts).toEqual([]);
  });
});

describe('layer 3', () => {
  const ospf = (neighbourIp: string) => ({
    protocol: 'ospf' as const,
    up: true,
    state: 8,
    localRouterId: null,
    neighbourRouterId: null,
    neighbourIp,
    ifIndex: null,
  });
  const router = (id: string, number: number, addresses: [number, string][], fill: (d: Draft) => void = () => {}) =>
    device(id, number, (d) => {
      d.bridge = { ...d.bridge, ports: [], baseAddress: null };
      d.interfaces = replace(d.interfaces, ...addresses.map(([ifIndex, ip]) => address(number, ifIndex, ip)));
      fill(d);
    });

  test('R15: an adjacency is a link of its own layer, at the interface of the subnet', () => {
    const found = infer([
      router('a', 1, [[1, '10.0.0.1']], (d) => (d.routing = [ospf('10.0.0.2')])),
      router('b', 2, [[4, '10.0.0.2']], (d) => (d.routing = [ospf('10.0.0.1')])),
    ]);
    expect(text(found)).toEqual(['a:1 b:4 ospf2 L3']);
    expect(found.links[0]?.confidence).toBeLessThan(0.8);
  });

  test('R15: three routers in one network are a segment, not a mesh', () => {
    const all = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    const found = infer(
      all.map((ip, at) =>
        router(`r${at + 1}`, at + 1, [[1, ip]], (d) => (d.routing = all.filter((other) => other !== ip).map(ospf))),
      ),
    );
    expect(text(found)).toEqual([]);
    expect(segmentsOf(found)).toEqual(['r1:1 r2:1 r3:1 0']);
  });

  test('an adjacency that is not up is none', () => {
    const down = { ...ospf('10.0.0.2'), up: false, state: 2 };
    expect(
      infer([router('a', 1, [[1, '10.0.0.1']], (d) => (d.routing = [down])), router('b', 2, [[1, '10.0.0.2']])]).links,
    ).toEqual([]);
  });

  test('R20: address and MAC of a far interface in the ARP table', () => {
    const found = infer([
      router('a', 1, [[1, '10.0.0.1']], (d) => (d.arp = [arp(1, '10.0.0.2', macOf(2, 4))])),
      router('b', 2, [[4, '10.0.0.2']], (d) => (d.arp = [arp(4, '10.0.0.1', macOf(1, 1))])),
    ]);
    expect(text(found)).toEqual(['a:1 b:4 arp2 L3']);
  });

  test('an address that is elsewhere with another MAC makes no link', () => {
    const found = infer([
      router('a', 1, [[1, '192.168.2.2']], (d) => (d.arp = [arp(1, '192.168.2.1', hostMac(9))])),
      router('b', 2, [[4, '192.168.2.1']]),
    ]);
    expect(found.links).toEqual([]);
  });

  test('an address that two devices own is no identity', () => {
    const found = infer([
      router('a', 1, [[1, '10.0.0.1']], (d) => (d.routing = [ospf('10.0.0.2')])),
      router('b', 2, [[1, '10.0.0.2']]),
      router('c', 3, [[1, '10.0.0.2']]),
    ]);
    expect(found.links.filter(({ b }) => !b.device.startsWith('ext:'))).toEqual([]);
  });

  test('ARP over a cable that is known is proof of the cable, not a second link', () => {
    const found = infer([
      device('a', 1, (d) => {
        d.lldp = [sees(1, { number: 2, port: 4 })];
        d.interfaces = replace(d.interfaces, address(1, 1, '10.0.0.1'));
        d.arp = [arp(1, '10.0.0.2', macOf(2, 4))];
      }),
      device('b', 2, (d) => (d.interfaces = replace(d.interfaces, address(2, 4, '10.0.0.2')))),
    ]);
    expect(text(found)).toEqual(['a:1 b:4 lldp1']);
    expect(found.links[0]?.evidence.map(({ table }) => table)).toContain('ipNetToMediaTable');
  });
});

describe('identity', () => {
  const withSerial = (serial: string) => (d: Draft) =>
    (d.system = { ...d.system, chassisSerial: serial, chassisModel: 'X1' });

  test('one chassis polled under two names is one device, and says why', () => {
    const found = infer([device('a', 1, withSerial('S1')), device('b', 1, withSerial('S1'))]);
    expect(found.devices.map(({ id }) => id)).toEqual(['a']);
    expect(found.warnings).toMatchObject([{ kind: 'same-device', device: 'b' }]);
  });

  test.each<[string, DeviceFacts, DeviceFacts]>([
    [
      'an equal name',
      device('a', 1, (d) => (d.system = { ...d.system, sysName: 'x' })),
      device('b', 2, (d) => (d.system = { ...d.system, sysName: 'x' })),
    ],
    [
      'a cloned bridge address',
      device('a', 1),
      device('b', 2, (d) => (d.bridge = { ...d.bridge, baseAddress: macOf(1) })),
    ],
    [
      'an equal address',
      device('a', 1, (d) => (d.interfaces = [address(1, 1, '10.0.0.1')])),
      device('b', 2, (d) => (d.interfaces = [address(2, 1, '10.0.0.1')])),
    ],
    ['an equal serial number on other hardware', device('a', 1, withSerial('0')), device('b', 2, withSerial('0'))],
  ])('never merges on %s', (_name, a, b) => {
    expect(infer([a, b]).devices.map(({ id }) => id)).toEqual(['a', 'b']);
  });
});

/** A random tree of switches; hosts on every one, complete tables. */
const anyTree = fc
  .tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), fc.integer({ min: 3, max: 5 }), fc.boolean())
  .map(([parents, hostsEach, macsVisible]) => {
    const count = parents.length + 1;
    const parentOf = [-1, ...parents.map((parent, at) => parent % (at + 1))];
    return { count, parentOf, hostsEach, macsVisible };
  });

/** Port 1 leads to the parent, 20 + n to child n, 50 + k to host k. */
function treeFacts({
  count,
  parentOf,
  hostsEach,
  macsVisible,
}: {
  count: number;
  parentOf: number[];
  hostsEach: number;
  macsVisible: boolean;
}) {
  const up = (node: number): number[] => (node < 0 ? [] : [node, ...up(parentOf[node] as number)]);
  const portTo = (from: number, to: number): number => {
    if (up(from).includes(to) || !up(to).includes(from)) return 1;
    const path = up(to);
    return 20 + (path[path.indexOf(from) - 1] as number);
  };
  const nodes = Array.from({ length: count }, (_, at) => at);
  return nodes.map((node) =>
    device(`s${node}`, node + 1, (d) => {
      const indexes = [
        1,
        ...nodes.map((child) => 20 + child),
        ...Array.from({ length: hostsEach }, (_, at) => 50 + at),
      ];
      d.interfaces = indexes.map((ifIndex) => port(node + 1, ifIndex));
      d.bridge = { ...d.bridge, ports: indexes.map((ifIndex) => ({ port: ifIndex, ifIndex })) };
      d.mac = nodes.flatMap((other) => {
        const hosts = Array.from({ length: hostsEach }, (_, at) => `00:20:00:00:${hex(other)}:${hex(at)}`);
        if (other === node) return hosts.flatMap((mac, at) => learned(50 + at, mac));
        return learned(portTo(node, other), ...hosts, ...(macsVisible ? [macOf(other + 1)] : []));
      });
    }),
  );
}

describe('properties', () => {
  test('any tree with complete tables is found whole, and every host on its port', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const found = infer(treeFacts(tree));
        const wanted = tree.parentOf
          .flatMap((parent, child) => (parent < 0 ? [] : [`s${parent}:${20 + child} s${child}:1`]))
          .sort();
        expect(
          text(found)
            .map((link) => link.replace(' bridge0', ''))
            .sort(),
        ).toEqual(wanted);
        expect(found.hosts).toHaveLength(tree.count * tree.hostsEach);
        expect(found.hosts.every(({ ifIndex }) => (ifIndex ?? 0) >= 50)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('the order of devices and rows does not matter, and a second run changes nothing', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const facts = treeFacts(tree);
        const printed = JSON.stringify(infer(facts));
        const shuffled = [...facts].reverse().map((one) => ({ ...one, mac: [...one.mac].reverse() }));
        expect(JSON.stringify(infer(shuffled))).toBe(printed);
        expect(JSON.stringify(infer(facts))).toBe(printed);
      }),
      { numRuns: 30 },
    );
  });

  test('no host hangs on a port that a link uses, and evidence names given devices', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const facts = treeFacts(tree);
        const { links, hosts } = infer(facts);
        const used = new Set(links.flatMap(({ a, b }) => [`${a.device} ${a.ifIndex}`, `${b.device} ${b.ifIndex}`]));
        expect(hosts.filter(({ device: at, ifIndex }) => used.has(`${at} ${ifIndex}`))).toEqual([]);
        const given = new Set(facts.map(({ deviceId }) => deviceId));
        for (const { evidence } of [...links, ...hosts])
          expect(evidence.every((one) => given.has(one.device))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
