import { migrate } from '../src/db/migrate.js';
import { createPool } from '../src/db/pool.js';
import { readerUrl } from '../src/db/reader-login.js';
import { inventoryStore } from '../src/inventory/store.js';
import { mergeFacts } from '../src/topology/current-facts.js';
import { edgeStore, type EdgeChanges } from '../src/topology/edge-store.js';
import type { EdgeEvent, EdgeInterval } from '../src/topology/edges.js';
import { factsStore } from '../src/topology/facts-store.js';
import {
  emptyFacts,
  FACT_KINDS,
  type DeviceFacts,
  type FactKind,
  type InterfaceFact,
  type MacFact,
  type TableReport,
} from '../src/topology/facts.js';
import { topologyReads } from '../src/topology/store.js';
import { describeDatabase, useDatabase, type TestDatabase } from './database.js';

const now = new Date();
const at = (sec: number) => new Date(now.getTime() + sec * 1_000);
const iso = (sec: number) => at(sec).toISOString();

const report = (kind: FactKind, outcome: TableReport['outcome'] = 'complete', rows = 1): TableReport => ({
  kind,
  outcome,
  detail: outcome === 'complete' ? null : 'no answer within 2 s',
  readAt: iso(0),
  rows,
  used: rows,
  dropped: {},
});

const port = (ifIndex: number, more: Partial<InterfaceFact> = {}): InterfaceFact => ({
  ifIndex,
  ifName: `Gi0/${ifIndex}`,
  ifDescr: null,
  ifAlias: null,
  ifType: 6,
  mac: `02:00:00:00:00:0${ifIndex}`,
  speedBps: 1e9,
  adminStatus: 'up',
  operStatus: 'up',
  lastChangeMs: 1_000,
  inOctets: 1_000,
  outOctets: 2_000,
  counterBits: 64,
  addresses: [{ ip: `10.0.0.${ifIndex}`, prefixLength: 24 }],
  ...more,
});

const learned = (mac: string, ifIndex: number): MacFact => ({
  vlan: 10,
  fdbId: null,
  mac,
  bridgePort: ifIndex,
  ifIndex,
  status: 'learned',
});

const facts = (deviceId: string, more: Partial<DeviceFacts> = {}): DeviceFacts => ({
  ...emptyFacts(deviceId, iso(0)),
  site: 'lab',
  sysUpTimeMs: 9e8,
  system: { ...emptyFacts(deviceId, '').system, sysName: deviceId },
  tables: Object.fromEntries(FACT_KINDS.map((kind) => [kind, report(kind)])),
  ...more,
});

const all: ReadonlySet<FactKind> = new Set(FACT_KINDS);

async function inventory(db: TestDatabase): Promise<void> {
  const device = (id: string) => ({
    id,
    address: `192.0.2.${id.charCodeAt(0)}`,
    port: 161,
    site: 'lab',
    role: 'access',
    profile: 'default',
    anchor: false,
  });
  await inventoryStore(db.pool).sync([{ id: 'lab', name: 'The lab' }], ['a', 'b'].map(device), at(-3_600));
}

async function poll(db: TestDatabase, polled: DeviceFacts, previous: DeviceFacts | undefined, sec: number) {
  const { facts: current, whole } = mergeFacts(previous, polled, all);
  const written = await factsStore(db.pool).writePoll({
    deviceId: polled.deviceId,
    module: 'tables',
    intervalSec: 60,
    at: at(sec),
    previous,
    polled,
    current,
    asked: all,
    whole,
  });
  return { current, written };
}

const count = async (db: TestDatabase, sql: string) =>
  Number((await db.pool.query<{ n: string }>(`select count(*) as n from ${sql}`)).rows[0]?.n);

