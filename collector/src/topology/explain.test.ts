import type { Inference } from './correlate/inference.js';
import { explainLink } from './explain.js';
import { emptyFacts, type DeviceFacts, type TableReport } from './facts.js';

const report = (kind: TableReport['kind'], outcome: TableReport['outcome'] = 'complete'): TableReport => ({
  kind,
  outcome,
  detail: outcome === 'complete' ? null : 'no answer within 5 s',
  readAt: '2026-01-01T00:00:00.000Z',
  rows: 0,
  used: 0,
  dropped: {},
});
const nothing: Inference = { devices: [], links: [], segments: [], hosts: [], warnings: [], explain: [] };
const facts = (id: string, more: Partial<DeviceFacts>): DeviceFacts => ({ ...emptyFacts(id, ''), ...more });

const texts = (all: DeviceFacts[]) =>
  explainLink(all, nothing, 'a', 'b')
    .filter(({ device }) => device === 'a')
    .map(({ kind, text }) => `${kind}: ${text}`);

test('tells empty, unknown and not asked apart, and counts the rows about the other', () => {
  const b = facts('b', { bridge: { ...emptyFacts('b', '').bridge, baseAddress: '02:00:00:00:00:0b' } });
  const row = { vlan: 1, fdbId: 1, bridgePort: 1, ifIndex: 1, status: 'learned' as const };
  const a = facts('a', {
    mac: [
      { ...row, mac: '02:00:00:00:00:0b' },
      { ...row, mac: '02:00:00:00:00:0c' },
    ],
    tables: { lldpRemTable: report('lldp'), cdpCacheTable: report('cdp', 'timeout'), dot1dTpFdbTable: report('mac') },
  });
  expect(texts([a, b])).toEqual([
    'lldp: lldpRemTable is empty',
    'cdp: cdpCacheTable is unknown: no answer within 5 s',
    'stp: dot1dStpPortTable was not asked',
    'lag: dot3adAggPortTable was not asked',
    'mac: dot1dTpFdbTable has 2 rows, 1 about b',
    'arp: ipNetToMediaTable was not asked',
    'routing: ospfNbrTable was not asked',
  ]);
});

test('says so when one of both is not polled', () => {
  const reasons = explainLink([facts('a', {})], nothing, 'a', 'b');
  expect(reasons.at(-1)).toMatchObject({ device: 'b', kind: 'inventory' });
});

test('starts with the segment that joins them', () => {
  const port = (device: string) => ({ device, bridgePort: 1, ifIndex: 1, ifName: null });
  const segment = { id: 'seg:a:1', ports: [port('a'), port('b')] } as unknown as Inference['segments'][number];
  const [first] = explainLink([], { ...nothing, segments: [segment] }, 'a', 'b');
  expect(first).toMatchObject({ kind: 'link', text: 'both hang on segment seg:a:1' });
});
