import { PanelPlugin } from '@grafana/data';
import { ConstellationPanel } from './ConstellationPanel';

export const plugin = new PanelPlugin(ConstellationPanel).useFieldConfig();
