import type { PanelModel } from '@grafana/data';
import { DEFAULTS, type FecOptions } from './options';

/** Saved options to today's: what is missing or impossible gets its default. */
export function migrateOptions({ options }: Pick<PanelModel<Partial<FecOptions>>, 'options'>): FecOptions {
  const merged = { ...DEFAULTS, ...options };
  return { ...merged, minCodewords: merged.minCodewords >= 0 ? merged.minCodewords : DEFAULTS.minCodewords };
}
