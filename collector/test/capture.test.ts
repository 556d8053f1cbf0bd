import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type pg from 'pg';
import { createPool } from '../src/db/pool.js';
import { decodeRxMer } from '../src/pnm/formats/rxmer.js';
import { parseMac } from '../src/lib/mac.js';
import { describeDatabase, useDatabase } from './database.js';
import { settled, startPlant, stopPlant, type RunningPlant } from './capture-plant.js';
import { pnmAt, readInventory, type Pnm } from './capture-world.js';

/** The whole way, over real UDP: SET, status, TFTP, file, database. */

const request = (mac: string, test: 'rxmer' | 'constellation' = 'rxmer') => ({ mac, test, channelIds: [] });

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describeDatabase('captures', (edition) => {
  const database = useDatabase(edition);
  const network = edition === 'plain' ? '41' : '42';
  let world: RunningPlant;
  let pnm: Pnm | undefined;
  const pools: pg.Pool[] = [];
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    await database.pool.query('truncate modems, modem_placements, cmts_polls, pnm_operations cascade');
    await database.pool.query('truncate pnm_rxmer, pnm_constellations');
    await database.pool.query('truncate pnm_rxmer_latest, audit_log');
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    child = undefined;
    for (const component of [...(pnm?.components ?? [])].reverse()) await component.stop();
    pnm = undefined;
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
    await stopPlant(world);
  });

  /** The rights that the collector has, not those of the test's superuser. */
  function writerPool(): pg.Pool {
    const pool = createPool(database.url, { maxConnections: 8, onError: () => undefined });
    pool.on('connect', (client) => void client.query('set session authorization plantgraph_writer'));
    pools.push(pool);
    return pool;
  }

  async function startCollector(modemCount: number, parallelModems: number): Promise<Pnm> {
    world = await startPlant(network, modemCount);
    const pool = writerPool();
    pnm = pnmAt(pool, world.dataDir, world.place, parallelModems);
    for (const component of pnm.components) await component.start();
    expect(await readInventory(pool, world.place)).toEqual({ ok: true });
    return pnm;
  }

  test('one modem, both tests: stored with file, numbers and audit', async () => {
    const collector = await startCollector(4, 4);
    const mac = world.plant.modems[0]?.mac ?? '';
    const rxmer = await collector.service.capture(request(mac), 'noc');
    expect((await collector.service.capture(request(mac), 'noc')).id).toBe(rxmer.id);
    const [first] = await settled(collector, [rxmer.id], 20_000);
    expect(first).toMatchObject({ state: 'done', error: null, progressRatio: 1, requestedBy: 'noc' });
    expect(first?.captureIds).toHaveLength(2);
    const constellation = await collector.service.capture(request(mac, 'constellation'), 'noc');
    expect((await settled(collector, [constellation.id], 20_000))[0]).toMatchObject({ state: 'done' });

    const measurements = await collector.service.measurements({ mac: mac.toUpperCase(), limit: 10 });
    expect(measurements).toHaveLength(4);
    for (const measurement of measurements) {
      const data = await collector.service.measurement(measurement.id);
      const bytes = Buffer.from(data?.valuesBase64 ?? '', 'base64');
      expect(bytes).toHaveLength(measurement.count * (measurement.test === 'rxmer' ? 1 : 4));
      expect(measurement).toMatchObject({ mac, site: 'hq', fibreNode: 'N1' });
    }
    const { rows: audit } = await database.pool.query<{ outcome: string; actor: string }>(
      'select distinct outcome, actor from audit_log',
    );
    expect(audit).toEqual([{ outcome: 'done', actor: 'noc' }]);
    const kept = await filesBelow(join(world.dataDir, 'pnm', 'hq', mac.replaceAll(':', '')));
    expect(kept).toHaveLength(4);
    expect(await readdir(join(world.dataDir, 'spool'))).toEqual([]);

    const reader = database.poolAs('grafana_reader');
    const { rows: views } = await reader.query(
      `select (select count(*)::int from grafana.rxmer_captures) as rxmer,
              (select count(*)::int from grafana.constellation_captures) as constellations,
              (select count(*)::int from grafana.rxmer_health) as health,
              (select count(*)::int from grafana.rxmer_subcarriers) as subcarriers,
              (select count(*)::int from grafana.modems) as modems,
              (select count(*)::int from grafana.nodes where kind in ('modem', 'fibre_node')) as nodes,
              (select count(*)::int from grafana.edges where method = 'docsis') as edges`,
    );
    // the CMTS is no device of this database, so its own two links are left out
    expect(views).toEqual([
      { rxmer: 2, constellations: 2, health: 2, subcarriers: 7480 + 3780, modems: 4, nodes: 6, edges: 4 },
    ]);
  }, 60_000);

  test('modems that fail each end in a reason that says what to do', async () => {
    const collector = await startCollector(12, 12);
    const macs: readonly string[] = world.plant.modems.map(({ mac }) => mac);
    const [ignores = '', wrongMac = '', silent = '', offline = '', legacy = ''] = macs;
    world.plant.fail(ignores, { ignoresFileName: true });
    world.plant.fail(wrongMac, { macInFile: parseMac('00:00:5e:00:53:02') });
    world.plant.fail(legacy, { sendsLegacyFiles: true, hasNoTimeOfDay: true });
    world.agents.misbehave(silent, { silent: true });
    world.plant.register(offline, false);
    await readInventory(database.pool, world.place);
    const asked = [ignores, wrongMac, silent, offline, legacy];
    const ids = await Promise.all(asked.map(async (mac) => (await collector.service.capture(request(mac), 'noc')).id));
    const ended = await settled(collector, ids, 60_000);
    expect(ended.map(({ state, error }) => [state, error?.code])).toEqual([
      ['done', undefined],
      ['failed', 'PNM_MAC_MISMATCH'],
      ['failed', 'SNMP_TIMEOUT'],
      ['failed', 'PNM_MODEM_OFFLINE'],
      ['done', undefined],
    ]);
    const { rows } = await database.pool.query('select state, file_path from pnm_captures where mac = $1', [wrongMac]);
    expect(rows.map(({ state }) => state)).toEqual(['quarantined', 'quarantined']);
    await expect(collector.service.capture(request('00:00:5e:00:53:01'), 'noc')).rejects.toMatchObject({
      code: 'PNM_MODEM_UNKNOWN',
      status: 404,
    });
  }, 90_000);

  test('200 modems with two channels each in one go, none mixed up', async () => {
    const collector = await startCollector(200, 200);
    const startedAtMs = performance.now();
    const cpu = process.cpuUsage();
    const ids = await Promise.all(
      world.plant.modems.map(async ({ mac }) => (await collector.service.capture(request(mac), 'noc')).id),
    );
    const ended = await settled(collector, ids, 150_000);
    const tookSec = (performance.now() - startedAtMs) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const failed = ended.filter(({ state }) => state !== 'done').map(({ mac, error }) => `${mac} ${error?.code}`);
    expect(failed).toEqual([]);

    const { rows } = await database.pool.query<{
      mac: string;
      channel_id: number;
      file_path: string;
      file_sha256: string;
    }>(`select mac, channel_id, file_path, file_sha256 from pnm_captures where state = 'stored'`);
    expect(rows).toHaveLength(400);
    expect(new Set(rows.map(({ mac, channel_id }) => `${mac} ${channel_id}`)).size).toBe(400);
    for (const row of rows) {
      const file = await readFile(join(world.dataDir, 'pnm', row.file_path));
      expect(createHash('sha256').update(file).digest('hex')).toBe(row.file_sha256);
      expect(decodeRxMer(file)).toMatchObject({ modemMac: row.mac, channelId: row.channel_id });
    }
    console.warn(
      `${edition}: 200 modems × 2 channels in ${tookSec.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU (collector, modems and test in one process)`,
    );
  }, 180_000);

  test('kill -9 in the middle: nothing acknowledged is lost, the rest ends in a stated reason', async () => {
    world = await startPlant(network, 60);
    expect(await readInventory(database.pool, world.place)).toEqual({ ok: true });
    const outfile = join(world.dataDir, 'collector.mjs');
    await build({
      entryPoints: [join(__dirname, 'capture-collector.ts')],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'error',
      banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
    });
    child = spawn(process.execPath, [outfile, database.url, world.dataDir, JSON.stringify(world.place), '40'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    if (child.stdout) await once(child.stdout, 'data');

    // another collector's service queues; the child does the work
    const asking = pnmAt(database.pool, world.dataDir, world.place, 1);
    const ids = await Promise.all(
      world.plant.modems.map(async ({ mac }) => (await asking.service.capture(request(mac), 'noc')).id),
    );
    const acknowledged = () => world.plant.modems.reduce((sum, modem) => sum + modem.counters().uploadsCompleted, 0);
    for (const untilMs = performance.now() + 30_000; acknowledged() < 30;) {
      if (performance.now() > untilMs) throw new Error('no uploads within 30 s');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    child.kill('SIGKILL');
    await exited;
    const acknowledgedAtKill = acknowledged();
    const { rows: atKill } = await database.pool.query<{ count: number }>(
      `select count(*)::int as count from pnm_captures where state = 'stored'`,
    );

    pnm = pnmAt(database.pool, world.dataDir, world.place, 40);
    for (const component of pnm.components) await component.start();
    const ended = await settled(pnm, ids, 90_000);
    const states = new Map<string, number>();
    for (const { state, error } of ended) {
      const key = `${state} ${error?.code ?? ''}`.trim();
      states.set(key, (states.get(key) ?? 0) + 1);
    }
    // whatever else a loaded machine brings (a lost answer, a slow upload), it has a name
    expect([...states.keys()].filter((key) => !/^(done|(partial|failed) (PNM|SNMP)_\w+)$/.test(key))).toEqual([]);
    expect([...states.keys()].some((key) => key.endsWith('PNM_INTERRUPTED'))).toBe(true);

    // every upload that a modem saw acknowledged is stored exactly once
    const { rows } = await database.pool.query<{ stored: number; files: number }>(
      `select count(*)::int as stored, count(distinct file_sha256)::int as files from pnm_captures where state = 'stored'`,
    );
    expect(rows[0]?.stored).toBe(rows[0]?.files);
    expect(rows[0]?.stored).toBeGreaterThanOrEqual(acknowledged());
    expect(await readdir(join(world.dataDir, 'spool'))).toEqual([]);
    console.warn(
      `${edition}: killed with ${acknowledgedAtKill} uploads acknowledged, ${atKill[0]?.count} of them in the database; afterwards ${rows[0]?.stored} stored, ${[...states].map(([key, count]) => `${count} ${key}`).join(', ')}`,
    );
  }, 150_000);
});
