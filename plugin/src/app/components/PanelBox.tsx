import { type DataFrame, getDefaultTimeRange, LoadingState, type PanelData } from '@grafana/data';
import { PanelRenderer } from '@grafana/runtime';
import { PanelChrome } from '@grafana/ui';
import { useMemo } from 'react';
import { useMeasure } from 'react-use';

interface Props {
  title: string;
  pluginId: string;
  frames: DataFrame[];
  height: number;
}

/** One of our panels inside a page, as wide as the page. Frames must stay the same object while the data do. */
export function PanelBox({ title, pluginId, frames, height }: Props) {
  const [measured, { width }] = useMeasure<HTMLDivElement>();
  const data = useMemo<PanelData>(
    () => ({ state: LoadingState.Done, series: frames, timeRange: getDefaultTimeRange() }),
    [frames],
  );
  return (
    <div ref={measured} style={{ marginTop: 16, height }}>
      {width > 0 ? (
        <PanelChrome title={title} width={width} height={height}>
          {(innerWidth, innerHeight) => (
            <PanelRenderer title={title} pluginId={pluginId} width={innerWidth} height={innerHeight} data={data} />
          )}
        </PanelChrome>
      ) : null}
    </div>
  );
}
