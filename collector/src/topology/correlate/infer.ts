import { wholeKinds, type DeviceFacts } from '../facts.js';
import { findTwins, isInternalInterface } from '../identity.js';
import type { OperStatus } from '../schemas.js';
import { score } from '../score.js';
import { foldAggregates, linkPartners, ownMembers } from './aggregates.js';
import { linkBridges, type BridgeDomain, type PortPartners } from './bridges.js';
import {
  compareText,
  endKey,
  LinkDrafts,
  methodOf,
  sidesOf,
  uniqueEvidence,
  uniqueWitnesses,
  type DraftEnd,
  type LinkDraft,
} from './drafts.js';
import { Forwarding, type BridgeTable } from './forwarding.js';
import { toHosts } from './host-claims.js';
import { linkPlacedDevices, macsBetween, placeMacs, type PortRole } from './hosts.js';
import {
  DEFAULT_INFER_OPTIONS,
  type ExplainRow,
  type InferOptions,
  type InferredDevice,
  type InferredEnd,
  type InferredLink,
  type InferredSegment,
  type Inference,
} from './inference.js';
import { linkLayer3, type Layer3Segment, type RoutedExternal } from './layer3.js';
import { findMedia, type Medium } from './media.js';
import { linkNeighbours, neighbourClaims, type NeighbourClaim } from './neighbours.js';
import { bridgePortOfLabel, segmentId, segmentPort } from './segment-ports.js';
import { isBlocked, linkSpanningTree } from './spanning-tree.js';
import { World } from './world.js';

/**
 * Everything the facts of all devices say together (rules R1 to R20 of topology-discovery). Pure, and the same for
 * the same facts in any order.
 */
export function infer(all: readonly DeviceFacts[], options: InferOptions = DEFAULT_INFER_OPTIONS): Inference {
  const twins = findTwins(all);
  const world = new World(all.filter((facts) => !twins.has(facts.deviceId)));
  for (const [device, { same, evidence }] of twins) {
    world.warn('same-device', device, `is ${same} polled under another name: ${evidence}`);
  }
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
  const forwarding = new Forwarding(world);
  const domain = linkBridges(world, forwarding, drafts, partners);
  const placements = placeMacs(domain, portRoles(world, domain, drafts, externals));
  linkPlacedDevices(world, domain, placements.devices, drafts);
  if (placements.undecided > 0) {
    world.warn('undecided-macs', '', `${placements.undecided} MACs stand on uplinks only or on several ports alike`);
  }
  const layer3 = linkLayer3(world, drafts);

  const layer2Drafts = drafts.all().filter((draft) => draft.layer === 2);
  const shared = new Set(domain.sharedMedia);
  const media = findMedia(world, layer2Drafts, claims, seesElsewhere(domain));
  const tunnels = findMedia(
    world,
    drafts
      .all()
      .filter((draft) => draft.layer === 3 && draft.proofs.some(({ method }) => method === 'cdp' || method === 'lldp')),
    claims,
  );
  const routed = drafts
    .all()
    .filter((draft) => draft.layer === 3 && !draft.proofs.some(({ method }) => method === 'cdp' || method === 'lldp'));
  const linkDrafts = [...media.links.filter((draft) => !shared.has(draft)), ...tunnels.links, ...routed];
  const mediums: Medium[] = [
    ...media.segments,
    ...media.links.filter((draft) => shared.has(draft)).map((draft) => ({ ends: [draft.a, draft.b], drafts: [draft] })),
  ];
  const segments = [
    ...mediums.map((medium) => toSegment(world, domain, medium, 2)),
    ...tunnels.segments.map((medium) => toSegment(world, domain, medium, 3)),
    ...layer3.segments.map((segment) => toLayer3Segment(world, segment)),
  ];
  const network = networkMacs(externals);
  const stations = placements.placed.filter(({ mac }) => !network.has(mac));
  const hosts = toHosts(world, domain, stations, segments, options);
  return {
    devices: toDevices(world, externals, layer3.externals),
    links: linkDrafts.map((draft) => toLink(world, domain, draft)).sort(compareLinks),
    segments: [...segments, ...hosts.segments].sort((a, b) => compareText(a.id, b.id)),
    hosts: hosts.hosts,
    warnings: [...world.warnings].sort(
      (a, b) => compareText(a.device, b.device) || compareText(a.kind, b.kind) || compareText(a.text, b.text),
    ),
    explain: explainTables(all),
  };
}

