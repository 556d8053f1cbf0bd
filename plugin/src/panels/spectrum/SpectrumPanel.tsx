import { css } from '@emotion/css';
import type { GrafanaTheme2, PanelProps } from '@grafana/data';
import { Combobox, RadioButtonGroup, useStyles2, useTheme2 } from '@grafana/ui';
import { type ReactNode, useMemo, useState } from 'react';
import { PanelMessage } from '../../lib/PanelMessage';
import { type Finding, readFindings, stretchesOf } from '../../spectrum/findings';
import { SpectrumChart } from '../../spectrum/SpectrumChart';
import { readSpectra, type SpectrumData } from './frames';
import { DEFAULTS, type SpectrumOptions, type SpectrumView } from './options';
import { kindOf, kindsOf, pictureOf, VIEW_NAMES, viewsOf } from './pictures';

const LEGEND_HEIGHT_PX = 44;
/** The list of what the coefficients are is higher than a line. */
const LEGEND_WITH_LIST_HEIGHT_PX = 58;

const OF_COEFFICIENTS: ReadonlySet<SpectrumView> = new Set(['magnitude', 'groupDelay', 'echoes']);

/** Spectrum, channel estimate with its echoes, pre-equaliser, histogram: what the query returns, drawn. */
export function SpectrumPanel({ data, width, height, options, timeZone }: PanelProps<SpectrumOptions>) {
  const result = useMemo(() => readSpectra(data.series), [data.series]);
  const findings = useMemo(() => readFindings(data.series), [data.series]);
  const settled = useMemo(() => ({ ...DEFAULTS, ...options }), [options]);
  if (result.kind !== 'data') return <PanelMessage data={data} result={result} what="captures" />;
  return <Views all={result.data} {...{ findings, timeZone, width, height }} options={settled} />;
}

interface ViewsProps {
  all: SpectrumData;
  findings: readonly Finding[];
  options: SpectrumOptions;
  timeZone: string;
  width: number;
  height: number;
}

/** Which view of which coefficients. */
function Views(props: ViewsProps) {
  const { all, options } = props;
  const [switched, setSwitched] = useState<{ from: string; to: SpectrumView }>();
  const [chosenKind, setChosenKind] = useState<string>();
  const kinds = kindsOf(all.estimates);
  const kind = kinds.find((one) => one === chosenKind) ?? kinds[0];
  const views = viewsOf(all);
  // a change in the editor overrules what was switched in the panel
  const wanted = switched?.from === options.view ? switched.to : options.view;
  const view = views.find((one) => one === wanted) ?? views[0];
  if (!view) return null;
  const hasList = kinds.length > 1 && OF_COEFFICIENTS.has(view);
  const hasHeader = options.showLegend || options.showViews || hasList;
  return (
    <Drawn
      {...props}
      view={view}
      kind={kind}
      legendHeight={hasHeader ? (hasList ? LEGEND_WITH_LIST_HEIGHT_PX : LEGEND_HEIGHT_PX) : 0}
    >
      {options.showViews && views.length > 1 ? (
        <RadioButtonGroup
          size="sm"
          value={view}
          options={views.map((value) => ({ value, label: VIEW_NAMES[value] }))}
          onChange={(to) => setSwitched({ from: options.view, to })}
          aria-label="View"
        />
      ) : null}
      {hasList ? (
        <>
          <span id="plantgraph-spectrum-kind" hidden>
            Which coefficients
          </span>
          <Combobox
            aria-labelledby="plantgraph-spectrum-kind"
            width={30}
            value={kind ?? null}
            options={kinds.map((value) => ({ value, label: value }))}
            onChange={({ value }) => setChosenKind(value)}
          />
        </>
      ) : null}
    </Drawn>
  );
}

interface DrawnProps extends ViewsProps {
  view: SpectrumView;
  kind: string | undefined;
  legendHeight: number;
  /** View switch and list. */
  children: ReactNode;
}

function Drawn({ all, findings, options, timeZone, width, height, view, kind, legendHeight, children }: DrawnProps) {
  const theme = useTheme2();
  const styles = useStyles2(stylesOf);
  const { picture, stretches } = useMemo(() => {
    const shown = { ...all, estimates: all.estimates.filter((one) => kindOf(one) === kind) };
    const hasFrequencies = view === 'spectrum' || view === 'magnitude';
    return {
      picture: pictureOf(view, { data: shown, options, theme, timeZone }),
      stretches: hasFrequencies ? stretchesOf(findingsOf(findings, shown), theme) : [],
    };
  }, [all, kind, view, findings, options, theme, timeZone]);
  return (
    <div style={{ width, height }} data-testid="plantgraph-spectrum">
      {legendHeight > 0 ? (
        <div className={styles.legend} style={{ height: legendHeight }}>
          {children}
          {options.showLegend ? <Legend picture={picture} /> : null}
        </div>
      ) : null}
      <SpectrumChart
        series={picture.series}
        levels={picture.levels}
        markers={picture.markers}
        stretches={stretches}
        axis={picture.axis}
        width={width}
        height={height - legendHeight}
        unit={picture.unit}
        minSpan={picture.minSpan}
        {...(picture.floor === undefined ? {} : { floor: picture.floor })}
        label={`${VIEW_NAMES[view]}, ${picture.series.length} captures. ${picture.notes.map(({ text }) => text).join(', ')}`}
      />
    </div>
  );
}

/** Findings of the captures drawn; those of groups always. */
function findingsOf(findings: readonly Finding[], { spectra, estimates }: SpectrumData): Finding[] {
  const ids = new Set([...spectra, ...estimates].map(({ id }) => id));
  return findings.filter(
    ({ captureId, group }) => group !== undefined || captureId === undefined || ids.has(captureId),
  );
}

function Legend({ picture }: { picture: ReturnType<typeof pictureOf> }) {
  const styles = useStyles2(stylesOf);
  return (
    <>
      {picture.series.map(({ label, color }) => (
        <span key={label}>
          <span className={styles.swatch} style={{ background: color }} /> {label}
        </span>
      ))}
      {picture.levels.map(({ label, color }) => (
        <span key={label}>
          <span className={styles.line} style={{ borderTop: `2px dotted ${color}` }} /> {label}
        </span>
      ))}
      {picture.notes.map(({ text, isBad }) => (
        <span key={text} className={isBad ? styles.bad : undefined}>
          {isBad ? '▼ ' : ''}
          {text}
        </span>
      ))}
    </>
  );
}

const stylesOf = (theme: GrafanaTheme2) => ({
  legend: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    alignContent: 'flex-start',
    gap: theme.spacing(0, 1.5),
    overflow: 'auto',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  swatch: css({ display: 'inline-block', width: 14, height: 3, verticalAlign: 'middle' }),
  line: css({ display: 'inline-block', width: 18, verticalAlign: 'middle' }),
  bad: css({ color: theme.colors.error.text, fontWeight: theme.typography.fontWeightMedium }),
});
