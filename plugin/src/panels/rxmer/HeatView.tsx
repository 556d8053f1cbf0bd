import { css } from '@emotion/css';
import { dateTimeForTimeZone, dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Combobox, useStyles2, useTheme2 } from '@grafana/ui';
import { type ReactNode, useMemo, useState } from 'react';
import { colorScale, domainOf } from '../../spectrum/color-scale';
import { timeTicks } from '../../spectrum/heat';
import { HeatMap } from '../../spectrum/HeatMap';
import { ScaleLegend } from '../../spectrum/ScaleLegend';
import type { Stretch } from '../../spectrum/series';
import { keyOf } from './captures';
import type { RxMerCapture } from './frames';
import { historyRows, modemRows, type HeatRows } from './heat-rows';
import type { RxMerOptions } from './options';

const HEADER_HEIGHT_PX = 36;
const TIME_LABEL_PX = 74;
const MODEM_LABEL_PX = 128;
const MIN_SPAN_DB = 8;
/** Of the distance to the required MER, to either side of it. */
const LEAST_SHOWN_DB = 3;
const MOST_SHOWN_DB = 9;

interface Props {
  captures: readonly RxMerCapture[];
  stretches: readonly Stretch[];
  mode: 'history' | 'modems';
  options: RxMerOptions;
  timeZone: string;
  width: number;
  height: number;
  controls: ReactNode;
  onOpenModem?: (mac: string) => void;
}

/** RxMER as colours: one channel over time, or the modems of a node side by side. */
export function HeatView(props: Props) {
  const { captures, stretches, mode, options, timeZone, width, height, controls, onOpenModem } = props;
  const { colorBy, order, maxRows } = options;
  const theme = useTheme2();
  const styles = useStyles2(stylesOf);
  const channels = useMemo(() => [...new Set(captures.map(keyOf))].sort(), [captures]);
  const [chosen, setChosen] = useState<string>();
  const channel = channels.find((key) => key === chosen) ?? channels[0] ?? '';
  const model = useMemo(() => {
    const timeText = (timeMs: number) => dateTimeFormat(timeMs, { timeZone });
    const wanted = { mostRows: Math.max(1, maxRows), isHeadroom: colorBy === 'headroom', timeText };
    const heat = mode === 'history' ? historyRows(captures, channel, wanted) : modemRows(captures, order, wanted);
    return { ...heat, ...colorsFor(heat, theme.isDark) };
  }, [captures, channel, mode, order, colorBy, maxRows, timeZone, theme.isDark]);
  const ticks = useMemo(
    () => (mode === 'history' ? ticksOf(model.vertical, height, timeZone) : undefined),
    [mode, model.vertical, height, timeZone],
  );
  const places = new Set(model.rows.map(({ from }) => from)).size;
  const what = mode === 'history' ? `${places} captures of ${channel}` : `${places} modems`;
  return (
    <div style={{ width, height }} data-testid={`plantgraph-rxmer-${mode}`}>
      <div className={styles.header}>
        {controls}
        {mode === 'history' && channels.length > 1 ? (
          <>
            <span id="plantgraph-rxmer-channel" hidden>
              Modem and channel
            </span>
            <Combobox
              aria-labelledby="plantgraph-rxmer-channel"
              width={34}
              value={channel}
              options={channels.map((key) => ({ value: key, label: key.replace(/ (?=[^ ]*$)/, ' channel ') }))}
              onChange={({ value }) => setChosen(value)}
            />
          </>
        ) : null}
        {options.showLegend ? (
          <ScaleLegend
            scale={model.scale}
            domain={model.domain}
            unit="dB"
            name={model.hasReference ? 'to required MER' : 'MER'}
          />
        ) : null}
        {model.left > 0 ? (
          <span>{`${model.left} ${mode === 'history' ? 'older captures' : 'modems'} not drawn`}</span>
        ) : null}
      </div>
      <HeatMap
        rows={model.rows}
        vertical={model.vertical}
        {...(ticks ? { ticks } : {})}
        labelWidth={mode === 'history' ? TIME_LABEL_PX : MODEM_LABEL_PX}
        scale={model.scale}
        domain={model.domain}
        stretches={stretches}
        width={width}
        height={height - HEADER_HEIGHT_PX}
        unit="dB"
        label={`RxMER by frequency, ${what}${model.hasReference ? ', coloured by the distance to the required MER' : ''}`}
        {...(mode === 'modems' && onOpenModem ? { onSelect: ({ label }) => onOpenModem(label) } : {})}
      />
    </div>
  );
}

function colorsFor({ rows, hasReference }: HeatRows, isDark: boolean) {
  const scale = colorScale(hasReference ? 'headroom' : 'level', isDark);
  if (!hasReference) return { scale, domain: domainOf(rows, MIN_SPAN_DB) };
  const shifted = rows.map(({ values, reference = 0 }) => ({ values: values.map((value) => value - reference) }));
  const domain = domainOf(shifted, MIN_SPAN_DB);
  // both sides of zero are in the legend, or its break would not be seen; far beyond it more is not better told apart
  const within = (value: number) => Math.min(Math.max(value, LEAST_SHOWN_DB), MOST_SHOWN_DB);
  return { scale, domain: { low: -within(-domain.low), high: within(domain.high) } };
}

function ticksOf({ top, bottom }: { top: number; bottom: number }, height: number, timeZone: string) {
  const offsetMs = dateTimeForTimeZone(timeZone, bottom).utcOffset() * 60_000;
  const format = top - bottom > 2 * 86_400_000 ? 'MM-DD HH:mm' : top - bottom < 300_000 ? 'HH:mm:ss' : 'HH:mm';
  return timeTicks(bottom, top, Math.max(2, height / 50), offsetMs).map((at) => ({
    at,
    text: dateTimeFormat(at, { timeZone, format }),
  }));
}

const stylesOf = (theme: GrafanaTheme2) => ({
  header: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(0, 2),
    height: HEADER_HEIGHT_PX,
    overflowX: 'auto',
    overflowY: 'hidden',
    whiteSpace: 'nowrap',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
