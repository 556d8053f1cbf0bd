import { samePort, type FdbPort, type FdbRows } from './bridge-table.js';
import type { Faces } from './faces.js';
import type { Forwarding } from './forwarding.js';

/** Why hosts are not attached to a port. */
export type PortRole = 'access' | 'external-bridge' | 'uplink';

/** One bridge with what it contributes: its rows and what hangs on its ports. */
export interface Slot {
  readonly device: string;
  index: number;
  rows: FdbRows;
  roles: readonly PortRole[];
  /** MACs that hang on it. */
  readonly placed: Set<number>;
}

/** Where one MAC hangs. */
export interface Choice {
  readonly slot: Slot;
  readonly port: number;
  readonly at: FdbPort;
  /** Other ports that could have been meant. */
  readonly rivals: number;
}

interface Candidate {
  readonly slot: Slot;
  readonly port: number;
}

/** A bridge as `Placements.update` takes it. */
export interface PlacedBridge {
  readonly device: string;
  readonly rows: FdbRows;
  readonly roles: readonly PortRole[];
}

/**
 * R5 to R7: a MAC hangs where it was learned on a port that leads to no other bridge. Of several candidates the one
 * towards which the other bridges forward wins, then the one with fewest MACs. Bridges whose rows and roles stay cost
 * nothing.
 */
export class Placements {
  readonly #slots = new Map<string, Slot>();
  /** Tables that each MAC is in. */
  #seen = new Int32Array(1024);
  #seenCount = 0;
  readonly #access: (Candidate[] | undefined)[] = [];
  readonly #behindExternal: (Candidate[] | undefined)[] = [];
  readonly #choices: (Choice | undefined)[] = [];
  #choiceCount = 0;
  /** MACs with several candidates, and how many bridges forward towards each of them. */
  readonly #votes = new Map<number, ReadonlyMap<Slot, number>>();

  get slots(): Iterable<Slot> {
    return this.#slots.values();
  }

  /** MACs in some table. */
  get seenCount(): number {
    return this.#seenCount;
  }

  /** MACs that stand on uplinks only, or on several access ports alike. */
  get undecided(): number {
    return this.#seenCount - this.#choiceCount;
  }

  choiceOf(mac: number): Choice | undefined {
    return this.#choices[mac];
  }

  slotOf(device: string): Slot | undefined {
    return this.#slots.get(device);
  }

  /** Returns the bridges on which other MACs hang than before. `isRowChanged`: the bridge faces others otherwise. */
  update(
    forwarding: Forwarding,
    faces: Faces,
    bridges: readonly PlacedBridge[],
    isRowChanged: (bridge: number) => boolean,
  ): Set<Slot> {
    this.#grow(forwarding.macTexts.length);
    const touched = new Set<number>();
    const present = new Set(bridges.map(({ device }) => device));
    const changedRows: { before: FdbRows | undefined; now: FdbRows | undefined }[] = [];
    const dirty = new Set<Slot>();
    for (const slot of this.#slots.values()) {
      if (present.has(slot.device)) continue;
      this.#withdraw(slot, touched);
      this.#slots.delete(slot.device);
      changedRows.push({ before: slot.rows, now: undefined });
    }
    bridges.forEach(({ device, rows, roles }, index) => {
      const known = this.#slots.get(device);
      if (known) known.index = index;
      if (known?.rows === rows && isSame(known.roles, roles)) return;
      if (known?.rows !== rows) changedRows.push({ before: known?.rows, now: rows });
      if (known) this.#withdraw(known, touched);
      const slot: Slot = known ?? { device, index, rows, roles, placed: new Set() };
      [slot.rows, slot.roles] = [rows, roles];
      this.#slots.set(device, slot);
      this.#enter(slot, touched);
    });
    for (const [mac, votes] of this.#votes) {
      if (
        [...votes.keys()].some(({ index }) => isRowChanged(index)) ||
        changedRows.some(({ before, now }) => !isSamePlace(before, now, mac))
      ) {
        this.#votes.delete(mac);
        touched.add(mac);
      } else if (!touched.has(mac)) this.#choose(mac, forwarding, faces, dirty);
    }
    for (const mac of touched) {
      this.#votes.delete(mac);
      this.#choose(mac, forwarding, faces, dirty);
    }
    return dirty;
  }

