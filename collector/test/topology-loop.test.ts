import { inventoryStore } from '../src/inventory/store.js';
import type { JobResult } from '../src/jobs/worker.js';
import type { SnmpReader } from '../src/snmp/reader.js';
import { createArranger } from '../src/topology/arrange.js';
import { infer } from '../src/topology/correlate/infer.js';
import { edgeStore } from '../src/topology/edge-store.js';
import { nextEdges } from '../src/topology/edges.js';
import { factsStore } from '../src/topology/facts-store.js';
import {
  emptyFacts,
  FACT_KINDS,
  type DeviceFacts,
  type FactKind,
  type LldpFact,
  type TableReport,
} from '../src/topology/facts.js';
import { createTopologyLoop, POLL_MODULES, type PollModule, type TopologyLoop } from '../src/topology/jobs.js';
import { topologyReads } from '../src/topology/store.js';
import { describeDatabase, useDatabase, type TestDatabase } from './database.js';

const SWITCHES = ['sw1', 'sw2'] as const;
const macOf = (id: string) => `02:00:00:00:0${id.at(-1)}:00`;

/** Two switches cabled by their first ports, each telling of the other by LLDP. */
class World {
  now = new Date();
  /** What each device's tables do: missing tables answer with rows, others with this outcome. */
  outcome: TableReport['outcome'] = 'complete';
  silent = new Set<string>();
  cabled = true;

  poll(id: string, kinds: ReadonlySet<FactKind>): DeviceFacts {
    const outcome = this.silent.has(id) ? 'timeout' : this.outcome;
    const at = this.now.toISOString();
    const peer = SWITCHES.find((other) => other !== id) ?? '';
    const report = (kind: FactKind): TableReport => ({
      kind,
      outcome,
      detail: outcome === 'complete' ? null : 'no answer',
      readAt: at,
      rows: 1,
      used: 1,
      dropped: {},
    });
    const lldp: LldpFact = {
      localPortNum: 1,
      remIndex: 1,
      ifIndex: 1,
      localPort: 'Gi0/1',
      chassisSubtype: 4,
      chassisId: macOf(peer),
      chassisMac: macOf(peer),
      portSubtype: 5,
      portId: 'Gi0/1',
      portMac: null,
      portDescr: 'Gi0/1',
      sysName: peer,
      sysDescr: null,
      capabilities: ['bridge'],
      managementIps: [],
      aggregatePort: null,
    };
    const answers = !this.silent.has(id);
    return {
      ...emptyFacts(id, at),
      site: 'lab',
      sysUpTimeMs: answers ? 9e9 : null,
      system: { ...emptyFacts(id, at).system, sysName: answers ? id : null },
      interfaces: kinds.has('interfaces') && answers ? [port(id)] : [],
      localIdentity: { chassisSubtype: 4, chassisId: macOf(id), chassisMac: macOf(id), sysName: id, cdpDeviceId: null },
      lldp: kinds.has('lldp') && answers && this.cabled ? [lldp] : [],
      tables: Object.fromEntries([...kinds].map((kind) => [kind, report(kind)])),
    };
  }
}

const port = (id: string): DeviceFacts['interfaces'][number] => ({
  ifIndex: 1,
  ifName: 'Gi0/1',
  ifDescr: null,
  ifAlias: null,
  ifType: 6,
  mac: macOf(id).replace(/00$/, '01'),
  speedBps: 1e9,
  adminStatus: 'up',
  operStatus: 'up',
  lastChangeMs: 0,
  inOctets: 0,
  outOctets: 0,
  counterBits: 64,
  addresses: [],
});

const noReader = {} as SnmpReader;

