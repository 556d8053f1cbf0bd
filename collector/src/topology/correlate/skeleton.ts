import type { DeviceFacts, InterfaceFact } from '../facts.js';
import { foldAggregates, linkPartners } from './aggregates.js';
import { certainLinks, type CertainLink, type PortPartners } from './bridges.js';
import { LinkDrafts, type LinkDraft } from './drafts.js';
import { isEqualJson } from './equal.js';
import type { InferenceWarning, InferredDevice } from './inference.js';
import { linkNeighbours, neighbourClaims, type NeighbourClaim } from './neighbours.js';
import { linkSpanningTree } from './spanning-tree.js';
import type { World } from './world.js';

/** What all tables but the forwarding and ARP ones say: it holds as long as those stay as they are. */
export interface Skeleton {
  readonly claims: readonly NeighbourClaim[];
  readonly externals: readonly InferredDevice[];
  /** Links so far; whoever adds to them copies them first. */
  readonly drafts: LinkDrafts;
  readonly certain: readonly CertainLink[];
  /** `device|ifIndex` of the ports towards the root of a spanning tree. */
  readonly rootPorts: ReadonlySet<string>;
  /** MACs of neighbours that bridge or route: equipment, though nobody polls it, and no hosts. */
  readonly networkMacs: ReadonlySet<string>;
  readonly warnings: readonly InferenceWarning[];
}

export function buildSkeleton(from: World): Skeleton {
  const world = from.unwarned();
  const { claims, externals } = neighbourClaims(world);
  const drafts = new LinkDrafts();
  linkNeighbours(claims, drafts, (claim) =>
    claim.fromIfIndex !== null && world.byId.get(claim.from)?.isTunnel(claim.fromIfIndex) ? 3 : 2,
  );
  linkPartners(world, drafts);
  foldAggregates(world, drafts, peerAggregates(claims));
  const partners = partnerIndex(world, drafts, externals);
  linkSpanningTree(world, drafts, (device, ifIndex) => {
    const { polled, externalBridges } = partners(device, ifIndex);
    return polled.length > 0 || externalBridges.length > 0;
  });
  const rootPorts = world.devices.flatMap((device) =>
    device.facts.stp.bridges.flatMap(({ rootIfIndex }) =>
      rootIfIndex === null ? [] : [`${device.id}|${device.logical(rootIfIndex)}`],
    ),
  );
  return {
    claims,
    externals,
    drafts,
    certain: certainLinks(world, drafts.all()),
    rootPorts: new Set(rootPorts),
    networkMacs: networkMacs(externals),
    warnings: world.warnings,
  };
}

function peerAggregates(claims: readonly NeighbourClaim[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const claim of claims) {
    if (claim.aggregatePort !== null && claim.toPolled && claim.toIfIndex !== null) {
      found.set(`${claim.to}|${claim.toIfIndex}`, claim.aggregatePort);
    }
  }
  return found;
}

const NOT_A_BRIDGE = ['telephone', 'station', 'wlan-ap'];

const networkMacs = (externals: readonly InferredDevice[]): Set<string> =>
  new Set(
    externals
      .filter(
        ({ capabilities }) =>
          capabilities.some((word) => word === 'bridge' || word === 'router') &&
          !capabilities.some((word) => NOT_A_BRIDGE.includes(word)),
      )
      .flatMap(({ macs }) => macs),
  );

/** What neighbour protocols and LACP know to hang on each port, as it is now. */
export function partnerIndex(world: World, drafts: LinkDrafts, externals: readonly InferredDevice[]) {
  const bridging = new Set(
    externals
      .filter(
        ({ capabilities }) =>
          capabilities.includes('bridge') && !capabilities.some((word) => NOT_A_BRIDGE.includes(word)),
      )
      .map(({ id }) => id),
  );
  const index = new Map<string, { polled: LinkDraft[]; externalBridges: string[] }>();
  for (const draft of drafts.all()) {
    if (draft.layer !== 2) continue;
    for (const [near, far] of [
      [draft.a, draft.b],
      [draft.b, draft.a],
    ] as const) {
      const isPolledBridge = world.byId.get(far.device)?.isBridge;
      if (!isPolledBridge && !bridging.has(far.device)) continue;
      const key = `${near.device}|${near.ifIndex ?? ''}`;
      const known = index.get(key) ?? { polled: [], externalBridges: [] };
      if (isPolledBridge) known.polled.push(draft);
      else known.externalBridges.push(far.device);
      index.set(key, known);
    }
  }
  const nothing: PortPartners = { polled: [], externalBridges: [] };
  return (device: string, ifIndex: number): PortPartners => index.get(`${device}|${ifIndex}`) ?? nothing;
}

/** Counters and clocks, which move with every poll and of which inference reads nothing. */
const COUNTERS: ReadonlySet<string> = new Set<keyof InterfaceFact | keyof DeviceFacts['bridge']>([
  'inOctets',
  'outOctets',
  'sampledUptimeMs',
  'counterDiscontinuityMs',
  'learnedEntryDiscards',
  'agingTimeSec',
  'topologyChangeCount',
]);

const SKELETON_PARTS = [
  'site',
  'system',
  'interfaces',
  'bridge',
  'localIdentity',
  'localPorts',
  'lldp',
  'cdp',
  'stp',
  'lag',
  'stack',
  'routing',
  'virtualMacs',
] as const satisfies readonly (keyof DeviceFacts)[];

/** True when two polls of a device differ at most in their forwarding and ARP rows, counters and times. */
export const isSameSkeleton = (before: DeviceFacts, now: DeviceFacts): boolean =>
  before.mac.length > 0 === now.mac.length > 0 &&
  SKELETON_PARTS.every((part) => isEqualJson(before[part], now[part], COUNTERS)) &&
  isSameReading(before.tables, now.tables);

function isSameReading(before: DeviceFacts['tables'], now: DeviceFacts['tables']): boolean {
  const names = Object.keys(now);
  return (
    names.length === Object.keys(before).length &&
    names.every((name) => {
      const [old, report] = [before[name], now[name]];
      return (
        old !== undefined &&
        report !== undefined &&
        old.kind === report.kind &&
        old.outcome === report.outcome &&
        old.rows > 0 === report.rows > 0
      );
    })
  );
}
