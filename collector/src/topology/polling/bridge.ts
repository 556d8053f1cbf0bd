import { isGroupMac, isZeroMac, type Mac } from '../../lib/mac.js';
import { isMulticastMac } from '../identity.js';
import * as bridgeMib from '../../snmp/tables/bridge-mib.js';
import * as qBridge from '../../snmp/tables/q-bridge-mib.js';
import * as vtp from '../../snmp/tables/cisco-vtp-mib.js';
import type { BridgeFact, MacFact } from '../facts.js';
import { readTable, type Cycle, type TableReading } from './table-log.js';
import { macOfIndex, macOrNull, textOrNull } from './values.js';
import { getScalars } from './scalars.js';
import type { Quirks } from '../quirks.js';

const FDB_LIMITS = { rows: 200_000, bytes: 64 * 1024 * 1024, pdus: 50_000, timeMs: 120_000 } as const;
/** No device has use for more contexts in one cycle; VTP lists at most 4094 VLANs. */
const MAX_CONTEXTS = 1_024;

/** VLANs whose contexts hold BRIDGE-MIB rows of their own: operational Ethernet ones without the four reserved. */
async function readContextVlans(cycle: Cycle): Promise<{ vlan: number; name: string | null }[]> {
  if (!cycle.vlanContexts) return [];
  const table = await readTable(cycle, 'bridge', 'vtpVlanTable', [vtp.vtpVlanState, vtp.vtpVlanType, vtp.vtpVlanName]);
  const vlans: { vlan: number; name: string | null }[] = [];
  for (let row = 0; row < table.rows.length; row++) {
    const vlan = table.rows.index(row)[1] ?? 0;
    const type = table.rows.number(1, row);
    if (vlan < 1 || (vlan >= 1002 && vlan <= 1005) || vlan > 4094) table.drop('reserved VLAN');
    else if (table.rows.number(0, row) !== 1) table.drop('not operational');
    else if (type !== undefined && type !== 1) table.drop('not Ethernet');
    else if (vlans.length >= MAX_CONTEXTS) table.drop('too many contexts');
    else {
      table.use();
      vlans.push({ vlan, name: textOrNull(table.rows.bytes(2, row)) });
    }
  }
  return vlans;
}

async function readBasePorts(cycle: Cycle, ports: Map<number, number>, vlan?: number): Promise<boolean> {
  const table = await readTable(
    cycle,
    'bridge',
    'dot1dBasePortTable',
    [bridgeMib.dot1dBasePortIfIndex],
    vlan === undefined ? {} : { vlan },
  );
  for (let row = 0; row < table.rows.length; row++) {
    const port = table.rows.index(row)[0] ?? 0;
    const ifIndex = table.rows.number(0, row) ?? 0;
    if (port <= 0 || ifIndex <= 0) table.drop('no interface');
    else {
      table.use();
      // A port number means the same in every context; the first answer stays.
      if (!ports.has(port)) ports.set(port, ifIndex);
    }
  }
  return table.whole;
}

/** Contexts that are not configured all time out: three in a row are enough to know. */
const SILENT_CONTEXTS = 3;

async function eachContext(contexts: readonly number[], read: (vlan: number) => Promise<boolean>): Promise<void> {
  let silent = 0;
  for (const vlan of contexts) {
    silent = (await read(vlan)) ? 0 : silent + 1;
    if (silent >= SILENT_CONTEXTS) return;
  }
}

/** dot1qVlanFdbId: filtering database to its VLANs. */
async function readVlans(cycle: Cycle): Promise<BridgeFact['vlans']> {
  const names = await readTable(cycle, 'bridge', 'dot1qVlanStaticTable', [qBridge.dot1qVlanStaticName]);
  const nameOf = new Map<number, string | null>();
  for (let row = 0; row < names.rows.length; row++) {
    nameOf.set(names.rows.index(row)[0] ?? 0, textOrNull(names.rows.bytes(0, row)));
    names.use();
  }
  const current = await readTable(cycle, 'bridge', 'dot1qVlanCurrentTable', [qBridge.dot1qVlanFdbId]);
  const fdbIdOf = new Map<number, number>();
  for (let row = 0; row < current.rows.length; row++) {
    const vlan = current.rows.index(row)[1];
    const fdbId = current.rows.number(0, row);
    if (vlan === undefined || fdbId === undefined) current.drop('no VLAN or database');
    else {
      current.use();
      fdbIdOf.set(vlan, fdbId);
    }
  }
  const vlans = [...new Set([...nameOf.keys(), ...fdbIdOf.keys()])].sort((a, b) => a - b);
  return vlans.map((vlan) => ({ vlan, name: nameOf.get(vlan) ?? null, fdbId: fdbIdOf.get(vlan) ?? null }));
}

