import type { DeviceFacts } from './facts.js';

/** One fact as `topology infer --facts` prints it. */
export interface FactLine {
  readonly device: string;
  readonly table: string;
  readonly ifIndex: number | null;
  readonly mac: string | null;
  readonly vlan: number | null;
  readonly ip: string | null;
  readonly remoteName: string | null;
  readonly remotePort: string | null;
}

/** Neighbours, forwarding, ARP and routing rows of one device, one flat line each. */
export function factLines(facts: DeviceFacts): FactLine[] {
  const line = (table: string, ifIndex: number | null, rest: Partial<FactLine>): FactLine => ({
    device: facts.deviceId,
    table,
    ifIndex,
    mac: null,
    vlan: null,
    ip: null,
    remoteName: null,
    remotePort: null,
    ...rest,
  });
  return [
    ...facts.lldp.map((row) =>
      line('lldp', row.ifIndex, {
        mac: row.chassisMac,
        ip: row.managementIps[0] ?? null,
        remoteName: row.sysName ?? row.chassisId,
        remotePort: row.portId ?? row.portDescr,
      }),
    ),
    ...facts.cdp.map((row) =>
      line('cdp', row.ifIndex, {
        mac: row.deviceMac,
        ip: row.addresses[0] ?? null,
        remoteName: row.deviceId ?? row.sysName,
        remotePort: row.portId,
      }),
    ),
    ...facts.mac.map((row) => line('mac', row.ifIndex, { mac: row.mac, vlan: row.vlan })),
    ...facts.arp.map((row) => line('arp', row.ifIndex, { mac: row.mac, ip: row.ip })),
    ...facts.routing.map((row) =>
      row.protocol === 'isis'
        ? line('isis', row.ifIndex, {
            mac: row.neighbourSnpa,
            ip: row.neighbourIps[0] ?? null,
            remoteName: row.neighbourSystemId,
          })
        : line(row.protocol, row.protocol === 'ospf' ? row.ifIndex : null, {
            ip: row.neighbourIp,
            remoteName: row.neighbourRouterId,
          }),
    ),
    ...facts.stp.ports.map((row) =>
      line('stp', row.ifIndex, {
        vlan: row.vlan,
        mac: row.designatedBridge,
        remotePort: String(row.designatedPort ?? ''),
      }),
    ),
    ...facts.lag.map((row) =>
      line('lag', row.memberIfIndex, { mac: row.partnerSystem, remotePort: String(row.aggregateIfIndex) }),
    ),
  ];
}
