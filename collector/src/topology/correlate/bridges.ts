import type { BridgeTable } from './bridge-table.js';
import { proof, type DraftEnd, type LinkDraft, type LinkDrafts, type Proof, type Sentence } from './drafts.js';
import type { Faces, FacingPair, KnownFace } from './faces.js';
import type { Forwarding } from './forwarding.js';
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
}

const end = (table: BridgeTable, port: number): DraftEnd => {
  const fdbPort = table.rows.ports[port];
  return {
    device: table.device.id,
    ifIndex: fdbPort?.ifIndex ?? null,
    label: fdbPort?.ifIndex == null ? `port ${fdbPort?.bridgePort ?? '?'}` : null,
  };
};

export const fdbTable = (device: DeviceView): string =>
  (device.facts.tables['dot1qTpFdbTable']?.rows ?? 0) > 0 ? 'dot1qTpFdbTable' : 'dot1dTpFdbTable';

/** What there is to link: bridges that face each other with no third one between. */
export interface Facings extends BridgeDomain {
  readonly pairs: readonly FacingPair[];
  /** Hosts that both learned on the ports by which they face each other. */
  readonly hostsBetween: (pair: FacingPair) => number;
}

/**
 * Links between bridges that their forwarding tables show, below and behind what is known better (R8, R9, R13).
 * Returns the media between two ports on which hosts hang: unknown equipment.
 */
export function linkBridges(
  world: World,
  facings: Facings,
  drafts: LinkDrafts,
  partnersAt: (device: string, ifIndex: number) => PortPartners,
): Set<LinkDraft> {
  const { forwarding } = facings;
  const sharedMedia = new Set<LinkDraft>();
  for (const pair of facings.pairs) {
    const { x, y, p, q, hosts, vlans } = pair;
    const near = forwarding.tables[x] as BridgeTable;
    const far = forwarding.tables[y] as BridgeTable;
    const a = end(near, p);
    const b = end(far, q);
    const shown = proof(
      'bridge',
      null,
      'mac',
      [fdbSentence(near, a, far.device, hosts, vlans), fdbSentence(far, b, near.device, hosts, vlans)],
      hosts >= 0 ? { sharedHosts: hosts } : {},
    );
    const nearKnown = a.ifIndex === null ? undefined : partnersAt(a.device, a.ifIndex);
    const farKnown = b.ifIndex === null ? undefined : partnersAt(b.device, b.ifIndex);
    const same =
      nearKnown?.polled.find((draft) => farKnown?.polled.includes(draft)) ??
      completed(drafts, nearKnown?.polled ?? [], b) ??
      completed(drafts, farKnown?.polled ?? [], a);
    if (same) same.proofs.push(shown);
    else if (
      !hasFreeMember(world, facings, a, b, nearKnown?.polled ?? []) ||
      !hasFreeMember(world, facings, b, a, farKnown?.polled ?? [])
    ) {
      continue;
    } else if (nearKnown?.externalBridges.length || farKnown?.externalBridges.length) {
      linkBehindExternal(drafts, a, b, nearKnown?.externalBridges ?? [], farKnown?.externalBridges ?? [], shown);
    } else {
      const draft = drafts.add(a, b, 2, shown);
      if (hangsBetween(facings.hostsBetween(pair), hosts)) sharedMedia.add(draft);
    }
  }
  return sharedMedia;
}

/** A link to this device that lacks its port there (its aggregates could not be read) ends on the port found now. */
function completed(drafts: LinkDrafts, known: readonly LinkDraft[], end: DraftEnd): LinkDraft | undefined {
  const isOpen = ({ device, ifIndex }: DraftEnd) => device === end.device && ifIndex === null;
  const [open, ...others] = known.filter((draft) => isOpen(draft.a) || isOpen(draft.b));
  return open && others.length === 0 && end.ifIndex !== null ? drafts.complete(open, end) : undefined;
}

/**
 * A port whose neighbour is known takes no second one (R13), unless it is an aggregate with members to spare whose
 * known neighbour and the new one see each other through other ports: the two switches of an MLAG.
 */
