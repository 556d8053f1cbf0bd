import type { DeviceFacts } from '../facts.js';
import type { Addresses } from './addresses.js';
import type { BridgeDomain } from './bridges.js';
import { compareText, endKey, isSameDraft, keyOfDraft, type LinkDraft, type Proof } from './drafts.js';
import { isEqualJson } from './equal.js';
import { attachmentKey, hostsOn, type BridgeHosts } from './host-claims.js';
import type {
  ExplainRow,
  InferOptions,
  InferenceWarning,
  InferredDevice,
  InferredHost,
  InferredLink,
  InferredSegment,
  Inference,
} from './inference.js';
import type { Layer3Segment } from './layer3.js';
import { Ledger } from './ledger.js';
import type { Placements, Slot } from './placements.js';
import {
  compareLinks,
  explainTables,
  toDevice,
  toLayer3Segment,
  toLink,
  toSegment,
  unpolledDevices,
} from './present.js';
import type { Skeleton } from './skeleton.js';
import type { SharedMedium, Structure } from './structure.js';
import type { DeviceView, World } from './world.js';

/** All that one update found, for telling. */
export interface Findings {
  readonly all: readonly DeviceFacts[];
  readonly world: World;
  /** Devices whose facts are others than before. */
  readonly changed: ReadonlySet<string>;
  readonly identified: ReadonlySet<string>;
  /** MACs that ARP tables call otherwise than before. */
  readonly renamed: ReadonlySet<string>;
  readonly ownersChanged: boolean;
  /** Bridges whose forwarding rows are others than before. */
  readonly dirtyBridges: ReadonlySet<string>;
  readonly addresses: Addresses;
  readonly placements: Placements;
  /** Bridges on which other MACs hang than before. */
  readonly moved: ReadonlySet<Slot>;
  readonly domain: BridgeDomain;
  readonly skeleton: Skeleton;
  readonly structure: Structure;
  readonly warnings: readonly InferenceWarning[];
}

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, at) => value === b[at]);

interface ToldDevice {
  readonly view: DeviceView;
  readonly device: InferredDevice;
}

/** Makes the result of what was found, and keeps each part of it as long as it stays true. */
export class Telling {
  readonly #options: InferOptions;
  #devices = new Map<string, ToldDevice>();
  #deviceList: readonly InferredDevice[] = [];
  readonly #links = new Ledger<LinkDraft, InferredLink>(keyOfDraft, isSameDraft);
  readonly #mediums = new Ledger<SharedMedium, InferredSegment>(keyOfMedium, isSameMedium);
  readonly #networks = new Ledger<Layer3Segment, InferredSegment>(({ subnet }) => subnet, isEqualJson);
  #made: readonly InferredSegment[] = [];
  #segmentList: readonly InferredSegment[] = [];
  #segmentOf: ReadonlyMap<string, string> = new Map();
  #structure: Structure | undefined;
  #hosts = new Map<string, BridgeHosts>();
  #hostList: readonly InferredHost[] = [];
  #networkMacs: ReadonlySet<string> = new Set();
  #explain: readonly { readonly facts: DeviceFacts; readonly rows: readonly ExplainRow[] }[] = [];
  #explainList: readonly ExplainRow[] = [];
  #bridges: ReadonlyMap<string, unknown> = new Map();

  constructor(options: InferOptions) {
    this.#options = options;
  }

  /** Called when all MACs are placed anew. */
  forgetHosts(): void {
    this.#hosts = new Map();
    this.#hostList = [];
  }

  tell(found: Findings): Inference {
    const { structure } = found;
    const devices = this.#tellDevices(found);
    const links = this.#tellLinks(found);
    const shown = this.#tellShownSegments(found);
    this.#structure = structure;
    this.#tellHosts(found, attachmentsOf(shown));
    const warnings = [...found.world.warnings, ...found.skeleton.warnings, ...structure.warnings, ...found.warnings];
    return {
      devices,
      links,
      segments: this.#listSegments(shown),
      hosts: this.#hostList,
      warnings: warnings.sort(
        (a, b) => compareText(a.device, b.device) || compareText(a.kind, b.kind) || compareText(a.text, b.text),
      ),
      explain: this.#explainAll(found.all),
    };
  }

