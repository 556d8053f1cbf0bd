export type Vendor = 'cisco' | 'procurve' | 'juniper' | 'arista' | 'netgear' | 'alcatel' | 'router';

/** How one vendor numbers and names its ports; the traps that local-port resolution has to live with. */
export interface VendorProfile {
  readonly oui: string;
  readonly sysDescr: string;
  readonly sysObjectId: string;
  readonly ifIndex: (number: number) => number;
  readonly ifName: (number: number) => string;
  readonly ifDescr: (number: number) => string;
  readonly bridgePort: (number: number) => number;
  readonly lldpPort: (number: number) => number;
  /** How it names its ports to its neighbours: LLDP port id subtype. */
  readonly portId: 'ifName' | 'local' | 'mac';
  readonly aggregate: {
    readonly ifIndex: (number: number) => number;
    readonly ifName: (number: number) => string;
    readonly ifType: number;
    readonly bridgePort: (number: number) => number;
  };
  /** Cisco answers BRIDGE-MIB for one VLAN at a time. */
  readonly perVlanContexts: boolean;
  /** dot1qVlanFdbId of the n-th VLAN, when it is not the VLAN number. */
  readonly fdbId: 'vlan' | 'ordinal';
}

const same = (number: number): number => number;

export const VENDORS: Record<Vendor, VendorProfile> = {
  cisco: {
    oui: '00:1b:d4',
    sysDescr: 'Cisco IOS Software, C3750E Software (C3750E-UNIVERSALK9-M), Version 15.2(4)E10, RELEASE SOFTWARE (fc2)',
    sysObjectId: '1.3.6.1.4.1.9.1.516',
    ifIndex: (number) => 10100 + number,
    ifName: (number) => `Gi1/0/${number}`,
    ifDescr: (number) => `GigabitEthernet1/0/${number}`,
    bridgePort: same,
    lldpPort: same,
    portId: 'ifName',
    aggregate: {
      ifIndex: (number) => 5000 + number,
      ifName: (number) => `Po${number}`,
      ifType: 53,
      bridgePort: (number) => 600 + number,
    },
    perVlanContexts: true,
    fdbId: 'vlan',
  },
  procurve: {
    oui: '00:1f:fe',
    sysDescr: 'ProCurve J9147A Switch 2910al-48G, revision W.15.14.0016, ROM W.14.06',
    sysObjectId: '1.3.6.1.4.1.11.2.3.7.11.117',
    ifIndex: same,
    ifName: String,
    ifDescr: String,
    bridgePort: same,
    lldpPort: same,
    portId: 'local',
    aggregate: {
      ifIndex: (number) => 289 + number,
      ifName: (number) => `Trk${number}`,
      ifType: 161,
      bridgePort: (number) => 289 + number,
    },
    perVlanContexts: false,
    fdbId: 'ordinal',
  },
  juniper: {
    oui: '28:c0:da',
    sysDescr: 'Juniper Networks, Inc. ex4300-48t Ethernet Switch, kernel JUNOS 20.4R3-S2',
    sysObjectId: '1.3.6.1.4.1.2636.1.1.1.2.63',
    ifIndex: (number) => 502 + number,
    ifName: (number) => `ge-0/0/${number - 1}`,
    ifDescr: (number) => `ge-0/0/${number - 1}`,
    // overlaps with the ifIndexes of other ports: trying the bridge map on an LLDP port number swaps ports
    bridgePort: (number) => 513 + number,
    lldpPort: (number) => 502 + number,
    portId: 'local',
    aggregate: {
      ifIndex: (number) => 700 + number,
      ifName: (number) => `ae${number - 1}`,
      ifType: 161,
      bridgePort: (number) => 900 + number,
    },
    perVlanContexts: false,
    fdbId: 'vlan',
  },
  arista: {
    oui: '00:1c:73',
    sysDescr: 'Arista Networks EOS version 4.28.3M running on an Arista Networks DCS-7050TX-64',
    sysObjectId: '1.3.6.1.4.1.30065.1.3011.7050.3282.52',
    ifIndex: same,
    ifName: (number) => `Ethernet${number}`,
    ifDescr: (number) => `Ethernet${number}`,
    bridgePort: same,
    lldpPort: same,
    portId: 'ifName',
    aggregate: {
      ifIndex: (number) => 1_000_000 + number,
      ifName: (number) => `Port-Channel${number}`,
      ifType: 161,
      bridgePort: (number) => 400 + number,
    },
    perVlanContexts: false,
    fdbId: 'vlan',
  },
  netgear: {
    oui: '20:4e:7f',
    sysDescr: 'GSM7252PS - 48-port managed stackable gigabit switch, 10.0.1.36, B1.0.0.9',
    sysObjectId: '1.3.6.1.4.1.4526.100.10.19',
    ifIndex: same,
    ifName: (number) => `1/0/${number}`,
    ifDescr: (number) => `Unit: 1 Slot: 0 Port: ${number} Gigabit - Level`,
    bridgePort: same,
    lldpPort: same,
    portId: 'mac',
    aggregate: {
      ifIndex: (number) => 626 + number,
      ifName: (number) => `lag ${number}`,
      ifType: 161,
      bridgePort: (number) => 626 + number,
    },
    perVlanContexts: false,
    fdbId: 'vlan',
  },
  alcatel: {
    oui: '00:d0:95',
    sysDescr: 'Alcatel-Lucent OS6450-48 6.7.2.191.R04 GA',
    sysObjectId: '1.3.6.1.4.1.6486.800.1.1.2.1.12.1.2',
    ifIndex: (number) => 1000 + number,
    ifName: (number) => `1/${number}`,
    ifDescr: (number) => `Alcatel-Lucent 1/${number}`,
    bridgePort: same,
    lldpPort: (number) => 1000 + number,
    portId: 'local',
    aggregate: {
      ifIndex: (number) => 40_000_000 + number,
      ifName: (number) => `Agg ${number}`,
      ifType: 161,
      bridgePort: (number) => 3000 + number,
    },
    perVlanContexts: false,
    fdbId: 'vlan',
  },
  router: {
    oui: '64:f6:9d',
    sysDescr:
      'Cisco IOS Software, ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 15.5(3)S4b, RELEASE SOFTWARE',
    sysObjectId: '1.3.6.1.4.1.9.1.1707',
    ifIndex: same,
    ifName: (number) => `Gi0/0/${number - 1}`,
    ifDescr: (number) => `GigabitEthernet0/0/${number - 1}`,
    bridgePort: same,
    lldpPort: same,
    portId: 'ifName',
    aggregate: {
      ifIndex: (number) => 60 + number,
      ifName: (number) => `Po${number}`,
      ifType: 161,
      bridgePort: (number) => 60 + number,
    },
    perVlanContexts: false,
    fdbId: 'vlan',
  },
};