function hasFreeMember(
  world: World,
  { faces, forwarding }: BridgeDomain,
  near: DraftEnd,
  far: DraftEnd,
  known: readonly LinkDraft[],
): boolean {
  if (known.length === 0) return true;
  const [only] = known;
  const members = world.byId.get(near.device)?.membersOf.get(near.ifIndex ?? -1) ?? [];
  if (known.length > 1 || !only || members.length <= only.members.length || only.members.length === 0) return false;
  const partner = only.a.device === near.device ? only.b.device : only.a.device;
  const [x, y] = [forwarding.indexOf.get(far.device), forwarding.indexOf.get(partner)];
  if (x === undefined || y === undefined) return false;
  const port = faces.towards(x, y);
  return port >= 0 && (forwarding.tables[x] as BridgeTable).rows.ports[port]?.ifIndex !== far.ifIndex;
}

/** Hosts seen on both facing ports hang between them; a single one may be a row that has not aged yet. */
export const hangsBetween = (between: number, sharedHosts: number): boolean =>
  between >= 2 || (between === 1 && sharedHosts >= 0 && sharedHosts < 10);

/** A bridge behind an unpolled one: its cable goes there, not through it to the next polled one. */
function linkBehindExternal(
  drafts: LinkDrafts,
  a: DraftEnd,
  b: DraftEnd,
  nearExternals: readonly string[],
  farExternals: readonly string[],
  shown: Proof,
): void {
  if (nearExternals.length > 0 && farExternals.length > 0) return;
  const [external] = nearExternals.length > 0 ? nearExternals : farExternals;
  if (external === undefined) return;
  drafts.add({ device: external, ifIndex: null, label: null }, nearExternals.length > 0 ? b : a, 2, shown);
}

function fdbSentence(
  table: BridgeTable,
  at: DraftEnd,
  other: DeviceView,
  sharedHosts: number,
  vlans: readonly number[],
): Sentence {
  const where = vlans.length > 0 ? ` in VLAN ${vlans.join(', ')}` : '';
  const port = table.device.label(at.ifIndex) ?? at.label ?? String(at.ifIndex ?? '?');
  const text =
    sharedHosts >= 0
      ? `${port} faces ${other.id}${where}: ${sharedHosts} hosts stand on either side`
      : `${port} leads to ${other.id}${where}, with no other polled bridge between`;
  return { device: table.device.id, table: fdbTable(table.device), text };
}

/** The two ports of a link between polled bridges that forwards frames, whatever shows it. */
export type CertainLink = readonly [DraftEnd, DraftEnd];

/** Links of the better methods that forward frames. */
export function certainLinks(world: World, drafts: readonly LinkDraft[]): CertainLink[] {
  return drafts.flatMap(({ a, b, layer }): CertainLink[] => {
    if (layer !== 2 || a.device === b.device || a.ifIndex === null || b.ifIndex === null) return [];
    if (!world.byId.has(a.device) || !world.byId.has(b.device)) return [];
    return isBlocked(world, { a, b }) === true ? [] : [[a, b]];
  });
}

/** Those of them with rows on both ports; several between two bridges are left to the tables to choose. */
export function knownFaces(links: readonly CertainLink[], { tables, indexOf }: Forwarding): KnownFace[] {
  const byPair = new Map<number, KnownFace[]>();
  for (const [a, b] of links) {
    const x = indexOf.get(a.device);
    const y = indexOf.get(b.device);
    if (x === undefined || y === undefined) continue;
    const p = (tables[x] as BridgeTable).rows.portIndex(a.ifIndex as number);
    const q = (tables[y] as BridgeTable).rows.portIndex(b.ifIndex as number);
    // A port without a single row forwards nothing worth knowing.
    if (p < 0 || q < 0) continue;
    const key = Math.min(x, y) * tables.length + Math.max(x, y);
    const known = byPair.get(key);
    if (known) known.push({ x, y, p, q });
    else byPair.set(key, [{ x, y, p, q }]);
  }
  return [...byPair.values()].flatMap((faces) => (faces.length === 1 ? faces : []));
}
