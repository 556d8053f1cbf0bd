import { parseMac } from '../src/lib/mac.js';
import { ccapIdField } from '../src/pnm/formats/ccap-header.js';
import { encodeChannelEstimate } from '../src/pnm/formats/channel-estimate.js';
import { encodeConstellation } from '../src/pnm/formats/constellation.js';
import type { PnmKind } from '../src/pnm/formats/decode.js';
import { encodeFecSummary, fecProfileOf } from '../src/pnm/formats/fec-summary.js';
import { wireOfInt16 } from '../src/pnm/formats/fixed-point.js';
import { encodeHistogram } from '../src/pnm/formats/histogram.js';
import { encodeModulationProfiles, modulationProfileOf } from '../src/pnm/formats/modulation-profile.js';
import { encodeRxMer } from '../src/pnm/formats/rxmer.js';
import { encodeSpectrum } from '../src/pnm/formats/spectrum.js';
import { wireOfAmplitudeRows } from '../src/pnm/formats/spectrum-amplitude.js';
import { encodeSymbolCapture } from '../src/pnm/formats/symbol-capture.js';
import { encodeUsOfdmaRxMer } from '../src/pnm/formats/us-ofdma-rxmer.js';
import { encodeUsPreEq } from '../src/pnm/formats/us-preeq.js';
import { wireOfUint32 } from '../src/pnm/formats/words.js';
import { makeChannelWire, makeMer, type Random } from './pnm-plant.js';

/** Files of the sizes that modems send, with values that fall as theirs do. */
export interface MadeFiles {
  readonly kind: PnmKind;
  /** How the floor reads the payload: octets, 16-bit or 32-bit big-endian numbers. */
  readonly width: 1 | 2 | 4;
  /** Where the payload starts, for the floor. */
  readonly payloadAt: number;
  readonly make: (random: Random) => Uint8Array;
}

const header = {
  family: 'PNN' as const,
  version: { major: 1, minor: 0 },
  deviceTimeSec: 1_764_824_304,
  channelId: 193,
  modemMac: parseMac('00:1d:b3:c5:09:60'),
};
const axis = { zeroSubcarrierHz: 827_600_000, firstActiveSubcarrier: 296, spacingHz: 25_000 };

const noise = (random: Random, count: number, mean: number, sigma: number): Int16Array =>
  Int16Array.from({ length: count }, () => mean + sigma * random.gauss());

const upstream = (random: Random): Uint8Array => makeChannelWire(random, {}).subarray(0, 1896 * 4);
const runs = Array.from({ length: 115 }, (_, i) => ({
  mainCode: i % 2 === 0 ? 12 : 1,
  skipCode: undefined,
  subcarrierCount: i % 2 === 0 ? 130 : 1,
}));

