import { BYTES_PER_COMPLEX, FIXED_POINT } from '../formats/fixed-point.js';

/** How far the points lie from the ideal grid. Undefined fields: no point, or a grid that is not published. */
export interface ConstellationSummary {
  readonly qamOrder: number | undefined;
  readonly count: number;
  readonly meanPower: number | undefined;
  /** Slicer MER: unit power over the mean squared error to the nearest ideal point. Too high once symbols cross borders. */
  readonly merDb: number | undefined;
  readonly evmPercent: number | undefined;
  /** Mean error vector: carrier leakage and offset. */
  readonly offsetRe: number | undefined;
  readonly offsetIm: number | undefined;
}

/** Only even-bit orders are square grids; the cross-like sets of 128, 512, 2048 and 8192 points are not published. */
const isSquare = (qamOrder: number): boolean => qamOrder >= 4 && Number.isInteger(Math.sqrt(qamOrder));

/** Coordinates of one axis of the unit-power square grid, ascending; undefined for orders without a published grid. */
export function idealLevels(qamOrder: number): Float64Array | undefined {
  if (!isSquare(qamOrder)) return undefined;
  const side = Math.sqrt(qamOrder);
  const scale = Math.sqrt(3 / (2 * (qamOrder - 1)));
  return Float64Array.from({ length: side }, (_, i) => (2 * i - side + 1) * scale);
}

/** Slicer MER, EVM and offset of wire points (big-endian s2.13 pairs) against the grid of `qamOrder`. */
export function summarizeConstellation(pointBytes: Uint8Array, qamOrder: number | undefined): ConstellationSummary {
  const count = Math.floor(pointBytes.length / BYTES_PER_COMPLEX);
  const unknown = { merDb: undefined, evmPercent: undefined, offsetRe: undefined, offsetIm: undefined };
  if (count === 0) return { qamOrder, count, meanPower: undefined, ...unknown };
  const square = qamOrder !== undefined && isSquare(qamOrder);
  const side = square ? Math.sqrt(qamOrder) : 0;
  const half = square ? Math.sqrt(3 / (2 * (qamOrder - 1))) : 0; // half the distance of two neighbours
  const unit = 1 / FIXED_POINT['s2.13'];
  let power = 0;
  let errorPower = 0;
  let errorRe = 0;
  let errorIm = 0;
  for (let at = 0; at < count * BYTES_PER_COMPLEX; at += BYTES_PER_COMPLEX) {
    const re = ((((pointBytes[at]! << 8) | pointBytes[at + 1]!) << 16) >> 16) * unit;
    const im = ((((pointBytes[at + 2]! << 8) | pointBytes[at + 3]!) << 16) >> 16) * unit;
    power += re * re + im * im;
    if (!square) continue;
    const dRe = re - nearest(re, half, side);
    const dIm = im - nearest(im, half, side);
    errorPower += dRe * dRe + dIm * dIm;
    errorRe += dRe;
    errorIm += dIm;
  }
  const meanPower = power / count;
  if (!square || errorPower === 0) return { qamOrder, count, meanPower, ...unknown };
  return {
    qamOrder,
    count,
    meanPower,
    merDb: 10 * Math.log10(count / errorPower),
    evmPercent: 100 * Math.sqrt(errorPower / count),
    offsetRe: errorRe / count,
    offsetIm: errorIm / count,
  };
}

function nearest(value: number, half: number, side: number): number {
  const step = Math.round((value / half + side - 1) / 2);
  return (2 * Math.min(side - 1, Math.max(0, step)) - side + 1) * half;
}
