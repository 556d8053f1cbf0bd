import { parseMac } from '../../lib/mac.js';
import { isExpectedName, normaliseAddress } from './expectations.js';

const expected = { name: 'pnm/rxmer_a.bin', defaultPrefix: 'PNMDsMer', mac: parseMac('00:1d:b3:c5:09:60') };

test.each([
  ['pnm/rxmer_a.bin', true],
  ['/pnm/rxmer_a.bin', true],
  ['pnm/PNMDsMer_001DB3C50960_1732100000', true],
  ['/pnm/PNMDsMer_001db3c50960_5', true],
  ['PNMDsMer_001DB3C50960_1732100000', false],
  ['rxmer_a.bin', false],
  ['pnm/rxmer_A.bin', false],
  ['pnm/rxmer_a.bin ', false],
  ['pnm/rxmer_a.bin\u0000x', false],
  ['pnm/../pnm/rxmer_a.bin', false],
  ['pnm/PNMDsMer_001DB3C50961_1732100000', false],
  ['pnm/PNMDSConDisp_001DB3C50960_1732100000', false],
  ['pnm/PNMDsMer_001DB3C50960_', false],
  ['pnm/PNMDsMer_001DB3C50960_1_2', false],
  ['pnm/PNMDsMer_001DB3C50960_1/../x', false],
  ['__proto__', false],
  ['', false],
])('%s is let in: %p', (name, isLetIn) => {
  expect(isExpectedName(name, expected)).toBe(isLetIn);
});

test('without a directory the default name stands alone', () => {
  const bare = { ...expected, name: 'rxmer_a.bin' };
  expect(isExpectedName('PNMDsMer_001DB3C50960_1732100000', bare)).toBe(true);
  expect(isExpectedName('/PNMDsMer_001DB3C50960_1732100000', bare)).toBe(true);
});

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['2001:DB8::1', '2001:db8::1'],
  ['nonsense', undefined],
])('%s is the source %p', (address, ip) => {
  expect(normaliseAddress(address)).toBe(ip);
});
