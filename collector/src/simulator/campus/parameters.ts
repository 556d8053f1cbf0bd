/** An inclusive range of whole numbers. */
export type Range = readonly [min: number, max: number];

/** What a generated network looks like. Ratios are 0 to 1. The defaults are those of a middling office campus. */
export interface Parameters {
  readonly seed: number;
  readonly sites: number;
  /** Two core switches a site instead of one. */
  readonly corePair: boolean;
  readonly distribution: number;
  readonly accessPerDistribution: number;
  /** Access switches that hang on another access switch. */
  readonly chainRatio: number;
  /** Two make a VRRP pair. */
  readonly routersPerSite: 1 | 2;
  /** Sites meet over routed links, or in one bridged domain behind a backbone switch. */
  readonly backbone: 'routed' | 'bridged';
  /** Used access ports per access switch. */
  readonly portsPerAccess: Range;
  readonly vlans: number;
  readonly vlansPerAccess: number;
  /** Uplinks that are an aggregate of two or four cables. */
  readonly lagRatio: number;
  /** Uplinks with a second one beside them, which the spanning tree blocks. */
  readonly redundantRatio: number;
  /** Pairs of distribution switches per site that share one aggregate towards their access switches. */
  readonly mlagPairs: number;
  readonly lldpRatio: number;
  readonly cdpOnlyRatio: number;
  /** Switches that announce themselves but do not show their neighbours. */
  readonly oneSidedRatio: number;
  /** Switches that answer the spanning tree group. */
  readonly stpRatio: number;
  /** Switches that answer the aggregation tables. */
  readonly lagTablesRatio: number;
  readonly miniSwitchRatio: number;
  readonly phoneRatio: number;
  readonly accessPointRatio: number;
  readonly hypervisorRatio: number;
  /** Hosts that broadcast within the ageing time: they are in every table of their VLAN. */
  readonly broadcastRatio: number;
  /** Hosts that sent nothing: they are in no table. The rest talked to its gateway only. */
  readonly silentRatio: number;
  /** Hosts that changed their port within the ageing time and left rows behind. */
  readonly movedRatio: number;
  /** Switches whose own MAC is seen by the others. */
  readonly visibleMacRatio: number;
  /** Access switches that nobody polls. */
  readonly unpolledRatio: number;
  /** Tables that time out in one cycle. */
  readonly lostTableRatio: number;
  /** ARP rows of hosts that are gone, as a share of those present. */
  readonly goneArpRatio: number;
  /** Every site uses the same private addresses. */
  readonly overlappingSubnets: boolean;
  /** Devices with one of the oddities of real agents. */
  readonly quirkRatio: number;
  /** First two octets of the management addresses. */
  readonly management: readonly [number, number];
  /** Devices answer Cisco's way, one VLAN a context, in this share. */
  readonly ciscoRatio: number;
}

/** The typical values of the topology reference, section 13. */
export const DEFAULTS: Parameters = {
  seed: 1,
  sites: 1,
  corePair: false,
  distribution: 4,
  accessPerDistribution: 6,
  chainRatio: 0.15,
  routersPerSite: 2,
  backbone: 'routed',
  portsPerAccess: [20, 44],
  vlans: 8,
  vlansPerAccess: 3,
  lagRatio: 0.4,
  redundantRatio: 0.5,
  mlagPairs: 0,
  lldpRatio: 0.7,
  cdpOnlyRatio: 0.1,
  oneSidedRatio: 0.05,
  stpRatio: 0.5,
  lagTablesRatio: 0.8,
  miniSwitchRatio: 0.06,
  phoneRatio: 0.2,
  accessPointRatio: 0.03,
  hypervisorRatio: 0.02,
  broadcastRatio: 0.75,
  silentRatio: 0.05,
  movedRatio: 0.01,
  visibleMacRatio: 1,
  unpolledRatio: 0,
  lostTableRatio: 0.01,
  goneArpRatio: 0.05,
  overlappingSubnets: false,
  quirkRatio: 0.2,
  management: [172, 16],
  ciscoRatio: 0.35,
};

/**
 * The campus of the demo: two sites of eight switches and a router each, some 100 hosts. Everything in it can be
 * discovered, and its management addresses are loopback addresses, so that the simulator can answer on them.
 */
export const DEMO: Parameters = {
  ...DEFAULTS,
  seed: 7,
  sites: 2,
  corePair: true,
  distribution: 2,
  accessPerDistribution: 2,
  chainRatio: 0.25,
  routersPerSite: 1,
  portsPerAccess: [5, 8],
  vlans: 4,
  // any switch may have to carry any other's frames when an uplink is cut
  vlansPerAccess: 4,
  lagRatio: 0.4,
  redundantRatio: 0.6,
  lldpRatio: 1,
  cdpOnlyRatio: 0,
  oneSidedRatio: 0,
  stpRatio: 1,
  lagTablesRatio: 1,
  movedRatio: 0,
  lostTableRatio: 0,
  quirkRatio: 0,
  management: [127, 10],
};
