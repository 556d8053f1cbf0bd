import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { createPool } from '../src/db/pool.js';
import { decodePnm } from '../src/pnm/formats/decode.js';
import { KINDS } from '../src/pnm/ingest.js';
import { TRIGGER_TESTS, type CaptureTest, type TriggerTest } from '../src/pnm/schemas.js';
import { settled, startPlant, stopPlant, type RunningPlant } from './capture-plant.js';
import { pnmAt, readInventory, type Pnm } from './capture-world.js';
import { describeDatabase, useDatabase } from './database.js';

/** Files of one trigger of each test: two downstream channels, one upstream channel with two files, or the modem. */
const FILES: Readonly<Record<Exclude<CaptureTest, 'upstream_rxmer'>, number>> = {
  rxmer: 2,
  constellation: 2,
  channel_estimate: 2,
  pre_equaliser: 1,
  pre_equaliser_last_update: 1,
  fec_summary: 2,
  histogram: 1,
  symbol_capture: 2,
  modulation_profile: 2,
  spectrum: 1,
  latency_report: 1,
};

describeDatabase('captures of every test', (edition) => {
  const database = useDatabase(edition);
  let world: RunningPlant;
  let pnm: Pnm;
  let pool: pg.Pool;

  beforeAll(async () => {
    world = await startPlant(edition === 'plain' ? '43' : '44', 4);
    pool = createPool(database.url, { maxConnections: 8, onError: () => undefined });
    pool.on('connect', (client) => void client.query('set session authorization plantgraph_writer'));
    pnm = pnmAt(pool, world.dataDir, world.place, 4, { uploadMs: 4000, armMs: 100 });
    for (const component of pnm.components) await component.start();
    expect(await readInventory(pool, world.place)).toEqual({ ok: true });
  });
  afterAll(async () => {
    for (const component of [...pnm.components].reverse()) await component.stop();
    await pool.end();
    await stopPlant(world);
  });

  const ask = async (modem: number, test: TriggerTest): Promise<string> => {
    const mac = world.plant.modems[modem]?.mac ?? '';
    return (await pnm.service.capture({ mac, test, channelIds: [] }, 'noc')).id;
  };

  test('one trigger of each stores a file of its kind', async () => {
    const ids = await Promise.all(TRIGGER_TESTS.map((test, at) => ask(at % 4, test)));
    const ended = await settled(pnm, ids, 60_000);
    expect(ended.map(({ test, state, error }) => [test, state, error?.message])).toEqual(
      TRIGGER_TESTS.map((test) => [test, 'done', undefined]),
    );
    expect(ended.flatMap(({ steps }) => steps).filter(({ state }) => state !== 'done')).toEqual([]);
    const { rows } = await database.pool.query<{ test: CaptureTest; channel_id: number | null; file_path: string }>(
      `select test, channel_id, file_path from pnm_captures where state = 'stored'`,
    );
    const counts = new Map<string, number>();
    for (const { test } of rows) counts.set(test, (counts.get(test) ?? 0) + 1);
    expect(Object.fromEntries(counts)).toEqual(FILES);
    for (const { test, channel_id: channelId, file_path: path } of rows) {
      const decoded = decodePnm(await readFile(join(world.dataDir, 'pnm', path)));
      expect(KINDS[test]).toContain(decoded.kind);
      const isOfModem = ['histogram', 'spectrum', 'latency_report'].includes(test);
      expect(channelId === null).toBe(isOfModem);
    }
    const { rows: audit } = await database.pool.query('select distinct outcome from audit_log');
    expect(audit).toEqual([{ outcome: 'done' }]);
  }, 90_000);

  test('a spectrum analyser without files is read as a table', async () => {
    world.plant.fail(world.plant.modems[1]?.mac ?? '', { lacksSpectrumFile: true });
    const [ended] = await settled(pnm, [await ask(1, 'spectrum')], 30_000);
    expect(ended).toMatchObject({ state: 'done', error: null });
    const { rows } = await database.pool.query<{ file_path: string }>(
      'select file_path from pnm_captures where capture_id = $1',
      [ended?.captureIds[0]],
    );
    const decoded = decodePnm(await readFile(join(world.dataDir, 'pnm', rows[0]?.file_path ?? '')));
    expect(decoded).toMatchObject({ kind: 'ds_spectrum_snmp_amplitude', binCount: 119 * 256 });
  }, 60_000);

  test('of two files of one trigger the one that comes is kept', async () => {
    world.plant.fail(world.plant.modems[2]?.mac ?? '', { lacksLastUpdate: true });
    const [ended] = await settled(pnm, [await ask(2, 'pre_equaliser')], 30_000);
    expect(ended).toMatchObject({ state: 'partial', error: { code: 'PNM_UPLOAD_MISSING' } });
    expect(ended?.captureIds).toHaveLength(1);
  }, 60_000);
});
