import type { DeviceFacts } from '../facts.js';
import { findTwins, Identities } from '../identity.js';
import { Addresses } from './addresses.js';
import type { BridgeTable, FdbPort } from './bridge-table.js';
import { hangsBetween, knownFaces, type Facings } from './bridges.js';
import { compareText } from './drafts.js';
import { FaceFinder, hostsBetween, type FacingPair } from './faces.js';
import { Forwarding } from './forwarding.js';
import type { DevicePlacement } from './hosts.js';
import { DEFAULT_INFER_OPTIONS, type InferOptions, type Inference } from './inference.js';
import { claimLayer3, indexLayer3, type Layer3Claims, type Layer3Index } from './layer3.js';
import { Placements, type PlacedBridge } from './placements.js';
import { buildSkeleton, isSameSkeleton, type Skeleton } from './skeleton.js';
import { buildCabling, buildStructure, portRoles, type Cabling, type Structure } from './structure.js';
import { Telling } from './telling.js';
import { DeviceView, World } from './world.js';

/** Inference that remembers: what the changed devices have no part in is not thought through again. */
export interface IncrementalInference {
  /**
   * What all facts say together. A device counts as changed when its facts are another object than at the call before.
   * The result is that of a full inference over the same facts, and shares every part that is as it was.
   */
  update(all: readonly DeviceFacts[]): Inference;
}

/**
 * Everything the facts of all devices say together (rules R1 to R20 of topology-discovery), kept for the next call.
 * Steps follow each other as in a full run; each keeps what it found as long as what it reads stays equal:
 * the skeleton of neighbours, aggregates and spanning tree; the rows of each bridge; the ports by which two bridges
 * face each other; the place of each MAC; the adjacencies of each device; and what is told of each device and link.
 */
export function createIncrementalInference(options: InferOptions = DEFAULT_INFER_OPTIONS): IncrementalInference {
  let run = new Run(options);
  return {
    update(all) {
      if (run.isOutgrown()) run = new Run(options);
      try {
        return run.update(all);
      } catch (error) {
        run = new Run(options); // what it had half changed is of no use
        throw error;
      }
    },
  };
}

/** What has changed since the update before. */
interface News {
  /** Devices whose facts are new, more or gone. */
  readonly changed: ReadonlySet<string>;
  /** Of them, those of which more than rows, counters and times changed. */
  readonly rebuilt: ReadonlySet<string>;
  readonly identified: ReadonlySet<string>;
  readonly isSkeletal: boolean;
}

interface Between {
  readonly near: BridgeTable['rows'];
  readonly far: BridgeTable['rows'];
  readonly p: number;
  readonly q: number;
  readonly count: number;
}

interface Layer3Known {
  readonly arp: DeviceFacts['arp'];
  readonly claims: Layer3Claims;
}

/** Two bridges may face each other through several pairs of ports (R12). */
const keyOfFacing = (near: BridgeTable, far: BridgeTable, { p, q }: FacingPair): string =>
  [near.device.id, far.device.id, ...[near.rows.ports[p], far.rows.ports[q]].map(portText)].join(' ');

const portText = (port: FdbPort | undefined): string => `${port?.ifIndex ?? ''}|${port?.bridgePort ?? ''}`;

class Run {
  readonly #identities = new Identities();
  readonly #addresses = new Addresses();
  readonly #telling: Telling;
  #last: Inference | undefined;
  #lastFacts: ReadonlySet<DeviceFacts> = new Set();
  #views = new Map<string, DeviceView>();
  #skeleton: Skeleton | undefined;
  #virtual = '';
  #forwarding = new Forwarding(new Set());
  #finder = new FaceFinder();
  #placements = new Placements();
  #between = new Map<string, Between>();
  #cabling: Cabling['partnersAt'] | undefined;
  #roles = new Map<string, PlacedBridge>();
  #devicePlacements: readonly DevicePlacement[] = [];
  #layer3: { index: Layer3Index; byDevice: Map<string, Layer3Known> } | undefined;
  #structure: Structure | undefined;

  constructor(options: InferOptions) {
    this.#telling = new Telling(options);
  }

  isOutgrown(): boolean {
    return this.#forwarding.isOutgrown(this.#placements.seenCount + this.#forwarding.ownerOf.size);
  }

