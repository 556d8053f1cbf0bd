import { css } from '@emotion/css';
import type { GrafanaTheme2, TimeZone } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { testIds } from '../lib/testIds';
import { colorsOf } from '../lib/theme';
import { methodBadge } from './edge-style';
import { type Graph, KIND_NAMES } from './model';
import type { Target } from './scene';
import { edgeStateText, endText, timeText } from './words';

const MAX_ROWS = 500;

/** The map in words: the same nodes and links, for those who cannot see it and those who want to copy from it. */
export function GraphTable({
  graph,
  onSelect,
  timeZone,
  height,
}: {
  graph: Graph;
  onSelect: (target: Target) => void;
  timeZone: TimeZone | undefined;
  height: number;
}) {
  const styles = useStyles2(getStyles);
  const titles = new Map(graph.nodes.map(({ id, title }) => [id, title]));
  const titleOf = (id: string): string => titles.get(id) ?? id;
  return (
    <div
      className={styles.scroll}
      style={{ height }}
      data-testid={testIds.topology.table}
      tabIndex={0}
      role="region"
      aria-label="The map as tables"
    >
      <table className={styles.table}>
        <caption>{captionOf('Nodes', graph.nodes.length)}</caption>
        <thead>
          <tr>
            {['Name', 'Kind', 'Site', 'Address', 'Status'].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {graph.nodes.slice(0, MAX_ROWS).map((node) => (
            <tr key={node.id}>
              <td>
                <button type="button" className={styles.open} onClick={() => onSelect({ kind: 'node', id: node.id })}>
                  {node.title}
                </button>
              </td>
              <td>{[node.role, KIND_NAMES[node.kind].one].filter(Boolean).join(' ')}</td>
              <td>{node.site}</td>
              <td>{node.address}</td>
              <td>{node.statusReason ?? node.status}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table className={styles.table}>
        <caption>{captionOf('Links', graph.edges.length)}</caption>
        <thead>
          <tr>
            {['From', 'To', 'Method', 'Confidence', 'State', 'Load', 'Last seen', 'Details'].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {graph.edges.slice(0, MAX_ROWS).map((edge) => (
            <tr key={edge.id}>
              <td>{endText(titleOf(edge.source), edge.sourcePort)}</td>
              <td>{endText(titleOf(edge.target), edge.targetPort)}</td>
              <td>{methodBadge(edge.method)}</td>
              <td>{edge.confidenceText}</td>
              <td>{edgeStateText(edge)}</td>
              <td>{edge.loadText}</td>
              <td>{timeText(edge.lastSeenMs, timeZone)}</td>
              <td>
                <button
                  type="button"
                  className={styles.open}
                  aria-label={`Evidence of ${titleOf(edge.source)} – ${titleOf(edge.target)}`}
                  onClick={() => onSelect({ kind: 'edge', id: edge.id })}
                >
                  Evidence
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const captionOf = (what: string, count: number): string =>
  count > MAX_ROWS
    ? `${what}: the first ${MAX_ROWS} of ${count.toLocaleString('en')}; filter to see others`
    : `${what} (${count})`;

const getStyles = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    scroll: css({ overflow: 'auto' }),
    table: css({
      width: '100%',
      marginBottom: theme.spacing(2),
      '& caption': { captionSide: 'top', color: colors.text.primary, fontWeight: theme.typography.fontWeightMedium },
      '& th, & td': {
        padding: theme.spacing(0.5, 1),
        textAlign: 'left',
        borderBottom: `1px solid ${colors.border.weak}`,
      },
      '& th': { position: 'sticky', top: 0, background: colors.background.primary, color: colors.text.secondary },
    }),
    open: css({
      border: 0,
      padding: 0,
      background: 'none',
      color: colors.text.link,
      textAlign: 'left',
      '&:hover': { textDecoration: 'underline' },
    }),
  };
};
