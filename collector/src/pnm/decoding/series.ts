import type { Mac } from '../../lib/mac.js';
import type { PnmKind } from '../formats/decode.js';
import type { PnmWarning } from '../formats/header.js';

/** What a thread makes of a file: everything that is stored of it. Typed arrays move between threads, they are not copied. */
export interface DecodedCapture {
  readonly kind: PnmKind;
  /** Undefined for types without one; such a file belongs to the modem that was asked. */
  readonly modemMac: Mac | undefined;
  /** Undefined for types of the whole band. */
  readonly channelId: number | undefined;
  readonly deviceTimeSec: number | undefined;
  readonly warnings: readonly PnmWarning[];
  readonly series: CaptureSeries;
  readonly findings: readonly Finding[];
}

export type CaptureSeries =
  | RxMerSeries
  | ConstellationSeries
  | ChannelSeries
  | SpectrumSeries
  | FecSeries
  | HistogramSeries
  | ModulationSeries
  | SymbolSeries
  | UpstreamRxMerSeries
  | UnreadSeries;

export interface RxMerSeries {
  readonly kind: 'rxmer';
  readonly zeroFrequencyHz: number;
  readonly firstActive: number;
  readonly spacingHz: number;
  readonly quarterDb: Uint8Array;
  readonly count: number;
  readonly measuredCount: number;
  readonly meanMerDb: number | undefined;
  readonly stdDevMerDb: number | undefined;
  readonly minMerDb: number | undefined;
  readonly percentile2MerDb: number | undefined;
  readonly notchCount: number;
  /** Of the notches that are not the home's Ethernet clock. */
  readonly deepestNotchDb: number | undefined;
  readonly tiltDb: number | undefined;
  readonly capacityBps: number | undefined;
  readonly rippleDb: number | undefined;
  readonly ripplePeriodHz: number | undefined;
  /** Of each profile that the channel is known to have. */
  readonly margins: readonly MarginSeries[];
}

export interface MarginSeries {
  readonly profileId: number;
  /** The capture that the profile was read from. */
  readonly profileCaptureId: string;
  readonly dataSubcarrierCount: number;
  readonly measuredCount: number;
  readonly requiredMeanMerDb: number | undefined;
  readonly measuredMeanMerDb: number | undefined;
  readonly marginDb: number | undefined;
  readonly headroomDb: number | undefined;
  readonly belowRequiredRatio: number | undefined;
  readonly fits: boolean | undefined;
}

export interface ConstellationSeries {
  readonly kind: 'constellation';
  readonly zeroFrequencyHz: number;
  readonly spacingHz: number;
  readonly modulationOrder: number | undefined;
  readonly points: Uint8Array;
  readonly count: number;
  readonly merDb: number | undefined;
}

export interface ChannelSeries {
  readonly kind: 'channel';
  readonly direction: 'downstream' | 'upstream';
  readonly form: 'estimate' | 'pre_equaliser' | 'last_update';
  readonly zeroFrequencyHz: number;
  /** Absent from the unversioned layout of channel estimates. */
  readonly firstActive: number | undefined;
  readonly spacingHz: number;
  readonly fractionBits: number;
  readonly coefficients: Uint8Array;
  readonly count: number;
  readonly measuredCount: number;
  readonly meanMagnitudeDb: number | undefined;
  readonly rippleDb: number | undefined;
  readonly tiltDb: number | undefined;
  readonly groupDelayRippleNs: number | undefined;
  readonly bulkDelayNs: number | undefined;
  /** Undefined where echoes were not looked for. */
  readonly echoCount: number | undefined;
  readonly strongestEcho: EchoPlace | undefined;
}

export interface EchoPlace {
  readonly levelDb: number;
  readonly delayNs: number;
  readonly distanceM: number;
  readonly uncertaintyM: number;
}

export interface SpectrumSeries {
  readonly kind: 'spectrum';
  readonly firstFrequencyHz: number;
  readonly spacingHz: number;
  readonly enbwBins: number;
  /** Big-endian 16-bit hundredths of dBmV on an even axis; 0x8000 where no bin was sent. */
  readonly amplitudes: Uint8Array;
  readonly count: number;
  readonly measuredCount: number;
  readonly totalPowerDbmv: number | undefined;
  readonly noiseFloorDbmv: number | undefined;
  readonly peakFrequencyHz: number | undefined;
  readonly peakDbmv: number | undefined;
}

