import type pg from 'pg';
import { copyRows } from '../db/copy.js';
import { inTransaction } from '../db/pool.js';
import { writeResiliently } from '../db/resilient.js';
import { columnOf, storableJson, storableText } from '../db/values.js';
import { isWhole } from '../snmp/reader.js';
import {
  differenceOf,
  FACT_TABLES,
  fromRows,
  toRows,
  type FactDifference,
  type FactRow,
  type FactTable,
  type StoredRow,
} from './current-facts.js';
import type { DeviceFacts, FactKind } from './facts.js';
import { interfaceRates, type InterfaceReading } from './rates.js';

/** One poll of one module of one device, with what it changes. */
export interface PollRecord {
  readonly deviceId: string;
  readonly module: string;
  readonly intervalSec: number;
  readonly at: Date;
  /** The facts before; undefined when the device never answered. */
  readonly previous: DeviceFacts | undefined;
  /** As polled, whole or not. */
  readonly polled: DeviceFacts;
  /** After `mergeFacts`. */
  readonly current: DeviceFacts;
  readonly asked: ReadonlySet<FactKind>;
  /** The kinds whose rows replace what is stored. */
  readonly whole: ReadonlySet<FactKind>;
}

export interface WrittenPoll {
  readonly appeared: number;
  readonly gone: number;
  /** Rows that the database refused; the others are stored. */
  readonly refused: number;
  readonly success: boolean;
}

export interface FactsStore {
  /** Stores a poll in one transaction: its outcome always, facts only where they changed. */
  writePoll(record: PollRecord): Promise<WrittenPoll>;
  /** The current facts of every device of the inventory that ever answered. */
  loadFacts(): Promise<Map<string, DeviceFacts>>;
  /** Ends the facts of devices that left the inventory: nobody confirms them any more. */
  endRemoved(at: Date): Promise<void>;
}

/** What a walk that was cut short shows is kept for people, not more of it than this a poll. */
const MAX_PARTIAL_ROWS = 1_000;
/** InterfaceIndex of RFC 2863. */
const MAX_IF_INDEX = 2 ** 31 - 1;

export function factsStore(pool: pg.Pool): FactsStore {
  const samples: Samples = new Map();
  return {
    async writePoll(record) {
      const { previous, polled, current, whole, asked } = record;
      const before = previous === undefined ? [] : toRows(previous, whole);
      const difference = differenceOf(before, toRows(current, whole));
      const partialKinds = [...asked].filter((kind) => !whole.has(kind) && kindWasRead(polled, kind));
      const partial = toRows(polled, partialKinds)
        .filter(({ table }) => table !== 'facts_device')
        .slice(0, MAX_PARTIAL_ROWS);
      const broken = Object.entries(polled.tables).filter(([, { outcome, capped }]) => !isWhole(outcome) && !capped);
      const success = broken.length === 0 && whole.size > 0;
      let refused = 0;
      await inTransaction(pool, async (client) => {
        await writeOutcomes(client, record, broken, success);
        refused = await writeDifference(client, record, difference);
        await writeRaw(client, record, difference, partial);
        if (whole.has('interfaces')) refused += await writeInterfaces(client, record, samples);
        if (whole.size > 0) await writeDevice(client, record);
      });
      return { appeared: difference.appeared.length, gone: difference.gone.length, refused, success };
    },

    async endRemoved(at) {
      const removed = 'select device_id from devices where removed_at is not null';
      await inTransaction(pool, async (client) => {
        for (const table of FACT_TABLES) {
          await client.query(
            `update ${table} set valid_to = greatest($1, valid_from) where valid_to is null and device_id in (${removed})`,
            [at],
          );
        }
        await client.query(`delete from interfaces where device_id in (${removed})`);
        await client.query(`delete from device_tables where device_id in (${removed})`);
        await client.query(`delete from poll_states where device_id in (${removed})`);
      });
    },

    async loadFacts() {
      const rows = new Map<string, StoredRow[]>();
      for (const table of FACT_TABLES) {
        const found = await pool.query<{ device_id: string; row_key: string; body: unknown }>(
          `select f.device_id, f.row_key, f.body
             from ${table} f join devices d using (device_id)
            where f.valid_to is null and d.removed_at is null
            order by f.fact_id`,
        );
        for (const { device_id, row_key, body } of found.rows) {
          const list = rows.get(device_id) ?? [];
          if (list.length === 0) rows.set(device_id, list);
          list.push({ table, key: row_key, body });
        }
      }
      const heads = await pool.query<HeadRow>(
        `select t.device_id, d.site_id, t.polled_at, t.sys_up_time_ms, t.tables
           from device_tables t join devices d using (device_id)
          where d.removed_at is null`,
      );
      return new Map(
        heads.rows.map((head) => [
          head.device_id,
          fromRows(head.device_id, rows.get(head.device_id) ?? [], {
            site: head.site_id,
            polledAt: head.polled_at.toISOString(),
            sysUpTimeMs: head.sys_up_time_ms,
            tables: head.tables,
          }),
        ]),
      );
    },
  };
}

