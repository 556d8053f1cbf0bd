import type { FactKind, TableReport } from './facts.js';

/** Kinds that can show how two nodes are joined, best proof first, with what people call them and where they are. */
export const PROOFS = [
  { kind: 'lldp', source: 'LLDP neighbours', oid: '1.0.8802.1.1.2' },
  { kind: 'cdp', source: 'CDP neighbours', oid: '1.3.6.1.4.1.9.9.23' },
  { kind: 'lag', source: 'aggregation partners', oid: '1.2.840.10006.300.43' },
  { kind: 'stp', source: 'spanning tree', oid: '1.3.6.1.2.1.17.2' },
  { kind: 'mac', source: 'forwarding table', oid: '1.3.6.1.2.1.17' },
  { kind: 'arp', source: 'ARP table', oid: '1.3.6.1.2.1.4' },
  { kind: 'routing', source: 'routing adjacencies', oid: '1.3.6.1.2.1' },
] as const satisfies readonly { kind: FactKind; source: string; oid: string }[];
export type ProofKind = (typeof PROOFS)[number]['kind'];

export const oidOf = (kind: FactKind): string => PROOFS.find((proof) => proof.kind === kind)?.oid ?? '1.3.6.1.2.1';

export const sourceOf = (kind: FactKind): string => PROOFS.find((proof) => proof.kind === kind)?.source ?? kind;

const TABLE_TITLES: Readonly<Record<string, string>> = {
  system: 'name, description and uptime',
  'system (end)': 'uptime at the end of the cycle: a restart in between voids it',
  entPhysicalTable: 'chassis: model and serial number',
  ifTable: 'interfaces: state, speed, MAC, counters',
  ifXTable: 'interfaces: names, descriptions, 64-bit counters',
  ifStackTable: 'which interface stands on which',
  ipAddressTable: 'own addresses',
  ipAddrTable: 'own addresses, IPv4 only',
  dot1dBase: 'bridge address and port count',
  dot1dBasePortTable: 'bridge port to interface',
  dot1qVlanStaticTable: 'VLAN names',
  dot1qVlanCurrentTable: 'VLAN to forwarding database',
  vtpVlanTable: 'VLANs of a Cisco switch: each is read by itself',
  dot1qTpFdbTable: 'forwarding table by VLAN',
  ieee8021QBridgeTpFdbTable: 'forwarding table by VLAN, newer tree',
  dot1dTpFdbTable: 'forwarding table',
  ipNetToMediaTable: 'ARP, IPv4',
  ipNetToPhysicalTable: 'ARP and neighbour discovery',
  lldpLocalSystemData: 'how it calls itself in LLDP',
  lldpV2LocalSystemData: 'how it calls itself in LLDP version 2',
  lldpLocPortTable: 'how it calls its ports in LLDP',
  lldpV2LocPortTable: 'how it calls its ports in LLDP version 2',
  lldpRemTable: 'LLDP neighbours',
  lldpV2RemTable: 'LLDP version 2 neighbours',
  lldpRemManAddrTable: 'addresses of LLDP neighbours',
  lldpV2RemManAddrTable: 'addresses of LLDP version 2 neighbours',
  lldpXdot3RemLinkAggTable: 'aggregates of LLDP neighbours',
  tmnxLldpRemTable: 'LLDP neighbours, Nokia',
  tplinkLldpNeighborInfoTable: 'LLDP neighbours, TP-Link',
  cdpGlobal: 'how it calls itself in CDP',
  cdpInterfaceTable: 'how it calls its ports in CDP',
  cdpCacheTable: 'CDP neighbours',
  dot1dStp: 'spanning tree: root and cost',
  dot1dStpPortTable: 'spanning tree of each port',
  dot3adAggPortTable: 'members and partners of aggregates (LACP)',
  pagpEtherChannelTable: 'members of aggregates (PAgP)',
  isisISAdjTable: 'IS-IS neighbours',
  ciiISAdjTable: 'IS-IS neighbours, Cisco',
  ospfGeneral: 'OSPF router id',
  ospfNbrTable: 'OSPF neighbours',
  ospfv3NbrTable: 'OSPFv3 neighbours',
  bgp: 'BGP: own system number',
  bgpPeerTable: 'BGP peers',
  cbgpPeer2Table: 'BGP peers, Cisco, IPv6 too',
  vrrpOperTable: 'virtual router addresses: never a host',
};

/** What a table holds; `dot1dTpFdbTable@505` is the one of VLAN 505. */
export function tableTitle(table: string): string {
  const [name = table, vlan] = table.split('@');
  const title = TABLE_TITLES[name] ?? name;
  return vlan === undefined ? title : `${title}, VLAN ${vlan}`;
}

/** `2026-11-20 15:02:10 UTC`; recordings have no clock and say so with the epoch. */
export const timeText = (time: string): string =>
  time.startsWith('1970-01-01') || time === '' ? 'the recording' : `${time.slice(0, 19).replace('T', ' ')} UTC`;

export const count = (many: number, one: string, several = `${one}s`): string =>
  `${many} ${many === 1 ? one : several}`;

/** At most so many, and how many more there are. */
export function few(items: readonly string[], most = 4): string {
  const more = items.length - most;
  return more > 0 ? `${items.slice(0, most).join(', ')} and ${more} more` : items.join(', ');
}

/** `a, b and c` */
export const listed = (items: readonly string[]): string =>
  items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

const WHY: Readonly<Record<TableReport['outcome'], string>> = {
  complete: 'read',
  endOfMib: 'read',
  nonIncreasing: 'its agent answers out of order',
  tooBig: 'its agent cannot fit an answer',
  timeout: 'no answer',
  deadline: 'too slow or too large to read in time',
  errorStatus: 'its agent refused',
  authFailure: 'its agent refused the credential',
  cancelled: 'the reading was stopped',
};

/** Tables that are not whole, those with one reason together: `dot1dStpPortTable@20 and 2 more: no answer`. */
export function brokenTexts(broken: readonly (readonly [string, TableReport])[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const [table, report] of broken) {
    const why = report.detail ?? WHY[report.outcome];
    byReason.set(why, [...(byReason.get(why) ?? []), table]);
  }
  return [...byReason].map(([why, tables]) => `${few(tables, 1)}: ${why}`);
}
