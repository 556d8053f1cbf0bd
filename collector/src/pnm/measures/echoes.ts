import { blackmanHarris, inverseFft, nextPowerOfTwo } from '../../lib/fft.js';
import { median } from '../../lib/statistics.js';
import { cableLength, DEFAULT_VELOCITY_FACTOR, type CableLength } from './cable.js';
import { groupDelayNs, type Coefficients } from './channel.js';
import { MainPath, type Reflected } from './main-path.js';
import { vertex } from './shape.js';

const { cos, hypot, log10, sin, PI } = Math;

/** A reflection behind the main path. */
export interface Echo {
  readonly delayNs: number;
  /** Against the main path. */
  readonly levelDb: number;
  /** Between the two reflecting points. */
  readonly distance: CableLength;
}

export interface EchoSearch {
  readonly echoes: readonly Echo[];
  /** Delay of the main path in the receiver's window; belongs to the receiver. */
  readonly bulkDelayNs: number;
  /** One over the bandwidth; the window makes two echoes nearer than about twice this one. */
  readonly resolutionNs: number;
  readonly noiseDb: number;
}

export interface EchoOptions {
  readonly velocityFactor?: number;
  readonly maxDelayNs?: number;
  readonly maxEchoes?: number;
}

/** Weaker ones cannot be told from what receivers estimate in a clean channel. */
const MIN_LEVEL_DB = -45;
const OVER_NOISE_DB = 10;
const DEFAULT_MAX_ECHOES = 16;
const DEFAULT_MAX_DELAY_NS = 10_000;
/** Of the channel: a wider gap without coefficients ends the stretch that is searched. */
const MAX_GAP_SHARE = 0.25;
const PADDING = 4;
/** Half the main lobe of the window, in resolution cells. */
const MAIN_LOBE_CELLS = 4;
const MIN_COEFFICIENTS = 64;
const SUB_BANDS = 16;
const MIN_SUB_BANDS = 6;
/** Of the level over the whole band that sub-bands must show, all but a few. An echo has about 1, a notch about 0. */
const MIN_SHARE = 0.5;
const FEW_SHARE = 0.25;
const NOISE_STRIDE = 8;
/** Beside a stronger echo, what a loss that grows with frequency leaves of it is weaker than this. */
const BESIDE_DB = 12;
const MAX_CANDIDATES = 40;
const REFINE_ROUNDS = 2;

/** A path beside the main one: `re`, `im` at the first coefficient, against the main path. */
interface Path {
  readonly delayNs: number;
  readonly re: number;
  readonly im: number;
}

const levelDbOf = ({ re, im }: Path): number => 20 * log10(hypot(re, im));

/**
 * Echoes by inverse transform of the coefficients, strongest first; undefined with too few of them in one stretch.
 *
 * An echo ripples the whole band with one period. A notch answers with delay too, but from a few sub-bands only: those
 * coefficients are left out, and what the rest of the band does not show alike is no echo.
 */
export function findEchoes(channel: Coefficients, options: EchoOptions = {}): EchoSearch | undefined {
  const { spacingHz } = channel;
  const stretch = longestStretch(channel.values);
  const count = stretch.length / 2;
  if (spacingHz === 0 || count < MIN_COEFFICIENTS || 2 * sentCount(stretch) < count) return undefined;
  const bulkDelayNs = median(groupDelayNs({ ...channel, values: stretch }));
  const band = new DelayBand(count, spacingHz);
  const aligned = band.aligned(stretch, bulkDelayNs);
  const resolutionNs = 1e9 / (count * spacingHz);
  const lobeNs = MAIN_LOBE_CELLS * resolutionNs;
  const maxDelayNs = options.maxDelayNs ?? DEFAULT_MAX_DELAY_NS;
  const { paths, noiseDb, keptShare } = pathsBeside(band, new MainPath(aligned), lobeNs, maxDelayNs);
  const velocityFactor = options.velocityFactor ?? DEFAULT_VELOCITY_FACTOR;
  const echoes = paths
    // nearer or earlier ones are the main path's own shape; the less of the band speaks, the farther that reaches
    .filter(({ delayNs }) => delayNs >= lobeNs / keptShare && delayNs <= maxDelayNs)
    .map((path): Echo => {
      const distance = cableLength(path.delayNs, resolutionNs / 2, velocityFactor);
      return { delayNs: path.delayNs, levelDb: levelDbOf(path), distance };
    })
    .sort((a, b) => b.levelDb - a.levelDb);
  return { echoes: echoes.slice(0, options.maxEchoes ?? DEFAULT_MAX_ECHOES), bulkDelayNs, resolutionNs, noiseDb };
}

