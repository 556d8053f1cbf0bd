/** How many points fall into each cell of a square picture; row 0 is the top. */
export interface Density {
  readonly side: number;
  readonly counts: Uint32Array;
  readonly highest: number;
  /** Points outside the picture. */
  readonly outside: number;
}

/** Counts points (real, imaginary in turn) on `side` × `side` cells over [−extent, extent]. */
export function densityOf(points: Float32Array, side: number, extent: number): Density {
  const counts = new Uint32Array(side * side);
  let [highest, outside] = [0, 0];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const column = Math.floor((((points[i] as number) + extent) / (2 * extent)) * side);
    const row = Math.floor(((extent - (points[i + 1] as number)) / (2 * extent)) * side);
    if (column < 0 || column >= side || row < 0 || row >= side) {
      outside++;
      continue;
    }
    const at = row * side + column;
    const count = (counts[at] as number) + 1;
    counts[at] = count;
    if (count > highest) highest = count;
  }
  return { side, counts, highest, outside };
}

/** Levels of the ideal grid on one axis for square QAM of unit average power; undefined for orders that are no square. */
export function gridLevels(modulationOrder: number): number[] | undefined {
  const perAxis = Math.sqrt(modulationOrder);
  if (!Number.isInteger(perAxis) || perAxis < 2 || perAxis % 2 !== 0) return undefined;
  const scale = Math.sqrt(3 / (2 * (modulationOrder - 1)));
  return Array.from({ length: perAxis }, (_, i) => (2 * i - perAxis + 1) * scale);
}
