import fc from 'fast-check';
import { canonicalJson, differenceOf, fromRows, mergeFacts, toRows, type StoredRow } from './current-facts.js';
import { emptyFacts, FACT_KINDS, type ArpFact, type DeviceFacts, type FactKind, type TableReport } from './facts.js';

const at = '2026-01-01T00:00:00.000Z';
const report = (kind: FactKind, outcome: TableReport['outcome'] = 'complete'): TableReport => ({
  kind,
  outcome,
  detail: null,
  readAt: at,
  rows: 1,
  used: 1,
  dropped: {},
});
const arp = (ip: string): ArpFact => ({ ifIndex: 1, ip, mac: '02:00:00:00:00:01', type: 'dynamic' });
const polled = (more: Partial<DeviceFacts>): DeviceFacts => ({ ...emptyFacts('a', at), ...more });
const arpAndMac: ReadonlySet<FactKind> = new Set(['arp', 'mac']);

const before = polled({ arp: [arp('10.0.0.1')], tables: { ipNetToMediaTable: report('arp') } });

test.each([
  ['a whole table replaces what was known', report('arp'), ['10.0.0.2'], ['arp']],
  ['a table cut short changes nothing', report('arp', 'timeout'), ['10.0.0.1'], []],
] as const)('%s', (_name, arpReport, ips, whole) => {
  const next = polled({ arp: [arp('10.0.0.2')], tables: { ipNetToMediaTable: arpReport } });
  const merged = mergeFacts(before, next, arpAndMac);
  expect(merged.facts.arp.map(({ ip }) => ip)).toEqual(ips);
  expect([...merged.whole]).toEqual(whole);
});

test('one broken table of a kind spoils the kind', () => {
  const tables = { ipNetToMediaTable: report('arp'), ipNetToPhysicalTable: report('arp', 'nonIncreasing') };
  expect(mergeFacts(before, polled({ tables }), arpAndMac).facts.arp).toEqual(before.arp);
});

test('a kind that was not asked stays, even when a helper table of it was read', () => {
  const merged = mergeFacts(
    before,
    polled({ tables: { cdpGlobal: report('cdp'), a: report('arp') } }),
    new Set(['mac']),
  );
  expect([...merged.whole]).toEqual([]);
  expect(merged.facts.arp).toEqual(before.arp);
});

test('rows come back as the facts they were, and in another order of keys are equal', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ ip: fc.ipV4(), ifIndex: fc.nat(100) }), { maxLength: 8 }), (entries) => {
      const facts = polled({
        system: { sysName: 'a', sysDescr: null, sysObjectId: '1.3', chassisSerial: 'x', chassisModel: null },
        arp: entries.map(({ ip, ifIndex }) => ({ ...arp(ip), ifIndex })),
        bridge: { ...emptyFacts('a', at).bridge, ports: [{ port: 1, ifIndex: 10 }] },
        virtualMacs: ['00:00:5e:00:01:01'],
        localIdentity: { ...emptyFacts('a', at).localIdentity, sysName: 'a', cdpDeviceId: 'a.example' },
      });
      const rows = toRows(facts, FACT_KINDS);
      const stored = rows.map(({ table, key, body }): StoredRow => ({ table, key, body: JSON.parse(body) as unknown }));
      const back = fromRows('a', stored, facts);
      expect(back).toEqual(facts);
      expect(differenceOf(rows, toRows(back, FACT_KINDS))).toEqual({ appeared: [], gone: [] });
    }),
  );
});

test('canonical JSON ignores the order of keys only', () => {
  expect(canonicalJson({ b: [1, { d: 1, c: null }], a: 'x' })).toBe('{"a":"x","b":[1,{"c":null,"d":1}]}');
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});

test('a changed body is one row gone and one appeared', () => {
  const old = toRows(before, ['arp']);
  const now = toRows({ ...before, arp: [{ ...arp('10.0.0.1'), type: 'static' }, arp('10.0.0.9')] }, ['arp']);
  const { appeared, gone } = differenceOf(old, now);
  expect([appeared.length, gone.length]).toEqual([2, 1]);
});
