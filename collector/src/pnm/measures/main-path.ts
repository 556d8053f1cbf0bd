import { median } from '../../lib/statistics.js';

const { abs } = Math;

/** Slow enough that no echo of four resolution cells or more is taken for the main path's own shape. */
const DEGREE = 6;
/** Coarse first: a deep notch would bend a curve with more freedom before it is left out. */
const FIRST_DEGREES = [0, 2, 4, DEGREE, DEGREE];
const NEXT_DEGREES = [DEGREE, DEGREE];
/** An echo alone has one residual everywhere, noise a median of 1.2 σ: what lies far above is local. */
const LOCAL_RATIO = 3;
/** Neighbours are alike: the median of some is that of all. */
const MEDIAN_STRIDE = 4;
const MIN_POWER = 1e-9;

/** What is left of a channel beside its main path. */
export interface Reflected {
  /** Against the main path, echoes already known taken away; re, im, re, im … */
  readonly residual: Float64Array;
  /** 1: sent, and not part of a notch. */
  readonly kept: Uint8Array;
}

/**
 * The main path of a channel as a slow curve through those subcarriers that a notch does not hold. A path reflects the
 * same share of its power at every frequency, a resonance at some: subcarriers far above the residual's median are left
 * out, and the curve and they are found in turn.
 */
export class MainPath {
  readonly #values: Float64Array;
  readonly #sent: Uint8Array;
  readonly #basis: readonly Float64Array[];
  #kept: Uint8Array;

  constructor(values: Float64Array) {
    const count = values.length / 2;
    this.#values = values;
    this.#sent = Uint8Array.from({ length: count }, (_, k) => (values[2 * k] !== 0 || values[2 * k + 1] !== 0 ? 1 : 0));
    this.#basis = legendre(count, DEGREE);
    this.#kept = this.#sent;
  }

  /** `response`: 1 and the echoes known by now, by which the main path is multiplied. */
  reflected(response: Float64Array): Reflected {
    let residual: Float64Array = response;
    for (const degree of this.#kept === this.#sent ? FIRST_DEGREES : NEXT_DEGREES) {
      residual = this.#residual(response, this.#curve(response, degree));
      this.#kept = this.#local(residual);
    }
    return { residual, kept: this.#kept };
  }

  /** Least squares of values ≈ curve × response over the subcarriers kept. */
  #curve(response: Float64Array, degree: number): Float64Array {
    const terms = this.#basis.slice(0, degree + 1);
    const count = this.#kept.length;
    const matrix = terms.map(() => new Float64Array(terms.length));
    const sides = [new Float64Array(terms.length), new Float64Array(terms.length)] as const;
    for (let k = 0; k < count; k++) {
      if (this.#kept[k] === 0) continue;
      const re = response[2 * k]!;
      const im = response[2 * k + 1]!;
      const valueRe = this.#values[2 * k]!;
      const valueIm = this.#values[2 * k + 1]!;
      const weight = re * re + im * im;
      for (let p = 0; p < terms.length; p++) {
        const term = terms[p]![k]!;
        sides[0][p]! += term * (re * valueRe + im * valueIm);
        sides[1][p]! += term * (re * valueIm - im * valueRe);
        const row = matrix[p]!;
        for (let q = 0; q <= p; q++) row[q]! += weight * term * terms[q]![k]!;
      }
    }
    const [re, im] = solve(matrix, sides);
    const curve = new Float64Array(2 * count);
    terms.forEach((term, p) => {
      for (let k = 0; k < count; k++) {
        curve[2 * k]! += re![p]! * term[k]!;
        curve[2 * k + 1]! += im![p]! * term[k]!;
      }
    });
    return curve;
  }

  #residual(response: Float64Array, curve: Float64Array): Float64Array {
    const residual = new Float64Array(curve.length);
    for (let i = 0; i < curve.length; i += 2) {
      const re = curve[i]!;
      const im = curve[i + 1]!;
      const power = Math.max(MIN_POWER, re * re + im * im);
      residual[i] = (this.#values[i]! * re + this.#values[i + 1]! * im) / power - response[i]!;
      residual[i + 1] = (this.#values[i + 1]! * re - this.#values[i]! * im) / power - response[i + 1]!;
    }
    return residual;
  }

  #local(residual: Float64Array): Uint8Array {
    const size = Float64Array.from(this.#sent, (sent, k) =>
      sent === 0 ? NaN : Math.hypot(residual[2 * k]!, residual[2 * k + 1]!),
    );
    const limit = LOCAL_RATIO * median(size.filter((_, k) => k % MEDIAN_STRIDE === 0));
    return this.#sent.map((sent, k) => (sent === 1 && size[k]! <= limit ? 1 : 0));
  }
}

/** Legendre polynomials over −1 … 1, which keep the least squares well conditioned. */
function legendre(count: number, degree: number): Float64Array[] {
  const x = Float64Array.from({ length: count }, (_, k) => (2 * (k + 0.5)) / count - 1);
  const terms = [new Float64Array(count).fill(1), x];
  for (let n = 1; n < degree; n++) {
    const [before, last] = [terms[n - 1]!, terms[n]!];
    terms.push(x.map((at, k) => ((2 * n + 1) * at * last[k]! - n * before[k]!) / (n + 1)));
  }
  return terms;
}

/** Solves a symmetric system, given by its lower half, for several right sides; a singular direction stays 0. */
function solve(lower: Float64Array[], sides: readonly Float64Array[]): Float64Array[] {
  const n = lower.length;
  const rows = lower.map((row, p) =>
    Float64Array.from({ length: n + sides.length }, (_, q) =>
      q >= n ? sides[q - n]![p]! : q <= p ? row[q]! : lower[q]![p]!,
    ),
  );
  const tiny = 1e-12 * Math.max(...lower.map((row, p) => row[p]!));
  for (let p = 0; p < n; p++) {
    const pivot = rows[p]!;
    if (abs(pivot[p]!) <= tiny) continue;
    rows.forEach((row, other) => {
      if (other === p) return;
      const share = row[p]! / pivot[p]!;
      for (let q = p; q < row.length; q++) row[q]! -= share * pivot[q]!;
    });
  }
  return sides.map((_, side) =>
    Float64Array.from(rows, (row, p) => (abs(row[p]!) <= tiny ? 0 : row[n + side]! / row[p]!)),
  );
}
