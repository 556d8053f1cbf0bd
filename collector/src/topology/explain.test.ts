import { infer } from './correlate/infer.js';
import { explainDevice } from './explain-device.js';
import { explainLink, type ExplainInput } from './explain.js';
import { emptyFacts, type DeviceFacts, type LldpFact, type TableReport } from './facts.js';
import { sightingsOf } from './sightings.js';

type Draft = { -readonly [K in keyof DeviceFacts]: DeviceFacts[K] };

const READ_AT = '2026-01-01T02:00:00.000Z';
const macOf = (device: number, port = 0) => `00:10:00:00:0${device}:0${port}`;
const report = (kind: TableReport['kind'], outcome: TableReport['outcome'] = 'complete', rows = 1): TableReport => ({
  kind,
  outcome,
  detail: outcome === 'complete' ? null : 'no answer within 5 s',
  readAt: READ_AT,
  rows,
  used: rows,
  dropped: {},
});
const ALL = {
  lldpRemTable: report('lldp'),
  cdpCacheTable: report('cdp'),
  dot1dStpPortTable: report('stp'),
  dot3adAggPortTable: report('lag'),
  dot1dTpFdbTable: report('mac'),
  ipNetToMediaTable: report('arp'),
  ospfNbrTable: report('routing'),
};

/** A switch `sw<number>` with ports Gi0/1 to Gi0/4 whose tables were all read. */
function device(number: number, fill: (facts: Draft) => void = () => {}): DeviceFacts {
  const id = `sw${number}`;
  const facts: Draft = { ...emptyFacts(id, READ_AT), tables: ALL };
  facts.system = { ...facts.system, sysName: id };
  facts.interfaces = [1, 2, 3, 4].map((ifIndex) => ({
    ifIndex,
    ifName: `Gi0/${ifIndex}`,
    ifDescr: null,
    ifAlias: null,
    ifType: 6,
    mac: macOf(number, ifIndex),
    speedBps: 1e9,
    adminStatus: 'up',
    operStatus: 'up',
    lastChangeMs: null,
    inOctets: null,
    outOctets: null,
    counterBits: 64,
    addresses: ifIndex === 1 ? [{ ip: `10.0.0.${number}`, prefixLength: 24 }] : [],
  }));
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
    source: 'lldp',
    ifIndex,
    portSubtype: 5,
    portId: ifName,
    portMac: null,
    portDescr: null,
  }));
  fill(facts);
  return facts;
}

const sees = (ifIndex: number, number: number, port: number, more: Partial<LldpFact> = {}): LldpFact => ({
  localPortNum: ifIndex,
  remIndex: number,
  ifIndex,
  localPort: null,
  chassisSubtype: 4,
  chassisId: macOf(number),
  chassisMac: macOf(number),
  portSubtype: 5,
  portId: `Gi0/${port}`,
  portMac: null,
  portDescr: null,
  sysName: `sw${number}`,
  sysDescr: null,
  capabilities: ['bridge'],
  managementIps: [],
  aggregatePort: null,
  ...more,
});
const learned = (ifIndex: number, ...macs: string[]): DeviceFacts['mac'] =>
  macs.map((mac) => ({ vlan: 1, fdbId: 1, mac, bridgePort: ifIndex, ifIndex, status: 'learned' }));

const explain = (facts: DeviceFacts[], a = 'sw1', b = 'sw2', more: Partial<ExplainInput> = {}) => {
  const inference = infer(facts);
  return explainLink({ facts, inference, edges: sightingsOf(inference), minConfidence: 0.5, ...more }, a, b);
};
const with3 = (facts: Draft) => void (facts.lldp = [sees(3, 3, 3)]);

