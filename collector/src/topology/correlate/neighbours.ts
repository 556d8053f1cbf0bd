import type { Capability, CdpFact, LldpFact } from '../facts.js';
import type { Method } from '../schemas.js';
import { compareText, proof, type LinkDraft, type LinkDrafts, type Sentence } from './drafts.js';
import { Externals, type ExternalClaim } from './externals.js';
import type { InferredDevice } from './inference.js';
import type { DeviceView, PortDescription, World } from './world.js';

/** One row of LLDP or CDP with its far end looked up. */
export interface NeighbourClaim {
  readonly method: Extract<Method, 'lldp' | 'cdp'>;
  readonly from: string;
  fromIfIndex: number | null;
  readonly fromLabel: string | null;
  /** Id of a polled device, or of an external one. */
  to: string;
  toPolled: boolean;
  toIfIndex: number | null;
  readonly toLabel: string | null;
  readonly capabilities: readonly Capability[];
  readonly aggregatePort: number | null;
  /** sysUpTime of `from` at the last change of the row, where it tells. */
  readonly changedAtMs?: number;
  readonly evidence: Sentence;
}

const names = (...texts: (string | null)[]) => [...new Set(texts.filter((text): text is string => text !== null))];

/** Reads every neighbour row; rows that name the device itself are a warning, not a link (R17). */
export function neighbourClaims(world: World): { claims: NeighbourClaim[]; externals: InferredDevice[] } {
  const externals = new Externals();
  const claims: NeighbourClaim[] = [];
  const handles = new Map<NeighbourClaim, number>();
  const unknown = new Map<NeighbourClaim, UnknownNeighbour>();
  for (const device of world.devices) {
    const rows = [
      ...device.facts.lldp.map((fact) => fromLldp(world, device, fact)),
      ...device.facts.cdp.map((fact) => fromCdp(world, device, fact)),
    ];
    for (const { claim, external, port } of rows) {
      if (claim.to === device.id) {
        const port = claim.fromLabel ?? String(claim.fromIfIndex ?? '?');
        world.warn('self-neighbour', device.id, `${claim.method.toUpperCase()} on ${port} names the device itself`);
        continue;
      }
      claims.push(claim);
      if (claim.toPolled) continue;
      unknown.set(claim, { external, port });
    }
  }
  nameByReciprocity(world, claims, unknown);
  for (const [claim, { external }] of unknown) handles.set(claim, externals.add(external));
  for (const device of world.devices) mergeTwins(claims, handles, externals, device.id);
  const { idOf, devices } = externals.resolve();
  for (const [claim, handle] of handles) claim.to = idOf.get(handle) ?? claim.to;
  return { claims: dropRepeats(claims), externals: devices };
}

/** A row whose neighbour is no polled device that its keys would name. */
interface UnknownNeighbour {
  readonly external: ExternalClaim;
  readonly port: PortDescription;
}

/**
 * A row that gives neither name nor address, and a chassis id that the device itself does not own: if one polled
 * device alone names this very port, and has a port such as the row describes there, the row means that device.
 */
function nameByReciprocity(
  world: World,
  claims: readonly NeighbourClaim[],
  unknown: Map<NeighbourClaim, UnknownNeighbour>,
): void {
  const naming = new Map<string, NeighbourClaim[]>();
  for (const claim of claims) {
    if (!claim.toPolled || claim.toIfIndex === null || claim.fromIfIndex === null) continue;
    const key = `${claim.to}|${claim.toIfIndex}`;
    naming.set(key, [...(naming.get(key) ?? []), claim]);
  }
  for (const [claim, { external, port }] of unknown) {
    if (external.names.length > 0 || external.ips.length > 0) continue;
    const back = (naming.get(`${claim.from}|${claim.fromIfIndex ?? ''}`) ?? []).filter(
      ({ from, fromIfIndex }) => world.byId.get(from)?.resolvePort(port) === fromIfIndex,
    );
    const [first] = back;
    if (!first || new Set(back.map(({ from }) => from)).size > 1) continue;
    [claim.to, claim.toPolled, claim.toIfIndex] = [first.from, true, first.fromIfIndex];
    unknown.delete(claim);
  }
}

