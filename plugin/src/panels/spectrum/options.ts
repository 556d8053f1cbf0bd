export const VIEWS = ['spectrum', 'magnitude', 'groupDelay', 'echoes', 'taps', 'histogram'] as const;
export type SpectrumView = (typeof VIEWS)[number];

export interface SpectrumOptions {
  /** What is shown at first; `auto` is the first that the data can give. */
  view: SpectrumView | 'auto';
  showViews: boolean;
  maxCaptures: number;
  velocityFactor: number;
  longestDelayNs: number;
  showLegend: boolean;
}

export const DEFAULTS: SpectrumOptions = {
  view: 'auto',
  showViews: true,
  maxCaptures: 4,
  velocityFactor: 0.87,
  longestDelayNs: 2000,
  showLegend: true,
};
