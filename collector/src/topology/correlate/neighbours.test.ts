import type { DeviceFacts, LldpFact } from '../facts.js';
import { device, port, sees, heard, text, segmentsOf } from './facts-fixtures.js';
import { infer } from './infer.js';

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

  test.each<[string, Partial<LldpFact>, string[]]>([
    ['port and chassis fit', {}, ['a:1 b:2 lldp2']],
    ['it describes another port', { portId: 'Gi0/3' }, ['a:1 b:2 lldp1', 'a:1 ext:00:99:00:00:00:01:? lldp1']],
    ['it has a name of its own', { sysName: 'other' }, ['a:1 b:2 lldp1', 'a:1 ext:00:99:00:00:00:01:? lldp1']],
  ])('a row without name and address means whoever names its port, if %s', (_name, row, links) => {
    const unknown = { chassisId: '00:99:00:00:00:01', chassisMac: '00:99:00:00:00:01', portId: 'Gi0/2' };
    const found = infer([
      device('a', 1, (d) => (d.lldp = [sees(1, { ...unknown, ...row })])),
      device('b', 2, (d) => (d.lldp = [sees(2, { number: 1, port: 1 })])),
    ]);
    expect(text(found)).toEqual(links);
  });

  test.each<[string, number | null, number | undefined, boolean]>([
    ['since it went down', 5_000, 5_010, false],
    ['before it went down', 5_000, 4_000, true],
    ['at a time that nobody tells', 5_000, undefined, true],
    ['and the port does not tell when it went down', null, 5_010, true],
  ])('R19: a row on a port that is down, learned %s', (_name, lastChangeMs, changedAtMs, isStale) => {
    const { links } = infer([
      device('a', 1, (d) => {
        d.interfaces = [port(1, 1, { operStatus: 'down', lastChangeMs })];
        d.lldp = [{ ...sees(1, { number: 2, port: 1 }), ...(changedAtMs === undefined ? {} : { changedAtMs }) }];
      }),
      device('b', 2),
    ]);
    expect(links).toMatchObject([{ a: { ifIndex: 1 }, operStatus: 'down' }]);
    expect(links[0]?.score.some(({ name }) => name === 'stale')).toBe(isStale);
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
