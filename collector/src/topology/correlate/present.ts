import { wholeKinds, type DeviceFacts } from '../facts.js';
import { isInternalInterface } from '../identity.js';
import type { Evidence, OperStatus } from '../schemas.js';
import { score } from '../score.js';
import { ownMembers } from './aggregates.js';
import type { BridgeTable } from './bridge-table.js';
import type { BridgeDomain } from './bridges.js';
import {
  compareText,
  endKey,
  methodOf,
  sidesOf,
  uniqueEvidence,
  uniqueWitnesses,
  type DraftEnd,
  type LinkDraft,
  type Proof,
} from './drafts.js';
import { macsBetween } from './hosts.js';
import type { ExplainRow, InferredDevice, InferredEnd, InferredLink, InferredSegment } from './inference.js';
import type { Layer3Segment, RoutedExternal } from './layer3.js';
import { bridgePortOfLabel, segmentId, segmentPort } from './segment-ports.js';
import { isBlocked } from './spanning-tree.js';
import type { SharedMedium } from './structure.js';
import type { DeviceView, World } from './world.js';

/** Evidence as it is told: each sentence with the time at which its table was read. */
function tell(world: World, proofs: readonly Proof[]): Evidence[] {
  return uniqueEvidence(proofs).map(({ device, table, text, readFrom = [table] }) => {
    const facts = world.byId.get(device)?.facts;
    const read = readFrom.map((name) => facts?.tables[name]?.readAt).find((at) => at !== undefined);
    return { device, table, text, seenAt: read ?? facts?.polledAt ?? '' };
  });
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

export function toLink(world: World, draft: LinkDraft): InferredLink {
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
    evidence: tell(world, draft.proofs),
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

/** R19: a port is down, and no row of its device was learned since it went down. */
const isStale = (world: World, { a, b, proofs }: LinkDraft): boolean =>
  [a, b].some(({ device, ifIndex }) => {
    const fact = world.byId.get(device)?.interfaces.get(ifIndex ?? -1);
    if (fact?.operStatus !== 'down') return false;
    return !proofs.some(
      ({ reporter, changedAtMs }) => reporter === device && (changedAtMs ?? 0) > (fact.lastChangeMs ?? Infinity),
    );
  });

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

export function toSegment(world: World, domain: BridgeDomain, medium: SharedMedium): InferredSegment {
  const { layer } = medium;
  const proofs = medium.drafts.flatMap((draft) => draft.proofs);
  const method = methodOf({ proofs });
  const { confidence, inputs } = score({ method, contradicted: false });
  const attached = medium.ends.flatMap((end) => {
    const bridge = domain.forwarding.indexOf.get(end.device);
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
    evidence: tell(world, proofs),
    score: inputs,
    witnesses: uniqueWitnesses(proofs),
  };
}

const fdbPortOf = (domain: BridgeDomain, bridge: number, end: DraftEnd): number =>
  (domain.forwarding.tables[bridge] as BridgeTable).rows.ports.findIndex((port) =>
    end.ifIndex === null ? port.bridgePort === bridgePortOfLabel(end.label) : port.ifIndex === end.ifIndex,
  );

export function toLayer3Segment(world: World, segment: Layer3Segment): InferredSegment {
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
    evidence: tell(world, segment.proofs),
    score: inputs,
    witnesses: uniqueWitnesses(segment.proofs),
  };
}

export function toDevice({ identities }: World, { id, facts }: DeviceView): InferredDevice {
  const ips = facts.interfaces.flatMap((fact) => (isInternalInterface(fact) ? [] : fact.addresses.map(({ ip }) => ip)));
  return {
    id,
    sysName: facts.system.sysName ?? facts.localIdentity.sysName,
    polled: true,
    ips: [...new Set(ips)].sort(compareText),
    macs: [...identities.macsOf(id)].sort(compareText),
    capabilities: [],
    platform: facts.system.sysDescr,
    site: facts.site,
  };
}

/** Neighbours that nobody polls: those that neighbour protocols describe, and routers known by address only. */
export function unpolledDevices(
  externals: readonly InferredDevice[],
  routed: readonly RoutedExternal[],
): InferredDevice[] {
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
  return [...externals, ...others];
}

export const compareLinks = (x: InferredLink, y: InferredLink): number =>
  compareText(x.a.device, y.a.device) ||
  compareText(x.b.device, y.b.device) ||
  x.layer - y.layer ||
  (x.a.ifIndex ?? -1) - (y.a.ifIndex ?? -1) ||
  (x.b.ifIndex ?? -1) - (y.b.ifIndex ?? -1) ||
  compareText(endKey({ ...x.a, label: x.a.ifName }), endKey({ ...y.a, label: y.a.ifName }));

export const explainTables = (facts: DeviceFacts): ExplainRow[] =>
  Object.entries(facts.tables)
    .sort(([a], [b]) => compareText(a, b))
    .map(([table, report]) => ({
      device: facts.deviceId,
      table,
      rows: report.rows,
      used: report.used,
      dropped: report.dropped,
    }));
