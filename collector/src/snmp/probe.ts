import { codeOf } from '../lib/errors.js';
import { deviceText } from '../lib/device-text.js';
import { DOCSIS_ROOTS, DOCSIS_TABLES, KNOWN_SCALARS, KNOWN_TABLES, type KnownTable } from './catalogue.js';
import { isWhole, type SnmpReader, type TableRows, type Walk, type WalkLimits, type WalkOutcome } from './reader.js';
import { vtpVlanState } from './tables/cisco-vtp-mib.js';
import { sysDescr, sysName, sysObjectID, sysUpTime } from './tables/snmpv2-mib.js';

/** What one table of a device costs and gives. */
export interface TableProbe {
  readonly name: string;
  readonly mib: string;
  readonly outcome: WalkOutcome;
  readonly detail: string | null;
  readonly rows: number;
  readonly varbinds: number;
  readonly durationMs: number;
  /** Requests sent, repeats included. */
  readonly requests: number;
}

/** What a poller can expect of a device. */
export interface DeviceProbe {
  /** Null when the device answered; else why not, and `tables` is empty. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly sysName: string | null;
  readonly sysDescr: string | null;
  readonly sysObjectId: string | null;
  readonly sysUpTimeMs: number | null;
  readonly tables: readonly TableProbe[];
  /** VLANs whose contexts a full poll reads too; they are not probed one by one. */
  readonly contextVlans: readonly number[];
  readonly rows: number;
  readonly varbinds: number;
  readonly durationMs: number;
  /** Datagrams both ways in a cycle that reads everything, contexts estimated from the tables without context. */
  readonly packetsPerCycle: number;
  /** Time of such a cycle, one request at a time. */
  readonly msPerCycle: number;
}

export interface ProbeOptions {
  readonly signal?: AbortSignal;
  readonly limits?: Partial<WalkLimits>;
  readonly tables?: readonly KnownTable[];
  readonly onTable?: (table: KnownTable, walk: Walk) => void;
}

const SYSTEM = [sysDescr, sysObjectID, sysUpTime, sysName];
/** A device that no longer answers is not asked for every other table as well. */
const SILENT_TABLES = 3;

/** Asks a device for everything that inference reads. Never rejects for what the device does. */
export async function probeDevice(reader: SnmpReader, options: ProbeOptions = {}): Promise<DeviceProbe> {
  const tables: TableProbe[] = [];
  let contextVlans: number[] = [];
  let text: (oid: string) => string | null = () => null;
  let sysUpTimeMs: number | null = null;
  let sysObjectId: string | null = null;
  let failure: DeviceProbe['failure'] = null;
  try {
    const signal = options.signal ? { signal: options.signal } : {};
    const scalars = await reader.get(SYSTEM, signal);
    text = (oid) => {
      const bytes = scalars.bytes(oid);
      return bytes === undefined ? null : deviceText(bytes);
    };
    const ticks = scalars.number(sysUpTime);
    sysUpTimeMs = ticks === undefined ? null : ticks * 10;
    sysObjectId = scalars.oid(sysObjectID)?.join('.') ?? null;
  } catch (error) {
    failure = { code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
  }
  let silent = 0;
  const known = failure === null ? (options.tables ?? (await tablesOf(reader, options))) : [];
  for (const table of known) {
    const walk = await reader.walk(table.columns, {
      ...(options.signal ? { signal: options.signal } : {}),
      ...(options.limits ? { limits: options.limits } : {}),
    });
    tables.push(probeOf(table, walk));
    options.onTable?.(table, walk);
    if (table.columns[0] === vtpVlanState) contextVlans = contextVlansOf(walk.rows);
    silent = walk.outcome === 'timeout' ? silent + 1 : 0;
    if (silent >= SILENT_TABLES || walk.outcome === 'authFailure' || walk.outcome === 'cancelled') break;
  }
  return {
    failure,
    sysName: text(sysName),
    sysDescr: text(sysDescr),
    sysObjectId,
    sysUpTimeMs,
    tables,
    contextVlans,
    ...costOf(tables, contextVlans.length, known),
  };
}

/** Tables of cable systems are asked of a CMTS or a modem only. */
async function tablesOf(reader: SnmpReader, { signal }: ProbeOptions): Promise<readonly KnownTable[]> {
  const walk = await reader.walk(DOCSIS_ROOTS, { ...(signal ? { signal } : {}), limits: { rows: 1 } });
  return walk.rows.length > 0 ? [...KNOWN_TABLES, ...DOCSIS_TABLES] : KNOWN_TABLES;
}

export const probeOf = (table: KnownTable, walk: Walk): TableProbe => ({
  name: table.name,
  mib: table.mib,
  outcome: walk.outcome,
  detail: isWhole(walk.outcome) ? null : (walk.detail ?? null),
  rows: walk.rows.length,
  varbinds: cellCount(walk.rows, table.columns.length),
  durationMs: walk.durationMs,
  requests: walk.pduCount,
});

function cellCount(rows: TableRows, columns: number): number {
  let count = 0;
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows.length; row++) {
      const isPresent = (rows.bytes(column, row) ?? rows.number(column, row) ?? rows.oid(column, row)) !== undefined;
      if (isPresent) count++;
    }
  }
  return count;
}

/** VLANs with contexts of their own: operational ones of CISCO-VTP-MIB without the reserved four. `column` holds the state. */
export function contextVlansOf(rows: TableRows, column = 0): number[] {
  const vlans: number[] = [];
  for (let row = 0; row < rows.length; row++) {
    const vlan = rows.index(row)[1] ?? 0;
    const isReserved = vlan >= 1002 && vlan <= 1005;
    if (vlan >= 1 && vlan <= 4094 && !isReserved && rows.number(column, row) === 1) vlans.push(vlan);
  }
  return vlans;
}

const SCALARS_PER_GET = 25;

function costOf(tables: readonly TableProbe[], contexts: number, known: readonly KnownTable[]) {
  const sum = (of: readonly TableProbe[], value: (table: TableProbe) => number) =>
    of.reduce((total, table) => total + value(table), 0);
  const perVlan = new Set(known.filter(({ isPerVlan }) => isPerVlan).map(({ name }) => name));
  const inContexts = tables.filter(({ name }) => perVlan.has(name));
  const gets = tables.length === 0 ? 0 : Math.ceil(KNOWN_SCALARS.length / SCALARS_PER_GET) + contexts;
  const requests =
    sum(tables, (table) => table.requests) + contexts * sum(inContexts, (table) => table.requests) + gets;
  const durationMs = sum(tables, (table) => table.durationMs);
  return {
    rows: sum(tables, (table) => table.rows),
    varbinds: sum(tables, (table) => table.varbinds),
    durationMs,
    packetsPerCycle: 2 * requests,
    msPerCycle: durationMs + contexts * sum(inContexts, (table) => table.durationMs),
  };
}
