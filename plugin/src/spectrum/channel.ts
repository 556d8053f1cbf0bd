/**
 * What complex coefficients per subcarrier say of a channel: magnitude, group delay, and its answer to an impulse, in
 * which reflections stand apart. For a picture; the numbers that rules and tables use come from the collector.
 */
export interface Coefficients {
  readonly spacingHz: number;
  /** re, im, re, im …; 0, 0 where nothing was measured. */
  readonly values: Float32Array;
}

/** Big-endian words of a PNM file as numbers. */
export const coefficientsOf = (wire: Int16Array, fractionBits: number, spacingHz: number): Coefficients => ({
  spacingHz,
  values: Float32Array.from(wire, (value) => value / 2 ** fractionBits),
});

/** 20·log10 |H|, NaN where the coefficient is zero. */
export const magnitudeDb = ({ values }: Coefficients): Float32Array =>
  Float32Array.from({ length: values.length / 2 }, (_, i) => {
    const power = (values[2 * i] as number) ** 2 + (values[2 * i + 1] as number) ** 2;
    return power === 0 ? NaN : 10 * Math.log10(power);
  });

/** Group delay between neighbours against its median, ns: the median is the receiver's and says nothing of the plant. */
export function groupDelayNs(channel: Coefficients): Float32Array {
  const delays = rawDelayNs(channel);
  const middle = medianOf(delays);
  return delays.map((delay) => delay - middle);
}

function rawDelayNs({ values, spacingHz }: Coefficients): Float32Array {
  const perRadian = -1e9 / (2 * Math.PI * spacingHz);
  return Float32Array.from({ length: Math.max(0, values.length / 2 - 1) }, (_, k) => {
    const [re, im, nextRe, nextIm] = values.subarray(2 * k, 2 * k + 4) as unknown as [number, number, number, number];
    if ((re === 0 && im === 0) || (nextRe === 0 && nextIm === 0)) return NaN;
    return perRadian * Math.atan2(nextIm * re - nextRe * im, nextRe * re + nextIm * im);
  });
}

function medianOf(values: Float32Array): number {
  const measured = values.filter((value) => !Number.isNaN(value)).sort();
  return measured[measured.length >> 1] ?? 0;
}

/** Signals run between two reflecting points twice: metres of cable in one nanosecond of delay. */
export const metresPerNs = (velocityFactor: number): number => (velocityFactor * 299_792_458) / 2e9;

/** Power over delay against the main path. */
export interface ImpulseResponse {
  readonly stepNs: number;
  /** From the main path on. */
  readonly levelDb: Float32Array;
  /** One over the bandwidth; two reflections nearer than about twice this are one. */
  readonly resolutionNs: number;
  readonly noiseDb: number;
}

/** A reflection behind the main path. */
export interface EchoPeak {
  readonly delayNs: number;
  readonly levelDb: number;
}

const PADDING = 4;
const MIN_COEFFICIENTS = 64;
/** Missing coefficients in a row that are bridged: pilots, not excluded bands. */
const MAX_GAP = 8;
/** Half the main lobe of the window, in resolution cells. */
const MAIN_LOBE_CELLS = 4;
/** Weaker ones cannot be told from what receivers estimate in a clean channel. */
const MIN_ECHO_DB = -45;
const OVER_NOISE_DB = 10;

