import fc from 'fast-check';
import { canonicalJson } from '../current-facts.js';
import { emptyFacts, type DeviceFacts, type InterfaceFact, type LldpFact, type MacFact } from '../facts.js';
import { createIncrementalInference } from './incremental.js';
import { infer } from './infer.js';

/**
 * Small networks of two sites in which anything happens to anybody; after each event the result must be that of a full
 * inference over the same facts. Nothing here has to be sensible: nonsense must be the same nonsense both ways.
 */

const RUNS = 25;
const DEVICES = 9;
const PORTS = 5;
const HOSTS = 24;
const VLANS = 3;

type Draft = { -readonly [K in keyof DeviceFacts]: DeviceFacts[K] };

const hex = (value: number) => value.toString(16).padStart(2, '0');
const macOf = (device: number, port = 0) => `00:10:00:00:${hex(device)}:${hex(port)}`;
const hostMac = (host: number) => `00:20:00:00:00:${hex(host)}`;
const idOf = (device: number) => `switch-${device}`;

/** What of a device can change; a device is made of it anew whenever it does. */
interface Model {
  /** Port that hosts and devices are learned on, by their number; hosts first. */
  readonly learned: ReadonlyMap<number, number>;
  readonly vlan: number;
  /** The same in the next VLAN, of which some differ: spanning tree per VLAN. */
  readonly learnedNext: ReadonlyMap<number, number>;
  readonly neighbours: ReadonlyMap<number, readonly [device: number, port: number]>;
  readonly arp: readonly number[];
  readonly down: number | null;
  readonly clonedMac: number | null;
  readonly address: number;
  readonly hasBase: boolean;
  readonly lag: boolean;
  readonly stp: readonly [port: number, bridge: number, isBlocked: boolean] | null;
  readonly router: number | null;
  readonly alias: number;
}

const port = (device: number, ifIndex: number, model: Model): InterfaceFact => ({
  ifIndex,
  ifName: `Gi0/${ifIndex}`,
  ifDescr: null,
  ifAlias: model.alias === ifIndex ? `to ${idOf(1)}` : null,
  ifType: 6,
  mac: macOf(model.clonedMac ?? device, ifIndex),
  speedBps: 1e9,
  adminStatus: 'up',
  operStatus: model.down === ifIndex ? 'down' : 'up',
  lastChangeMs: null,
  inOctets: null,
  outOctets: null,
  counterBits: 64,
  addresses: ifIndex === 1 ? [{ ip: `10.0.0.${model.address}`, prefixLength: 24 }] : [],
});

function factsOf(device: number, model: Model, atSec: number): DeviceFacts {
  const polledAt = new Date(atSec * 1000).toISOString();
  const facts: Draft = { ...emptyFacts(idOf(device), polledAt), site: device < 5 ? 'one' : 'two' };
  const table = (kind: 'mac' | 'lldp', rows: number) => ({
    kind,
    outcome: 'complete' as const,
    detail: null,
    readAt: polledAt,
    rows,
    used: rows,
    dropped: {},
  });
  facts.system = { ...facts.system, sysName: idOf(device) };
  facts.interfaces = Array.from({ length: PORTS }, (_, at) => port(device, at + 1, model));
  const chassis = macOf(model.clonedMac ?? device);
  facts.bridge = {
    ...facts.bridge,
    baseAddress: model.hasBase ? chassis : null,
    ports: facts.interfaces.map(({ ifIndex }) => ({ port: ifIndex, ifIndex })),
  };
  facts.localIdentity = { ...facts.localIdentity, chassisSubtype: 4, chassisId: chassis, chassisMac: chassis };
  facts.mac = [model.learned, model.learnedNext].flatMap((learned, next) =>
    [...learned].map(([station, ifIndex]): MacFact => {
      const mac = station < HOSTS ? hostMac(station) : macOf(station - HOSTS);
      const vlan = model.vlan + next;
      return { vlan, fdbId: vlan, mac, bridgePort: ifIndex, ifIndex, status: 'learned' };
    }),
  );
  facts.lldp = [...model.neighbours].map(([ifIndex, [far, farPort]]): LldpFact => ({
    localPortNum: ifIndex,
    remIndex: 1,
    ifIndex,
    localPort: null,
    chassisSubtype: 4,
    chassisId: macOf(far),
    chassisMac: macOf(far),
    portSubtype: 5,
    portId: `Gi0/${farPort}`,
    portMac: null,
    portDescr: null,
    sysName: idOf(far),
    sysDescr: null,
    capabilities: ['bridge'],
    managementIps: [],
    aggregatePort: null,
  }));
  facts.arp = model.arp.map((host) => ({
    ifIndex: 1,
    ip: `10.0.0.${100 + host}`,
    mac: hostMac(host),
    type: 'dynamic',
  }));
  if (model.lag) {
    facts.lag = [4, 5].map((memberIfIndex) => ({
      aggregateIfIndex: 3,
      memberIfIndex,
      actorSystem: chassis,
      partnerSystem: null,
      actorPort: memberIfIndex,
      partnerPort: null,
      source: 'dot3ad',
    }));
  }
  if (model.stp) {
    const [ifIndex, bridge, isBlocked] = model.stp;
    facts.stp = {
      bridges: [{ vlan: null, designatedRoot: macOf(1), rootCost: 4, rootIfIndex: ifIndex }],
      ports: [
        {
          vlan: null,
          port: ifIndex,
          ifIndex,
          state: isBlocked ? 'blocking' : 'forwarding',
          designatedRoot: macOf(1),
          designatedBridge: macOf(bridge),
          designatedPort: 2,
          designatedPortRaw: 0x8002,
        },
      ],
    };
  }
  if (model.router !== null) {
    facts.routing = [
      {
        protocol: 'ospf',
        up: true,
        state: 8,
        localRouterId: null,
        neighbourRouterId: `1.1.1.${model.router}`,
        neighbourIp: `10.0.0.${model.router}`,
        ifIndex: null,
      },
    ];
  }
  facts.tables = { dot1qTpFdbTable: table('mac', facts.mac.length), lldpRemTable: table('lldp', facts.lldp.length) };
  return facts;
}