/** Takes path after path away, strongest first, so that the lobes of none are held for another. */
function pathsBeside(band: DelayBand, main: MainPath, lobeNs: number, maxDelayNs: number) {
  let paths: Path[] = [];
  const refused: number[] = [];
  let reflected = main.reflected(band.responseOf(paths));
  let profile = band.profile(reflected);
  const limitDb = () => Math.max(MIN_LEVEL_DB, profile.noiseDb + OVER_NOISE_DB);
  for (let tried = 0; tried < MAX_CANDIDATES; tried++) {
    const isFree = (delayNs: number, levelDb: number) =>
      refused.every((at) => Math.abs(delayNs - at) > lobeNs / 2) &&
      paths.every((path) => {
        const apartNs = Math.abs(delayNs - path.delayNs);
        return apartNs > lobeNs || (apartNs > lobeNs / 2 && levelDb > levelDbOf(path) - BESIDE_DB);
      });
    const delayNs = band.strongest(profile.power, maxDelayNs, limitDb(), isFree);
    if (delayNs === undefined) break;
    const path = band.pathAt(reflected, delayNs);
    if (!isOfWholeBand(band, reflected, path)) {
      refused.push(delayNs);
      continue;
    }
    paths.push(path);
    reflected = main.reflected(band.responseOf(paths));
    profile = band.profile(reflected);
  }
  for (let round = 0; round < REFINE_ROUNDS; round++) {
    paths = paths
      .map((path) => band.pathAt(band.withPath(reflected, path), path.delayNs))
      .filter((path) => levelDbOf(path) >= limitDb());
    reflected = main.reflected(band.responseOf(paths));
  }
  const held = paths.filter((path) => isOfWholeBand(band, band.withPath(reflected, path), path));
  const keptShare = countOf(reflected.kept) / reflected.kept.length;
  return { paths: held, noiseDb: profile.noiseDb, keptShare };
}

/** Whether the sub-bands, all but a few, show a path as the whole does. */
function isOfWholeBand(band: DelayBand, reflected: Reflected, path: Path): boolean {
  const parts = band.subBands(reflected, path.delayNs);
  if (parts.length < MIN_SUB_BANDS) return false;
  // along the path's own phase: what another one adds turns from sub-band to sub-band
  const power = path.re ** 2 + path.im ** 2;
  const shares = parts.map(({ re, im }) => (re * path.re + im * path.im) / power).sort((a, b) => a - b);
  return shares[Math.floor(parts.length * FEW_SHARE)]! >= MIN_SHARE;
}

/** The two axes of a stretch of coefficients: frequency and delay. */
class DelayBand {
  readonly #count: number;
  readonly #size: number;
  readonly #spacingHz: number;
  readonly #stepNs: number;
  readonly #window: Float64Array;

  constructor(count: number, spacingHz: number) {
    this.#count = count;
    this.#spacingHz = spacingHz;
    this.#size = nextPowerOfTwo(count * PADDING);
    this.#stepNs = 1e9 / (this.#size * spacingHz);
    this.#window = blackmanHarris(count);
  }

