import { FieldConfigProperty, PanelPlugin } from '@grafana/data';
import { FecPanel } from './FecPanel';
import { migrateOptions } from './migrations';
import { DEFAULTS, type FecOptions } from './options';

export const plugin = new PanelPlugin<FecOptions>(FecPanel)
  .useFieldConfig({ disableStandardOptions: [FieldConfigProperty.Color, FieldConfigProperty.Thresholds] })
  .setMigrationHandler(migrateOptions)
  .setPanelOptions((builder) =>
    builder
      .addNumberInput({
        path: 'minCodewords',
        name: 'Least codewords',
        description: 'A point of fewer codewords is hatched: it says nothing of an error ratio',
        defaultValue: DEFAULTS.minCodewords,
        settings: { min: 0, integer: true },
      })
      .addBooleanSwitch({
        path: 'showCorrected',
        name: 'Corrected codewords',
        description: 'Vendors count them differently: only their change on one modem says something',
        defaultValue: DEFAULTS.showCorrected,
      })
      .addBooleanSwitch({ path: 'showLegend', name: 'Legend', defaultValue: DEFAULTS.showLegend }),
  );
