import { parseRecording } from '../snmp/recording.js';
import { recordingReader, type RecordedDevice } from '../snmp/recording-reader.js';
import type { DeviceFacts } from './facts.js';
import { wholeKinds } from './facts.js';
import { pollDevice, type PollOptions } from './poll.js';
import { resolveLocalPort } from './polling/local-ports.js';
import { PortNames } from './port-names.js';
import { quirksOf } from './quirks.js';

const now = () => new Date('2026-01-01T00:00:00.000Z');

const poll = (lines: readonly string[], more: Partial<RecordedDevice> = {}, options: Partial<PollOptions> = {}) =>
  pollDevice('x', recordingReader({ instances: parseRecording(lines.join('\n')), ...more }), { now, ...options });

const IF = '1.3.6.1.2.1.2.2.1';
const FDB = '1.3.6.1.2.1.17.4.3.1';
const QFDB = '1.3.6.1.2.1.17.7.1.2.2.1';
const BASE_PORT = '1.3.6.1.2.1.17.1.4.1.2';
const system = (objectId = '1.3.6.1.4.1.8072.3.2.10') => [
  `1.3.6.1.2.1.1.2.0|6|${objectId}`,
  '1.3.6.1.2.1.1.3.0|67|1000',
  '1.3.6.1.2.1.1.5.0|4|x',
];
const twoPorts = [101, 102].flatMap((ifIndex) => [
  `${IF}.2.${ifIndex}|4|GigabitEthernet0/${ifIndex - 100}`,
  `${IF}.3.${ifIndex}|2|6`,
  `${IF}.8.${ifIndex}|2|1`,
]);
const basePorts = [`${BASE_PORT}.1|2|101`, `${BASE_PORT}.2|2|102`];

describe('interfaces', () => {
  test('reads counters of both widths, speed beyond 32 bits, states and addresses', async () => {
    const { interfaces } = await poll([
      ...system(),
      `${IF}.2.1|4|eth0`,
      `${IF}.5.1|66|4294967295`,
      `${IF}.6.1|4x|001122334455`,
      `${IF}.7.1|2|1`,
      `${IF}.8.1|2|7`,
      `${IF}.9.1|67|250`,
      `${IF}.10.1|65|5`,
      `${IF}.2.2|4|eth1`,
      `${IF}.10.2|65|6`,
      `${IF}.16.2|65|7`,
      '1.3.6.1.2.1.31.1.1.1.6.1|70|9007199254740993',
      '1.3.6.1.2.1.31.1.1.1.10.1|70|8',
      '1.3.6.1.2.1.31.1.1.1.15.1|66|40000',
      '1.3.6.1.2.1.4.20.1.2.10.0.0.1|2|1',
      '1.3.6.1.2.1.4.20.1.3.10.0.0.1|64|255.255.255.0',
      '1.3.6.1.2.1.4.34.1.3.1.4.10.0.1.1|2|1',
      '1.3.6.1.2.1.4.34.1.4.1.4.10.0.1.1|2|1',
      '1.3.6.1.2.1.4.34.1.5.1.4.10.0.1.1|6|1.3.6.1.2.1.4.32.1.5.1.1.4.10.0.1.0.25',
    ]);
    expect(interfaces).toMatchObject([
      {
        ifIndex: 1,
        mac: '00:11:22:33:44:55',
        speedBps: 40e9,
        adminStatus: 'up',
        operStatus: 'down',
        lastChangeMs: 2500,
        inOctets: 9007199254740992,
        outOctets: 8,
        counterBits: 64,
        addresses: [
          { ip: '10.0.0.1', prefixLength: 24 },
          { ip: '10.0.1.1', prefixLength: 25 },
        ],
      },
      { ifIndex: 2, inOctets: 6, outOctets: 7, counterBits: 32, operStatus: 'unknown', speedBps: null },
    ]);
  });
});

describe('ARP', () => {
  test('reads both tables once and drops what is no station, with the reason', async () => {
    const old = '1.3.6.1.2.1.4.22.1';
    const current = '1.3.6.1.2.1.4.35.1';
    const { arp, tables } = await poll([
      ...system(),
      `${old}.2.1.10.0.0.5|4x|020000000005`,
      `${old}.4.1.10.0.0.5|2|3`,
      `${old}.2.1.10.0.0.6|4x|020000000006`,
      `${old}.4.1.10.0.0.6|2|2`,
      `${old}.2.1.169.254.0.1|4x|020000000007`,
      `${old}.2.1.224.0.0.5|4x|01005e000005`,
      `${current}.4.1.1.4.10.0.0.5|4x|020000000005`,
      `${current}.6.1.1.4.10.0.0.5|2|3`,
      `${current}.4.1.2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.9|4x|020000000009`,
      `${current}.4.1.1.4.10.0.0.8|4x|020000000008`,
      `${current}.7.1.1.4.10.0.0.8|2|7`,
    ]);
    expect(arp.map(({ ip, mac }) => `${ip} ${mac}`)).toEqual([
      '10.0.0.5 02:00:00:00:00:05',
      '2001:db8::9 02:00:00:00:00:09',
    ]);
    expect(tables['ipNetToMediaTable']).toMatchObject({
      rows: 4,
      used: 1,
      dropped: { invalid: 1, 'group or link-local address': 2 },
    });
    expect(tables['ipNetToPhysicalTable']?.dropped).toEqual({ 'invalid or incomplete': 1 });
  });
});

