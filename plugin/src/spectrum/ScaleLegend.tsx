import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2, useTheme2 } from '@grafana/ui';
import { type ColorScale, type Domain, gradientOf } from './color-scale';
import { hatchCss } from './hatch';
import { roundTicks } from './ticks';

const WIDTH_PX = 220;

interface Props {
  scale: ColorScale;
  domain: Domain;
  unit: string;
  /** What the colours stand for. */
  name: string;
}

/** What the colours of a heat map mean, and what the hatching does. */
export function ScaleLegend({ scale, domain, unit, name }: Props) {
  const styles = useStyles2(stylesOf);
  const theme = useTheme2();
  const ticks = roundTicks(domain.low, domain.high, 5);
  return (
    <span className={styles.legend}>
      <span>{name}</span>
      <span className={styles.bar} style={{ width: WIDTH_PX }}>
        <span className={styles.gradient} style={{ background: gradientOf(scale, domain) }} />
        {ticks.map((tick) => (
          <span
            key={tick}
            className={styles.tick}
            style={{ left: ((tick - domain.low) / (domain.high - domain.low)) * WIDTH_PX }}
          >
            {tick}
          </span>
        ))}
      </span>
      <span>{unit}</span>
      <span className={styles.swatch} style={{ background: hatchCss(theme) }} />
      <span>not measured</span>
    </span>
  );
}

const stylesOf = (theme: GrafanaTheme2) => ({
  legend: css({
    display: 'inline-flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    fontSize: theme.typography.bodySmall.fontSize,
    color: theme.colors.text.secondary,
    whiteSpace: 'nowrap',
  }),
  bar: css({ position: 'relative', display: 'inline-block', height: 26 }),
  gradient: css({ position: 'absolute', left: 0, right: 0, top: 0, height: 9, borderRadius: 2 }),
  tick: css({ position: 'absolute', top: 10, transform: 'translateX(-50%)', fontVariantNumeric: 'tabular-nums' }),
  swatch: css({ width: 18, height: 10, border: `1px solid ${theme.colors.border.medium}`, borderRadius: 2 }),
});
