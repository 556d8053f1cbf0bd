import { samePort, type BridgeTable, type FdbRows } from './bridge-table.js';
import { Contingency, facingByHosts } from './facing.js';
import type { Forwarding } from './forwarding.js';
import { VlanFaces, type DividedPair } from './vlan-faces.js';

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
  /** Shared hosts that show it; −1 when a device MAC or a neighbour protocol does. */
  readonly hosts: number;
  /** VLANs in which they do, where VLANs disagree; empty where they agree. */
  readonly vlans: readonly number[];
}

/** Not compared yet; facing no port; no third bridge between. Others are the number of the bridge between. */
const OPEN = -3;
const NOT_FACING = -2;
const ADJACENT = -1;

/** Rows of hosts on ports that lead to no other bridge, and the ports that do. */
interface LooseRows {
  readonly facing: Uint8Array;
  readonly rows: readonly number[];
}

/** Why a pair is divided. */
const BY_MACS = 1;
const BY_HOSTS = 2;
/** Fewer may be hosts that moved and left rows behind. */
const ENOUGH_HOSTS = 3;

/**
 * R8 and R9 for every pair of bridges, over all VLANs at once as long as they agree (R12). Keeps what it found: a bridge whose rows changed
 * costs its own pairs, and those that it separated.
 */