describe('forwarding tables', () => {
  const macs = (facts: DeviceFacts) =>
    facts.mac.map(
      ({ vlan, mac, bridgePort, ifIndex }) => `${vlan ?? '-'} ${mac.slice(-2)} ${bridgePort ?? '-'} ${ifIndex ?? '-'}`,
    );

  test.each<[string, string[], string[]]>([
    ['bridge port', [`${FDB}.2.2.0.0.0.0.5|2|2`, `${FDB}.3.2.0.0.0.0.5|2|3`], ['- 05 2 102']],
    ['an ifIndex where the bridge port belongs', [`${FDB}.2.2.0.0.0.0.5|2|102`], ['- 05 2 102']],
    ['a port that is neither', [`${FDB}.2.2.0.0.0.0.5|2|77`], ['- 05 77 -']],
    ['port 0', [`${FDB}.2.2.0.0.0.0.5|2|0`], ['- 05 - -']],
    ['an invalid row', [`${FDB}.2.2.0.0.0.0.5|2|2`, `${FDB}.3.2.0.0.0.0.5|2|2`], []],
    ['a multicast address', [`${FDB}.2.1.0.94.0.0.5|2|2`], []],
    ['a length octet before the MAC', [`${FDB}.2.6.2.0.0.0.0.5|2|2`], ['- 05 2 102']],
    [
      'the VLAN of a filtering database',
      [`${QFDB}.2.7.2.0.0.0.0.5|2|2`, '1.3.6.1.2.1.17.7.1.4.2.1.3.0.300|66|7'],
      ['300 05 2 102'],
    ],
    [
      'one database for two VLANs',
      [`${QFDB}.2.7.2.0.0.0.0.5|2|2`, '1.3.6.1.2.1.17.7.1.4.2.1.3.0.300|66|7', '1.3.6.1.2.1.17.7.1.4.2.1.3.0.301|66|7'],
      ['- 05 2 102'],
    ],
    ['both tables with one row', [`${QFDB}.2.30.2.0.0.0.0.5|2|2`, `${FDB}.2.2.0.0.0.0.5|2|2`], ['30 05 2 102']],
  ])('%s', async (_name, lines, wanted) => {
    expect(macs(await poll([...system(), ...twoPorts, ...basePorts, ...lines]))).toEqual(wanted);
  });

  test('reads every operational VLAN context and joins their port tables', async () => {
    const vlan = (id: number, state: number) => [
      `1.3.6.1.4.1.9.9.46.1.3.1.1.2.1.${id}|2|${state}`,
      `1.3.6.1.4.1.9.9.46.1.3.1.1.3.1.${id}|2|1`,
    ];
    const contexts = new Map([[20, parseRecording([`${BASE_PORT}.2|2|102`, `${FDB}.2.2.0.0.0.0.6|2|2`].join('\n'))]]);
    const facts = await poll(
      [
        ...system(),
        ...twoPorts,
        `${BASE_PORT}.1|2|101`,
        `${FDB}.2.2.0.0.0.0.5|2|1`,
        ...vlan(1, 1),
        ...vlan(20, 1),
        ...vlan(21, 2),
        ...vlan(1002, 1),
      ],
      { contexts },
    );
    expect(macs(facts)).toEqual(['1 05 1 101', '20 06 2 102']);
    expect(Object.keys(facts.tables).filter((name) => name.startsWith('dot1dTpFdbTable'))).toEqual([
      'dot1dTpFdbTable',
      'dot1dTpFdbTable@1',
      'dot1dTpFdbTable@20',
    ]);
  });

  test('Alcatel AOS 6 files all VLANs under one database: the VLAN is unknown', async () => {
    const facts = await poll([
      ...system('1.3.6.1.4.1.6486.800.1.1'),
      ...twoPorts,
      ...basePorts,
      `${QFDB}.2.1.2.0.0.0.0.5|2|2`,
    ]);
    expect(macs(facts)).toEqual(['- 05 2 102']);
  });
});

