import { wireOfComplex } from '../pnm/formats/fixed-point.js';
import { encodeChannelEstimate } from '../pnm/formats/channel-estimate.js';
import { encodeSymbolCapture } from '../pnm/formats/symbol-capture.js';
import { encodeUsPreEq } from '../pnm/formats/us-preeq.js';
import { macFromBytes } from '../lib/mac.js';
import { frequencyHz, type Impairment, type OfdmChannel } from './channel.js';
import { headOf, type CaptureHead } from './modem-capture.js';
import type { Random } from './random.js';
import { coaxialResponse } from './response.js';
import { CMTS_MAC_OCTETS, type UpstreamChannel } from './rf-plan.js';

/** Belongs to the receiver's FFT window, as on real modems, and not to the plant. */
const BULK_DELAY_NS = -100;
/** Estimates average over symbols, so that they are cleaner than one subcarrier's MER. */
const ESTIMATE_GAIN_DB = 8;
const PRE_EQ_NOISE_DB = -48;
/** The last update is an adjustment: flat and small. */
const LAST_UPDATE_LEVEL = 0.18;

const versionOf = (head: CaptureHead) => (head.family === 'PNN' ? { major: 1, minor: 0 } : undefined);

/** Scales pairs to mean power 1; what is 0 stays so. */
function normalise(values: Float64Array): void {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i += 2) {
    const power = values[i]! ** 2 + values[i + 1]! ** 2;
    sum += power;
    if (power > 0) count += 1;
  }
  const scale = sum === 0 ? 0 : Math.sqrt(count / sum);
  for (let i = 0; i < values.length; i++) values[i]! *= scale;
}

/** Channel estimate: the response with tilt, a bulk delay and noise; nothing where nothing is sent. */
export function captureChannelEstimate(
  head: CaptureHead,
  channel: OfdmChannel,
  impairments: readonly Impairment[],
  shapeDb: Float32Array,
  random: Random,
): Uint8Array {
  const { count, spacingHz } = channel;
  const firstHz = frequencyHz(channel, 0);
  const band = { lowHz: firstHz, highHz: frequencyHz(channel, count - 1) };
  const values = coaxialResponse(impairments, { firstHz, stepHz: spacingHz, count }, band);
  for (let i = 0; i < count; i++) {
    const mer = shapeDb[i] as number;
    if (Number.isNaN(mer)) {
      values[2 * i] = 0;
      values[2 * i + 1] = 0;
      continue;
    }
    const gain = 10 ** ((channel.tiltDbPerMhz * ((i - count / 2) * spacingHz)) / 1e6 / 20);
    const phase = -2 * Math.PI * i * spacingHz * BULK_DELAY_NS * 1e-9;
    const re = values[2 * i] as number;
    const im = values[2 * i + 1] as number;
    const deviation = Math.sqrt((re * re + im * im) * 10 ** (-(mer + ESTIMATE_GAIN_DB) / 10) * 0.5);
    values[2 * i] = gain * (re * Math.cos(phase) - im * Math.sin(phase)) + deviation * random.normal();
    values[2 * i + 1] = gain * (re * Math.sin(phase) + im * Math.cos(phase)) + deviation * random.normal();
  }
  normalise(values);
  return encodeChannelEstimate({
    ...headOf(head, channel),
    firstActiveSubcarrier: channel.firstActiveSubcarrier,
    coefficientBytes: wireOfComplex(values, 's2.13'),
  });
}

/** The pre-equaliser in use, the inverse of the way up, and the CMTS's last update of it. */
export function capturePreEqualiser(
  head: CaptureHead,
  channel: UpstreamChannel,
  impairments: readonly Impairment[],
  random: Random,
): { inUse: Uint8Array; lastUpdate: Uint8Array } {
  const { count, spacingHz, zeroSubcarrierHz, firstActiveSubcarrier, channelId } = channel;
  const firstHz = zeroSubcarrierHz + firstActiveSubcarrier * spacingHz;
  const response = coaxialResponse(impairments, { firstHz, stepHz: spacingHz, count });
  const values = new Float64Array(2 * count);
  const deviation = Math.sqrt(10 ** (PRE_EQ_NOISE_DB / 10) / 2);
  for (let i = 0; i < count; i++) {
    const re = response[2 * i] as number;
    const im = response[2 * i + 1] as number;
    const power = re * re + im * im;
    values[2 * i] = re / power + deviation * random.normal();
    values[2 * i + 1] = -im / power + deviation * random.normal();
  }
  normalise(values);
  const update = Float64Array.from({ length: 2 * count }, (_, i) =>
    i % 2 === 0 ? LAST_UPDATE_LEVEL + 0.002 * random.normal() : 0.002 * random.normal(),
  );
  const common = {
    ...head,
    version: versionOf(head),
    channelId,
    cmtsMac: macFromBytes(CMTS_MAC_OCTETS),
    zeroSubcarrierHz,
    firstActiveSubcarrier,
    spacingHz,
  };
  return {
    inUse: encodeUsPreEq('us_ofdma_preeq', { ...common, coefficientBytes: wireOfComplex(values, 's2.13') }),
    lastUpdate: encodeUsPreEq('us_ofdma_preeq_last_update', {
      ...common,
      coefficientBytes: wireOfComplex(update, 's1.14'),
    }),
  };
}

/** One symbol in time: the sum of thousands of subcarriers is as good as noise. */
export function captureSymbol(
  head: CaptureHead,
  channel: OfdmChannel,
  triggerGroupId: number,
  random: Random,
): Uint8Array {
  const fftLength = channel.spacingHz === 25_000 ? 8192 : 4096;
  const samples = Float64Array.from({ length: 2 * fftLength }, () => random.normal() * Math.SQRT1_2);
  return encodeSymbolCapture({
    ...headOf(head, channel),
    plcTimestamp: new Uint8Array(8),
    sampleRateHz: 204_800_000,
    fftLength,
    triggerGroupId,
    transactionId: 1,
    sampleBytes: wireOfComplex(samples, 's3.12'),
  });
}
