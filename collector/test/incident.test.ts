import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { evaluateAlert, QUIET, type Threshold } from '../src/commands/provisioning/alert-chain.js';
import { readProvisioning } from '../src/commands/provisioning/files.js';
import { runWith } from '../src/commands/provisioning/check.js';
import { expandMacros } from '../src/commands/provisioning/macros.js';
import { sqlProblems } from '../src/commands/provisioning/run-sql.js';
import { sqlUses } from '../src/commands/provisioning/semantics.js';
import type { Impairment } from '../src/simulator/channel.js';
import { createDemoNetwork, type DemoNetwork } from '../src/simulator/demo.js';
import { freeUdpPort, startCollector, until, type TestCollector } from './collector.js';
import { describeDatabase, useDatabase, type TestDatabase } from './database.js';

/** The incidents of the demo, seen by the alert rules as they are shipped: SQL, threshold and all. */
const provisioning = join(__dirname, '../../provisioning');

interface Rule {
  uid: string;
  data: { refId: string; model: { rawSql?: string; conditions?: Threshold[] } }[];
}

const rules = new Map(
  (
    parse(readFileSync(join(provisioning, 'alerting/plantgraph.yaml'), 'utf8')) as { groups: { rules: Rule[] }[] }
  ).groups.flatMap((group) => group.rules.map((rule) => [rule.uid, rule] as const)),
);

/** Rules about modems; the others look at links and polls. */
const plantRules: ReadonlySet<string> = new Set(
  [...rules.keys()].filter((uid) => uid.endsWith('-node') || uid.endsWith('-modem')),
);

/** Until a fault is in the newest captures of a leg, and until it has left them, on a busy machine. */
const FAULT_MS = 300_000;

describeDatabase('provisioned SQL', (edition) => {
  const database = useDatabase(edition);

  test('runs on an empty database and has the shape that its use needs', async () => {
    const pool = database.poolAs('grafana_reader');
    expect(await sqlProblems(sqlUses(readProvisioning(provisioning)), runWith(pool as never), new Date())).toEqual([]);
  }, 60_000);
});

describeDatabase('incidents', (edition) => {
  // minutes of real time: once is enough, and the SQL above runs on both
  if (edition === 'timescale') return;
  const database = useDatabase(edition);
  // hooks of the inner block end before the database does
  describe('of the demo', () => playIncidents(database));
});

