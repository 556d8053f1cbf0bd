import type { Mac } from '../lib/mac.js';
import { merShapeDb, summariseMer, type Impairment, type OfdmChannel } from './channel.js';
import { captureConstellation, captureRxMer, selectOrder, type CaptureHead } from './modem-capture.js';
import {
  amplitudeRows,
  captureHistogram,
  captureLatencyReport,
  captureSpectrum,
  type ReceivedBand,
  type SpectrumSettings,
} from './modem-capture-band.js';
import { captureChannelEstimate, capturePreEqualiser, captureSymbol } from './modem-capture-coefficients.js';
import { captureFecSummary, captureModulationProfiles } from './modem-capture-codewords.js';
import type { TestState } from './modem-state.js';
import type { ModemTest } from './modem-tests.js';
import type { Random } from './random.js';
import type { ModemLevels, UpstreamChannel } from './rf-plan.js';

export interface MeasurerOptions {
  readonly mac: Mac;
  readonly channels: readonly OfdmChannel[];
  readonly upstream: UpstreamChannel;
  readonly levels: ModemLevels;
  readonly random: Random;
  impairments(): readonly Impairment[];
}

export interface Measured {
  /** In the order of the test's names. */
  readonly files: readonly Uint8Array[];
  readonly results: Readonly<Record<string, number>>;
}

/** What a modem finds when it measures, all of it from the same plant. */
export interface Measurer {
  measure(test: ModemTest, row: number, state: TestState, head: CaptureHead): Measured;
  /** The file of the spectrum analyser as it is set. */
  spectrum(settings: Readonly<Record<string, number>>, head: CaptureHead): Measured;
  amplitudeRows(settings: Readonly<Record<string, number>>): { centreHz: number; octets: Uint8Array }[];
  /** MER per subcarrier without the spread of a capture. */
  shapeOf(channel: OfdmChannel): Float32Array;
  /** The plant has changed. */
  forget(): void;
}

const SUCCESS = 2;

export function createMeasurer(options: MeasurerOptions): Measurer {
  const { channels, upstream, levels, random } = options;
  let shapes = new Map<OfdmChannel, Float32Array>();

  const shapeOf = (channel: OfdmChannel): Float32Array => {
    const shape = shapes.get(channel) ?? merShapeDb(channel, options.impairments());
    shapes.set(channel, shape);
    return shape;
  };
  const band = (): ReceivedBand => ({ channels, impairments: options.impairments(), levels });
  const file = (bytes: Uint8Array, results: Measured['results'] = {}): Measured => ({ files: [bytes], results });

  const ofChannel = (test: ModemTest, channel: OfdmChannel, state: TestState, head: CaptureHead): Measured => {
    const shape = shapeOf(channel);
    const impairments = options.impairments();
    switch (test) {
      case 'rxmer': {
        const { bytes, merDb } = captureRxMer(head, channel, shape, random);
        return file(bytes, summariseMer(channel, merDb, state.settings['percentile'] ?? 2));
      }
      case 'constellation': {
        const selected = selectOrder(channel, state.settings['orderOffset'] ?? 0);
        const symbolCount = state.settings['symbolCount'] ?? 0;
        const bytes = captureConstellation(head, channel, shape, { ...selected, symbolCount }, random);
        return file(bytes, { modulationCode: selected.code });
      }
      case 'channel_estimate':
        return file(captureChannelEstimate(head, channel, impairments, shape, random));
      case 'fec_summary':
        return file(captureFecSummary(head, channel, impairments, shape, random));
      case 'modulation_profile':
        return file(captureModulationProfiles(head, channel));
      default:
        return file(captureSymbol(head, channel, state.settings['group'] ?? 0, random));
    }
  };

  return {
    measure(test, row, state, head) {
      const channel = channels.find(({ ifIndex }) => ifIndex === row);
      if (channel !== undefined) return ofChannel(test, channel, state, head);
      switch (test) {
        case 'pre_equaliser': {
          const { inUse, lastUpdate } = capturePreEqualiser(head, upstream, options.impairments(), random);
          return { files: [inUse, lastUpdate], results: { adjustment: SUCCESS } };
        }
        case 'histogram':
          return file(captureHistogram(head, band(), random));
        default:
          return file(captureLatencyReport(head));
      }
    },
    spectrum: (settings, head) => file(captureSpectrum(head, settingsOf(settings), band(), random)),
    amplitudeRows: (settings) => amplitudeRows(settingsOf(settings), band(), random),
    shapeOf,
    forget: () => (shapes = new Map()),
  };
}

const settingsOf = (settings: Readonly<Record<string, number>>): SpectrumSettings => {
  const { firstHz = 0, lastHz = 0, spanHz = 1, bins = 2, enbwHundredthsBin = 150, window = 1, averages = 1 } = settings;
  return { firstHz, lastHz, spanHz, bins, enbwHundredthsBin, window, averages };
};

/** Index of the amplitude table. */
export function segmentCentres(settings: Readonly<Record<string, number>>): number[] {
  const { firstHz, lastHz, spanHz } = settingsOf(settings);
  return Array.from({ length: Math.round((lastHz - firstHz) / spanHz) + 1 }, (_, at) => firstHz + at * spanHz);
}
