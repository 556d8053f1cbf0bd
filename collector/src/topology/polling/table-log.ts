import type { SnmpReader, TableRows, WalkLimits, WalkOutcome } from '../../snmp/reader.js';
import { isWhole } from '../../snmp/reader.js';
import type { FactKind, TableReport } from '../facts.js';

/** What the readers of one cycle share. */
export interface Cycle {
  readonly reader: SnmpReader;
  readonly now: () => Date;
  readonly signal: AbortSignal | undefined;
  readonly log: TableLog;
  /** Whether tables are also read VLAN by VLAN where the device lists VLANs (`community@vlan`). */
  readonly vlanContexts: boolean;
}

/** One table as it was read, counting what becomes of its rows. */
export interface TableReading {
  readonly rows: TableRows;
  readonly whole: boolean;
  /** The agent's clock when the first rows were read. */
  readonly sysUpTimeMs: number | undefined;
  use(): void;
  drop(reason: string): void;
  /** Says that it was our own cap that cut it. */
  cap(): void;
}

interface Entry {
  kind: FactKind;
  outcome: WalkOutcome;
  detail: string | null;
  readAt: string;
  rows: number;
  used: number;
  dropped: Record<string, number>;
  capped?: true;
}

/** The reports of all tables read in one cycle. */
export class TableLog {
  readonly #entries = new Map<string, Entry>();

  open(kind: FactKind, table: string, outcome: WalkOutcome, detail: string | null, readAt: Date, rows: number): Entry {
    const entry: Entry = { kind, outcome, detail, readAt: readAt.toISOString(), rows, used: 0, dropped: {} };
    this.#entries.set(table, entry);
    return entry;
  }

  /** A kind whose ports cannot be named because another table failed is no better than that table. */
  degrade(kinds: ReadonlySet<FactKind>, detail: string): void {
    for (const entry of this.#entries.values()) {
      if (!kinds.has(entry.kind) || !isWhole(entry.outcome)) continue;
      entry.outcome = 'errorStatus';
      entry.detail = detail;
    }
  }

  isWhole(kind: FactKind): boolean {
    const entries = [...this.#entries.values()].filter((entry) => entry.kind === kind);
    return entries.length > 0 && entries.every((entry) => isWhole(entry.outcome));
  }

  reports(): Record<string, TableReport> {
    const sorted = [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([table, entry]) => [table, { ...entry, dropped: { ...entry.dropped } }]));
  }
}

export interface ReadOptions {
  readonly vlan?: number;
  readonly limits?: Partial<WalkLimits>;
}

/** Walks a table and opens its report. */
export async function readTable(
  cycle: Cycle,
  kind: FactKind,
  table: string,
  columns: readonly string[],
  options: ReadOptions = {},
): Promise<TableReading> {
  const walk = await cycle.reader.walk(columns, {
    ...options,
    ...(cycle.signal ? { signal: cycle.signal } : {}),
  });
  const name = options.vlan === undefined ? table : `${table}@${options.vlan}`;
  const entry = cycle.log.open(kind, name, walk.outcome, walk.detail ?? null, walk.startedAt, walk.rows.length);
  return {
    rows: walk.rows,
    whole: isWhole(walk.outcome),
    sysUpTimeMs: walk.sysUpTimeMs,
    use: () => {
      entry.used += 1;
    },
    drop: (reason) => {
      entry.dropped[reason] = (entry.dropped[reason] ?? 0) + 1;
    },
    cap: () => {
      entry.capped = true;
    },
  };
}
