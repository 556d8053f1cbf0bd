import * as netSnmp from 'net-snmp';
import type { AuthProtocol, PrivProtocol, SnmpCredential } from './credential.js';
import type { DgramModule } from './guard.js';
import type { SetVarbind } from './reader.js';
import { parseOid } from './recording.js';
import type { CellValue } from './rows.js';
import type { Exchange, Varbind } from './walk.js';

/**
 * The only file that touches the package net-snmp. Its errors are turned into words here and go no further: they carry
 * the user with its keys, and print expected digests.
 */
export interface LibrarySession {
  /** Read by the library as each request is made; one request is in flight at a time. */
  community: string;
  context: string;
  retries: number;
  reportOidMismatchErrors: boolean;
  get(oids: string[], done: Done): unknown;
  getNext(oids: string[], done: Done): unknown;
  getBulk(oids: string[], nonRepeaters: number, maxRepetitions: number, done: Done): unknown;
  set(varbinds: { oid: string; type: number; value: unknown }[], done: Done): unknown;
  cancelRequests(error: Error): void;
  close(): unknown;
  on(event: string, listener: (error: unknown) => void): unknown;
}

export type Done = (error: unknown, varbinds?: unknown) => void;

const AUTH: Record<AuthProtocol, netSnmp.AuthProtocols> = {
  md5: netSnmp.AuthProtocols.md5,
  sha: netSnmp.AuthProtocols.sha,
  sha224: netSnmp.AuthProtocols.sha224,
  sha256: netSnmp.AuthProtocols.sha256,
  sha384: netSnmp.AuthProtocols.sha384,
  sha512: netSnmp.AuthProtocols.sha512,
};

const PRIV: Partial<Record<PrivProtocol, netSnmp.PrivProtocols>> = {
  des: netSnmp.PrivProtocols.des,
  aes: netSnmp.PrivProtocols.aes,
  aes256b: netSnmp.PrivProtocols.aes256b,
  aes256r: netSnmp.PrivProtocols.aes256r,
};

/** Whether the library has the cipher; AES-192 it has not. */
export const isInLibrary = (protocol: PrivProtocol): boolean => PRIV[protocol] !== undefined;

export interface LibraryOptions {
  readonly address: string;
  readonly port: number;
  readonly isIpv6: boolean;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly dgramModule: DgramModule;
}

export function openLibrarySession(credential: SnmpCredential, options: LibraryOptions): LibrarySession {
  const common = {
    port: options.port,
    transport: options.isIpv6 ? 'udp6' : 'udp4',
    timeout: options.timeoutMs,
    retries: options.retries,
    reportOidMismatchErrors: true,
    dgramModule: options.dgramModule,
  };
  const session =
    credential.version !== '3'
      ? netSnmp.Session.create(options.address, credential.community.reveal(), {
          ...common,
          version: credential.version === '1' ? netSnmp.Version1 : netSnmp.Version2c,
        } as netSnmp.SessionOptions)
      : netSnmp.Session.createV3(options.address, userOf(credential), {
          ...common,
          version: netSnmp.Version3,
        } as netSnmp.SessionOptionsV3);
  return session as unknown as LibrarySession;
}

function userOf(credential: SnmpCredential & { version: '3' }): netSnmp.User {
  const { auth, priv } = credential;
  const level =
    auth && priv
      ? netSnmp.SecurityLevel.authPriv
      : auth
        ? netSnmp.SecurityLevel.authNoPriv
        : netSnmp.SecurityLevel.noAuthNoPriv;
  return {
    name: credential.user,
    level,
    ...(auth ? { authProtocol: AUTH[auth.protocol], authKey: auth.password.reveal() } : {}),
    ...(auth && priv ? { privProtocol: PRIV[priv.protocol], privKey: priv.password.reveal() } : {}),
  } as netSnmp.User;
}

/** The varbinds of a SET in the library's terms. */
export const librarySetOf = (varbinds: readonly SetVarbind[]): { oid: string; type: number; value: unknown }[] =>
  varbinds.map(({ oid, type, value }) => ({
    oid: parseOid(oid).join('.'),
    type:
      type === 'integer'
        ? netSnmp.ObjectType.Integer
        : type === 'gauge'
          ? netSnmp.ObjectType.Gauge
          : netSnmp.ObjectType.OctetString,
    // the library's writer fails on an empty buffer, not on an empty string
    value: typeof value === 'number' ? value : value.length === 0 ? '' : Buffer.from(value),
  }));