const device = fc.integer({ min: 1, max: DEVICES });
const ifIndex = fc.integer({ min: 1, max: PORTS });
const station = fc.integer({ min: 0, max: HOSTS + DEVICES });

const model: fc.Arbitrary<Model> = fc.record({
  learned: fc.array(fc.tuple(station, ifIndex), { maxLength: 20 }).map((rows) => new Map(rows)),
  vlan: fc.integer({ min: 1, max: VLANS }),
  learnedNext: fc.array(fc.tuple(station, ifIndex), { maxLength: 10 }).map((rows) => new Map(rows)),
  neighbours: fc.array(fc.tuple(ifIndex, fc.tuple(device, ifIndex)), { maxLength: 2 }).map((rows) => new Map(rows)),
  arp: fc.uniqueArray(fc.integer({ min: 0, max: HOSTS - 1 }), { maxLength: 5 }),
  down: fc.option(ifIndex, { freq: 1 }),
  clonedMac: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: device }),
  address: fc.integer({ min: 1, max: 12 }),
  hasBase: fc.boolean(),
  lag: fc.boolean(),
  stp: fc.option(fc.tuple(ifIndex, device, fc.boolean()), { freq: 1 }),
  router: fc.option(fc.integer({ min: 1, max: 12 }), { freq: 1 }),
  alias: fc.integer({ min: 0, max: PORTS }),
});

/** A tree in which every bridge has learned every host and every other bridge: real links and placements. */
function orderly(parents: readonly number[], nextParents: readonly number[] = []): Model[] {
  const next = nextParents.length > 0 ? orderly(nextParents) : [];
  const count = parents.length + 1;
  const parentOf = (node: number) => (node === 1 ? 0 : Math.min(node - 1, 1 + ((parents[node - 2] ?? 0) % (node - 1))));
  const portTo = (from: number, to: number): number => {
    for (let at = to; at > 1; at = parentOf(at)) if (parentOf(at) === from) return 2 + (at % (PORTS - 1));
    return 1;
  };
  return Array.from({ length: count }, (_, i): Model => {
    const own = i + 1;
    const learned = new Map<number, number>();
    for (let other = 1; other <= count; other++) if (other !== own) learned.set(HOSTS + other, portTo(own, other));
    for (let host = 0; host < HOSTS; host++) {
      const home = 1 + (host % count);
      learned.set(host, home === own ? PORTS : portTo(own, home));
    }
    return { ...QUIET, learned, learnedNext: next[i]?.learned ?? new Map(), address: own };
  });
}

const QUIET: Model = {
  learned: new Map(),
  vlan: 1,
  learnedNext: new Map(),
  neighbours: new Map(),
  arp: [],
  down: null,
  clonedMac: null,
  address: 1,
  hasBase: true,
  lag: false,
  stp: null,
  router: null,
  alias: 0,
};