export const FILES: readonly MadeFiles[] = [
  {
    kind: 'ds_ofdm_rxmer',
    width: 1,
    payloadAt: 28,
    make: (random) => encodeRxMer({ ...header, ...axis, quarterDb: makeMer(random, {}).quarterDb }),
  },
  {
    kind: 'us_ofdma_rxmer',
    width: 1,
    payloadAt: 297,
    make: (random) => {
      const quarterDb = makeMer(random, { meanDb: 37 }).quarterDb.slice(0, 312);
      quarterDb.forEach((_, i) => i % 33 < 2 && (quarterDb[i] = 0xff));
      return encodeUsOfdmaRxMer({
        ...header,
        ...axis,
        version: { major: 2, minor: 0 },
        ifIndex: 34_222_281,
        ccapIdBytes: ccapIdField('ccap-1'),
        ccapId: 'ccap-1',
        rpdId: undefined,
        rpdPort: undefined,
        averageCount: 1,
        preEqualizationOn: 1,
        quarterDb,
      });
    },
  },
  {
    kind: 'ds_ofdm_chan_est',
    width: 2,
    payloadAt: 28,
    make: (random) => encodeChannelEstimate({ ...header, ...axis, coefficientBytes: makeChannelWire(random, {}) }),
  },
  {
    kind: 'ds_constellation',
    width: 2,
    payloadAt: 30,
    make: (random) => {
      const levels = Array.from({ length: 2 * 8192 }, () => (2 * Math.floor(random.between(0, 16)) - 15) * 626);
      return encodeConstellation({
        ...header,
        ...axis,
        modulationCode: 7,
        declaredSymbolCount: 8192,
        pointBytes: wireOfInt16(levels.map((level) => level + 60 * random.gauss())),
      });
    },
  },
  {
    kind: 'us_ofdma_preeq',
    width: 2,
    payloadAt: 34,
    make: (random) =>
      encodeUsPreEq('us_ofdma_preeq', {
        ...header,
        ...axis,
        cmtsMac: header.modemMac,
        coefficientBytes: upstream(random),
      }),
  },
  {
    kind: 'us_ofdma_preeq_last_update',
    width: 2,
    payloadAt: 34,
    make: (random) =>
      encodeUsPreEq('us_ofdma_preeq_last_update', {
        ...header,
        ...axis,
        cmtsMac: header.modemMac,
        coefficientBytes: upstream(random),
      }),
  },
  {
    kind: 'ds_symbol_capture',
    width: 2,
    payloadAt: 44,
    make: (random) =>
      encodeSymbolCapture({
        ...header,
        ...axis,
        plcTimestamp: new Uint8Array(8),
        sampleRateHz: 204_800_000,
        fftLength: 8192,
        triggerGroupId: 1,
        transactionId: 1,
        sampleBytes: wireOfInt16(noise(random, 2 * 8192, 0, 2000)),
      }),
  },
  {
    kind: 'ds_histogram',
    width: 4,
    payloadAt: 21,
    make: (random) =>
      encodeHistogram({
        ...header,
        channelId: undefined,
        symmetry: 2,
        countStartSec: undefined,
        countEndSec: undefined,
        dwellBytes: wireOfUint32([1 << 24]),
        hitBytes: wireOfUint32(
          Array.from({ length: 256 }, (_, i) =>
            Math.floor(1e6 * Math.exp(-(((i - 127) / 14) ** 2)) * random.between(0.9, 1)),
          ),
        ),
      }),
  },
  {
    kind: 'ds_ofdm_fec_summary',
    width: 4,
    payloadAt: 15,
    make: (random) =>
      encodeFecSummary({
        ...header,
        deviceTimeSec: undefined,
        summaryType: 2,
        testStartSec: undefined,
        testEndSec: undefined,
        profiles: [255, 0, 1, 2, 3].map((profileId) =>
          fecProfileOf('PNN', profileId, {
            timestampSec: Uint32Array.from({ length: 600 }, (_, i) => 1_764_823_704 + i),
            total: Uint32Array.from({ length: 600 }, () => random.between(20_000, 25_000)),
            corrected: Uint32Array.from({ length: 600 }, () => random.between(0, 400)),
            uncorrectable: new Uint32Array(600),
          }),
        ),
      }),
  },
  {
    kind: 'ds_spectrum',
    width: 2,
    payloadAt: 39,
    make: (random) =>
      encodeSpectrum({
        ...header,
        firstSegmentCenterHz: 300_000_000,
        lastSegmentCenterHz: 900_000_000,
        segmentSpanHz: 7_500_000,
        binsPerSegment: 256,
        enbwHundredthsBin: 110,
        windowFunction: 1,
        powerBytes: wireOfInt16(noise(random, 81 * 256, -4700, 1900)),
      }),
  },
  {
    kind: 'ds_spectrum_snmp_amplitude',
    width: 2,
    payloadAt: 0,
    make: (random) =>
      wireOfAmplitudeRows(
        Array.from({ length: 191 }, (_, i) => ({
          centerHz: 100_000_000 + i * 1_000_000,
          spanHz: 1_000_000,
          spacingHz: 10_000,
          resolutionBandwidthHz: 1,
          powerBytes: wireOfInt16(noise(random, 100, -4700, 1900)),
        })),
      ),
  },
  {
    kind: 'ds_ofdm_modulation_profile',
    width: 2,
    payloadAt: 29,
    make: () =>
      encodeModulationProfiles({
        ...header,
        ...axis,
        declaredProfileCount: 4,
        profiles: [4, 3, 1, 0].map((id) => modulationProfileOf(id, runs)),
      }),
  },
];
