import { methodRank, score } from './score.js';
import { METHODS } from './schemas.js';

test.each([
  ['LLDP', { method: 'lldp' }, 1],
  ['LAG', { method: 'lag' }, 0.98],
  ['STP', { method: 'stp' }, 0.95],
  ['device MACs', { method: 'bridge' }, 0.92],
  ['three shared hosts', { method: 'bridge', sharedHosts: 3 }, 0.8],
  ['many shared hosts', { method: 'bridge', sharedHosts: 500 }, 0.9],
  ['ARP and forwarding', { method: 'arp' }, 0.9],
  ['ARP neighbourhood', { method: 'arp', neighbourhood: true }, 0.6],
  ['OSPF', { method: 'ospf' }, 0.7],
  ['bonuses', { method: 'ospf', nameMatch: true, equalSpeed: true }, 0.78],
  ['the cap', { method: 'lldp', nameMatch: true, equalSpeed: true }, 1],
] as const)('%s', (_name, facts, confidence) => {
  expect(score(facts).confidence).toBe(confidence);
});

test('a contradiction costs more than all bonuses give', () => {
  const all = { nameMatch: true, equalSpeed: true, otherMethods: ['arp', 'ospf'] } as const;
  for (const method of METHODS) {
    expect(score({ method, ...all, contradicted: true }).confidence).toBeLessThan(score({ method }).confidence);
  }
});

test('every input is kept with its reason, and they add up', () => {
  const { confidence, inputs } = score({ method: 'stp', oneSided: true, portUnknown: true });
  expect(inputs.every(({ reason }) => reason !== '')).toBe(true);
  expect(inputs.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(confidence);
});

test('the class is compared before the score', () => {
  const order = (['lldp', 'cdp', 'lag', 'stp', 'bridge', 'arp', 'ospf', 'isis', 'bgp'] as const).map(methodRank);
  expect(order).toEqual([...order].sort((a, b) => a - b));
});
