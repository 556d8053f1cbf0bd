import { deviceText } from './device-text.js';

test.each([
  [Uint8Array.of(0x47, 0x69, 0x30, 0x2f, 0x31, 0x00), 'Gi0/1'],
  [Uint8Array.of(0xff, 0x41), '\ufffdA'],
  ['  a\r\n\tb  ', 'a b'],
  ['\u202eevil\u001b[31m', 'evil[31m'],
  ['x'.repeat(400), 'x'.repeat(255)],
])('%p becomes %p', (raw, text) => {
  expect(deviceText(raw)).toBe(text);
});