  #grow(count: number): void {
    if (count <= this.#seen.length) return;
    const wider = new Int32Array(2 * count);
    wider.set(this.#seen);
    this.#seen = wider;
  }

  #withdraw(slot: Slot, touched: Set<number>): void {
    const { macs, portOfRow } = slot.rows;
    for (let row = 0; row < macs.length; row++) {
      const mac = macs[row] as number;
      const left = (this.#seen[mac] as number) - 1;
      this.#seen[mac] = left;
      if (left === 0) this.#seenCount -= 1;
      const port = portOfRow[row] as number;
      const role = slot.roles[port];
      if (port < 0 || role === 'uplink') continue;
      const lists = role === 'access' ? this.#access : this.#behindExternal;
      const others = (lists[mac] ?? []).filter((candidate) => candidate.slot !== slot);
      lists[mac] = others.length === 0 ? undefined : others;
      touched.add(mac);
    }
  }

  #enter(slot: Slot, touched: Set<number>): void {
    const { macs, portOfRow } = slot.rows;
    for (let row = 0; row < macs.length; row++) {
      const mac = macs[row] as number;
      const before = this.#seen[mac] as number;
      this.#seen[mac] = before + 1;
      if (before === 0) this.#seenCount += 1;
      const port = portOfRow[row] as number;
      const role = slot.roles[port];
      if (port < 0 || role === 'uplink') continue;
      const lists = role === 'access' ? this.#access : this.#behindExternal;
      const known = lists[mac];
      if (known) known.push({ slot, port });
      else lists[mac] = [{ slot, port }];
      touched.add(mac);
    }
  }

  #choose(mac: number, forwarding: Forwarding, faces: Faces, dirty: Set<Slot>): void {
    const before = this.#choices[mac];
    const now = this.#choiceAmong(mac, this.#access[mac] ?? this.#behindExternal[mac] ?? [], forwarding, faces);
    this.#choices[mac] = now;
    if (before?.slot === now?.slot && before?.rivals === now?.rivals && samePort(before?.at, now?.at)) return;
    this.#choiceCount += (now ? 1 : 0) - (before ? 1 : 0);
    if (before) dirty.add(before.slot);
    if (now) dirty.add(now.slot);
    before?.slot.placed.delete(mac);
    now?.slot.placed.add(mac);
  }

  #choiceAmong(
    mac: number,
    candidates: readonly Candidate[],
    forwarding: Forwarding,
    faces: Faces,
  ): Choice | undefined {
    const [only] = candidates;
    if (!only) return undefined;
    if (candidates.length === 1) return toChoice(only, 0);
    const votes = this.#votes.get(mac) ?? votesFor(mac, candidates, forwarding, faces);
    this.#votes.set(mac, votes);
    const ranked = candidates
      .map((candidate) => ({
        candidate,
        votes: votes.get(candidate.slot) ?? 0,
        macs: candidate.slot.rows.macCounts[candidate.port] ?? 0,
      }))
      .sort((a, b) => b.votes - a.votes || a.macs - b.macs);
    const [best, next] = ranked;
    if (!best || !next || (best.votes === next.votes && best.macs === next.macs)) return undefined;
    return toChoice(best.candidate, candidates.length - 1);
  }
}

const toChoice = ({ slot, port }: Candidate, rivals: number): Choice => ({
  slot,
  port,
  at: slot.rows.ports[port] as FdbPort,
  rivals,
});

/** Bridges that have the MAC on the port by which they face each candidate. */
function votesFor(
  mac: number,
  candidates: readonly Candidate[],
  { tables }: Forwarding,
  faces: Faces,
): Map<Slot, number> {
  const votes = new Map(candidates.map(({ slot }) => [slot, 0]));
  tables.forEach(({ rows }, z) => {
    const port = rows.portOf(mac);
    if (port < 0) return;
    for (const { slot } of candidates) {
      if (slot.index !== z && faces.towards(z, slot.index) === port) votes.set(slot, (votes.get(slot) ?? 0) + 1);
    }
  });
  return votes;
}

const isSame = (a: readonly PortRole[], b: readonly PortRole[]): boolean =>
  a === b || (a.length === b.length && a.every((role, at) => role === b[at]));

function isSamePlace(before: FdbRows | undefined, now: FdbRows | undefined, mac: number): boolean {
  const [was, is] = [before?.portOf(mac) ?? -1, now?.portOf(mac) ?? -1];
  return was < 0 || is < 0 ? was === is : samePort(before?.ports[was], now?.ports[is]);
}
