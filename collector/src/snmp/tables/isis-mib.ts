/** The objects of one IS-IS MIB; ISIS-MIB (RFC 4444) and CISCO-IETF-ISIS-MIB have the same shape. */
export interface IsisObjects {
  readonly sysId: string;
  /** Index: circuit. */
  readonly circIfIndex: string;
  /** Index: circuit, adjacency. State 3 is up. */
  readonly adjState: string;
  readonly adjNeighSnpa: string;
  readonly adjNeighSysId: string;
  /** Index: circuit, adjacency, address index. */
  readonly adjIpAddress: string;
}

const objects = (root: string): IsisObjects => ({
  sysId: `${root}.1.1.3.0`,
  circIfIndex: `${root}.3.2.1.2`,
  adjState: `${root}.6.1.1.2`,
  adjNeighSnpa: `${root}.6.1.1.4`,
  adjNeighSysId: `${root}.6.1.1.6`,
  adjIpAddress: `${root}.6.3.1.3`,
});

export const isis: IsisObjects = objects('1.3.6.1.2.1.138.1');
export const ciiIsis: IsisObjects = objects('1.3.6.1.4.1.9.10.118.1');
