import { createCipheriv, createHash, createSecretKey, type KeyObject } from 'node:crypto';
import type { AuthProtocol, PrivProtocol } from '../credential.js';
import { AUTH, localizeKey, passwordToKey } from '../usm.js';
import type { EngineCredential } from './task.js';
import { CipherFeedback, KeyedHash } from './usm-crypto.js';

/** How one user speaks with one engine. */
export interface UsmKeys {
  readonly user: Uint8Array;
  readonly context: Uint8Array;
  /** Flags that an answer with data must have: 0 noAuthNoPriv, 1 authNoPriv, 3 authPriv. */
  readonly level: 0 | 1 | 3;
  readonly auth: AuthKey | undefined;
  readonly priv: PrivKey | undefined;
}

interface AuthKey {
  readonly hash: string;
  readonly digestLength: number;
  readonly key: KeyObject;
  readonly mac: KeyedHash;
}

export interface PrivKey {
  readonly cipher: string;
  readonly key: KeyObject;
  /** Of DES only. */
  readonly preIv: Uint8Array | undefined;
  /** Of AES only. */
  readonly feedback: CipherFeedback | undefined;
}

type V3Credential = EngineCredential & { version: '3' };

/** Keys of one user for one engine, whatever the context. */
export interface LocalizedKeys {
  readonly credential: V3Credential;
  readonly auth: AuthKey | undefined;
  readonly priv: PrivKey | undefined;
}

const CIPHER: Record<PrivProtocol, { readonly cipher: string; readonly keyLength: number }> = {
  des: { cipher: 'des-cbc', keyLength: 16 },
  aes: { cipher: 'aes-128-cfb', keyLength: 16 },
  aes192b: { cipher: 'aes-192-cfb', keyLength: 24 },
  aes192r: { cipher: 'aes-192-cfb', keyLength: 24 },
  aes256b: { cipher: 'aes-256-cfb', keyLength: 32 },
  aes256r: { cipher: 'aes-256-cfb', keyLength: 32 },
};
const DES_KEY_OCTETS = 8;
const MAX_PASSWORDS = 1_024;
/** Users that are spoken for at one engine. */
const MAX_USERS = 4;

/** Whether this runtime has the cipher; Node 17 and newer have DES with the legacy provider only. */
export const hasCipher = (protocol: PrivProtocol): boolean => {
  try {
    // the list of ciphers names also those whose provider is not loaded
    const { cipher, keyLength } = CIPHER[protocol];
    const isDes = protocol === 'des';
    createCipheriv(cipher, Buffer.alloc(isDes ? DES_KEY_OCTETS : keyLength), Buffer.alloc(isDes ? 8 : 16));
    return true;
  } catch {
    return false;
  }
};

/** Asked once: it cannot change while the process runs. */
const LACKING: ReadonlySet<PrivProtocol> = new Set(
  (Object.keys(CIPHER) as PrivProtocol[]).filter((protocol) => !hasCipher(protocol)),
);

/** Why the credential cannot be used here, and what to do; undefined when it can. */
export function whyUnusable(credential: EngineCredential): string | undefined {
  const protocol = credential.version === '3' ? credential.priv?.protocol : undefined;
  if (protocol === undefined || !LACKING.has(protocol)) return undefined;
  return `this Node has no ${protocol}: start it with NODE_OPTIONS=--openssl-legacy-provider, or give the user aes on the device`;
}

/**
 * Keys by engine and user. Hashing a password costs half a millisecond and does not depend on the engine, so it is done
 * once for all engines (RFC 3414, A.2).
 */
export class UsmKeyring {
  readonly #stretched = new Map<string, Buffer>();

  localize(credential: V3Credential, engineId: Uint8Array): UsmKeys {
    return usmKeysOf(credential, this.#keysFor(credential, engineId));
  }

  /** As `localize`, with what is remembered of the engine: each request of a caller brings its credential anew. */
  recall(credential: V3Credential, engineId: Uint8Array, known: LocalizedKeys[]): UsmKeys {
    let keys = known.find((one) => isSameUser(one.credential, credential));
    if (!keys) {
      keys = this.#keysFor(credential, engineId);
      known.push(keys);
      if (known.length > MAX_USERS) known.shift();
    }
    return usmKeysOf(credential, keys);
  }

  #keysFor(credential: V3Credential, engineId: Uint8Array): LocalizedKeys {
    const { auth, priv } = credential;
    if (!auth) return { credential, auth: undefined, priv: undefined };
    const { hash, digestLength } = AUTH[auth.protocol];
    const key = localizeKey(auth.protocol, this.#stretch(auth.protocol, auth.password), engineId);
    const keyed = { hash, digestLength, key: createSecretKey(key), mac: new KeyedHash(hash, key) };
    if (!priv) return { credential, auth: keyed, priv: undefined };
    const master = localizeKey(auth.protocol, this.#stretch(auth.protocol, priv.password), engineId);
    return { credential, auth: keyed, priv: privOf(auth.protocol, priv.protocol, master, engineId) };
  }

  #stretch(protocol: AuthProtocol, password: string): Buffer {
    const name = `${protocol}:${password}`;
    const known = this.#stretched.get(name);
    if (known) return known;
    const key = passwordToKey(protocol, password);
    // rotated passwords must not pile up
    if (this.#stretched.size >= MAX_PASSWORDS) this.#stretched.clear();
    this.#stretched.set(name, key);
    return key;
  }
}

function privOf(auth: AuthProtocol, protocol: PrivProtocol, localized: Buffer, engineId: Uint8Array): PrivKey {
  const { cipher, keyLength } = CIPHER[protocol];
  const key = extendKey(auth, protocol, localized, engineId, keyLength);
  if (protocol === 'des') {
    const desKey = createSecretKey(key.subarray(0, DES_KEY_OCTETS));
    return { cipher, key: desKey, preIv: Uint8Array.from(key.subarray(DES_KEY_OCTETS)), feedback: undefined };
  }
  const aesKey = createSecretKey(key);
  return { cipher, key: aesKey, preIv: undefined, feedback: new CipherFeedback(cipher, aesKey) };
}

const usmKeysOf = ({ user, context }: V3Credential, { auth, priv }: LocalizedKeys): UsmKeys => ({
  user: Buffer.from(user, 'utf8'),
  context: Buffer.from(context, 'utf8'),
  level: priv ? 3 : auth ? 1 : 0,
  auth,
  priv,
});

const isSameUser = (a: V3Credential, b: V3Credential): boolean =>
  a.user === b.user && isSameSecret(a.auth, b.auth) && isSameSecret(a.priv, b.priv);

interface ProtocolSecret {
  readonly protocol: string;
  readonly password: string;
}

const isSameSecret = (a: ProtocolSecret | undefined, b: ProtocolSecret | undefined): boolean =>
  a?.protocol === b?.protocol && a?.password === b?.password;

/** Hashes are shorter than long keys; two drafts fill the rest differently and both are in use. */
function extendKey(
  auth: AuthProtocol,
  protocol: PrivProtocol,
  localized: Buffer,
  engineId: Uint8Array,
  length: number,
): Buffer {
  let key = localized;
  while (key.length < length) {
    // draft-reeder-snmpv3-usm-3desede: the key so far is the password of what follows
    // draft-blumenthal-aes-usm: the hash of the key so far follows
    const more = protocol.endsWith('r')
      ? localizeKey(auth, passwordToKey(auth, key), engineId)
      : createHash(AUTH[auth].hash).update(key).digest();
    key = Buffer.concat([key, more]);
  }
  return key.subarray(0, length);
}
