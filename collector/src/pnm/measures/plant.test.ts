import { randomOf } from '../../../bench/pnm-plant.js';
import { fecProfileOf } from '../formats/fec-summary.js';
import { wireOfInt16 } from '../formats/fixed-point.js';
import { modulationProfileOf } from '../formats/modulation-profile.js';
import { atdmaMetrics } from './atdma.js';
import { capacityOf } from './capacity.js';
import { changeAgainst, subcarrierChange } from './change.js';
import { fecRates } from './fec.js';
import { groupModems, type Signature } from './groups.js';
import { histogramShape } from './histogram.js';
import { profileBands, profileMargins } from './profile-margin.js';
import { channelPowerDbmv, noiseFloorDbmv, noisePowerRatioDb, spectrumPeaks } from './spectrum.js';
import { magnitudeStatistics } from './values.js';

const header = {
  family: 'PNN' as const,
  version: { major: 1, minor: 0 },
  deviceTimeSec: 0,
  channelId: 33,
  modemMac: undefined,
  trailing: new Uint8Array(),
  warnings: [],
};
const axis = { zeroSubcarrierHz: 600e6, spacingHz: 50_000 };
const run = (mainCode: number, subcarrierCount: number) => ({ mainCode, skipCode: undefined, subcarrierCount });

const profiles = {
  ...header,
  ...axis,
  kind: 'ds_ofdm_modulation_profile' as const,
  firstActiveSubcarrier: 102,
  declaredProfileCount: 2,
  profiles: [
    modulationProfileOf(3, [run(12, 50), run(1, 2), run(20, 2), run(12, 46)]),
    modulationProfileOf(0, [run(8, 100)]),
  ],
};

test('margins leave pilots and what was not measured out and join by subcarrier', () => {
  // RxMER starts two subcarriers before the profile; ten subcarriers sag, one is not measured
  const quarterDb = new Uint8Array(102).fill(44 * 4);
  quarterDb.fill(39 * 4, 2, 12);
  quarterDb[20] = 0xff;
  const [high, low] = profileMargins({ ...axis, firstActiveSubcarrier: 100, quarterDb }, profiles)!;
  expect(high).toMatchObject({ profileId: 3, dataSubcarrierCount: 96, measuredCount: 95, meanBits: 12, fits: false });
  expect(high!.requiredAverageMerDb).toBe(41);
  expect(high!.marginDb).toBeCloseTo(44 - 50 / 95 - 41, 9);
  expect(high!.headroomDb).toBe(-2);
  expect(high!.belowRequiredRatio).toBeCloseTo(10 / 95, 9);
  expect(low).toMatchObject({ profileId: 0, headroomDb: 12, fits: true, belowMarginRatio: 0 });
});

test('margins of another channel, or of nothing, are unknown', () => {
  const quarterDb = new Uint8Array(102).fill(0xff);
  const mer = { ...axis, firstActiveSubcarrier: 100, quarterDb };
  expect(profileMargins({ ...mer, zeroSubcarrierHz: 700e6 }, profiles)).toBeUndefined();
  expect(profileMargins(mer, profiles)![0]).toMatchObject({ marginDb: undefined, fits: undefined });
});

test('profiles are drawn from edge to edge', () => {
  expect(profileBands(profiles).slice(0, 2)).toMatchObject([
    { profileId: 3, fromHz: 605_075_000, toHz: 607_575_000, bits: 12, requiredMerDb: 41 },
    { profileId: 3, fromHz: 607_575_000, mainCode: 1, bits: undefined, requiredMerDb: undefined },
  ]);
});

test('capacity counts bits by requirement and bounds them by Shannon', () => {
  const capacity = capacityOf(Uint8Array.of(164, 164, 0, 0xff), 50_000);
  expect(Object.fromEntries(capacity.subcarriersByBits)).toEqual({ 0: 1, 12: 2 });
  expect(capacity.meanBits).toBe(8);
  expect(capacity.shannonMeanBits).toBeGreaterThan(8);
  expect(capacity.estimatedRateBps).toBeCloseTo((24 / 22.5e-6) * (8 / 9), 3);
  expect(capacityOf(Uint8Array.of(0xff), 50_000)).toMatchObject({ meanBits: undefined, estimatedRateBps: undefined });
});

test.each([
  ['nothing to compare with', [], { meanMerDb: 40, percentileMerDb: 38 }, 'unknown'],
  ['noise', [40, 40.02, 39.99], { meanMerDb: 40.05, percentileMerDb: 38.25 }, 'same'],
  ['a notch, which only the percentile sees', [40, 40, 40], { meanMerDb: 39.9, percentileMerDb: 36 }, 'worse'],
  ['a repair', [40, 40, 40], { meanMerDb: 41, percentileMerDb: 39 }, 'better'],
  ['a failed capture', [40], { meanMerDb: undefined, percentileMerDb: undefined }, 'unknown'],
])('%s', (_name, means, now, verdict) => {
  const past = means.map((meanMerDb) => ({ meanMerDb, percentileMerDb: 38 }));
  expect(changeAgainst(past, now).verdict).toBe(verdict);
});

