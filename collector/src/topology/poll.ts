import type { SnmpReader } from '../snmp/reader.js';
import * as entity from '../snmp/tables/entity-mib.js';
import * as system from '../snmp/tables/snmpv2-mib.js';
import { emptyFacts, FACT_KINDS, type DeviceFacts, type FactKind, type SystemFact } from './facts.js';
import { quirksOf, type Quirks } from './quirks.js';
import { readArp } from './polling/arp.js';
import { readBridge, readForwarding } from './polling/bridge.js';
import { readInterfaces, readStack } from './polling/interfaces.js';
import { readLag } from './polling/lag.js';
import { readLocalNames } from './polling/local-ports.js';
import { readCdp, readLldp } from './polling/neighbours.js';
import { PortNames } from './port-names.js';
import { readRoutes } from './polling/routes.js';
import { readRouting, readVirtualMacs } from './polling/routing.js';
import { getScalars } from './polling/scalars.js';
import { readSpanningTree } from './polling/spanning-tree.js';
import { readTable, TableLog, type Cycle } from './polling/table-log.js';
import { textOrNull } from './polling/values.js';

export interface PollOptions {
  readonly now: () => Date;
  readonly signal?: AbortSignal;
  /** What to read in this cycle; everything when absent. `system` is always read. */
  readonly kinds?: ReadonlySet<FactKind>;
  /** The facts so far: they name ports in a cycle that does not read the interface and port tables itself. */
  readonly previous?: DeviceFacts;
  readonly site?: string | null;
  /** False: tables are not read VLAN by VLAN (agents that do not answer `community@vlan` cost a timeout each). */
  readonly vlanContexts?: boolean;
}

/**
 * Reads one device once. Never rejects for what a device or the network does: every table's outcome is in
 * `tables`, and a restart of the device during the cycle voids all of it.
 */
export async function pollDevice(deviceId: string, reader: SnmpReader, options: PollOptions): Promise<DeviceFacts> {
  const kinds = options.kinds ?? new Set(FACT_KINDS);
  const log = new TableLog();
  const cycle: Cycle = {
    reader,
    now: options.now,
    signal: options.signal,
    log,
    vlanContexts: options.vlanContexts ?? true,
  };
  const startedAt = options.now();
  const basis = options.previous ?? emptyFacts(deviceId, startedAt.toISOString());

  const scalars = await getScalars(cycle, 'system', 'system', [
    system.sysDescr,
    system.sysObjectID,
    system.sysUpTime,
    system.sysName,
  ]);
  const uptimeBefore = scalars?.number(system.sysUpTime);
  const chassis = kinds.has('chassis') ? await readChassis(cycle) : basis.system;
  const systemFact: SystemFact = {
    sysName: textOrNull(scalars?.bytes(system.sysName)),
    sysDescr: textOrNull(scalars?.bytes(system.sysDescr)),
    sysObjectId: scalars?.oid(system.sysObjectID)?.join('.') ?? null,
    chassisSerial: chassis.chassisSerial,
    chassisModel: chassis.chassisModel,
  };
  const facts: DeviceFacts = {
    ...emptyFacts(deviceId, startedAt.toISOString()),
    site: options.site ?? null,
    sysUpTimeMs: uptimeBefore === undefined ? null : uptimeBefore * 10,
    system: systemFact,
    ...(await readTables(cycle, kinds, basis, systemFact.sysObjectId ?? basis.system.sysObjectId)),
  };
  await voidOnRestart(cycle, uptimeBefore);
  return { ...facts, tables: log.reports() };
}

