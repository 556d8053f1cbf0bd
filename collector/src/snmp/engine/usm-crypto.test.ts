import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { CipherFeedback, KeyedHash } from './usm-crypto.js';

const octets = (maxLength: number) => fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes));

test.each([
  ['md5', 16],
  ['sha1', 20],
  ['sha224', 28],
  ['sha256', 32],
  ['sha384', 48],
  ['sha512', 64],
])('%s under a key is the HMAC of the message with its digest blanked', (name, length) => {
  fc.assert(
    fc.property(octets(1_500), fc.nat(40), fc.nat(40), (message, from, tail) => {
      const key = randomBytes(length);
      const end = Math.max(0, message.length - tail);
      const [blankStart, blankEnd] = [Math.min(from, end), Math.min(from + 24, end)];
      const blanked = Buffer.from(message.subarray(0, end)).fill(0, blankStart, blankEnd);
      const expected = createHmac(name, key).update(blanked).digest();
      const keyed = new KeyedHash(name, key);
      expect(keyed.digest(message, end, blankStart, blankEnd).equals(expected)).toBe(true);
      expect(keyed.digest(message, end, blankStart, blankEnd).equals(expected)).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test.each([
  ['aes-128-cfb', 16],
  ['aes-192-cfb', 24],
  ['aes-256-cfb', 32],
])('%s of one message after another is that of a cipher each', (name, length) => {
  const key = createSecretKey(randomBytes(length));
  const feedback = new CipherFeedback(name, key);
  fc.assert(
    fc.property(octets(1_500), fc.nat(7), (text, at) => {
      const iv = randomBytes(16);
      const padded = Buffer.concat([randomBytes(at), text, randomBytes(3)]);
      const expected = createCipheriv(name, key, iv).update(text);
      const encrypted = Buffer.alloc(at + text.length);
      feedback.encrypt(iv, text, encrypted, at);
      expect(encrypted.subarray(at).equals(expected)).toBe(true);
      const plain = createDecipheriv(name, key, iv).update(text);
      expect(feedback.decrypt(iv, padded, at, at + text.length).equals(plain)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('a key longer than the hash makes is refused', () => {
  expect(() => new KeyedHash('sha256', randomBytes(65))).toThrow(RangeError);
});
