import { compareText, endKey, methodOf, sidesOf, type DraftEnd, type LinkDraft } from './drafts.js';
import type { NeighbourClaim } from './neighbours.js';
import type { World } from './world.js';

/** Ports that share one medium, with the links in the making that showed it. */
export interface Medium {
  readonly ends: readonly DraftEnd[];
  readonly drafts: readonly LinkDraft[];
}

export interface Media {
  readonly links: readonly LinkDraft[];
  readonly segments: readonly Medium[];
}

/** Vertex of an end: its port, or, where the port is unknown, the end of this one link. */
const vertex = (draft: LinkDraft, side: DraftEnd): string =>
  side.ifIndex === null && side.label === null
    ? `${endKey(side)} of ${endKey(side === draft.a ? draft.b : draft.a)}`
    : endKey(side);

/** True when the device of one end sees that of the other through another port than this end. */
export type SeesElsewhere = (one: DraftEnd, other: DraftEnd) => boolean;

/**
 * An aggregate whose cables end on two switches (MLAG): two links that meet on one logical port and share no medium.
 * On a shared medium the two would see each other through the same ports.
 */
function splitAggregates(world: World, drafts: readonly LinkDraft[], seesElsewhere: SeesElsewhere): Set<string> {
  const farEnds = new Map<string, DraftEnd[]>();
  for (const draft of drafts) {
    for (const [near, far] of [
      [draft.a, draft.b],
      [draft.b, draft.a],
    ] as const) {
      if (near.ifIndex === null || !world.byId.get(near.device)?.isAggregate(near.ifIndex)) continue;
      farEnds.set(endKey(near), [...(farEnds.get(endKey(near)) ?? []), far]);
    }
  }
  const split = new Set<string>();
  for (const [key, ends] of farEnds) {
    const [one, other] = ends;
    if (!one || !other || ends.length !== 2 || one.device === other.device) continue;
    const polled = world.byId.has(one.device) && world.byId.has(other.device);
    const told = polled && (seesElsewhere(one, other) || seesElsewhere(other, one));
    const aggregates = [one, other].every(
      (end) => end.ifIndex === null || world.byId.get(end.device)?.isAggregate(end.ifIndex) !== false,
    );
    if (told || aggregates) split.add(key);
  }
  return split;
}

/** Groups links that meet on a port. */
function components(drafts: readonly LinkDraft[], split: ReadonlySet<string>): LinkDraft[][] {
  const vertexOf = (draft: LinkDraft, side: DraftEnd): string =>
    split.has(endKey(side))
      ? `${endKey(side)} to ${endKey(side === draft.a ? draft.b : draft.a)}`
      : vertex(draft, side);
  const parent = new Map<string, string>();
  const find = (key: string): string => {
    const up = parent.get(key) ?? key;
    if (up === key) return key;
    const root = find(up);
    parent.set(key, root);
    return root;
  };
  for (const draft of drafts) {
    const [a, b] = [find(vertexOf(draft, draft.a)), find(vertexOf(draft, draft.b))];
    if (a !== b) parent.set(compareText(a, b) < 0 ? b : a, compareText(a, b) < 0 ? a : b);
  }
  const groups = new Map<string, LinkDraft[]>();
  for (const draft of drafts) {
    const root = find(vertexOf(draft, draft.a));
    groups.set(root, [...(groups.get(root) ?? []), draft]);
  }
  return [...groups.values()];
}

/**
 * R3, R4: links that meet on a port are one medium if a device names several neighbours there at once, or if spanning
 * tree or forwarding tables show several; else their rows contradict each other and each keeps its link.
 */
export function findMedia(
  world: World,
  drafts: readonly LinkDraft[],
  claims: readonly NeighbourClaim[],
  seesElsewhere: SeesElsewhere = () => false,
): Media {
  const named = namedAtOnce(claims);
  const capabilities = capabilitiesOf(claims);
  const links: LinkDraft[] = [];
  const segments: Medium[] = [];
  for (const group of components(drafts, splitAggregates(world, drafts, seesElsewhere))) {
    if (group.length === 1) {
      links.push(...group);
      continue;
    }
    const { kept, dropped } = daisyChains(world, group, capabilities);
    for (const text of dropped) world.warn('behind-neighbour', text.device, text.text);
    if (kept.length === 1) links.push(...kept);
    else if (isMedium(kept, named)) segments.push({ ends: uniqueEnds(kept), drafts: kept });
    else links.push(...contradictory(world, kept));
  }
  return { links, segments };
}

