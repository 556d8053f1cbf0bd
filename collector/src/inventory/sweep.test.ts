import type { SnmpReader } from '../snmp/reader.js';
import { addressesOf, idOf, isInPrefix, sweep } from './sweep.js';

test.each([
  ['10.0.0.0/30', ['10.0.0.1', '10.0.0.2']],
  ['10.0.0.5/32', ['10.0.0.5']],
  ['10.0.0.4/31', ['10.0.0.4', '10.0.0.5']],
  ['10.0.0.7/29', ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5', '10.0.0.6']],
  ['2001:db8::/127', ['2001:db8::', '2001:db8::1']],
])('%s is %p', (prefix, addresses) => {
  expect(addressesOf(prefix)).toEqual(addresses);
});

test('knows what lies in a prefix', () => {
  expect(isInPrefix('10.0.0.9', '10.0.0.0/24')).toBe(true);
  expect(isInPrefix('10.0.1.9', '10.0.0.0/24')).toBe(false);
  expect(isInPrefix('2001:db8::1', '10.0.0.0/24')).toBe(false);
});

test.each([
  ['Core-1.example.net', 'core-1'],
  ['SW 01 (rack)', 'sw-01-rack'],
  ['', '10.0.0.1'],
  ['…', '10.0.0.1'],
])('names %p %p', (name, id) => {
  expect(idOf(name, '10.0.0.1')).toBe(id);
});

test('takes those that answer and keeps equal names apart', async () => {
  const names: Record<string, string> = { '10.0.0.1': 'sw', '10.0.0.3': 'sw', '10.0.0.5': 'core' };
  const closed: string[] = [];
  const reader = (address: string): SnmpReader => ({
    get: async () => {
      const name = names[address];
      if (name === undefined) throw new Error('timeout');
      return { bytes: () => new TextEncoder().encode(name) } as never;
    },
    walk: () => Promise.reject(new Error('not asked')),
    set: () => Promise.reject(new Error('not asked')),
    close: () => void closed.push(address),
  });
  expect(await sweep('10.0.0.0/29', reader, new AbortController().signal)).toEqual([
    { address: '10.0.0.1', id: '10.0.0.1' },
    { address: '10.0.0.3', id: '10.0.0.3' },
    { address: '10.0.0.5', id: 'core' },
  ]);
  expect(closed).toHaveLength(6);
});
