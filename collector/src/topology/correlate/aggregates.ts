import type { LagFact } from '../facts.js';
import { proof, type DraftEnd, type LinkDraft, type LinkDrafts } from './drafts.js';
import type { DeviceView, World } from './world.js';

/** Members whose LACP partner is the other's member and the other way round: a link that needs no LLDP. */
export function linkPartners(world: World, drafts: LinkDrafts): void {
  const actors = new Map<string, { device: DeviceView; row: LagFact }[]>();
  for (const device of world.devices) {
    for (const row of device.facts.lag) {
      if (row.actorSystem === null || row.actorPort === null) continue;
      const key = `${row.actorSystem} ${row.actorPort}`;
      actors.set(key, [...(actors.get(key) ?? []), { device, row }]);
    }
  }
  for (const device of world.devices) {
    for (const row of device.facts.lag) {
      if (row.partnerSystem === null || row.actorSystem === null) continue;
      const facing = (actors.get(`${row.partnerSystem} ${row.partnerPort ?? -1}`) ?? []).filter(
        (other) =>
          other.device !== device &&
          other.row.partnerSystem === row.actorSystem &&
          other.row.partnerPort === row.actorPort,
      );
      const [other] = facing;
      // A pair of switches that shares a system id answers twice: which of them it is, LACP cannot say.
      if (facing.length !== 1 || !other || other.device.id < device.id) continue;
      const a = { device: device.id, ifIndex: row.aggregateIfIndex, label: null };
      const b = { device: other.device.id, ifIndex: other.row.aggregateIfIndex, label: null };
      for (const [near, far] of [
        [{ device, row }, other],
        [other, { device, row }],
      ] as const) {
        const draft = drafts.add(a, b, 2, proof('lag', near.device.id, 'lag', [partnerSentence(near, far)]));
        addMember(draft, a, row.memberIfIndex, other.row.memberIfIndex);
      }
    }
  }
}

function partnerSentence(near: { device: DeviceView; row: LagFact }, far: { device: DeviceView; row: LagFact }) {
  const { device, row } = near;
  return {
    device: device.id,
    table: 'dot3adAggPortTable',
    text: `${device.label(row.memberIfIndex) ?? row.memberIfIndex}: partner ${row.partnerSystem ?? ''} port ${row.partnerPort ?? ''} is ${far.device.label(far.row.memberIfIndex) ?? far.row.memberIfIndex} of ${far.device.id}`,
  };
}

/**
 * Aggregates of which nothing else is known: LACP on this side names the partner's system, and the partner tells
 * nothing, or tells it of another port number. Its port is its one aggregate towards us, or stays unknown.
 */
export function linkOneSidedPartners(world: World, drafts: LinkDrafts): void {
  const actors = new Map<string, Set<DeviceView>>();
  for (const device of world.devices) {
    for (const { actorSystem } of device.facts.lag) {
      if (actorSystem !== null) actors.set(actorSystem, (actors.get(actorSystem) ?? new Set()).add(device));
    }
  }
  const partnerOf = (device: DeviceView, system: string): DeviceView | undefined => {
    const acting = actors.get(system);
    // A pair that shares a system id (MLAG): which of the two it is, LACP cannot say.
    if (acting && acting.size > 1) return undefined;
    const [only] = acting ?? [];
    const found = only ?? world.byId.get(world.identities.ownerOfMac(system) ?? '');
    return found === device ? undefined : found;
  };
  for (const device of world.devices) {
    for (const [aggregate, members] of device.membersOf) {
      if ([...drafts.at(device.id, aggregate)].some(({ layer }) => layer === 2)) continue;
      const rows = device.facts.lag.filter((row) => row.aggregateIfIndex === aggregate && row.partnerSystem !== null);
      const systems = new Set(rows.map((row) => row.partnerSystem as string));
      const [system] = systems;
      const far = systems.size === 1 && system !== undefined ? partnerOf(device, system) : undefined;
      const [row] = rows;
      if (!far || !row || members.length === 0) continue;
      const farIfIndex = aggregateTowards(far, row);
      if (farIfIndex !== null && [...drafts.at(far.id, farIfIndex)].some(({ layer }) => layer === 2)) continue;
      const text = `${device.label(row.memberIfIndex) ?? row.memberIfIndex}: partner ${system ?? ''} is ${far.id}, which does not tell its port`;
      const shown = proof('lag', device.id, 'lag', [{ device: device.id, table: 'dot3adAggPortTable', text }]);
      const near = { device: device.id, ifIndex: aggregate, label: null };
      drafts.add(near, { device: far.id, ifIndex: farIfIndex, label: null }, 2, shown);
    }
  }
}

