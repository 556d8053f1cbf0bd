import type { DeviceFacts } from './facts.js';
import type { ForwardingView } from './path.js';

/** Forwarding tables of all devices as path search asks for them. Rows whose VLAN the table does not tell count in every VLAN. */
export function forwardingView(facts: ReadonlyMap<string, DeviceFacts>): ForwardingView {
  const tables = new Map<string, Map<string, number>>();
  const vlansOf = new Map<string, number[]>();
  for (const [device, { mac }] of facts) {
    const ports = new Map<string, number>();
    const vlans = new Set<number>();
    for (const row of mac) {
      if (row.status !== 'learned' || row.ifIndex === null) continue;
      ports.set(keyOf(row.vlan, row.mac), row.ifIndex);
      if (row.vlan !== null) vlans.add(row.vlan);
    }
    tables.set(device, ports);
    vlansOf.set(
      device,
      [...vlans].sort((a, b) => a - b),
    );
  }
  return {
    port(device, vlan, mac) {
      const ports = tables.get(device);
      return ports?.get(keyOf(vlan, mac)) ?? ports?.get(keyOf(null, mac));
    },
    macs(node) {
      if (node.startsWith('host:') || node.startsWith('cm:')) return [node.slice(node.indexOf(':') + 1)];
      const device = facts.get(node);
      if (!device) return [];
      const own = device.interfaces.flatMap(({ mac }) => (mac === null ? [] : [mac]));
      return [...new Set([...own, ...(device.bridge.baseAddress === null ? [] : [device.bridge.baseAddress])])];
    },
    vlans: (device) => vlansOf.get(device) ?? [],
  };
}

const keyOf = (vlan: number | null, mac: string) => `${vlan ?? ''} ${mac}`;
