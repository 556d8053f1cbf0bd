import { isVirtualRouterMac } from '../identity.js';
import type { DeviceView, World } from './world.js';

/** A port that forwarding rows stand on. */
export interface FdbPort {
  readonly ifIndex: number | null;
  readonly bridgePort: number | null;
}

const AMBIGUOUS = -1;
const UNKNOWN = -1;

/** The usable forwarding rows of one bridge, as numbers: MACs in rising order with the port each was learned on. */
export class BridgeTable {
  readonly device: DeviceView;
  readonly ports: readonly FdbPort[];
  readonly macs: Int32Array;
  /** Index into `ports`; AMBIGUOUS where one MAC stands on two ports. */
  readonly portOfRow: Int32Array;
  /** MACs learned on each port. */
  readonly macCounts: Int32Array;

  constructor(device: DeviceView, ports: readonly FdbPort[], macs: Int32Array, portOfMac: (mac: number) => number) {
    this.device = device;
    this.ports = ports;
    this.macs = macs.sort();
    this.portOfRow = Int32Array.from(this.macs, portOfMac);
    this.macCounts = new Int32Array(ports.length);
    for (const port of this.portOfRow) if (port >= 0) this.macCounts[port] = (this.macCounts[port] ?? 0) + 1;
  }

  /** Port index of a MAC; −1 when it has none, or several. */
  portOf(mac: number): number {
    let low = 0;
    let high = this.macs.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.macs[middle] as number;
      if (found === mac) return this.portOfRow[middle] as number;
      if (found < mac) low = middle + 1;
      else high = middle - 1;
    }
    return UNKNOWN;
  }

  portIndex(ifIndex: number): number {
    return this.ports.findIndex((port) => port.ifIndex === ifIndex);
  }
}

/** All forwarding tables with their MACs numbered. */
export class Forwarding {
  readonly tables: readonly BridgeTable[];
  readonly macTexts: readonly string[];
  /** MAC number to the polled device that owns it. */
  readonly ownerOf: ReadonlyMap<number, string>;

  constructor(world: World) {
    const numbers = new MacNumbers(new Set(world.devices.flatMap((device) => device.facts.virtualMacs)));
    this.tables = world.devices.flatMap(
      (device) => readTable(device, numbers, world.identities.macsOf(device.id)) ?? [],
    );
    this.macTexts = numbers.texts;
    const owners = new Map<number, string>();
    for (const device of world.devices) {
      for (const mac of world.identities.macsOf(device.id)) {
        const id = numbers.known(mac);
        if (id !== undefined && world.identities.ownerOfMac(mac) === device.id) owners.set(id, device.id);
      }
    }
    this.ownerOf = owners;
  }
}

/** Numbers for MACs, in order of appearance; what is never a station is told once. */
class MacNumbers {
  readonly texts: string[] = [];
  readonly #ids = new Map<string, number>();
  readonly #virtual: ReadonlySet<string>;
  readonly #isStation: boolean[] = [];
  /** Scratch of the table that is being read: port of each MAC, or FREE. */
  portOf = new Int32Array(1024).fill(FREE);

  constructor(virtual: ReadonlySet<string>) {
    this.#virtual = virtual;
  }

  known(mac: string): number | undefined {
    return this.#ids.get(mac);
  }

  of(mac: string): number {
    const known = this.#ids.get(mac);
    if (known !== undefined) return known;
    const id = this.texts.length;
    this.texts.push(mac);
    this.#ids.set(mac, id);
    this.#isStation.push(!this.#virtual.has(mac) && !isVirtualRouterMac(mac));
    if (id >= this.portOf.length) {
      const wider = new Int32Array(2 * this.portOf.length).fill(FREE);
      wider.set(this.portOf);
      this.portOf = wider;
    }
    return id;
  }

  isStation(id: number): boolean {
    return this.#isStation[id] ?? false;
  }
}

const FREE = -2;