type Event =
  | { readonly kind: 'other'; readonly device: number; readonly model: Model }
  | { readonly kind: 'part'; readonly device: number; readonly model: Model; readonly part: keyof Model }
  | { readonly kind: 'move'; readonly host: number; readonly device: number; readonly port: number }
  | { readonly kind: 'lose' | 'leave' | 'poll'; readonly device: number };

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('other' as const), device, model }),
  fc.record({
    kind: fc.constant('part' as const),
    device,
    model,
    part: fc.constantFrom(...(Object.keys(QUIET) as (keyof Model)[])),
  }),
  fc.record({
    kind: fc.constant('move' as const),
    host: station,
    device,
    port: ifIndex,
  }),
  fc.record({ kind: fc.constantFrom('lose' as const, 'leave' as const, 'poll' as const), device }),
);

function apply(models: Map<number, Model>, event: Event): void {
  const before = models.get(event.device) ?? QUIET;
  if (event.kind === 'other') models.set(event.device, event.model);
  else if (event.kind === 'part') models.set(event.device, { ...before, [event.part]: event.model[event.part] });
  else if (event.kind === 'move') {
    models.set(event.device, { ...before, learned: new Map([...before.learned, [event.host, event.port]]) });
  } else if (event.kind === 'lose') models.set(event.device, { ...before, learned: new Map() });
  else if (event.kind === 'leave') models.delete(event.device);
  else models.set(event.device, { ...before });
}

function play(start: readonly Model[], events: readonly Event[]): void {
  const models = new Map(start.map((one, at) => [at + 1, one]));
  const facts = new Map([...models].map(([number, one]) => [number, factsOf(number, one, 0)]));
  const inference = createIncrementalInference();
  inference.update([...facts.values()]);
  events.forEach((event, at) => {
    apply(models, event);
    const now = models.get(event.device);
    if (now) facts.set(event.device, factsOf(event.device, now, at + 1));
    else facts.delete(event.device);
    const all = [...facts.values()];
    expect(canonicalJson(inference.update(all))).toBe(canonicalJson(infer(all)));
  });
}

test('after any events, the result is that of a full inference', () => {
  fc.assert(
    fc.property(fc.array(model, { maxLength: DEVICES }), fc.array(event, { minLength: 1, maxLength: 12 }), play),
    { numRuns: RUNS },
  );
});

test('so it is in a network whose tables fit together', () => {
  const parents = fc.array(fc.nat(), { minLength: 3, maxLength: DEVICES - 1 });
  fc.assert(
    fc.property(parents, fc.array(event, { minLength: 1, maxLength: 12 }), (tree, events) =>
      play(orderly(tree), events),
    ),
    { numRuns: RUNS },
  );
});

test('so it is where two VLANs have a tree each', () => {
  const parents = fc.array(fc.nat(), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(parents, parents, fc.array(event, { minLength: 1, maxLength: 12 }), (tree, nextTree, events) =>
      play(orderly(tree, nextTree), events),
    ),
    { numRuns: RUNS },
  );
});

test('what has not changed is the same object', () => {
  const all = orderly([0, 0, 1, 1]).map((one, at) => factsOf(at + 1, one, 0));
  const inference = createIncrementalInference();
  const before = inference.update(all);
  expect(inference.update([...all].reverse())).toBe(before);
  const polled = { ...(all[2] as DeviceFacts), polledAt: '2026-01-01T00:00:00.000Z' };
  const after = inference.update(all.map((facts, at) => (at === 2 ? polled : facts)));
  expect(before.hosts.length).toBeGreaterThan(0);
  for (const host of before.hosts) {
    if (host.device !== polled.deviceId) expect(after.hosts).toContain(host);
  }
  const untouched = before.links.filter(({ a, b }) => a.device !== polled.deviceId && b.device !== polled.deviceId);
  expect(untouched.length).toBeGreaterThan(0);
  for (const link of untouched) expect(after.links).toContain(link);
});

test('a failure in the middle is forgotten', () => {
  const all = orderly([0, 0]).map((one, at) => factsOf(at + 1, one, 0));
  const inference = createIncrementalInference();
  inference.update(all);
  const broken = { ...(all[1] as DeviceFacts), lldp: null } as unknown as DeviceFacts;
  expect(() => inference.update([broken, ...all.slice(2)])).toThrow();
  expect(canonicalJson(inference.update(all))).toBe(canonicalJson(infer(all)));
});
