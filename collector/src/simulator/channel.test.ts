import {
  drawConstellation,
  drawMerDb,
  frequencyHz,
  merShapeDb,
  summariseMer,
  type Impairment,
  type OfdmChannel,
} from './channel.js';
import { createRandom } from './random.js';

const channel: OfdmChannel = {
  ifIndex: 48,
  channelId: 33,
  zeroSubcarrierHz: 631_100_000,
  firstActiveSubcarrier: 356,
  spacingHz: 25_000,
  count: 7480,
  levelMerDb: 42,
  tiltDbPerMhz: 0.01,
  noiseDb: 0.78,
  excludedHz: [[820e6, 821e6]],
  modulationOrders: [1024],
};
const merAt = (impairment: Impairment, hz: number): number => {
  const shape = merShapeDb({ ...channel, tiltDbPerMhz: 0 }, [impairment]);
  return shape[Math.round((hz - frequencyHz(channel, 0)) / channel.spacingHz)] as number;
};

test.each<[Impairment, number, number]>([
  [{ kind: 'notch', centreHz: 700e6, widthHz: 4e6, depthDb: 10 }, 700e6, 32],
  [{ kind: 'notch', centreHz: 700e6, widthHz: 4e6, depthDb: 10 }, 701e6, 37],
  [{ kind: 'notch', centreHz: 700e6, widthHz: 4e6, depthDb: 10 }, 702.1e6, 42],
  [{ kind: 'ingress', lowHz: 791e6, highHz: 801e6, depthDb: 8 }, 795e6, 34],
  [{ kind: 'ripple', periodHz: 2e6, amplitudeDb: 1.5 }, 700e6, 40.5],
  [{ kind: 'ripple', periodHz: 2e6, amplitudeDb: 1.5 }, 701e6, 43.5],
  [{ kind: 'rollOff', edge: 'low', widthHz: 2e6, depthDb: 6 }, 640e6, 36],
  [{ kind: 'rollOff', edge: 'low', widthHz: 2e6, depthDb: 6 }, 643e6, 42],
  [{ kind: 'spurs', everyHz: 125e6, depthDb: 11 }, 750e6, 31],
  [{ kind: 'spurs', everyHz: 125e6, depthDb: 11 }, 750.025e6, 42],
  [{ kind: 'loss', depthDb: 5 }, 700e6, 37],
])('%p at %i Hz leaves %f dB', (impairment, hz, merDb) => {
  expect(merAt(impairment, hz)).toBeCloseTo(merDb, 1);
});

test('excluded subcarriers are gaps, the tilt runs over the channel', () => {
  const shape = merShapeDb(channel, []);
  expect(shape.filter(Number.isNaN)).toHaveLength(41);
  expect((shape.at(-1) as number) - (shape[0] as number)).toBeCloseTo(1.87, 1);
});

test('captures scatter as measured on real modems, and repeat with the seed', () => {
  const shape = merShapeDb({ ...channel, tiltDbPerMhz: 0 }, []);
  const draw = () => drawMerDb(shape, 0.78, createRandom(5));
  const summary = summariseMer(channel, draw(), 2);
  expect(summary.meanDb).toBeCloseTo(42, 1);
  expect(summary.stdDevDb).toBeCloseTo(0.78, 1);
  expect(summary.thresholdDb).toBeCloseTo(42 - 2.05 * 0.78, 0);
  expect(draw()).toEqual(draw());
});

test('constellation points have unit power and the noise of the channel', () => {
  const points = drawConstellation(merShapeDb(channel, [{ kind: 'loss', depthDb: 12 }]), 16, 8192, createRandom(1));
  const power = points.reduce((sum, value) => sum + value * value, 0) / 8192;
  expect(power).toBeCloseTo(1, 1);
  const scale = Math.sqrt(3 / 30);
  const error = points.reduce((sum, value) => {
    const ideal = Math.max(-3, Math.min(3, 2 * Math.round((value / scale - 1) / 2) + 1)) * scale;
    return sum + (value - ideal) ** 2;
  }, 0);
  expect(-10 * Math.log10(error / 8192)).toBeCloseTo(30, 0);
});