interface HeadRow {
  device_id: string;
  site_id: string;
  polled_at: Date;
  sys_up_time_ms: number | null;
  tables: DeviceFacts['tables'];
}

const kindWasRead = (facts: DeviceFacts, kind: FactKind): boolean =>
  Object.values(facts.tables).some((report) => report.kind === kind && report.rows > 0);

async function writeOutcomes(
  client: pg.PoolClient,
  { deviceId, module, intervalSec, at, polled }: PollRecord,
  broken: readonly (readonly [string, DeviceFacts['tables'][string]])[],
  success: boolean,
): Promise<void> {
  const reports = Object.values(polled.tables);
  const sum = (count: (report: DeviceFacts['tables'][string]) => number) =>
    reports.reduce((total, report) => total + count(report), 0);
  const all = { table: '*', kind: '*', outcome: 'complete', detail: null };
  // a table over our own cap is no failure of the device, and still is not read
  const capped = Object.entries(polled.tables).filter(([, report]) => report.capped);
  const rows = [
    ...(success ? [{ ...all, rows: sum((r) => r.rows), used: sum((r) => r.used) }] : []),
    ...[...broken, ...capped].map(([table, report]) => ({ table, ...report })),
  ];
  await client.query(
    `insert into poll_outcomes (time, device_id, module, mib_table, kind, outcome, detail, row_count, used_count)
     select $1, $2, $3, o.* from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::int[]) o`,
    [
      at,
      deviceId,
      module,
      rows.map(({ table }) => table),
      rows.map(({ kind }) => kind),
      rows.map(({ outcome }) => outcome),
      rows.map((row) => (row.detail === null ? null : storableText(row.detail))),
      rows.map((row) => row.rows),
      rows.map(({ used }) => used),
    ],
  );
  const [first] = broken;
  const outcome = success ? 'complete' : (first?.[1].outcome ?? 'cancelled');
  const detail = success || !first ? null : `${first[0]}: ${first[1].detail ?? first[1].outcome}`;
  await client.query(
    `insert into poll_states as s (device_id, module, interval_sec, since, last_attempt, last_success, last_outcome, last_detail, failures)
     values ($1, $2, $3, $4, $4, case when $5 then $4::timestamptz end, $6, $7, case when $5 then 0 else 1 end)
     on conflict (device_id, module) do update
        set interval_sec = excluded.interval_sec,
            last_attempt = excluded.last_attempt,
            last_success = coalesce(excluded.last_success, s.last_success),
            last_outcome = excluded.last_outcome,
            last_detail = excluded.last_detail,
            failures = case when $5 then 0 else s.failures + 1 end`,
    [deviceId, module, intervalSec, at, success, outcome, detail],
  );
}