  #tellDevices({ world, structure, identified }: Findings): readonly InferredDevice[] {
    const told = new Map<string, ToldDevice>();
    let isSame = structure === this.#structure && world.devices.length === this.#devices.size;
    for (const view of world.devices) {
      const known = this.#devices.get(view.id);
      const isKnown = known !== undefined && !identified.has(view.id) && isSameDevice(known.view, view);
      isSame &&= isKnown;
      told.set(view.id, isKnown ? known : { view, device: toDevice(world, view) });
    }
    this.#devices = told;
    if (isSame) return this.#deviceList;
    const unpolled = unpolledDevices(structure.externals, structure.routed);
    this.#deviceList = [...[...told.values()].map(({ device }) => device), ...unpolled].sort((a, b) =>
      compareText(a.id, b.id),
    );
    return this.#deviceList;
  }

  #tellLinks({ world, structure, changed }: Findings): readonly InferredLink[] {
    const { links } = structure;
    const tell = (draft: LinkDraft) => toLink(world, draft);
    const devicesOf = ({ a, b, proofs }: LinkDraft) => devicesIn([a.device, b.device], proofs);
    return structure === this.#structure
      ? this.#links.retell(changed, tell)
      : this.#links.take(links, changed, devicesOf, tell, compareLinks);
  }

  /** Segments that links or networks are, without those that stand for many hosts on one port. */
  #tellShownSegments({ world, structure, domain, changed, ownersChanged }: Findings): readonly InferredSegment[] {
    const tellMedium = (one: SharedMedium) => toSegment(world, domain, one);
    const tellNetwork = (one: Layer3Segment) => toLayer3Segment(world, one);
    if (structure === this.#structure) {
      return [...this.#mediums.retell(changed, tellMedium), ...this.#networks.retell(changed, tellNetwork)];
    }
    const { indexOf } = domain.forwarding;
    const everything = ownersChanged || !isSameSet(this.#bridges, indexOf);
    this.#bridges = indexOf;
    if (everything) this.#mediums.forget();
    return [
      ...this.#mediums.take(structure.mediums, changed, devicesOfMedium, tellMedium, byId),
      ...this.#networks.take(
        structure.networks,
        changed,
        ({ ports, proofs }) =>
          devicesIn(
            ports.map(({ device }) => device),
            proofs,
          ),
        tellNetwork,
        byId,
      ),
    ];
  }

  #listSegments(shown: readonly InferredSegment[]): readonly InferredSegment[] {
    const made = [...this.#hosts.values()].flatMap(({ segments }) => segments);
    const list = [...shown, ...made];
    if (!isSameList(list, this.#made)) {
      this.#made = list;
      this.#segmentList = [...list].sort(byId);
    }
    return this.#segmentList;
  }

  /** Hosts of the bridges that changed, on which others hang, or whose hosts go by another name. */
  #tellHosts(found: Findings, segmentOf: ReadonlyMap<string, string>): void {
    const { placements, skeleton, world, addresses, domain } = found;
    const dirty = this.#dirtyBridges(found, segmentOf);
    this.#segmentOf = segmentOf;
    this.#networkMacs = skeleton.networkMacs;
    const context = { world, addresses, segmentOf, options: this.#options };
    const { macTexts, ownerOf } = domain.forwarding;
    const gone = new Set<InferredHost>();
    const fresh: InferredHost[] = [];
    for (const id of dirty) {
      for (const host of this.#hosts.get(id)?.hosts ?? []) gone.add(host);
      this.#hosts.delete(id);
      const slot = placements.slotOf(id);
      const device = world.byId.get(id);
      if (!slot || !device) continue;
      const stations = [...slot.placed].flatMap((mac) => {
        const choice = placements.choiceOf(mac);
        const text = macTexts[mac] as string;
        if (!choice || ownerOf.has(mac) || skeleton.networkMacs.has(text)) return [];
        return [{ mac: text, at: choice.at, rivals: choice.rivals }];
      });
      if (stations.length === 0) continue;
      const told = hostsOn(context, device, stations);
      this.#hosts.set(id, told);
      fresh.push(...told.hosts);
    }
    if (gone.size > 0 || fresh.length > 0) this.#hostList = merged(this.#hostList, gone, fresh);
  }

  #dirtyBridges(found: Findings, segmentOf: ReadonlyMap<string, string>): Set<string> {
    const { placements, skeleton, domain } = found;
    const everything = found.ownersChanged || !isSameSet(this.#networkMacs, skeleton.networkMacs);
    if (everything) return new Set([...this.#hosts.keys(), ...domain.forwarding.indexOf.keys()]);
    const dirty = new Set(found.changed);
    for (const { device } of found.moved) dirty.add(device);
    const rename = (mac: string) => {
      const choice = placements.choiceOf(domain.forwarding.numberOf(mac) ?? -1);
      if (choice) dirty.add(choice.slot.device);
    };
    for (const mac of found.renamed) rename(mac);
    for (const id of found.changed) {
      for (const { mac } of found.world.byId.get(id)?.facts.arp ?? []) {
        if (found.addresses.of(mac)?.device === id) rename(mac);
      }
    }
    for (const key of otherKeys(this.#segmentOf, segmentOf)) dirty.add(key.slice(0, key.lastIndexOf('|')));
    return dirty;
  }

  #explainAll(all: readonly DeviceFacts[]): readonly ExplainRow[] {
    const sorted = [...all].sort((a, b) => compareText(a.deviceId, b.deviceId));
    const before = this.#explain;
    this.#explain = sorted.map((facts, at) => {
      const known = before[at];
      return known?.facts === facts ? known : { facts, rows: explainTables(facts) };
    });
    const isSameShape =
      before.length === sorted.length && this.#explain.every(({ rows }, at) => rows.length === before[at]?.rows.length);
    if (!isSameShape) {
      this.#explainList = this.#explain.flatMap(({ rows }) => rows);
      return this.#explainList;
    }
    const list = [...this.#explainList];
    let offset = 0;
    this.#explain.forEach(({ rows }, at) => {
      if (rows !== before[at]?.rows) for (let i = 0; i < rows.length; i++) list[offset + i] = rows[i] as ExplainRow;
      offset += rows.length;
    });
    this.#explainList = list;
    return list;
  }
}

/** Whatever a link or segment is told from: its devices and those that its evidence names. */
function devicesIn(ends: readonly string[], proofs: readonly Proof[]): ReadonlySet<string> {
  const devices = new Set(ends);
  for (const { evidence } of proofs) for (const { device } of evidence) devices.add(device);
  return devices;
}

const devicesOfMedium = ({ ends, drafts }: SharedMedium): ReadonlySet<string> =>
  devicesIn(
    ends.map(({ device }) => device),
    drafts.flatMap(({ proofs }) => proofs),
  );

const keyOfMedium = ({ layer, ends }: SharedMedium): string => `${layer} ${ends.map(endKey).join(' ')}`;

const isSameMedium = (a: SharedMedium, b: SharedMedium): boolean =>
  a.layer === b.layer &&
  isEqualJson(a.ends, b.ends) &&
  a.drafts.length === b.drafts.length &&
  a.drafts.every((draft, at) => isSameDraft(draft, b.drafts[at] as LinkDraft));

const byId = (a: InferredSegment, b: InferredSegment): number => compareText(a.id, b.id);

/** What is told of a device comes from these of its facts alone. */
const isSameDevice = ({ facts: a }: DeviceView, { facts: b }: DeviceView): boolean =>
  a.interfaces === b.interfaces && a.system === b.system && a.localIdentity === b.localIdentity && a.site === b.site;

const attachmentsOf = (segments: readonly InferredSegment[]): Map<string, string> =>
  new Map(
    segments.flatMap((segment) =>
      segment.layer === 2 ? segment.ports.map((port) => [attachmentKey(port.device, port), segment.id] as const) : [],
    ),
  );

function otherKeys(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string[] {
  const gone = [...before.keys()].filter((key) => !now.has(key));
  return [...gone, ...[...now].flatMap(([key, value]) => (before.get(key) === value ? [] : [key]))];
}

type Keyed = ReadonlySet<string> | ReadonlyMap<string, unknown>;

const isSameSet = (a: Keyed, b: Keyed): boolean =>
  a === b || (a.size === b.size && [...a.keys()].every((value) => b.has(value)));

/** The hosts in the order of their MACs, some of them gone and others fresh. */
function merged(
  before: readonly InferredHost[],
  gone: ReadonlySet<InferredHost>,
  fresh: readonly InferredHost[],
): InferredHost[] {
  const added = [...fresh].sort((a, b) => compareText(a.mac, b.mac));
  const list: InferredHost[] = [];
  let next = 0;
  for (const host of before) {
    if (gone.has(host)) continue;
    for (let one = added[next]; one !== undefined && one.mac < host.mac; one = added[++next]) list.push(one);
    list.push(host);
  }
  list.push(...added.slice(next));
  return list;
}
