import * as lldp from '../../snmp/tables/lldp-mib.js';
import * as lldpV2 from '../../snmp/tables/lldp-v2-mib.js';
import * as cdp from '../../snmp/tables/cisco-cdp-mib.js';
import type { InterfaceFact, LocalPortFact, NeighbourIdentityFact } from '../facts.js';
import type { Quirks } from '../quirks.js';
import { PortNames } from '../port-names.js';
import { getScalars } from './scalars.js';
import { readTable, type Cycle } from './table-log.js';
import { macInIdentifier, macOrNull, textOrNull } from './values.js';

/** How the device calls itself and its ports in LLDP and CDP. */
export async function readLocalNames(
  cycle: Cycle,
  interfaces: readonly InterfaceFact[],
  basePorts: ReadonlyMap<number, number>,
  quirks: Quirks,
): Promise<{ identity: NeighbourIdentityFact; ports: LocalPortFact[] }> {
  const cdpPorts = await readCdpPorts(cycle);
  const names = new PortNames(interfaces, cdpPorts);
  const lldpPorts = await readLldpPorts(cycle, names, basePorts, quirks);
  return { identity: await readIdentity(cycle), ports: [...lldpPorts, ...cdpPorts] };
}

async function readIdentity(cycle: Cycle): Promise<NeighbourIdentityFact> {
  const local = await getScalars(cycle, 'lldp', 'lldpLocalSystemData', [
    lldp.lldpLocChassisIdSubtype,
    lldp.lldpLocChassisId,
    lldp.lldpLocSysName,
  ]);
  const localV2 = await getScalars(cycle, 'lldp', 'lldpV2LocalSystemData', [
    lldpV2.lldpV2LocChassisIdSubtype,
    lldpV2.lldpV2LocChassisId,
    lldpV2.lldpV2LocSysName,
  ]);
  const global = await getScalars(cycle, 'cdp', 'cdpGlobal', [cdp.cdpGlobalDeviceId]);
  const chassisId = local?.bytes(lldp.lldpLocChassisId) ?? localV2?.bytes(lldpV2.lldpV2LocChassisId);
  const chassisSubtype =
    local?.number(lldp.lldpLocChassisIdSubtype) ?? localV2?.number(lldpV2.lldpV2LocChassisIdSubtype) ?? null;
  const cdpId = global?.bytes(cdp.cdpGlobalDeviceId);
  // A bracketed chassis id in the CDP name is the only trace of it on some HP switches.
  const chassisMac =
    (chassisSubtype === lldp.CHASSIS.mac ? macOrNull(chassisId) : macInIdentifier(chassisId)) ?? macInIdentifier(cdpId);
  return {
    chassisSubtype,
    chassisId: chassisMac && chassisId?.length === 6 ? chassisMac : textOrNull(chassisId),
    chassisMac,
    sysName: textOrNull(local?.bytes(lldp.lldpLocSysName) ?? localV2?.bytes(lldpV2.lldpV2LocSysName)),
    cdpDeviceId: macInIdentifier(cdpId) && cdpId?.length === 6 ? macInIdentifier(cdpId) : textOrNull(cdpId),
  };
}

async function readCdpPorts(cycle: Cycle): Promise<LocalPortFact[]> {
  const table = await readTable(cycle, 'cdp', 'cdpInterfaceTable', [cdp.cdpInterfaceName]);
  const ports: LocalPortFact[] = [];
  for (let row = 0; row < table.rows.length; row++) {
    const ifIndex = table.rows.index(row)[0];
    const name = textOrNull(table.rows.bytes(0, row));
    if (ifIndex === undefined || name === null) table.drop('no name');
    else {
      table.use();
      ports.push({
        portNum: ifIndex,
        source: 'cdp',
        ifIndex,
        portSubtype: null,
        portId: null,
        portMac: null,
        portDescr: name,
      });
    }
  }
  return ports;
}

async function readLldpPorts(
  cycle: Cycle,
  names: PortNames,
  basePorts: ReadonlyMap<number, number>,
  quirks: Quirks,
): Promise<LocalPortFact[]> {
  const ports: LocalPortFact[] = [];
  const v2 = await readTable(cycle, 'lldp', 'lldpV2LocPortTable', [
    lldpV2.lldpV2LocPortIdSubtype,
    lldpV2.lldpV2LocPortId,
    lldpV2.lldpV2LocPortDesc,
  ]);
  const v1 = await readTable(cycle, 'lldp', 'lldpLocPortTable', [
    lldp.lldpLocPortIdSubtype,
    lldp.lldpLocPortId,
    lldp.lldpLocPortDesc,
  ]);
  for (const table of [v1, v2]) {
    for (let row = 0; row < table.rows.length; row++) {
      const portNum = table.rows.index(row)[0];
      if (portNum === undefined) {
        table.drop('no port number');
        continue;
      }
      table.use();
      const portSubtype = table.rows.number(0, row) ?? null;
      const idBytes = table.rows.bytes(1, row);
      const portMac = portSubtype === lldp.PORT.mac ? macOrNull(idBytes) : macInIdentifier(idBytes);
      const port = {
        portNum,
        source: 'lldp' as const,
        portSubtype,
        portId: portMac && idBytes?.length === 6 ? portMac : textOrNull(idBytes),
        portMac,
        portDescr: textOrNull(table.rows.bytes(2, row)),
      };
      const ifIndex = table === v2 ? portNum : resolveLocalPort(port, names, basePorts, quirks);
      ports.push({ ...port, ifIndex });
    }
  }
  return ports;
}

const NUMBER = /^\d{1,9}$/;

/**
 * The interface of an LLDP local port. The number alone is tried last: on a third of recorded ports it is no
 * ifIndex, and on Juniper EX it is one although a bridge port of that number exists too.
 */
export function resolveLocalPort(
  port: Omit<LocalPortFact, 'ifIndex'>,
  names: PortNames,
  basePorts: ReadonlyMap<number, number>,
  quirks: Quirks,
): number | null {
  const id = port.portId;
  const numeric = id !== null && NUMBER.test(id) ? Number(id) : undefined;
  const exists = (ifIndex: number | undefined) => (ifIndex !== undefined && names.has(ifIndex) ? ifIndex : undefined);
  const shifted = quirks.portOffset === null ? undefined : exists(port.portNum + quirks.portOffset);
  const byNumber = quirks.basePortTableWrong ? undefined : basePorts.get(port.portNum);
  const found =
    (port.portSubtype === lldp.PORT.ifName ? names.byName(id) : undefined) ??
    (port.portSubtype === lldp.PORT.mac ? names.byMac(port.portMac) : undefined) ??
    (port.portSubtype === lldp.PORT.ifAlias ? (names.byAlias(id) ?? names.byName(id)) : undefined) ??
    // A switch whose ports are named by bare numbers means the name; ifIndex only where no port has that name.
    (numeric !== undefined && port.portNum !== numeric ? names.byName(id) : undefined) ??
    exists(numeric) ??
    names.byName(id) ??
    names.byName(port.portDescr) ??
    names.byMac(port.portMac) ??
    shifted ??
    names.byAlias(port.portDescr) ??
    exists(byNumber) ??
    exists(port.portNum);
  if (found !== undefined) return found;
  // Without an interface table the agent's own number is all there is; 0 says "not told".
  if (names.hasInterfaces || port.portNum <= 0) return null;
  return numeric ?? port.portNum;
}