describeDatabase('facts', (edition) => {
  const db = useDatabase(edition);
  const macs = (n: number) => Array.from({ length: n }, (_, i) => learned(`02:00:00:00:01:0${i}`, 1));

  beforeAll(() => inventory(db));

  test('are written only on change, come back after a restart, and a broken poll touches none', async () => {
    const first = await poll(db, facts('a', { mac: macs(3), interfaces: [port(1)] }), undefined, 0);
    expect(first.written).toMatchObject({ gone: 0, refused: 0, success: true });

    const same = await poll(
      db,
      facts('a', { mac: macs(3), interfaces: [port(1, { inOctets: 751_000 })] }),
      first.current,
      60,
    );
    expect(same.written).toMatchObject({ appeared: 0, gone: 0 });

    const restarted = (await factsStore(db.pool).loadFacts()).get('a');
    expect(restarted?.mac).toEqual(macs(3));
    expect(restarted?.system.sysName).toBe('a');
    const moved = [...macs(2), learned('02:00:00:00:01:02', 2)];
    const third = await poll(db, facts('a', { mac: moved, interfaces: [port(1)] }), restarted, 120);
    expect(third.written).toMatchObject({ appeared: 1, gone: 1 });
    expect(await count(db, `facts_mac where device_id = 'a'`)).toBe(4);
    expect(await count(db, `facts_mac where device_id = 'a' and valid_to is null`)).toBe(3);

    // promise P3: a walk cut short with no, some or other rows
    const broken = { ...facts('a').tables, mac: report('mac', 'timeout', 1) };
    const cut = await poll(
      db,
      facts('a', { mac: [learned('02:00:00:00:01:0f', 9)], tables: broken, interfaces: [port(1)] }),
      third.current,
      180,
    );
    expect(cut.written).toMatchObject({ appeared: 0, gone: 0, success: false });
    expect(cut.current.mac).toEqual(moved);
    expect(await count(db, `raw_rows where change = 'partial'`)).toBe(1);

    const { rows } = await db.pool.query(
      `select outcome, mib_table from poll_outcomes where device_id = 'a' order by time`,
    );
    expect(rows.map(({ outcome, mib_table }) => `${mib_table} ${outcome}`)).toEqual([
      '* complete',
      '* complete',
      '* complete',
      'mac timeout',
    ]);
    const state = await db.pool.query(
      `select last_success, last_detail, failures from poll_states where device_id = 'a'`,
    );
    expect(state.rows).toEqual([{ last_success: at(120), last_detail: 'mac: no answer within 2 s', failures: 1 }]);
  });

  test('rates are of two reads', async () => {
    const { rows } = await db.pool.query(
      `select in_bps, out_bps from interface_counters where device_id = 'a' order by time limit 1`,
    );
    expect(rows).toEqual([{ in_bps: 100_000, out_bps: 0 }]);
  });

  test('a row that the database refuses, or that no text column holds, costs nobody else', async () => {
    const poisoned = facts('b', {
      mac: [
        learned('02:00:00:00:02:01', 1),
        learned('02:00:00:00:02:02', 2 ** 32 - 1),
        learned('02:00:00:00:02:03', 3),
      ],
      interfaces: [port(1, { ifAlias: 'NUL \0 and lone \ud800' }), port(2, { ifType: 2 ** 40 })],
    });
    const { written } = await poll(db, poisoned, undefined, 0);
    expect(written.refused).toBe(2);
    expect(await count(db, `facts_mac where device_id = 'b'`)).toBe(2);
    const { rows } = await db.pool.query(`select if_index, if_alias from interfaces where device_id = 'b'`);
    expect(rows).toEqual([{ if_index: 1, if_alias: 'NUL  and lone \ufffd' }]);
  });
});