test('single subcarriers are compared as averages only', () => {
  const capture = (db: number) => Uint8Array.of(db * 4, 0xff);
  const four = (db: number) => Array.from({ length: 4 }, () => capture(db));
  expect(subcarrierChange(four(40).slice(1), four(38))).toBeUndefined();
  const { changeDb, noiseDb } = subcarrierChange(four(40), four(38))!;
  expect([...changeDb]).toEqual([-2, NaN]);
  expect(noiseDb).toBeCloseTo(0.78 / Math.SQRT2, 9);
});

const fecSummary = (total: number[], uncorrectable: number[]) => ({
  ...header,
  kind: 'ds_ofdm_fec_summary' as const,
  summaryType: 2,
  testStartSec: undefined,
  testEndSec: undefined,
  profiles: [
    fecProfileOf('PNN', 255, {
      timestampSec: Uint32Array.from(total, (_, i) => 1_700_000_000 + i),
      total: Uint32Array.from(total),
      corrected: new Uint32Array(total.length),
      uncorrectable: Uint32Array.from(uncorrectable),
    }),
  ],
});
const series = (value: number, count = 600) => Array.from({ length: count }, () => value);

test.each([
  ['idle', series(0), series(0), { verdict: 'idle', uncorrectableRatio: undefined, pattern: 'none' }],
  ['too few codewords', series(4), series(0), { verdict: 'tooFew', uncorrectableBound: 3 / 2400 }],
  ['clean', series(20_000), series(0), { verdict: 'clean', uncorrectableRatio: 0, erroredSeconds: 0 }],
  ['an impulse', series(20_000), [500, ...series(0, 599)], { verdict: 'errored', pattern: 'burst', erroredSeconds: 1 }],
  ['low MER', series(20_000), series(1), { verdict: 'errored', pattern: 'spread', erroredSeconds: 600 }],
])('FEC: %s', (_name, total, uncorrectable, expected) => {
  expect(fecRates(fecSummary(total, uncorrectable))[0]).toMatchObject({
    isNcp: true,
    cadenceViolations: 0,
    ...expected,
  });
});

/** Hits of 10⁹ samples of a normal signal, cut at bins, with what is beyond a cut piled up in it on request. */
function hits(sigma: number, from = 0, to = 255, pile = false): number[] {
  const counts = Array.from({ length: 256 }, (_, bin) =>
    Math.round((1e9 * Math.exp(-(((bin - 127.5) / sigma) ** 2) / 2)) / (sigma * Math.sqrt(2 * Math.PI))),
  );
  const beyond = counts.slice(to + 1).reduce((sum, count) => sum + count, 0);
  const cut = counts.map((count, bin) => (bin < from || bin > to ? 0 : count));
  if (pile) cut[to]! += beyond;
  return cut;
}

test.each([
  ['a normal signal', hits(13), 'normal'],
  ['a tail cut off', hits(13, 0, 155), 'clipped'],
  ['hits piled up at the end', hits(13, 0, 160, true), 'clipped'],
  ['nothing', new Array<number>(256).fill(0), 'unknown'],
  ['a few hits', hits(13).map((count) => Math.round(count / 1e5)), 'unknown'],
  ['compression of one side', hits(16).map((count, bin) => (bin > 127 ? hits(9)[bin]! : count)), 'asymmetric'],
])('histogram: %s', (_name, counts, verdict) => {
  expect(histogramShape(counts).verdict).toBe(verdict);
});

test('spectrum: power of a channel, floor, peaks and notch', () => {
  const random = randomOf(11);
  const count = 4000;
  const frequencyHz = Float64Array.from({ length: count }, (_, i) => 100e6 + i * 25_000);
  const powerDbmv = frequencyHz.map((hz) => {
    if (hz >= 120e6 && hz < 126e6) return -20; // a carrier of 240 bins
    if (hz >= 150e6 && hz < 156e6) return -50 + random.gauss();
    return hz === 180e6 ? -10 : -30 + 0.1 * random.gauss();
  });
  const spectrum = { frequencyHz, powerDbmv, binHz: 25_000, enbwBins: 1.1 };
  expect(channelPowerDbmv(spectrum, 120e6, 125.99e6)).toBeCloseTo(-20 + 10 * Math.log10(240 / 1.1), 6);
  expect(channelPowerDbmv(spectrum, 1, 2)).toBeUndefined();
  expect(noiseFloorDbmv(spectrum)).toBeLessThan(-29);
  expect(spectrumPeaks(spectrum)[0]).toMatchObject({ frequencyHz: 180e6, powerDbmv: -10 });
  expect(noisePowerRatioDb(spectrum, 150e6, 156e6)).toBeCloseTo(20, 0);
});

