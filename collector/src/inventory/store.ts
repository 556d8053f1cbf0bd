import type pg from 'pg';
import { inTransaction } from '../db/pool.js';
import type { Device, Site } from './schemas.js';

/** A device as the configuration names it. */
export interface InventoryDevice {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly site: string;
  readonly role: string;
  readonly profile: string;
  readonly anchor: boolean;
}

export interface InventorySite {
  readonly id: string;
  readonly name: string;
}

export interface InventoryStore {
  /** Makes the inventory exactly this. A device that left keeps its history and is marked removed. */
  sync(sites: readonly InventorySite[], devices: readonly InventoryDevice[], now: Date): Promise<void>;
  devices(filter: { readonly site?: string; readonly role?: string }): Promise<Device[]>;
  device(id: string): Promise<Device | undefined>;
  sites(): Promise<Site[]>;
  /** Devices that were in the inventory and are not any more. */
  removed(): Promise<ReadonlySet<string>>;
  /** Ids of devices that count as "the network" when impact is asked for. */
  anchors(): Promise<string[]>;
}

interface DeviceRow {
  device_id: string;
  address: string;
  site_id: string;
  role: string;
  profile: string;
  sys_name: string | null;
  sys_descr: string | null;
  status: Device['status'];
  status_reason: string | null;
  last_success: Date | null;
  last_attempt: Date | null;
}

const toDevice = (row: DeviceRow): Device => ({
  id: row.device_id,
  address: row.address,
  site: row.site_id,
  role: row.role,
  profile: row.profile,
  sysName: row.sys_name,
  sysDescr: row.sys_descr,
  status: row.status,
  statusReason: row.status_reason,
  lastSuccess: row.last_success?.toISOString() ?? null,
  lastPoll: row.last_attempt?.toISOString() ?? null,
});

export function inventoryStore(pool: pg.Pool): InventoryStore {
  const select = async (condition: string, values: readonly unknown[]): Promise<Device[]> => {
    const { rows } = await pool.query<DeviceRow>(
      `select s.device_id, s.address, s.site_id, s.role, s.profile, s.sys_name, s.sys_descr, s.status, s.status_reason,
              s.last_success, s.last_attempt
         from device_states s
        where ${condition}
        order by s.device_id`,
      [...values],
    );
    return rows.map(toDevice);
  };

  return {
    async sync(sites, devices, now) {
      const named = new Map(devices.map(({ site }) => [site, site]));
      for (const { id, name } of sites) named.set(id, name);
      await inTransaction(pool, async (client) => {
        await client.query(
          `insert into sites (site_id, name) select * from unnest($1::text[], $2::text[])
           on conflict (site_id) do update set name = excluded.name`,
          [[...named.keys()], [...named.values()]],
        );
        const column = (value: (device: InventoryDevice) => unknown) => devices.map(value);
        await client.query(SYNC_DEVICES, [
          column(({ id }) => id),
          column(({ address }) => address),
          column(({ port }) => port),
          column(({ site }) => site),
          column(({ role }) => role),
          column(({ profile }) => profile),
          column(({ anchor }) => anchor),
          now,
        ]);
        await client.query(
          'update devices set removed_at = $2 where removed_at is null and device_id <> all($1::text[])',
          [column(({ id }) => id), now],
        );
        await client.query(
          `delete from sites s where s.site_id <> all($1::text[])
              and not exists (select from devices d where d.site_id = s.site_id)`,
          [[...named.keys()]],
        );
      });
    },

    devices: ({ site, role }) =>
      select('($1::text is null or s.site_id = $1) and ($2::text is null or s.role = $2)', [
        site ?? null,
        role ?? null,
      ]),

    async device(id) {
      return (await select('s.device_id = $1', [id]))[0];
    },

    async sites() {
      const { rows } = await pool.query<{ site_id: string; name: string; devices: number; stale: number }>(
        `select s.site_id, s.name, count(d.device_id)::int as devices,
                count(*) filter (where d.silent)::int as stale
           from sites s left join device_states d using (site_id)
          group by s.site_id, s.name
          order by s.name`,
      );
      return rows.map((row) => ({
        id: row.site_id,
        name: row.name,
        deviceCount: row.devices,
        staleCount: row.stale,
      }));
    },

    async removed() {
      const { rows } = await pool.query<{ device_id: string }>(
        'select device_id from devices where removed_at is not null',
      );
      return new Set(rows.map(({ device_id }) => device_id));
    },

    async anchors() {
      const { rows } = await pool.query<{ device_id: string }>(
        'select device_id from devices where anchor and removed_at is null order by device_id',
      );
      return rows.map(({ device_id }) => device_id);
    },
  };
}

const SYNC_DEVICES = `
insert into devices as d (device_id, address, port, site_id, role, profile, anchor, added_at)
select n.*, $8::timestamptz from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::boolean[]) n
on conflict (device_id) do update
   set address = excluded.address, port = excluded.port, site_id = excluded.site_id, role = excluded.role,
       profile = excluded.profile, anchor = excluded.anchor, removed_at = null
 where (d.address, d.port, d.site_id, d.role, d.profile, d.anchor, d.removed_at)
       is distinct from (excluded.address, excluded.port, excluded.site_id, excluded.role, excluded.profile, excluded.anchor, null)`;
