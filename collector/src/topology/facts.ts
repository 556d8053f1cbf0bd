import type { WalkOutcome } from '../snmp/reader.js';

/**
 * What one device said of itself in one polling cycle, as plain JSON: times are RFC 3339 UTC with milliseconds,
 * MACs and IPs have one spelling (`lib/mac.ts`, `lib/ip.ts`), what is unknown is `null`. Facts carry no conclusion;
 * only numbers that name a port of the device itself are already resolved to its ifIndex.
 */

/** The kinds that are read, stored and aged separately. */
export const FACT_KINDS = [
  'system',
  'interfaces',
  'bridge',
  'arp',
  'mac',
  'lldp',
  'cdp',
  'stp',
  'lag',
  'routing',
  'routes',
  'chassis',
] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** How the reading of one MIB table ended. A device that lacks a table answers `complete` with no rows. */
export interface TableReport {
  readonly kind: FactKind;
  /** Only `complete` and `endOfMib` (see `isWhole`) may age or remove what was not seen. */
  readonly outcome: WalkOutcome;
  /** One sentence when the outcome is not whole. */
  readonly detail: string | null;
  readonly readAt: string;
  readonly rows: number;
  /** Rows that became facts. */
  readonly used: number;
  /** Why the others did not: reason to number of rows. */
  readonly dropped: Readonly<Record<string, number>>;
  /** The table is larger than we read: not whole, and no failure of the device. */
  readonly capped?: true;
}

/** SNMPv2-MIB system group and the keys of identity. */
export interface SystemFact {
  readonly sysName: string | null;
  readonly sysDescr: string | null;
  readonly sysObjectId: string | null;
  /** ENTITY-MIB chassis (class 3, or the stack of class 11). */
  readonly chassisSerial: string | null;
  readonly chassisModel: string | null;
}

export interface InterfaceAddress {
  readonly ip: string;
  /** Null when the agent gives no prefix. */
  readonly prefixLength: number | null;
}

/** One row of ifTable and ifXTable with its IP addresses. */
export interface InterfaceFact {
  readonly ifIndex: number;
  readonly ifName: string | null;
  readonly ifDescr: string | null;
  readonly ifAlias: string | null;
  /** IANAifType: 6 Ethernet, 24 loopback, 53 propVirtual, 131 tunnel, 161 LAG … */
  readonly ifType: number | null;
  readonly mac: string | null;
  readonly speedBps: number | null;
  readonly adminStatus: 'up' | 'down' | 'unknown';
  readonly operStatus: 'up' | 'down' | 'unknown';
  /** sysUpTime at the last change of ifOperStatus. */
  readonly lastChangeMs: number | null;
  /** ifHCInOctets, else ifInOctets. A double: above 2^53 octets the last ones are rounded, which a rate does not see. */
  readonly inOctets: number | null;
  readonly outOctets: number | null;
  /** Width of those counters, for the wrap. */
  readonly counterBits: 32 | 64;
  /** sysUpTime at which the counters last began anew; absent when the agent does not say. */
  readonly counterDiscontinuityMs?: number;
  /** sysUpTime when they were read, of the agent itself; part of the reading, not of what is stored. */
  readonly sampledUptimeMs?: number;
  readonly addresses: readonly InterfaceAddress[];
}

/** One IP to MAC binding (ipNetToMediaTable or ipNetToPhysicalTable). */
export interface ArpFact {
  readonly ifIndex: number;
  readonly ip: string;
  readonly mac: string;
  readonly type: 'dynamic' | 'static' | 'other';
}

/** One forwarding row. */
export interface MacFact {
  /** VLAN of the row; null where the table does not tell (BRIDGE-MIB without context, fdbId without a map). */
  readonly vlan: number | null;
  /** Filtering database that the row is in; null in BRIDGE-MIB without context. */
  readonly fdbId: number | null;
  readonly mac: string;
  /** dot1dBasePort; null when it is 0 or no port of the bridge. */
  readonly bridgePort: number | null;
  readonly ifIndex: number | null;
  readonly status: 'learned' | 'self' | 'mgmt' | 'other';
}

export interface BridgeFact {
  /** dot1dBaseBridgeAddress; null when all zero. */
  readonly baseAddress: string | null;
  readonly ports: readonly { readonly port: number; readonly ifIndex: number }[];
  /** dot1dTpLearnedEntryDiscards: above 0 the forwarding table is incomplete. */
  readonly learnedEntryDiscards: number | null;
  readonly agingTimeSec: number | null;
  readonly topologyChangeCount: number | null;
  readonly vlans: readonly { readonly vlan: number; readonly name: string | null; readonly fdbId: number | null }[];
}

