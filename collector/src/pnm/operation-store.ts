import type pg from 'pg';
import { parseMac, type Mac } from '../lib/mac.js';
import type { Operation, OperationStep, TriggerTest } from './schemas.js';

export interface NewOperation {
  readonly id: string;
  readonly mac: Mac;
  readonly test: TriggerTest;
  readonly channelIds: readonly number[];
  readonly origin: 'user' | 'schedule';
  readonly requestedBy: string;
  readonly reason: string | undefined;
}

export interface ClaimedOperation {
  readonly id: string;
  readonly mac: Mac;
  readonly test: TriggerTest;
  readonly channelIds: readonly number[];
  readonly requestedBy: string;
}

export interface OperationEnd {
  readonly state: 'done' | 'partial' | 'failed' | 'cancelled';
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly steps: readonly OperationStep[];
}

export interface OperationStore {
  create(operation: NewOperation, at: Date): Promise<void>;
  get(id: string): Promise<Operation | undefined>;
  /** The next that may run: people's before scheduled ones, of these at most a tenth of a fibre node at once, or two modems; codeword summaries come last and leave half
   * of that to others, since each holds its modem for ten minutes. */
  claim(at: Date): Promise<ClaimedOperation | undefined>;
  /** Stores progress; true when somebody asked for the end. */
  saveSteps(id: string, steps: readonly OperationStep[], progressRatio: number): Promise<boolean>;
  finish(id: string, end: OperationEnd, at: Date): Promise<void>;
  /** Ends one that waits and marks one that runs; undefined when there is none such. */
  cancel(id: string, at: Date): Promise<Operation['state'] | undefined>;
  /** Those that run since before; younger ones may not have their lock yet. */
  running(startedBefore: Date): Promise<{ id: string; mac: Mac }[]>;
  /** One of a person that waits or runs and is the same request. */
  findOpen(operation: Pick<NewOperation, 'mac' | 'test' | 'channelIds'>): Promise<string | undefined>;
  queuedCount(): Promise<number>;
  /** Ends what a collector left behind when it stopped; stored captures stay. */
  interrupt(id: string, error: { code: string; message: string }, at: Date): Promise<void>;
  /** Modems online that are due for a scheduled test and have none waiting. */
  due(test: TriggerTest, everySec: number, at: Date, limit: number): Promise<Mac[]>;
}

interface OperationRow {
  operation_id: string;
  mac: string;
  test: TriggerTest;
  state: Operation['state'];
  progress_ratio: number;
  steps: OperationStep[];
  capture_ids: string[];
  error_code: string | null;
  error_message: string | null;
  requested_by: string;
  created_at: Date;
  finished_at: Date | null;
}

const toOperation = (row: OperationRow): Operation => ({
  id: row.operation_id,
  mac: row.mac,
  test: row.test,
  state: row.state,
  progressRatio: row.progress_ratio,
  steps: row.steps,
  captureIds: row.capture_ids,
  error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
  requestedBy: row.requested_by,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
});