/** Bridge identity, port map over all contexts, VLANs. `contexts` is empty where the agent has no VTP list. */
export async function readBridge(cycle: Cycle): Promise<{ bridge: BridgeFact; contexts: readonly number[] }> {
  const contextVlans = await readContextVlans(cycle);
  const ports = new Map<number, number>();
  await readBasePorts(cycle, ports);
  await eachContext(
    contextVlans.map(({ vlan }) => vlan),
    (vlan) => readBasePorts(cycle, ports, vlan),
  );
  const scalars = await getScalars(cycle, 'bridge', 'dot1dBase', [
    bridgeMib.dot1dBaseBridgeAddress,
    bridgeMib.dot1dTpLearnedEntryDiscards,
    bridgeMib.dot1dTpAgingTime,
    bridgeMib.dot1dStpTopChanges,
  ]);
  const vlans = await readVlans(cycle);
  const known = new Set(vlans.map(({ vlan }) => vlan));
  return {
    bridge: {
      baseAddress: macOrNull(scalars?.bytes(bridgeMib.dot1dBaseBridgeAddress)),
      ports: [...ports].sort(([a], [b]) => a - b).map(([port, ifIndex]) => ({ port, ifIndex })),
      learnedEntryDiscards: scalars?.number(bridgeMib.dot1dTpLearnedEntryDiscards) ?? null,
      agingTimeSec: scalars?.number(bridgeMib.dot1dTpAgingTime) ?? null,
      topologyChangeCount: scalars?.number(bridgeMib.dot1dStpTopChanges) ?? null,
      vlans: [
        ...vlans,
        ...contextVlans.filter(({ vlan }) => !known.has(vlan)).map((vlan) => ({ ...vlan, fdbId: null })),
      ].sort((a, b) => a.vlan - b.vlan),
    },
    contexts: contextVlans.map(({ vlan }) => vlan),
  };
}

const LEARNED = 3;
const STATUS: Readonly<Record<number, MacFact['status']>> = { 3: 'learned', 4: 'self', 5: 'mgmt' };

/** What turns the port number of a forwarding row into a port of this device. */
export interface PortMap {
  readonly ifIndexOfPort: ReadonlyMap<number, number>;
  readonly portOfIfIndex: ReadonlyMap<number, number>;
  readonly ifIndexes: ReadonlySet<number>;
  readonly quirks: Quirks;
}

/** Some agents write the ifIndex where a bridge port belongs (16 of 169 recorded devices, at least in part). */
export function resolveFdbPort(map: PortMap, port: number): { bridgePort: number | null; ifIndex: number | null } {
  if (port <= 0) return { bridgePort: null, ifIndex: null };
  const shift = map.quirks.fdbPortIsIfIndex ? undefined : map.ifIndexOfPort.get(port);
  if (shift !== undefined) return { bridgePort: port, ifIndex: shift };
  if (map.ifIndexes.has(port)) return { bridgePort: map.portOfIfIndex.get(port) ?? null, ifIndex: port };
  return { bridgePort: port, ifIndex: null };
}

class FdbRows {
  readonly #facts = new Map<string, MacFact>();
  readonly #map: PortMap;

  constructor(map: PortMap) {
    this.#map = map;
  }

