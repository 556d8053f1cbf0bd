import { linkOneSidedPartners } from './aggregates.js';
import { linkBridges, type BridgeDomain, type Facings, type PortPartners } from './bridges.js';
import type { BridgeTable } from './bridge-table.js';
import { type DraftEnd, type LinkDraft, type LinkDrafts } from './drafts.js';
import { linkPlacedDevices, type DevicePlacement } from './hosts.js';
import type { InferenceWarning, InferredDevice } from './inference.js';
import { linkLayer3, type Layer3Claims, type Layer3Index, type Layer3Segment, type RoutedExternal } from './layer3.js';
import { findMedia, type Medium, type SeesElsewhere } from './media.js';
import { partnerIndex, type Skeleton } from './skeleton.js';
import type { PortRole } from './placements.js';
import type { World } from './world.js';

/** Links that neighbour protocols, aggregates, spanning tree and forwarding tables of bridges show. */
export interface Cabling {
  readonly drafts: LinkDrafts;
  /** Media between two ports on which hosts hang. */
  readonly shared: ReadonlySet<LinkDraft>;
  readonly partnersAt: (device: string, ifIndex: number) => PortPartners;
}

export function buildCabling(world: World, skeleton: Skeleton, facings: Facings): Cabling {
  const drafts = skeleton.drafts.copy();
  const shared = linkBridges(world, facings, drafts, partnerIndex(world, drafts, skeleton.externals));
  linkOneSidedPartners(world, drafts);
  return { drafts, shared, partnersAt: partnerIndex(world, drafts, skeleton.externals) };
}

/** R5: where hosts may hang. `facing` are the ports that lead to other polled bridges. */
export function portRoles(
  { device, rows }: BridgeTable,
  facing: Uint8Array,
  { rootPorts }: Skeleton,
  partnersAt: Cabling['partnersAt'],
): PortRole[] {
  return rows.ports.map(({ ifIndex }, port) => {
    if (facing[port] === 1) return 'uplink';
    if (ifIndex === null) return 'access';
    const known = partnersAt(device.id, ifIndex);
    if (known.polled.length > 0) return 'uplink';
    if (known.externalBridges.length > 0) return 'external-bridge';
    return rootPorts.has(`${device.id}|${ifIndex}`) ? 'external-bridge' : 'access';
  });
}

/** A shared medium, of cables or of tunnels. */
export interface SharedMedium extends Medium {
  readonly layer: 2 | 3;
}

/** Links and media of both layers, before they are told. */
export interface Structure {
  readonly links: readonly LinkDraft[];
  readonly mediums: readonly SharedMedium[];
  readonly networks: readonly Layer3Segment[];
  readonly externals: readonly InferredDevice[];
  readonly routed: readonly RoutedExternal[];
  readonly warnings: readonly InferenceWarning[];
}

/** Takes over the cabling's drafts. */
export function buildStructure(
  from: World,
  skeleton: Skeleton,
  { drafts, shared }: Cabling,
  domain: BridgeDomain,
  devices: readonly DevicePlacement[],
  layer3: { readonly index: Layer3Index; readonly claims: readonly Layer3Claims[] },
): Structure {
  const world = from.unwarned();
  linkPlacedDevices(world, devices, drafts);
  const { segments, externals } = linkLayer3(world, layer3.index, layer3.claims, drafts);
  const all = drafts.all();
  const isNamed = ({ proofs }: LinkDraft) => proofs.some(({ method }) => method === 'cdp' || method === 'lldp');
  const media = findMedia(
    world,
    all.filter(({ layer }) => layer === 2),
    skeleton.claims,
    seesElsewhere(domain),
  );
  const tunnels = findMedia(
    world,
    all.filter((draft) => draft.layer === 3 && isNamed(draft)),
    skeleton.claims,
  );
  const routed = all.filter((draft) => draft.layer === 3 && !isNamed(draft));
  const isShared = (draft: LinkDraft) => shared.has(draft);
  return {
    links: [...media.links.filter((draft) => !isShared(draft)), ...tunnels.links, ...routed],
    mediums: [
      ...media.segments.map((medium) => ({ ...medium, layer: 2 as const })),
      ...media.links
        .filter(isShared)
        .map((draft) => ({ ends: [draft.a, draft.b], drafts: [draft], layer: 2 as const })),
      ...tunnels.segments.map((medium) => ({ ...medium, layer: 3 as const })),
    ],
    networks: segments,
    externals: skeleton.externals,
    routed: externals,
    warnings: world.warnings,
  };
}

const seesElsewhere =
  ({ faces, forwarding: { indexOf, tables } }: BridgeDomain): SeesElsewhere =>
  (one: DraftEnd, other: DraftEnd) => {
    const x = indexOf.get(one.device);
    const y = indexOf.get(other.device);
    if (x === undefined || y === undefined) return false;
    const port = faces.towards(x, y);
    return port >= 0 && (tables[x] as BridgeTable).rows.ports[port]?.ifIndex !== one.ifIndex;
  };
