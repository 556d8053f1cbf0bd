import type { BridgeDomain } from './bridges.js';
import type { FdbPort } from './bridge-table.js';
import { compareText, proof, type LinkDrafts } from './drafts.js';
import type { DeviceView, World } from './world.js';

/** A MAC of a polled device that has no forwarding table, and the port that it hangs on. */
export interface DevicePlacement {
  readonly mac: string;
  readonly owner: string;
  readonly bridge: string;
  readonly at: FdbPort;
}

/** A polled device that is no bridge, or whose table is missing, hangs on the port where its MAC was placed. */
export function linkPlacedDevices(world: World, placements: readonly DevicePlacement[], drafts: LinkDrafts): void {
  for (const { mac, owner, bridge, at } of placements) {
    const { ifIndex } = at;
    const device = world.byId.get(owner);
    const switching = world.byId.get(bridge);
    if (ifIndex === null || !device || !switching) continue;
    const text = `${mac} of ${owner} is learned on ${switching.label(ifIndex) ?? ifIndex}`;
    const shown = proof('bridge', null, 'mac', [{ device: bridge, table: 'dot1dTpFdbTable', text }]);
    const known = [...drafts.at(bridge, ifIndex)].find(
      (draft) => draft.layer === 2 && (draft.a.device === owner || draft.b.device === owner),
    );
    if (known) known.proofs.push(shown);
    else {
      const near = { device: bridge, ifIndex, label: null };
      drafts.add(near, { device: owner, ifIndex: portWithMac(device, mac), label: null }, 2, shown);
    }
  }
}

/** The one physical port with this MAC; VLAN interfaces and aggregates share it with their port. */
function portWithMac(device: DeviceView, mac: string): number | null {
  const all = device.facts.interfaces.filter((fact) => fact.mac === mac);
  const physical = all.filter((fact) => fact.ifType === 6 && !device.below.has(fact.ifIndex));
  const found = new Set((physical.length > 0 ? physical : all).map((fact) => device.logical(fact.ifIndex)));
  return found.size === 1 ? ([...found][0] ?? null) : null;
}

/** MACs that every one of the given ports learned: they hang on the medium between them. */
export function macsBetween(
  { forwarding }: BridgeDomain,
  ports: readonly { readonly bridge: number; readonly port: number }[],
): string[] {
  const [first, ...others] = ports;
  if (!first || others.length === 0) return [];
  const { tables, macTexts, ownerIndex } = forwarding;
  const rows = tables[first.bridge]?.rows;
  const found: string[] = [];
  for (let row = 0; rows && row < rows.macs.length; row++) {
    const mac = rows.macs[row] as number;
    if (rows.portOfRow[row] !== first.port || (ownerIndex[mac] as number) >= 0) continue;
    if (others.every(({ bridge, port }) => tables[bridge]?.rows.portOf(mac) === port)) {
      found.push(macTexts[mac] as string);
    }
  }
  return found.sort(compareText);
}
