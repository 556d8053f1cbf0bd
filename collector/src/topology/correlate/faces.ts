import { samePort, type BridgeTable, type FdbRows } from './bridge-table.js';
import { Contingency, facingFromHosts, oneKnown, type Facing } from './facing.js';
import type { Forwarding } from './forwarding.js';

const UNKNOWN = -1;
const CONTRADICTORY = -2;

/** Which port of each bridge leads to each other bridge. */
export class Faces {
  readonly count: number;
  readonly port: Int32Array;
  readonly hosts: Int32Array;

  constructor(count: number) {
    this.count = count;
    this.port = new Int32Array(count * count).fill(UNKNOWN);
    this.hosts = new Int32Array(count * count).fill(UNKNOWN);
  }

  /** Port of x that leads to y; −1 when not known. */
  towards(x: number, y: number): number {
    return this.port[x * this.count + y] as number;
  }

  /** Shared hosts that show it; −1 when a device MAC or a neighbour protocol does. */
  sharedHosts(x: number, y: number): number {
    return this.hosts[x * this.count + y] as number;
  }
}

/** A link that something better than forwarding rows shows: both port indexes are certain. */
export interface KnownFace {
  readonly x: number;
  readonly y: number;
  readonly p: number;
  readonly q: number;
}

/** Two bridges with no third one between them. */
export interface FacingPair {
  readonly x: number;
  readonly y: number;
  readonly p: number;
  readonly q: number;
}

/** Not compared yet; facing no port; no third bridge between. Others are the number of the bridge between. */
const OPEN = -3;
const NOT_FACING = -2;
const ADJACENT = -1;

/**
 * R8 and R9 for every pair of bridges, over all VLANs at once (R12). Keeps what it found: a bridge whose rows changed
 * costs its own pairs, and those that it separated.
 */
export class FaceFinder {
  faces = new Faces(0);
  pairs: readonly FacingPair[] = [];
  #tables: readonly BridgeTable[] = [];
  /** Port on which x learned MACs of y. */
  #seen = new Int32Array(0);
  #between = new Int32Array(0);
  #known = new Map<number, KnownFace>();
  readonly #counts = new Contingency();
  /** Pairs that face each other otherwise than before: cell numbers, and their rows. */
  #changed = new Set<number>();
  #changedRows = new Uint8Array(0);