  /** Turned so that the main path has no delay: first by what the group delay says, then by the strongest answer. */
  aligned(values: Float64Array, bulkDelayNs: number): Float64Array {
    const near = this.#turned(values, bulkDelayNs);
    const { power } = this.profile({ residual: near, kept: new Uint8Array(this.#count).fill(1) });
    let main = 0;
    for (let i = 1; i < power.length; i++) if (power[i]! > power[main]!) main = i;
    const at = (i: number) => log10(power[(i + this.#size) % this.#size]!);
    const index = main + vertex(at(main - 1), at(main), at(main + 1));
    return this.#turned(near, (index > this.#size / 2 ? index - this.#size : index) * this.#stepNs);
  }

  #turned(values: Float64Array, delayNs: number): Float64Array {
    const out = new Float64Array(values.length);
    this.#eachTurn(delayNs, (k, turnRe, turnIm) => {
      out[2 * k] = values[2 * k]! * turnRe - values[2 * k + 1]! * turnIm;
      out[2 * k + 1] = values[2 * k]! * turnIm + values[2 * k + 1]! * turnRe;
    });
    return out;
  }

  /** e^(+j2πkΔf·delay) for each k. */
  #eachTurn(delayNs: number, take: (k: number, re: number, im: number) => void): void {
    const turn = 2 * PI * this.#spacingHz * delayNs * 1e-9;
    const stepRe = cos(turn);
    const stepIm = sin(turn);
    let re = 1;
    let im = 0;
    for (let k = 0; k < this.#count; k++) {
      take(k, re, im);
      const next = re * stepRe - im * stepIm;
      im = re * stepIm + im * stepRe;
      re = next;
    }
  }

  /** Power over delay, 1 for a path as strong as the main one. */
  profile({ residual, kept }: Reflected): { power: Float64Array; noiseDb: number } {
    const padded = new Float64Array(2 * this.#size);
    let sum = 0;
    for (let k = 0; k < this.#count; k++) {
      if (kept[k] === 0) continue;
      padded[2 * k] = residual[2 * k]! * this.#window[k]!;
      padded[2 * k + 1] = residual[2 * k + 1]! * this.#window[k]!;
      sum += this.#window[k]!;
    }
    const answer = inverseFft(padded);
    const scale = (this.#size / sum) ** 2;
    const power = Float64Array.from({ length: this.#size }, (_, i) => {
      return scale * (answer[2 * i]! ** 2 + answer[2 * i + 1]! ** 2);
    });
    return { power, noiseDb: 10 * log10(median(power.filter((_, i) => i % NOISE_STRIDE === 0))) };
  }

  /** Delay of the strongest peak above a level, before the main path (negative) or behind it. */
  strongest(
    power: Float64Array,
    maxDelayNs: number,
    limitDb: number,
    isFree: (delayNs: number, levelDb: number) => boolean,
  ): number | undefined {
    const size = this.#size;
    const last = Math.min(Math.floor(size / 2) - 1, Math.floor(maxDelayNs / this.#stepNs));
    const at = (i: number) => power[(i + size) % size]!;
    let best: number | undefined;
    let least = 10 ** (limitDb / 10);
    for (let i = -last; i <= last; i++) {
      if (at(i) < least || at(i) <= at(i - 1) || at(i) < at(i + 1)) continue;
      if (!isFree(i * this.#stepNs, 10 * log10(at(i)))) continue;
      least = at(i);
      best = i;
    }
    if (best === undefined) return undefined;
    return (best + vertex(log10(at(best - 1)), log10(at(best)), log10(at(best + 1)))) * this.#stepNs;
  }

  /** The path nearest to a delay: its top by a parabola through three levels. */
  pathAt(reflected: Reflected, delayNs: number): Path {
    const levelAt = (ns: number) => levelDbOf(this.#answer(reflected, ns));
    const offset = vertex(levelAt(delayNs - this.#stepNs), levelAt(delayNs), levelAt(delayNs + this.#stepNs));
    return this.#answer(reflected, delayNs + offset * this.#stepNs);
  }

  #answer({ residual, kept }: Reflected, delayNs: number): Path {
    let re = 0;
    let im = 0;
    let sum = 0;
    this.#eachTurn(delayNs, (k, turnRe, turnIm) => {
      if (kept[k] === 0) return;
      const weight = this.#window[k]!;
      re += weight * (residual[2 * k]! * turnRe - residual[2 * k + 1]! * turnIm);
      im += weight * (residual[2 * k]! * turnIm + residual[2 * k + 1]! * turnRe);
      sum += weight;
    });
    return { delayNs, re: re / sum, im: im / sum };
  }

  /** As if that path had not been taken away. */
  withPath({ residual, kept }: Reflected, { delayNs, re, im }: Path): Reflected {
    const sum = residual.slice();
    this.#eachTurn(-delayNs, (k, turnRe, turnIm) => {
      sum[2 * k]! += re * turnRe - im * turnIm;
      sum[2 * k + 1]! += re * turnIm + im * turnRe;
    });
    return { residual: sum, kept };
  }

  /** What each part of the band shows of a path; parts of which a notch holds more than half are left out. */
  subBands({ residual, kept }: Reflected, delayNs: number): Path[] {
    const length = this.#count / SUB_BANDS;
    const sums = Array.from({ length: SUB_BANDS }, () => ({ re: 0, im: 0, count: 0 }));
    this.#eachTurn(delayNs, (k, turnRe, turnIm) => {
      if (kept[k] === 0) return;
      const sum = sums[Math.floor(k / length)]!;
      sum.re += residual[2 * k]! * turnRe - residual[2 * k + 1]! * turnIm;
      sum.im += residual[2 * k]! * turnIm + residual[2 * k + 1]! * turnRe;
      sum.count++;
    });
    return sums
      .filter(({ count }) => count >= length / 2)
      .map(({ re, im, count }) => ({ delayNs, re: re / count, im: im / count }));
  }

  /** 1 and all paths, at each coefficient. */
  responseOf(paths: readonly Path[]): Float64Array {
    const response = new Float64Array(2 * this.#count);
    for (let k = 0; k < this.#count; k++) response[2 * k] = 1;
    for (const { delayNs, re, im } of paths) {
      this.#eachTurn(-delayNs, (k, turnRe, turnIm) => {
        response[2 * k]! += re * turnRe - im * turnIm;
        response[2 * k + 1]! += re * turnIm + im * turnRe;
      });
    }
    return response;
  }
}

const countOf = (flags: Uint8Array): number => flags.reduce((total, flag) => total + flag, 0);

const isZero = (values: Float64Array, k: number): boolean => values[2 * k] === 0 && values[2 * k + 1] === 0;

function sentCount(values: Float64Array): number {
  let sent = 0;
  for (let k = 0; k < values.length / 2; k++) if (!isZero(values, k)) sent++;
  return sent;
}

/** The longest run of coefficients whose gaps of zeros are not too wide. */
function longestStretch(values: Float64Array): Float64Array {
  const count = values.length / 2;
  const maxGap = count * MAX_GAP_SHARE;
  let best = { from: 0, to: -1 };
  let from = 0;
  while (from < count) {
    while (from < count && isZero(values, from)) from++;
    let to = from;
    for (let k = from; k < count && k - to <= maxGap + 1; k++) if (!isZero(values, k)) to = k;
    if (from < count && to - from > best.to - best.from) best = { from, to };
    from = to + 1;
  }
  return values.slice(2 * best.from, 2 * (best.to + 1));
}
