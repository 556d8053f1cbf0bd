import { compareOids, parseOid } from './recording.js';
import * as bgp4 from './tables/bgp4-mib.js';
import * as bridge from './tables/bridge-mib.js';
import * as ciscoBgp4 from './tables/cisco-bgp4-mib.js';
import * as ciscoCdp from './tables/cisco-cdp-mib.js';
import * as ciscoPagp from './tables/cisco-pagp-mib.js';
import * as ciscoVtp from './tables/cisco-vtp-mib.js';
import * as docsIf from './tables/docs-if-mib.js';
import * as docsIf3 from './tables/docs-if3-mib.js';
import * as docsIf31 from './tables/docs-if31-mib.js';
import * as docsPnm from './tables/docs-pnm-mib.js';
import * as entity from './tables/entity-mib.js';
import * as lag from './tables/ieee8023-lag-mib.js';
import * as interfaces from './tables/if-mib.js';
import * as ipForward from './tables/ip-forward-mib.js';
import * as ip from './tables/ip-mib.js';
import * as isis from './tables/isis-mib.js';
import * as lldp from './tables/lldp-mib.js';
import * as lldpV2 from './tables/lldp-v2-mib.js';
import * as ospf from './tables/ospf-mib.js';
import * as qBridge from './tables/q-bridge-mib.js';
import * as system from './tables/snmpv2-mib.js';
import * as timetraLldp from './tables/timetra-lldp-mib.js';
import * as tplinkLldp from './tables/tplink-lldp-mib.js';
import * as vrrp from './tables/vrrp-mib.js';

/** One table as this product reads it. */
export interface KnownTable {
  /** As in its MIB, `dot1dTpFdbTable`. */
  readonly name: string;
  readonly mib: string;
  readonly columns: readonly string[];
  /** Cisco IOS keeps rows of this table in each VLAN's context. */
  readonly isPerVlan: boolean;
  /** No more rows than this are read. */
  readonly maxRows?: number;
}

const PER_VLAN = 'BRIDGE-MIB';
const MIBS: Readonly<Record<string, object>> = {
  'SNMPv2-MIB': system,
  'IF-MIB': interfaces,
  'IP-MIB': ip,
  'IP-FORWARD-MIB': ipForward,
  'ENTITY-MIB': entity,
  'LLDP-MIB': lldp,
  'LLDP-V2-MIB': lldpV2,
  'CISCO-CDP-MIB': ciscoCdp,
  'TIMETRA-LLDP-MIB': timetraLldp,
  'TPLINK-LLDP-MIB': tplinkLldp,
  'IEEE8023-LAG-MIB': lag,
  'CISCO-PAGP-MIB': ciscoPagp,
  'CISCO-VTP-MIB': ciscoVtp,
  [PER_VLAN]: bridge,
  'Q-BRIDGE-MIB': qBridge,
  'OSPF-MIB': ospf,
  'ISIS-MIB': isis,
  'BGP4-MIB': bgp4,
  'CISCO-BGP4-MIB': ciscoBgp4,
  'VRRP-MIB': vrrp,
};

/** What a CMTS and a modem tell beside that; measuring reads it. */
const DOCSIS_MIBS: Readonly<Record<string, object>> = {
  'DOCS-IF-MIB': docsIf,
  'DOCS-IF3-MIB': docsIf3,
  'DOCS-IF31-MIB': docsIf31,
  'DOCS-PNM-MIB': docsPnm,
};

