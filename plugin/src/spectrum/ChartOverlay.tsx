import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { type Box, xOf } from './plot';
import type { AxisView } from './useAxisView';

interface Props {
  view: AxisView;
  box: Box;
  width: number;
  /** Where the readout begins; at the top of the plot without. */
  readoutTop?: number;
  /** What the cursor reads; nothing where there is no cursor. */
  children?: ReactNode;
}

/** What moves above a plot: cursor line, the stretch being dragged, the readout, the way back from a zoom. */
export function ChartOverlay({ view, box, width, readoutTop, children }: Props) {
  const styles = useStyles2(stylesOf);
  const { cursor, selection, range } = view;
  const x = cursor === undefined ? undefined : xOf(box, range, cursor);
  return (
    <>
      {selection ? (
        <div
          className={styles.selection}
          style={{
            left: selection.from,
            width: selection.to - selection.from,
            top: box.top,
            height: box.height,
          }}
        />
      ) : null}
      {x === undefined ? null : <div className={styles.cursor} style={{ left: x, top: box.top, height: box.height }} />}
      {x === undefined || !children ? null : (
        <div
          className={styles.tooltip}
          style={{ top: readoutTop ?? box.top + 4, ...(x > width / 2 ? { right: width - x + 12 } : { left: x + 12 }) }}
          aria-live="polite"
        >
          {children}
        </div>
      )}
      {view.isZoomed ? (
        <Button
          className={styles.reset}
          style={{ top: box.top + 4 }}
          size="sm"
          variant="secondary"
          icon="search-minus"
          onClick={view.showAll}
        >
          Show everything
        </Button>
      ) : null}
    </>
  );
}

const stylesOf = (theme: GrafanaTheme2) => ({
  cursor: css({ position: 'absolute', width: 1, background: theme.colors.text.secondary, pointerEvents: 'none' }),
  selection: css({
    position: 'absolute',
    background: theme.colors.action.selected,
    border: `1px solid ${theme.colors.border.strong}`,
    pointerEvents: 'none',
  }),
  tooltip: css({
    position: 'absolute',
    padding: theme.spacing(0.75, 1),
    background: theme.colors.background.elevated,
    border: `1px solid ${theme.colors.border.medium}`,
    borderRadius: theme.shape.radius.default,
    boxShadow: theme.shadows.z2,
    fontSize: theme.typography.bodySmall.fontSize,
    pointerEvents: 'none',
    whiteSpace: 'nowrap',
    zIndex: 1,
  }),
  reset: css({ position: 'absolute', right: 14 }),
});