export function operationStore(pool: pg.Pool): OperationStore {
  return {
    async create({ id, mac, test, channelIds, origin, requestedBy, reason }, at) {
      await pool.query(
        `insert into pnm_operations (operation_id, mac, test, channel_ids, origin, requested_by, reason, state, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'queued', $8)`,
        [id, mac, test, channelIds, origin, requestedBy, reason ?? null, at],
      );
    },

    async get(id) {
      const { rows } = await pool.query<OperationRow>(
        `select o.operation_id, o.mac, o.test, o.state, o.progress_ratio, o.steps, o.error_code, o.error_message,
                o.requested_by, o.created_at, o.finished_at,
                array(select coalesce(c.same_as, c.capture_id)::text
                        from pnm_captures c
                       where c.operation_id = o.operation_id and c.state in ('stored', 'duplicate')
                       order by c.channel_id, c.received_at) as capture_ids
           from pnm_operations o
          where o.operation_id = $1`,
        [id],
      );
      return rows[0] && toOperation(rows[0]);
    },

    async claim(at) {
      const { rows } = await pool.query<{
        operation_id: string;
        mac: string;
        test: TriggerTest;
        channel_ids: number[];
        requested_by: string;
      }>(CLAIM, [at]);
      const row = rows[0];
      return (
        row && {
          id: row.operation_id,
          mac: parseMac(row.mac),
          test: row.test,
          channelIds: row.channel_ids,
          requestedBy: row.requested_by,
        }
      );
    },

    async saveSteps(id, steps, progressRatio) {
      const { rows } = await pool.query<{ cancel_requested: boolean }>(
        `update pnm_operations set steps = $2, progress_ratio = $3
          where operation_id = $1 and state = 'running'
         returning cancel_requested`,
        [id, JSON.stringify(steps), progressRatio],
      );
      return rows[0]?.cancel_requested ?? false;
    },

    async finish(id, { state, error, steps }, at) {
      await pool.query(
        `update pnm_operations
            set state = $2, error_code = $3, error_message = $4, steps = $5, progress_ratio = 1, finished_at = $6
          where operation_id = $1 and state in ('queued', 'running')`,
        [id, state, error?.code ?? null, error?.message ?? null, JSON.stringify(steps), at],
      );
    },

    async cancel(id, at) {
      const { rows } = await pool.query<{ state: Operation['state'] }>(
        `update pnm_operations
            set cancel_requested = true,
                state = case when state = 'queued' then 'cancelled' else state end,
                error_code = case when state = 'queued' then 'PNM_CANCELLED' else error_code end,
                error_message = case when state = 'queued' then 'cancelled before it began' else error_message end,
                finished_at = case when state = 'queued' then $2 else finished_at end
          where operation_id = $1
         returning state`,
        [id, at],
      );
      return rows[0]?.state;
    },

    async running(startedBefore) {
      const { rows } = await pool.query<{ operation_id: string; mac: string }>(
        `select operation_id, mac from pnm_operations where state = 'running' and started_at <= $1 order by created_at`,
        [startedBefore],
      );
      return rows.map((row) => ({ id: row.operation_id, mac: parseMac(row.mac) }));
    },

    async findOpen({ mac, test, channelIds }) {
      const { rows } = await pool.query<{ operation_id: string }>(
        `select operation_id from pnm_operations
          where state in ('queued', 'running') and origin = 'user' and mac = $1 and test = $2 and channel_ids = $3
            and not cancel_requested
          limit 1`,
        [mac, test, channelIds],
      );
      return rows[0]?.operation_id;
    },

    async queuedCount() {
      const { rows } = await pool.query<{ count: number }>(
        `select count(*)::int as count from pnm_operations where state = 'queued'`,
      );
      return rows[0]?.count ?? 0;
    },

    async interrupt(id, { code, message }, at) {
      await pool.query(
        `with ended as (
           update pnm_captures set state = 'failed', error_code = $2, error_message = $3
            where operation_id = $1 and state = 'asked'
         )
         update pnm_operations o
            set state = case when exists (select from pnm_captures c where c.operation_id = o.operation_id
                                             and c.state in ('stored', 'duplicate')) then 'partial' else 'failed' end,
                error_code = $2, error_message = $3, finished_at = $4, progress_ratio = 1,
                steps = coalesce((select jsonb_agg(case s.step->>'state'
                           when 'running' then s.step || jsonb_build_object('state', 'failed', 'detail', $3::text)
                           when 'waiting' then s.step || jsonb_build_object('state', 'skipped')
                           else s.step end order by s.at)
                           from jsonb_array_elements(o.steps) with ordinality as s(step, at)), '[]')
          where o.operation_id = $1 and o.state = 'running'`,
        [id, code, message, at],
      );
    },

    async due(test, everySec, at, limit) {
      const { rows } = await pool.query<{ mac: string }>(
        `select m.mac
           from modem_states m
           left join lateral (
             select o.state, o.created_at from pnm_operations o
              where o.mac = m.mac and o.test = $1 and o.origin = 'schedule'
              order by o.created_at desc limit 1
           ) last on true
          where m.status = 'online' and m.address is not null
            and (last.created_at is null
                 or (last.state not in ('queued', 'running')
                     and last.created_at <= $2::timestamptz - make_interval(secs => $3)))
          order by last.created_at nulls first, m.mac
          limit $4`,
        [test, at, everySec, limit],
      );
      return rows.map((row) => parseMac(row.mac));
    },
  };
}

const CLAIM = `
with candidate as (
  select o.operation_id
    from pnm_operations o
    left join modems m on m.mac = o.mac
   where o.state = 'queued'
     and not exists (select from pnm_operations r where r.mac = o.mac and r.state = 'running')
     and (o.origin = 'user'
          or (select count(*) from pnm_operations r join modems n on n.mac = r.mac
               where r.state = 'running' and n.cmts_id = m.cmts_id and n.fibre_node is not distinct from m.fibre_node)
             < (select greatest(case o.test when 'fec_summary' then 1 else 2 end,
                                count(*) / case o.test when 'fec_summary' then 20 else 10 end)
                  from modems n
                 where n.cmts_id = m.cmts_id and n.fibre_node is not distinct from m.fibre_node))
   order by o.origin desc, o.test = 'fec_summary', o.created_at
   limit 1
     for update of o skip locked
)
update pnm_operations o
   set state = 'running', started_at = $1
  from candidate c
 where o.operation_id = c.operation_id
returning o.operation_id, o.mac, o.test, o.channel_ids, o.requested_by`;