export class FaceFinder {
  faces = new Faces(0);
  pairs: readonly FacingPair[] = [];
  #tables: readonly BridgeTable[] = [];
  /** Port on which x learned MACs of y. */
  #seen = new Int32Array(0);
  /** Pairs that no single tree explains: 1 where x learned MACs of y on several ports, 2 where shared hosts tell. */
  #divided = new Uint8Array(0);
  #vlanFaces: VlanFaces | undefined;
  #vlanText = '';
  /** Of each bridge, by its id. */
  #loose = new Map<string, LooseRows>();
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
    const isRowsOther = rows.length > 0 || pairs.size > 0 || isOther;
    const isVlansOther = isRowsOther && this.#readVlans(forwarding, dirty);
    if (isRowsOther) this.pairs = this.#vlanFaces?.unite(this.#adjacent()) ?? this.#adjacent();
    return this.#changed.size > 0 || isOther || isVlansOther;
  }

  /** R12; true when single VLANs say something else than before. */
  #readVlans(forwarding: Forwarding, dirty: ReadonlySet<string>): boolean {
    const { count } = this.faces;
    const unexplained = this.#unexplainedVlans(forwarding, dirty);
    const pairs: DividedPair[] = [];
    for (let x = 0; x < count; x++) {
      for (let y = x + 1; y < count; y++) {
        const at = x * count + y;
        const isKnown = this.#known.has(at);
        if (this.#divided[at] !== 0 || this.#divided[y * count + x] !== 0) pairs.push({ x, y, isKnown, vlans: null });
        else if (unexplained[x] !== undefined || unexplained[y] !== undefined) {
          pairs.push({ x, y, isKnown, vlans: new Set([...(unexplained[x] ?? []), ...(unexplained[y] ?? [])]) });
        }
      }
    }
    this.#vlanFaces = pairs.length > 0 ? new VlanFaces(forwarding, this.faces, pairs, this.#counts) : undefined;
    const before = this.#vlanText;
    this.#vlanText = this.#vlanFaces?.describe(forwarding) ?? '';
    return this.#vlanText !== before;
  }

  /** Ports that lead to other bridges in all VLANs at once. */
  #unitedPorts(x: number, ports: number): Uint8Array {
    const facing = new Uint8Array(ports);
    const { count, port } = this.faces;
    for (let at = x * count; at < (x + 1) * count; at++) {
      if ((port[at] as number) >= 0) facing[port[at] as number] = 1;
    }
    return facing;
  }

  /**
   * Of each bridge, the VLANs with several hosts on one port that leads to no other bridge, while another bridge has
   * the same hosts on such a port too: in these VLANs the two may face each other by ports that device MACs, seen in
   * other VLANs, do not tell.
   */
  #unexplainedVlans(forwarding: Forwarding, dirty: ReadonlySet<string>): (readonly number[] | undefined)[] {
    const { tables, ownerIndex, macTexts } = forwarding;
    const before = this.#loose;
    this.#loose = new Map();
    const bridges = new Uint8Array(macTexts.length);
    for (const [x, { device, rows }] of tables.entries()) {
      const facing = this.#unitedPorts(x, rows.ports.length);
      const known = dirty.has(device.id) ? undefined : before.get(device.id);
      const loose = known && isEqual(known.facing, facing) ? known : looseRows(rows, facing, ownerIndex);
      this.#loose.set(device.id, loose);
      for (const row of loose.rows) {
        const mac = rows.macs[row] as number;
        bridges[mac] = Math.min(2, (bridges[mac] as number) + 1);
      }
    }
    return tables.map(({ device, rows }) => {
      const loose = this.#loose.get(device.id)?.rows ?? [];
      const shared = loose.filter((row) => bridges[rows.macs[row] as number] === 2);
      const vlans = shared.length === 0 ? [] : rows.vlansOf(shared, ENOUGH_HOSTS);
      return vlans.length > 0 ? vlans : undefined;
    });
  }

  /** True when the bridge faces some other one otherwise than before the last update. */
  isRowChanged(x: number): boolean {
    return this.#changedRows[x] === 1;
  }

  /** Ports that lead to other bridges, by the numbers of now. */
  facingPorts(x: number, ports: number): Uint8Array {
    const facing = this.#unitedPorts(x, ports);
    this.#vlanFaces?.markFacing(x, facing);
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
    const divided = new Uint8Array(count * count);
    for (let x = 0; x < count; x++) {
      for (let y = 0; y < count; y++) {
        if ((from[x] as number) < 0 || (from[y] as number) < 0) continue;
        const [now, then] = [x * count + y, (from[x] as number) * oldCount + (from[y] as number)];
        faces.port[now] = was.port[then] as number;
        faces.hosts[now] = was.hosts[then] as number;
        seen[now] = this.#seen[then] as number;
        divided[now] = this.#divided[then] as number;
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
    this.#divided = divided;
  }

  /** The port on which the bridge learned MACs of each other polled bridge; two ports are none. */
  #seeDevices({ tables, ownerIndex }: Forwarding, x: number): void {
    const { macs, portOfRow, dividedMacs } = (tables[x] as BridgeTable).rows;
    const at = x * tables.length;
    const seen = this.#seen.subarray(at, at + tables.length).fill(UNKNOWN);
    const divided = this.#divided.subarray(at, at + tables.length);
    for (let y = 0; y < divided.length; y++) divided[y] = (divided[y] as number) & ~BY_MACS;
    for (let row = 0; row < macs.length; row++) {
      const y = ownerIndex[macs[row] as number] as number;
      const port = portOfRow[row] as number;
      if (y < 0 || y === x || port < 0) continue;
      if (seen[y] === UNKNOWN) seen[y] = port;
      else if (seen[y] !== port) seen[y] = CONTRADICTORY;
    }
    for (let y = 0; y < seen.length; y++) {
      if (seen[y] !== CONTRADICTORY) continue;
      seen[y] = UNKNOWN;
      divided[y] = (divided[y] as number) | BY_MACS;
    }
    for (const mac of dividedMacs) {
      const y = ownerIndex[mac] as number;
      if (y >= 0 && y !== x) divided[y] = (divided[y] as number) | BY_MACS;
    }
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
    let isNoTree = false;
    const known = this.#known.get(there);
    if (known) [p, q] = known.x === x ? [known.p, known.q] : [known.q, known.p];
    else if (!(p >= 0 && q >= 0)) {
      const found = facingByHosts(this.#counts, forwarding.ownerIndex, a.rows, b.rows, p, q);
      isNoTree = found === 'no-tree';
      if (found && found !== 'no-tree') {
        if (p < 0 && q < 0) shared = found.sharedHosts;
        [p, q] = [found.p, found.q];
      }
    }
    this.#divided[there] = ((this.#divided[there] as number) & ~BY_HOSTS) | (isNoTree ? BY_HOSTS : 0);
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
        const [p, q] = [this.faces.towards(x, y), this.faces.towards(y, x)];
        pairs.push({ x, y, p, q, hosts: this.faces.sharedHosts(x, y), vlans: [] });
      }
    }
    return pairs;
  }
}

function looseRows({ macs, portOfRow }: FdbRows, facing: Uint8Array, ownerIndex: Forwarding['ownerIndex']): LooseRows {
  const rows: number[] = [];
  for (let row = 0; row < macs.length; row++) {
    const port = portOfRow[row] as number;
    if (port >= 0 && facing[port] === 0 && ownerIndex[macs[row] as number] === UNKNOWN) rows.push(row);
  }
  return { facing, rows };
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);

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
