import type { BridgeTable, FdbRows } from './bridge-table.js';
import type { Faces, FacingPair } from './faces.js';
import { facingByHosts, type Contingency } from './facing.js';
import type { Forwarding } from './forwarding.js';

const UNKNOWN = -1;
const CONTRADICTORY = -2;

/** How two bridges face each other in one VLAN: of x the lower number, of y the higher; −1 where it is not known. */
interface Reading {
  readonly p: number;
  readonly q: number;
  /** Shared hosts that show it; −1 when device MACs do. */
  readonly hosts: number;
}

/** Two bridges that no single tree explains. */
export interface DividedPair {
  readonly x: number;
  readonly y: number;
  /** Something better than forwarding rows shows their link: hosts are not asked for more. */
  readonly isKnown: boolean;
  /** The only VLANs to read, where the pair's device MACs say nothing about them; null for all. */
  readonly vlans: ReadonlySet<number> | null;
}

/**
 * R12: where spanning tree is run per VLAN, a bridge may face another through several ports. Pairs that no single tree
 * explains are read VLAN by VLAN; all others keep the reading over all VLANs at once, in which more evidence counts.
 */
export class VlanFaces {
  readonly #faces: Faces;
  readonly #readings = new Map<number, ReadonlyMap<number, Reading>>();
  /** Pairs that face each other in VLANs without a reading as they do in all at once. */
  readonly #isUnited = new Set<number>();
  /** Bridges in whose pairs with others VLANs disagree, by bridge. */
  readonly #partners = new Map<number, number[]>();

  constructor(forwarding: Forwarding, faces: Faces, divided: readonly DividedPair[], counts: Contingency) {
    this.#faces = faces;
    const seen = new Map<number, ReadonlyMap<number, Int32Array>>();
    const seenBy = (x: number) => {
      const known = seen.get(x) ?? seeDevices(forwarding, x);
      seen.set(x, known);
      return known;
    };
    for (const { x, y, isKnown, vlans } of divided) {
      const [near, far] = [rowsOf(forwarding, x), rowsOf(forwarding, y)];
      const readings = new Map<number, Reading>();
      for (const vlan of [...near.byVlan.keys()].sort((a, b) => a - b)) {
        const [a, b] = [near.byVlan.get(vlan), far.byVlan.get(vlan)];
        if (!a || !b || vlans?.has(vlan) === false) continue;
        const [p, q] = [seenBy(x).get(vlan)?.[y] ?? UNKNOWN, seenBy(y).get(vlan)?.[x] ?? UNKNOWN];
        const reading =
          isKnown || p === CONTRADICTORY || q === CONTRADICTORY
            ? { p: Math.max(p, UNKNOWN), q: Math.max(q, UNKNOWN), hosts: UNKNOWN }
            : readVlan(counts, forwarding, a, b, p, q);
        if (reading.p >= 0 || reading.q >= 0) readings.set(vlan, reading);
      }
      if (vlans && readings.size === 0) continue;
      this.#readings.set(x * faces.count + y, readings);
      if (isKnown || vlans) this.#isUnited.add(x * faces.count + y);
      for (const [one, other] of [
        [x, y],
        [y, x],
      ] as const) {
        const known = this.#partners.get(one);
        if (known) known.push(other);
        else this.#partners.set(one, [other]);
      }
    }
  }

  /** Marks the ports of a bridge that lead to others in some VLAN. */
  markFacing(x: number, facing: Uint8Array): void {
    for (const y of this.#partners.get(x) ?? []) {
      for (const { p, q } of this.#readingsOf(x, y)?.values() ?? []) {
        const port = x < y ? p : q;
        if (port >= 0) facing[port] = 1;
      }
    }
  }

