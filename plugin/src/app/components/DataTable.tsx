import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

interface Props {
  /** Empty where a heading stands above. */
  caption: string;
  columns: readonly string[];
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
}

/** A plain table with a caption that says what it holds. */
export function DataTable({ caption, columns, rows }: Props) {
  const styles = useStyles2(stylesOf);
  return (
    <div className={styles.frame}>
      <table className={styles.table}>
        {caption === '' ? null : <caption className={styles.caption}>{caption}</caption>}
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={index} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, index) => (
                <td key={index}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const stylesOf = (theme: GrafanaTheme2) => ({
  frame: css({ overflowX: 'auto', marginTop: theme.spacing(2) }),
  caption: css({
    captionSide: 'top',
    textAlign: 'left',
    color: theme.colors.text.primary,
    fontWeight: theme.typography.fontWeightMedium,
    padding: theme.spacing(0.5, 0),
  }),
  table: css({
    width: '100%',
    'th, td': {
      padding: theme.spacing(0.5, 1),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      textAlign: 'left',
      verticalAlign: 'middle',
    },
    th: { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightMedium },
  }),
});
