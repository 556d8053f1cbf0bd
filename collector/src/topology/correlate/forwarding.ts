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

  constructor(device: DeviceView, ports: readonly FdbPort[], rows: ReadonlyMap<number, number>) {
    this.device = device;
    this.ports = ports;
    this.macs = Int32Array.from(rows.keys()).sort();
    this.portOfRow = new Int32Array(this.macs.length);
    this.macCounts = new Int32Array(ports.length);
    this.macs.forEach((mac, at) => {
      const port = rows.get(mac) ?? AMBIGUOUS;
      this.portOfRow[at] = port;
      if (port >= 0) this.macCounts[port] = (this.macCounts[port] ?? 0) + 1;
    });
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
  readonly macIds: ReadonlyMap<string, number>;
  /** MAC number to the polled device that owns it. */
  readonly ownerOf: ReadonlyMap<number, string>;

  constructor(world: World) {
    const ids = new Map<string, number>();
    const texts: string[] = [];
    const virtual = new Set(world.devices.flatMap((device) => device.facts.virtualMacs));
    const tables: BridgeTable[] = [];
    for (const device of world.devices) {
      const table = readTable(device, ids, texts, virtual, world.identities.macsOf(device.id));
      if (table) tables.push(table);
    }
    this.tables = tables;
    this.macTexts = texts;
    this.macIds = ids;
    const owners = new Map<number, string>();
    for (const device of world.devices) {
      for (const mac of world.identities.macsOf(device.id)) {
        const id = ids.get(mac);
        if (id !== undefined && world.identities.ownerOfMac(mac) === device.id) owners.set(id, device.id);
      }
    }
    this.ownerOf = owners;
  }
}

/** R16: own, virtual and managed addresses prove nothing about what hangs on a port. */
function readTable(
  device: DeviceView,
  ids: Map<string, number>,
  texts: string[],
  virtual: ReadonlySet<string>,
  own: ReadonlySet<string>,
): BridgeTable | undefined {
  const ports: FdbPort[] = [];
  const indexOfPort = new Map<string, number>();
  const rows = new Map<number, number>();
  for (const row of device.facts.mac) {
    if (row.status === 'self' || row.status === 'mgmt') continue;
    if (row.ifIndex === null && row.bridgePort === null) continue;
    if (own.has(row.mac) || virtual.has(row.mac) || isVirtualRouterMac(row.mac)) continue;
    const ifIndex = row.ifIndex === null ? null : device.logical(row.ifIndex);
    const key = ifIndex === null ? `p${row.bridgePort ?? ''}` : String(ifIndex);
    let port = indexOfPort.get(key);
    if (port === undefined) {
      port = ports.length;
      indexOfPort.set(key, port);
      const bridgePort = ifIndex === null ? row.bridgePort : (device.portOfIfIndex.get(ifIndex) ?? row.bridgePort);
      ports.push({ ifIndex, bridgePort });
    }
    let id = ids.get(row.mac);
    if (id === undefined) {
      id = texts.length;
      texts.push(row.mac);
      ids.set(row.mac, id);
    }
    const before = rows.get(id);
    rows.set(id, before === undefined || before === port ? port : AMBIGUOUS);
  }
  return rows.size === 0 ? undefined : new BridgeTable(device, ports, rows);
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

class Contingency {
  readonly cells = new Map<number, number>();
  readonly rowSums: Map<number, number> = new Map();
  readonly columnSums: Map<number, number> = new Map();
  readonly #width: number;
  total = 0;

  constructor(x: BridgeTable, y: BridgeTable, skip: ReadonlyMap<number, string>) {
    this.#width = y.ports.length;
    const [small, large] = x.macs.length <= y.macs.length ? [x, y] : [y, x];
    let at = 0;
    for (let row = 0; row < small.macs.length; row++) {
      const mac = small.macs[row] as number;
      at = gallop(large.macs, mac, at);
      if (at >= large.macs.length) break;
      if (large.macs[at] !== mac || skip.has(mac)) continue;
      const smallPort = small.portOfRow[row] as number;
      const largePort = large.portOfRow[at] as number;
      if (smallPort < 0 || largePort < 0) continue;
      if (small === x) this.#count(smallPort, largePort);
      else this.#count(largePort, smallPort);
    }
  }

  #count(a: number, b: number): void {
    const key = a * this.#width + b;
    this.cells.set(key, (this.cells.get(key) ?? 0) + 1);
    this.rowSums.set(a, (this.rowSums.get(a) ?? 0) + 1);
    this.columnSums.set(b, (this.columnSums.get(b) ?? 0) + 1);
    this.total += 1;
  }

  facing(p: number, q: number): Facing {
    const row = this.rowSums.get(p) ?? 0;
    const column = this.columnSums.get(q) ?? 0;
    const between = this.cells.get(p * this.#width + q) ?? 0;
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
    for (const [key, count] of this.cells) {
      if (Math.floor(key / this.#width) === p) continue;
      const column = key % this.#width;
      rest.set(column, (rest.get(column) ?? 0) + count);
    }
    return largest(rest);
  }

  bestRow(q: number): number {
    const rest = new Map<number, number>();
    for (const [key, count] of this.cells) {
      if (key % this.#width === q) continue;
      const row = Math.floor(key / this.#width);
      rest.set(row, (rest.get(row) ?? 0) + count);
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

const topTwo = (sums: ReadonlyMap<number, number>): number[] =>
  [...sums]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .slice(0, 2)
    .map(([key]) => key);

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
  readonly #between: Int32Array;

  constructor(count: number) {
    this.count = count;
    this.#port = new Int32Array(count * count).fill(UNKNOWN);
    this.#hosts = new Int32Array(count * count).fill(UNKNOWN);
    this.#between = new Int32Array(count * count);
  }

  /** Port of x that leads to y; −1 when not known. */
  towards(x: number, y: number): number {
    return this.#port[x * this.count + y] as number;
  }

  /** Shared hosts that show it; −1 when a device MAC or a neighbour protocol does. */
  sharedHosts(x: number, y: number): number {
    return this.#hosts[x * this.count + y] as number;
  }

  between(x: number, y: number): number {
    return this.#between[x * this.count + y] as number;
  }

  set(x: number, y: number, port: number): void {
    this.#port[x * this.count + y] = port;
  }

  setPair(x: number, y: number, facing: Facing, byHosts: boolean): void {
    this.set(x, y, facing.p);
    this.set(y, x, facing.q);
    for (const at of [x * this.count + y, y * this.count + x]) {
      this.#hosts[at] = byHosts ? facing.sharedHosts : UNKNOWN;
      this.#between[at] = facing.between;
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
  for (let x = 0; x < tables.length; x++) {
    for (let y = x + 1; y < tables.length; y++) {
      const p = faces.towards(x, y);
      const q = faces.towards(y, x);
      const [a, b] = [tables[x] as BridgeTable, tables[y] as BridgeTable];
      if (disjoint(a, b)) continue;
      const counts = new Contingency(a, b, forwarding.ownerOf);
      if (p >= 0 && q >= 0) {
        faces.setPair(x, y, counts.facing(p, q), false);
        continue;
      }
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
