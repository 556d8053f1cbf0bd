import {
  applyFieldOverrides,
  FieldColorModeId,
  FieldType,
  formattedValueToString,
  type PanelData,
  standardFieldConfigEditorRegistry,
} from '@grafana/data';
import { LegendDisplayMode, TimeSeries, useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';
import type { DashboardPanel } from './dashboards';

/** A stand-in for Grafana's own panels (time series, table): the same numbers, plainer. */
export function CorePanel({
  panel,
  data,
  width,
  height,
}: {
  panel: DashboardPanel;
  data: PanelData;
  width: number;
  height: number;
}) {
  const theme = useTheme2();
  const frames = useMemo(
    () =>
      applyFieldOverrides({
        data: data.series,
        fieldConfig: {
          overrides: panel.fieldConfig?.overrides ?? [],
          defaults: { color: { mode: FieldColorModeId.PaletteClassic }, ...panel.fieldConfig?.defaults },
        },
        fieldConfigRegistry: standardFieldConfigEditorRegistry,
        replaceVariables: (text) => text,
        theme,
        timeZone: 'browser',
      }).filter((frame) => frame.length > 0),
    [data.series, panel.fieldConfig, theme],
  );
  if (frames.length === 0) {
    return (
      <p style={{ textAlign: 'center' }}>
        {data.errors?.[0]?.message ?? (data.state === 'Loading' ? 'Reading' : 'No data')}
      </p>
    );
  }
  if (panel.type === 'timeseries') {
    return (
      <TimeSeries
        frames={frames}
        timeRange={data.timeRange}
        timeZone="browser"
        width={width}
        height={height}
        legend={{ showLegend: true, displayMode: LegendDisplayMode.List, placement: 'bottom', calcs: [] }}
        options={{}}
      />
    );
  }
  const [frame] = frames;
  if (!frame) return null;
  const fields = frame.fields.filter(({ type }) => type !== FieldType.other);
  return (
    <div style={{ width, height, overflow: 'auto' }} tabIndex={0} role="region" aria-label={panel.title}>
      <table style={{ width: '100%' }}>
        <thead>
          <tr>
            {fields.map(({ name }) => (
              <th key={name} scope="col" style={{ textAlign: 'left', padding: '2px 8px' }}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: Math.min(frame.length, 200) }, (_, row) => (
            <tr key={row}>
              {fields.map((field) => (
                <td key={field.name} style={{ padding: '2px 8px', whiteSpace: 'nowrap' }}>
                  {field.values[row] === null || !field.display
                    ? ''
                    : formattedValueToString(field.display(field.values[row]))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