interface LibraryVarbind {
  oid: string;
  type: number;
  value: unknown;
}

/** A varbind of the library as ours; octets are copied, because the library's are views of the datagram. */
export function varbindOf(raw: unknown): Varbind {
  const { oid, type, value } = raw as LibraryVarbind;
  return { oid, tag: type, value: valueOf(type, value) };
}

function valueOf(tag: number, value: unknown): CellValue {
  switch (tag) {
    case 2:
    case 65:
    case 66:
    case 67:
      return Number(value);
    case 70:
      return bigintOfOctets(value as Uint8Array);
    case 4:
    case 68:
      return Uint8Array.from(value as Uint8Array);
    case 64:
      return Uint8Array.from(String(value).split('.'), Number);
    case 6: {
      const ids = String(value).split('.').map(Number);
      return ids.every((id) => Number.isInteger(id)) ? ids : null;
    }
    default:
      return null;
  }
}

/** Agents send Counter64 in 1 to 9 octets; the low 64 bits count. */
const bigintOfOctets = (octets: Uint8Array): bigint =>
  octets.length === 0 ? 0n : BigInt.asUintN(64, BigInt(`0x${Buffer.from(octets).toString('hex')}`));

/** What became of a request that failed, in words that hold nothing of the library's error. */
export type Failure = Exclude<Exchange, { kind: 'answer' }> & { readonly resync?: 'retry' | 'reopen' };

const NOT_IN_TIME_WINDOW_REPORT = 'Not In Time Window';
const UNKNOWN_ENGINE_REPORT = 'Unknown Engine ID';
/** The Reports that the library passes on by these names, in our words. */
const REFUSALS: Readonly<Record<string, string>> = {
  'Unsupported Security Level': 'the agent does not offer this security level to the user',
  'Unknown User Name': 'the agent does not know the user',
  'Wrong Digest (incorrect password, community or key)': 'the agent refuses the authentication password or protocol',
  'Decryption Error': 'the agent cannot decrypt: privacy password or protocol differ',
  [NOT_IN_TIME_WINDOW_REPORT]: 'the agent says that the request is outside its time window',
  [UNKNOWN_ENGINE_REPORT]: 'the agent does not accept its own engine id',
};

export function failureOf(error: unknown): Failure {
  const { name, message, code, status } = error as { name?: string; message?: string; code?: unknown; status?: number };
  if (name === 'RequestTimedOutError') return { kind: 'timeout', detail: 'no answer within the tries' };
  if (name === 'RequestFailedError' && typeof status === 'number') {
    return { kind: 'errorStatus', status, oid: /: (\d+(?:\.\d+)+)$/.exec(message ?? '')?.[1] };
  }
  if (name === 'ResponseInvalidError') return invalidAnswer(Number(code), message ?? '');
  if (typeof code === 'string' && /^E[A-Z0-9_]{2,30}$/.test(code)) {
    return { kind: 'socket', detail: `the local socket failed: ${code}` };
  }
  return { kind: 'badAnswer', detail: 'the request could not be made or its answer could not be used' };
}

function invalidAnswer(code: number, message: string): Failure {
  const codes = netSnmp.ResponseInvalidCode as unknown as Record<string, number>;
  if (code === codes.ENotInTimeWindow) {
    return { kind: 'auth', detail: 'the engine lost its boots or its clock', resync: 'reopen' };
  }
  if (code === codes.EAuthFailure) {
    const detail = REFUSALS[message] ?? 'the agent refuses the credential';
    const isResync = message === NOT_IN_TIME_WINDOW_REPORT || message === UNKNOWN_ENGINE_REPORT;
    return { kind: 'auth', detail, ...(isResync ? { resync: 'retry' as const } : {}) };
  }
  if (code === codes.ECouldNotDecrypt) return { kind: 'auth', detail: 'the answer could not be decrypted' };
  return { kind: 'badAnswer', detail: 'the answer does not fit the request' };
}