/** The one aggregate by which a device says it is bound to the actor of a row, else the one with the partner's port. */
function aggregateTowards(far: DeviceView, { actorSystem, partnerPort }: LagFact): number | null {
  const bound = far.facts.lag.filter((row) => actorSystem !== null && row.partnerSystem === actorSystem);
  const rows = bound.length > 0 ? bound : far.facts.lag.filter((row) => row.actorPort === partnerPort);
  const found = new Set(rows.map((row) => row.aggregateIfIndex));
  return found.size === 1 ? ([...found][0] ?? null) : null;
}

/** Adds one cable to an aggregate, in the order of the draft's ends. */
function addMember(draft: LinkDraft, near: DraftEnd, nearIfIndex: number | null, farIfIndex: number | null): void {
  const isA = draft.a.device === near.device && draft.a.ifIndex === near.ifIndex;
  const member = isA ? ([nearIfIndex, farIfIndex] as const) : ([farIfIndex, nearIfIndex] as const);
  if (!draft.members.some(([a, b]) => a === member[0] && b === member[1])) draft.members.push(member);
}

/** Told by LLDP (802.3 link aggregation TLV): the aggregate of the far port, where its device does not tell itself. */
export type PeerAggregates = ReadonlyMap<string, number>;

/**
 * R14: cables between members of aggregates become one logical link; the members stay as its evidence. An end that
 * knows of no aggregate keeps its port when the cable is the only one, else it is unknown.
 */
export function foldAggregates(world: World, drafts: LinkDrafts, peers: PeerAggregates): void {
  const groups = new Map<string, { draft: LinkDraft; a: number | null; b: number | null }[]>();
  for (const draft of drafts.all()) {
    if (draft.layer !== 2) continue;
    const a = aggregateOf(world, draft.a, peers);
    const b = aggregateOf(world, draft.b, peers);
    if (a === null && b === null) continue;
    const key = `${draft.a.device}|${a ?? ''}|${draft.b.device}|${b ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), { draft, a, b }]);
  }
  for (const cables of groups.values()) {
    const [first] = cables;
    if (!first) continue;
    const end = (own: DraftEnd, aggregate: number | null): DraftEnd =>
      aggregate !== null
        ? { ...own, ifIndex: aggregate, label: null }
        : cables.length === 1
          ? own
          : { ...own, ifIndex: null, label: null };
    const a = end(first.draft.a, first.a);
    const b = end(first.draft.b, first.b);
    for (const { draft } of cables) {
      drafts.remove(draft);
      for (const one of draft.proofs) {
        const folded = drafts.add(a, b, 2, one);
        addMember(folded, a, draft.a.ifIndex, draft.b.ifIndex);
        for (const [name, label] of draft.labels) folded.labels.set(name, label);
      }
    }
  }
}

function aggregateOf(world: World, end: DraftEnd, peers: PeerAggregates): number | null {
  if (end.ifIndex === null) return null;
  const device = world.byId.get(end.device);
  if (!device || device.membersOf.has(end.ifIndex)) return null;
  const own = device.aggregateOf.get(end.ifIndex);
  const told = peers.get(`${end.device}|${end.ifIndex}`);
  return own ?? (told !== undefined && told !== end.ifIndex && device.interfaces.has(told) ? told : null);
}

/** Members of an aggregate link whose cables nobody paired: each side's own, the other end open. */
export function ownMembers(world: World, draft: LinkDraft): (readonly [number | null, number | null])[] {
  if (draft.members.length > 0) return draft.members;
  const of = (end: DraftEnd) =>
    end.ifIndex === null ? [] : (world.byId.get(end.device)?.membersOf.get(end.ifIndex) ?? []);
  return [...of(draft.a).map((index) => [index, null] as const), ...of(draft.b).map((index) => [null, index] as const)];
}
