import { PanelPlugin } from '@grafana/data';
import { RxMerPanel } from './RxMerPanel';

export const plugin = new PanelPlugin(RxMerPanel).useFieldConfig();