/** One LLDP and one CDP row on one port that agree on port or address mean one unpolled device. */
function mergeTwins(
  claims: readonly NeighbourClaim[],
  handles: ReadonlyMap<NeighbourClaim, number>,
  externals: Externals,
  device: string,
): void {
  const byPort = new Map<string, NeighbourClaim[]>();
  for (const claim of claims) {
    if (claim.from !== device || claim.toPolled || claim.fromIfIndex === null) continue;
    const key = String(claim.fromIfIndex);
    byPort.set(key, [...(byPort.get(key) ?? []), claim]);
  }
  for (const onPort of byPort.values()) {
    const [one, other] = onPort;
    if (onPort.length !== 2 || !one || !other || one.method === other.method) continue;
    const phones = [one, other].every(({ capabilities }) => capabilities.includes('telephone'));
    if (!phones && one.toLabel !== other.toLabel) continue;
    externals.merge(handles.get(one) ?? 0, handles.get(other) ?? 0);
  }
}

/** RouterOS 6 repeats every neighbour for each local port, with port 0: one row says it. */
function dropRepeats(claims: readonly NeighbourClaim[]): NeighbourClaim[] {
  const seen = new Set<string>();
  return claims.filter((claim) => {
    if (claim.fromIfIndex !== null) return true;
    const key = [claim.method, claim.from, claim.to, claim.toIfIndex ?? claim.toLabel].join('|');
    return !seen.has(key) && seen.add(key);
  });
}

function fromLldp(world: World, device: DeviceView, fact: LldpFact) {
  const keys = {
    chassisMac: fact.chassisMac,
    chassisId: fact.chassisId,
    names: names(fact.sysName),
    ips: fact.managementIps,
    portMac: fact.portMac,
  };
  const found = world.identities.find(keys, device.id);
  const far = found === undefined ? undefined : world.byId.get(found);
  const port = { subtype: fact.portSubtype, id: fact.portId, mac: fact.portMac, descr: fact.portDescr };
  const toIfIndex = far?.resolvePort(port) ?? null;
  const toLabel = fact.portMac !== null && fact.portDescr !== null ? fact.portDescr : (fact.portId ?? fact.portDescr);
  const fromLabel = device.label(fact.ifIndex) ?? fact.localPort;
  const named = fact.sysName ?? fact.chassisId ?? 'somebody';
  const claim: NeighbourClaim = {
    method: 'lldp',
    from: device.id,
    fromIfIndex: fact.ifIndex,
    fromLabel,
    to: found ?? '',
    toPolled: found !== undefined,
    toIfIndex,
    toLabel,
    capabilities: fact.capabilities,
    aggregatePort: fact.aggregatePort,
    ...(fact.changedAtMs === undefined ? {} : { changedAtMs: fact.changedAtMs }),
    evidence: {
      device: device.id,
      table: 'lldpRemTable',
      text: `on ${fromLabel ?? 'an unknown port'}: neighbour ${named}, its port ${toLabel ?? 'unknown'}`,
    },
  };
  return {
    claim,
    port,
    external: {
      ...keys,
      platform: fact.sysDescr,
      capabilities: fact.capabilities,
      site: device.facts.site,
    },
  };
}

function fromCdp(world: World, device: DeviceView, fact: CdpFact) {
  const isMacName = fact.deviceId !== null && fact.deviceId === fact.deviceMac;
  const keys = {
    chassisMac: fact.deviceMac,
    chassisId: null,
    names: names(isMacName ? null : fact.deviceId, fact.sysName),
    ips: fact.addresses,
    portMac: fact.portMac,
  };
  const found = world.identities.find(keys, device.id);
  const far = found === undefined ? undefined : world.byId.get(found);
  const port = { subtype: null, id: fact.portId, mac: fact.portMac, descr: null };
  const toIfIndex = far?.resolvePort(port) ?? null;
  const fromLabel = device.label(fact.ifIndex);
  const claim: NeighbourClaim = {
    method: 'cdp',
    from: device.id,
    fromIfIndex: fact.ifIndex,
    fromLabel,
    to: found ?? '',
    toPolled: found !== undefined,
    toIfIndex,
    toLabel: fact.portId,
    capabilities: fact.capabilities,
    aggregatePort: null,
    evidence: {
      device: device.id,
      table: 'cdpCacheTable',
      text: `on ${fromLabel ?? fact.ifIndex}: neighbour ${fact.deviceId ?? 'somebody'}, its port ${fact.portId ?? 'unknown'}`,
    },
  };
  return {
    claim,
    port,
    external: { ...keys, platform: fact.platform, capabilities: fact.capabilities, site: device.facts.site },
  };
}

