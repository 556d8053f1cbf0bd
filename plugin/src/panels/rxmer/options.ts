export interface RxMerOptions {
  /** Captures drawn over each other, newest first. */
  maxCaptures: number;
  showPercentile: boolean;
  showRequired: boolean;
  showLegend: boolean;
}

export const DEFAULTS: RxMerOptions = { maxCaptures: 6, showPercentile: true, showRequired: true, showLegend: true };
