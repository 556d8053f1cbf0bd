import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Icon, useStyles2, useTheme2 } from '@grafana/ui';
import { useState } from 'react';
import type { Difference, EdgeThen } from '../../../../collector/src/contract.js';
import { testIds } from '../../lib/testIds';
import { colorsOf } from '../../lib/theme';
import { NodeLink } from '../components/NodeLink';
import { CHANGE } from './change-looks';

/** Shown at first, and at most. */
const FIRST_ROWS = 40;
const MAX_ROWS = 1000;

/** What differs, one sentence each, with the nodes at both ends to go on from. */
export function DifferenceList({ title, differences }: { title: string; differences: readonly Difference[] }) {
  const styles = useStyles2(stylesOf);
  const [isWhole, setWhole] = useState(false);
  const shown = differences.slice(0, isWhole ? MAX_ROWS : FIRST_ROWS);
  const left = differences.length - shown.length;
  return (
    <div className={styles.scroll} data-testid={testIds.changes.list}>
      <table className={styles.table}>
        <caption className={styles.caption}>
          {title} ({differences.length})
        </caption>
        <thead>
          <tr>
            <th scope="col">Change</th>
            <th scope="col">What</th>
            <th scope="col">Known by</th>
            <th scope="col">Site</th>
            <th scope="col">Ends</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((difference, index) => (
            <Row key={index} difference={difference} />
          ))}
        </tbody>
      </table>
      {left > 0 && !isWhole ? (
        <Button size="sm" variant="secondary" fill="text" onClick={() => setWhole(true)}>
          Show {left} more
        </Button>
      ) : null}
      {left > 0 && isWhole ? <p>and {left} more: choose a shorter time or one site to see them.</p> : null}
    </div>
  );
}

function Row({ difference: { change, text, site, before, after, firstDiscovery } }: { difference: Difference }) {
  const styles = useStyles2(stylesOf);
  const look = CHANGE[change];
  const edge = after ?? before;
  return (
    <tr>
      <td>
        <Mark look={look} />
      </td>
      <td>
        {text}
        {firstDiscovery ? <span className={styles.small}> seen for the first time: its device was new</span> : null}
      </td>
      <td>{edge?.method.toUpperCase() ?? ''}</td>
      <td>{site ?? ''}</td>
      <td>
        <span className={styles.ends}>
          {endsOf(before, after).map((node) => (
            <NodeLink key={node} id={node} title={node.replace(/^(host|ext|cm):/, '')} />
          ))}
        </span>
      </td>
    </tr>
  );
}

/** Icon and word in the colour of the change. */
function Mark({ look: { icon, text, color } }: { look: (typeof CHANGE)[Difference['change']] }) {
  const styles = useStyles2(stylesOf);
  const theme = useTheme2();
  const tint = color === 'text' ? theme.colors.text.secondary : theme.visualization.getColorByName(color);
  return (
    <span className={styles.mark}>
      <Icon name={icon} style={{ color: tint }} />
      {text}
    </span>
  );
}

/** Every node that has a part in it, the moved-to ones as well. */
const endsOf = (before: EdgeThen | null, after: EdgeThen | null): string[] => [
  ...new Set([before, after].flatMap((edge) => (edge === null ? [] : [edge.a.node, edge.b.node]))),
];

const stylesOf = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    scroll: css({ overflowX: 'auto', marginTop: theme.spacing(2) }),
    caption: css({
      captionSide: 'top',
      textAlign: 'left',
      color: colors.text.primary,
      fontSize: theme.typography.h4.fontSize,
      padding: theme.spacing(0.5, 0),
    }),
    table: css({
      width: '100%',
      'th, td': {
        padding: theme.spacing(0.75, 1),
        borderBottom: `1px solid ${colors.border.weak}`,
        textAlign: 'left',
        verticalAlign: 'middle',
      },
      th: { color: colors.text.secondary, fontWeight: theme.typography.fontWeightMedium },
    }),
    small: css({ color: colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    mark: css({ display: 'inline-flex', alignItems: 'center', gap: theme.spacing(0.75), whiteSpace: 'nowrap' }),
    ends: css({ display: 'inline-flex', flexWrap: 'wrap', gap: theme.spacing(0, 1.5) }),
  };
};
