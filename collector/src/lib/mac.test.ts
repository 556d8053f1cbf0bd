import { isGroupMac, macFromBytes, macToBytes, parseMac, tryParseMac } from './mac.js';

test.each([
  ['00:1D:b3:c5:09:60', '00:1d:b3:c5:09:60'],
  ['001db3-c50960', undefined],
  ['001d.b3c5.0960', '00:1d:b3:c5:09:60'],
  ['001DB3C50960', '00:1d:b3:c5:09:60'],
  ['e4 f0 04 1 2 3', 'e4:f0:04:01:02:03'],
  ['5C-71-0D-00-00-01', '5c:71:0d:00:00:01'],
  ['not a mac', undefined],
  ['00:11:22:33:44', undefined],
  ['', undefined],
])('reads %p as %p', (text, mac) => {
  expect(tryParseMac(text)).toBe(mac);
});

test('bytes and text are the same address', () => {
  const mac = parseMac('00:1d:b3:c5:09:60');
  expect(macFromBytes(macToBytes(mac))).toBe(mac);
  expect(() => macFromBytes([1, 2, 3])).toThrow(RangeError);
});

test('tells group addresses apart', () => {
  expect(isGroupMac(parseMac('01:80:c2:00:00:0e'))).toBe(true);
  expect(isGroupMac(parseMac('00:1d:b3:c5:09:60'))).toBe(false);
});
