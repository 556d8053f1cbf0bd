import type { Random } from './random.js';

/** Something that lowers MER over a part of the spectrum (pnm-files reference, 10.9). */
export type Impairment =
  | { readonly kind: 'notch'; readonly centreHz: number; readonly widthHz: number; readonly depthDb: number }
  | { readonly kind: 'ingress'; readonly lowHz: number; readonly highHz: number; readonly depthDb: number }
  | { readonly kind: 'ripple'; readonly periodHz: number; readonly amplitudeDb: number }
  | { readonly kind: 'rollOff'; readonly edge: 'low' | 'high'; readonly widthHz: number; readonly depthDb: number }
  | { readonly kind: 'spurs'; readonly everyHz: number; readonly depthDb: number }
  | { readonly kind: 'loss'; readonly depthDb: number }
  /** A reflection between two points, on the way down as on the way up. */
  | { readonly kind: 'echo'; readonly delayNs: number; readonly levelDb: number }
  /** Impulse noise: too short for the mean MER, long enough to ruin codewords. */
  | {
      readonly kind: 'impulses';
      readonly everySec: number;
      readonly lastingSec: number;
      readonly uncorrectableRatio: number;
    };

/** One downstream OFDM channel as a modem receives it. */
export interface OfdmChannel {
  readonly ifIndex: number;
  readonly channelId: number;
  /** Centre of subcarrier 0. */
  readonly zeroSubcarrierHz: number;
  readonly firstActiveSubcarrier: number;
  readonly spacingHz: 25_000 | 50_000;
  /** From the lowest to the highest active subcarrier, excluded ones included. */
  readonly count: number;
  readonly levelMerDb: number;
  readonly tiltDbPerMhz: number;
  /** Spread of one subcarrier from capture to capture; 0.78 dB measured on real modems. */
  readonly noiseDb: number;
  /** Bands inside the channel that carry nothing. */
  readonly excludedHz: readonly (readonly [low: number, high: number])[];
  /** QAM orders of its data profiles, rising. */
  readonly modulationOrders: readonly number[];
}

export const NOISE_DB = 0.78;

export const frequencyHz = (channel: OfdmChannel, at: number): number =>
  channel.zeroSubcarrierHz + channel.spacingHz * (channel.firstActiveSubcarrier + at);

/** Raised cosine: 1 in the middle, 0 at a distance of half the width. */
const bump = (distanceHz: number, widthHz: number): number =>
  Math.abs(distanceHz) >= widthHz / 2 ? 0 : (1 + Math.cos((2 * Math.PI * distanceHz) / widthHz)) / 2;

function lossDb(impairment: Impairment, hz: number, channel: OfdmChannel): number {
  switch (impairment.kind) {
    case 'notch':
      return impairment.depthDb * bump(hz - impairment.centreHz, impairment.widthHz);
    case 'ingress':
      return hz >= impairment.lowHz && hz <= impairment.highHz ? impairment.depthDb : 0;
    case 'ripple':
      return impairment.amplitudeDb * Math.cos((2 * Math.PI * hz) / impairment.periodHz);
    case 'rollOff': {
      const edgeHz = frequencyHz(channel, impairment.edge === 'low' ? 0 : channel.count - 1);
      const share = 1 - Math.abs(hz - edgeHz) / impairment.widthHz;
      return share <= 0 ? 0 : impairment.depthDb * share * share;
    }
    case 'spurs': {
      const nearestHz = Math.round(hz / impairment.everyHz) * impairment.everyHz;
      return Math.abs(hz - nearestHz) < channel.spacingHz / 2 ? impairment.depthDb : 0;
    }
    case 'loss':
      return impairment.depthDb;
    case 'echo': {
      const gain = 10 ** (impairment.levelDb / 20);
      const phase = 2 * Math.PI * hz * impairment.delayNs * 1e-9;
      return -10 * Math.log10(1 + gain * gain + 2 * gain * Math.cos(phase));
    }
    case 'impulses':
      return 0;
  }
}

/** MER per subcarrier without the spread of a single capture; NaN where the channel carries nothing. */
export function merShapeDb(channel: OfdmChannel, impairments: readonly Impairment[]): Float32Array {
  const middleHz = frequencyHz(channel, channel.count / 2);
  return Float32Array.from({ length: channel.count }, (_, at) => {
    const hz = frequencyHz(channel, at);
    if (channel.excludedHz.some(([lowHz, highHz]) => hz >= lowHz && hz <= highHz)) return NaN;
    const tiltDb = (channel.tiltDbPerMhz * (hz - middleHz)) / 1e6;
    return impairments.reduce((mer, one) => mer - lossDb(one, hz, channel), channel.levelMerDb + tiltDb);
  });
}

/** One capture's MER per subcarrier. */
export const drawMerDb = (shapeDb: Float32Array, noiseDb: number, random: Random): Float32Array =>
  shapeDb.map((mer) => (Number.isNaN(mer) ? NaN : Math.max(0, mer + noiseDb * random.normal())));

/**
 * Soft decisions of a square QAM order, unit average power: pairs re, im. Each comes from a random subcarrier and has
 * that one's noise, so that a notch shows as points far from their grid.
 */
export function drawConstellation(
  shapeDb: Float32Array,
  order: number,
  symbolCount: number,
  random: Random,
): Float32Array {
  const side = Math.sqrt(order);
  if (!Number.isInteger(side)) throw new RangeError(`QAM order ${order} has no square grid`);
  const scale = Math.sqrt(3 / (2 * (order - 1)));
  const measured = [...shapeDb.keys()].filter((at) => !Number.isNaN(shapeDb[at]));
  const coordinate = () => (2 * Math.floor(random.uniform() * side) - (side - 1)) * scale;
  const points = new Float32Array(symbolCount * 2);
  for (let symbol = 0; symbol < symbolCount; symbol++) {
    const at = measured[Math.floor(random.uniform() * measured.length)];
    const merDb = at === undefined ? 0 : (shapeDb[at] as number);
    const deviation = Math.sqrt(10 ** (-merDb / 10) / 2);
    points[2 * symbol] = coordinate() + deviation * random.normal();
    points[2 * symbol + 1] = coordinate() + deviation * random.normal();
  }
  return points;
}

/** What a modem says of a capture in its own objects (DOCS-PNM-MIB, docsPnmCmDsOfdmRxMerTable). */
export function summariseMer(channel: OfdmChannel, merDb: Float32Array, percentile: number) {
  const measured = [...merDb.keys()].filter((at) => !Number.isNaN(merDb[at]));
  if (measured.length === 0) return { meanDb: 0, stdDevDb: 0, thresholdDb: 0, thresholdHz: 0 };
  const meanDb = measured.reduce((sum, at) => sum + (merDb[at] as number), 0) / measured.length;
  const variance = measured.reduce((sum, at) => sum + ((merDb[at] as number) - meanDb) ** 2, 0) / measured.length;
  const rising = measured.map((at) => merDb[at] as number).sort((a, b) => a - b);
  const thresholdDb = rising[Math.min(rising.length - 1, Math.floor((rising.length * percentile) / 100))] as number;
  const highest = measured.filter((at) => (merDb[at] as number) <= thresholdDb).at(-1) ?? 0;
  return { meanDb, stdDevDb: Math.sqrt(variance), thresholdDb, thresholdHz: frequencyHz(channel, highest) };
}
