import type { PanelModel } from '@grafana/data';
import { DEFAULTS, type RxMerOptions } from './options';

const CHOICES = {
  mode: ['curve', 'history', 'modems'],
  order: ['shape', 'mac', 'headroom'],
  colorBy: ['headroom', 'mer'],
} as const;

/** Saved options of any age to today's: the first panels had no mode and drew curves. */
export function migrateOptions({ options }: Pick<PanelModel<Partial<RxMerOptions>>, 'options'>): RxMerOptions {
  const merged = { ...DEFAULTS, ...options };
  const valid = Object.fromEntries(
    Object.entries(CHOICES).map(([name, choices]) => {
      const key = name as keyof typeof CHOICES;
      return [key, (choices as readonly string[]).includes(merged[key]) ? merged[key] : DEFAULTS[key]];
    }),
  );
  return { ...merged, ...valid };
}
