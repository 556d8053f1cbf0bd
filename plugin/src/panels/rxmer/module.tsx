import { FieldConfigProperty, PanelPlugin } from '@grafana/data';
import { migrateOptions } from './migrations';
import { DEFAULTS, type RxMerOptions } from './options';
import { RxMerPanel } from './RxMerPanel';

export const plugin = new PanelPlugin<RxMerOptions>(RxMerPanel)
  .useFieldConfig({ disableStandardOptions: [FieldConfigProperty.Color, FieldConfigProperty.Thresholds] })
  .setMigrationHandler(migrateOptions)
  .setPanelOptions((builder) =>
    builder
      .addRadio({
        path: 'mode',
        name: 'Mode',
        description:
          'Captures over each other, one channel over time, or the newest capture of each modem of the query',
        defaultValue: DEFAULTS.mode,
        settings: {
          options: [
            { value: 'curve', label: 'Curve' },
            { value: 'history', label: 'Over time' },
            { value: 'modems', label: 'Side by side' },
          ],
        },
      })
      .addBooleanSwitch({
        path: 'showModes',
        name: 'Mode switch',
        description: 'Lets a viewer change the mode in the panel',
        defaultValue: DEFAULTS.showModes,
      })
      .addSliderInput({
        path: 'maxCaptures',
        name: 'Captures',
        description: 'How many are drawn over each other, newest first',
        defaultValue: DEFAULTS.maxCaptures,
        settings: { min: 1, max: 40, step: 1 },
        showIf: ({ mode }) => mode === 'curve',
      })
      .addRadio({
        path: 'colorBy',
        name: 'Colour',
        description: 'Headroom turns orange below the required MER; where that is not known, the MER itself is shown',
        defaultValue: DEFAULTS.colorBy,
        settings: {
          options: [
            { value: 'headroom', label: 'Headroom' },
            { value: 'mer', label: 'MER' },
          ],
        },
        showIf: ({ mode }) => mode !== 'curve',
      })
      .addRadio({
        path: 'order',
        name: 'Order of modems',
        description: 'By shape: modems with the same notch stand beside each other',
        defaultValue: DEFAULTS.order,
        settings: {
          options: [
            { value: 'shape', label: 'Shape' },
            { value: 'headroom', label: 'Headroom' },
            { value: 'mac', label: 'MAC' },
          ],
        },
        showIf: ({ mode }) => mode === 'modems',
      })
      .addNumberInput({
        path: 'maxRows',
        name: 'Most rows',
        description: 'Of a heat map; what is beyond is left out, and the panel says so',
        defaultValue: DEFAULTS.maxRows,
        settings: { min: 1, max: 1000, integer: true },
        showIf: ({ mode }) => mode !== 'curve',
      })
      .addBooleanSwitch({
        path: 'showPercentile',
        name: '2nd percentile',
        description: 'The level that 98 % of the subcarriers of the newest capture reach',
        defaultValue: DEFAULTS.showPercentile,
      })
      .addBooleanSwitch({
        path: 'showRequired',
        name: 'Required MER',
        description: 'What the modulation of the channel needs',
        defaultValue: DEFAULTS.showRequired,
      })
      .addBooleanSwitch({
        path: 'showProfiles',
        name: 'Modulation profiles',
        description: 'What each profile needs per subcarrier, when a query returns rows of grafana.modulation_profiles',
        defaultValue: DEFAULTS.showProfiles,
      })
      .addBooleanSwitch({ path: 'showLegend', name: 'Legend', defaultValue: DEFAULTS.showLegend }),
  );
