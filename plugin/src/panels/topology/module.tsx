import { PanelPlugin } from '@grafana/data';
import { TopologyPanel } from './TopologyPanel';

export const plugin = new PanelPlugin(TopologyPanel).useFieldConfig();
