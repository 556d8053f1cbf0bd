/** Shape of an ADC histogram. Normalised by the sum of hits: the dwell field is no normaliser in practice. */
export interface HistogramShape {
  readonly binCount: number;
  readonly hitSum: number;
  readonly firstHitBin: number | undefined;
  readonly lastHitBin: number | undefined;
  readonly peakBin: number | undefined;
  readonly binMean: number | undefined;
  readonly binStdDev: number | undefined;
  readonly skew: number | undefined;
  /** How far the hits reach from the mean, in σ. */
  readonly lowerReach: number | undefined;
  readonly upperReach: number | undefined;
  readonly verdict: 'normal' | 'clipped' | 'asymmetric' | 'unknown';
  readonly reason: string;
}

/** Fewer hits say nothing of the tails. */
const MIN_HITS = 1_000_000;
/** The outermost bin of a normal signal holds fewer hits than its inner neighbour; a cut tail piles up there. */
const SPIKE_RATIO = 2;
/** Expected hits below which a bin may be empty by chance. */
const SURE_HITS = 100;
const MAX_SKEW = 0.2;
const MIN_REACH_RATIO = 0.75;

export function histogramShape(hits: ArrayLike<number>): HistogramShape {
  const binCount = hits.length;
  let hitSum = 0;
  let first: number | undefined;
  let last: number | undefined;
  let peakBin: number | undefined;
  let weighted = 0;
  for (let bin = 0; bin < binCount; bin++) {
    const count = hits[bin] as number;
    if (count === 0) continue;
    first ??= bin;
    last = bin;
    if (peakBin === undefined || count > (hits[peakBin] as number)) peakBin = bin;
    hitSum += count;
    weighted += count * bin;
  }
  const common = { binCount, hitSum, firstHitBin: first, lastHitBin: last, peakBin };
  if (first === undefined || last === undefined) {
    const unknown = { binMean: undefined, binStdDev: undefined, skew: undefined };
    const none = { lowerReach: undefined, upperReach: undefined };
    return { ...common, ...unknown, ...none, verdict: 'unknown', reason: 'no hits' };
  }
  const mean = weighted / hitSum;
  const moment = (power: number) => {
    let sum = 0;
    for (let bin = first; bin <= last; bin++) sum += (hits[bin] as number) * (bin - mean) ** power;
    return sum / hitSum;
  };
  const sigma = Math.sqrt(moment(2));
  const skew = sigma === 0 ? undefined : moment(3) / sigma ** 3;
  const lowerReach = sigma === 0 ? undefined : (mean - first) / sigma;
  const upperReach = sigma === 0 ? undefined : (last - mean) / sigma;
  const shape = { ...common, binMean: mean, binStdDev: sigma, skew, lowerReach, upperReach };
  return { ...shape, ...verdictOf(hits, shape, mean, sigma) };
}

function verdictOf(
  hits: ArrayLike<number>,
  shape: Pick<HistogramShape, 'hitSum' | 'firstHitBin' | 'lastHitBin' | 'skew' | 'lowerReach' | 'upperReach'>,
  mean: number,
  sigma: number,
): Pick<HistogramShape, 'verdict' | 'reason'> {
  const { hitSum, firstHitBin = 0, lastHitBin = 0, skew = 0, lowerReach = 0, upperReach = 0 } = shape;
  if (hitSum < MIN_HITS || sigma < 1) return { verdict: 'unknown', reason: 'too few hits or bins to judge the tails' };
  const ends = [
    { name: 'lower', bin: firstHitBin, inner: firstHitBin + 1, outer: firstHitBin - 1 },
    { name: 'upper', bin: lastHitBin, inner: lastHitBin - 1, outer: lastHitBin + 1 },
  ];
  for (const { name, bin, inner, outer } of ends) {
    const here = hits[bin] as number;
    const spike = here > SURE_HITS && here > SPIKE_RATIO * ((hits[inner] as number | undefined) ?? 0);
    if (spike) return { verdict: 'clipped', reason: `hits pile up in the ${name} end bin ${bin}` };
    const expectedBeyond = hitSum * normalDensity((outer - mean) / sigma, sigma);
    if (expectedBeyond > SURE_HITS && here > SURE_HITS) {
      return { verdict: 'clipped', reason: `the ${name} tail is cut at bin ${bin}` };
    }
  }
  const reachRatio = Math.min(lowerReach, upperReach) / Math.max(lowerReach, upperReach);
  if (Math.abs(skew) > MAX_SKEW || reachRatio < MIN_REACH_RATIO) {
    const side = lowerReach < upperReach ? 'lower' : 'upper';
    return { verdict: 'asymmetric', reason: `the ${side} tail is the shorter one: compression` };
  }
  return { verdict: 'normal', reason: 'both tails fall as noise does' };
}

const normalDensity = (z: number, sigma: number): number => Math.exp((-z * z) / 2) / (sigma * Math.sqrt(2 * Math.PI));
