import {
  adjacentPairs,
  findFaces,
  hostsBetween,
  type BridgeTable,
  type Faces,
  type Forwarding,
  type KnownFace,
} from './forwarding.js';
import { proof, type DraftEnd, type LinkDraft, type LinkDrafts } from './drafts.js';
import { isBlocked } from './spanning-tree.js';
import type { DeviceView, World } from './world.js';

/** What is known to hang on a port, from neighbour protocols and aggregates. */
export interface PortPartners {
  /** Links to other polled bridges. */
  readonly polled: readonly LinkDraft[];
  /** Unpolled devices that bridge. */
  readonly externalBridges: readonly string[];
}

export interface BridgeDomain {
  readonly forwarding: Forwarding;
  readonly faces: Faces;
  readonly indexOf: ReadonlyMap<string, number>;
  /** Media between two ports on which hosts hang: unknown equipment. */
  readonly sharedMedia: readonly LinkDraft[];
}

const end = (table: BridgeTable, port: number): DraftEnd => {
  const fdbPort = table.ports[port];
  return {
    device: table.device.id,
    ifIndex: fdbPort?.ifIndex ?? null,
    label: fdbPort?.ifIndex == null ? `port ${fdbPort?.bridgePort ?? '?'}` : null,
  };
};

const fdbTable = (device: DeviceView): string =>
  (device.facts.tables['dot1qTpFdbTable']?.rows ?? 0) > 0 ? 'dot1qTpFdbTable' : 'dot1dTpFdbTable';

const fdbSeenAt = (device: DeviceView): string =>
  device.facts.tables[fdbTable(device)]?.readAt ?? device.facts.polledAt;

/** Links between bridges that their forwarding tables show, below and behind what is known better (R8, R9, R13). */
export function linkBridges(
  world: World,
  forwarding: Forwarding,
  drafts: LinkDrafts,
  partnersAt: (device: string, ifIndex: number) => PortPartners,
): BridgeDomain {
  const indexOf = new Map(forwarding.tables.map((table, at) => [table.device.id, at]));
  const faces = findFaces(forwarding, knownFaces(world, forwarding, drafts, indexOf));
  const sharedMedia: LinkDraft[] = [];
  for (const pair of adjacentPairs(faces)) {
    const { x, y, p, q } = pair;
    const near = forwarding.tables[x] as BridgeTable;
    const far = forwarding.tables[y] as BridgeTable;
    const a = end(near, p);
    const b = end(far, q);
    const hosts = faces.sharedHosts(x, y);
    const shown = proof(
      'bridge',
      null,
      'mac',
      [fdbSentence(near, a, far.device, hosts), fdbSentence(far, b, near.device, hosts)],
      hosts >= 0 ? { sharedHosts: hosts } : {},
    );
    const nearKnown = a.ifIndex === null ? undefined : partnersAt(a.device, a.ifIndex);
    const farKnown = b.ifIndex === null ? undefined : partnersAt(b.device, b.ifIndex);
    const same = nearKnown?.polled.find((draft) => farKnown?.polled.includes(draft));
    if (same) same.proofs.push(shown);
    else if (
      !hasFreeMember(world, faces, indexOf, forwarding, a, b, nearKnown?.polled ?? []) ||
      !hasFreeMember(world, faces, indexOf, forwarding, b, a, farKnown?.polled ?? [])
    ) {
      continue;
    } else if (nearKnown?.externalBridges.length || farKnown?.externalBridges.length) {
      linkBehindExternal(drafts, a, b, nearKnown?.externalBridges ?? [], farKnown?.externalBridges ?? [], shown);
    } else {
      const draft = drafts.add(a, b, 2, shown);
      if (hangsBetween(hostsBetween(forwarding, pair), hosts)) sharedMedia.push(draft);
    }
  }
  return { forwarding, faces, indexOf, sharedMedia };
}

/**
 * A port whose neighbour is known takes no second one (R13), unless it is an aggregate with members to spare whose
 * known neighbour and the new one see each other through other ports: the two switches of an MLAG.
 */
function hasFreeMember(
  world: World,
  faces: Faces,
  indexOf: ReadonlyMap<string, number>,
  forwarding: Forwarding,
  near: DraftEnd,
  far: DraftEnd,
  known: readonly LinkDraft[],
): boolean {
  if (known.length === 0) return true;
  const [only] = known;
  const members = world.byId.get(near.device)?.membersOf.get(near.ifIndex ?? -1) ?? [];
  if (known.length > 1 || !only || members.length <= only.members.length || only.members.length === 0) return false;
  const partner = only.a.device === near.device ? only.b.device : only.a.device;
  const [x, y] = [indexOf.get(far.device), indexOf.get(partner)];
  if (x === undefined || y === undefined) return false;
  const port = faces.towards(x, y);
  return port >= 0 && (forwarding.tables[x] as BridgeTable).ports[port]?.ifIndex !== far.ifIndex;
}

/** Hosts seen on both facing ports hang between them; a single one may be a row that has not aged yet. */
const hangsBetween = (between: number, sharedHosts: number): boolean =>
  between >= 2 || (between === 1 && sharedHosts >= 0 && sharedHosts < 10);

/** A bridge behind an unpolled one: its cable goes there, not through it to the next polled one. */
function linkBehindExternal(
  drafts: LinkDrafts,
  a: DraftEnd,
  b: DraftEnd,
  nearExternals: readonly string[],
  farExternals: readonly string[],
  shown: ReturnType<typeof proof>,
): void {
  if (nearExternals.length > 0 && farExternals.length > 0) return;
  const [external] = nearExternals.length > 0 ? nearExternals : farExternals;
  if (external === undefined) return;
  drafts.add({ device: external, ifIndex: null, label: null }, nearExternals.length > 0 ? b : a, 2, shown);
}

function fdbSentence(table: BridgeTable, at: DraftEnd, other: DeviceView, sharedHosts: number) {
  const port = table.device.label(at.ifIndex) ?? at.label ?? String(at.ifIndex ?? '?');
  const text =
    sharedHosts >= 0
      ? `${port} faces ${other.id}: ${sharedHosts} hosts stand on either side`
      : `${port} leads to ${other.id}, with no other polled bridge between`;
  return { device: table.device.id, table: fdbTable(table.device), text, seenAt: fdbSeenAt(table.device) };
}

/** Links of the better methods that forward frames; several between two bridges are left to the tables to choose. */
function knownFaces(
  world: World,
  forwarding: Forwarding,
  drafts: LinkDrafts,
  indexOf: ReadonlyMap<string, number>,
): KnownFace[] {
  const byPair = new Map<string, KnownFace[]>();
  for (const draft of drafts.all()) {
    const x = indexOf.get(draft.a.device);
    const y = indexOf.get(draft.b.device);
    if (draft.layer !== 2 || x === undefined || y === undefined || x === y) continue;
    if (draft.a.ifIndex === null || draft.b.ifIndex === null || isBlocked(world, draft) === true) continue;
    const p = forwarding.tables[x]?.portIndex(draft.a.ifIndex) ?? -1;
    const q = forwarding.tables[y]?.portIndex(draft.b.ifIndex) ?? -1;
    // A port without a single row forwards nothing worth knowing.
    if (p < 0 || q < 0) continue;
    const key = `${x} ${y}`;
    byPair.set(key, [...(byPair.get(key) ?? []), { x, y, p, q }]);
  }
  return [...byPair.values()].flatMap((faces) => (faces.length === 1 ? faces : []));
}