  update(all: readonly DeviceFacts[]): Inference {
    if (this.#last && this.#lastFacts.size === all.length && all.every((one) => this.#lastFacts.has(one))) {
      return this.#last;
    }
    this.#lastFacts = new Set(all);
    const twins = findTwins(all);
    const { world, news } = this.#world(all.filter((facts) => !twins.has(facts.deviceId)));
    for (const [device, { same, evidence }] of twins) {
      world.warn('same-device', device, `is ${same} polled under another name: ${evidence}`);
    }
    if (!this.#skeleton || news.isSkeletal) this.#skeleton = buildSkeleton(world);
    const skeleton = this.#skeleton;
    this.#resetOtherVirtual(world);

    const change = this.#forwarding.update(
      world,
      this.#identifiedHere(world, news),
      (device) => !news.rebuilt.has(device.id),
    );
    const known = knownFaces(skeleton.certain, this.#forwarding);
    const facesChanged = this.#finder.update(this.#forwarding, change.dirty, known);
    const otherMedia = this.#recountBetween(change.dirty);
    const facings = this.#facings();
    let cabling: Cabling | undefined;
    if (!this.#cabling || news.isSkeletal || facesChanged || otherMedia) {
      cabling = buildCabling(world, skeleton, facings);
      this.#cabling = cabling.partnersAt;
    }
    const bridges = this.#bridgeRoles(skeleton, this.#cabling, change.dirty, cabling !== undefined);
    const isRowChanged = (x: number) => this.#finder.isRowChanged(x);
    const moved = this.#placements.update(this.#forwarding, this.#finder.faces, bridges, isRowChanged);

    const devicesMoved = this.#placeDevices(world);
    const layer3 = this.#claimLayer3(world, news);
    if (!this.#structure || cabling || devicesMoved || layer3.isOther) {
      cabling ??= buildCabling(world, skeleton, facings);
      this.#structure = buildStructure(world, skeleton, cabling, facings, this.#devicePlacements, layer3);
    }
    const { undecided } = this.#placements;
    if (undecided > 0) {
      world.warn('undecided-macs', '', `${undecided} MACs stand on uplinks only or on several ports alike`);
    }
    this.#last = this.#telling.tell({
      all,
      world,
      changed: news.changed,
      identified: news.identified,
      renamed: this.#addresses.update(world),
      ownersChanged: change.owners,
      dirtyBridges: change.dirty,
      addresses: this.#addresses,
      placements: this.#placements,
      moved,
      domain: facings,
      skeleton,
      structure: this.#structure,
      warnings: layer3.claims.flatMap(({ warnings }) => warnings),
    });
    return this.#last;
  }

  /** Devices with their ports indexed, kept for those whose facts are the same object. */
  #world(facts: readonly DeviceFacts[]): { world: World; news: News } {
    const sorted = [...facts].sort((a, b) => compareText(a.deviceId, b.deviceId));
    const [changed, rebuilt] = [new Set<string>(), new Set<string>()];
    const views = new Map<string, DeviceView>();
    for (const one of sorted) {
      const before = this.#views.get(one.deviceId);
      const isSame = before?.facts === one;
      if (!isSame) changed.add(one.deviceId);
      if (!isSame && !(before && isSameSkeleton(before.facts, one))) rebuilt.add(one.deviceId);
      views.set(one.deviceId, isSame ? before : new DeviceView(one));
    }
    for (const id of this.#views.keys()) {
      if (views.has(id)) continue;
      changed.add(id);
      rebuilt.add(id);
    }
    this.#views = views;
    const identified = this.#identities.update(sorted);
    const world = new World(sorted, { views, identities: this.#identities });
    return { world, news: { changed, rebuilt, identified, isSkeletal: rebuilt.size > 0 || identified.size > 0 } };
  }

  /** Virtual MACs are no stations in any table: with others, all tables are read anew. */
  #resetOtherVirtual(world: World): void {
    const virtual = new Set(world.devices.flatMap(({ facts }) => facts.virtualMacs));
    const text = [...virtual].sort(compareText).join();
    if (text === this.#virtual) return;
    this.#virtual = text;
    this.#forwarding = new Forwarding(virtual);
    this.#finder = new FaceFinder();
    this.#placements = new Placements();
    this.#between.clear();
    this.#cabling = undefined;
    this.#roles.clear();
    this.#structure = undefined;
    this.#telling.forgetHosts();
  }

  /** All devices after a reset, for then nobody owns any MAC yet. */
  #identifiedHere(world: World, news: News): ReadonlySet<string> {
    return this.#forwarding.tables.length === 0 ? new Set(world.byId.keys()) : news.identified;
  }

  #facings(): Facings {
    return {
      forwarding: this.#forwarding,
      faces: this.#finder.faces,
      pairs: this.#finder.pairs,
      hostsBetween: (pair) => this.#hostsBetween(pair).count,
    };
  }

  #hostsBetween(pair: FacingPair): Between {
    const [near, far] = [pair.x, pair.y].map((at) => this.#forwarding.tables[at] as BridgeTable) as [
      BridgeTable,
      BridgeTable,
    ];
    const key = keyOfFacing(near, far, pair);
    const known = this.#between.get(key);
    if (known && known.near === near.rows && known.far === far.rows && known.p === pair.p && known.q === pair.q) {
      return known;
    }
    const counted = {
      near: near.rows,
      far: far.rows,
      p: pair.p,
      q: pair.q,
      count: hostsBetween(this.#forwarding, pair),
    };
    this.#between.set(key, counted);
    return counted;
  }

  /** True when between two bridges that face each other there is a shared medium now, or none any more. */
  #recountBetween(dirty: ReadonlySet<string>): boolean {
    if (dirty.size === 0) return false;
    const { tables } = this.#forwarding;
    const before = this.#between;
    this.#between = new Map();
    let isOther = false;
    for (const pair of this.#finder.pairs) {
      const [near, far] = [tables[pair.x] as BridgeTable, tables[pair.y] as BridgeTable];
      const key = keyOfFacing(near, far, pair);
      const known = before.get(key);
      if (!known) continue;
      if (!dirty.has(near.device.id) && !dirty.has(far.device.id)) {
        this.#between.set(key, known);
        continue;
      }
      const { hosts } = pair;
      if (hangsBetween(known.count, hosts) !== hangsBetween(this.#hostsBetween(pair).count, hosts)) isOther = true;
    }
    return isOther;
  }

  #bridgeRoles(
    skeleton: Skeleton,
    partnersAt: Cabling['partnersAt'],
    dirty: ReadonlySet<string>,
    isRebuilt: boolean,
  ): PlacedBridge[] {
    const roles = new Map<string, PlacedBridge>();
    this.#forwarding.tables.forEach((table, x) => {
      const { id } = table.device;
      const known = this.#roles.get(id);
      const isSame = known && !isRebuilt && !dirty.has(id) && !this.#finder.isRowChanged(x);
      const facing = isSame ? undefined : this.#finder.facingPorts(x, table.rows.ports.length);
      roles.set(
        id,
        facing
          ? { device: id, rows: table.rows, roles: portRoles(table, facing, skeleton, partnersAt) }
          : (known as PlacedBridge),
      );
    });
    this.#roles = roles;
    return [...roles.values()];
  }

  /** Polled devices without a table of their own; true when any hangs elsewhere than before. */
  #placeDevices(world: World): boolean {
    const { ownerOf, indexOf } = this.#forwarding;
    const found: DevicePlacement[] = [];
    for (const { id: owner } of world.devices) {
      if (indexOf.has(owner)) continue;
      for (const mac of world.identities.macsOf(owner)) {
        const number = this.#forwarding.numberOf(mac) ?? -1;
        const choice = ownerOf.get(number) === owner ? this.#placements.choiceOf(number) : undefined;
        if (choice) found.push({ mac, owner, bridge: choice.slot.device, at: choice.at });
      }
    }
    found.sort((a, b) => compareText(a.mac, b.mac));
    const before = this.#devicePlacements;
    this.#devicePlacements = found;
    return (
      found.length !== before.length ||
      found.some(({ mac, owner, bridge, at }, i) => {
        const old = before[i] as DevicePlacement;
        return old.mac !== mac || old.owner !== owner || old.bridge !== bridge || old.at.ifIndex !== at.ifIndex;
      })
    );
  }

  /** Adjacencies read the ARP table of their device; all else that they read is of the skeleton. */
  #claimLayer3(world: World, news: News): { index: Layer3Index; claims: Layer3Claims[]; isOther: boolean } {
    const before = news.isSkeletal ? undefined : this.#layer3;
    const index = before?.index ?? indexLayer3(world);
    const byDevice = new Map<string, Layer3Known>();
    let isOther = before === undefined;
    for (const device of world.devices) {
      const known = before?.byDevice.get(device.id);
      if (known?.arp === device.facts.arp) {
        byDevice.set(device.id, known);
        continue;
      }
      const claims = claimLayer3(world, index, device);
      const isSame = known !== undefined && JSON.stringify(known.claims) === JSON.stringify(claims);
      isOther ||= !isSame;
      byDevice.set(device.id, { arp: device.facts.arp, claims: isSame ? known.claims : claims });
    }
    this.#layer3 = { index, byDevice };
    return { index, claims: [...byDevice.values()].map(({ claims }) => claims), isOther };
  }
}
