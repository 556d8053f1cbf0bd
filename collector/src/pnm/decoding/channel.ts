import type { ChannelEstimate } from '../formats/channel-estimate.js';
import { frequencyHz } from '../formats/header.js';
import { PREEQ_FORMAT, type UsPreEq } from '../formats/us-preeq.js';
import { coefficientsOf, groupDelayShape, magnitudeDb, magnitudeRuns, magnitudeShape } from '../measures/channel.js';
import { findEchoes } from '../measures/echoes.js';
import { echoFindings, runFinding } from './findings.js';
import type { ChannelSeries, Finding } from './series.js';

export type ChannelFile = ChannelEstimate | UsPreEq;

const FRACTION_BITS = { 's2.13': 13, 's1.14': 14, 's3.12': 12 } as const;
const FORM = {
  ds_ofdm_chan_est: 'estimate',
  us_ofdma_preeq: 'pre_equaliser',
  us_ofdma_preeq_last_update: 'last_update',
} as const;

/** Coefficients of a channel or of its inverse, with what they say of the plant. */
export function channelOf(file: ChannelFile): { series: ChannelSeries; findings: readonly Finding[] } {
  const format = file.kind === 'ds_ofdm_chan_est' ? 's2.13' : PREEQ_FORMAT[file.kind];
  const direction = file.kind === 'ds_ofdm_chan_est' ? 'downstream' : 'upstream';
  const { firstActiveSubcarrier, spacingHz, zeroSubcarrierHz } = file;
  const channel = coefficientsOf(file.coefficientBytes, format, {
    // without it only differences of frequency are known
    firstFrequencyHz:
      firstActiveSubcarrier === undefined
        ? NaN
        : frequencyHz({ zeroSubcarrierHz, spacingHz, firstActiveSubcarrier }, 0),
    spacingHz,
    inverse: direction === 'upstream',
  });
  const count = channel.values.length / 2;
  const magnitude = magnitudeShape(channel);
  const groupDelay = groupDelayShape(channel);
  // the last update is an adjustment and no channel: nothing of the plant can be seen in it
  const isChannel = file.kind !== 'us_ofdma_preeq_last_update';
  const search = isChannel ? findEchoes(channel) : undefined;
  const runs = isChannel ? magnitudeRuns(channel) : [];
  const strongest = search?.echoes[0];
  return {
    findings: [
      ...runs.map((run) => runFinding(run, direction)),
      ...(search === undefined ? [] : echoFindings(search, direction)),
    ],
    series: {
      kind: 'channel',
      direction,
      form: FORM[file.kind],
      zeroFrequencyHz: zeroSubcarrierHz,
      firstActive: firstActiveSubcarrier,
      spacingHz,
      fractionBits: FRACTION_BITS[format],
      coefficients: file.coefficientBytes,
      count,
      measuredCount: magnitudeDb(channel).reduce((sum, db) => sum + (Number.isNaN(db) ? 0 : 1), 0),
      meanMagnitudeDb: magnitude?.mean,
      rippleDb: magnitude?.ripplePeakToPeak,
      tiltDb: magnitude === undefined ? undefined : (magnitude.slopePerMhz * count * spacingHz) / 1e6,
      groupDelayRippleNs: groupDelay?.ripplePeakToPeak,
      bulkDelayNs: groupDelay?.median,
      echoCount: search?.echoes.length,
      strongestEcho: strongest && {
        levelDb: strongest.levelDb,
        delayNs: strongest.delayNs,
        distanceM: strongest.distance.lengthM,
        uncertaintyM: strongest.distance.uncertaintyM,
      },
    },
  };
}