function playIncidents(database: TestDatabase): void {
  let network: DemoNetwork;
  let running: TestCollector;
  let reader: ReturnType<TestDatabase['poolAs']>;

  beforeAll(async () => {
    const [port, tftpPort] = [await freeUdpPort(), await freeUdpPort()];
    network = createDemoNetwork({
      port,
      tftpPort,
      measureMs: 300,
      incidentEveryMs: Infinity,
      firstIncidentAfterMs: Infinity,
    });
    await network.start();
    reader = database.poolAs('grafana_reader');
    process.env['PLANTGRAPH_TEST_READ'] = network.inventory.modemAccess.community;
    process.env['PLANTGRAPH_TEST_WRITE'] = network.inventory.modemAccess.writeCommunity;
    running = await startCollector(
      database.pool,
      JSON.stringify({
        api: { port: 0 },
        tftp: { listen: ['127.0.0.1'], port: tftpPort, advertise: '127.0.0.1' },
        sites: [...new Set(network.inventory.devices.map(({ site }) => site))].map((id) => ({ id })),
        credentials: {
          campus: { version: '2c', community: 'env:PLANTGRAPH_TEST_READ' },
          modems: { version: '2c', community: 'env:PLANTGRAPH_TEST_READ', writeCommunity: 'env:PLANTGRAPH_TEST_WRITE' },
        },
        profiles: { fast: { tablesSec: 3, interfacesSec: 3, forwardingSec: 10, timeoutMs: 1000, retries: 2 } },
        devices: network.inventory.devices.map(({ id, address, site, role }) => ({
          id,
          address,
          port,
          site,
          role,
          credential: 'campus',
          profile: 'fast',
          anchor: role === 'core',
          ...(role === 'cmts' ? { modemCredential: 'modems', modemPort: port } : {}),
        })),
        topology: { removeAfterPolls: 2 },
        pnm: {
          writeAllowed: true,
          rxmerEverySec: 30,
          constellationEverySec: 0,
          channelEstimateEverySec: 45,
          fecSummaryEverySec: 45,
          parallelModems: 16,
        },
      }),
    );
  }, 120_000);

  afterAll(async () => {
    await running?.stop();
    await network?.stop();
  }, 120_000);

  /** Rows of a rule as alert instances: labels and value. */
  const evaluate = async (uid: string) => {
    const rule = rules.get(uid);
    const sql = rule?.data[0]?.model.rawSql;
    if (sql === undefined) throw new Error(`no rule ${uid}`);
    const now = new Date();
    const text = expandMacros(sql, { from: new Date(now.getTime() - 900_000), to: now, variables: {} });
    const { columns, rows } = await runWith(reader as never)(text);
    const value = columns.findIndex(({ typeOid }) => typeOid === 701);
    const threshold = rule?.data[1]?.model.conditions?.[0];
    return rows.map((row) => ({
      labels: row.filter((_cell, index) => index !== value).map(String),
      value: Number(row[value]),
      fires:
        threshold !== undefined &&
        evaluateAlert(QUIET, Number(row[value]), 0, threshold, { forMs: 0, keepFiringForMs: 0 }).state === 'alerting',
    }));
  };
  const firing = async (uid: string) => (await evaluate(uid)).filter(({ fires }) => fires);

  test('a quiet network fires nothing', async () => {
    const query = "select count(*)::int as count from edges where valid_to is null and subject = 'link' and sides = 2";
    await until(
      async () => (await database.pool.query<{ count: number }>(query)).rows[0]?.count ?? 0,
      (count) => count >= 25,
      180_000,
    );
    for (const view of ['rxmer_captures', 'channel_estimate_captures', 'fec_captures']) {
      const measured = `select count(distinct mac)::int as count from grafana.${view}`;
      await until(
        async () => (await database.pool.query<{ count: number }>(measured)).rows[0]?.count ?? 0,
        (count) => count === network.plant.modems.length,
        480_000,
      );
    }
    // polls every 3 s fall behind while a busy machine decodes: that passes
    await until(
      () => firing('plantgraph-blind'),
      (rows) => rows.length === 0,
      120_000,
    );
    for (const uid of rules.keys()) expect({ uid, firing: await firing(uid) }).toEqual({ uid, firing: [] });
  }, 1_200_000);

  test('every SQL of the shipped files runs on this data and has the shape that its use needs', async () => {
    const pool = database.poolAs('grafana_reader');
    expect(await sqlProblems(sqlUses(readProvisioning(provisioning)), runWith(pool as never), new Date())).toEqual([]);
  }, 60_000);

  test('an uplink that fails is a lost link and churn, with both ports; its return ends it', async () => {
    const churnBefore = (await evaluate('plantgraph-edge-churn')).reduce((sum, { value }) => sum + value, 0);
    network.playIncident('uplink-fails');
    const lost = await until(
      () => firing('plantgraph-link-lost'),
      (rows) => rows.length > 0,
      180_000,
    );
    expect(lost).toHaveLength(1);
    expect(lost[0]?.labels.join(' ')).toMatch(/b1-core-1 1\/4/);
    expect(lost[0]?.labels.join(' ')).toMatch(/b1-dist-2 1\/0\/3/);
    // the port is down at once; the link itself is given up when polls no longer show it
    await until(
      async () => (await evaluate('plantgraph-edge-churn')).reduce((sum, { value }) => sum + value, 0),
      (churn) => churn > churnBefore,
      180_000,
    );
    network.playIncident('uplink-returns');
    await until(
      () => firing('plantgraph-link-lost'),
      (rows) => rows.length === 0,
      180_000,
    );
  }, 480_000);

  test.each<[string, string, Impairment]>([
    // those first that a notch of the last 20 minutes would explain
    ['an echo', 'plantgraph-echo-node', { kind: 'echo', delayNs: 420, levelDb: -16 }],
    [
      'impulse noise that ruins codewords',
      'plantgraph-uncorrectable-node',
      { kind: 'impulses', everySec: 20, lastingSec: 2, uncorrectableRatio: 0.05 },
    ],
    [
      'a notch too narrow for that',
      'plantgraph-notch-node',
      { kind: 'notch', centreHz: 712e6, widthHz: 3e6, depthDb: 16 },
    ],
    [
      'a notch that pulls modems below their required MER',
      'plantgraph-rxmer-node',
      { kind: 'notch', centreHz: 712e6, widthHz: 14e6, depthDb: 18 },
    ],
  ])(
    '%s on a leg names its node once, and ends',
    async (_name, uid, impairment) => {
      const others = [...plantRules].filter((other) => other !== uid);
      network.plant.impairLeg('HQ-N2', 'B', [impairment]);
      const nodes = await until(
        () => firing(uid),
        (rows) => rows.length > 0,
        FAULT_MS,
      );
      expect(nodes.map(({ labels }) => labels[1])).toEqual(['HQ-N2']);
      for (const other of others) expect({ other, firing: await firing(other) }).toEqual({ other, firing: [] });
      network.plant.impairLeg('HQ-N2', 'B', []);
      // all of them: the next fault begins on a quiet plant
      for (const any of plantRules)
        await until(
          () => firing(any),
          (rows) => rows.length === 0,
          FAULT_MS,
        );
    },
    1_200_000,
  );

  test('a device that falls silent loses no link', async () => {
    const silent = network.inventory.devices.find(({ role }) => role === 'distribution');
    const count = async () =>
      (
        await database.pool.query<{ count: number }>(
          "select count(*)::int as count from edges where valid_to is null and subject = 'link' and $1 in (a_dev, b_dev)",
          [silent?.id],
        )
      ).rows[0]?.count;
    const before = await count();
    const silentPolls = () => running.collector.topology.counters.pollsSilent;
    const polledBefore = silentPolls();
    network.misbehave(String(silent?.id), { silent: true });
    await until(
      async () => silentPolls() - polledBefore,
      (polls) => polls >= 3,
      180_000,
    );
    await running.collector.topology.settle();
    const { rows } = await database.pool.query<{ device: string }>(
      'select distinct device from grafana.poll_health where overdue = 1',
    );
    expect(rows.map(({ device }) => device)).toContain(silent?.id);
    expect(await count()).toBe(before);
    network.misbehave(String(silent?.id), undefined);
  }, 240_000);
}