  /** True when any two bridges face each other otherwise, or by other evidence, than before. */
  update(forwarding: Forwarding, dirty: ReadonlySet<string>, known: readonly KnownFace[]): boolean {
    const { tables, indexOf } = forwarding;
    const count = tables.length;
    const isOther = count !== this.#tables.length || tables.some((table, at) => !isAt(this.#tables, at, table));
    const before = this.#portsBefore(tables);
    if (isOther) this.#arrange(tables);
    this.#changed = new Set();
    this.#changedRows = new Uint8Array(count);
    const rows = [...dirty].flatMap((id) => indexOf.get(id) ?? []).sort((a, b) => a - b);
    // A bridge that has a table only now is one that others may have seen before.
    const isLarger = tables.some((_table, at) => before[at] === undefined);
    if (isLarger) tables.forEach((_table, x) => this.#seeDevices(forwarding, x));
    else for (const x of rows) this.#seeDevices(forwarding, x);
    const isDirty = new Uint8Array(count);
    for (const x of rows) isDirty[x] = 1;
    const pairs = this.#takeKnown(known, count);
    for (const x of rows) {
      for (let y = 0; y < count; y++) if (y !== x && !(isDirty[y] === 1 && y < x)) pairs.add(cell(x, y, count));
    }
    for (const at of pairs) this.#compare(forwarding, Math.floor(at / count), at % count, before);
    this.#tables = tables;
    if (this.#changed.size > 0 || isOther) this.#separate();
    if (rows.length > 0 || this.#changed.size > 0 || isOther) this.pairs = this.#adjacent();
    return this.#changed.size > 0 || isOther;
  }

  /** True when the bridge faces some other one otherwise than before the last update. */
  isRowChanged(x: number): boolean {
    return this.#changedRows[x] === 1;
  }

  /** Ports that lead to other bridges, by the numbers of now. */
  facingPorts(x: number, ports: number): Uint8Array {
    const facing = new Uint8Array(ports);
    const { count, port } = this.faces;
    for (let at = x * count; at < (x + 1) * count; at++) {
      if ((port[at] as number) >= 0) facing[port[at] as number] = 1;
    }
    return facing;
  }

  #portsBefore(tables: readonly BridgeTable[]): (FdbRows | undefined)[] {
    const known = new Map(this.#tables.map(({ device, rows }) => [device.id, rows]));
    return tables.map(({ device }) => known.get(device.id));
  }

  /** Other bridges than before: what is known of those that stayed moves to their new numbers. */
  #arrange(tables: readonly BridgeTable[]): void {
    const old = new Map(this.#tables.map(({ device }, at) => [device.id, at]));
    const from = tables.map(({ device }) => old.get(device.id) ?? -1);
    const to = new Int32Array(this.#tables.length).fill(OPEN);
    from.forEach((was, at) => {
      if (was >= 0) to[was] = at;
    });
    const [was, faces] = [this.faces, new Faces(tables.length)];
    const [count, oldCount] = [tables.length, was.count];
    const seen = new Int32Array(count * count).fill(UNKNOWN);
    const between = new Int32Array(count * count).fill(OPEN);
    for (let x = 0; x < count; x++) {
      for (let y = 0; y < count; y++) {
        if ((from[x] as number) < 0 || (from[y] as number) < 0) continue;
        const [now, then] = [x * count + y, (from[x] as number) * oldCount + (from[y] as number)];
        faces.port[now] = was.port[then] as number;
        faces.hosts[now] = was.hosts[then] as number;
        seen[now] = this.#seen[then] as number;
        const third = this.#between[then] as number;
        between[now] = third >= 0 ? (to[third] as number) : third;
      }
    }
    const known = new Map<number, KnownFace>();
    for (const one of this.#known.values()) {
      const [x, y] = [to[one.x] as number, to[one.y] as number];
      if (x >= 0 && y >= 0) known.set(cell(x, y, count), { ...one, x, y });
    }
    [this.faces, this.#seen, this.#between, this.#known] = [faces, seen, between, known];
  }

  /** The port on which the bridge learned MACs of each other polled bridge; two ports are none. */
  #seeDevices({ tables, ownerIndex }: Forwarding, x: number): void {
    const { macs, portOfRow } = (tables[x] as BridgeTable).rows;
    const at = x * tables.length;
    const seen = this.#seen.subarray(at, at + tables.length).fill(UNKNOWN);
    for (let row = 0; row < macs.length; row++) {
      const y = ownerIndex[macs[row] as number] as number;
      const port = portOfRow[row] as number;
      if (y < 0 || y === x || port < 0) continue;
      if (seen[y] === UNKNOWN) seen[y] = port;
      else if (seen[y] !== port) seen[y] = CONTRADICTORY;
    }
    for (let y = 0; y < seen.length; y++) if (seen[y] === CONTRADICTORY) seen[y] = UNKNOWN;
  }

  /** Pairs about which something better than rows says other than before. */
  #takeKnown(known: readonly KnownFace[], count: number): Set<number> {
    const next = new Map(known.map((one) => [cell(one.x, one.y, count), one]));
    const changed = new Set<number>();
    for (const [at, { x, p, q }] of next) {
      const old = this.#known.get(at);
      if (old === undefined || old.x !== x || old.p !== p || old.q !== q) changed.add(at);
    }
    for (const at of this.#known.keys()) if (!next.has(at)) changed.add(at);
    this.#known = next;
    return changed;
  }

  #compare(forwarding: Forwarding, x: number, y: number, before: readonly (FdbRows | undefined)[]): void {
    const { count, port, hosts } = this.faces;
    const [there, back] = [x * count + y, y * count + x];
    const [a, b] = [forwarding.tables[x] as BridgeTable, forwarding.tables[y] as BridgeTable];
    let [p, q] = [this.#seen[there] as number, this.#seen[back] as number];
    let shared = UNKNOWN;
    const known = this.#known.get(there);
    if (known) [p, q] = known.x === x ? [known.p, known.q] : [known.q, known.p];
    else if (!(p >= 0 && q >= 0)) {
      const found = this.#byHosts(forwarding, a.rows, b.rows, p, q);
      if (found && p < 0 && q < 0) shared = found.sharedHosts;
      if (found) [p, q] = [found.p, found.q];
    }
    const isSame =
      hosts[there] === shared &&
      isSamePort(before[x], port[there] as number, a.rows, p) &&
      isSamePort(before[y], port[back] as number, b.rows, q);
    [port[there], port[back], hosts[there], hosts[back]] = [p, q, shared, shared];
    if (isSame) return;
    this.#changed.add(there);
    this.#changedRows[x] = 1;
    this.#changedRows[y] = 1;
  }

  #byHosts(forwarding: Forwarding, a: FdbRows, b: FdbRows, p: number, q: number): Facing | undefined {
    if (isDisjoint(a, b)) return undefined;
    const counts = this.#counts.count(a, b, forwarding.ownerIndex);
    if (p >= 0) return oneKnown(counts, p, counts.bestColumn(p));
    if (q >= 0) return oneKnown(counts, counts.bestRow(q), q);
    return facingFromHosts(counts, [a.routerPort, b.routerPort]);
  }

  /** R8: neighbours are those that no third bridge separates; one that sees both on one port shares their segment. */
  #separate(): void {
    const { faces } = this;
    const { count } = faces;
    const between = this.#between;
    const rows = this.#changedRows;
    const isChanged = (x: number, y: number) => this.#changed.has(cell(x, y, count));
    for (let x = 0; x < count; x++) {
      for (let y = x + 1; y < count; y++) {
        const at = x * count + y;
        const third = between[at] as number;
        if (third !== OPEN) {
          if (rows[x] === 0 && rows[y] === 0) continue;
          if (third === NOT_FACING && !isChanged(x, y)) continue;
          if (third >= 0 && !isChanged(x, y) && !isChanged(x, third) && !isChanged(y, third)) continue;
        }
        const p = faces.towards(x, y);
        const q = faces.towards(y, x);
        between[at] = p < 0 || q < 0 ? NOT_FACING : separator(faces, x, y, p, q);
      }
    }
  }

  #adjacent(): FacingPair[] {
    const { count } = this.faces;
    const pairs: FacingPair[] = [];
    for (let x = 0; x < count; x++) {
      for (let y = x + 1; y < count; y++) {
        if (this.#between[x * count + y] !== ADJACENT) continue;
        pairs.push({ x, y, p: this.faces.towards(x, y), q: this.faces.towards(y, x) });
      }
    }
    return pairs;
  }
}

const cell = (x: number, y: number, count: number): number => (x < y ? x * count + y : y * count + x);

const isAt = (tables: readonly BridgeTable[], at: number, table: BridgeTable): boolean =>
  tables[at]?.device.id === table.device.id;

/** Ports are numbered anew with their rows: compared is what they are. */
const isSamePort = (before: FdbRows | undefined, was: number, rows: FdbRows, now: number): boolean =>
  was < 0 || now < 0 || before === undefined
    ? was === now
    : before === rows
      ? was === now
      : samePort(before.ports[was], rows.ports[now]);

const isDisjoint = (a: FdbRows, b: FdbRows): boolean =>
  (a.macs[a.macs.length - 1] as number) < (b.macs[0] as number) ||
  (b.macs[b.macs.length - 1] as number) < (a.macs[0] as number);

/** The bridge between two others; ADJACENT when there is none. */
function separator(faces: Faces, x: number, y: number, p: number, q: number): number {
  for (let z = 0; z < faces.count; z++) {
    if (z === x || z === y || faces.towards(x, z) !== p || faces.towards(y, z) !== q) continue;
    const toX = faces.towards(z, x);
    const toY = faces.towards(z, y);
    // A third bridge whose own table is missing stands between as well: both see it towards each other.
    if (toX < 0 || toY < 0 || toX !== toY) return z;
  }
  return ADJACENT;
}

/** Hosts that both bridges learned on the ports by which they face each other. */
export function hostsBetween({ tables, ownerIndex }: Forwarding, { x, y, p, q }: FacingPair): number {
  const [near, far] = [(tables[x] as BridgeTable).rows, (tables[y] as BridgeTable).rows];
  let count = 0;
  for (let row = 0; row < near.macs.length; row++) {
    if (near.portOfRow[row] !== p) continue;
    const mac = near.macs[row] as number;
    if (ownerIndex[mac] === UNKNOWN && far.portOf(mac) === q) count += 1;
  }
  return count;
}
