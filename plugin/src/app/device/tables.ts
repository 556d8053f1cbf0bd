import type { TableExplanation } from '../../../../collector/src/contract.js';

/** One table, or the readings of one table in several VLANs that ended alike. */
export interface TableRow extends TableExplanation {
  readonly vlans: readonly string[];
}

/** What shows links comes first, what only describes the device last. */
const KINDS = ['lldp', 'cdp', 'lag', 'stp', 'mac', 'arp', 'routing', 'bridge', 'interfaces', 'chassis', 'system'];

export const isUnknown = ({ state }: Pick<TableExplanation, 'state'>): boolean => state !== 'read' && state !== 'empty';

/** Within a kind the table of the neighbours stands before those that only help to read it. */
const NEIGHBOURS = /RemTable|CacheTable|NbrTable|PeerTable/;

const rankOf = ({ kind, table }: TableExplanation): number => {
  const rank = KINDS.indexOf(kind);
  return (rank < 0 ? KINDS.length : rank) * 2 + (NEIGHBOURS.test(table) ? 0 : 1);
};

/** Contexts of one table are one row, apart from those that could not be read; what is unknown stands first. */
export function tableRows(tables: readonly TableExplanation[]): TableRow[] {
  const rows = new Map<string, TableRow>();
  for (const table of tables) {
    const [name = table.table, vlan] = table.table.split('@');
    const key = vlan === undefined ? table.table : `${name}@ ${isUnknown(table) ? table.detail : 'read'}`;
    const before = rows.get(key);
    const vlans = vlan === undefined ? [] : [vlan];
    rows.set(key, before ? joined(before, table, vlans) : { ...table, vlans });
  }
  return [...rows.values()].sort(
    (x, y) => Number(isUnknown(y)) - Number(isUnknown(x)) || rankOf(x) - rankOf(y) || x.table.localeCompare(y.table),
  );
}

function joined(row: TableRow, table: TableExplanation, vlans: readonly string[]): TableRow {
  const dropped = new Map(row.dropped.map(({ reason, rows }) => [reason, rows]));
  for (const { reason, rows } of table.dropped) dropped.set(reason, rows + (dropped.get(reason) ?? 0));
  return {
    ...row,
    table: row.table.replace(/@.*/, '@…'),
    title: row.title.replace(/, VLAN \d+$/, ''),
    state: row.state === 'empty' ? table.state : row.state,
    readAt: row.readAt !== null && table.readAt !== null && row.readAt < table.readAt ? row.readAt : table.readAt,
    rows: row.rows + table.rows,
    used: row.used + table.used,
    dropped: [...dropped].map(([reason, rows]) => ({ reason, rows })),
    vlans: [...row.vlans, ...vlans],
  };
}
