import { SnmpError } from './errors.js';
import type { Scalars, SnmpReader, TableRows, Walk, WalkOutcome } from './reader.js';
import { compareOids, parseOid, type Instance } from './recording.js';

/** A recorded device: its instances, those of each VLAN context, and the subtrees that timed out when it was recorded. */
export interface RecordedDevice {
  readonly instances: readonly Instance[];
  /** By VLAN; what an agent answers to `community@vlan` or context `vlan-<id>`. */
  readonly contexts?: ReadonlyMap<number, readonly Instance[]>;
  /** OIDs of the subtrees that were not read: walks into them end in `timeout`. */
  readonly lost?: readonly string[];
  readonly now?: () => Date;
}

const startsWith = (oid: readonly number[], prefix: readonly number[]): boolean =>
  oid.length >= prefix.length && prefix.every((id, at) => oid[at] === id);

/** First position whose OID is not below `oid`; instances are sorted. */
function lowerBound(instances: readonly Instance[], oid: readonly number[]): number {
  let low = 0;
  let high = instances.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareOids((instances[middle] as Instance).oid, oid) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function column(instances: readonly Instance[], prefix: readonly number[]): Instance[] {
  const found: Instance[] = [];
  for (let at = lowerBound(instances, prefix); at < instances.length; at++) {
    const instance = instances[at] as Instance;
    if (!startsWith(instance.oid, prefix)) break;
    // A scalar that is walked as a column has no index and is no row.
    if (instance.oid.length > prefix.length) found.push(instance);
  }
  return found;
}

const bytesOf = (instance: Instance | undefined): Uint8Array | undefined =>
  instance?.value instanceof Uint8Array ? instance.value : undefined;

function numberOf(instance: Instance | undefined): number | undefined {
  const value = instance?.value;
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' ? Number(value) : undefined;
}

function bigintOf(instance: Instance | undefined): bigint | undefined {
  const value = instance?.value;
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' ? BigInt(value) : undefined;
}

const oidOf = (instance: Instance | undefined): readonly number[] | undefined =>
  instance?.tag === 6 && Array.isArray(instance.value) ? (instance.value as readonly number[]) : undefined;

function tableRows(instances: readonly Instance[], columns: readonly (readonly number[])[]): TableRows {
  const rows = new Map<string, { index: readonly number[]; cells: (Instance | undefined)[] }>();
  columns.forEach((prefix, at) => {
    for (const instance of column(instances, prefix)) {
      const index = instance.oid.slice(prefix.length);
      const key = index.join('.');
      let row = rows.get(key);
      if (!row) rows.set(key, (row = { index, cells: [] }));
      row.cells[at] = instance;
    }
  });
  const sorted = [...rows.values()].sort((a, b) => compareOids(a.index, b.index));
  const cell = (at: number, row: number) => sorted[row]?.cells[at];
  return {
    length: sorted.length,
    index: (row) => sorted[row]?.index ?? [],
    bytes: (at, row) => bytesOf(cell(at, row)),
    number: (at, row) => numberOf(cell(at, row)),
    bigint: (at, row) => bigintOf(cell(at, row)),
    oid: (at, row) => oidOf(cell(at, row)),
  };
}

/**
 * Answers as the recorded device would: an absent subtree or context is an empty table, a lost subtree a timeout
 * (with whatever rows of it were recorded before). A recording takes no SET.
 */
export function recordingReader(device: RecordedDevice): SnmpReader {
  const now = device.now ?? (() => new Date());
  const lost = (device.lost ?? []).map(parseOid);
  const isLost = (oid: readonly number[]) =>
    lost.some((subtree) => startsWith(oid, subtree) || startsWith(subtree, oid));
  const instancesOf = (vlan: number | undefined): readonly Instance[] =>
    vlan === undefined ? device.instances : (device.contexts?.get(vlan) ?? []);
  const sysUpTime = numberOf(lookUp(device.instances, parseOid('1.3.6.1.2.1.1.3.0')));

  return {
    async walk(columns, options = {}): Promise<Walk> {
      const prefixes = columns.map(parseOid);
      const outcome: WalkOutcome = options.signal?.aborted
        ? 'cancelled'
        : prefixes.some(isLost)
          ? 'timeout'
          : 'complete';
      return {
        outcome,
        ...(outcome === 'complete' ? {} : { detail: 'the recording says that this subtree did not answer' }),
        rows: tableRows(instancesOf(options.vlan), prefixes),
        startedAt: now(),
        durationMs: 0,
        sysUpTimeMs: sysUpTime === undefined ? undefined : sysUpTime * 10,
        pduCount: 0,
      };
    },

    async get(oids, options = {}): Promise<Scalars> {
      if (options.signal?.aborted) throw new SnmpError('SNMP_CANCELLED', 'the reading was given up');
      const lostOid = oids.find((oid) => isLost(parseOid(oid)));
      if (lostOid !== undefined) {
        throw new SnmpError('SNMP_TIMEOUT', 'the recording says that this subtree did not answer', { oid: lostOid });
      }
      const instances = instancesOf(options.vlan);
      const found = (oid: string) => lookUp(instances, parseOid(oid));
      return {
        has: (oid) => found(oid) !== undefined,
        bytes: (oid) => bytesOf(found(oid)),
        number: (oid) => numberOf(found(oid)),
        bigint: (oid) => bigintOf(found(oid)),
        oid: (oid) => oidOf(found(oid)),
      };
    },

    async set() {
      throw new SnmpError('SNMP_NO_WRITE_CREDENTIAL', 'a recording cannot be written');
    },

    close() {},
  };
}

function lookUp(instances: readonly Instance[], oid: readonly number[]): Instance | undefined {
  const instance = instances[lowerBound(instances, oid)];
  return instance && compareOids(instance.oid, oid) === 0 ? instance : undefined;
}
