import { ipFromBytes } from '../../lib/ip.js';
import * as ospf from '../../snmp/tables/ospf-mib.js';
import * as bgp from '../../snmp/tables/bgp4-mib.js';
import * as cbgp from '../../snmp/tables/cisco-bgp4-mib.js';
import { ciiIsis, isis, type IsisObjects } from '../../snmp/tables/isis-mib.js';
import { vrrpOperVirtualMacAddr } from '../../snmp/tables/vrrp-mib.js';
import type { RoutingFact } from '../facts.js';
import { getScalars } from './scalars.js';
import { readTable, type Cycle } from './table-log.js';
import { ipOfIndex, ipOrNull, macOrNull } from './values.js';

const OSPF_FULL = 8;
const OSPF_TWO_WAY = 4;
const hexOf = (bytes: Uint8Array | undefined): string | null =>
  bytes && bytes.length > 0 ? Buffer.from(bytes).toString('hex') : null;

/** OSPF, OSPFv3, BGP and IS-IS neighbours. */
export async function readRouting(cycle: Cycle): Promise<RoutingFact[]> {
  return [
    ...(await readOspf(cycle)),
    ...(await readOspfv3(cycle)),
    ...(await readBgp(cycle)),
    ...(await readIsis(cycle, 'isisISAdjTable', isis)),
    ...(await readIsis(cycle, 'ciiISAdjTable', ciiIsis)),
  ];
}

async function readOspf(cycle: Cycle): Promise<RoutingFact[]> {
  const scalars = await getScalars(cycle, 'routing', 'ospfGeneral', [ospf.ospfRouterId]);
  const localRouterId = ipOrNull(scalars?.bytes(ospf.ospfRouterId));
  const table = await readTable(cycle, 'routing', 'ospfNbrTable', [ospf.ospfNbrRtrId, ospf.ospfNbrState]);
  const facts: RoutingFact[] = [];
  for (let row = 0; row < table.rows.length; row++) {
    const index = table.rows.index(row);
    const neighbourIp = ipFromBytes(index.slice(0, 4)) ?? null;
    const unnumbered = index[4] ?? 0;
    const state = table.rows.number(1, row) ?? null;
    table.use();
    facts.push({
      protocol: 'ospf',
      up: state === OSPF_FULL || state === OSPF_TWO_WAY,
      state,
      localRouterId,
      neighbourRouterId: ipOrNull(table.rows.bytes(0, row)),
      neighbourIp,
      ifIndex: unnumbered > 0 ? unnumbered : null,
    });
  }
  return facts;
}

async function readOspfv3(cycle: Cycle): Promise<RoutingFact[]> {
  const table = await readTable(cycle, 'routing', 'ospfv3NbrTable', [ospf.ospfv3NbrAddress, ospf.ospfv3NbrState]);
  const dotted = (id: number) => ipFromBytes([id >>> 24, (id >>> 16) & 255, (id >>> 8) & 255, id & 255]) ?? null;
  const facts: RoutingFact[] = [];
  for (let row = 0; row < table.rows.length; row++) {
    const [ifIndex = 0, , routerId = 0] = table.rows.index(row);
    const state = table.rows.number(1, row) ?? null;
    table.use();
    facts.push({
      protocol: 'ospf',
      up: state === OSPF_FULL || state === OSPF_TWO_WAY,
      state,
      localRouterId: null,
      neighbourRouterId: dotted(routerId),
      neighbourIp: ipOrNull(table.rows.bytes(0, row)),
      ifIndex: ifIndex > 0 ? ifIndex : null,
    });
  }
  return facts;
}

const BGP_ESTABLISHED = 6;