/** Neighbours that one table of a device lists on one port. */
function namedAtOnce(claims: readonly NeighbourClaim[]): Map<string, number> {
  const found = new Map<string, Set<string>>();
  for (const claim of claims) {
    if (claim.fromIfIndex === null) continue;
    const key = `${claim.method}|${claim.from}|${claim.fromIfIndex}`;
    found.set(key, (found.get(key) ?? new Set()).add(claim.to));
  }
  const most = new Map<string, number>();
  for (const [key, names] of found) {
    const port = key.slice(key.indexOf('|') + 1);
    most.set(port, Math.max(most.get(port) ?? 0, names.size));
  }
  return most;
}

function isMedium(group: readonly LinkDraft[], named: ReadonlyMap<string, number>): boolean {
  const onePair = new Set(group.map((draft) => `${draft.a.device}|${draft.b.device}`)).size === 1;
  if (onePair) return false;
  if (group.some((draft) => !draft.proofs.some(({ method }) => method === 'lldp' || method === 'cdp'))) return true;
  return group.some((draft) =>
    [draft.a, draft.b].some((side) => side.ifIndex !== null && (named.get(`${side.device}|${side.ifIndex}`) ?? 0) > 1),
  );
}

function uniqueEnds(group: readonly LinkDraft[]): DraftEnd[] {
  const ends = new Map<string, DraftEnd>();
  for (const draft of group) {
    for (const side of [draft.a, draft.b]) ends.set(vertex(draft, side), side);
  }
  return [...ends.values()].sort(
    (a, b) =>
      compareText(a.device, b.device) ||
      (a.ifIndex ?? -1) - (b.ifIndex ?? -1) ||
      compareText(a.label ?? '', b.label ?? ''),
  );
}

/** What neighbours say each device is. */
function capabilitiesOf(claims: readonly NeighbourClaim[]): Map<string, Set<string>> {
  const capabilities = new Map<string, Set<string>>();
  for (const claim of claims) {
    const known = capabilities.get(claim.to) ?? new Set();
    for (const word of claim.capabilities) known.add(word);
    capabilities.set(claim.to, known);
  }
  return capabilities;
}

/** A phone with a computer behind it is a daisy chain; so is a CDP neighbour heard through a bridge that speaks LLDP. */
function daisyChains(
  world: World,
  group: readonly LinkDraft[],
  capabilities: ReadonlyMap<string, ReadonlySet<string>>,
) {
  const dropped: { device: string; text: string }[] = [];
  const kept = group.filter((draft) => {
    for (const [near, far] of [
      [draft.a, draft.b],
      [draft.b, draft.a],
    ] as const) {
      if (near.ifIndex === null || world.byId.has(far.device)) continue;
      const rivals = group.filter(
        (other) => other !== draft && [other.a, other.b].some((side) => endKey(side) === endKey(near)),
      );
      const through = rivals.find((other) => {
        const rival = endKey(other.a) === endKey(near) ? other.b : other.a;
        const words = capabilities.get(rival.device);
        const phone = words?.has('telephone') && rivals.length === 1;
        const lldpBridge = methodOf(other) === 'lldp' && methodOf(draft) === 'cdp' && words?.has('bridge');
        return phone || lldpBridge;
      });
      if (through && !capabilities.get(far.device)?.has('telephone')) {
        const rival = endKey(through.a) === endKey(near) ? through.b : through.a;
        const port = world.label(near.device, near.ifIndex) ?? String(near.ifIndex);
        dropped.push({ device: near.device, text: `${far.device} on ${port} is heard through ${rival.device}` });
        return false;
      }
    }
    return true;
  });
  return { kept, dropped };
}

/** Keeps all claims; where both ends agree on one of them, the others lose (R3). */
function contradictory(world: World, group: readonly LinkDraft[]): LinkDraft[] {
  const agreed = group.filter((draft) => sidesOf(draft) === 2);
  for (const draft of group) {
    const rivals = group.filter((other) => other !== draft && touches(draft, other));
    if (rivals.length === 0) continue;
    if (sidesOf(draft) < 2 || rivals.some((other) => agreed.includes(other))) draft.contradicted = true;
    const side = draft.a;
    world.warn(
      'contradiction',
      side.device,
      `${endKey(draft.a)} and ${endKey(draft.b)}: another neighbour is named on one of these ports`,
    );
  }
  // On one pair of devices two spellings of one port are likelier than two cables in one socket.
  return group.filter(
    (draft) => !draft.contradicted || !agreed.some((other) => touches(draft, other) && samePair(draft, other)),
  );
}

const samePair = (a: LinkDraft, b: LinkDraft) => a.a.device === b.a.device && a.b.device === b.b.device;
const touches = (a: LinkDraft, b: LinkDraft) =>
  [vertex(a, a.a), vertex(a, a.b)].some((key) => key === vertex(b, b.a) || key === vertex(b, b.b));