const seesElsewhere =
  ({ indexOf, faces, forwarding }: BridgeDomain) =>
  (one: DraftEnd, other: DraftEnd): boolean => {
    const x = indexOf.get(one.device);
    const y = indexOf.get(other.device);
    if (x === undefined || y === undefined) return false;
    const port = faces.towards(x, y);
    return port >= 0 && (forwarding.tables[x] as BridgeTable).ports[port]?.ifIndex !== one.ifIndex;
  };

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

/** MACs of neighbours that bridge or route: equipment, though nobody polls it, and no hosts. */
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
function partnerIndex(world: World, drafts: LinkDrafts, externals: readonly InferredDevice[]) {
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
      const key = `${near.device}|${near.ifIndex ?? ''}`;
      const known = index.get(key) ?? { polled: [], externalBridges: [] };
      if (world.byId.get(far.device)?.isBridge) known.polled.push(draft);
      else if (bridging.has(far.device)) known.externalBridges.push(far.device);
      index.set(key, known);
    }
  }
  const nothing: PortPartners = { polled: [], externalBridges: [] };
  return (device: string, ifIndex: number): PortPartners => index.get(`${device}|${ifIndex}`) ?? nothing;
}

/** R5: where hosts may hang. */
function portRoles(world: World, domain: BridgeDomain, drafts: LinkDrafts, externals: readonly InferredDevice[]) {
  const { tables } = domain.forwarding;
  const partners = partnerIndex(world, drafts, externals);
  const rootPorts = new Set(
    world.devices.flatMap((device) =>
      device.facts.stp.bridges.flatMap(({ rootIfIndex }) =>
        rootIfIndex === null ? [] : [`${device.id}|${device.logical(rootIfIndex)}`],
      ),
    ),
  );
  return (bridge: number, port: number): PortRole => {
    const table = tables[bridge] as BridgeTable;
    for (let z = 0; z < domain.faces.count; z++) {
      if (z !== bridge && domain.faces.towards(bridge, z) === port) return 'uplink';
    }
    const ifIndex = table.ports[port]?.ifIndex ?? null;
    if (ifIndex === null) return 'access';
    const known = partners(table.device.id, ifIndex);
    if (known.polled.length > 0) return 'uplink';
    if (known.externalBridges.length > 0) return 'external-bridge';
    return rootPorts.has(`${table.device.id}|${ifIndex}`) ? 'external-bridge' : 'access';
  };
}

const operStatusOf = (world: World, ends: readonly DraftEnd[]): OperStatus => {
  const states = ends.map(
    (end) => world.byId.get(end.device)?.interfaces.get(end.ifIndex ?? -1)?.operStatus ?? 'unknown',
  );
  return states.includes('down') ? 'down' : states.includes('up') ? 'up' : 'unknown';
};

function toEnd(world: World, draft: LinkDraft, end: DraftEnd): InferredEnd {
  const label = world.label(end.device, end.ifIndex) ?? end.label ?? draft.labels.get(end.device) ?? null;
  return { device: end.device, ifIndex: end.ifIndex, ifName: label };
}

