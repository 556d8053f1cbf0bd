import type { PanelModel } from '@grafana/data';
import { DEFAULT_OPTIONS, type TopologyOptions } from './options';

/** Saved options of any age to today's: what is missing gets its default, what is impossible too. */
export function migrateOptions({ options }: Pick<PanelModel<Partial<TopologyOptions>>, 'options'>): TopologyOptions {
  const saved = options ?? {};
  const isRatio = typeof saved.minConfidence === 'number' && saved.minConfidence >= 0 && saved.minConfidence <= 1;
  return {
    ...DEFAULT_OPTIONS,
    ...saved,
    minConfidence: isRatio ? (saved.minConfidence as number) : DEFAULT_OPTIONS.minConfidence,
  };
}