test.each<[string, DeviceFacts[], string, RegExp]>([
  [
    'a link that both ends report',
    [device(1, (f) => void (f.lldp = [sees(1, 2, 2)])), device(2, (f) => void (f.lldp = [sees(2, 1, 1)]))],
    'link',
    /^Yes: there is a link, sw1 Gi0\/1 – sw2 Gi0\/2, known by LLDP, confidence 1\.00\.$/,
  ],
  [
    'a link that one end reports',
    [device(1, (f) => void (f.lldp = [sees(1, 2, 2)])), device(2, with3), device(3)],
    'link-one-sided',
    /reported by one end: sw2 does not name the other\.$/,
  ],
  [
    'two switches on one medium',
    [
      device(1, (f) => void (f.lldp = [sees(1, 2, 1), sees(1, 3, 1)])),
      device(2, (f) => void (f.lldp = [sees(1, 1, 1), sees(1, 3, 1)])),
      device(3, (f) => void (f.lldp = [sees(1, 1, 1), sees(1, 2, 1)])),
    ],
    'segment',
    /^No cable between just the two: sw1 Gi0\/1 and sw2 Gi0\/1 hang on one shared medium/,
  ],
  [
    'a device between them',
    [
      device(1, (f) => void (f.lldp = [sees(1, 3, 1)])),
      device(2, (f) => void (f.lldp = [sees(1, 3, 2)])),
      device(3, (f) => void (f.lldp = [sees(1, 1, 1), sees(2, 2, 1)])),
    ],
    'through',
    /^No direct link: sw1 Gi0\/1 and sw2 Gi0\/1 are joined through sw3\.$/,
  ],
  [
    'a table that was not read',
    [
      device(1, (f) => void (f.tables = { ...ALL, lldpRemTable: report('lldp', 'timeout') })),
      device(2, with3),
      device(3),
    ],
    'unknown',
    /^Unknown whether sw1 and sw2 are linked, because sw1 did not answer for its LLDP neighbours\.$/,
  ],
  [
    'nothing',
    [device(1, with3), device(2, (f) => void (f.lldp = [sees(4, 4, 4)])), device(3), device(4)],
    'no-evidence',
    /^No evidence of a link: sw1 and sw2 answered and neither mentions the other\.$/,
  ],
])('says what it comes down to: %s', (_name, facts, code, text) => {
  const { verdict } = explain(facts);
  expect(verdict).toEqual({ code, text: expect.stringMatching(text) as string });
});

test('two ends that contradict each other: neither side is believed silently', () => {
  const facts = [
    device(1, (f) => void (f.lldp = [sees(1, 2, 2)])),
    device(2, (f) => void (f.lldp = [sees(2, 3, 3)])),
    device(3, (f) => void (f.lldp = [sees(3, 2, 2)])),
  ];
  const { verdict, said } = explain(facts);
  expect(['contradicted', 'link-contradicted']).toContain(verdict.code);
  const lldp = said.find(({ device: by, kind }) => by === 'sw1' && kind === 'lldp');
  expect(lldp?.mentions[0]?.text).toContain('but sw2 names sw3 on Gi0/2');
});

test('a link below what maps show is named with its confidence', () => {
  const facts = [device(1, (f) => void (f.lldp = [sees(1, 2, 2)])), device(2, (f) => void (f.lldp = [sees(2, 1, 1)]))];
  const { verdict } = explain(facts, 'sw1', 'sw2', { minConfidence: 1.1 });
  expect(verdict).toMatchObject({ code: 'link-filtered', text: expect.stringContaining('below') as string });
});

test('a link whose port is down says so in the first sentence', () => {
  const down = (f: Draft) =>
    void (f.interfaces = f.interfaces.map((fact) => ({ ...fact, operStatus: 'down' as const })));
  const facts = [
    device(1, (f) => {
      f.lldp = [sees(1, 2, 2)];
      down(f);
    }),
    device(2, (f) => void (f.lldp = [sees(2, 1, 1)])),
  ];
  expect(explain(facts).verdict.text).toContain(', down now');
});

test('a link that its devices did not confirm is no link of now', () => {
  const facts = [device(1, (f) => void (f.lldp = [sees(1, 2, 2)])), device(2)];
  const inference = infer(facts);
  const edges = sightingsOf(inference).map((edge) => ({
    ...edge,
    state: 'unknown' as const,
    stateReason: 'sw1 has not answered since 02:00',
  }));
  const { verdict } = explainLink({ facts, inference, edges, minConfidence: 0.5 }, 'sw1', 'sw2');
  expect(verdict).toMatchObject({
    code: 'link-unconfirmed',
    text: expect.stringContaining('not confirmed now: sw1 has not answered since 02:00') as string,
  });
});

test('what was read once and not since is unknown since then, with what it said until then', () => {
  const facts = [device(1, with3), device(2, (f) => void (f.lldp = [])), device(3)];
  const attempts = new Map([
    ['sw2', { lldpRemTable: { ...report('lldp', 'timeout'), readAt: '2026-01-01T03:00:00.000Z' } }],
  ]);
  const { verdict, said, missing } = explain(facts, 'sw1', 'sw2', { attempts });
  expect(verdict.code).toBe('unknown');
  expect(verdict.text).toContain('sw2 did not answer for its LLDP neighbours since 2026-01-01 02:00:00 UTC');
  expect(said.find(({ device: by, kind }) => by === 'sw2' && kind === 'lldp')).toMatchObject({
    state: 'outdated',
    readAt: READ_AT,
  });
  expect(missing.map(({ device: at }) => at)).toContain('sw2');
});

test('asks for LLDP on the very port where the other was learned', () => {
  const facts = [device(1, (f) => void (f.mac = learned(4, macOf(2)))), device(2, with3), device(3)];
  const inference = infer(facts);
  const { verdict, missing } = explainLink({ facts, inference, edges: [], minConfidence: 0.5 }, 'sw1', 'sw2');
  expect(verdict.text).toBe(
    'No link: the forwarding table of sw1 has sw2 on Gi0/4, which alone does not show a cable.',
  );
  expect(missing.map(({ action }) => action).join('\n')).toContain('sw1 Gi0/4 (sw2 was learned there)');
});

