import type { PanelRendererProps } from '@grafana/runtime';
import { OwnPanel, usePlugin } from './PanelFrame';

/** What pages get as Grafana's PanelRenderer: one of our panels with the data that the page has. */
export function RenderedPanel({ pluginId, title, data, width, height, options, fieldConfig }: PanelRendererProps) {
  const plugin = usePlugin(pluginId);
  if (!plugin || !data) return null;
  const panel = {
    id: 1,
    type: pluginId,
    title,
    gridPos: { x: 0, y: 0, w: 24, h: 12 },
    targets: [],
    ...(options ? { options: options as Record<string, unknown> } : {}),
    ...(fieldConfig ? { fieldConfig } : {}),
  };
  return <OwnPanel panel={panel as never} plugin={plugin} data={data} width={width} height={height} />;
}
