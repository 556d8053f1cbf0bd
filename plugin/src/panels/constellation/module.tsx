import { FieldConfigProperty, PanelPlugin } from '@grafana/data';
import { ConstellationPanel } from './ConstellationPanel';
import { type ConstellationOptions, DEFAULTS } from './options';

export const plugin = new PanelPlugin<ConstellationOptions>(ConstellationPanel)
  .useFieldConfig({ disableStandardOptions: [FieldConfigProperty.Color, FieldConfigProperty.Thresholds] })
  .setPanelOptions((builder) =>
    builder
      .addBooleanSwitch({
        path: 'showGrid',
        name: 'Ideal points',
        description: 'Crosses where a perfect channel would put the symbols, up to 1024-QAM',
        defaultValue: DEFAULTS.showGrid,
      })
      .addSliderInput({
        path: 'extent',
        name: 'Extent',
        description: 'Half the side of the picture, in average amplitudes',
        defaultValue: DEFAULTS.extent,
        settings: { min: 1, max: 4, step: 0.1 },
      }),
  );
