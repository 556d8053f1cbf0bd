import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QAM_ORDER_OF_CODE } from '../formats/constellation.js';
import { decodeAtdmaPreEq } from '../formats/atdma-preeq.js';
import { decodePnm, type PnmFile } from '../formats/decode.js';
import { frequencyHz } from '../formats/header.js';
import { uint32Of } from '../formats/words.js';
import { atdmaMetrics } from './atdma.js';
import { capacityOf } from './capacity.js';
import { coefficientsOf, groupDelayShape, magnitudeShape } from './channel.js';
import { summarizeConstellation } from './constellation.js';
import { findEchoes } from './echoes.js';
import { fecRates } from './fec.js';
import { histogramShape } from './histogram.js';
import { findNotches, persistentSpurs } from './notches.js';
import { profileDemand } from './profile-margin.js';
import { highestFrequencyHz, summarizeRxMer } from './rxmer.js';
import { rollOff, strongestRipple, tilt } from './shape.js';
import { channelPowerDbmv, powerSeries, strongestBin } from './spectrum.js';
import { complexSamples } from './values.js';

type Known = { file: string; type: string } & Record<string, unknown>;

const samples = join(process.env['PLANTGRAPH_SHARED'] ?? join(__dirname, '../../../../../shared'), 'data/pnm');
const present = existsSync(join(samples, 'expected.json'));
if (!present) console.log(`skipped: no PNM samples in ${samples}`);
const known = (present ? JSON.parse(readFileSync(join(samples, 'expected.json'), 'utf8')) : { files: [] }) as {
  files: Known[];
};
const check = present ? test : test.skip;

const all = <K extends PnmFile['kind']>(...kinds: K[]) =>
  known.files
    .filter((file) => (kinds as string[]).includes(file.type))
    .map((file) => ({ known: file, file: decodePnm(readFileSync(join(samples, file.file))) }))
    .filter((pair): pair is { known: Known; file: Extract<PnmFile, { kind: K }> } => pair.file.kind !== undefined);

/** Within half a unit of the sixth decimal, which is how the reference values were rounded. */
function expectClose(file: string, seen: Record<string, unknown>, wanted: Known): void {
  for (const [name, value] of Object.entries(seen)) {
    if (typeof wanted[name] !== 'number') continue;
    expect([file, name, Math.abs(Number(value) - wanted[name]) <= 1.5e-6 ? wanted[name] : value]).toEqual([
      file,
      name,
      wanted[name],
    ]);
  }
}

check('RxMER: percentile, median, achievable modulation and Shannon bound', () => {
  for (const { known: wanted, file } of all('ds_ofdm_rxmer', 'us_ofdma_rxmer')) {
    const summary = summarizeRxMer(file.quarterDb);
    const capacity = capacityOf(file.quarterDb, file.spacingHz);
    const seen = {
      median_db: summary.medianMerDb,
      percentile2_db: summary.percentileMerDb,
      percentile2_highest_freq_hz: highestFrequencyHz(file, file.quarterDb, summary.percentileMerDb!),
      shannon_bits_mean: capacity.shannonMeanBits,
    };
    expectClose(wanted.file, seen, wanted);
    expect(Object.fromEntries(capacity.subcarriersByBits)).toEqual(wanted['highest_bits_by_required_mer_counts']);
  }
});

check('coefficients: magnitude and group delay as the modem itself reports them', () => {
  for (const { known: wanted, file } of all('ds_ofdm_chan_est', 'us_ofdma_preeq', 'us_ofdma_preeq_last_update')) {
    const { bytes, format } = complexSamples(file)!;
    const channel = coefficientsOf(bytes, format, {
      firstFrequencyHz: frequencyHz({ ...file, firstActiveSubcarrier: file.firstActiveSubcarrier! }, 0),
      spacingHz: file.spacingHz,
      inverse: false,
    });
    const amplitude = magnitudeShape(channel)!;
    const delay = groupDelayShape(channel)!;
    const seen = {
      amp_mean_db: amplitude.mean,
      amp_slope_db_per_mhz: amplitude.slopePerMhz,
      amp_ripple_pkpk_db: amplitude.ripplePeakToPeak,
      amp_ripple_rms_db: amplitude.rippleRms,
      group_delay_mean_ns: delay.mean,
      group_delay_slope_ns_per_mhz: delay.slopePerMhz,
      group_delay_ripple_pkpk_ns: delay.ripplePeakToPeak,
      group_delay_ripple_rms_ns: delay.rippleRms,
      group_delay_median_ns: delay.median,
    };
    expectClose(wanted.file, seen, wanted);
  }
});