function toLink(world: World, domain: BridgeDomain, draft: LinkDraft): InferredLink {
  const method = methodOf(draft);
  const sides = sidesOf(draft);
  const others = [...new Set(draft.proofs.map((one) => one.method))].filter((one) => one !== method).sort(compareText);
  const bridgeHosts = draft.proofs.map((one) => one.sharedHosts).filter((hosts) => hosts !== undefined);
  const { confidence, inputs } = score({
    method,
    neighbourhood: draft.layer === 3,
    ...(method === 'bridge' && bridgeHosts.length > 0 ? { sharedHosts: Math.max(...bridgeHosts) } : {}),
    oneSided: sides === 1 && couldReport(world, draft),
    portUnknown: [draft.a, draft.b].some((end) => end.ifIndex === null && world.byId.has(end.device)),
    contradicted: draft.contradicted,
    nameMatch: namesOther(world, draft.a, draft.b) || namesOther(world, draft.b, draft.a),
    equalSpeed: equalSpeed(world, draft),
    stale: isStale(world, draft),
    otherMethods: others,
  });
  return {
    a: toEnd(world, draft, draft.a),
    b: toEnd(world, draft, draft.b),
    layer: draft.layer,
    method,
    sides,
    confidence,
    members: ownMembers(world, draft).sort(([a1, b1], [a2, b2]) => (a1 ?? -1) - (a2 ?? -1) || (b1 ?? -1) - (b2 ?? -1)),
    vlans: draft.layer === 2 ? vlansOf(world, draft) : [],
    blocked: draft.layer === 2 ? isBlocked(world, draft) : null,
    operStatus: operStatusOf(world, [draft.a, draft.b]),
    evidence: uniqueEvidence(draft.proofs),
    score: inputs,
    witnesses: uniqueWitnesses(draft.proofs),
  };
}

/** The silent end answers the same protocol's table and does not list the other. */
function couldReport(world: World, draft: LinkDraft): boolean {
  const method = methodOf(draft);
  if (method !== 'lldp' && method !== 'cdp') return false;
  const reporters = new Set(draft.proofs.map((one) => one.reporter));
  return [draft.a, draft.b].some(({ device }) => {
    const facts = world.byId.get(device)?.facts;
    return facts !== undefined && !reporters.has(device) && wholeKinds(facts).has(method) && facts[method].length > 0;
  });
}

/** An operator wrote the other end's name into the description of the port. */
function namesOther(world: World, near: DraftEnd, far: DraftEnd): boolean {
  const alias = world.byId
    .get(near.device)
    ?.interfaces.get(near.ifIndex ?? -1)
    ?.ifAlias?.toLowerCase();
  const name = (world.byId.get(far.device)?.facts.system.sysName ?? far.device).toLowerCase();
  return alias !== undefined && name.length >= 3 && alias.includes(name);
}

function equalSpeed(world: World, draft: LinkDraft): boolean {
  const [a, b] = [draft.a, draft.b].map(
    (end) => world.byId.get(end.device)?.interfaces.get(end.ifIndex ?? -1)?.speedBps,
  );
  return a != null && a === b;
}

/** R19: the port is down; protocol rows outlive it by their time to live. */
const isStale = (world: World, draft: LinkDraft): boolean => operStatusOf(world, [draft.a, draft.b]) === 'down';

/** VLANs in which both ports carry frames; those of the one that tells where only one does. */
function vlansOf(world: World, draft: LinkDraft): number[] {
  const [a, b] = [draft.a, draft.b].map((end) => {
    const device = world.byId.get(end.device);
    return device === undefined || end.ifIndex === null
      ? new Set<number>()
      : vlansOnPort(device.vlanIndex, end.ifIndex);
  }) as [Set<number>, Set<number>];
  const common = a.size === 0 || b.size === 0 ? [...a, ...b] : [...a].filter((vlan) => b.has(vlan));
  return [...new Set([...common, ...draft.vlans])].sort((x, y) => x - y);
}

const vlansOnPort = (index: ReadonlyMap<number, ReadonlySet<number>>, ifIndex: number): Set<number> =>
  new Set(index.get(ifIndex) ?? []);