async function writeDifference(
  client: pg.PoolClient,
  { deviceId, at }: PollRecord,
  { appeared, gone }: FactDifference,
): Promise<number> {
  let refused = 0;
  const of = (rows: readonly FactRow[], table: FactTable) => rows.filter((row) => row.table === table);
  for (const table of FACT_TABLES) {
    const ended = of(gone, table);
    if (ended.length > 0) {
      await client.query(
        `update ${table} set valid_to = greatest($2, valid_from)
          where device_id = $1 and valid_to is null and row_key = any($3::text[])`,
        [deviceId, at, columnOf(ended, ({ key }) => key)],
      );
    }
    await writeResiliently(
      client,
      of(appeared, table),
      (rows) =>
        client.query(
          `insert into ${table} (device_id, row_key, body, valid_from)
           select $1, n.row_key, n.body, $2 from unnest($3::text[], $4::jsonb[]) n (row_key, body)
           on conflict (device_id, row_key) where valid_to is null do update set body = excluded.body`,
          [deviceId, at, columnOf(rows, ({ key }) => key), rows.map(({ body }) => storableJson(JSON.parse(body)))],
        ),
      () => refused++,
    );
  }
  return refused;
}

async function writeRaw(
  client: pg.PoolClient,
  { deviceId, at }: PollRecord,
  { appeared, gone }: FactDifference,
  partial: readonly FactRow[],
): Promise<void> {
  const rows = [
    ...appeared.map((row) => ({ row, change: 'appeared' })),
    ...gone.map((row) => ({ row, change: 'gone' })),
    ...partial.map((row) => ({ row, change: 'partial' })),
  ];
  if (rows.length === 0) return;
  await copyRows(
    client,
    'raw_rows',
    [
      { name: 'time', type: 'timestamptz' },
      { name: 'device_id', type: 'text' },
      { name: 'kind', type: 'text' },
      { name: 'row_key', type: 'text' },
      { name: 'change', type: 'text' },
      { name: 'body', type: 'jsonb' },
    ],
    rows.map(({ row, change }) => [
      at,
      deviceId,
      row.table.replace('facts_', ''),
      row.key,
      change,
      JSON.parse(row.body) as object,
    ]),
  );
}

/** When the agents' clocks read what is stored as counters: of this process only, because a rate needs both readings. */
type Samples = Map<string, { readonly atMs: number; readonly uptimeMs: ReadonlyMap<number, number> }>;

async function writeInterfaces(client: pg.PoolClient, record: PollRecord, samples: Samples): Promise<number> {
  const { deviceId, at, polled, previous } = record;
  const sample = samples.get(deviceId);
  const discontinuityOf = new Map(previous?.interfaces.map((fact) => [fact.ifIndex, fact.counterDiscontinuityMs]));
  const before = await client.query<PreviousCounters>(
    `select if_index, in_octets, out_octets, counters_at from interfaces where device_id = $1`,
    [deviceId],
  );
  const beforeOf = new Map(before.rows.map((row) => [row.if_index, row]));
  const possible = polled.interfaces.filter(({ ifIndex }) => ifIndex <= MAX_IF_INDEX);
  const readings = possible.map((fact): InterfaceReading => {
    const old = beforeOf.get(fact.ifIndex);
    const last = old?.counters_at
      ? {
          inOctets: old.in_octets,
          outOctets: old.out_octets,
          at: old.counters_at,
          sampledUptimeMs: sample?.atMs === old.counters_at.getTime() ? sample.uptimeMs.get(fact.ifIndex) : undefined,
          counterDiscontinuityMs: discontinuityOf.get(fact.ifIndex),
        }
      : undefined;
    return { fact, ...interfaceRates(fact, at, last, polled.sysUpTimeMs) };
  });
  samples.set(deviceId, {
    atMs: at.getTime(),
    uptimeMs: new Map(
      possible.flatMap(({ ifIndex, sampledUptimeMs }) =>
        sampledUptimeMs === undefined ? [] : [[ifIndex, sampledUptimeMs] as const],
      ),
    ),
  });
  let refused = polled.interfaces.length - possible.length;
  await writeResiliently(
    client,
    readings,
    (rows) => client.query(UPSERT_INTERFACES, [deviceId, at, ...interfaceColumns(rows)]),
    () => refused++,
  );
  await client.query('delete from interfaces where device_id = $1 and if_index <> all($2::bigint[])', [
    deviceId,
    readings.map(({ fact }) => fact.ifIndex),
  ]);
  const moving = readings.filter(({ inBps, outBps }) => inBps !== null || outBps !== null);
  await client.query(
    `insert into interface_counters (time, device_id, if_index, in_bps, out_bps)
     select $1, $2, c.* from unnest($3::int[], $4::float8[], $5::float8[]) c`,
    [at, deviceId, moving.map((r) => r.fact.ifIndex), moving.map((r) => r.inBps), moving.map((r) => r.outBps)],
  );
  return refused;
}

