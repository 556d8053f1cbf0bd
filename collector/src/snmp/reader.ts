/**
 * What the rest of the product sees of SNMP. Columns go in, typed rows and an explicit outcome come out; no object
 * per varbind, no library type. `session.ts` makes the live reader, `recording-reader.ts` one over a recorded device.
 */

/** How a walk ended. Only `complete` and `endOfMib` say that what was not seen is not there. */
export type WalkOutcome =
  | 'complete'
  | 'endOfMib'
  | 'nonIncreasing'
  | 'tooBig'
  | 'timeout'
  | 'deadline'
  | 'errorStatus'
  | 'authFailure'
  | 'cancelled';

/** True when rows not seen may be aged or removed. */
export const isWhole = (outcome: WalkOutcome): boolean => outcome === 'complete' || outcome === 'endOfMib';

/** Rows of one table, column by column; a row's index is the OID after the column. Rows are in index order. */
export interface TableRows {
  readonly length: number;
  /** The sub-identifiers after the column. */
  index(row: number): readonly number[];
  /** The octets of an OCTET STRING, IpAddress or Opaque; undefined when the cell is absent or of another type. */
  bytes(column: number, row: number): Uint8Array | undefined;
  /** An integer, counter, gauge or tick count as a number (Counter64 beyond 2^53 loses precision: use `bigint`). */
  number(column: number, row: number): number | undefined;
  bigint(column: number, row: number): bigint | undefined;
  /** The sub-identifiers of an OBJECT IDENTIFIER. */
  oid(column: number, row: number): readonly number[] | undefined;
}

export interface Walk {
  readonly outcome: WalkOutcome;
  /** One sentence for people when the outcome is not whole; never holds a credential. */
  readonly detail?: string;
  readonly rows: TableRows;
  readonly startedAt: Date;
  readonly durationMs: number;
  /** sysUpTime of the agent in the first answer, as milliseconds; undefined when it was not asked or not answered. */
  readonly sysUpTimeMs: number | undefined;
  readonly pduCount: number;
  /**
   * The agent restarted since it was last asked, or while this table was read: ifIndex values may be others, counters began
   * anew. Absent when it did not, or when its clock is not known.
   */
  readonly restarted?: 'before' | 'inside';
}

/** Caps of one walk. A walk that meets one ends in `deadline`, with the rows it has. */
export interface WalkLimits {
  readonly rows: number;
  readonly bytes: number;
  readonly pdus: number;
  readonly timeMs: number;
}

/** Operations reference, A-06. */
export const DEFAULT_WALK_LIMITS: WalkLimits = { rows: 50_000, bytes: 8 * 1024 * 1024, pdus: 20_000, timeMs: 30_000 };

export interface WalkOptions {
  readonly signal?: AbortSignal;
  readonly limits?: Partial<WalkLimits>;
  /** Reads the table in this VLAN's context: `community@vlan` in v2c, context `vlan-<id>` in v3. */
  readonly vlan?: number;
}

/** Values of a GET. An OID whose object or instance is absent has none of these. */
export interface Scalars {
  has(oid: string): boolean;
  bytes(oid: string): Uint8Array | undefined;
  number(oid: string): number | undefined;
  bigint(oid: string): bigint | undefined;
  oid(oid: string): readonly number[] | undefined;
}

/** One value to SET, with its type on the wire. */
export type SetVarbind =
  | { readonly oid: string; readonly type: 'integer' | 'gauge'; readonly value: number }
  | { readonly oid: string; readonly type: 'octets'; readonly value: Uint8Array };

/** One agent. Calls may be made at once; the reader serialises what the device cannot take. */
export interface SnmpReader {
  /** Never rejects for anything a device or a network does: that is an outcome. */
  walk(columns: readonly string[], options?: WalkOptions): Promise<Walk>;
  /** Rejects with SnmpError. */
  get(oids: readonly string[], options?: { signal?: AbortSignal; vlan?: number }): Promise<Scalars>;
  /** Sends the varbinds in one PDU with the write credential. Rejects with SnmpError; `errorStatus` tells what the agent said. */
  set(varbinds: readonly SetVarbind[], options?: { signal?: AbortSignal }): Promise<void>;
  close(): void;
}
