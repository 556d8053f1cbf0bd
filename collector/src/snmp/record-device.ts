import {
  DOCSIS_ROOTS,
  DOCSIS_SCALARS,
  DOCSIS_TABLES,
  KNOWN_SCALARS,
  KNOWN_TABLES,
  VLAN_SCALARS,
  type KnownTable,
} from './catalogue.js';
import { contextVlansOf, probeOf, type TableProbe } from './probe.js';
import { isWhole, type WalkLimits } from './reader.js';
import { parseOid, type Instance } from './recording.js';
import { instancesOf } from './rows.js';
import type { LiveReader } from './session.js';
import { vtpVlanState } from './tables/cisco-vtp-mib.js';
import type { TaggedWalk } from './walk.js';

/** A table as it was read, in the context of a VLAN or without one. */
export interface RecordedTable extends TableProbe {
  readonly vlan: number | null;
}

export interface DeviceRecording {
  readonly instances: readonly Instance[];
  readonly contexts: ReadonlyMap<number, readonly Instance[]>;
  /** Subtrees that were not read to their end: nothing follows from what they lack. */
  readonly lost: readonly string[];
  readonly tables: readonly RecordedTable[];
}

export interface RecordOptions {
  /** Contexts to read: those that CISCO-VTP-MIB names, these, or none. */
  readonly vlans: 'all' | readonly number[];
  /** False leaves out the tables of cable systems, which hold subscribers' modems. */
  readonly docsis?: boolean;
  readonly signal?: AbortSignal;
  readonly limits?: Partial<WalkLimits>;
  readonly onTable?: (table: RecordedTable) => void;
}

const columnOf = (scalar: string): string => scalar.slice(0, -'.0'.length);
const tableOfScalars = (scalars: readonly string[]): KnownTable => ({
  name: 'scalars',
  mib: '',
  columns: scalars.map(columnOf),
  isPerVlan: false,
});
/** A device that no longer answers is not asked for every other table as well. */
const SILENT_TABLES = 3;

/** Reads everything that inference reads, and of a CMTS or a modem what measuring reads, as instances. Never rejects for what the device does. */
export async function recordDevice(reader: LiveReader, options: RecordOptions): Promise<DeviceRecording> {
  const recorder = new Recorder(reader, options);
  const main = await recorder.read([tableOfScalars(KNOWN_SCALARS), ...KNOWN_TABLES], undefined);
  if (options.docsis !== false && (await recorder.isDocsis())) {
    main.push(...(await recorder.read([tableOfScalars(DOCSIS_SCALARS), ...DOCSIS_TABLES], undefined)));
  }
  const vlans = options.vlans === 'all' ? recorder.contextVlans : options.vlans;
  const contexts = new Map<number, readonly Instance[]>();
  const perVlan = [tableOfScalars(VLAN_SCALARS), ...KNOWN_TABLES.filter(({ isPerVlan }) => isPerVlan)];
  for (const vlan of vlans) {
    if (recorder.isGivenUp) break;
    contexts.set(vlan, await recorder.read(perVlan, vlan));
  }
  return { instances: main, contexts, lost: [...recorder.lost], tables: recorder.tables };
}

class Recorder {
  readonly lost = new Set<string>();
  readonly tables: RecordedTable[] = [];
  contextVlans: readonly number[] = [];
  isGivenUp = false;
  readonly #reader: LiveReader;
  readonly #options: RecordOptions;
  #silent = 0;

  constructor(reader: LiveReader, options: RecordOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  /** Two names tell it, so that a switch is not asked for twenty tables that it cannot have. */
  async isDocsis(): Promise<boolean> {
    if (this.isGivenUp) return false;
    const { signal } = this.#options;
    const walk = await this.#reader.walk(DOCSIS_ROOTS, { ...(signal ? { signal } : {}), limits: { rows: 1 } });
    return walk.rows.length > 0;
  }

  async read(tables: readonly KnownTable[], vlan: number | undefined): Promise<Instance[]> {
    const instances: Instance[] = [];
    for (const table of tables) {
      if (this.isGivenUp) {
        for (const column of table.columns) this.lost.add(column);
        continue;
      }
      const walk = await this.#walk(table, vlan);
      instances.push(...instancesOf(table.columns.map(parseOid), walk.rows));
    }
    return instances;
  }

  async #walk(table: KnownTable, vlan: number | undefined): Promise<TaggedWalk> {
    const { signal, limits, onTable } = this.#options;
    const walk = await this.#reader.walk(table.columns, {
      ...(signal ? { signal } : {}),
      limits: { ...(table.maxRows === undefined ? {} : { rows: table.maxRows }), ...limits },
      ...(vlan === undefined ? {} : { vlan }),
    });
    if (!isWhole(walk.outcome)) for (const column of table.columns) this.lost.add(column);
    const recorded: RecordedTable = { ...probeOf(table, walk), vlan: vlan ?? null };
    this.tables.push(recorded);
    onTable?.(recorded);
    if (table.columns[0] === vtpVlanState) this.contextVlans = contextVlansOf(walk.rows);
    this.#silent = walk.outcome === 'timeout' ? this.#silent + 1 : 0;
    this.isGivenUp =
      this.#silent >= SILENT_TABLES ||
      walk.outcome === 'cancelled' ||
      (walk.outcome === 'authFailure' && vlan === undefined) ||
      (walk.outcome === 'timeout' && this.tables.length === 1);
    return walk;
  }
}
