import type { AuthProtocol, PrivProtocol } from '../credential.js';
import type { WalkLimits } from '../reader.js';
import type { IndexRange } from './names.js';

/** A credential as the engine's thread gets it. It belongs to the request, not to the device. */
export type EngineCredential =
  | { readonly version: '1' | '2c'; readonly community: string }
  | {
      readonly version: '3';
      readonly user: string;
      readonly context: string;
      readonly auth?: { readonly protocol: AuthProtocol; readonly password: string };
      readonly priv?: { readonly protocol: PrivProtocol; readonly password: string };
    };

export interface EngineConfig {
  /** Repeats after the first try, per step of a walk. */
  readonly retries: number;
  /** Wait for one answer before anything is known of the device; a step is given up after retries + 1 of these. */
  readonly timeoutMs: number;
  readonly maxRepetitions: number;
  /** Values in one answer, over all columns. */
  readonly maxResponseVarbinds: number;
  /** Columns of one table that are read with the same requests. */
  readonly columnsPerRequest: number;
  /** Requests in flight to the device (the seed's max_async_sessions); the least of what its present callers say. */
  readonly maxInFlight: number;
  /** Least time between two datagrams to the device. */
  readonly minGapMs: number;
  /** Datagrams to the device in a second, repeats included; 0 for no limit. A tenth of it may go at once. */
  readonly maxPacketsPerSec: number;
  /** Until then (Unix time) answers from another address of the device are taken, such as those of a loopback. */
  readonly anyAddressUntilMs: number;
  /** The v3 engine that the device must be, in lower-case hex; empty takes what discovery says. */
  readonly pinnedEngineId: string;
}

/** Varbinds: about what fills one Ethernet datagram at 24 to 30 octets each. */
export const DEFAULT_ENGINE_CONFIG: EngineConfig = {
  retries: 2,
  timeoutMs: 2_000,
  maxRepetitions: 25,
  maxResponseVarbinds: 50,
  columnsPerRequest: 16,
  maxInFlight: 1,
  minGapMs: 0,
  maxPacketsPerSec: 0,
  anyAddressUntilMs: 0,
  pinnedEngineId: '',
};

/** What is asked of the engine: columns to walk, or instances to get. */
export interface EngineRequest {
  readonly type: 'get' | 'walk';
  /** Of the caller; returned in the result. */
  readonly id: string;
  /** An address, not a name. */
  readonly host: string;
  readonly port: number;
  readonly credential: EngineCredential;
  readonly oids: readonly (readonly number[])[];
  /** Partial indexes below each OID; each range is read for itself, several at once. Ignored by a get. */
  readonly ranges: readonly IndexRange[];
  readonly limits: WalkLimits;
  readonly config: EngineConfig;
}