describeDatabase('the topology loop', (edition) => {
  const db = useDatabase(edition);
  const world = new World();
  let loop: TopologyLoop;
  const errors: unknown[] = [];

  const makeLoop = (database: TestDatabase) =>
    createTopologyLoop({
      facts: factsStore(database.pool),
      edges: edgeStore(database.pool),
      reads: topologyReads(database.pool),
      devices: SWITCHES.map((id) => ({
        id,
        site: 'lab',
        intervalSec: { tables: 60, interfaces: 60, forwarding: 300 },
      })),
      removedDevices: () => inventoryStore(database.pool).removed(),
      readerFor: () => noReader,
      pollDevice: async (id, _reader, { kinds }) => world.poll(id, kinds ?? new Set(FACT_KINDS)),
      infer: (facts) => infer(facts),
      nextEdges,
      arrange: createArranger({ deadlineMs: 1 }),
      graceMs: 900_000,
      closeAfterMisses: 3,
      now: () => world.now,
      onError: (error) => errors.push(error),
      debounceMs: 3_600_000, // the tests settle
    });

  /** A minute goes by and every device is polled. */
  const minute = async (module: PollModule = 'tables'): Promise<JobResult[]> => {
    world.now = new Date(world.now.getTime() + 60_000);
    const results: JobResult[] = [];
    for (const job of loop.jobs.filter(({ payload }) => payload['module'] === module)) {
      const handler = loop.kinds.poll.handler;
      results.push(await handler({ ...job, phaseMs: 0, failures: 0 }, new AbortController().signal));
    }
    await loop.settle();
    return results;
  };

  const open = async () => {
    const edges = await topologyReads(db.pool).edges({ minConfidence: 0 });
    return edges.map(
      ({ a, b, method, sides, state }) => `${a.node} ${a.ifName} ${b.node} ${b.ifName} ${method} ${sides} ${state}`,
    );
  };
  const events = async () => {
    const { rows } = await db.pool.query('select change from edge_events where not first_discovery order by event_id');
    return rows.map(({ change }) => change as string);
  };

  beforeAll(async () => {
    const devices = SWITCHES.map((id) => ({
      id,
      address: '192.0.2.1',
      port: 161,
      site: 'lab',
      role: 'access',
      profile: 'default',
      anchor: false,
    }));
    await inventoryStore(db.pool).sync([{ id: 'lab', name: 'Lab' }], devices, world.now);
    loop = makeLoop(db);
    await loop.start();
  });
  afterAll(() => loop.stop());

  test('knows the jobs of the inventory', () => {
    expect(loop.jobs.map(({ key, intervalMs }) => `${key} ${intervalMs}`)).toContain('poll:sw1:forwarding 300000');
    expect(loop.jobs).toHaveLength(SWITCHES.length * Object.keys(POLL_MODULES).length);
  });

  test('whatever module comes first, everything is read, and the link is there with places for its nodes', async () => {
    await minute('forwarding');
    expect(errors).toEqual([]);
    expect(await open()).toEqual(['sw1 Gi0/1 sw2 Gi0/1 lldp 2 current']);
    expect(await events()).toEqual([]);
    const nodes = await topologyReads(db.pool).nodes({});
    expect(nodes.every(({ x, y }) => x !== null && y !== null)).toBe(true);
  });

  test('nothing changes when nothing changed', async () => {
    const before = loop.counters.factsAppeared;
    await minute();
    await minute();
    expect(loop.counters.factsAppeared).toBe(before);
    expect(await events()).toEqual([]);
  });

  test('polls that fail or are cut short remove nothing, however many (P3)', async () => {
    world.cabled = false;
    world.outcome = 'nonIncreasing';
    for (let i = 0; i < 5; i++) await minute();
    world.silent.add('sw1').add('sw2');
    for (let i = 0; i < 5; i++) expect((await minute()).map(({ ok }) => ok)).toEqual([false, false]);
    expect((await open()).map((edge) => edge.replace(/ \w+$/, ''))).toEqual(['sw1 Gi0/1 sw2 Gi0/1 lldp 2']);
    expect(await open()).toEqual([expect.stringMatching(/unknown$/)]);
    expect(await events()).toEqual([]);
    const health = await db.pool.query(
      `select device, last_success is not null as ever from grafana.poll_health where module = 'tables'`,
    );
    expect(health.rows).toEqual([
      { device: 'sw1', ever: true },
      { device: 'sw2', ever: true },
    ]);
  });

  test('a restart finds everything and makes no event of it', async () => {
    await loop.stop();
    world.silent.clear();
    world.outcome = 'complete';
    world.cabled = true;
    const before = await db.pool.query('select edge_id, valid_from from edges');
    loop = makeLoop(db);
    await loop.start();
    expect(loop.snapshot().facts.size).toBe(2);
    await minute();
    expect(await open()).toEqual(['sw1 Gi0/1 sw2 Gi0/1 lldp 2 current']);
    expect((await db.pool.query('select edge_id, valid_from from edges')).rows).toEqual(before.rows);
    expect(await events()).toEqual([]);
  });

  test('a cable that is gone is one removed event after three whole polls, and lost for the alert', async () => {
    world.cabled = false;
    for (let i = 0; i < 6; i++) await minute();
    expect(await open()).toEqual([]);
    expect(await events()).toEqual(['removed']);
    await db.pool.query(`update edges set close_decided_at = now()`);
    const lost = await db.pool.query('select a, b, lost from grafana.canonical_links');
    expect(lost.rows).toEqual([{ a: 'sw1 Gi0/1', b: 'sw2 Gi0/1', lost: 1 }]);
  });

  test('what could not be stored is stored by the next attempt', async () => {
    world.cabled = true;
    world.now = new Date(world.now.getTime() + 3_600_000);
    await db.pool.query('alter table edge_events rename to away');
    await minute();
    expect(errors).toHaveLength(1);
    expect(await open()).toEqual([]);
    await db.pool.query('alter table away rename to edge_events');
    await loop.settle();
    expect(await open()).toEqual(['sw1 Gi0/1 sw2 Gi0/1 lldp 2 current']);
    expect((await events()).at(-1)).toBe('added');
  });
});
