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
  if (credential.version === '2c') {
    return {
      version: '2c',
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