test('a MAC behind a port with a known neighbour is accounted for', () => {
  const facts = [
    device(1, (f) => {
      f.lldp = [sees(1, 3, 1)];
      f.mac = learned(1, macOf(2));
    }),
    device(2, (f) => void (f.lldp = [sees(1, 3, 2)])),
    device(3, (f) => void (f.lldp = [sees(1, 1, 1), sees(2, 2, 1)])),
  ];
  const { said, missing } = explain(facts);
  const text = said.find(({ device: by, kind }) => by === 'sw1' && kind === 'mac')?.mentions[0]?.text;
  expect(text).toContain('behind this port, which leads to sw3');
  expect(missing).toEqual([]);
});

test('a neighbour that nobody polls: the way out is to poll it', () => {
  const far = sees(1, 9, 1, { sysName: 'branch-9', managementIps: ['10.9.9.9'] });
  const facts = [device(1, (f) => void (f.lldp = [far])), device(2)];
  const id = `ext:${macOf(9)}`;
  expect(explain(facts, 'sw1', id).verdict).toMatchObject({
    code: 'link-one-sided',
    text: expect.stringContaining('branch-9 is not polled') as string,
  });
  const { b, missing } = explain(facts, 'sw2', id);
  expect(b).toMatchObject({ kind: 'external', polled: false, title: 'branch-9' });
  expect(missing.find(({ device: at }) => at === id)?.action).toContain('10.9.9.9');
});

test('a host: where it hangs, or what to do', () => {
  const mac = '00:20:00:00:00:01';
  const facts = [device(1, (f) => void (f.mac = learned(2, mac))), device(2)];
  expect(explain(facts, `host:${mac}`, 'sw1').verdict).toMatchObject({
    code: 'placed',
    text: expect.stringContaining('hangs on sw1 Gi0/2') as string,
  });
  expect(explain(facts, `host:${mac}`, 'sw2', { edges: [] }).missing[0]?.text).toContain('is a host');
  expect(explain(facts, `host:${mac}`, 'sw2').missing.map(({ device: at }) => at)).not.toContain(`host:${mac}`);
});

test('a device of the inventory that never answered is unknown, not absent', () => {
  const { verdict } = explain([device(1, with3)], 'sw1', 'sw8', { inventory: new Set(['sw8']) });
  expect(verdict).toEqual({
    code: 'unknown',
    text: 'Unknown whether sw1 and sw8 are linked, because sw8 has never answered.',
  });
});

test('one box under two names has no link with itself', () => {
  const facts = [device(1), { ...device(1), deviceId: 'sw1-again' }];
  expect(explain(facts, 'sw1', 'sw1-again').verdict).toMatchObject({
    code: 'same-device',
    text: expect.stringContaining(`chassis ${macOf(1)} and name sw1`) as string,
  });
});

test('a device: its tables, what joins it with what others call it, and what was refused', () => {
  const impostor = sees(2, 1, 2, { chassisId: macOf(7), chassisMac: macOf(7) });
  const facts = [
    device(1, (f) => {
      f.lldp = [sees(1, 1, 1)];
      f.tables = {
        ...ALL,
        lldpRemTable: { ...report('lldp'), rows: 5, used: 3, dropped: { 'names nobody': 2 } },
        cdpCacheTable: report('cdp', 'timeout'),
      };
    }),
    device(2, (f) => void (f.lldp = [sees(1, 1, 1)])),
    device(3, (f) => void (f.lldp = [impostor])),
  ];
  const { tables, identity, warnings } = explainDevice({ facts, inference: infer(facts) }, 'sw1');
  expect(tables.find(({ table }) => table === 'lldpRemTable')).toMatchObject({
    title: 'LLDP neighbours',
    state: 'read',
    rows: 5,
    used: 3,
    dropped: [{ reason: 'names nobody', rows: 2 }],
  });
  expect(tables.find(({ table }) => table === 'cdpCacheTable')).toMatchObject({ state: 'unread', readAt: null });
  expect(identity.filter(({ by }) => by === 'sw1').map(({ key }) => key)).toEqual([
    'name',
    'chassis',
    'chassis',
    'addresses',
    'MACs',
  ]);
  expect(identity.find(({ by }) => by === 'sw2')).toMatchObject({
    agrees: true,
    text: `joined: same chassis ${macOf(1)} and name sw1`,
  });
  expect(identity.find(({ by }) => by === 'sw3')).toMatchObject({
    agrees: false,
    text: `not joined: same name sw1, but other chassis ${macOf(7)}`,
  });
  expect(warnings.map(({ kind }) => kind)).toContain('self-neighbour');
});