/** R16: own, virtual and managed addresses prove nothing about what hangs on a port. */
function readTable(device: DeviceView, numbers: MacNumbers, own: ReadonlySet<string>): BridgeTable | undefined {
  const ports: FdbPort[] = [];
  const indexOfPort = new Map<number | null, Map<number | null, number>>();
  const portIndex = (ifIndex: number | null, bridgePort: number | null): number => {
    let byBridgePort = indexOfPort.get(ifIndex);
    if (!byBridgePort) indexOfPort.set(ifIndex, (byBridgePort = new Map()));
    const key = ifIndex === null ? bridgePort : null;
    let index = byBridgePort.get(key);
    if (index === undefined) {
      const logical = ifIndex === null ? null : device.logical(ifIndex);
      const named = logical === null ? bridgePort : (device.portOfIfIndex.get(logical) ?? bridgePort);
      // Members stand under their aggregate.
      index = logical === ifIndex ? ports.push({ ifIndex: logical, bridgePort: named }) - 1 : portIndex(logical, named);
      byBridgePort.set(key, index);
    }
    return index;
  };
  const ownIds = new Set([...own].map((mac) => numbers.of(mac)));
  const found: number[] = [];
  for (const row of device.facts.mac) {
    if (row.status === 'self' || row.status === 'mgmt') continue;
    if (row.ifIndex === null && row.bridgePort === null) continue;
    const id = numbers.of(row.mac);
    if (!numbers.isStation(id) || ownIds.has(id)) continue;
    const port = portIndex(row.ifIndex, row.bridgePort);
    const before = numbers.portOf[id];
    if (before === FREE) found.push(id);
    numbers.portOf[id] = before === FREE || before === port ? port : AMBIGUOUS;
  }
  if (found.length === 0) return undefined;
  const table = new BridgeTable(device, ports, Int32Array.from(found), (mac) => numbers.portOf[mac] as number);
  for (const id of found) numbers.portOf[id] = FREE;
  return table;
}

/** What the shared hosts of two bridges say about the ports by which they face each other. */
export interface Facing {
  readonly p: number;
  readonly q: number;
  /** Hosts that one sees behind the facing port and the other on another one. */
  readonly sharedHosts: number;
  /** Hosts that do not fit: learned on other ports of both. */
  readonly violations: number;
  /** Seen on both facing ports: they hang between the two. */
  readonly between: number;
}

/** More pairs of ports than this are counted in a map: two chassis with hundreds of ports in use. */
const MAX_CELLS = 1 << 16;

/** Counts, for two bridges, the hosts on each pair of their ports. One object serves all pairs, one after another. */
class Contingency {
  #cells = new Int32Array(MAX_CELLS);
  #many: Map<number, number> | undefined;
  /** Cells that are not zero. */
  #touched: number[] = [];
  rowSums = new Int32Array(0);
  columnSums = new Int32Array(0);
  total = 0;
  #width = 1;

  count(x: BridgeTable, y: BridgeTable, skip: ReadonlyMap<number, string>): this {
    if (!this.#many) for (const key of this.#touched) this.#cells[key] = 0;
    this.#touched = [];
    this.#width = y.ports.length;
    this.#many = x.ports.length * y.ports.length > MAX_CELLS ? new Map() : undefined;
    this.rowSums = new Int32Array(x.ports.length);
    this.columnSums = new Int32Array(y.ports.length);
    this.total = 0;
    const flipped = x.macs.length > y.macs.length;
    const [small, large] = flipped ? [y, x] : [x, y];
    const last = large.macs[large.macs.length - 1] as number;
    let at = 0;
    for (let row = gallop(small.macs, large.macs[0] as number, 0); row < small.macs.length; row++) {
      const mac = small.macs[row] as number;
      if (mac > last) break;
      at = gallop(large.macs, mac, at);
      if (large.macs[at] !== mac) continue;
      const smallPort = small.portOfRow[row] as number;
      const largePort = large.portOfRow[at] as number;
      if (smallPort < 0 || largePort < 0 || skip.has(mac)) continue;
      if (flipped) this.#add(largePort, smallPort);
      else this.#add(smallPort, largePort);
    }
    return this;
  }

  #add(a: number, b: number): void {
    const key = a * this.#width + b;
    const before = this.#cell(key);
    if (before === 0) this.#touched.push(key);
    if (this.#many) this.#many.set(key, before + 1);
    else this.#cells[key] = before + 1;
    this.rowSums[a] = (this.rowSums[a] as number) + 1;
    this.columnSums[b] = (this.columnSums[b] as number) + 1;
    this.total += 1;
  }

  #cell(key: number): number {
    return this.#many ? (this.#many.get(key) ?? 0) : (this.#cells[key] as number);
  }

  facing(p: number, q: number): Facing {
    const row = this.rowSums[p] ?? 0;
    const column = this.columnSums[q] ?? 0;
    const between = this.#cell(p * this.#width + q);
    const one = column - between;
    const other = row - between;
    return {
      p,
      q,
      between,
      violations: this.total - row - column + between,
      sharedHosts: one >= 1 && other >= 1 ? one + other : 0,
    };
  }