/** Makes links of claims: both ends' rows are put together, and a port that one end lacks is taken from the other. */
export function linkNeighbours(claims: readonly NeighbourClaim[], drafts: LinkDrafts, layerOf: LayerOf): void {
  const pairs = new Map<string, NeighbourClaim[]>();
  for (const claim of claims) {
    const key = [claim.from, claim.to].sort(compareText).join('|');
    pairs.set(key, [...(pairs.get(key) ?? []), claim]);
  }
  for (const claimsOfPair of pairs.values()) linkPair(claimsOfPair, drafts, layerOf);
}

/** Layer of a link by its ends: tunnels carry neighbour protocols too and are no cables. */
export type LayerOf = (claim: NeighbourClaim) => 2 | 3;

function linkPair(claims: readonly NeighbourClaim[], drafts: LinkDrafts, layerOf: LayerOf): void {
  const complete = (claim: NeighbourClaim) => claim.fromIfIndex !== null && claim.toIfIndex !== null;
  const drafted: LinkDraft[] = [];
  const partial: NeighbourClaim[] = [];
  for (const claim of claims) {
    if (complete(claim)) drafted.push(addLink(claim, drafts, layerOf));
    else partial.push(claim);
  }
  const portsOf = (draft: LinkDraft, device: string) => (draft.a.device === device ? draft.a : draft.b).ifIndex;
  const open: NeighbourClaim[] = [];
  for (const claim of partial) {
    const match = [...new Set(drafted)].filter(
      (draft) =>
        (claim.fromIfIndex === null || portsOf(draft, claim.from) === claim.fromIfIndex) &&
        (claim.toIfIndex === null || portsOf(draft, claim.to) === claim.toIfIndex),
    );
    if (match.length === 1) (match[0] as LinkDraft).proofs.push(proofOf(claim));
    else if (match.length === 0 || claim.fromIfIndex !== null) open.push(claim);
    // A row without a local port, about a device with several links: it says nothing new.
  }
  pairOpen(open, drafts, layerOf);
}

/** Rows that each know their own port only: one of each side means one cable. */
function pairOpen(open: readonly NeighbourClaim[], drafts: LinkDrafts, layerOf: LayerOf): void {
  const [first] = open;
  if (!first) return;
  const ownPorts = (device: string) =>
    new Set(open.flatMap((claim) => (claim.from === device ? [claim.fromIfIndex ?? -1] : [])));
  const mine = ownPorts(first.from);
  const theirs = ownPorts(first.to);
  if (mine.size === 1 && theirs.size === 1 && first.toPolled) {
    const [port] = [...mine] as [number];
    const [far] = [...theirs] as [number];
    for (const claim of open) {
      const forward = claim.from === first.from;
      claim.fromIfIndex ??= (forward ? port : far) === -1 ? null : forward ? port : far;
      claim.toIfIndex ??= (forward ? far : port) === -1 ? null : forward ? far : port;
    }
  }
  for (const claim of open) addLink(claim, drafts, layerOf);
}

const proofOf = ({ method, from, evidence, changedAtMs }: NeighbourClaim) =>
  proof(method, from, method, [evidence], changedAtMs === undefined ? {} : { changedAtMs });

function addLink(claim: NeighbourClaim, drafts: LinkDrafts, layerOf: LayerOf): LinkDraft {
  const from = {
    device: claim.from,
    ifIndex: claim.fromIfIndex,
    label: claim.fromIfIndex === null ? claim.fromLabel : null,
  };
  // The name of an external port is for people: LLDP and CDP spell it differently for one cable.
  const to = { device: claim.to, ifIndex: claim.toIfIndex, label: null };
  const draft = drafts.add(from, to, layerOf(claim), proofOf(claim));
  if (!claim.toPolled && claim.toLabel !== null && !draft.labels.has(claim.to)) {
    draft.labels.set(claim.to, claim.toLabel);
  }
  return draft;
}