export interface FecSeries {
  readonly kind: 'fec';
  readonly intervalSec: number | undefined;
  readonly profiles: readonly FecProfileSeries[];
}

export interface FecProfileSeries {
  readonly profileId: number;
  readonly setCount: number;
  readonly totalCodewords: number;
  readonly correctedCodewords: number;
  readonly uncorrectableCodewords: number;
  /** Undefined below the number of codewords that says something. */
  readonly correctedRatio: number | undefined;
  readonly uncorrectableRatio: number | undefined;
  readonly uncorrectableBound: number | undefined;
  readonly erroredSets: number;
  readonly pattern: string;
  readonly verdict: string;
  readonly enough: boolean;
  readonly lastSec: number | undefined;
  /** Four big-endian u32 an interval: the modem's seconds, total, corrected, uncorrectable. */
  readonly sets: Uint8Array;
}

export interface HistogramSeries {
  readonly kind: 'histogram';
  readonly hits: Uint8Array;
  readonly count: number;
  readonly hitSum: number;
  readonly binMean: number | undefined;
  readonly binStdDev: number | undefined;
  readonly skew: number | undefined;
  readonly verdict: string;
  readonly verdictReason: string;
}

export interface ModulationSeries {
  readonly kind: 'modulation';
  readonly zeroFrequencyHz: number;
  readonly firstActive: number;
  readonly spacingHz: number;
  readonly profiles: readonly ModulationProfileSeries[];
}

export interface ModulationProfileSeries {
  readonly profileId: number;
  readonly count: number;
  /** Bits a symbol of each subcarrier; 0 carries none, `BITS_UNKNOWN` a code that nobody has published. */
  readonly bits: Uint8Array;
  /** Required MER of each subcarrier in quarter dB; 255 where nothing is required. */
  readonly requiredQuarterDb: Uint8Array;
  readonly meanBits: number | undefined;
  readonly requiredMeanMerDb: number | undefined;
}

export const BITS_UNKNOWN = 255;
export const NOTHING_REQUIRED = 255;

export interface SymbolSeries {
  readonly kind: 'symbols';
  readonly zeroFrequencyHz: number;
  readonly sampleRateHz: number;
  readonly fftLength: number;
  readonly samples: Uint8Array;
  readonly count: number;
}

export interface UpstreamRxMerSeries {
  readonly kind: 'upstream_rxmer';
  readonly ccapId: string;
  readonly ccapIfIndex: number;
  readonly averageCount: number;
  readonly isPreEqualised: boolean;
  readonly zeroFrequencyHz: number;
  readonly firstActive: number;
  readonly spacingHz: number;
  readonly quarterDb: Uint8Array;
  readonly count: number;
  readonly measuredCount: number;
  readonly meanMerDb: number | undefined;
  readonly stdDevMerDb: number | undefined;
  readonly minMerDb: number | undefined;
  readonly percentile2MerDb: number | undefined;
}

/** Recognised and kept, but its numbers cannot be read safely. */
export interface UnreadSeries {
  readonly kind: 'unread';
  readonly reason: string;
}

export type FindingKind =
  | 'notch'
  | 'ingress'
  | 'lte'
  | 'spur'
  | 'suck_out'
  | 'resonant_peak'
  | 'roll_off'
  | 'tilt'
  | 'standing_wave'
  | 'echo'
  | 'clipping'
  | 'compression';

/** One thing that a capture shows of the plant or the home. What is not known is left out. */
export interface Finding {
  readonly kind: FindingKind;
  readonly direction: 'downstream' | 'upstream';
  readonly frequencyHz?: number | undefined;
  readonly widthHz?: number | undefined;
  readonly depthDb?: number | undefined;
  readonly levelDb?: number | undefined;
  readonly delayNs?: number | undefined;
  readonly resolutionNs?: number | undefined;
  readonly periodHz?: number | undefined;
  readonly distanceM?: number | undefined;
  readonly uncertaintyM?: number | undefined;
  readonly bands?: readonly string[] | undefined;
  readonly clockHarmonicHz?: number | undefined;
  /** For people. */
  readonly detail: string;
}
