import type pg from 'pg';
import { createPool } from '../src/db/pool.js';
import { pollDueModems, type ModemScalarsOptions } from '../src/pnm/modem-scalars-job.js';
import { modemScalarsStore } from '../src/pnm/modem-scalars-store.js';
import { startPlant, stopPlant, type RunningPlant } from './capture-plant.js';
import { readerAt, readInventory } from './capture-world.js';
import { describeDatabase, useDatabase } from './database.js';

const EVERY_SEC = 300;
const SIGNAL = new AbortController().signal;

describeDatabase('levels of modems', (edition) => {
  const database = useDatabase(edition);
  let world: RunningPlant;
  let pool: pg.Pool;
  let timeMs: number;
  let running = 0;
  let most = 0;
  const outcomes: string[] = [];

  beforeAll(async () => {
    world = await startPlant(edition === 'plain' ? '45' : '46', 8);
    pool = createPool(database.url, { maxConnections: 4, onError: () => undefined });
    pool.on('connect', (client) => void client.query('set session authorization plantgraph_writer'));
    expect(await readInventory(pool, world.place)).toEqual({ ok: true });
    timeMs = Date.now();
  });
  afterAll(async () => {
    await pool.end();
    await stopPlant(world);
  });

  const options = (): ModemScalarsOptions => ({
    store: modemScalarsStore(pool),
    openReader: ({ address }) => {
      running += 1;
      most = Math.max(most, running);
      const reader = readerAt(address, world.place.modemPort);
      return {
        ...reader,
        walk: reader.walk.bind(reader),
        get: reader.get.bind(reader),
        close: () => {
          running -= 1;
          reader.close();
        },
      };
    },
    everySec: EVERY_SEC,
    parallel: 3,
    now: () => new Date(timeMs),
    onCount: (result) => outcomes.push(result),
  });
  const poll = () => pollDueModems(options(), SIGNAL, performance.now() + 30_000);
  /** One interval in steps of ten seconds, as the schedule looks. */
  const pollInterval = async (): Promise<number[]> => {
    const counts: number[] = [];
    for (let step = 0; step < EVERY_SEC / 10; step += 1) {
      timeMs += 10_000;
      counts.push(await poll());
    }
    return counts;
  };

  test('every modem once an interval, each at its own moment, few at a time', async () => {
    expect(await poll()).toBe(0);
    const first = await pollInterval();
    expect(first.reduce((sum, count) => sum + count, 0)).toBe(8);
    expect(Math.max(...first)).toBeLessThan(8);
    expect(await pollInterval()).toEqual(first);
    expect(new Set(outcomes)).toEqual(new Set(['ok']));
    expect(most).toBeLessThanOrEqual(3);
    const reader = database.poolAs('grafana_reader');
    const { rows } = await reader.query<{ name: string; count: number; low: number; high: number }>(
      `select name, count(*)::int as count, min(value) as low, max(value) as high from grafana.modem_scalars
        group by name order by name`,
    );
    // eight downstream carriers and two OFDM channels, four upstream carriers and one OFDMA channel
    expect(rows.map(({ name, count }) => [name, count])).toEqual([
      ['registration_state', 8],
      ['rx_mer_db', 64],
      ['rx_power_dbmv', 80],
      ['t3_timeouts', 32],
      ['t4_timeouts', 32],
      ['tx_power_dbmv', 40],
      ['uptime_sec', 8],
    ]);
    const power = rows.find(({ name }) => name === 'rx_power_dbmv');
    expect(power?.low).toBeGreaterThan(-15);
    expect(power?.high).toBeLessThan(15);
  }, 60_000);

  test('a pre-equaliser is kept when it says something new, with its distance', async () => {
    const countRows = async () =>
      Number((await pool.query('select count(*) as count from pnm_pre_equalisers')).rows[0].count);
    expect(await countRows()).toBe(32);
    const { node, leg } = world.plant.modems[0] ?? { node: '', leg: '' };
    world.plant.impairLeg(node, leg, [{ kind: 'echo', delayNs: 390.6, levelDb: -18 }]);
    await pollInterval();
    // two modems of the leg with four channels each
    expect(await countRows()).toBe(40);
    const { rows } = await database.poolAs('grafana_reader').query(
      `select distinct on (mac, channel_id) tap_count, main_tap, micro_reflection_distance_m as metres,
              micro_reflection_level_db as level, verdict
         from grafana.pre_equalisers order by mac, channel_id, time desc limit 4`,
    );
    for (const row of rows) {
      expect(row).toMatchObject({ tap_count: 24, main_tap: 8, verdict: 'act' });
      expect(row.metres).toBeCloseTo(50.9, 0);
      expect(row.level).toBeCloseTo(-18, 0);
    }
  }, 60_000);

  test('a silent modem is asked less and less often and costs the others nothing', async () => {
    const mac = world.plant.modems[3]?.mac ?? '';
    world.agents.misbehave(mac, { silent: true });
    outcomes.length = 0;
    const store = modemScalarsStore(pool);
    const all = { ...options(), store };
    for (let interval = 0; interval < 4; interval += 1) {
      timeMs += EVERY_SEC * 1000;
      await pollDueModems(all, SIGNAL, performance.now() + 60_000);
    }
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(4 * 7);
    expect(outcomes.filter((outcome) => outcome === 'SNMP_TIMEOUT')).toHaveLength(3);
  }, 90_000);
});
