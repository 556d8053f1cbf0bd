export interface ConstellationOptions {
  showGrid: boolean;
  /** Half the side of the picture in units of the average amplitude. */
  extent: number;
}

export const DEFAULTS: ConstellationOptions = { showGrid: true, extent: 1.3 };
