import { inventoryStore } from '../src/inventory/store.js';
import { cutLink, moveHost, restoreLink } from '../src/simulator/campus/events.js';
import { contextsOf, instancesOf } from '../src/simulator/campus/agent.js';
import { generateNetwork } from '../src/simulator/campus/generate.js';
import type { Network, PortRef, Station } from '../src/simulator/campus/network.js';
import { DEMO } from '../src/simulator/campus/parameters.js';
import { stateOf } from '../src/simulator/campus/state.js';
import { truthOf } from '../src/simulator/campus/truth.js';
import type { SnmpReader } from '../src/snmp/reader.js';
import { recordingReader, type RecordedDevice } from '../src/snmp/recording-reader.js';
import { infer } from '../src/topology/correlate/infer.js';
import { edgeStore } from '../src/topology/edge-store.js';
import { nextEdges } from '../src/topology/edges.js';
import { explainReads } from '../src/topology/explain-store.js';
import { factsStore } from '../src/topology/facts-store.js';
import { forwardingView } from '../src/topology/forwarding-view.js';
import { historyReads } from '../src/topology/history-store.js';
import { createTopologyLoop, POLL_MODULES, type PollModule, type TopologyLoop } from '../src/topology/jobs.js';
import { pollDevice } from '../src/topology/poll.js';
import type { TopologyService } from '../src/topology/routes.js';
import { routingView } from '../src/topology/routing-view.js';
import type { Edge } from '../src/topology/schemas.js';
import { topologyService } from '../src/topology/service.js';
import { topologyReads } from '../src/topology/store.js';
import { describeDatabase, useDatabase } from './database.js';

/** Four sites in a ring, polled as it would be, minute by minute; what happened is asked for afterwards. */
const campus = generateNetwork({
  ...DEMO,
  sites: 4,
  corePair: false,
  distribution: 1,
  accessPerDistribution: 2,
  portsPerAccess: [4, 5],
});
const GRACE_MS = 900_000;
const MISSES = 2;

