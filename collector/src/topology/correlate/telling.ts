import type { DeviceFacts } from '../facts.js';
import type { Addresses } from './addresses.js';
import type { BridgeDomain } from './bridges.js';
import { compareText, type LinkDraft, type Proof } from './drafts.js';
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

/** A value with what it was told from: told again only when one of these is another. */
interface Told<T> {
  readonly from: readonly unknown[];
  readonly value: T;
}

const isSameList = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, at) => value === b[at]);

/** Makes the result of what was found, and keeps each part of it as long as it stays true. */
export class Telling {
  readonly #options: InferOptions;
  #devices = new Map<string, Told<InferredDevice>>();
  #deviceList: readonly InferredDevice[] = [];
  #links = new Map<LinkDraft, Told<InferredLink>>();
  #linkList: readonly InferredLink[] = [];
  #segments = new Map<SharedMedium | Layer3Segment, Told<InferredSegment>>();
  #segmentOf: ReadonlyMap<string, string> = new Map();
  #structure: Structure | undefined;
  #hosts = new Map<string, BridgeHosts>();
  #hostList: readonly InferredHost[] = [];
  #networkMacs: ReadonlySet<string> = new Set();
  #explain = new Map<string, { readonly facts: DeviceFacts; readonly rows: readonly ExplainRow[] }>();

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
    const isOther = structure !== this.#structure;
    this.#structure = structure;
    const devices = this.#tellDevices(found);
    const links = this.#tellLinks(found, isOther);
    const shown = this.#tellSegments(found);
    this.#tellHosts(found, attachmentsOf(shown));
    const made = [...this.#hosts.values()].flatMap(({ segments }) => segments);
    const warnings = [...found.world.warnings, ...found.skeleton.warnings, ...structure.warnings, ...found.warnings];
    return {
      devices,
      links,
      segments: [...shown, ...made].sort((a, b) => compareText(a.id, b.id)),
      hosts: this.#hostList,
      warnings: warnings.sort(
        (a, b) => compareText(a.device, b.device) || compareText(a.kind, b.kind) || compareText(a.text, b.text),
      ),
      explain: this.#explainAll(found.all),
    };
  }

  #tellDevices({ world, structure, identified }: Findings): readonly InferredDevice[] {
    const told = new Map<string, Told<InferredDevice>>();
    for (const view of world.devices) {
      const known = identified.has(view.id) ? undefined : this.#devices.get(view.id);
      const from = [view.facts.interfaces, view.facts.system, view.facts.localIdentity, view.facts.site];
      told.set(view.id, known && isSameList(known.from, from) ? known : { from, value: toDevice(world, view) });
    }
    this.#devices = told;
    const unpolled = unpolledDevices(structure.externals, structure.routed);
    const list = [...[...told.values()].map(({ value }) => value), ...unpolled].sort((a, b) => compareText(a.id, b.id));
    if (!isSameList(list, this.#deviceList)) this.#deviceList = list;
    return this.#deviceList;
  }

  #tellLinks({ world, structure }: Findings, isOther: boolean): readonly InferredLink[] {
    const told = new Map<LinkDraft, Told<InferredLink>>();
    let isSame = !isOther;
    for (const draft of structure.links) {
      const from = viewsOf(world, [draft.a.device, draft.b.device], draft.proofs);
      const known = this.#links.get(draft);
      if (known && isSameList(known.from, from)) told.set(draft, known);
      else {
        told.set(draft, { from, value: toLink(world, draft) });
        isSame = false;
      }
    }
    this.#links = told;
    if (!isSame) this.#linkList = [...told.values()].map(({ value }) => value).sort(compareLinks);
    return this.#linkList;
  }

  #tellSegments({ world, structure, domain }: Findings): InferredSegment[] {
    const told = new Map<SharedMedium | Layer3Segment, Told<InferredSegment>>();
    const tell = (
      one: SharedMedium | Layer3Segment,
      devices: readonly string[],
      proofs: readonly Proof[],
      make: () => InferredSegment,
    ) => {
      const { tables, indexOf } = domain.forwarding;
      const rows = devices.map((device) => tables[indexOf.get(device) ?? -1]?.rows);
      const from = [...viewsOf(world, devices, proofs), ...rows];
      const known = this.#segments.get(one);
      told.set(one, known && isSameList(known.from, from) ? known : { from, value: make() });
    };
    for (const one of structure.mediums) {
      const devices = one.ends.map(({ device }) => device);
      const proofs = one.drafts.flatMap((draft) => draft.proofs);
      tell(one, devices, proofs, () => toSegment(world, domain, one));
    }
    for (const one of structure.networks) {
      tell(
        one,
        one.ports.map(({ device }) => device),
        one.proofs,
        () => toLayer3Segment(world, one),
      );
    }
    this.#segments = told;
    return [...told.values()].map(({ value }) => value);
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

  #explainAll(all: readonly DeviceFacts[]): ExplainRow[] {
    const kept = new Map<string, { readonly facts: DeviceFacts; readonly rows: readonly ExplainRow[] }>();
    for (const facts of [...all].sort((a, b) => compareText(a.deviceId, b.deviceId))) {
      const known = this.#explain.get(facts.deviceId);
      kept.set(facts.deviceId, known?.facts === facts ? known : { facts, rows: explainTables(facts) });
    }
    this.#explain = kept;
    return [...kept.values()].flatMap(({ rows }) => rows);
  }
}

/** Whatever a link or segment is told from: its devices and those that its evidence names. */
function viewsOf(world: World, ends: readonly string[], proofs: readonly Proof[]): (DeviceView | undefined)[] {
  const devices = new Set(ends);
  for (const { evidence } of proofs) for (const { device } of evidence) devices.add(device);
  return [...devices].map((device) => world.byId.get(device));
}

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

const isSameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a === b || (a.size === b.size && [...a].every((value) => b.has(value)));

/** The hosts in the order of their MACs, some of them gone and others fresh. */
function merged(
  before: readonly InferredHost[],
  gone: ReadonlySet<InferredHost>,
  fresh: InferredHost[],
): InferredHost[] {
  fresh.sort((a, b) => compareText(a.mac, b.mac));
  const list: InferredHost[] = [];
  let next = 0;
  for (const host of before) {
    if (gone.has(host)) continue;
    while (next < fresh.length && (fresh[next] as InferredHost).mac < host.mac)
      list.push(fresh[next++] as InferredHost);
    list.push(host);
  }
  while (next < fresh.length) list.push(fresh[next++] as InferredHost);
  return list;
}