check('constellation, histogram, spectrum, FEC and modulation profile', () => {
  for (const { known: wanted, file } of all('ds_constellation')) {
    const summary = summarizeConstellation(file.pointBytes, QAM_ORDER_OF_CODE[file.modulationCode]);
    expectClose(wanted.file, { slicer_mer_db: summary.merDb, mean_power: summary.meanPower }, wanted);
  }
  for (const { known: wanted, file } of all('ds_histogram')) {
    const shape = histogramShape(uint32Of(file.hitBytes));
    const seen = {
      hit_sum: shape.hitSum,
      first_nonzero_bin: shape.firstHitBin,
      last_nonzero_bin: shape.lastHitBin,
      peak_bin: shape.peakBin,
      bin_mean: shape.binMean,
      bin_stddev: shape.binStdDev,
    };
    expectClose(wanted.file, seen, wanted);
    expect([wanted.file, shape.verdict]).toEqual([wanted.file, 'normal']);
  }
  for (const { known: wanted, file } of all('ds_spectrum', 'ds_spectrum_snmp_amplitude')) {
    const series = powerSeries(file);
    const peak = strongestBin(series)!;
    const seen = {
      total_power_dbmv: channelPowerDbmv({ ...series, enbwBins: 1 }),
      total_power_enbw_corrected_dbmv: channelPowerDbmv(series),
      peak_dbmv: peak.powerDbmv,
      peak_frequency_hz: peak.frequencyHz,
      frequency_first_hz: series.frequencyHz[0],
      frequency_last_hz: series.frequencyHz.at(-1),
      bin_width_hz: series.binHz,
    };
    expectClose(wanted.file, seen, wanted);
  }
  for (const { known: wanted, file } of all('ds_ofdm_fec_summary')) {
    const rates = fecRates(file).map((rate) => ({
      profile_id: rate.profileId,
      sets: rate.setCount,
      total_codewords: rate.totalCodewords,
      corrected_codewords: rate.correctedCodewords,
      uncorrectable_codewords: rate.uncorrectableCodewords,
      corrected_ratio: rate.correctedRatio === undefined ? null : Math.round(rate.correctedRatio * 1e6) / 1e6,
      cadence_violations: rate.cadenceViolations,
    }));
    expect(rates).toMatchObject(
      (wanted['profiles'] as Record<string, unknown>[]).map((profile) =>
        Object.fromEntries(Object.keys(rates[0]!).map((key) => [key, profile[key]])),
      ),
    );
  }
  for (const { known: wanted, file } of all('ds_ofdm_modulation_profile')) {
    const demands = file.profiles.map((profile) => profileDemand(profile));
    expect(demands.map((demand) => [demand.profileId, demand.meanBits, demand.requiredAverageMerDb])).toEqual(
      (wanted['profiles'] as Record<string, number>[]).map((profile) => [
        profile['profile_id'],
        expect.closeTo(profile['mean_bits_data']!, 5),
        expect.closeTo(profile['required_avg_mer_db']!, 5),
      ]),
    );
  }
});

check('the strongest echoes of the real channel estimates lie where they were found by hand', () => {
  const found = all('ds_ofdm_chan_est').map(({ known: wanted, file }) => {
    const channel = coefficientsOf(file.coefficientBytes, 's2.13', {
      firstFrequencyHz: 0,
      spacingHz: file.spacingHz,
      inverse: false,
    });
    return { file: wanted.file, search: findEchoes(channel)! };
  });
  const [first, ...others] = found;
  const delays = first!.search.echoes.map((echo) => echo.delayNs);
  for (const delayNs of [148, 284, 175]) expect(delays.some((delay) => Math.abs(delay - delayNs) < 3)).toBe(true);
  expect(first!.search.echoes[0]!.levelDb).toBeCloseTo(-38, 0);
  for (const { search } of others) for (const echo of search.echoes) expect(echo.levelDb).toBeLessThan(-36);
});

check('healthy captures show no impairment but the home clock', () => {
  const captures = all('ds_ofdm_rxmer');
  for (const { known: wanted, file } of captures) {
    const notches = findNotches(file);
    for (const notch of notches) {
      expect([wanted.file, notch.widthHz < 400_000, notch.depthDb < 4]).toEqual([wanted.file, true, true]);
    }
    expect(strongestRipple(file, { notches })!.peakToMedian).toBeLessThan(8);
    expect(rollOff(file).beyondNatural).toBe(false);
    expect(Math.abs(tilt(file)!.dbPerMhz)).toBeLessThan(0.03);
  }
  const series = captures.filter(({ known: wanted }) => wanted.file.includes('_194_')).map(({ file }) => file);
  const spurs = persistentSpurs(series);
  expect(spurs.map((spur) => spur.clockHarmonicHz)).toEqual(expect.arrayContaining([1_125_000_000]));
});

check('DOCSIS 3.0 pre-equalisers have the published key metrics', () => {
  const { vectors } = JSON.parse(readFileSync(join(samples, 'atdma_preeq_snmp/vectors.json'), 'utf8')) as {
    vectors: { payload_hex: string; metrics: Record<string, number> & { icfr_db_32: number[] } }[];
  };
  for (const [i, { payload_hex: hex, metrics }] of vectors.entries()) {
    const seen = atdmaMetrics(decodeAtdmaPreEq(Buffer.from(hex, 'hex')));
    expectClose(
      `vector ${i}`,
      {
        MTE: seen.mainTapEnergy,
        preMTE: seen.preMainTapEnergy,
        postMTE: seen.postMainTapEnergy,
        TTE: seen.totalTapEnergy,
        MTNA: seen.mainTapNominalAmplitude,
        MTNE: seen.mainTapNominalEnergy,
        MTC_db: seen.mainTapCompressionDb,
        MTR_db: seen.mainTapRatioDb,
        NMTER_db: seen.nonMainTapToTotalDb,
        preMTTER_db: seen.preMainToTotalDb,
        postMTTER_db: seen.postMainToTotalDb,
        PPESR_db: seen.prePostEnergySymmetryDb,
        PPTSR_db: seen.prePostTapSymmetryDb,
        largest_post_tap_offset: seen.microReflection?.tapOffset,
        largest_post_tap_db: seen.microReflection?.levelDb,
      },
      { file: '', type: '', ...metrics },
    );
    seen.responseDb.forEach((db, point) => expect(db).toBeCloseTo(metrics.icfr_db_32[point]!, 3));
    if (metrics['tdr_m_whole_tap_vf087'] !== undefined) {
      const metres = (metrics['tdr_m_whole_tap_vf087'] as unknown as Record<string, number>)['6.4 MHz']!;
      expect(seen.microReflection!.distance.lengthM).toBeCloseTo(metres, 2);
    }
  }
});