function toSegment(world: World, domain: BridgeDomain, medium: Medium, layer: 2 | 3): InferredSegment {
  const proofs = medium.drafts.flatMap((draft) => draft.proofs);
  const method = methodOf({ proofs });
  const { confidence, inputs } = score({ method, contradicted: false });
  const attached = medium.ends.flatMap((end) => {
    const bridge = domain.indexOf.get(end.device);
    const port = bridge === undefined ? -1 : fdbPortOf(domain, bridge, end);
    return bridge === undefined || port < 0 ? [] : [{ bridge, port }];
  });
  const labels = new Map(medium.drafts.flatMap((draft) => [...draft.labels]));
  return {
    id: segmentId(world, medium.ends, layer === 3 ? ':l3' : ''),
    ports: medium.ends.map((end) => segmentPort(world, end, labels.get(end.device))),
    macs: layer === 2 ? macsBetween(domain, attached) : [],
    layer,
    method,
    confidence,
    vlans: [...new Set(medium.drafts.flatMap((draft) => vlansOf(world, draft)))].sort((a, b) => a - b),
    evidence: uniqueEvidence(proofs),
    score: inputs,
    witnesses: uniqueWitnesses(proofs),
  };
}

const fdbPortOf = (domain: BridgeDomain, bridge: number, end: DraftEnd): number =>
  (domain.forwarding.tables[bridge] as BridgeTable).ports.findIndex((port) =>
    end.ifIndex === null ? port.bridgePort === bridgePortOfLabel(end.label) : port.ifIndex === end.ifIndex,
  );

function toLayer3Segment(world: World, segment: Layer3Segment): InferredSegment {
  const ends = segment.ports.map(({ device, ifIndex }) => ({ device, ifIndex, label: null }));
  const method = methodOf(segment);
  const { confidence, inputs } = score({ method, neighbourhood: true });
  return {
    id: segmentId(world, ends, ':l3'),
    ports: ends.map((end) => segmentPort(world, end)),
    macs: [],
    layer: 3,
    method,
    confidence,
    vlans: [],
    evidence: uniqueEvidence(segment.proofs),
    score: inputs,
    witnesses: uniqueWitnesses(segment.proofs),
  };
}

function toDevices(
  world: World,
  externals: readonly InferredDevice[],
  routed: readonly RoutedExternal[],
): InferredDevice[] {
  const polled = world.devices.map(({ id, facts }): InferredDevice => {
    const ips = facts.interfaces.flatMap((fact) =>
      isInternalInterface(fact) ? [] : fact.addresses.map(({ ip }) => ip),
    );
    return {
      id,
      sysName: facts.system.sysName ?? facts.localIdentity.sysName,
      polled: true,
      ips: [...new Set(ips)].sort(compareText),
      macs: [...world.identities.macsOf(id)].sort(compareText),
      capabilities: [],
      platform: facts.system.sysDescr,
      site: facts.site,
    };
  });
  const known = new Set(externals.map(({ id }) => id));
  const others = routed
    .filter(({ id }) => !known.has(id))
    .map(({ id, ip }): InferredDevice => ({
      id,
      sysName: null,
      polled: false,
      ips: ip === null ? [] : [ip],
      macs: [],
      capabilities: ['router'],
      platform: null,
      site: null,
    }));
  return [...polled, ...externals, ...others].sort((a, b) => compareText(a.id, b.id));
}

const compareLinks = (x: InferredLink, y: InferredLink): number =>
  compareText(x.a.device, y.a.device) ||
  compareText(x.b.device, y.b.device) ||
  x.layer - y.layer ||
  (x.a.ifIndex ?? -1) - (y.a.ifIndex ?? -1) ||
  (x.b.ifIndex ?? -1) - (y.b.ifIndex ?? -1) ||
  compareText(endKey({ ...x.a, label: x.a.ifName }), endKey({ ...y.a, label: y.a.ifName }));

function explainTables(all: readonly DeviceFacts[]): ExplainRow[] {
  return [...all]
    .sort((a, b) => compareText(a.deviceId, b.deviceId))
    .flatMap((facts) =>
      Object.entries(facts.tables)
        .sort(([a], [b]) => compareText(a, b))
        .map(([table, report]) => ({
          device: facts.deviceId,
          table,
          rows: report.rows,
          used: report.used,
          dropped: report.dropped,
        })),
    );
}