describe('local ports of LLDP', () => {
  const names = new PortNames(
    [9, 10_109, 24].map((ifIndex) => ({
      ifIndex,
      ifName: ifIndex === 10_109 ? 'Gi0/9' : `other ${ifIndex}`,
      ifDescr: ifIndex === 10_109 ? 'GigabitEthernet0/9' : null,
      ifAlias: ifIndex === 24 ? 'uplink' : null,
      ifType: 6,
      mac: ifIndex === 24 ? '02:00:00:00:00:18' : null,
      speedBps: null,
      adminStatus: 'up' as const,
      operStatus: 'up' as const,
      lastChangeMs: null,
      inOctets: null,
      outOctets: null,
      counterBits: 64 as const,
      addresses: [],
    })),
  );
  const port = { portNum: 9, source: 'lldp' as const, portSubtype: null, portId: null, portMac: null, portDescr: null };

  test.each([
    ['by name, though an interface has the number', { portSubtype: 5, portId: 'Gi0/9' }, 10_109],
    ['by the long name', { portSubtype: 5, portId: 'GigabitEthernet0/9' }, 10_109],
    ['by a local number that is an ifIndex', { portNum: 7, portSubtype: 7, portId: '24' }, 24],
    ['by its description', { portSubtype: 7, portId: 'x', portDescr: 'GigabitEthernet0/9' }, 10_109],
    ['by its MAC', { portNum: 3, portSubtype: 3, portId: '02:00:00:00:00:18', portMac: '02:00:00:00:00:18' }, 24],
    ['by the operator’s text, last', { portNum: 3, portDescr: 'uplink' }, 24],
    ['by the bridge port table', { portNum: 2 }, 24],
    ['by the number itself, when nothing else fits', {}, 9],
    ['not at all', { portNum: 4711 }, null],
  ])('%s', (_name, overrides, ifIndex) => {
    expect(resolveLocalPort({ ...port, ...overrides }, names, new Map([[2, 24]]), quirksOf(null))).toBe(ifIndex);
  });

  test('0 is "not told", also where no interface is known', () => {
    expect(resolveLocalPort({ ...port, portNum: 0 }, new PortNames([]), new Map(), quirksOf(null))).toBeNull();
    expect(resolveLocalPort({ ...port, portNum: 639 }, new PortNames([]), new Map(), quirksOf(null))).toBe(639);
  });
});

describe('outcomes', () => {
  const lines = [...system(), ...twoPorts, ...basePorts, `${FDB}.2.2.0.0.0.0.5|2|2`];

  test('a device without a table answers it whole and empty', async () => {
    expect([...wholeKinds(await poll(lines))].sort()).toEqual(
      [
        ...['arp', 'bridge', 'cdp', 'chassis', 'interfaces', 'lag', 'lldp', 'mac', 'routes', 'routing', 'stp'],
        'system',
      ].sort(),
    );
  });

  test.each([
    ['its own table', '1.3.6.1.2.1.17.4.3', ['mac']],
    ['the port table', '1.3.6.1.2.1.17.1.4', ['bridge', 'mac', 'stp']],
    ['the interface table', '1.3.6.1.2.1.2.2', ['interfaces', 'lldp']],
    ['the neighbour table', '1.0.8802.1.1.2.1.4', ['lldp']],
  ])('a timeout in %s leaves the kinds that need it not whole', async (_name, lost, broken) => {
    const whole = wholeKinds(await poll(lines, { lost: [lost] }));
    const all = wholeKinds(await poll(lines));
    expect([...all].filter((kind) => !whole.has(kind)).sort()).toEqual(broken);
  });

  test('earlier facts name the ports of a cycle that reads forwarding rows only', async () => {
    const previous = await poll(lines);
    const { mac, interfaces } = await poll(
      [...system(), `${FDB}.2.2.0.0.0.0.9|2|1`],
      {},
      { previous, kinds: new Set(['mac']) },
    );
    expect(mac).toMatchObject([{ ifIndex: 101 }]);
    expect(interfaces).toEqual([]);
  });

  test('a restart during the cycle voids all of it', async () => {
    const reader = recordingReader({ instances: parseRecording(lines.join('\n')) });
    let asked = 0;
    const restarting = {
      ...reader,
      get: async (...args: Parameters<typeof reader.get>) => {
        const scalars = await reader.get(...args);
        const uptime = args[0].includes('1.3.6.1.2.1.1.3.0') ? (asked++ === 0 ? 1000 : 3) : undefined;
        return { ...scalars, number: (oid: string) => (oid === '1.3.6.1.2.1.1.3.0' ? uptime : scalars.number(oid)) };
      },
    };
    expect([...wholeKinds(await pollDevice('x', restarting, { now }))]).toEqual([]);
  });

  test('a poll that is given up says so and never rejects', async () => {
    const facts = await poll(lines, {}, { signal: AbortSignal.abort() });
    expect([...wholeKinds(facts)]).toEqual([]);
    expect(facts.tables['ifTable']?.outcome).toBe('cancelled');
  });
});
