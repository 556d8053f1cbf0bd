import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Secret } from '../lib/secret.js';
import type { SnmpCredential } from '../snmp/credential.js';
import type { Config } from './schema.js';

const MAX_SECRET_BYTES = 4096;

/** Reads `file:PATH` or `env:NAME`; one trailing newline is dropped. A problem says what to do, never what was read. */
export function resolveSecret(reference: string, baseDir: string): { secret: Secret } | { problem: string } {
  const separator = reference.indexOf(':');
  const name = reference.slice(separator + 1);
  if (reference.startsWith('env:')) {
    const value = process.env[name];
    return value === undefined || value === ''
      ? { problem: `environment variable ${name} is not set` }
      : { secret: new Secret(value) };
  }
  const path = resolve(baseDir, name);
  try {
    const { mode, size } = statSync(path);
    if (size > MAX_SECRET_BYTES) return { problem: `secret file ${path} is over ${MAX_SECRET_BYTES} bytes` };
    if ((mode & 0o007) !== 0)
      return { problem: `secret file ${path} can be read by everybody; run: chmod 600 ${path}` };
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    return text === '' ? { problem: `secret file ${path} is empty` } : { secret: new Secret(text) };
  } catch {
    return { problem: `secret file ${path} cannot be read; create it with mode 600` };
  }
}

/** As `resolveSecret`, for a reference that the check has already accepted. */
export function mustResolveSecret(reference: string, baseDir: string): Secret {
  const result = resolveSecret(reference, baseDir);
  if ('problem' in result) throw new RangeError(result.problem);
  return result.secret;
}

/** A named credential of the configuration with its secrets read. */
export function credentialOf(config: Config, name: string, baseDir: string): SnmpCredential {
  const credential = config.credentials[name];
  if (!credential) throw new RangeError(`no credential ${name}`);
  const secret = (reference: string) => mustResolveSecret(reference, baseDir);
  if (credential.version !== '3') {
    return {
      version: credential.version,
      community: secret(credential.community),
      ...(credential.writeCommunity === undefined ? {} : { writeCommunity: secret(credential.writeCommunity) }),
    };
  }
  return {
    version: '3',
    user: credential.user,
    ...(credential.auth
      ? { auth: { protocol: credential.auth.protocol, password: secret(credential.auth.password) } }
      : {}),
    ...(credential.priv
      ? { priv: { protocol: credential.priv.protocol, password: secret(credential.priv.password) } }
      : {}),
    ...(credential.context === undefined ? {} : { context: credential.context }),
  };
}

/** Files whose contents a credential depends on. */
function filesOf(config: Config, name: string, baseDir: string): string[] {
  const credential = config.credentials[name];
  if (!credential) return [];
  const references =
    credential.version === '3'
      ? [credential.auth?.password, credential.priv?.password]
      : [credential.community, credential.writeCommunity];
  return references.flatMap((reference) =>
    reference?.startsWith('file:') ? [resolve(baseDir, reference.slice('file:'.length))] : [],
  );
}

const stampOf = (files: readonly string[]): string =>
  files
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found ? `${found.ino}:${found.size}:${found.mtimeMs}` : '';
    })
    .join(' ');

/** How long a rotated secret may go unnoticed. */
const LOOK_AGAIN_MS = 5_000;

export interface LiveCredentials {
  /** The same object until one of its secret files has changed. */
  of(name: string): SnmpCredential;
}

/**
 * Credentials whose secret files are read again when they change, so that a rotation takes effect without a restart. A
 * file that cannot be read, or not yet, leaves the secret that was known.
 */
export function liveCredentials(config: Config, baseDir: string, clockMs = () => performance.now()): LiveCredentials {
  const known = new Map<string, { credential: SnmpCredential; files: string[]; stamp: string; lookedAtMs: number }>();
  return {
    of(name) {
      const nowMs = clockMs();
      const held = known.get(name);
      if (!held) {
        const files = filesOf(config, name, baseDir);
        const made = {
          credential: credentialOf(config, name, baseDir),
          files,
          stamp: stampOf(files),
          lookedAtMs: nowMs,
        };
        known.set(name, made);
        return made.credential;
      }
      if (nowMs - held.lookedAtMs < LOOK_AGAIN_MS) return held.credential;
      held.lookedAtMs = nowMs;
      const stamp = stampOf(held.files);
      if (stamp === held.stamp) return held.credential;
      try {
        held.credential = credentialOf(config, name, baseDir);
        held.stamp = stamp;
      } catch {
        // half written or gone: looked at again next time
      }
      return held.credential;
    },
  };
}
