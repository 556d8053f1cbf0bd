import { emptyFacts, type DeviceFacts, type MacFact } from './facts.js';
import { forwardingView } from './forwarding-view.js';

const host = '00:00:00:00:00:01';
const row = (change: Partial<MacFact>): MacFact => ({
  vlan: 10,
  fdbId: 10,
  mac: host,
  bridgePort: 1,
  ifIndex: 101,
  status: 'learned',
  ...change,
});
const device = (mac: MacFact[]): ReadonlyMap<string, DeviceFacts> =>
  new Map([['sw', { ...emptyFacts('sw', ''), mac }]]);

test.each([
  ['a learned row', row({}), 10, 101],
  ['another VLAN', row({ vlan: 20 }), 10, undefined],
  ['a table that does not tell its VLAN', row({ vlan: null }), 10, 101],
  ['an own address', row({ status: 'self' }), 10, undefined],
  ['a port that could not be resolved', row({ ifIndex: null }), 10, undefined],
])('%s', (_name, fact, vlan, port) => {
  expect(forwardingView(device([fact])).port('sw', vlan, host)).toBe(port);
});

test('a node is addressed by its own MACs', () => {
  const facts = new Map([
    ['sw', { ...emptyFacts('sw', ''), bridge: { ...emptyFacts('sw', '').bridge, baseAddress: '00:00:00:00:00:99' } }],
  ]);
  const view = forwardingView(facts);
  expect(view.macs(`host:${host}`)).toEqual([host]);
  expect(view.macs('sw')).toEqual(['00:00:00:00:00:99']);
  expect(view.macs('nobody')).toEqual([]);
});
