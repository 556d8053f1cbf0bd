import { gallop, type FdbRows } from './bridge-table.js';

const UNKNOWN = -1;
const NOBODY = -1;

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
export class Contingency {
  #cells = new Int32Array(MAX_CELLS);
  #many: Map<number, number> | undefined;
  /** Cells that are not zero. */
  #touched: number[] = [];
  rowSums = new Int32Array(0);
  columnSums = new Int32Array(0);
  total = 0;
  #width = 1;

  count(x: FdbRows, y: FdbRows, ownerIndex: Int32Array): this {
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
      if (smallPort < 0 || largePort < 0 || (ownerIndex[mac] as number) !== NOBODY) continue;
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
function facingFromHosts(
  counts: Contingency,
  towardsGateway: readonly [number, number],
): Facing | 'no-tree' | undefined {
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
  if (!best || best.sharedHosts < 3) return undefined;
  if (!tolerable(best)) return 'no-tree';
  // A host that moved must not decide between two readings that fit alike.
  const margin = Math.max(best.violations + 1, counts.total / 20);
  if (!second || second.violations - best.violations >= margin) return best;
  return byGateway(
    valid.filter((facing) => facing.sharedHosts >= 3 && facing.violations - best.violations < margin),
    towardsGateway,
  );
}

/**
 * R10: seen from the gateway one of two bridges is behind the other, or each in a branch of its own: one of them at
 * least faces the other by the port that leads to the gateway.
 */
function byGateway(fitting: readonly Facing[], [p, q]: readonly [number, number]): Facing | undefined {
  if (p < 0 || q < 0) return undefined;
  const [only, ...others] = fitting.filter((facing) => facing.p === p || facing.q === q);
  return others.length === 0 && only && tolerable(only) ? only : undefined;
}

/** One bridge sees the other's MAC: one shared host on the right side names the other port. */
function oneKnown(counts: Contingency, p: number, q: number): Facing | 'no-tree' | undefined {
  if (p < 0 || q < 0) return undefined;
  const facing = counts.facing(p, q);
  if (facing.violations * 12 <= counts.total) return facing;
  return facing.violations >= 3 ? 'no-tree' : undefined;
}

/**
 * What the hosts of two bridges show, of which at most one is known to see the other on a port. `no-tree`: there are
 * enough of them, but no pair of ports fits them.
 */
export function facingByHosts(
  counts: Contingency,
  ownerIndex: Int32Array,
  a: FdbRows,
  b: FdbRows,
  p: number,
  q: number,
): Facing | 'no-tree' | undefined {
  if (isDisjoint(a, b)) return undefined;
  counts.count(a, b, ownerIndex);
  if (p >= 0) return oneKnown(counts, p, counts.bestColumn(p));
  if (q >= 0) return oneKnown(counts, counts.bestRow(q), q);
  return facingFromHosts(counts, [a.routerPort, b.routerPort]);
}

const isDisjoint = (a: FdbRows, b: FdbRows): boolean =>
  a.macs.length === 0 ||
  b.macs.length === 0 ||
  (a.macs[a.macs.length - 1] as number) < (b.macs[0] as number) ||
  (b.macs[b.macs.length - 1] as number) < (a.macs[0] as number);
