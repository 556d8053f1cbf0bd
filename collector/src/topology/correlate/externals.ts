import { nameKey } from '../identity.js';
import { compareText } from './drafts.js';
import type { InferredDevice } from './inference.js';

/** What one row says about a neighbour that is not polled. */
export interface ExternalClaim {
  readonly chassisMac: string | null;
  readonly chassisId: string | null;
  readonly names: readonly string[];
  readonly ips: readonly string[];
  readonly platform: string | null;
  readonly capabilities: readonly string[];
  readonly site: string | null;
}

/** Parallel claims that name one unpolled device become one node: by chassis id, or by name where no chassis differs. */
export class Externals {
  readonly #claims: ExternalClaim[] = [];
  readonly #parent: number[] = [];

  /** Returns a handle; the node's id is known when all claims are in. */
  add(claim: ExternalClaim): number {
    this.#parent.push(this.#claims.length);
    return this.#claims.push(claim) - 1;
  }

  /** Two claims that are known to mean one device. */
  merge(a: number, b: number): void {
    const [low, high] = [this.#find(a), this.#find(b)].sort((x, y) => x - y) as [number, number];
    this.#parent[high] = low;
  }

  #find(at: number): number {
    let root = at;
    while (this.#parent[root] !== root) root = this.#parent[root] as number;
    this.#parent[at] = root;
    return root;
  }

  /** Joins by chassis, then by name; call once, when all claims are in. */
  resolve(): { idOf: ReadonlyMap<number, string>; devices: InferredDevice[] } {
    this.#joinBy((claim) => (chassisOf(claim) === null ? [] : [`chassis ${chassisOf(claim)}`]));
    const chassisOfName = new Map<string, Set<string>>();
    for (const claim of this.#claims) {
      const chassis = chassisOf(claim);
      for (const name of claim.names) {
        const known = chassisOfName.get(nameKey(name)) ?? new Set();
        if (chassis !== null) known.add(chassis);
        chassisOfName.set(nameKey(name), known);
      }
    }
    this.#joinBy((claim) =>
      claim.names
        .map(nameKey)
        .filter((name) => (chassisOfName.get(name)?.size ?? 0) <= 1)
        .map((name) => `name ${name}`),
    );
    const groups = new Map<number, number[]>();
    this.#claims.forEach((_claim, at) => {
      const root = this.#find(at);
      groups.set(root, [...(groups.get(root) ?? []), at]);
    });
    const idOf = new Map<number, string>();
    const devices: InferredDevice[] = [];
    for (const members of groups.values()) {
      const device = describe(members.map((at) => this.#claims[at] as ExternalClaim));
      devices.push(device);
      for (const at of members) idOf.set(at, device.id);
    }
    return { idOf, devices: devices.sort((a, b) => compareText(a.id, b.id)) };
  }

  #joinBy(keysOf: (claim: ExternalClaim) => readonly string[]): void {
    const first = new Map<string, number>();
    this.#claims.forEach((claim, at) => {
      for (const key of keysOf(claim)) {
        const before = first.get(key);
        if (before === undefined) first.set(key, at);
        else this.merge(before, at);
      }
    });
  }
}

const chassisOf = (claim: ExternalClaim): string | null =>
  claim.chassisMac !== null && !claim.chassisMac.startsWith('00:00:00:00:')
    ? claim.chassisMac
    : claim.chassisMac === null && claim.chassisId !== null && !claim.names.some((name) => name === claim.chassisId)
      ? claim.chassisId.toLowerCase()
      : null;

function describe(claims: readonly ExternalClaim[]): InferredDevice {
  const sorted = (values: readonly (string | null)[]) =>
    [...new Set(values.filter((value) => value !== null))].sort(compareText);
  const macs = sorted(claims.map((claim) => claim.chassisMac));
  const chassis = sorted(claims.map(chassisOf));
  const names = sorted(claims.flatMap((claim) => claim.names));
  const ips = sorted(claims.flatMap((claim) => claim.ips));
  const anything = sorted(claims.map((claim) => claim.chassisId));
  return {
    id: `ext:${macs[0] ?? names[0] ?? chassis[0] ?? anything[0] ?? ips[0] ?? 'unknown'}`,
    sysName: names[0] ?? null,
    polled: false,
    ips,
    macs,
    capabilities: sorted(claims.flatMap((claim) => claim.capabilities)),
    platform: sorted(claims.map((claim) => claim.platform))[0] ?? null,
    site: sorted(claims.map((claim) => claim.site))[0] ?? null,
  };
}
