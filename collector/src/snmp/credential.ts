import type { Secret } from '../lib/secret.js';

export type AuthProtocol = 'md5' | 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
/** AES-192 and AES-256 exist with two key extensions, Blumenthal's (b) and Reeder's (r). */
export type PrivProtocol = 'des' | 'aes' | 'aes192b' | 'aes192r' | 'aes256b' | 'aes256r';

/** How to ask a device. Held by reference in the inventory; secrets never print. */
export type SnmpCredential =
  /** v1 for devices that know nothing newer: read by GETNEXT, without Counter64. */
  | { readonly version: '1' | '2c'; readonly community: Secret; readonly writeCommunity?: Secret }
  | {
      readonly version: '3';
      readonly user: string;
      readonly auth?: { readonly protocol: AuthProtocol; readonly password: Secret };
      readonly priv?: { readonly protocol: PrivProtocol; readonly password: Secret };
      readonly context?: string;
    };

/** Where and how to reach one agent. */
export interface SnmpTarget {
  readonly host: string;
  readonly port: number;
  readonly credential: SnmpCredential;
  /** Wait for one answer. */
  readonly timeoutMs: number;
  /** Repeats of one request after the first try, per step of a walk. */
  readonly retries: number;
  readonly maxRepetitions: number;
  /** Least time between two datagrams to the device; 0 when absent. */
  readonly minGapMs?: number;
  /** Datagrams to the device in a second; without limit when absent or 0. */
  readonly maxPacketsPerSec?: number;
  /** The v3 engine that the device must be, in hex. */
  readonly engineId?: string;
  /** The device may answer from another of its addresses until then (Unix ms). */
  readonly anyAddressUntilMs?: number;
}
