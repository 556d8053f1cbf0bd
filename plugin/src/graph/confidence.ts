import type { Band } from './model';

/** Where the bands begin when no thresholds are configured (design: green ≥ 0.95, yellow ≥ 0.85, red below). */
export const HIGH_CONFIDENCE = 0.95;
export const MEDIUM_CONFIDENCE = 0.85;

/** Steps of a field's thresholds in rising order; the first one has no lower bound. */
export interface ThresholdStep {
  value: number | null;
  color: string;
}

export const DEFAULT_STEPS: readonly ThresholdStep[] = [
  { value: null, color: 'red' },
  { value: MEDIUM_CONFIDENCE, color: 'yellow' },
  { value: HIGH_CONFIDENCE, color: 'green' },
];

/** The last step is high, the first low, all between are medium; no value is unrated, never low. */
export function bandOf(confidence: number | undefined, steps: readonly ThresholdStep[] = DEFAULT_STEPS): Band {
  if (confidence === undefined || !Number.isFinite(confidence)) return 'unrated';
  let reached = 0;
  for (let step = 1; step < steps.length; step++) {
    const from = steps[step]?.value;
    if (from != null && confidence >= from) reached = step;
  }
  if (reached === steps.length - 1) return 'high';
  return reached === 0 ? 'low' : 'medium';
}