const interval = (id: string, more: Partial<EdgeInterval> = {}): EdgeInterval => ({
  id: `${id}@${iso(-600)}`,
  key: id,
  subject: 'link',
  a: { node: 'a', ifIndex: 1, ifName: 'Gi0/1' },
  b: { node: 'b', ifIndex: 1, ifName: 'Gi0/1' },
  layer: 2,
  method: 'lldp',
  sides: 2,
  confidence: 1,
  blocked: null,
  members: [[1, null]],
  vlans: [10, 20],
  via: null,
  ips: [],
  operStatus: 'up',
  evidence: [{ device: 'a', table: 'lldpRemTable', text: 'sees b Gi0/1', seenAt: iso(-60) }],
  score: [{ name: 'lldp', value: 1, reason: 'both ends' }],
  witnesses: [{ device: 'a', kind: 'lldp' }],
  firstSeen: iso(-600),
  lastSeen: iso(-60),
  closedAt: null,
  closeDecidedAt: null,
  closeReason: null,
  state: 'current',
  stateReason: null,
  missedPolls: 0,
  confirmations: 9,
  ...more,
});

const host = '02:00:00:00:01:00';
const placement = interval('host', {
  subject: 'host',
  a: { node: 'a', ifIndex: 2, ifName: 'Gi0/2' },
  b: { node: `host:${host}`, ifIndex: null, ifName: null },
  method: 'arp',
  confidence: 0.9,
  ips: ['10.0.0.77'],
  vlans: [10],
});
const lost = interval('lost', {
  a: { node: 'a', ifIndex: 3, ifName: 'Gi0/3' },
  closedAt: iso(-120),
  lastSeen: iso(-120),
  closeDecidedAt: iso(-60),
  closeReason: 'aged',
});

const event = (change: EdgeEvent['change'], sec: number, firstDiscovery = false): EdgeEvent => ({
  at: iso(sec),
  change,
  subject: 'link',
  edgeId: lost.id,
  edgeKey: lost.key,
  a: lost.a,
  b: lost.b,
  detail: `a Gi0/3 to b Gi0/1 ${change}`,
  fields: change === 'changed' ? { method: ['cdp', 'lldp'] } : {},
  firstDiscovery,
});

const changes = (more: Partial<EdgeChanges> = {}): EdgeChanges => ({
  at: now,
  edges: [interval('link'), placement, lost],
  events: [event('added', -600, true), event('changed', -300), event('removed', -60)],
  nodes: [
    {
      id: `host:${host}`,
      kind: 'host',
      title: '10.0.0.77',
      role: null,
      site: 'lab',
      address: '10.0.0.77',
      ips: ['10.0.0.77'],
      macs: [host],
    },
  ],
  siteOf: (node) => (['a', 'b'].includes(node) ? 'lab' : null),
  ...more,
});