/** How the device calls itself in LLDP and CDP. */
export interface NeighbourIdentityFact {
  readonly chassisSubtype: number | null;
  /** Text form; a MAC in the one spelling. */
  readonly chassisId: string | null;
  readonly chassisMac: string | null;
  readonly sysName: string | null;
  /** cdpGlobalDeviceId: how CDP neighbours name this device. */
  readonly cdpDeviceId: string | null;
}

/** Names under which neighbours may know a port of this device (lldpLocPortTable, cdpInterfaceTable). */
export interface LocalPortFact {
  /** lldpLocPortNum, or ifIndex for CDP. */
  readonly portNum: number;
  readonly source: 'lldp' | 'cdp';
  readonly ifIndex: number | null;
  readonly portSubtype: number | null;
  readonly portId: string | null;
  readonly portMac: string | null;
  readonly portDescr: string | null;
}

export type Capability = 'other' | 'repeater' | 'bridge' | 'wlan-ap' | 'router' | 'telephone' | 'docsis' | 'station';

/** One row of lldpRemTable (v1, v2 or a vendor's copy of it). */
export interface LldpFact {
  /** lldpRemLocalPortNum as reported; 0 is "not told". */
  readonly localPortNum: number;
  readonly remIndex: number;
  /** The local interface; null when the number could not be resolved. */
  readonly ifIndex: number | null;
  /** Local port for people when ifIndex has no name (lldpLocPortDesc or id). */
  readonly localPort: string | null;
  readonly chassisSubtype: number | null;
  readonly chassisId: string | null;
  readonly chassisMac: string | null;
  readonly portSubtype: number | null;
  readonly portId: string | null;
  readonly portMac: string | null;
  readonly portDescr: string | null;
  readonly sysName: string | null;
  readonly sysDescr: string | null;
  readonly capabilities: readonly Capability[];
  readonly managementIps: readonly string[];
  /** lldpRemTimeMark: sysUpTime at which the row became what it is; absent where the agent does not tell. */
  readonly changedAtMs?: number;
  /** lldpXdot3RemLinkAggPortId: ifIndex of the peer's aggregate; null when not aggregated. */
  readonly aggregatePort: number | null;
}

/** One row of cdpCacheTable. */
export interface CdpFact {
  readonly ifIndex: number;
  readonly deviceIndex: number;
  readonly deviceId: string | null;
  /** When the device id is a MAC in whatever spelling, raw octets included. */
  readonly deviceMac: string | null;
  readonly portId: string | null;
  readonly portMac: string | null;
  readonly platform: string | null;
  readonly sysName: string | null;
  readonly capabilities: readonly Capability[];
  readonly addresses: readonly string[];
}

/** Spanning tree of one VLAN (null: the common one). */
export interface StpBridgeFact {
  readonly vlan: number | null;
  readonly designatedRoot: string | null;
  readonly rootCost: number | null;
  /** ifIndex of the root port; null on the root bridge or when unknown. */
  readonly rootIfIndex: number | null;
}

export interface StpPortFact {
  readonly vlan: number | null;
  readonly port: number;
  readonly ifIndex: number | null;
  readonly state: 'disabled' | 'blocking' | 'listening' | 'learning' | 'forwarding' | 'broken' | 'unknown';
  /** MAC of the root this port believes in. */
  readonly designatedRoot: string | null;
  /** MAC of the bridge that is designated on the segment. */
  readonly designatedBridge: string | null;
  /** Port number of that bridge: the low 12 bits of the identifier. */
  readonly designatedPort: number | null;
  /** All 16 bits: some agents use more than 12 for the number. */
  readonly designatedPortRaw: number | null;
}

export interface StpFact {
  readonly bridges: readonly StpBridgeFact[];
  readonly ports: readonly StpPortFact[];
}

/** One member of one aggregate. */
export interface LagFact {
  readonly aggregateIfIndex: number;
  readonly memberIfIndex: number;
  readonly source: 'dot3ad' | 'pagp' | 'ifStack' | 'name';
  readonly actorSystem: string | null;
  readonly actorPort: number | null;
  /** Null when there is no partner (static aggregate). */
  readonly partnerSystem: string | null;
  readonly partnerPort: number | null;
}

/** One row of ifStackTable between two interfaces. */
export interface StackFact {
  readonly higherIfIndex: number;
  readonly lowerIfIndex: number;
}