  /** Best far port for a near one: where the hosts that the near one does not lead to are seen. */
  bestColumn(p: number): number {
    const rest = new Map<number, number>();
    for (const key of this.#touched) {
      if (Math.floor(key / this.#width) === p) continue;
      const column = key % this.#width;
      rest.set(column, (rest.get(column) ?? 0) + this.#cell(key));
    }
    return largest(rest);
  }

  bestRow(q: number): number {
    const rest = new Map<number, number>();
    for (const key of this.#touched) {
      if (key % this.#width === q) continue;
      const row = Math.floor(key / this.#width);
      rest.set(row, (rest.get(row) ?? 0) + this.#cell(key));
    }
    return largest(rest);
  }
}

/** Key of the largest count; −1 for none. The smaller key wins a tie, so that order of rows does not matter. */
function largest(counts: ReadonlyMap<number, number>): number {
  let best = UNKNOWN;
  let most = 0;
  for (const [key, count] of counts) {
    if (count > most || (count === most && key < best)) {
      most = count;
      best = key;
    }
  }
  return best;
}

/** First position from `from` whose value is not below `value`. */
function gallop(values: Int32Array, value: number, from: number): number {
  let step = 1;
  let low = from;
  while (low + step < values.length && (values[low + step] as number) < value) {
    low += step;
    step *= 2;
  }
  let high = Math.min(values.length, low + step + 1);
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The two ports with most hosts; the smaller number wins a tie. */
function topTwo(sums: Int32Array): number[] {
  let [first, second] = [UNKNOWN, UNKNOWN];
  sums.forEach((sum, port) => {
    if (sum === 0) return;
    if (first < 0 || sum > (sums[first] as number)) [first, second] = [port, first];
    else if (second < 0 || sum > (sums[second] as number)) second = port;
  });
  return [first, second].filter((port) => port >= 0);
}

/** Rows of moved hosts that have not aged yet must not hide a bridge. */
const tolerable = (facing: Facing): boolean => facing.violations === 0 || facing.violations * 12 <= facing.sharedHosts;

/**
 * R9: in a tree every host is behind the facing port of one of the two bridges. A pair of ports is accepted when three
 * shared hosts or more stand on both sides of it, nearly none elsewhere, and no other pair of ports fits as well.
 */
function facingFromHosts(counts: Contingency): Facing | undefined {
  const candidates = new Map<string, Facing>();
  const consider = (p: number, q: number) => {
    if (p >= 0 && q >= 0) candidates.set(`${p} ${q}`, counts.facing(p, q));
  };
  for (const p of topTwo(counts.rowSums)) consider(p, counts.bestColumn(p));
  for (const q of topTwo(counts.columnSums)) consider(counts.bestRow(q), q);
  const valid = [...candidates.values()]
    .filter((facing) => facing.sharedHosts > 0)
    .sort((a, b) => a.violations - b.violations || b.sharedHosts - a.sharedHosts || a.p - b.p || a.q - b.q);
  const [best, second] = valid;
  if (!best || best.sharedHosts < 3 || !tolerable(best)) return undefined;
  // A host that moved must not decide between two readings that fit alike.
  const margin = Math.max(best.violations + 1, counts.total / 20);
  if (second && second.violations - best.violations < margin) return undefined;
  return best;
}

/** Which port of each bridge leads to each other bridge. */
export class Faces {
  readonly count: number;
  readonly #port: Int32Array;
  readonly #hosts: Int32Array;

  constructor(count: number) {
    this.count = count;
    this.#port = new Int32Array(count * count).fill(UNKNOWN);
    this.#hosts = new Int32Array(count * count).fill(UNKNOWN);
  }

  /** Port of x that leads to y; −1 when not known. */
  towards(x: number, y: number): number {
    return this.#port[x * this.count + y] as number;
  }

  /** Shared hosts that show it; −1 when a device MAC or a neighbour protocol does. */
  sharedHosts(x: number, y: number): number {
    return this.#hosts[x * this.count + y] as number;
  }

  set(x: number, y: number, port: number): void {
    this.#port[x * this.count + y] = port;
  }

  setPair(x: number, y: number, facing: Facing, byHosts: boolean): void {
    this.set(x, y, facing.p);
    this.set(y, x, facing.q);
    for (const at of [x * this.count + y, y * this.count + x]) {
      this.#hosts[at] = byHosts ? facing.sharedHosts : UNKNOWN;
    }
  }
}

/** A link that something better than forwarding rows shows: both port indexes are certain. */
export interface KnownFace {
  readonly x: number;
  readonly y: number;
  readonly p: number;
  readonly q: number;
}

/** R8 and R9 for every pair of bridges, over all VLANs at once (R12). */
export function findFaces(forwarding: Forwarding, known: readonly KnownFace[]): Faces {
  const { tables } = forwarding;
  const faces = new Faces(tables.length);
  const indexOf = new Map(tables.map((table, at) => [table.device.id, at]));
  seeDevices(forwarding, indexOf, faces);
  for (const { x, y, p, q } of known) faces.setPair(x, y, { p, q, sharedHosts: 0, violations: 0, between: 0 }, false);
  const counts = new Contingency();
  for (let x = 0; x < tables.length; x++) {
    for (let y = x + 1; y < tables.length; y++) {
      const p = faces.towards(x, y);
      const q = faces.towards(y, x);
      const [a, b] = [tables[x] as BridgeTable, tables[y] as BridgeTable];
      if ((p >= 0 && q >= 0) || disjoint(a, b)) continue;
      counts.count(a, b, forwarding.ownerOf);
      const facing =
        p >= 0
          ? oneKnown(counts, p, counts.bestColumn(p))
          : q >= 0
            ? oneKnown(counts, counts.bestRow(q), q)
            : facingFromHosts(counts);
      if (facing) faces.setPair(x, y, facing, p < 0 && q < 0);
    }
  }
  return faces;
}

const disjoint = (a: BridgeTable, b: BridgeTable): boolean =>
  (a.macs[a.macs.length - 1] as number) < (b.macs[0] as number) ||
  (b.macs[b.macs.length - 1] as number) < (a.macs[0] as number);

/** One bridge sees the other's MAC: one shared host on the right side names the other port. */
function oneKnown(counts: Contingency, p: number, q: number): Facing | undefined {
  if (p < 0 || q < 0) return undefined;
  const facing = counts.facing(p, q);
  return facing.violations * 12 <= counts.total ? facing : undefined;
}

/** The port on which each bridge learned MACs of each other polled bridge; two ports are none. */
function seeDevices(forwarding: Forwarding, indexOf: ReadonlyMap<string, number>, faces: Faces): void {
  const contradictory = new Set<number>();
  for (const [mac, owner] of forwarding.ownerOf) {
    const y = indexOf.get(owner);
    if (y === undefined) continue;
    forwarding.tables.forEach((table, x) => {
      if (x === y) return;
      const port = table.portOf(mac);
      if (port < 0) return;
      const before = faces.towards(x, y);
      if (before >= 0 && before !== port) contradictory.add(x * faces.count + y);
      faces.set(x, y, port);
    });
  }
  for (const at of contradictory) faces.set(Math.floor(at / faces.count), at % faces.count, UNKNOWN);
}

/** Hosts that both bridges learned on the ports by which they face each other. */
export function hostsBetween(forwarding: Forwarding, { x, y, p, q }: FacingPair): number {
  const [near, far] = [forwarding.tables[x] as BridgeTable, forwarding.tables[y] as BridgeTable];
  let count = 0;
  near.macs.forEach((mac, row) => {
    if (near.portOfRow[row] === p && !forwarding.ownerOf.has(mac) && far.portOf(mac) === q) count += 1;
  });
  return count;
}

/** Two bridges with no third one between them. */
export interface FacingPair {
  readonly x: number;
  readonly y: number;
  readonly p: number;
  readonly q: number;
}

/** R8: neighbours are those that no third bridge separates; one that sees both on one port shares their segment. */
export function adjacentPairs(faces: Faces): FacingPair[] {
  const pairs: FacingPair[] = [];
  for (let x = 0; x < faces.count; x++) {
    for (let y = x + 1; y < faces.count; y++) {
      const p = faces.towards(x, y);
      const q = faces.towards(y, x);
      if (p < 0 || q < 0 || isSeparated(faces, x, y, p, q)) continue;
      pairs.push({ x, y, p, q });
    }
  }
  return pairs;
}

function isSeparated(faces: Faces, x: number, y: number, p: number, q: number): boolean {
  for (let z = 0; z < faces.count; z++) {
    if (z === x || z === y || faces.towards(x, z) !== p || faces.towards(y, z) !== q) continue;
    const toX = faces.towards(z, x);
    const toY = faces.towards(z, y);
    // A third bridge whose own table is missing stands between as well: both see it towards each other.
    if (toX < 0 || toY < 0 || toX !== toY) return true;
  }
  return false;
}
