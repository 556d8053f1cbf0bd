import {
  FieldColorModeId,
  FieldConfigProperty,
  PanelPlugin,
  ThresholdsMode,
  VisualizationSuggestionScore,
} from '@grafana/data';
import { HIGH_CONFIDENCE, MEDIUM_CONFIDENCE } from '../../graph/confidence';
import { hasGraphColumns } from './frames';
import { migrateOptions } from './migrations';
import { DEFAULT_OPTIONS, type TopologyOptions } from './options';
import { TopologyPanel } from './TopologyPanel';

export const plugin = new PanelPlugin<TopologyOptions>(TopologyPanel)
  .useFieldConfig({
    standardOptions: {
      [FieldConfigProperty.Color]: { defaultValue: { mode: FieldColorModeId.Thresholds } },
      // The thresholds of the confidence column are the bands of the links.
      [FieldConfigProperty.Thresholds]: {
        defaultValue: {
          mode: ThresholdsMode.Absolute,
          steps: [
            { value: -Infinity, color: 'red' },
            { value: MEDIUM_CONFIDENCE, color: 'yellow' },
            { value: HIGH_CONFIDENCE, color: 'green' },
          ],
        },
      },
    },
  })
  .setMigrationHandler(migrateOptions)
  .setPanelOptions((builder) =>
    builder
      .addSliderInput({
        path: 'minConfidence',
        name: 'Minimum confidence',
        description: 'Links below are hidden at first; links without a rating are always shown',
        settings: { min: 0, max: 1, step: 0.05 },
        defaultValue: DEFAULT_OPTIONS.minConfidence,
      })
      .addRadio({
        path: 'fold',
        name: 'Hosts and modems',
        description: 'Folded ones are a count on what they hang on',
        settings: {
          options: [
            { value: 'auto', label: 'Fold many' },
            { value: 'always', label: 'Fold' },
            { value: 'never', label: 'Draw all' },
          ],
        },
        defaultValue: DEFAULT_OPTIONS.fold,
      })
      .addRadio({
        path: 'badges',
        name: 'Method on links',
        settings: {
          options: [
            { value: 'auto', label: 'Where there is room' },
            { value: 'always', label: 'Always' },
            { value: 'never', label: 'Never' },
          ],
        },
        defaultValue: DEFAULT_OPTIONS.badges,
      })
      .addBooleanSwitch({ path: 'showToolbar', name: 'Search and filters', defaultValue: DEFAULT_OPTIONS.showToolbar })
      .addBooleanSwitch({ path: 'showLegend', name: 'Legend', defaultValue: DEFAULT_OPTIONS.showLegend })
      .addNumberInput({
        path: 'maxNodes',
        name: 'Most nodes drawn',
        description: 'What is beyond is left out, and the map says so',
        settings: { min: 10, max: 20_000, integer: true },
        defaultValue: DEFAULT_OPTIONS.maxNodes,
      })
      .addTextInput({
        path: 'focus',
        name: 'Open node',
        description: 'Id of a node to show, usually a variable such as $device',
        defaultValue: DEFAULT_OPTIONS.focus,
      }),
  )
  .setSuggestionsSupplier((summary) =>
    hasGraphColumns(summary.rawFrames ?? [])
      ? [{ name: 'Plant topology', score: VisualizationSuggestionScore.Best }]
      : undefined,
  );