/** One routing adjacency. `up` is the protocol's own word (OSPF full or twoWay, IS-IS up, BGP established). */
export type RoutingFact =
  | {
      readonly protocol: 'ospf';
      readonly up: boolean;
      readonly state: number | null;
      readonly localRouterId: string | null;
      readonly neighbourRouterId: string | null;
      readonly neighbourIp: string | null;
      /** The unnumbered interface, or that of OSPFv3; else found by subnet. */
      readonly ifIndex: number | null;
    }
  | {
      readonly protocol: 'isis';
      readonly up: boolean;
      readonly state: number | null;
      readonly localSystemId: string | null;
      readonly neighbourSystemId: string | null;
      readonly neighbourSnpa: string | null;
      readonly neighbourIps: readonly string[];
      readonly circuit: number;
      readonly ifIndex: number | null;
    }
  | {
      readonly protocol: 'bgp';
      readonly up: boolean;
      readonly state: number | null;
      readonly localAs: number | null;
      readonly localIp: string | null;
      readonly neighbourIp: string;
      readonly neighbourAs: number | null;
      readonly neighbourRouterId: string | null;
    };

export type RouteProtocol = 'local' | 'static' | 'ospf' | 'isis' | 'bgp' | 'rip' | 'eigrp' | 'other';

/** One route (inetCidrRouteTable, ipCidrRouteTable or ipRouteTable). Equal-cost routes are a row each. */
export interface RouteFact {
  readonly network: string;
  readonly prefixLength: number;
  /** Null when the network is connected or rejected. */
  readonly nextHop: string | null;
  /** Null when the agent does not tell, as for routes that are resolved through another one. */
  readonly ifIndex: number | null;
  readonly type: 'local' | 'remote' | 'reject';
  readonly protocol: RouteProtocol;
  readonly metric: number | null;
}

/** Everything one device said in one cycle. Kinds that were not asked have no report in `tables` and no rows. */
export interface DeviceFacts {
  readonly deviceId: string;
  /** Where the device is: equal private addresses of different scopes are different. Null when unknown. */
  readonly site: string | null;
  /** Start of the cycle, by our clock. */
  readonly polledAt: string;
  /** Null when the agent did not answer it. */
  readonly sysUpTimeMs: number | null;
  readonly system: SystemFact;
  readonly interfaces: readonly InterfaceFact[];
  readonly bridge: BridgeFact;
  readonly arp: readonly ArpFact[];
  readonly mac: readonly MacFact[];
  readonly localIdentity: NeighbourIdentityFact;
  readonly localPorts: readonly LocalPortFact[];
  readonly lldp: readonly LldpFact[];
  readonly cdp: readonly CdpFact[];
  readonly stp: StpFact;
  readonly lag: readonly LagFact[];
  readonly stack: readonly StackFact[];
  readonly routing: readonly RoutingFact[];
  readonly routes: readonly RouteFact[];
  /** Virtual-router MACs of this device (VRRP-MIB): never a host, never an identity. */
  readonly virtualMacs: readonly string[];
  /** By MIB table name; a table read in a VLAN context is `dot1dTpFdbTable@505`. */
  readonly tables: Readonly<Record<string, TableReport>>;
}

/** A device that said nothing yet. */
export const emptyFacts = (deviceId: string, polledAt: string): DeviceFacts => ({
  deviceId,
  site: null,
  polledAt,
  sysUpTimeMs: null,
  system: { sysName: null, sysDescr: null, sysObjectId: null, chassisSerial: null, chassisModel: null },
  interfaces: [],
  bridge: {
    baseAddress: null,
    ports: [],
    learnedEntryDiscards: null,
    agingTimeSec: null,
    topologyChangeCount: null,
    vlans: [],
  },
  arp: [],
  mac: [],
  localIdentity: { chassisSubtype: null, chassisId: null, chassisMac: null, sysName: null, cdpDeviceId: null },
  localPorts: [],
  lldp: [],
  cdp: [],
  stp: { bridges: [], ports: [] },
  lag: [],
  stack: [],
  routing: [],
  routes: [],
  virtualMacs: [],
  tables: {},
});

/**
 * The kinds of which every table that was asked ended whole. Only these may age or remove anything (promise P3);
 * a kind that was not asked in this cycle is not among them.
 */
export function wholeKinds(facts: Pick<DeviceFacts, 'tables'>): ReadonlySet<FactKind> {
  const asked = new Set<FactKind>();
  const broken = new Set<FactKind>();
  for (const report of Object.values(facts.tables)) {
    asked.add(report.kind);
    if (report.outcome !== 'complete' && report.outcome !== 'endOfMib') broken.add(report.kind);
  }
  for (const kind of broken) asked.delete(kind);
  return asked;
}