describeDatabase('the map', (edition) => {
  const db = useDatabase(edition);
  const edges = () => edgeStore(db.pool);
  const reads = () => topologyReads(db.pool);

  beforeAll(async () => {
    await inventory(db);
    await poll(db, facts('a', { interfaces: [port(1), port(2)] }), undefined, -120);
    const again = facts('a', { interfaces: [port(1, { inOctets: 751_000 * 100 }), port(2)] });
    await poll(db, again, facts('a', { interfaces: [port(1), port(2)] }), -60);
    await edges().writeEdges(changes());
  });

  test('edges come back as they were written, and writing them twice changes nothing', async () => {
    expect((await edges().writeEdges(changes({ events: [] }))).refused).toBe(0);
    const loaded = await edges().loadEdges(at(-3_600));
    expect(loaded).toEqual([placement, interval('link'), lost].sort((x, y) => (x.id < y.id ? -1 : 1)));
    expect((await edges().loadEdges(at(0))).map(({ key }) => key)).toEqual(['host', 'link']);
  });

  test('a life may end and the next begin in one write', async () => {
    const over = { ...interval('flap'), closedAt: iso(-30), closeDecidedAt: iso(-30), closeReason: 'moved' as const };
    const next = { ...interval('flap'), id: `flap@${iso(-20)}`, firstSeen: iso(-20) };
    await edges().writeEdges(changes({ edges: [{ ...interval('flap') }], events: [], nodes: [] }));
    expect(await edges().writeEdges(changes({ edges: [next, over], events: [], nodes: [] }))).toEqual({ refused: 0 });
    await db.pool.query(`delete from edges where edge_key = 'flap'`);
  });

  test('nodes: status with its reason, also of one that does not answer', async () => {
    const nodes = await reads().nodes({});
    expect(nodes.map(({ id, kind, status }) => [id, kind, status])).toEqual([
      ['a', 'device', 'up'],
      ['b', 'device', 'unknown'],
      [`host:${host}`, 'host', 'up'],
    ]);
    expect(nodes[1]?.statusReason).toBe('not polled yet');
    expect(await reads().staleDevices()).toEqual(['b']);
    expect(await reads().nodes({ role: 'core' })).toEqual([]);
  });

  test('edges carry state and load of their ports; filters and time travel', async () => {
    const [placed, link] = await reads().edges({ minConfidence: 0.5 });
    expect(placed).toMatchObject({ method: 'arp', confidence: 0.9 });
    expect(link).toMatchObject({
      a: { node: 'a', operStatus: 'up' },
      b: { operStatus: 'unknown' },
      vlans: [10, 20],
      members: [[1, null]],
      speedBps: 1e9,
    });
    expect(link?.loadRatio).toBeCloseTo(((751_000 * 100 - 1_000) * 8) / 60 / 1e9, 6);
    expect(await reads().edges({ minConfidence: 0.95 })).toHaveLength(1);
    expect(await reads().edges({ minConfidence: 0, site: 'elsewhere' })).toEqual([]);
    const then = await reads().edges({ minConfidence: 0, at: iso(-300) });
    expect(then.map(({ id }) => id)).toContain(lost.id);
    expect((await reads().nodes({ at: iso(-300) })).map(({ id }) => id)).toEqual(['a', 'b', `host:${host}`]);
    expect(await reads().edges({ minConfidence: 0, at: iso(-3_000) })).toEqual([]);
  });

  test.each([
    ['10.0.0.77', `host:${host}`, 'ip'],
    ['0200.0000.0100', `host:${host}`, 'mac'],
    ['02-00-00-00-01-00', `host:${host}`, 'mac'],
    ['10.0.0.1', 'a', 'ip'],
    ['02:00:00:00:00:02', 'a', 'mac'],
    ['192.0.2.98', 'b', 'ip'],
    ['b', 'b', 'id'],
  ])('finds %s', async (q, id, matchedBy) => {
    const { hits } = await reads().find({ q });
    expect(hits[0]).toMatchObject({ id, matchedBy });
  });

  test('a found host names its port; what is not found says why', async () => {
    const { hits } = await reads().find({ q: '10.0.0.77' });
    expect(hits[0]).toMatchObject({
      mac: host,
      ips: ['10.0.0.77'],
      device: 'a',
      ifName: 'Gi0/2',
      vlans: [10],
      confidence: 0.9,
    });
    const nothing = await reads().find({ q: '02:ff:00:00:00:00' });
    expect(nothing).toEqual({
      query: '02:ff:00:00:00:00',
      hits: [],
      reason: 'no polled device has it in an ARP or forwarding table',
    });
    expect((await reads().find({ q: '%' })).hits).toEqual([]);
  });

  test('an interface tells its links and hosts', async () => {
    const answer = await reads().interface({ device: 'a', ifName: 'Gi0/2' });
    expect(answer).toMatchObject({
      ifIndex: 2,
      operStatus: 'up',
      edges: [],
      hosts: [{ mac: host, ips: ['10.0.0.77'], vlans: [10] }],
    });
    expect((await reads().interface({ device: 'a', ifName: 'Gi0/1' }))?.edges).toHaveLength(1);
    expect(await reads().interface({ device: 'a', ifName: 'Gi9/9' })).toBeUndefined();
  });

  test('events page by cursor, without what was merely discovered', async () => {
    const first = await reads().events({ limit: 1 }, now);
    expect(first.events.map(({ change, site, a }) => [change, site, a])).toEqual([['removed', 'lab', 'a Gi0/3']]);
    const second = await reads().events({ limit: 5, cursor: first.next ?? '' }, now);
    expect(second).toMatchObject({ events: [{ change: 'changed' }], next: null });
  });

  test('canonical links: one row a pair, the best class; a lost one is said for a day', async () => {
    const worse = interval('cdp', { method: 'cdp', a: interval('').b, b: interval('').a });
    const halfKnown = interval('half', { b: { node: 'b', ifIndex: null, ifName: null }, sides: 1 });
    await edges().writeEdges(changes({ edges: [worse, halfKnown], events: [], nodes: [] }));
    const links = await db.pool.query('select edge_id, method, a_dev, a_if, b_dev, b_if from vw_links_canonical');
    expect(links.rows).toEqual([
      { edge_id: interval('link').id, method: 'lldp', a_dev: 'a', a_if: 'Gi0/1', b_dev: 'b', b_if: 'Gi0/1' },
    ]);
    await db.pool.query(`delete from edges where edge_key in ('cdp', 'half')`);
    const { rows } = await db.pool.query('select id, lost, state, a from grafana.canonical_links order by id');
    expect(rows).toEqual([
      { id: 'link', lost: 0, state: 'current', a: 'a Gi0/1' },
      { id: 'lost', lost: 1, state: 'lost', a: 'a Gi0/3' },
    ]);
  });

  test('a link whose port went down is lost at that poll, since then', async () => {
    const up = facts('a', { interfaces: [port(1), port(2)] });
    const down = facts('a', { interfaces: [port(1, { operStatus: 'down' }), port(2)] });
    await poll(db, down, up, 0);
    const lost = await db.pool.query(`select lost, state, since from grafana.canonical_links where id = 'link'`);
    expect(lost.rows).toEqual([{ lost: 1, state: 'down', since: at(0) }]);
    await poll(db, up, down, 60);
    const back = await db.pool.query(`select lost, state from grafana.canonical_links where id = 'link'`);
    expect(back.rows).toEqual([{ lost: 0, state: 'current' }]);
  });

  test('views have exactly the columns that panels were promised, in their types', async () => {
    const { rows } = await db.pool.query<{ view: string; columns: string }>(
      `select c.relname as view, string_agg(a.attname || ' ' || format_type(a.atttypid, null), ', ' order by a.attnum) as columns
         from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'grafana'::regnamespace and a.attnum > 0
          and c.relname in ('nodes', 'edges', 'edge_events', 'canonical_links', 'churn', 'link_flaps', 'poll_health', 'sites')
        group by 1 order by 1`,
    );
    const columns = Object.fromEntries(rows.map((row) => [row.view, row.columns]));
    const float = 'double precision';
    const time = 'timestamp with time zone';
    expect(columns).toEqual({
      canonical_links: `id text, site text, a text, b text, state text, lost ${float}, since ${time}`,
      churn: `time ${time}, site text, subject text, added ${float}, removed ${float}, moved ${float}, total ${float}`,
      edge_events: `id text, time ${time}, site text, change text, subject text, edge_id text, a text, b text, detail text`,
      edges:
        `id text, source text, target text, mainstat ${float}, secondarystat text, method text, confidence ${float}, sides ${float}, layer ${float}, site text, ` +
        `source_port text, target_port text, oper_status text, load_ratio ${float}, speed_bps ${float}, blocked text, state text, state_reason text, vlans text, ` +
        `first_seen ${time}, last_seen ${time}, evidence jsonb, score jsonb, color text, thickness ${float}, strokedasharray text, via text`,
      link_flaps: `edge_id text, site text, a text, b text, flaps_1h ${float}, flaps_24h ${float}, last_change ${time}`,
      nodes:
        `id text, title text, subtitle text, mainstat ${float}, secondarystat text, color text, icon text, kind text, site text, role text, status text, statusreason text, ` +
        `address text, lastseen ${time}, fixedx ${float}, fixedy ${float}, detail__address text, detail__lastseen ${time}`,
      poll_health: `site text, device text, module text, last_success ${time}, silent_seconds ${float}, overdue ${float}`,
      sites: 'id text, name text',
    });
    const views = ['nodes', 'edges'].map((view) => db.pool.query(`select id from grafana.${view}`));
    expect((await Promise.all(views)).map(({ rowCount }) => rowCount)).toEqual([3, 2]);
  });

  test('every end of an edge is a node, whatever left the inventory', async () => {
    await inventoryStore(db.pool).sync([], [], now);
    const orphans = await db.pool.query(
      `select id from grafana.edges where source not in (select id from grafana.nodes) or target not in (select id from grafana.nodes)`,
    );
    expect(orphans.rows).toEqual([]);
    expect(await inventoryStore(db.pool).removed()).toEqual(new Set(['a', 'b']));
    await factsStore(db.pool).endRemoved(now);
    expect(await count(db, 'facts_interfaces where valid_to is null')).toBe(0);
    expect(await factsStore(db.pool).loadFacts()).toEqual(new Map());
    await inventory(db);
  });

  test('positions are kept', async () => {
    const positions = [{ node: 'a', site: 'lab', x: 1.5, y: -2 }];
    await edges().writePositions(positions, now);
    await edges().writePositions([{ ...positions[0], x: 3 } as (typeof positions)[0]], now);
    expect(await edges().loadPositions()).toEqual([{ node: 'a', site: 'lab', x: 3, y: -2 }]);
  });
});

