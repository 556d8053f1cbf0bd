export type RxMerMode = 'curve' | 'history' | 'modems';
export type RowOrder = 'shape' | 'mac' | 'headroom';
export type ColorBy = 'headroom' | 'mer';

export interface RxMerOptions {
  /** What the panel shows at first. */
  mode: RxMerMode;
  /** Whether a person may switch to another mode. */
  showModes: boolean;
  /** Captures drawn over each other, newest first. */
  maxCaptures: number;
  /** Rows of a heat map; what is beyond is left out, and the panel says so. */
  maxRows: number;
  order: RowOrder;
  colorBy: ColorBy;
  showPercentile: boolean;
  showRequired: boolean;
  showProfiles: boolean;
  showLegend: boolean;
}

export const DEFAULTS: RxMerOptions = {
  mode: 'curve',
  showModes: true,
  maxCaptures: 6,
  maxRows: 200,
  order: 'shape',
  colorBy: 'headroom',
  showPercentile: true,
  showRequired: true,
  showProfiles: true,
  showLegend: true,
};
