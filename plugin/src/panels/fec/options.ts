export interface FecOptions {
  /** A point of fewer codewords says nothing of an error ratio. */
  minCodewords: number;
  showCorrected: boolean;
  showLegend: boolean;
}

export const DEFAULTS: FecOptions = { minCodewords: 1000, showCorrected: true, showLegend: true };