describeDatabase('the life of links and hosts', (edition) => {
  const db = useDatabase(edition);
  let network: Network = campus;
  // views that speak of the last day compare with the clock of the database
  let clock = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 4 * 3_600_000);
  const silent = new Set<string>();
  const errors: unknown[] = [];
  let loop: TopologyLoop;
  let service: TopologyService;

  /** What each agent answers is worked out once for each state of the network. */
  const answers = new WeakMap<Network, Map<string, RecordedDevice>>();
  const answersOf = (id: string): RecordedDevice => {
    const known = answers.get(network) ?? new Map<string, RecordedDevice>();
    answers.set(network, known);
    const device = known.get(id) ?? {
      instances: instancesOf(network, id),
      contexts: new Map(contextsOf(network, id).map((vlan) => [vlan, instancesOf(network, id, vlan)])),
    };
    known.set(id, device);
    return device;
  };
  const readerFor = (id: string): SnmpReader =>
    recordingReader({ ...(silent.has(id) ? { instances: [], lost: ['1'] } : answersOf(id)), now: () => clock });

  /** The site in which things happen is polled every minute; the others once. */
  const sites = [...new Set(campus.plan.devices.map(({ site }) => site))];
  const siteOf = new Map(campus.plan.devices.map(({ id, site }) => [id, site]));
  const poll = async (isWatched = (site: string) => site === sites[0]): Promise<void> => {
    clock = new Date(clock.getTime() + 60_000);
    for (const module of ['interfaces', 'tables', 'forwarding'] satisfies PollModule[]) {
      const due = loop.jobs.filter(({ payload }) => payload['module'] === module);
      for (const job of due.filter(({ subject }) => isWatched(siteOf.get(subject ?? '') ?? ''))) {
        await loop.kinds.poll.handler({ ...job, phaseMs: 0, failures: 0 }, new AbortController().signal);
      }
    }
    await loop.settle();
    expect(errors).toEqual([]);
  };
  const polls = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await poll();
  };
  const now = () => service.edges({ minConfidence: 0 });
  const at = (instant: Date) => service.edges({ minConfidence: 0, at: instant.toISOString() });
  const events = async (since: Date) => {
    const answer = await service.events({ from: new Date(since.getTime() + 1).toISOString(), limit: 1000 });
    return answer.events.reverse().map(({ change, subject, detail }) => ({ change, subject, detail }));
  };

  beforeAll(async () => {
    const devices = network.plan.devices.map(({ id, site, role, managementIp }) => ({
      id,
      address: managementIp,
      port: 161,
      site,
      role,
      profile: 'default',
      anchor: role === 'core',
    }));
    await inventoryStore(db.pool).sync(
      sites.map((id) => ({ id, name: id })),
      devices,
      clock,
    );
    const reads = topologyReads(db.pool);
    loop = createTopologyLoop({
      facts: factsStore(db.pool),
      edges: edgeStore(db.pool),
      reads,
      devices: devices.map(({ id, site }) => ({
        id,
        site,
        intervalSec:
          site === sites[0]
            ? { tables: 60, interfaces: 60, forwarding: 60 }
            : { tables: 86_400, interfaces: 86_400, forwarding: 86_400 },
      })),
      removedDevices: () => inventoryStore(db.pool).removed(),
      readerFor,
      pollDevice,
      infer: (facts) => infer(facts),
      nextEdges,
      graceMs: GRACE_MS,
      closeAfterMisses: MISSES,
      now: () => clock,
      onError: (error) => errors.push(error),
      debounceMs: 3_600_000, // the tests settle
    });
    await loop.start();
    service = topologyService({
      reads,
      history: historyReads(db.pool),
      anchors: async () => [],
      tables: () => {
        const { facts } = loop.snapshot();
        return { forwarding: forwardingView(facts), routing: routingView(facts) };
      },
      explain: { reads: explainReads(db.pool), snapshot: () => loop.snapshot() },
      now: () => clock,
    });
    await poll(() => true);
    await polls(2);
  }, 120_000);
  afterAll(() => loop.stop());

  const hosts = (site: string): Station[] =>
    campus.plan.stations.filter(
      (one) => one.kind === 'host' && one.talk === 'broadcast' && one.ip !== null && siteOf.get(one.at.device) === site,
    );

  test('layer 3 paths over the stored routes are those of the truth, equal-cost ways included', async () => {
    const router = (site: string) =>
      campus.plan.devices.find((device) => device.site === site && device.role === 'router')?.id ?? '';
    const [here = '', next = '', across = ''] = sites;
    const [from, to] = [hosts(here)[0], hosts(across)[0]];
    const answer = await service.path({ from: String(from?.ip), to: String(to?.ip), layer: 3 });
    const ways = answer.paths.map(({ hops }) => hops.map(({ node }) => node).slice(1, -1));
    const last = sites.at(-1) ?? '';
    expect(ways.map((way) => way.join(' ')).sort()).toEqual(
      [
        [here, next, across],
        [here, last, across],
      ]
        .map((way) => way.map(router).join(' '))
        .sort(),
    );
    expect(answer).toMatchObject({ outcome: 'found', reason: '2 ways of equal cost: the network uses all of them.' });
    for (const { basis, hops } of answer.paths) {
      expect(basis).toBe('routing');
      for (const hop of hops.slice(1, -1)) expect([hop.inPort, hop.outPort]).not.toContain(null);
      for (const hop of hops.slice(1, -2)) expect(hop).toMatchObject({ method: 'ospf', route: { protocol: 'ospf' } });
    }
    const stored = await db.pool.query('select count(*)::int as n from facts_routes where valid_to is null');
    expect(stored.rows[0]).toEqual({ n: [...loop.snapshot().facts.values()].flatMap(({ routes }) => routes).length });
  });

  /** What the map showed at some moments, to be compared with what is told of them later. */
  const shown: { at: Date; edges: Edge[] }[] = [];
  const remember = async () => shown.push({ at: clock, edges: (await now()).edges });
  const link = () => {
    const { links } = stateOf(campus.plan);
    const found = links.find(({ a, b }) =>
      [a, b].every(({ device }) => device.includes('access') || device.includes('dist')),
    );
    if (!found) throw new Error('no link between access and distribution');
    return found;
  };
  const ends = (edge: Pick<Edge, 'a' | 'b'>) => [edge.a.node, edge.b.node].sort().join(' ');
  const ofLink = (edges: readonly Edge[]) =>
    edges.filter((edge) => ends(edge) === [link().a.device, link().b.device].sort().join(' ') && edge.layer === 2);

  test('a host that moves is one event, and no churn of links', async () => {
    await remember();
    const before = clock;
    const [host] = hosts(sites[0] ?? '');
    const target = truthOf(network).hosts.find(
      ({ device, segment }) => segment === null && device !== host?.at.device && siteOf.get(device) === sites[0],
    ) as PortRef | undefined;
    network = moveHost(network, host?.mac as Station['mac'], {
      device: target?.device ?? '',
      ifIndex: target?.ifIndex ?? 0,
    });
    await polls(2);
    await remember();
    const mine = (await events(before)).filter(({ detail }) => detail.includes(String(host?.mac)));
    expect(mine.map(({ change, subject }) => `${change} ${subject}`)).toEqual(['moved host']);
    const diff = await service.diff({ from: before.toISOString(), limit: 500 });
    expect(diff.differences.filter(({ text }) => text.includes(String(host?.mac)))).toMatchObject([
      { change: 'moved', subject: 'host', before: { id: expect.any(String) }, after: { id: expect.any(String) } },
    ]);
    expect(diff.churn.link).toBe(0);
    const churn = await service.churn({ from: before.toISOString(), windowSec: 600 });
    expect(churn.totals).toEqual({ link: 0, host: diff.churn.host });
  });

  test('a link that returns within the grace time goes on living: a flap, no churn', async () => {
    const before = clock;
    const [alive] = ofLink((await now()).edges);
    network = cutLink(network, link().id);
    await polls(MISSES + 1);
    await remember();
    expect(ofLink((await now()).edges)).toEqual([]);
    const gone = await service.diff({ from: before.toISOString(), subject: 'link', limit: 500 });
    expect(gone.differences.filter(({ before: edge }) => edge?.id === alive?.id)).toMatchObject([
      { change: 'removed' },
    ]);
    network = restoreLink(network, link().id);
    await polls(2);
    await remember();
    expect(ofLink((await now()).edges).map(({ id, firstSeen }) => [id, firstSeen])).toEqual([
      [alive?.id, alive?.firstSeen],
    ]);
    const back = (await events(before)).filter(({ detail }) => detail.includes('is back'));
    expect(back.length).toBeGreaterThanOrEqual(1);
    expect((await service.churn({ from: before.toISOString(), windowSec: 600 })).totals.link).toBe(0);
    const { flaps } = await service.flaps({ limit: 100 });
    expect(flaps.find(({ edge }) => edge === alive?.id)).toMatchObject({ flaps24h: 1 });
  });

  test('a port that was down for one poll is a flap, though the link lived on', async () => {
    network = cutLink(network, link().id);
    await poll();
    network = restoreLink(network, link().id);
    await polls(2);
    const [alive] = ofLink((await now()).edges);
    const { flaps } = await service.flaps({ limit: 100 });
    expect(flaps.find(({ edge }) => edge === alive?.id)).toMatchObject({ flaps24h: 2 });
  });

  test('after the grace time it is a new life, and churn twice', async () => {
    const before = clock;
    const [alive] = ofLink((await now()).edges);
    network = cutLink(network, link().id);
    await polls(MISSES + 1);
    clock = new Date(clock.getTime() + GRACE_MS);
    await poll();
    await remember();
    network = restoreLink(network, link().id);
    await polls(2);
    await remember();
    const [later] = ofLink((await now()).edges);
    expect(later?.id).not.toBe(alive?.id);
    const { windows, totals } = await service.churn({
      from: before.toISOString(),
      windowSec: 3600,
      site: sites[0] ?? '',
    });
    const { rows } = await db.pool.query(
      `select sum(added)::int as added, sum(removed)::int as removed, sum(total)::int as total
         from grafana.churn where subject = 'link' and time >= $1`,
      [before],
    );
    expect(rows).toEqual([{ added: expect.any(Number), removed: expect.any(Number), total: totals.link }]);
    expect(windows.filter(({ subject }) => subject === 'link')).toMatchObject([
      { added: rows[0].added, removed: rows[0].removed },
    ]);
    expect(rows[0].added).toBeGreaterThanOrEqual(1);
    expect(rows[0].removed).toBeGreaterThanOrEqual(1);
  });

  test('devices that fall silent: their links are unknown, not gone, then and afterwards', async () => {
    const before = clock;
    const away = link().a.device;
    const both = [away, link().b.device];
    for (const id of both) silent.add(id);
    network = cutLink(network, link().id); // nobody can tell
    await polls(5);
    await remember();
    const during = clock;
    const check = async () => {
      const diff = await service.diff({
        from: before.toISOString(),
        to: during.toISOString(),
        subject: 'link',
        limit: 500,
      });
      expect(diff.silentDevices).toEqual(expect.arrayContaining(both));
      const mine = diff.differences.filter(
        ({ before: edge }) => [edge?.a.node, edge?.b.node].sort().join() === both.sort().join(),
      );
      expect(mine.length).toBeGreaterThan(0);
      for (const { change, text } of mine) {
        expect(change).toBe('unknown');
        expect(text).toContain('nobody who reports it answered');
      }
      expect(diff.churn.link).toBe(0);
      const nodes = (await service.nodes({ at: during.toISOString() })).nodes;
      expect(nodes.find(({ id }) => id === away)).toMatchObject({
        status: 'unknown',
        statusReason: 'it did not answer then',
      });
      expect(nodes.filter(({ kind, status }) => kind === 'device' && status === 'up')).toHaveLength(
        network.plan.devices.length - both.length,
      );
    };
    await check();
    expect((await events(before)).filter(({ subject, change }) => subject === 'link' && change === 'removed')).toEqual(
      [],
    );
    silent.clear();
    await polls(MISSES + 1);
    await remember();
    expect(ofLink((await now()).edges)).toEqual([]);
    await check(); // playback: it was not known then, whatever is known now
  });

  test('every state that was shown is told again', async () => {
    const face = ({ id, a, b, method, blocked, state, members }: Edge) =>
      JSON.stringify([id, a.ifName, a.operStatus, b.ifName, b.operStatus, method, blocked, state, members]);
    expect(shown.length).toBeGreaterThan(6);
    for (const then of shown) {
      const told = (await at(then.at)).edges;
      // what was merely missed then is known by now; what was away within the grace time goes on living
      const isMissed = ({ state }: Edge) => state === 'stale';
      const missed = new Set([...then.edges.filter(isMissed), ...told.filter(isMissed)].map(({ id }) => id));
      const sure = (edges: readonly Edge[]) =>
        edges
          .filter(({ id }) => !missed.has(id))
          .map(face)
          .sort();
      expect(sure(told)).toEqual(sure(then.edges));
      const nodes = new Set((await service.nodes({ at: then.at.toISOString() })).nodes.map(({ id }) => id));
      for (const edge of told) expect([nodes.has(edge.a.node), nodes.has(edge.b.node)]).toEqual([true, true]);
    }
  });

  test('a host behind a shared medium keeps its segment, in the answer and over a restart', async () => {
    const truth = truthOf(network).hosts.find(({ segment, inTable }) => segment !== null && inTable);
    const mac = truth?.mac ?? '';
    const { hits } = await service.find({ q: mac });
    expect(hits[0]).toMatchObject({ device: truth?.device, via: expect.stringMatching(/^seg:/) });
    expect(hits[0]?.evidence?.length).toBeGreaterThan(0);
    const loaded = (await edgeStore(db.pool).loadEdges(clock)).filter(({ b }) => b.node === `host:${mac}`);
    expect(loaded.map(({ via }) => via)).toEqual([hits[0]?.via]);
  });

  test('what is not possible is refused with words', async () => {
    const iso = clock.toISOString();
    await expect(service.diff({ from: iso, to: iso, limit: 1 })).rejects.toMatchObject({ code: 'TOPOLOGY_RANGE' });
    await expect(
      service.churn({ from: new Date(clock.getTime() - 86_400_000).toISOString(), windowSec: 60 }),
    ).rejects.toMatchObject({ code: 'TOPOLOGY_RANGE' });
    const bounded = await service.diff({ from: new Date(clock.getTime() - 4 * 3_600_000).toISOString(), limit: 3 });
    expect(bounded.differences).toHaveLength(3);
    expect(bounded.truncated).toContain('differences are not shown');
    expect(bounded.total).toBeGreaterThan(3);
  });

  test('the modules read every kind', () => {
    expect(new Set(Object.values(POLL_MODULES).flat()).size).toBe(12);
  });
});
