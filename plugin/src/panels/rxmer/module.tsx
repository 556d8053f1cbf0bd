import { FieldConfigProperty, PanelPlugin } from '@grafana/data';
import { DEFAULTS, type RxMerOptions } from './options';
import { RxMerPanel } from './RxMerPanel';

export const plugin = new PanelPlugin<RxMerOptions>(RxMerPanel)
  .useFieldConfig({ disableStandardOptions: [FieldConfigProperty.Color, FieldConfigProperty.Thresholds] })
  .setPanelOptions((builder) =>
    builder
      .addSliderInput({
        path: 'maxCaptures',
        name: 'Captures',
        description: 'How many are drawn over each other, newest first',
        defaultValue: DEFAULTS.maxCaptures,
        settings: { min: 1, max: 40, step: 1 },
      })
      .addBooleanSwitch({ path: 'showPercentile', name: '2nd percentile', defaultValue: DEFAULTS.showPercentile })
      .addBooleanSwitch({ path: 'showRequired', name: 'Required MER', defaultValue: DEFAULTS.showRequired })
      .addBooleanSwitch({ path: 'showLegend', name: 'Legend', defaultValue: DEFAULTS.showLegend }),
  );
