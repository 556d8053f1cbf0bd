import type { PanelProps } from '@grafana/data';

export function ConstellationPanel({ data }: PanelProps) {
  return <p>{data.series.length} frames</p>;
}
