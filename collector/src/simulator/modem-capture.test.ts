import { createRandom } from './random.js';
import { parseMac } from '../lib/mac.js';
import type { ChannelEstimate } from '../pnm/formats/channel-estimate.js';
import { decodePnm } from '../pnm/formats/decode.js';
import { modulationCodes } from '../pnm/formats/modulation-profile.js';
import { coefficientsOf, magnitudeRuns } from '../pnm/measures/channel.js';
import { findEchoes } from '../pnm/measures/echoes.js';
import { fecRates } from '../pnm/measures/fec.js';
import { histogramShape } from '../pnm/measures/histogram.js';
import { channelPowerDbmv, noiseFloorDbmv, powerSeries } from '../pnm/measures/spectrum.js';
import type { UsPreEq } from '../pnm/formats/us-preeq.js';
import { uint32Of } from '../pnm/formats/words.js';
import type { Impairment, OfdmChannel } from './channel.js';
import { createMeasurer } from './modem-measure.js';
import { bootState, testOf } from './modem-state.js';
import type { ModemTest } from './modem-tests.js';
import { DEFAULT_LEVELS, UPSTREAM_OFDMA } from './rf-plan.js';

const MAC = parseMac('3c:7a:8a:00:00:01');
const channel: OfdmChannel = {
  ifIndex: 48,
  channelId: 33,
  zeroSubcarrierHz: 631_100_000,
  firstActiveSubcarrier: 356,
  spacingHz: 25_000,
  count: 7480,
  levelMerDb: 44,
  tiltDbPerMhz: 0,
  noiseDb: 0.78,
  excludedHz: [[700e6, 700.2e6]],
  modulationOrders: [1024, 4096],
};
const head = { family: 'PNN', modemMac: MAC, deviceTimeSec: 1_790_000_000 } as const;
const SETTINGS = { firstHz: 111_750_000, lastHz: 996_750_000, spanHz: 7_500_000, bins: 256, enbwHundredthsBin: 150 };

function measurerWith(impairments: readonly Impairment[], seed = 1) {
  return createMeasurer({
    mac: MAC,
    channels: [channel],
    upstream: UPSTREAM_OFDMA,
    levels: DEFAULT_LEVELS,
    random: createRandom(seed),
    impairments: () => impairments,
  });
}

const axisOf = (file: ChannelEstimate | UsPreEq, inverse: boolean) => ({
  firstFrequencyHz: file.zeroSubcarrierHz + (file.firstActiveSubcarrier ?? 0) * file.spacingHz,
  spacingHz: file.spacingHz,
  inverse,
});
const coefficients = (file: ChannelEstimate | UsPreEq) =>
  coefficientsOf(file.coefficientBytes, 's2.13', axisOf(file, file.kind !== 'ds_ofdm_chan_est'));

function measured(test: ModemTest, impairments: readonly Impairment[], file = 0) {
  const measurer = measurerWith(impairments);
  if (test === 'spectrum') return decodePnm(measurer.spectrum(SETTINGS, head).files[0] as Uint8Array);
  const row = test === 'pre_equaliser' ? 60 : test === 'histogram' || test === 'latency_report' ? 2 : 48;
  const state = testOf(bootState({ downstream: [48], upstream: [60], mac: 2 }), test, row);
  return decodePnm(measurer.measure(test, row, state, head).files[file] as Uint8Array);
}

test.each<[ModemTest, string]>([
  ['rxmer', 'ds_ofdm_rxmer'],
  ['constellation', 'ds_constellation'],
  ['channel_estimate', 'ds_ofdm_chan_est'],
  ['pre_equaliser', 'us_ofdma_preeq'],
  ['fec_summary', 'ds_ofdm_fec_summary'],
  ['histogram', 'ds_histogram'],
  ['symbol_capture', 'ds_symbol_capture'],
  ['modulation_profile', 'ds_ofdm_modulation_profile'],
  ['spectrum', 'ds_spectrum'],
  ['latency_report', 'latency_report'],
])('%s makes a file of its kind without a warning', (test, kind) => {
  const decoded = measured(test, []);
  expect(decoded.kind).toBe(kind);
  const unseen = ['symbol_capture', 'latency_report'].includes(test);
  expect(decoded.warnings.map(({ code }) => code)).toEqual(unseen ? ['PNM_LAYOUT_UNCONFIRMED'] : []);
});

