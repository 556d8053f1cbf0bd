import { inventoryStore } from '../src/inventory/store.js';
import type { SnmpReader } from '../src/snmp/reader.js';
import { infer } from '../src/topology/correlate/infer.js';
import { edgeStore } from '../src/topology/edge-store.js';
import { nextEdges } from '../src/topology/edges.js';
import { explainReads } from '../src/topology/explain-store.js';
import { factsStore } from '../src/topology/facts-store.js';
import { emptyFacts, FACT_KINDS, type DeviceFacts, type FactKind, type LldpFact } from '../src/topology/facts.js';
import { historyReads } from '../src/topology/history-store.js';
import { createTopologyLoop, type TopologyLoop } from '../src/topology/jobs.js';
import type { TopologyService } from '../src/topology/routes.js';
import { topologyService } from '../src/topology/service.js';
import { topologyReads } from '../src/topology/store.js';
import { describeDatabase, useDatabase } from './database.js';

/** Three switches in a row, sw1 – sw2 – sw3, polled by the live loop; the API explains what the database and it know. */
const SWITCHES = ['sw1', 'sw2', 'sw3'] as const;
const CABLES: readonly (readonly [string, number, string, number])[] = [
  ['sw1', 1, 'sw2', 1],
  ['sw2', 2, 'sw3', 2],
];
const HOST = '00:20:00:00:00:07';
const macOf = (id: string) => `00:10:00:00:0${id.at(-1)}:00`;

const neighbour = (ifIndex: number, far: string, farPort: number): LldpFact => ({
  localPortNum: ifIndex,
  remIndex: 1,
  ifIndex,
  localPort: `Gi0/${ifIndex}`,
  chassisSubtype: 4,
  chassisId: macOf(far),
  chassisMac: macOf(far),
  portSubtype: 5,
  portId: `Gi0/${farPort}`,
  portMac: null,
  portDescr: null,
  sysName: far,
  sysDescr: null,
  capabilities: ['bridge'],
  managementIps: [],
  aggregatePort: null,
});

const port = (id: string, ifIndex: number): DeviceFacts['interfaces'][number] => ({
  ifIndex,
  ifName: `Gi0/${ifIndex}`,
  ifDescr: null,
  ifAlias: null,
  ifType: 6,
  mac: `${macOf(id).slice(0, 15)}0${ifIndex}`,
  speedBps: 1e9,
  adminStatus: 'up',
  operStatus: 'up',
  lastChangeMs: null,
  inOctets: null,
  outOctets: null,
  counterBits: 64,
  addresses: [],
});

class World {
  now = new Date();
  readonly silent = new Set<string>();

  poll(id: string, kinds: ReadonlySet<FactKind>): DeviceFacts {
    const at = this.now.toISOString();
    const isSilent = this.silent.has(id);
    const has = (kind: FactKind) => kinds.has(kind) && !isSilent;
    const empty = emptyFacts(id, at);
    const ends = CABLES.flatMap(([a, x, b, y]) => [
      ...(a === id ? [neighbour(x, b, y)] : []),
      ...(b === id ? [neighbour(y, a, x)] : []),
    ]);
    const report = (kind: FactKind) => ({
      kind,
      outcome: isSilent ? ('timeout' as const) : ('complete' as const),
      detail: isSilent ? 'no answer within 2 s' : null,
      readAt: at,
      rows: isSilent ? 0 : 3,
      used: isSilent ? 0 : 2,
      dropped: isSilent ? {} : { 'port unknown': 1 },
    });
    return {
      ...empty,
      site: 'lab',
      sysUpTimeMs: isSilent ? null : 9e9,
      system: { ...empty.system, sysName: isSilent ? null : id },
      interfaces: has('interfaces') ? [1, 2, 3].map((ifIndex) => port(id, ifIndex)) : [],
      bridge: has('bridge')
        ? { ...empty.bridge, baseAddress: macOf(id), ports: [1, 2, 3].map((n) => ({ port: n, ifIndex: n })) }
        : empty.bridge,
      mac:
        has('mac') && id === 'sw1'
          ? [{ vlan: 1, fdbId: 1, mac: HOST, bridgePort: 3, ifIndex: 3, status: 'learned' }]
          : [],
      localIdentity: { chassisSubtype: 4, chassisId: macOf(id), chassisMac: macOf(id), sysName: id, cdpDeviceId: null },
      lldp: has('lldp') ? ends : [],
      tables: Object.fromEntries([...kinds].map((kind) => [`${kind}Table`, report(kind)])),
    };
  }
}

const noReader = { close: () => undefined } as unknown as SnmpReader;

