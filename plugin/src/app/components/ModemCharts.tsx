import { createDataFrame, type DataFrame, FieldType } from '@grafana/data';
import { useMemo } from 'react';
import type { Measurement, MeasurementData } from '../../../../collector/src/contract.js';
import { collector } from '../../api/client';
import { Answer } from './Answer';
import { PanelBox } from './PanelBox';
import { useRequest } from './useRequest';

const DRAWN = 8;
const HEIGHT_PX = 340;

/** The newest captures of a modem in our own panels, as frames of the same columns as the SQL views. */
export function ModemCharts({ measurements }: { measurements: readonly Measurement[] }) {
  const rxmer = newest(measurements, 'rxmer', DRAWN);
  const constellation = newest(measurements, 'constellation', 2);
  const ids = [...rxmer, ...constellation].map(({ id }) => id);
  const request = useRequest(ids.join() || undefined, () => Promise.all(ids.map((id) => collector.measurement(id))));
  return (
    <Answer request={request} what="the curves">
      {(data) => <Charts data={data} />}
    </Answer>
  );
}

function Charts({ data }: { data: readonly MeasurementData[] }) {
  const curves = useMemo(() => [rxMerFrame(data.filter(({ test }) => test === 'rxmer'))], [data]);
  const points = useMemo(() => [constellationFrame(data.filter(({ test }) => test === 'constellation'))], [data]);
  return (
    <>
      <PanelBox title="RxMER per subcarrier" pluginId="plantgraph-rxmer-panel" frames={curves} height={HEIGHT_PX} />
      {points.some(({ length }) => length > 0) ? (
        <PanelBox
          title="Constellation"
          pluginId="plantgraph-constellation-panel"
          frames={points}
          height={HEIGHT_PX + 60}
        />
      ) : null}
    </>
  );
}

const newest = (all: readonly Measurement[], test: Measurement['test'], most: number) =>
  all.filter((one) => one.test === test).slice(0, most);

function rxMerFrame(captures: readonly MeasurementData[]): DataFrame {
  return createDataFrame({
    refId: 'captures',
    fields: [
      { name: 'id', type: FieldType.string, values: captures.map(({ id }) => id) },
      { name: 'time', type: FieldType.time, values: captures.map(({ receivedAt }) => Date.parse(receivedAt)) },
      { name: 'mac', type: FieldType.string, values: captures.map(({ mac }) => mac) },
      { name: 'channel_id', type: FieldType.string, values: captures.map(({ channelId }) => String(channelId)) },
      {
        name: 'first_frequency_hz',
        type: FieldType.number,
        values: captures.map(({ firstFrequencyHz }) => firstFrequencyHz),
      },
      { name: 'spacing_hz', type: FieldType.number, values: captures.map(({ spacingHz }) => spacingHz) },
      { name: 'mean_mer_db', type: FieldType.number, values: captures.map(({ meanMerDb }) => meanMerDb) },
      {
        name: 'percentile2_mer_db',
        type: FieldType.number,
        values: captures.map(({ percentile2MerDb }) => percentile2MerDb),
      },
      { name: 'required_mer_db', type: FieldType.number, values: captures.map(({ requiredMerDb }) => requiredMerDb) },
      { name: 'mer_base64', type: FieldType.string, values: captures.map(({ valuesBase64 }) => valuesBase64) },
    ],
  });
}

function constellationFrame(captures: readonly MeasurementData[]): DataFrame {
  return createDataFrame({
    refId: 'captures',
    fields: [
      { name: 'id', type: FieldType.string, values: captures.map(({ id }) => id) },
      { name: 'time', type: FieldType.time, values: captures.map(({ receivedAt }) => Date.parse(receivedAt)) },
      { name: 'mac', type: FieldType.string, values: captures.map(({ mac }) => mac) },
      { name: 'channel_id', type: FieldType.string, values: captures.map(({ channelId }) => String(channelId)) },
      {
        name: 'modulation_order',
        type: FieldType.number,
        values: captures.map(({ modulationOrder }) => modulationOrder),
      },
      { name: 'mer_db', type: FieldType.number, values: captures.map(({ meanMerDb }) => meanMerDb) },
      { name: 'points_base64', type: FieldType.string, values: captures.map(({ valuesBase64 }) => valuesBase64) },
    ],
  });
}