test('an echo has its delay and level on the way down and up', () => {
  const echo: Impairment = { kind: 'echo', delayNs: 320, levelDb: -22 };
  const down = measured('channel_estimate', [echo]);
  const up = measured('pre_equaliser', [echo]);
  if (down.kind !== 'ds_ofdm_chan_est' || up.kind !== 'us_ofdma_preeq') throw new Error('another file');
  const [found] = findEchoes(coefficients(down))?.echoes ?? [];
  expect(found?.delayNs).toBeCloseTo(320, -1);
  expect(found?.levelDb).toBeCloseTo(-22, 0);
  const [above] = findEchoes(coefficients(up))?.echoes ?? [];
  expect(Math.abs((above?.delayNs ?? 0) - 320)).toBeLessThan(20);
  expect(findEchoes(coefficients(measured('channel_estimate', []) as typeof down))?.echoes).toEqual([]);
});

test('a notch of the RxMER is a dip of the response and of the spectrum', () => {
  const notch: Impairment = { kind: 'notch', centreHz: 750e6, widthHz: 8e6, depthDb: 12 };
  const estimate = measured('channel_estimate', [notch]);
  if (estimate.kind !== 'ds_ofdm_chan_est') throw new Error(estimate.kind);
  const runs = magnitudeRuns(coefficients(estimate));
  expect(runs.map(({ startHz, stopHz }) => Math.round((startHz + stopHz) / 2e6))).toEqual([750]);
  expect(findEchoes(coefficients(estimate))?.echoes).toEqual([]);
  const spectrum = measured('spectrum', [notch]);
  if (spectrum.kind !== 'ds_spectrum') throw new Error(spectrum.kind);
  const series = powerSeries(spectrum);
  const at = (hz: number) => channelPowerDbmv(series, hz - 0.3e6, hz + 0.3e6) as number;
  expect(at(760e6) - at(750e6)).toBeGreaterThan(10);
  expect(channelPowerDbmv(series, 800e6, 806e6)).toBeCloseTo(DEFAULT_LEVELS.rxPowerDbMv - 1, 0);
  expect(noiseFloorDbmv(series)).toBeLessThan(-60);
});

test.each<[string, readonly Impairment[], [number, number]]>([
  ['a clean channel', [], [0, 1e-6]],
  ['a deep notch', [{ kind: 'notch', centreHz: 712e6, widthHz: 14e6, depthDb: 18 }], [1e-3, 0.06]],
  ['impulses', [{ kind: 'impulses', everySec: 60, lastingSec: 3, uncorrectableRatio: 0.2 }], [0.005, 0.02]],
])('codewords of %s', (_name, impairments, [low, high]) => {
  const summary = measured('fec_summary', impairments);
  if (summary.kind !== 'ds_ofdm_fec_summary') throw new Error(summary.kind);
  const rates = fecRates(summary);
  expect(rates.map(({ profileId }) => profileId)).toEqual([255, 0, 1]);
  const top = rates.find(({ profileId }) => profileId === 1);
  expect(top?.uncorrectableRatio).toBeGreaterThanOrEqual(low);
  expect(top?.uncorrectableRatio).toBeLessThanOrEqual(high);
});

test('profiles have pilots, a link channel and exclusions; the highest comes first', () => {
  const file = measured('modulation_profile', []);
  if (file.kind !== 'ds_ofdm_modulation_profile') throw new Error(file.kind);
  expect(file.profiles.map(({ profileId, subcarrierCount }) => [profileId, subcarrierCount])).toEqual([
    [1, 7480],
    [0, 7480],
  ]);
  const codes = [...modulationCodes(file.profiles[0] as (typeof file.profiles)[0])];
  const countOf = (code: number) => codes.filter((one) => one === code).length;
  expect([countOf(20), countOf(16)]).toEqual([16, 9]);
  expect(countOf(1)).toBeGreaterThan(50);
  expect(countOf(12) + countOf(1) + countOf(20) + countOf(16)).toBe(7480);
});

test('the histogram is a bell', () => {
  const histogram = measured('histogram', []);
  if (histogram.kind !== 'ds_histogram') throw new Error(histogram.kind);
  expect(histogramShape(uint32Of(histogram.hitBytes))).toMatchObject({ verdict: 'normal' });
});

test('rows of the amplitude table join to a capture', () => {
  const rows = measurerWith([]).amplitudeRows(SETTINGS);
  const decoded = decodePnm(Buffer.concat(rows.map(({ octets }) => octets)));
  expect(decoded).toMatchObject({ kind: 'ds_spectrum_snmp_amplitude', binCount: 119 * 256, warnings: [] });
});
