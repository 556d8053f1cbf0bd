import type { PanelModel } from '@grafana/data';
import { DEFAULTS, type SpectrumOptions, VIEWS } from './options';

/** Saved options to today's: what is missing or impossible gets its default. */
export function migrateOptions({ options }: Pick<PanelModel<Partial<SpectrumOptions>>, 'options'>): SpectrumOptions {
  const merged = { ...DEFAULTS, ...options };
  const within = (name: 'velocityFactor' | 'longestDelayNs' | 'maxCaptures', low: number, high: number) =>
    merged[name] >= low && merged[name] <= high ? merged[name] : DEFAULTS[name];
  return {
    ...merged,
    view: merged.view === 'auto' || VIEWS.includes(merged.view) ? merged.view : DEFAULTS.view,
    maxCaptures: within('maxCaptures', 1, 40),
    velocityFactor: within('velocityFactor', 0.5, 1),
    longestDelayNs: within('longestDelayNs', 200, 20_000),
  };
}