interface PreviousCounters {
  if_index: number;
  in_octets: number | null;
  out_octets: number | null;
  counters_at: Date | null;
}

function interfaceColumns(rows: readonly InterfaceReading[]): unknown[] {
  const column = (value: (row: InterfaceReading) => unknown) => columnOf(rows, value);
  return [
    column(({ fact }) => fact.ifIndex),
    column(({ fact }) => fact.ifName),
    column(({ fact }) => fact.ifDescr),
    column(({ fact }) => fact.ifAlias),
    column(({ fact }) => fact.ifType),
    column(({ fact }) => fact.mac),
    column(({ fact }) => fact.speedBps),
    column(({ fact }) => fact.adminStatus),
    column(({ fact }) => fact.operStatus),
    column(({ fact }) => fact.inOctets),
    column(({ fact }) => fact.outOctets),
    column(({ inBps }) => inBps),
    column(({ outBps }) => outBps),
  ];
}

const UPSERT_INTERFACES = `
insert into interfaces (device_id, if_index, if_name, if_descr, if_alias, if_type, mac, speed_bps, admin_status,
                        oper_status, in_octets, out_octets, counters_at, in_bps, out_bps, polled_at)
select $1, n.if_index, n.if_name, n.if_descr, n.if_alias, n.if_type, n.mac, n.speed_bps, n.admin_status,
       n.oper_status, n.in_octets, n.out_octets, $2, n.in_bps, n.out_bps, $2
  from unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::int[], $8::text[], $9::float8[], $10::text[],
              $11::text[], $12::float8[], $13::float8[], $14::float8[], $15::float8[])
    as n (if_index, if_name, if_descr, if_alias, if_type, mac, speed_bps, admin_status, oper_status, in_octets,
          out_octets, in_bps, out_bps)
on conflict (device_id, if_index) do update
   set if_name = excluded.if_name, if_descr = excluded.if_descr, if_alias = excluded.if_alias,
       if_type = excluded.if_type, mac = excluded.mac, speed_bps = excluded.speed_bps,
       admin_status = excluded.admin_status, oper_status = excluded.oper_status,
       in_octets = excluded.in_octets, out_octets = excluded.out_octets, counters_at = excluded.counters_at,
       in_bps = excluded.in_bps, out_bps = excluded.out_bps, polled_at = excluded.polled_at`;

async function writeDevice(client: pg.PoolClient, { deviceId, at, current, whole }: PollRecord): Promise<void> {
  const { sysName, sysDescr, sysObjectId } = current.system;
  await client.query(
    `update devices
        set first_polled_at = coalesce(first_polled_at, $2),
            sys_name = case when $3 then $4 else sys_name end,
            sys_descr = case when $3 then $5 else sys_descr end,
            sys_object_id = case when $3 then $6 else sys_object_id end
      where device_id = $1`,
    [deviceId, at, whole.has('system'), sysName, sysDescr, sysObjectId],
  );
  await client.query(
    `insert into device_tables (device_id, sys_up_time_ms, polled_at, tables) values ($1, $2, $3, $4)
     on conflict (device_id) do update
        set sys_up_time_ms = excluded.sys_up_time_ms, polled_at = excluded.polled_at, tables = excluded.tables`,
    [deviceId, current.sysUpTimeMs, at, storableJson(current.tables)],
  );
}
