import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { AuthProtocol } from './credential.js';

/** Hash and length of msgAuthenticationParameters: RFC 3414 for MD5 and SHA, RFC 7860 for SHA-2. */
export const AUTH: Record<AuthProtocol, { readonly hash: string; readonly digestLength: number }> = {
  md5: { hash: 'md5', digestLength: 12 },
  sha: { hash: 'sha1', digestLength: 12 },
  sha224: { hash: 'sha224', digestLength: 16 },
  sha256: { hash: 'sha256', digestLength: 24 },
  sha384: { hash: 'sha384', digestLength: 32 },
  sha512: { hash: 'sha512', digestLength: 48 },
};

const STRETCHED_BYTES = 1024 * 1024;

/** Ku: the password repeated to 1 MiB and hashed (RFC 3414, A.2). The same for every engine. */
export function passwordToKey(protocol: AuthProtocol, password: string | Uint8Array): Buffer {
  const bytes = typeof password === 'string' ? Buffer.from(password, 'utf8') : password;
  if (bytes.length === 0) throw new RangeError('an authentication password has at least one character');
  const stretched = Buffer.alloc(STRETCHED_BYTES, bytes);
  return createHash(AUTH[protocol].hash).update(stretched).digest();
}

/** Kul: the key as one engine knows it (RFC 3414, 2.6). */
export function localizeKey(protocol: AuthProtocol, key: Uint8Array, engineId: Uint8Array): Buffer {
  return createHash(AUTH[protocol].hash).update(key).update(engineId).update(key).digest();
}

/**
 * Whether the message carries the digest of its own octets. The whole truncated length is demanded: accepting what the
 * sender chose to send was CVE-2008-0960.
 */
export function hasValidDigest(
  protocol: AuthProtocol,
  localizedKey: Uint8Array,
  message: Uint8Array,
  digestStart: number,
  digestEnd: number,
): boolean {
  const { hash, digestLength } = AUTH[protocol];
  if (digestEnd - digestStart !== digestLength) return false;
  const blanked = Buffer.from(message);
  blanked.fill(0, digestStart, digestEnd);
  const expected = createHmac(hash, localizedKey).update(blanked).digest().subarray(0, digestLength);
  return timingSafeEqual(expected, message.subarray(digestStart, digestEnd));
}