async function readBgp(cycle: Cycle): Promise<RoutingFact[]> {
  const scalars = await getScalars(cycle, 'routing', 'bgp', [bgp.bgpLocalAs]);
  const localAs = scalars?.number(bgp.bgpLocalAs) ?? null;
  const facts = new Map<string, RoutingFact>();
  const note = (
    neighbourIp: string,
    state: number | undefined,
    localIp: string | null,
    neighbourAs: number | undefined,
    routerId: string | null,
  ) =>
    facts.set(neighbourIp, {
      protocol: 'bgp',
      up: state === BGP_ESTABLISHED,
      state: state ?? null,
      localAs,
      localIp,
      neighbourIp,
      neighbourAs: neighbourAs ?? null,
      neighbourRouterId: routerId,
    });
  const peers = await readTable(cycle, 'routing', 'bgpPeerTable', [
    bgp.bgpPeerState,
    bgp.bgpPeerLocalAddr,
    bgp.bgpPeerRemoteAs,
    bgp.bgpPeerIdentifier,
  ]);
  for (let row = 0; row < peers.rows.length; row++) {
    const neighbourIp = ipFromBytes(peers.rows.index(row));
    if (neighbourIp === undefined) peers.drop('no address');
    else {
      peers.use();
      const { rows } = peers;
      note(
        neighbourIp,
        rows.number(0, row),
        ipOrNull(rows.bytes(1, row)),
        rows.number(2, row),
        ipOrNull(rows.bytes(3, row)),
      );
    }
  }
  const peers2 = await readTable(cycle, 'routing', 'cbgpPeer2Table', [
    cbgp.cbgpPeer2State,
    cbgp.cbgpPeer2LocalAddr,
    cbgp.cbgpPeer2RemoteAs,
    cbgp.cbgpPeer2RemoteIdentifier,
  ]);
  for (let row = 0; row < peers2.rows.length; row++) {
    const neighbourIp = ipOfIndex(peers2.rows.index(row), 0);
    if (neighbourIp === undefined) peers2.drop('no address');
    else if (facts.has(neighbourIp)) peers2.drop('in bgpPeerTable too');
    else {
      peers2.use();
      const { rows } = peers2;
      note(
        neighbourIp,
        rows.number(0, row),
        ipOrNull(rows.bytes(1, row)),
        rows.number(2, row),
        ipOrNull(rows.bytes(3, row)),
      );
    }
  }
  return [...facts.values()];
}

const ISIS_UP = 3;

async function readIsis(cycle: Cycle, name: string, mib: IsisObjects): Promise<RoutingFact[]> {
  const table = await readTable(cycle, 'routing', name, [mib.adjState, mib.adjNeighSnpa, mib.adjNeighSysId]);
  if (table.rows.length === 0) return [];
  const scalars = await getScalars(cycle, 'routing', `${name} system`, [mib.sysId]);
  const circuits = await readTable(cycle, 'routing', `${name} circuits`, [mib.circIfIndex]);
  const ifIndexOf = new Map<number, number>();
  for (let row = 0; row < circuits.rows.length; row++) {
    circuits.use();
    ifIndexOf.set(circuits.rows.index(row)[0] ?? 0, circuits.rows.number(0, row) ?? 0);
  }
  const addresses = await readTable(cycle, 'routing', `${name} addresses`, [mib.adjIpAddress]);
  const ipsOf = new Map<string, string[]>();
  for (let row = 0; row < addresses.rows.length; row++) {
    const key = addresses.rows.index(row).slice(0, 2).join('.');
    const ip = ipOrNull(addresses.rows.bytes(0, row));
    if (ip === null) addresses.drop('no address');
    else {
      addresses.use();
      ipsOf.set(key, [...(ipsOf.get(key) ?? []), ip]);
    }
  }
  const facts: RoutingFact[] = [];
  for (let row = 0; row < table.rows.length; row++) {
    const [circuit = 0, adjacency = 0] = table.rows.index(row);
    const state = table.rows.number(0, row) ?? null;
    const ifIndex = ifIndexOf.get(circuit) ?? 0;
    table.use();
    facts.push({
      protocol: 'isis',
      up: state === ISIS_UP,
      state,
      localSystemId: hexOf(scalars?.bytes(mib.sysId)),
      neighbourSystemId: hexOf(table.rows.bytes(2, row)),
      neighbourSnpa: macOrNull(table.rows.bytes(1, row)),
      neighbourIps: ipsOf.get(`${circuit}.${adjacency}`) ?? [],
      circuit,
      ifIndex: ifIndex > 0 ? ifIndex : null,
    });
  }
  return facts;
}

/** MACs that this router answers with for a virtual router (VRRP-MIB). */
export async function readVirtualMacs(cycle: Cycle): Promise<string[]> {
  const table = await readTable(cycle, 'routing', 'vrrpOperTable', [vrrpOperVirtualMacAddr]);
  const macs: string[] = [];
  for (let row = 0; row < table.rows.length; row++) {
    const mac = macOrNull(table.rows.bytes(0, row));
    if (mac === null) table.drop('no MAC');
    else {
      table.use();
      macs.push(mac);
    }
  }
  return [...new Set(macs)].sort();
}