describeDatabase('roles', (edition) => {
  // not a copy of the template: what a database grants itself is not copied
  const db = useDatabase(edition, { empty: true });
  beforeAll(async () => void (await migrate(db.pool)));

  test('the reader sees views and nothing else', async () => {
    const reader = db.poolAs('grafana_reader');
    await expect(reader.query('select id from grafana.nodes')).resolves.toMatchObject({ rowCount: 0 });
    await expect(reader.query('select id from grafana.edges')).resolves.toMatchObject({ rowCount: 0 });
    for (const sql of [
      'select address from public.devices',
      'select body from public.raw_rows',
      'select edge_id from public.edges_at(now())',
      `select public.delete_older_than('public.edges', 'valid_to', now())`,
      'create table grafana.mine (id int)',
      'create table public.mine (id int)',
      'create temporary table mine (id int)',
    ]) {
      await expect(reader.query(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|3F000|25006)$/) });
    }
  });

  test('a login of the reader cannot become anybody else', async () => {
    const reader = createPool(await readerUrl(db.pool, db.url), { onError: () => undefined, maxConnections: 1 });
    try {
      await expect(reader.query('select id from sites')).resolves.toMatchObject({ rowCount: expect.any(Number) });
      await expect(reader.query('reset role; select address from public.devices')).rejects.toMatchObject({
        code: '42501',
      });
      await expect(reader.query('set role plantgraph_owner')).rejects.toMatchObject({ code: '42501' });
      await expect(reader.query('select public.delete_older_than(null, null, null)')).rejects.toMatchObject({
        code: '42501',
      });
      await reader.query('set default_transaction_read_only = off');
      await expect(reader.query('create table grafana.mine (id int)')).rejects.toMatchObject({ code: '42501' });
    } finally {
      await reader.end();
    }
  });

  test('the writer writes and reads, and cannot change the schema', async () => {
    const writer = db.poolAs('plantgraph_writer');
    await writer.query(`insert into sites (site_id, name) values ('x', 'X')`);
    await expect(writer.query('select id from grafana.sites')).resolves.toMatchObject({ rowCount: 1 });
    await writer.query(
      `insert into poll_outcomes values (now() - interval '40 days', 'd', 'm', '*', '*', 'complete', null, 1, 1)`,
    );
    await writer.query(`select delete_older_than('poll_outcomes', 'time', now() - interval '30 days')`);
    expect((await writer.query('select from poll_outcomes')).rowCount).toBe(0);
    await expect(writer.query('drop table sites cascade')).rejects.toMatchObject({ code: '42501' });
  });
});
