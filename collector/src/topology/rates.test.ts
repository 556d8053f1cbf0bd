import type { InterfaceFact } from './facts.js';
import { interfaceRates } from './rates.js';

const at = (sec: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, sec));
const port = (inOctets: number | null, counterBits: 32 | 64 = 64, speedBps: number | null = 1e9): InterfaceFact => ({
  ifIndex: 1,
  ifName: 'Gi1',
  ifDescr: null,
  ifAlias: null,
  ifType: 6,
  mac: null,
  speedBps,
  adminStatus: 'up',
  operStatus: 'up',
  lastChangeMs: null,
  inOctets,
  outOctets: null,
  counterBits,
  addresses: [],
});
const last = (inOctets: number | null, sec = 0) => ({ inOctets, outOctets: 5, at: at(sec) });

test.each([
  ['octets over time', port(1_000_000), last(250_000), 1e9, 100_000],
  ['a 32-bit counter that wrapped', port(100, 32), last(2 ** 32 - 100), 1e9, (200 * 8) / 60],
  ['a 64-bit counter that went back', port(100), last(200), 1e9, null],
  ['a wrap that would exceed the line', port(100, 32, 1e6), last(2 ** 31), 1e9, null],
  ['the first read', port(100), undefined, 1e9, null],
  ['a device that restarted in between', port(300), last(200), 30_000, null],
  ['a counter that is not there', port(null), last(200), 1e9, null],
  ['a gap too long to trust', port(300), { ...last(200), at: at(-1200) }, 1e9, null],
])('%s', (_name, fact, before, upTimeMs, inBps) => {
  expect(interfaceRates(fact, at(60), before, upTimeMs)).toEqual({ inBps, outBps: null });
});

describe('the clock of the agent', () => {
  const sampled = (fact: InterfaceFact, uptimeMs: number): InterfaceFact => ({ ...fact, sampledUptimeMs: uptimeMs });
  const before = { ...last(250_000), sampledUptimeMs: 1_000_000 };
  test.each([
    ['says that the second reading came late', 1_075_000, 80_000],
    ['is far from ours, so ours counts', 1_400_000, 100_000],
    ['went back: a restart', 3_000_000 - 2_900_000, null],
    ['stands still', 1_000_000, null],
  ])('%s', (_name, uptimeMs, inBps) => {
    expect(interfaceRates(sampled(port(1_000_000), uptimeMs), at(60), before, 1e9).inBps).toBe(inBps);
  });
});

test.each([
  ['counters began anew', 5_000, 4_000, null],
  ['counters went on', 5_000, 5_000, 100_000],
  ['the agent did not say before', 5_000, undefined, 100_000],
  ['the agent does not say any more', undefined, 5_000, 100_000],
])('%s', (_name, now, then, inBps) => {
  const fact = { ...port(1_000_000), ...(now === undefined ? {} : { counterDiscontinuityMs: now }) };
  const before = { ...last(250_000), counterDiscontinuityMs: then };
  expect(interfaceRates(fact, at(60), before, 1e9).inBps).toBe(inBps);
});
