import type { PanelProps } from '@grafana/data';

export function RxMerPanel({ data }: PanelProps) {
  return <p>{data.series.length} frames</p>;
}
