import * as lldp from '../../snmp/tables/lldp-mib.js';
import * as lldpV2 from '../../snmp/tables/lldp-v2-mib.js';
import * as timetra from '../../snmp/tables/timetra-lldp-mib.js';
import * as tplink from '../../snmp/tables/tplink-lldp-mib.js';
import * as cdp from '../../snmp/tables/cisco-cdp-mib.js';
import type { Capability, CdpFact, LldpFact, LocalPortFact } from '../facts.js';
import type { Quirks } from '../quirks.js';
import type { PortNames } from '../port-names.js';
import { resolveLocalPort } from './local-ports.js';
import { readTable, type Cycle, type TableReading } from './table-log.js';
import {
  cdpCapabilities,
  ipOfIndex,
  ipOrNull,
  lldpCapabilities,
  macInIdentifier,
  macOrNull,
  textOrNull,
} from './values.js';

/** Names that local ports go by, and how a bare number is understood. */
export interface LocalPorts {
  readonly ports: readonly LocalPortFact[];
  readonly names: PortNames;
  readonly basePorts: ReadonlyMap<number, number>;
  readonly quirks: Quirks;
}

type RemoteIdentity = Omit<
  LldpFact,
  'localPortNum' | 'remIndex' | 'ifIndex' | 'localPort' | 'managementIps' | 'aggregatePort'
>;

/** Columns in this order: chassis subtype and id, port subtype and id, port description, name, description, capabilities. */
function remoteIdentity(table: TableReading, row: number): RemoteIdentity {
  const chassisSubtype = table.rows.number(0, row) ?? null;
  const chassisBytes = table.rows.bytes(1, row);
  const portSubtype = table.rows.number(2, row) ?? null;
  const portBytes = table.rows.bytes(3, row);
  const chassisMac = chassisSubtype === lldp.CHASSIS.mac ? macOrNull(chassisBytes) : macInIdentifier(chassisBytes);
  const portMac = portSubtype === lldp.PORT.mac ? macOrNull(portBytes) : macInIdentifier(portBytes);
  return {
    chassisSubtype,
    chassisId: chassisMac ?? networkAddress(chassisSubtype === lldp.CHASSIS.networkAddress, chassisBytes),
    chassisMac,
    portSubtype,
    // A MAC that came as text stays as the neighbour spells its port; portMac has the one spelling.
    portId:
      portMac !== null && portBytes?.length === 6
        ? portMac
        : networkAddress(portSubtype === lldp.PORT.networkAddress, portBytes),
    portMac,
    portDescr: textOrNull(table.rows.bytes(4, row)),
    sysName: textOrNull(table.rows.bytes(5, row)),
    sysDescr: textOrNull(table.rows.bytes(6, row)),
    capabilities: lldpCapabilities(table.rows.bytes(7, row)),
  };
}

/** A network address id starts with its IANA family (1 IPv4, 2 IPv6); everything else is text. */
function networkAddress(isAddress: boolean, bytes: Uint8Array | undefined): string | null {
  const ip = isAddress && bytes && (bytes[0] === 1 || bytes[0] === 2) ? ipOrNull(bytes.subarray(1)) : null;
  return ip ?? textOrNull(bytes);
}

const isEmpty = (row: RemoteIdentity) => row.chassisId === null && row.sysName === null && row.portId === null;

/** lldpRemTable, its v2 successor and the private copies, one fact a neighbour: the newest row of a time mark wins. */
export async function readLldp(cycle: Cycle, local: LocalPorts): Promise<LldpFact[]> {
  const facts = new Map<string, LldpFact>();
  const managementIps = await readManagementAddresses(cycle, 'lldpRemManAddrTable', lldp.lldpRemManAddrIfId, 3);
  const aggregates = await readAggregates(cycle);
  const v1 = await readTable(cycle, 'lldp', 'lldpRemTable', [
    lldp.lldpRemChassisIdSubtype,
    lldp.lldpRemChassisId,
    lldp.lldpRemPortIdSubtype,
    lldp.lldpRemPortId,
    lldp.lldpRemPortDesc,
    lldp.lldpRemSysName,
    lldp.lldpRemSysDesc,
    lldp.lldpRemSysCapEnabled,
  ]);
  const portOf = new Map(
    local.ports.filter((port) => port.source === 'lldp').map((port) => [port.portNum, port] as const),
  );
  for (let row = 0; row < v1.rows.length; row++) {
    const [timeMark = 0, localPortNum = 0, remIndex = 0] = v1.rows.index(row);
    const identity = remoteIdentity(v1, row);
    if (isEmpty(identity)) {
      v1.drop('names nobody');
      continue;
    }
    v1.use();
    const key = `${localPortNum}.${remIndex}`;
    const port = portOf.get(localPortNum);
    facts.set(key, {
      localPortNum,
      remIndex,
      ifIndex: port?.ifIndex ?? (port ? null : unlistedPort(localPortNum, local)),
      localPort: port?.portDescr ?? port?.portId ?? null,
      ...identity,
      managementIps: managementIps.get(key) ?? [],
      ...(timeMark > 0 ? { changedAtMs: timeMark * 10 } : {}),
      aggregatePort: aggregates.get(key) ?? null,
    });
  }
  await readLldpV2(cycle, facts);
  if (local.quirks.privateLldp === 'timetra') await readTimetra(cycle, facts);
  if (local.quirks.privateLldp === 'tplink') await readTplink(cycle, facts);
  return [...facts.values()];
}