describeDatabase('explaining what the loop knows', (edition) => {
  const db = useDatabase(edition);
  const world = new World();
  let loop: TopologyLoop;
  let service: TopologyService;

  const minute = async (): Promise<void> => {
    world.now = new Date(world.now.getTime() + 60_000);
    for (const job of loop.jobs) {
      await loop.kinds.poll.handler({ ...job, phaseMs: 0, failures: 0 }, new AbortController().signal);
    }
    await loop.settle();
  };

  beforeAll(async () => {
    const device = (id: string) => ({
      id,
      address: `192.0.2.${id.at(-1)}`,
      port: 161,
      site: 'lab',
      role: 'access',
      profile: 'default',
      anchor: false,
    });
    const devices = [...SWITCHES, 'sw4'].map(device);
    await inventoryStore(db.pool).sync([{ id: 'lab', name: 'Lab' }], devices, world.now);
    loop = createTopologyLoop({
      facts: factsStore(db.pool),
      edges: edgeStore(db.pool),
      reads: topologyReads(db.pool),
      devices: SWITCHES.map((id) => ({ id, site: 'lab', intervalSec: { tables: 60, interfaces: 60, forwarding: 60 } })),
      removedDevices: () => inventoryStore(db.pool).removed(),
      readerFor: () => noReader,
      pollDevice: async (id, _reader, { kinds }) => world.poll(id, kinds ?? new Set(FACT_KINDS)),
      infer: (facts) => infer(facts),
      nextEdges,
      graceMs: 900_000,
      closeAfterMisses: 3,
      now: () => world.now,
      onError: (error) => {
        throw error;
      },
      debounceMs: 3_600_000, // the tests settle
    });
    await loop.start();
    service = topologyService({
      reads: topologyReads(db.pool),
      history: historyReads(db.pool),
      anchors: async () => [],
      tables: () => ({}),
      explain: { reads: explainReads(db.pool), snapshot: () => loop.snapshot() },
      now: () => world.now,
    });
    await minute();
  }, 60_000);
  afterAll(() => loop.stop());

  const explain = (a: string, b: string) => service.explain({ a, b, minConfidence: 0.5 });

  test('two neighbours, two that are not, a name that nobody has', async () => {
    expect((await explain('sw1', 'sw2'))?.verdict.code).toBe('link');
    expect(await explain('SW1', '192.0.2.3')).toMatchObject({
      a: { id: 'sw1' },
      b: { id: 'sw3' },
      verdict: { code: 'through', text: expect.stringContaining('sw2') as string },
      previous: null,
    });
    expect(await explain('sw1', 'nobody')).toBeUndefined();
    expect((await explain('sw1', 'sw4'))?.verdict).toEqual({
      code: 'unknown',
      text: 'Unknown whether sw1 and sw4 are linked, because sw4 has never answered.',
    });
  });

  test('a device with its ports, the hosts on them, and how its tables were read', async () => {
    const device = await service.device({ id: 'sw1' });
    expect(device).toMatchObject({ node: { id: 'sw1' }, polled: true, sysName: 'sw1', uptimeMs: 9e9 });
    expect(device?.links.map(({ b }) => b.node)).toEqual(['sw2']);
    expect(device?.ports.map(({ ifName, hosts, hostCount }) => [ifName, hostCount, hosts.map(({ id }) => id)])).toEqual(
      [
        ['Gi0/1', 0, []],
        ['Gi0/2', 0, []],
        ['Gi0/3', 1, [`host:${HOST}`]],
      ],
    );
    expect(device?.tables.find(({ table }) => table === 'lldpTable')).toMatchObject({
      state: 'read',
      rows: 3,
      used: 2,
      dropped: [{ reason: 'port unknown', rows: 1 }],
    });
    expect((await service.device({ id: 'sw4' }))?.polled).toBe(false);
    expect((await service.device({ id: HOST }))?.links).toHaveLength(1);
    expect(await service.device({ id: 'nobody' })).toBeUndefined();
  });

  test('a device that stops answering makes what hangs on its word unknown since then', async () => {
    const before = world.now.toISOString();
    world.silent.add('sw1').add('sw3');
    await minute();
    const answer = await explain('sw1', 'sw3');
    expect(answer?.verdict.code).toBe('unknown');
    expect(answer?.said.find(({ device, kind }) => device === 'sw1' && kind === 'lldp')).toMatchObject({
      state: 'outdated',
      readAt: before,
      text: expect.stringContaining('no answer within 2 s') as string,
    });
    const device = await service.device({ id: 'sw1' });
    expect(device?.tables.find(({ table }) => table === 'lldpTable')).toMatchObject({ state: 'outdated', rows: 3 });
  });

  test('a link that has ended is remembered with its reason', async () => {
    await db.pool.query(
      `update edges set valid_to = last_seen, close_reason = 'aged' where a_dev = 'sw1' and b_dev = 'sw2'`,
    );
    await db.pool.query(
      `insert into edge_events (at, change, subject, edge_id, edge_key, site_id, a, b, detail, first_discovery)
       values (now(), 'removed', 'link', 'e', 'k', 'lab', 'sw1 Gi0/1', 'sw2 Gi0/1', 'not seen any more', false),
              (now(), 'removed', 'link', 'e', 'k', 'lab', 'sw10 Gi0/1', 'sw20 Gi0/1', 'of others', false)`,
    );
    expect(await explainReads(db.pool).previousLink('sw2', 'sw1')).toMatchObject({ method: 'lldp', reason: 'aged' });
    const events = await explainReads(db.pool).nodeEvents('sw1');
    expect(events.map(({ detail }) => detail)).toEqual(['not seen any more']);
  });
});