async function readTables(
  cycle: Cycle,
  kinds: ReadonlySet<FactKind>,
  basis: DeviceFacts,
  sysObjectId: string | null,
): Promise<Partial<DeviceFacts>> {
  const quirks = quirksOf(sysObjectId);
  const fresh: { -readonly [K in keyof DeviceFacts]?: DeviceFacts[K] } = {};
  if (kinds.has('interfaces')) fresh.interfaces = await readInterfaces(cycle);
  if (kinds.has('lag')) fresh.stack = await readStack(cycle);
  const interfaces =
    fresh.interfaces && (cycle.log.isWhole('interfaces') || basis.interfaces.length === 0)
      ? fresh.interfaces
      : basis.interfaces;

  let contexts: readonly number[] = basis.bridge.vlans.filter(({ fdbId }) => fdbId === null).map(({ vlan }) => vlan);
  let { bridge } = basis;
  if (kinds.has('bridge')) {
    const read = await readBridge(cycle);
    if (cycle.log.isWhole('bridge') || basis.bridge.ports.length === 0) ({ bridge, contexts } = read);
    const ports = [...portTable(read.bridge.ports, interfaces, quirks)];
    fresh.bridge = { ...read.bridge, ports: ports.map(([port, ifIndex]) => ({ port, ifIndex })) };
  } else if (!Object.hasOwn(basis.tables, 'vtpVlanTable') || basis.tables['vtpVlanTable']?.used === 0) {
    contexts = [];
  }
  const basePorts = portTable(bridge.ports, interfaces, quirks);

  if (kinds.has('lldp') || kinds.has('cdp')) {
    const local = await readLocalNames(cycle, interfaces, basePorts, quirks);
    fresh.localIdentity = local.identity;
    fresh.localPorts = local.ports;
    const names = new PortNames(
      interfaces,
      local.ports.filter((port) => port.source === 'cdp'),
    );
    if (kinds.has('lldp')) fresh.lldp = await readLldp(cycle, { ports: local.ports, names, basePorts, quirks });
    if (kinds.has('cdp')) fresh.cdp = await readCdp(cycle);
  }
  if (kinds.has('lag')) fresh.lag = await readLag(cycle, interfaces, fresh.stack ?? basis.stack);
  if (kinds.has('stp')) fresh.stp = await readSpanningTree(cycle, basePorts, contexts);
  if (kinds.has('routing')) {
    fresh.routing = await readRouting(cycle);
    fresh.virtualMacs = await readVirtualMacs(cycle);
  }
  if (kinds.has('routes')) fresh.routes = await readRoutes(cycle);
  if (kinds.has('arp')) fresh.arp = await readArp(cycle);
  if (kinds.has('mac')) {
    const map = {
      ifIndexOfPort: basePorts,
      portOfIfIndex: new Map([...basePorts].map(([port, ifIndex]) => [ifIndex, port])),
      ifIndexes: new Set(interfaces.map(({ ifIndex }) => ifIndex)),
      quirks,
    };
    fresh.mac = await readForwarding(cycle, map, bridge.vlans, contexts);
  }
  const unread = (kind: 'interfaces' | 'bridge') =>
    kinds.has(kind) && !cycle.log.isWhole(kind) && basis.tables[REPRESENTATIVE[kind]] === undefined;
  if (unread('bridge')) cycle.log.degrade(new Set(['mac', 'stp']), 'ports cannot be named: no bridge port table');
  if (unread('interfaces')) {
    cycle.log.degrade(new Set(['lldp']), 'ports cannot be named: no interface table');
    // Rows whose port is no bridge port need the interfaces to be understood (see resolveFdbPort).
    if (fresh.mac?.some((row) => row.ifIndex === null && row.bridgePort !== null)) {
      cycle.log.degrade(new Set(['mac']), 'ports cannot be named: no interface table');
    }
  }
  return fresh;
}

/** Bridge port to ifIndex: by the agent's table, or by the rule that holds for a product whose table is wrong. */
function portTable(
  ports: DeviceFacts['bridge']['ports'],
  interfaces: DeviceFacts['interfaces'],
  { portOffset }: Quirks,
): Map<number, number> {
  if (portOffset === null) return new Map(ports.map(({ port, ifIndex }) => [port, ifIndex]));
  return new Map(
    interfaces.flatMap(({ ifIndex }) => (ifIndex > portOffset ? [[ifIndex - portOffset, ifIndex] as const] : [])),
  );
}

const REPRESENTATIVE = { interfaces: 'ifTable', bridge: 'dot1dBasePortTable' } as const;

/** Chassis of ENTITY-MIB: the stack if there is one, else the first chassis. */
async function readChassis(cycle: Cycle): Promise<Pick<SystemFact, 'chassisSerial' | 'chassisModel'>> {
  const table = await readTable(cycle, 'chassis', 'entPhysicalTable', [
    entity.entPhysicalClass,
    entity.entPhysicalSerialNum,
    entity.entPhysicalModelName,
  ]);
  let found: Pick<SystemFact, 'chassisSerial' | 'chassisModel'> | undefined;
  for (let row = 0; row < table.rows.length; row++) {
    const chassisSerial = textOrNull(table.rows.bytes(1, row));
    if (table.rows.number(0, row) !== 3) table.drop('no chassis');
    else if (chassisSerial === null) table.drop('no serial number');
    else {
      table.use();
      found ??= { chassisSerial, chassisModel: textOrNull(table.rows.bytes(2, row)) };
    }
  }
  return found ?? { chassisSerial: null, chassisModel: null };
}

async function voidOnRestart(cycle: Cycle, uptimeBefore: number | undefined): Promise<void> {
  if (uptimeBefore === undefined) return;
  const after = await getScalars(cycle, 'system', 'system (end)', [system.sysUpTime]);
  const uptimeAfter = after?.number(system.sysUpTime);
  if (uptimeAfter === undefined || uptimeAfter >= uptimeBefore) return;
  // sysUpTime wraps after 497 days: a wrap looks like a restart and costs one cycle, no more.
  cycle.log.degrade(new Set(FACT_KINDS), 'the device restarted during the cycle');
}