/** A port number that lldpLocPortTable does not list. */
const unlistedPort = (portNum: number, local: LocalPorts): number | null =>
  portNum <= 0
    ? null
    : resolveLocalPort(
        { portNum, source: 'lldp', portSubtype: null, portId: null, portMac: null, portDescr: null },
        local.names,
        local.basePorts,
        local.quirks,
      );

async function readLldpV2(cycle: Cycle, facts: Map<string, LldpFact>): Promise<void> {
  const managementIps = await readManagementAddresses(cycle, 'lldpV2RemManAddrTable', lldpV2.lldpV2RemManAddrIfId, 4);
  const v2 = await readTable(cycle, 'lldp', 'lldpV2RemTable', [
    lldpV2.lldpV2RemChassisIdSubtype,
    lldpV2.lldpV2RemChassisId,
    lldpV2.lldpV2RemPortIdSubtype,
    lldpV2.lldpV2RemPortId,
    lldpV2.lldpV2RemPortDesc,
    lldpV2.lldpV2RemSysName,
    lldpV2.lldpV2RemSysDesc,
    lldpV2.lldpV2RemSysCapEnabled,
  ]);
  const known = new Set([...facts.values()].map((fact) => `${fact.ifIndex} ${fact.chassisId} ${fact.portId}`));
  noteByIfIndex(v2, facts, 'v2', managementIps, known);
}

async function readTimetra(cycle: Cycle, facts: Map<string, LldpFact>): Promise<void> {
  const table = await readTable(cycle, 'lldp', 'tmnxLldpRemTable', [
    timetra.tmnxLldpRemChassisIdSubtype,
    timetra.tmnxLldpRemChassisId,
    timetra.tmnxLldpRemPortIdSubtype,
    timetra.tmnxLldpRemPortId,
    timetra.tmnxLldpRemPortDesc,
    timetra.tmnxLldpRemSysName,
    timetra.tmnxLldpRemSysDesc,
    timetra.tmnxLldpRemSysCapEnabled,
  ]);
  noteByIfIndex(table, facts, 'timetra', new Map(), new Set());
}

/** Tables indexed by time mark, ifIndex, destination MAC, remote index. */
function noteByIfIndex(
  table: TableReading,
  facts: Map<string, LldpFact>,
  prefix: string,
  managementIps: ReadonlyMap<string, string[]>,
  known: ReadonlySet<string>,
): void {
  for (let row = 0; row < table.rows.length; row++) {
    const [, ifIndex = 0, destination = 0, remIndex = 0] = table.rows.index(row);
    const identity = remoteIdentity(table, row);
    if (isEmpty(identity)) table.drop('names nobody');
    else if (known.has(`${ifIndex} ${identity.chassisId} ${identity.portId}`)) table.drop('in lldpRemTable too');
    else {
      table.use();
      facts.set(`${prefix} ${ifIndex}.${destination}.${remIndex}`, {
        localPortNum: ifIndex,
        remIndex,
        ifIndex: ifIndex > 0 ? ifIndex : null,
        localPort: null,
        ...identity,
        managementIps: managementIps.get(`${ifIndex}.${destination}.${remIndex}`) ?? [],
        aggregatePort: null,
      });
    }
  }
}

const TPLINK_CHASSIS: Readonly<Record<string, number>> = {
  'mac address': lldp.CHASSIS.mac,
  'interface name': lldp.CHASSIS.ifName,
  'interface alias': lldp.CHASSIS.ifAlias,
};
const TPLINK_PORT: Readonly<Record<string, number>> = {
  'mac address': lldp.PORT.mac,
  'interface name': lldp.PORT.ifName,
  'interface alias': lldp.PORT.ifAlias,
};
const TPLINK_CAPABILITY: Readonly<Record<string, Capability>> = {
  bridge: 'bridge',
  router: 'router',
  repeater: 'repeater',
  telephone: 'telephone',
};