/** The answer to an impulse by inverse transform, Blackman-Harris windowed; undefined with too few coefficients. */
export function impulseResponse(channel: Coefficients, longestNs: number): ImpulseResponse | undefined {
  const { spacingHz } = channel;
  const values = longestStretch(channel.values);
  const count = values.length / 2;
  if (count < MIN_COEFFICIENTS || !(spacingHz > 0)) return undefined;
  const size = 2 ** Math.ceil(Math.log2(count * PADDING));
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  const turn = 2 * Math.PI * spacingHz * medianOf(rawDelayNs({ spacingHz, values })) * 1e-9;
  for (let k = 0; k < count; k++) {
    const phase = (2 * Math.PI * k) / (count - 1);
    const weight = 0.35875 - 0.48829 * Math.cos(phase) + 0.14128 * Math.cos(2 * phase) - 0.01168 * Math.cos(3 * phase);
    const [cos, sin] = [Math.cos(turn * k) * weight, Math.sin(turn * k) * weight];
    re[k] = (values[2 * k] as number) * cos - (values[2 * k + 1] as number) * sin;
    im[k] = (values[2 * k] as number) * sin + (values[2 * k + 1] as number) * cos;
  }
  inverseTransform(re, im);
  const power = (i: number) => (re[i % size] as number) ** 2 + (im[i % size] as number) ** 2;
  let main = 0;
  for (let i = 1; i < size; i++) if (power(i) > power(main)) main = i;
  const highest = power(main);
  if (highest === 0) return undefined;
  const stepNs = 1e9 / (size * spacingHz);
  const length = Math.min(size / 2, Math.ceil(longestNs / stepNs) + 1);
  const levelDb = Float32Array.from({ length }, (_, i) => 10 * Math.log10(Math.max(1e-12, power(main + i) / highest)));
  const noiseDb = medianOf(
    Float32Array.from({ length: size / 2 }, (_, i) => 10 * Math.log10(power(main + i) / highest)),
  );
  return { stepNs, levelDb, resolutionNs: 1e9 / (count * spacingHz), noiseDb };
}

/** A gap in the middle of a channel would answer like a reflection of its own: only what hangs together is transformed. */
function longestStretch(values: Float32Array): Float32Array {
  const count = values.length / 2;
  const isZero = (k: number) => values[2 * k] === 0 && values[2 * k + 1] === 0;
  let best = { from: 0, to: -1 };
  for (let from = 0; from < count; from++) {
    if (isZero(from)) continue;
    let last = from;
    for (let k = from; k < count && k - last <= MAX_GAP; k++) if (!isZero(k)) last = k;
    if (last - from > best.to - best.from) best = { from, to: last };
    from = last;
  }
  const stretch = values.slice(2 * best.from, 2 * (best.to + 1));
  bridgeGaps(stretch);
  return stretch;
}

/** A straight line over a few coefficients that are missing. */
function bridgeGaps(values: Float32Array): void {
  const last = values.length / 2 - 1;
  for (let k = 1; k < last; k++) {
    if (values[2 * k] !== 0 || values[2 * k + 1] !== 0) continue;
    let end = k;
    while (values[2 * end] === 0 && values[2 * end + 1] === 0) end++;
    for (let gap = k; gap < end; gap++) {
      const share = (gap - k + 1) / (end - k + 1);
      for (const part of [0, 1]) {
        const before = values[2 * (k - 1) + part] as number;
        values[2 * gap + part] = before + ((values[2 * end + part] as number) - before) * share;
      }
    }
    k = end;
  }
}

/** Local maxima that are more than noise and window, strongest first. */
export function echoPeaks({ stepNs, levelDb, resolutionNs, noiseDb }: ImpulseResponse, most: number): EchoPeak[] {
  const limit = Math.max(MIN_ECHO_DB, noiseDb + OVER_NOISE_DB);
  const peaks: EchoPeak[] = [];
  for (let i = Math.ceil((MAIN_LOBE_CELLS * resolutionNs) / stepNs); i < levelDb.length - 1; i++) {
    const level = levelDb[i] as number;
    if (level < limit || level <= (levelDb[i - 1] as number) || level < (levelDb[i + 1] as number)) continue;
    peaks.push({ delayNs: i * stepNs, levelDb: level });
  }
  return peaks.sort((a, b) => b.levelDb - a.levelDb).slice(0, most);
}

/** In place; the length is a power of two. The scale is left out: only ratios are used. */
function inverseTransform(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    [re[i], re[j]] = [re[j] as number, re[i] as number];
    [im[i], im[j]] = [im[j] as number, im[i] as number];
  }
  for (let length = 2; length <= size; length *= 2) {
    const angle = (2 * Math.PI) / length;
    for (let k = 0; k < length / 2; k++) {
      const [cos, sin] = [Math.cos(angle * k), Math.sin(angle * k)];
      for (let start = k; start < size; start += length) {
        const other = start + length / 2;
        const oddRe = (re[other] as number) * cos - (im[other] as number) * sin;
        const oddIm = (re[other] as number) * sin + (im[other] as number) * cos;
        re[other] = (re[start] as number) - oddRe;
        im[other] = (im[start] as number) - oddIm;
        re[start] = (re[start] as number) + oddRe;
        im[start] = (im[start] as number) + oddIm;
      }
    }
  }
}
