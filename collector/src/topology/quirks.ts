/** What is known to be wrong in the answers of a product line. */
export interface Quirks {
  /** dot1qTpFdbPort holds the ifIndex even where a bridge port has the same number. */
  readonly fdbPortIsIfIndex: boolean;
  /** Every row stands under one filtering database whatever its VLAN. */
  readonly fdbIdHidesVlan: boolean;
  /** dot1dBasePortTable is of no use to name LLDP ports. */
  readonly basePortTableWrong: boolean;
  /** ifIndex of LLDP port or bridge port n is n plus this. */
  readonly portOffset: number | null;
  /** The neighbours are in a private table only. */
  readonly privateLldp: 'timetra' | 'tplink' | null;
}

const NONE: Quirks = {
  fdbPortIsIfIndex: false,
  fdbIdHidesVlan: false,
  basePortTableWrong: false,
  portOffset: null,
  privateLldp: null,
};

/** By prefix of sysObjectID; the longest that fits wins. A new product is a new row. */
const BY_OBJECT_ID: readonly (readonly [string, string, Partial<Quirks>])[] = [
  ['1.3.6.1.4.1.6486.800', 'Alcatel AOS 6: all rows under database 1', { fdbIdHidesVlan: true }],
  ['1.3.6.1.4.1.6527', 'Nokia SR OS: TIMETRA-LLDP-MIB only', { privateLldp: 'timetra' }],
  ['1.3.6.1.4.1.11863', 'TP-Link JetStream', { privateLldp: 'tplink', portOffset: 49_152, basePortTableWrong: true }],
  ['1.3.6.1.4.1.2272', 'Extreme VOSS: base port table maps to 0', { basePortTableWrong: true }],
  ['1.3.6.1.4.1.4413', 'Dell SONiC: base port table is off by one', { basePortTableWrong: true }],
];

/** The quirks of a device by its sysObjectID. */
export function quirksOf(sysObjectId: string | null): Quirks {
  const fitting = BY_OBJECT_ID.filter(
    ([prefix]) => sysObjectId !== null && `${sysObjectId}.`.startsWith(`${prefix}.`),
  ).sort(([a], [b]) => a.length - b.length);
  return Object.assign({}, NONE, ...fitting.map(([, , quirks]) => quirks)) as Quirks;
}