  /** The pairs that all VLANs at once show, without those that some VLAN separates, and those that single VLANs show. */
  unite(pairs: readonly FacingPair[]): FacingPair[] {
    const united = pairs.filter((pair) => !this.#isSeparatedByVlan(pair));
    const known = new Set(united.map(keyOf));
    for (const [at, readings] of this.#readings) {
      const [x, y] = [Math.floor(at / this.#faces.count), at % this.#faces.count];
      const found = new Map<string, FacingPair & { vlans: number[] }>();
      for (const [vlan, { p, q, hosts }] of readings) {
        if (p < 0 || q < 0) continue;
        const key = keyOf({ x, y, p, q });
        const before = found.get(key);
        // A device MAC in one of its VLANs shows a link better than hosts do in another.
        const shown = before && (before.hosts < 0 || hosts < 0) ? UNKNOWN : Math.max(before?.hosts ?? hosts, hosts);
        found.set(key, { x, y, p, q, hosts: shown, vlans: [...(before?.vlans ?? []), vlan] });
      }
      for (const [key, pair] of found) {
        if (!known.has(key) && !this.#isSeparated(pair)) united.push(pair);
      }
    }
    return united.sort((one, other) => one.x - other.x || one.y - other.y || one.p - other.p || one.q - other.q);
  }

  /** All that VLANs say otherwise than all of them at once, in words that hold when bridges and ports are renumbered. */
  describe({ tables }: Forwarding): string {
    const nameOf = (x: number, port: number) => {
      const { device, rows } = tables[x] as BridgeTable;
      return `${device.id}|${rows.ports[port]?.ifIndex ?? ''}|${rows.ports[port]?.bridgePort ?? ''}`;
    };
    return [...this.#readings]
      .map(([at, readings]) => {
        const [x, y] = [Math.floor(at / this.#faces.count), at % this.#faces.count];
        const told = [...readings].map(([vlan, { p, q, hosts }]) => `${vlan} ${nameOf(x, p)} ${nameOf(y, q)} ${hosts}`);
        return `${nameOf(x, UNKNOWN)} ${nameOf(y, UNKNOWN)}: ${told.join(', ')}`;
      })
      .join('\n');
  }

  #readingsOf(x: number, y: number): ReadonlyMap<number, Reading> | undefined {
    return this.#readings.get(Math.min(x, y) * this.#faces.count + Math.max(x, y));
  }

  /** Port of x that leads to y in one VLAN. */
  #towards(vlan: number, x: number, y: number): number {
    const readings = this.#readingsOf(x, y);
    if (!readings) return this.#faces.towards(x, y);
    const reading = readings.get(vlan);
    const port = reading ? (x < y ? reading.p : reading.q) : UNKNOWN;
    const isUnited = this.#isUnited.has(Math.min(x, y) * this.#faces.count + Math.max(x, y));
    return port < 0 && isUnited ? this.#faces.towards(x, y) : port;
  }

  #isSeparated(pair: FacingPair): boolean {
    for (let z = 0; z < this.#faces.count; z++) if (this.#isBetween(z, pair)) return true;
    return false;
  }

  /** Bridges whose VLANs all agree about both have been asked before. */
  #isSeparatedByVlan(pair: FacingPair): boolean {
    const others = [...(this.#partners.get(pair.x) ?? []), ...(this.#partners.get(pair.y) ?? [])];
    return others.some((z) => this.#isBetween(z, pair));
  }

  #isBetween(z: number, { x, y, p, q }: FacingPair): boolean {
    if (z === x || z === y) return false;
    const [near, far] = [this.#readingsOf(x, z), this.#readingsOf(y, z)];
    if (!near && !far) return this.#isBetweenIn(UNKNOWN, z, x, y, p, q);
    const vlans = new Set([...(near?.keys() ?? []), ...(far?.keys() ?? [])]);
    return [...vlans].some((vlan) => this.#isBetweenIn(vlan, z, x, y, p, q));
  }

  #isBetweenIn(vlan: number, z: number, x: number, y: number, p: number, q: number): boolean {
    if (this.#towards(vlan, x, z) !== p || this.#towards(vlan, y, z) !== q) return false;
    const [toX, toY] = [this.#towards(vlan, z, x), this.#towards(vlan, z, y)];
    return toX < 0 || toY < 0 || toX !== toY;
  }
}

const keyOf = ({ x, y, p, q }: Pick<FacingPair, 'x' | 'y' | 'p' | 'q'>): string => `${x} ${y} ${p} ${q}`;

const rowsOf = ({ tables }: Forwarding, x: number): FdbRows => (tables[x] as BridgeTable).rows;

/** Ports on which the bridge learned MACs of each other bridge, by VLAN; −2 for two ports in one VLAN. */
function seeDevices(forwarding: Forwarding, x: number): ReadonlyMap<number, Int32Array> {
  const { tables, ownerIndex } = forwarding;
  const found = new Map<number, Int32Array>();
  for (const [vlan, { macs, portOfRow }] of rowsOf(forwarding, x).byVlan) {
    const seen = new Int32Array(tables.length).fill(UNKNOWN);
    for (let row = 0; row < macs.length; row++) {
      const y = ownerIndex[macs[row] as number] as number;
      const port = portOfRow[row] as number;
      if (y < 0 || y === x) continue;
      if (seen[y] === UNKNOWN && port >= 0) seen[y] = port;
      else if (seen[y] !== port) seen[y] = CONTRADICTORY;
    }
    found.set(vlan, seen);
  }
  return found;
}

/** R8 and R9 in one VLAN. */
function readVlan(
  counts: Contingency,
  { ownerIndex }: Forwarding,
  a: FdbRows,
  b: FdbRows,
  p: number,
  q: number,
): Reading {
  if (p >= 0 && q >= 0) return { p, q, hosts: UNKNOWN };
  const found = facingByHosts(counts, ownerIndex, a, b, p, q);
  if (found === undefined || found === 'no-tree') return { p, q, hosts: UNKNOWN };
  return { p: found.p, q: found.q, hosts: p < 0 && q < 0 ? found.sharedHosts : UNKNOWN };
}