  note(
    table: TableReading,
    row: number,
    id: { vlan: number | null; fdbId: number | null },
    mac: Mac | undefined,
  ): void {
    const port = table.rows.number(0, row);
    const statusNumber = table.rows.number(1, row);
    if (mac === undefined) return table.drop('no MAC in the index');
    if (statusNumber === 2) return table.drop('invalid');
    // A bridge learns source addresses only: a learned row with the group bit is a station with a broken address.
    const group = isMulticastMac(mac) || (isGroupMac(mac) && statusNumber !== LEARNED);
    if (isZeroMac(mac) || group) return table.drop('group or zero address');
    const resolved = resolveFdbPort(this.#map, port ?? 0);
    if (resolved.bridgePort === null && resolved.ifIndex === null && statusNumber !== 4) {
      table.drop('port unknown');
    } else table.use();
    // Agents without the status column mean learned rows.
    const status = statusNumber === undefined ? 'learned' : (STATUS[statusNumber] ?? 'other');
    const key = `${id.vlan ?? ''} ${mac} ${resolved.ifIndex ?? ''} ${resolved.bridgePort ?? ''}`;
    const before = this.#facts.get(key);
    if (before && before.status !== 'other') return;
    this.#facts.set(key, { ...id, mac, ...resolved, status });
  }

  /** A row without VLAN adds nothing where the same MAC and port is known with one. */
  all(): MacFact[] {
    const rows = [...this.#facts.values()];
    const withVlan = new Set(rows.filter((row) => row.vlan !== null).map(portOf));
    return rows.filter((row) => row.vlan !== null || !withVlan.has(portOf(row)));
  }
}

const portOf = (row: MacFact) => `${row.mac} ${row.ifIndex ?? `p${row.bridgePort ?? ''}`}`;

/** All forwarding rows: Q-BRIDGE in both trees, BRIDGE-MIB, BRIDGE-MIB per VLAN context; merged on MAC and port. */
export async function readForwarding(
  cycle: Cycle,
  map: PortMap,
  vlans: BridgeFact['vlans'],
  contexts: readonly number[],
): Promise<MacFact[]> {
  const rows = new FdbRows(map);
  const vlanOf = fdbIdToVlan(vlans, map.quirks);

  const qRows = await readTable(cycle, 'mac', 'dot1qTpFdbTable', [qBridge.dot1qTpFdbPort, qBridge.dot1qTpFdbStatus], {
    limits: FDB_LIMITS,
  });
  for (let row = 0; row < qRows.rows.length; row++) {
    const index = qRows.rows.index(row);
    const fdbId = index[0] ?? 0;
    rows.note(qRows, row, { vlan: vlanOf(fdbId), fdbId }, macOfIndex(index, 1));
  }
  const ieee = await readTable(
    cycle,
    'mac',
    'ieee8021QBridgeTpFdbTable',
    [qBridge.ieee8021QBridgeTpFdbPort, qBridge.ieee8021QBridgeTpFdbStatus],
    { limits: FDB_LIMITS },
  );
  for (let row = 0; row < ieee.rows.length; row++) {
    const index = ieee.rows.index(row);
    const fdbId = index[1] ?? 0;
    rows.note(ieee, row, { vlan: vlanOf(fdbId), fdbId }, macOfIndex(index, 2));
  }
  // A device that has contexts answers for VLAN 1 without one.
  const plainVlan = contexts.length > 0 ? 1 : null;
  const readPlain = async (vlan?: number): Promise<boolean> => {
    const columns = [bridgeMib.dot1dTpFdbPort, bridgeMib.dot1dTpFdbStatus];
    const options = vlan === undefined ? { limits: FDB_LIMITS } : { limits: FDB_LIMITS, vlan };
    const table = await readTable(cycle, 'mac', 'dot1dTpFdbTable', columns, options);
    for (let row = 0; row < table.rows.length; row++) {
      rows.note(table, row, { vlan: vlan ?? plainVlan, fdbId: null }, macOfIndex(table.rows.index(row), 0));
    }
    return table.whole;
  };
  await readPlain();
  await eachContext(contexts, readPlain);
  return rows.all();
}

/** dot1qVlanFdbId; without it the number is the VLAN, as on nearly all agents. Several VLANs in one: unknown. */
function fdbIdToVlan(vlans: BridgeFact['vlans'], quirks: Quirks): (fdbId: number) => number | null {
  if (quirks.fdbIdHidesVlan) return () => null;
  const vlansOf = new Map<number, number[]>();
  for (const { vlan, fdbId } of vlans) {
    if (fdbId !== null) vlansOf.set(fdbId, [...(vlansOf.get(fdbId) ?? []), vlan]);
  }
  return (fdbId) => {
    const found = vlansOf.get(fdbId);
    if (found) return found.length === 1 ? (found[0] ?? null) : null;
    return fdbId >= 1 && fdbId <= 4094 ? fdbId : null;
  };
}
