import { type Draft, hostMac, learned, macOf, port, device, sees, stp, text } from './facts-fixtures.js';
import { infer } from './infer.js';

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

  test('an end that LLDP leaves open, for its aggregates could not be read, is the port of the forwarding tables', () => {
    const found = infer([
      device('a', 1, (d) => {
        aggregate(d, 1, [1, 2]);
        d.lldp = [sees(1, { number: 2, port: 5 }), sees(2, { number: 2, port: 6 })];
        d.mac = [...learned(100, macOf(2)), ...learned(9, hostMac(1))];
      }),
      device('b', 2, (d) => {
        aggregate(d, 2, []);
        d.mac = [...learned(100, macOf(1), hostMac(1)), ...learned(9, hostMac(2))];
      }),
    ]);
    expect(text(found)).toEqual(['a:100 b:100 lldp1']);
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

  test.each<[string, (d: Draft) => void, string[]]>([
    ['the partner has no aggregates to tell', () => {}, ['a:100 b:? lag1']],
    [
      'the partner tells of nobody on its own',
      (d) => {
        aggregate(d, 2, [5]);
        d.lag = d.lag.map((row) => ({ ...row, actorSystem: macOf(2), actorPort: 5 }));
      },
      ['a:100 b:100 lag1'],
    ],
    [
      'the partner counts its ports otherwise',
      (d) => {
        aggregate(d, 2, [5]);
        d.lag = d.lag.map((row) => ({
          ...row,
          actorSystem: macOf(2),
          actorPort: 9,
          partnerSystem: macOf(1),
          partnerPort: 7,
        }));
      },
      ['a:100 b:100 lag1'],
    ],
    [
      'two devices act as that system (MLAG)',
      (d) => {
        aggregate(d, 2, [5]);
        d.lag = d.lag.map((row) => ({ ...row, actorSystem: macOf(2), actorPort: 8 }));
      },
      [],
    ],
  ])('LACP that one side tells: %s', (name, fill, links) => {
    const all = [
      device('a', 1, (d) => {
        aggregate(d, 1, [1]);
        d.lag = d.lag.map((row) => ({
          ...row,
          actorSystem: macOf(1),
          actorPort: 1,
          partnerSystem: macOf(2),
          partnerPort: 5,
        }));
      }),
      device('b', 2, fill),
      ...(name.includes('MLAG') ? [device('c', 3, fill)] : []),
    ];
    expect(text(infer(all))).toEqual(links);
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
