import { createHmac } from 'node:crypto';
import { hasValidDigest, localizeKey, passwordToKey } from './usm.js';

const ENGINE = Buffer.from('000000000000000000000002', 'hex');

// RFC 3414, A.3.1 and A.3.2
test.each([
  ['md5', '9faf3283884e92834ebc9847d8edd963', '526f5eed9fcce26f8964c2930787d82b'],
  ['sha', '9fb5cc0381497b3793528939ff788d5d79145211', '6695febc9288e36282235fc7151f128497b38f3f'],
] as const)('%s keys are those of the RFC', (protocol, master, localized) => {
  const key = passwordToKey(protocol, 'maplesyrup');
  expect(key.toString('hex')).toBe(master);
  expect(localizeKey(protocol, key, ENGINE).toString('hex')).toBe(localized);
});

test('takes the whole digest over the blanked message and nothing shorter', () => {
  const key = localizeKey('sha256', passwordToKey('sha256', 'authentic-pass'), ENGINE);
  const message = Buffer.alloc(60, 7).fill(0, 10, 34);
  createHmac('sha256', key).update(message).digest().copy(message, 10, 0, 24);
  expect(hasValidDigest('sha256', key, message, 10, 34)).toBe(true);
  expect(hasValidDigest('sha256', key, message, 10, 11)).toBe(false);
  message[59] = 8;
  expect(hasValidDigest('sha256', key, message, 10, 34)).toBe(false);
});