test('magnitude statistics hold for every power a pair of 16-bit numbers can have', () => {
  const random = randomOf(12);
  const values = Array.from({ length: 4000 }, () => Math.round(random.gauss() * 2 ** random.between(0, 13)));
  const clipped = [-32768, -32768, 0, 0, 1, 0, ...values].map((value) => Math.max(-32768, Math.min(32767, value)));
  const db: number[] = [];
  for (let i = 0; i < clipped.length; i += 2) {
    const power = clipped[i]! ** 2 + clipped[i + 1]! ** 2;
    if (power > 0) db.push(10 * Math.log10(power / 8192 ** 2));
  }
  const mean = db.reduce((sum, value) => sum + value, 0) / db.length;
  const stats = magnitudeStatistics(wireOfInt16(clipped), 's2.13');
  expect(stats.n).toBe(db.length);
  expect(stats.mean).toBeCloseTo(mean, 9);
  expect(stats.stdDev).toBeCloseTo(Math.sqrt(db.reduce((sum, value) => sum + (value - mean) ** 2, 0) / db.length), 9);
  expect(stats.max).toBeCloseTo(Math.max(...db), 9);
  expect(stats.min).toBeCloseTo(Math.min(...db), 9);
  expect(magnitudeStatistics(new Uint8Array(8), 's2.13')).toMatchObject({ n: 0, mean: undefined });
});

const covering = (fromHz: number, toHz: number) =>
  (['notch', 'echo', 'ripple'] as const).map((kind) => ({ kind, fromHz, toHz }));
const modem = (name: string, ...signatures: Signature[]) => ({
  modem: name,
  coverage: covering(800e6, 1000e6),
  signatures,
});
const notch = (centerHz: number, depthDb = 6, more: object = {}): Signature => ({
  kind: 'notch',
  centerHz,
  widthHz: 1e6,
  depthDb,
  ...more,
});
const echo = (delayNs: number): Signature => ({ kind: 'echo', delayNs, levelDb: -30, resolutionNs: 5.3 });
const quiet = (count: number) => Array.from({ length: count }, (_, i) => modem(`quiet-${i}`));

test.each([
  ['one home', [modem('a', notch(850e6)), ...quiet(5)], ['home']],
  [
    'a plant',
    [modem('a', notch(850e6)), modem('b', notch(850.1e6)), modem('c', notch(849.9e6)), ...quiet(5)],
    ['plant'],
  ],
  ['two may be chance', [modem('a', notch(850e6)), modem('b', notch(850e6)), ...quiet(5)], ['unknown']],
  ['too few measured', [modem('a', notch(850e6)), modem('b')], ['unknown']],
  [
    'clocks of many homes',
    ['a', 'b', 'c', 'd'].map((name) => modem(name, notch(875e6, 6, { clockHarmonicHz: 875e6 }))),
    ['home'],
  ],
  [
    'a carrier of the air in some homes, each with its own strength',
    [...[4, 7, 11, 5].map((depth, i) => modem(`m${i}`, notch(942e6, depth, { bands: ['LTE'] }))), ...quiet(8)],
    ['unknown'],
  ],
  [
    'echoes of one point',
    [modem('a', echo(200)), modem('b', echo(203)), modem('c', echo(198)), ...quiet(3)],
    ['plant'],
  ],
  [
    'echoes of different drops',
    [modem('a', echo(100)), modem('b', echo(200)), modem('c', echo(300)), ...quiet(3)],
    ['home', 'home', 'home'],
  ],
  ['nothing', quiet(3), []],
])('groups: %s', (_name, modems, verdicts) => {
  expect(groupModems(modems).map((group) => group.verdict)).toEqual(verdicts);
});

test('a capture that does not cover a notch says nothing of it', () => {
  const elsewhere = { modem: 'z', coverage: covering(100e6, 300e6), signatures: [] };
  const [group] = groupModems([modem('a', notch(850e6)), elsewhere, elsewhere, elsewhere]);
  expect(group).toMatchObject({ comparableCount: 1, verdict: 'unknown' });
});

test('DOCSIS 3.0: a single tap has no ratios, and a strong reflection asks for action', () => {
  const preEq = {
    mainTapLocation: 8,
    tapsPerSymbol: 1,
    forwardTapCount: 24,
    reverseTapCount: 0,
    encoding: '16-bit' as const,
    trailing: new Uint8Array(),
    warnings: [],
  };
  const taps = new Int16Array(48);
  expect(atdmaMetrics({ ...preEq, taps })).toMatchObject({ verdict: 'unknown', microReflection: undefined });
  taps[14] = 2047;
  expect(atdmaMetrics({ ...preEq, taps })).toMatchObject({ mainTapRatioDb: undefined, verdict: 'good' });
  taps[20] = 300; // three taps later, -16.8 dB
  const { microReflection, verdict } = atdmaMetrics({ ...preEq, taps });
  expect(microReflection).toMatchObject({ tapOffset: 3, distance: { lengthM: expect.closeTo(76.4, 1) } });
  expect(microReflection!.distance.uncertaintyM).toBeGreaterThan(12.7);
  expect(verdict).toBe('act');
});
