import { ipFromBytes, ipToBytes, parseIp, tryParseIp } from './ip.js';

test.each([
  ['10.0.0.5', '10.0.0.5'],
  ['010.1.2.3', undefined],
  ['10.1', undefined],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::', '::'],
  ['', undefined],
])('reads %p as %p', (text, ip) => {
  expect(tryParseIp(text)).toBe(ip);
});

test.each(['10.0.0.5', '2001:db8::1', '::', 'fe80::1:0:0:2'])('%s survives its octets', (text) => {
  expect(ipFromBytes(ipToBytes(parseIp(text)))).toBe(text);
});

test('other lengths are no address', () => {
  expect(ipFromBytes([1, 2, 3])).toBeUndefined();
});
