import type { PanelProps } from '@grafana/data';

export function TopologyPanel({ data }: PanelProps) {
  return <p>{data.series.length} frames</p>;
}