async function readTplink(cycle: Cycle, facts: Map<string, LldpFact>): Promise<void> {
  const table = await readTable(cycle, 'lldp', 'tplinkLldpNeighborInfoTable', [
    tplink.tplinkLldpChassisIdType,
    tplink.tplinkLldpChassisId,
    tplink.tplinkLldpPortIdType,
    tplink.tplinkLldpPortId,
    tplink.tplinkLldpPortDesc,
    tplink.tplinkLldpSysName,
    tplink.tplinkLldpSysDesc,
    tplink.tplinkLldpCapabilityEnabled,
  ]);
  for (let row = 0; row < table.rows.length; row++) {
    const [ifIndex = 0, remIndex = 0] = table.rows.index(row);
    const text = (column: number) => textOrNull(table.rows.bytes(column, row));
    const chassisMac = macInIdentifier(table.rows.bytes(1, row));
    const portMac = macInIdentifier(table.rows.bytes(3, row));
    table.use();
    facts.set(`tplink ${ifIndex}.${remIndex}`, {
      localPortNum: ifIndex,
      remIndex,
      ifIndex: ifIndex > 0 ? ifIndex : null,
      localPort: null,
      chassisSubtype: TPLINK_CHASSIS[text(0)?.toLowerCase() ?? ''] ?? null,
      chassisId: chassisMac ?? text(1),
      chassisMac,
      portSubtype: TPLINK_PORT[text(2)?.toLowerCase() ?? ''] ?? null,
      portId: text(3),
      portMac,
      portDescr: text(4),
      sysName: text(5),
      sysDescr: text(6),
      capabilities: (text(7) ?? '')
        .toLowerCase()
        .split(' ')
        .flatMap((word) => TPLINK_CAPABILITY[word] ?? []),
      managementIps: [],
      aggregatePort: null,
    });
  }
}

/** Management addresses stand in the index only. `skip` sub-identifiers before the address; the first is the time mark. */
async function readManagementAddresses(
  cycle: Cycle,
  name: string,
  column: string,
  skip: number,
): Promise<Map<string, string[]>> {
  const table = await readTable(cycle, 'lldp', name, [column]);
  const found = new Map<string, string[]>();
  for (let row = 0; row < table.rows.length; row++) {
    const index = table.rows.index(row);
    const ip = ipOfIndex(index, skip);
    if (ip === undefined) {
      table.drop('no IP address');
      continue;
    }
    table.use();
    const key = index.slice(1, skip).join('.');
    const ips = found.get(key);
    if (ips) ips.push(ip);
    else found.set(key, [ip]);
  }
  return found;
}

/** lldpXdot3RemLinkAggTable: the peer's aggregate, where its port is in one now. */
async function readAggregates(cycle: Cycle): Promise<Map<string, number>> {
  const table = await readTable(cycle, 'lldp', 'lldpXdot3RemLinkAggTable', [
    lldp.lldpXdot3RemLinkAggStatus,
    lldp.lldpXdot3RemLinkAggPortId,
  ]);
  const found = new Map<string, number>();
  for (let row = 0; row < table.rows.length; row++) {
    const status = table.rows.bytes(0, row)?.[0] ?? 0;
    const port = table.rows.number(1, row) ?? 0;
    if ((status & 0x40) === 0 || port <= 0) table.drop('not aggregated');
    else {
      table.use();
      found.set(table.rows.index(row).slice(1).join('.'), port);
    }
  }
  return found;
}

/** cdpCacheTable. An HP fills it from LLDP, with raw octets where a name belongs and one cable in two rows. */
export async function readCdp(cycle: Cycle): Promise<CdpFact[]> {
  const table = await readTable(cycle, 'cdp', 'cdpCacheTable', [
    cdp.cdpCacheAddress,
    cdp.cdpCacheDeviceId,
    cdp.cdpCacheDevicePort,
    cdp.cdpCachePlatform,
    cdp.cdpCacheCapabilities,
    cdp.cdpCacheSysName,
    cdp.cdpCachePrimaryMgmtAddr,
  ]);
  const facts: CdpFact[] = [];
  for (let row = 0; row < table.rows.length; row++) {
    const [ifIndex = 0, deviceIndex = 0] = table.rows.index(row);
    const deviceBytes = table.rows.bytes(1, row);
    const portBytes = table.rows.bytes(2, row);
    const deviceMac = macInIdentifier(deviceBytes);
    const portMac = macInIdentifier(portBytes);
    const deviceId = deviceBytes?.length === 6 && deviceMac ? deviceMac : textOrNull(deviceBytes);
    if (ifIndex <= 0 || deviceId === null) {
      table.drop('names nobody');
      continue;
    }
    table.use();
    const addresses = [ipOrNull(table.rows.bytes(0, row)), ipOrNull(table.rows.bytes(6, row))];
    facts.push({
      ifIndex,
      deviceIndex,
      deviceId,
      deviceMac,
      portId: portBytes?.length === 6 && portMac ? portMac : textOrNull(portBytes),
      portMac,
      platform: textOrNull(table.rows.bytes(3, row)),
      sysName: textOrNull(table.rows.bytes(5, row)),
      capabilities: cdpCapabilities(table.rows.bytes(4, row)),
      addresses: [...new Set(addresses.filter((ip) => ip !== null))],
    });
  }
  return facts;
}
