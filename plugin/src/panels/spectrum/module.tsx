import { FieldConfigProperty, PanelPlugin } from '@grafana/data';
import { migrateOptions } from './migrations';
import { DEFAULTS, type SpectrumOptions } from './options';
import { SpectrumPanel } from './SpectrumPanel';
import { VIEW_NAMES } from './pictures';

export const plugin = new PanelPlugin<SpectrumOptions>(SpectrumPanel)
  .useFieldConfig({ disableStandardOptions: [FieldConfigProperty.Color, FieldConfigProperty.Thresholds] })
  .setMigrationHandler(migrateOptions)
  .setPanelOptions((builder) =>
    builder
      .addSelect({
        path: 'view',
        name: 'View',
        description: 'What is shown at first; what the data cannot give falls back to what they can',
        defaultValue: DEFAULTS.view,
        settings: {
          options: [
            { value: 'auto', label: 'What the query returns' },
            ...Object.entries(VIEW_NAMES).map(([value, label]) => ({ value: value as SpectrumOptions['view'], label })),
          ],
        },
      })
      .addBooleanSwitch({
        path: 'showViews',
        name: 'View switch',
        description: 'Lets a viewer change the view in the panel',
        defaultValue: DEFAULTS.showViews,
      })
      .addSliderInput({
        path: 'maxCaptures',
        name: 'Captures',
        description: 'How many are drawn over each other, newest first',
        defaultValue: DEFAULTS.maxCaptures,
        settings: { min: 1, max: 40, step: 1 },
      })
      .addSliderInput({
        path: 'velocityFactor',
        name: 'Velocity factor',
        description: 'Of the cable, for distances of echoes: 0.87 for RG-6, RG-11 and hardline, 0.82 for RG-59',
        defaultValue: DEFAULTS.velocityFactor,
        settings: { min: 0.6, max: 0.99, step: 0.01 },
      })
      .addSliderInput({
        path: 'longestDelayNs',
        name: 'Longest delay',
        description: 'Of the echo view, in nanoseconds; 1,000 ns are about 130 m',
        defaultValue: DEFAULTS.longestDelayNs,
        settings: { min: 200, max: 10_000, step: 100 },
      })
      .addBooleanSwitch({ path: 'showLegend', name: 'Legend', defaultValue: DEFAULTS.showLegend }),
  );