/** Tables whose name does not follow from their columns' names; by entry. */
const TABLE_NAMES: Readonly<Record<string, string>> = {
  '1.3.6.1.2.1.2.2.1': 'ifTable',
  '1.3.6.1.2.1.10.127.1.1.1.1': 'docsIfDownstreamChannelTable',
  '1.3.6.1.2.1.10.127.1.1.2.1': 'docsIfUpstreamChannelTable',
  '1.3.6.1.2.1.10.127.1.1.4.1': 'docsIfSignalQualityTable',
  '1.3.6.1.2.1.10.127.1.2.2.1': 'docsIfCmStatusTable',
  '1.3.6.1.2.1.10.127.1.3.3.1': 'docsIfCmtsCmStatusTable',
  '1.3.6.1.4.1.4491.2.1.20.1.1.1': 'docsIf3CmStatusTable',
  '1.3.6.1.4.1.4491.2.1.20.1.12.1': 'docsIf3MdNodeStatusTable',
  '1.3.6.1.4.1.4491.2.1.20.1.24.1': 'docsIf3SignalQualityExtTable',
  '1.3.6.1.4.1.4491.2.1.20.1.35.1': 'docsIf3CmSpectrumAnalysisMeasTable',
  '1.3.6.1.4.1.4491.2.1.27.1.1.2.1': 'docsPnmBulkFileTable',
  '1.3.6.1.4.1.4491.2.1.28.1.9.1': 'docsIf31CmDsOfdmChanTable',
  '1.3.6.1.4.1.4491.2.1.28.1.11.1': 'docsIf31CmDsOfdmChannelPowerTable',
  '1.3.6.1.4.1.4491.2.1.28.1.13.1': 'docsIf31CmUsOfdmaChanTable',
  '1.3.6.1.2.1.31.1.1.1': 'ifXTable',
  '1.3.6.1.2.1.31.1.2.1': 'ifStackTable',
  '1.3.6.1.2.1.4.20.1': 'ipAddrTable',
  '1.3.6.1.2.1.4.21.1': 'ipRouteTable',
  '1.3.6.1.2.1.4.24.4.1': 'ipCidrRouteTable',
  '1.3.6.1.2.1.4.24.7.1': 'inetCidrRouteTable',
  '1.3.6.1.2.1.17.1.4.1': 'dot1dBasePortTable',
  '1.3.6.1.2.1.17.7.1.2.1.1': 'dot1qFdbTable',
  '1.3.6.1.2.1.17.7.1.4.2.1': 'dot1qVlanCurrentTable',
  '1.3.6.1.2.1.17.7.1.4.3.1': 'dot1qVlanStaticTable',
  '1.0.8802.1.1.2.1.3.7.1': 'lldpLocPortTable',
  '1.0.8802.1.1.2.1.4.1.1': 'lldpRemTable',
  '1.0.8802.1.1.2.1.4.2.1': 'lldpRemManAddrTable',
  '1.3.111.2.802.1.1.13.1.3.7.1': 'lldpV2LocPortTable',
  '1.3.111.2.802.1.1.13.1.4.1.1': 'lldpV2RemTable',
  '1.3.111.2.802.1.1.13.1.4.2.1': 'lldpV2RemManAddrTable',
  '1.3.6.1.4.1.9.9.23.1.1.1.1': 'cdpInterfaceTable',
  '1.3.6.1.4.1.9.9.98.1.1.1.1': 'pagpEtherChannelTable',
  '1.2.840.10006.300.43.1.1.2.1': 'dot3adAggPortListTable',
  '1.2.840.10006.300.43.1.2.1.1': 'dot3adAggPortTable',
  '1.3.6.1.2.1.68.1.3.1': 'vrrpOperTable',
  '1.3.6.1.2.1.138.1.3.2.1': 'isisCircTable',
  '1.3.6.1.2.1.138.1.6.1.1': 'isisISAdjTable',
  '1.3.6.1.2.1.138.1.6.3.1': 'isisISAdjIPAddrTable',
  '1.3.6.1.4.1.9.10.118.1.3.2.1': 'ciiCircTable',
  '1.3.6.1.4.1.9.10.118.1.6.1.1': 'ciiISAdjTable',
  '1.3.6.1.4.1.9.10.118.1.6.3.1': 'ciiISAdjIPAddrTable',
};

const OID = /^\d+(\.\d+){4,}$/;
const isScalar = (oid: string): boolean => oid.endsWith('.0');

interface Named {
  readonly name: string;
  readonly oid: string;
}

/** The OIDs of a module of `tables/`, those of nested objects too; other constants are passed over. */
function namedIn(object: object): Named[] {
  return Object.entries(object).flatMap(([name, value]: [string, unknown]): Named[] => {
    if (typeof value === 'string') return OID.test(value) ? [{ name, oid: value }] : [];
    if (typeof value !== 'object' || value === null) return [];
    return namedIn(value).map((inner) => ({ name: `${name}.${inner.name}`, oid: inner.oid }));
  });
}

const sharedPrefix = (names: readonly string[]): string => {
  const [first = '', ...others] = names;
  let length = first.length;
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
};

function tablesIn(mib: string, named: readonly Named[]): KnownTable[] {
  const byEntry = new Map<string, Named[]>();
  for (const column of named.filter(({ oid }) => !isScalar(oid))) {
    const entry = column.oid.slice(0, column.oid.lastIndexOf('.'));
    byEntry.set(entry, [...(byEntry.get(entry) ?? []), column]);
  }
  return [...byEntry].map(([entry, columns]) => ({
    name: TABLE_NAMES[entry] ?? `${sharedPrefix(columns.map(({ name }) => name))}Table`,
    mib,
    columns: columns.map(({ oid }) => oid).sort((a, b) => compareOids(parseOid(a), parseOid(b))),
    isPerVlan: mib === PER_VLAN,
    ...(mib === 'IP-FORWARD-MIB' ? { maxRows: ipForward.MAX_ROUTES } : {}),
  }));
}

const named = (mibs: Readonly<Record<string, object>>) =>
  Object.entries(mibs).map(([mib, module]) => ({ mib, named: namedIn(module) }));
const ALL = named(MIBS);
const DOCSIS = named(DOCSIS_MIBS);

/** Every table that inference reads, in the order of `MIBS`. */
export const KNOWN_TABLES: readonly KnownTable[] = ALL.flatMap(({ mib, named }) => tablesIn(mib, named));

const scalarsOf = (mibs: typeof ALL): readonly string[] =>
  mibs.flatMap(({ named }) => named.map(({ oid }) => oid)).filter(isScalar);

/** Every single value that inference reads. */
export const KNOWN_SCALARS: readonly string[] = scalarsOf(ALL);

/** Those of them that each VLAN's context has of its own. */
export const VLAN_SCALARS: readonly string[] = scalarsOf(ALL.filter(({ mib }) => mib === PER_VLAN));

/** Every table of a CMTS or a modem that measuring reads. */
export const DOCSIS_TABLES: readonly KnownTable[] = DOCSIS.flatMap(({ mib, named }) => tablesIn(mib, named));

/** Their single values. */
export const DOCSIS_SCALARS: readonly string[] = scalarsOf(DOCSIS);

/** A device with anything below one of these is a CMTS or a modem. */
export const DOCSIS_ROOTS: readonly string[] = ['1.3.6.1.2.1.10.127', '1.3.6.1.4.1.4491.2.1'];
