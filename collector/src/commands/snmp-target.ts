import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { PlantgraphError } from '../lib/errors.js';
import { Secret } from '../lib/secret.js';
import type { AuthProtocol, PrivProtocol, SnmpCredential, SnmpTarget } from '../snmp/credential.js';

/** The command line cannot be understood; the message says what to give. */
export class UsageError extends PlantgraphError {
  readonly code = 'USAGE_INVALID';
  readonly retryable = false;
}

export interface TargetOptions {
  readonly communityFile?: string;
  readonly v1?: boolean;
  readonly v3User?: string;
  readonly authProtocol: AuthProtocol;
  readonly authPasswordFile?: string;
  readonly privProtocol: PrivProtocol;
  readonly privPasswordFile?: string;
  readonly context?: string;
  readonly port: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxRepetitions: number;
}

const AUTH: readonly AuthProtocol[] = ['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512'];
const PRIV: readonly PrivProtocol[] = ['des', 'aes', 'aes192b', 'aes192r', 'aes256b', 'aes256r'];

const oneOf = (words: readonly string[]) => (text: string) => {
  if (!words.includes(text)) throw new InvalidArgumentError(`Use one of ${words.join(', ')}.`);
  return text;
};

/** A whole number within bounds, for an option. */
export const wholeNumber = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new InvalidArgumentError(`Use a whole number from ${least} to ${most}.`);
  }
  return value;
};

/** Adds the options that say how to ask a device. Secrets come from files or stdin (`-`), never from arguments. */
export const addTargetOptions = (command: Command): Command =>
  command
    .option('--community-file <file>', 'file that holds the community (- for stdin)')
    .option('--v1', 'SNMPv1, for devices that know nothing newer (with --community-file)')
    .option('--v3-user <name>', 'SNMPv3 user')
    .option('--auth-protocol <name>', `authentication: ${AUTH.join(', ')}`, oneOf(AUTH), 'sha256')
    .option('--auth-password-file <file>', 'file that holds the authentication password (- for stdin)')
    .option('--priv-protocol <name>', `privacy: ${PRIV.join(', ')}`, oneOf(PRIV), 'aes')
    .option('--priv-password-file <file>', 'file that holds the privacy password (- for stdin)')
    .option('--context <name>', 'SNMPv3 context')
    .option('--port <number>', 'UDP port of the agent', wholeNumber(1, 65_535), 161)
    .option('--timeout-ms <number>', 'wait for one answer', wholeNumber(10, 60_000), 2_000)
    .option('--retries <number>', 'repeats of one request', wholeNumber(0, 10), 2)
    .option('--max-repetitions <number>', 'rows asked in one request', wholeNumber(1, 200), 25);

/** The target of a command line. Throws UsageError when the credential is missing, double or cannot be read. */
export function targetOf(host: string, options: TargetOptions): SnmpTarget {
  const { port, timeoutMs, retries, maxRepetitions } = options;
  return { host, port, timeoutMs, retries, maxRepetitions, credential: credentialOf(options) };
}

function credentialOf(options: TargetOptions): SnmpCredential {
  const { communityFile, v3User, authPasswordFile, privPasswordFile, context } = options;
  if ((communityFile === undefined) === (v3User === undefined)) {
    throw new UsageError('give either --community-file or --v3-user');
  }
  if ([communityFile, authPasswordFile, privPasswordFile].filter((file) => file === '-').length > 1) {
    throw new UsageError('stdin can hold one secret only: put the others in files');
  }
  if (options.v1 && communityFile === undefined) throw new UsageError('--v1 needs --community-file');
  if (communityFile !== undefined) {
    return { version: options.v1 ? '1' : '2c', community: secretFrom(communityFile) };
  }
  if (privPasswordFile !== undefined && authPasswordFile === undefined) {
    throw new UsageError(
      '--priv-password-file needs --auth-password-file: SNMPv3 has no privacy without authentication',
    );
  }
  return {
    version: '3',
    user: v3User as string,
    ...(authPasswordFile === undefined
      ? {}
      : { auth: { protocol: options.authProtocol, password: secretFrom(authPasswordFile) } }),
    ...(privPasswordFile === undefined
      ? {}
      : { priv: { protocol: options.privProtocol, password: secretFrom(privPasswordFile) } }),
    ...(context === undefined ? {} : { context }),
  };
}

const STDIN = 0;

function secretFrom(file: string): Secret {
  let text: string;
  try {
    text = readFileSync(file === '-' ? STDIN : file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`);
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret === '') throw new UsageError(`${file} is empty`);
  return new Secret(secret);
}
