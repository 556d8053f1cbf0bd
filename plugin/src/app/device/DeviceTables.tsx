import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { RadioButtonGroup, useStyles2 } from '@grafana/ui';
import type { TableExplanation } from '../../../../collector/src/contract.js';
import { DataTable } from '../components/DataTable';
import { LookBadge } from '../components/LookBadge';
import { since } from '../components/time';
import { SOURCE_STATE } from '../components/words';
import { colorsOf } from '../../lib/theme';
import { isUnknown, tableRows, type TableRow } from './tables';

export type TableFilter = 'rows' | 'unknown' | 'all';

interface Props {
  tables: readonly TableExplanation[];
  filter: TableFilter;
  onFilter: (filter: TableFilter) => void;
}

/** Every MIB table of a device: whether it was read, and what became of its rows. */
export function DeviceTables({ tables, filter, onFilter }: Props) {
  const styles = useStyles2(stylesOf);
  const all = tableRows(tables);
  const unknown = all.filter(isUnknown);
  const withRows = all.filter((table) => table.rows > 0 || isUnknown(table));
  const options: { label: string; value: TableFilter }[] = [
    { label: `With rows ${withRows.length}`, value: 'rows' },
    { label: `Not read ${unknown.length}`, value: 'unknown' },
    { label: `All ${all.length}`, value: 'all' },
  ];
  const shown = { rows: withRows, unknown, all }[filter];
  return (
    <section aria-label="How it was read">
      <div className={styles.head}>
        <h3 className={styles.title}>How it was read</h3>
        {tables.length > 0 ? (
          <RadioButtonGroup size="sm" options={options} value={filter} onChange={onFilter} aria-label="Which tables" />
        ) : null}
      </div>
      {tables.length === 0 ? (
        <p className={styles.weak}>It is not polled: none of its own tables is known.</p>
      ) : shown.length === 0 ? (
        <p className={styles.weak}>Every table was read whole.</p>
      ) : (
        <DataTable
          caption=""
          columns={['Table', 'State', 'Rows', 'Used', 'Dropped, and why', 'Read']}
          rows={shown.map((table) => ({
            key: table.table,
            cells: [
              <TableName key="table" table={table} />,
              <LookBadge
                key="state"
                look={SOURCE_STATE[table.state]}
                text={
                  table.state === 'outdated' && table.readAt
                    ? `unknown for ${since(table.readAt).replace(' ago', '')}`
                    : undefined
                }
              />,
              table.rows,
              <Used key="used" table={table} />,
              <Dropped key="dropped" table={table} />,
              table.readAt ? since(table.readAt) : 'never',
            ],
          }))}
        />
      )}
    </section>
  );
}

function TableName({ table: { table, title, vlans } }: { table: TableRow }) {
  const styles = useStyles2(stylesOf);
  return (
    <>
      {title}
      {vlans.length > 1 ? <span title={vlans.join(', ')}> in {vlans.length} VLANs</span> : null}
      <div className={styles.small}>{table}</div>
    </>
  );
}

/** How much of what was read became facts: number and bar. */
function Used({ table: { rows, used } }: { table: TableExplanation }) {
  const styles = useStyles2(stylesOf);
  if (rows === 0) return null;
  return (
    <span className={styles.used}>
      <span className={styles.bar} aria-hidden="true">
        <span className={styles.fill} style={{ width: `${Math.min(100, (100 * used) / rows)}%` }} />
      </span>
      {used}
    </span>
  );
}

function Dropped({ table: { dropped, detail, state } }: { table: TableExplanation }) {
  const styles = useStyles2(stylesOf);
  return (
    <>
      {detail && state !== 'read' ? <div>{detail}</div> : null}
      {dropped.map(({ reason, rows }) => (
        <span key={reason} className={styles.reason}>
          <strong>{rows}</strong> {reason}
        </span>
      ))}
    </>
  );
}

const stylesOf = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    head: css({ display: 'flex', flexWrap: 'wrap', justifyContent: 'space-between', gap: theme.spacing(1) }),
    title: css({ margin: 0, fontSize: theme.typography.h4.fontSize }),
    weak: css({ color: colors.text.secondary }),
    small: css({
      color: colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
      fontFamily: theme.typography.fontFamilyMonospace,
    }),
    used: css({ display: 'inline-flex', alignItems: 'center', gap: theme.spacing(1) }),
    bar: css({
      display: 'inline-block',
      width: 64,
      height: 6,
      background: colors.border.medium,
      borderRadius: theme.shape.radius.pill,
      overflow: 'hidden',
    }),
    fill: css({ display: 'block', height: '100%', background: colors.primary.main }),
    reason: css({
      display: 'inline-block',
      marginRight: theme.spacing(1),
      padding: theme.spacing(0, 0.75),
      border: `1px solid ${colors.border.medium}`,
      borderRadius: theme.shape.radius.default,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
  };
};
