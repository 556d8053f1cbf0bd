import type { StpPortFact } from '../facts.js';
import { proof, type LinkDraft, type LinkDrafts } from './drafts.js';
import type { DeviceView, World } from './world.js';

/** MACs under which a bridge may stand in identifiers of spanning tree. */
const bridgeMacs = (device: DeviceView): string[] =>
  [device.facts.bridge.baseAddress, device.facts.localIdentity.chassisMac].filter((mac) => mac !== null);

/** Bridges by their address; two that share one (MLAG) are none. */
function bridgesByMac(world: World): Map<string, DeviceView | null> {
  const found = new Map<string, DeviceView | null>();
  for (const device of world.devices) {
    for (const mac of bridgeMacs(device)) {
      const before = found.get(mac);
      found.set(mac, before === undefined || before === device ? device : null);
    }
  }
  return found;
}

/** The port of the designated bridge: its own row with that number, else the number in its port table. */
function designatedIfIndex(far: DeviceView, row: StpPortFact): number | null {
  const own = far.facts.stp.ports.filter(
    (port) =>
      port.ifIndex !== null &&
      port.designatedPortRaw === row.designatedPortRaw &&
      port.designatedBridge === row.designatedBridge &&
      (port.vlan === row.vlan || row.vlan === null || port.vlan === null),
  );
  const ifIndexes = new Set(own.map((port) => port.ifIndex as number));
  if (ifIndexes.size === 1) return [...ifIndexes][0] ?? null;
  if (ifIndexes.size > 1 || row.designatedPort === null) return null;
  return far.basePorts.get(row.designatedPort) ?? null;
}

/**
 * A port whose designated bridge is another one leads to it, blocked ports too. Bridges that share an address, and
 * rows in which both ends would be one device, say nothing.
 */
export function linkSpanningTree(
  world: World,
  drafts: LinkDrafts,
  explained: (device: string, ifIndex: number) => boolean,
): void {
  const bridges = bridgesByMac(world);
  for (const device of world.devices) {
    const own = new Set(bridgeMacs(device));
    for (const row of device.facts.stp.ports) {
      if (row.ifIndex === null || row.designatedBridge === null || own.has(row.designatedBridge)) continue;
      if (row.state === 'disabled' || row.state === 'broken') continue;
      if (device.interfaces.get(row.ifIndex)?.operStatus === 'down') continue;
      const far = bridges.get(row.designatedBridge);
      if (!far || far === device) continue;
      const nearIfIndex = device.logical(row.ifIndex);
      const farIfIndex = designatedIfIndex(far, row);
      const farLogical = farIfIndex === null ? null : far.logical(farIfIndex);
      const known = hasLinkBetween(drafts, device.id, nearIfIndex, far.id, farLogical);
      // R13: a neighbour protocol on the port knows better what hangs directly on it.
      if (!known && explained(device.id, nearIfIndex)) continue;
      if (!known && farLogical !== null && explained(far.id, farLogical)) continue;
      if (farLogical === null) continue;
      const draft = drafts.add(
        { device: device.id, ifIndex: nearIfIndex, label: null },
        { device: far.id, ifIndex: farLogical, label: null },
        2,
        proof('stp', device.id, 'stp', [
          {
            device: device.id,
            table: 'dot1dStpPortTable',
            text: `${device.label(row.ifIndex) ?? row.ifIndex} (${row.state}): designated bridge ${row.designatedBridge}, port ${row.designatedPort ?? '?'}`,
          },
        ]),
      );
      if (row.vlan !== null) draft.vlans.add(row.vlan);
    }
  }
}

function hasLinkBetween(drafts: LinkDrafts, a: string, aIfIndex: number, b: string, bIfIndex: number | null): boolean {
  return [...drafts.at(a, aIfIndex)].some((draft) => {
    const other = draft.a.device === a && draft.a.ifIndex === aIfIndex ? draft.b : draft.a;
    return other.device === b && (bIfIndex === null || other.ifIndex === bIfIndex);
  });
}

/** What spanning tree does on a port: over all VLANs, one that forwards is enough. */
export function portState(
  device: DeviceView | undefined,
  ifIndex: number | null,
): 'blocked' | 'forwarding' | 'unknown' {
  if (!device || ifIndex === null) return 'unknown';
  const members = device.membersOf.get(ifIndex) ?? [];
  let blocked = false;
  for (const row of device.facts.stp.ports) {
    if (row.ifIndex !== ifIndex && !(row.ifIndex !== null && members.includes(row.ifIndex))) continue;
    if (row.state === 'forwarding') return 'forwarding';
    blocked ||= row.state === 'blocking' || row.state === 'listening' || row.state === 'learning';
  }
  return blocked ? 'blocked' : 'unknown';
}

/** True when an end blocks, false when the ends that tell forward, null when none tells. */
export function isBlocked(world: World, draft: Pick<LinkDraft, 'a' | 'b'>): boolean | null {
  const states = [draft.a, draft.b].map((end) => portState(world.byId.get(end.device), end.ifIndex));
  if (states.includes('blocked')) return true;
  return states.includes('forwarding') ? false : null;
}
