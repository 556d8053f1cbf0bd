import type { SetVarbind } from '../snmp/reader.js';
import * as docsIf3 from '../snmp/tables/docs-if3-mib.js';
import * as pnm from '../snmp/tables/docs-pnm-mib.js';
import type { CaptureTest, TriggerTest } from './schemas.js';

/** What the row of a test stands for: a channel, the modem's MAC layer, or nothing (scalars). */
export type TestScope = 'downstream' | 'upstream' | 'mac' | 'scalar';

/** One file of a test. */
export interface TestFile {
  readonly test: CaptureTest;
  /** Object that takes its name. */
  readonly fileName: string;
  /** Start of the modem's own file name. */
  readonly defaultPrefix: string;
  readonly maxFileBytes: number;
}

/** Downstream band that the modem's diplexer lets through. */
export interface DownstreamBand {
  readonly lowerHz: number;
  readonly upperHz: number;
}

/** What distinguishes one test from another on the wire (pnm-control 6). OIDs lack their row. */
export interface TestCard {
  readonly test: TriggerTest;
  readonly scope: TestScope;
  /** One such test of a modem at a time; the others may run beside it. */
  readonly isGated: boolean;
  readonly enable: string;
  /** What starts it; the type follows from the object. */
  readonly enableAs: { readonly type: 'integer' | 'gauge'; readonly value: number };
  readonly status: string;
  readonly files: readonly [TestFile, ...TestFile[]];
  readonly measureMs: number;
  /** Said when the test does not end in time. */
  readonly timeoutHint?: string;
  /** The name asked for is the start of a name: the modem adds `_<mac>_<digits>`. */
  readonly isNamePrefix?: true;
  /** Its status never shows sampleReady: it goes from busy to inactive. */
  readonly endsInactive?: true;
  /** Always sent: the values of the run before persist. */
  parameters(row: number, band: DownstreamBand): SetVarbind[];
  /** SETs between parameters and trigger, one after the other with a pause. */
  readonly arm?: readonly SetVarbind[];
  /** Sent when all is over, whatever came of it. */
  readonly disarm?: readonly SetVarbind[];
}

export const CONSTELLATION_SYMBOLS = 8192;
/** Seconds; the gate stays shut as long. */
export const HISTOGRAM_SEC = 10;
/** Seconds that a modem waits for the CMTS's trigger, its gate shut. */
export const SYMBOL_TRIGGER_SEC = 60;
export const SYMBOL_TRIGGER_GROUP = 1;
/** A minute in ten snapshots. */
export const LATENCY_SNAPSHOT_SEC = 6;
export const LATENCY_SNAPSHOTS = 10;
const FEC_TEN_MINUTES = 2;
/** The MIB's defaults: 29.3 kHz a bin, 119 segments from 108 to 1002 MHz. */
export const SPECTRUM = {
  spanHz: 7_500_000,
  binsPerSegment: 256,
  enbwHundredthsBin: 150,
  windowHann: 1,
  averages: 4,
  inactivitySec: 120,
} as const;
/** Where a modem does not name the edges of its diplexer. */
export const DEFAULT_BAND: DownstreamBand = { lowerHz: 108e6, upperHz: 1002e6 };

const KIB = 1024;
const START = { type: 'integer', value: 1 } as const;
const none = () => [];
const gauge = (column: string, row: number, value: number): SetVarbind => ({
  oid: `${column}.${row}`,
  type: 'gauge',
  value,
});

/** First and last segment centre: whole segments that stay inside the band. */
export function segmentsWithin({ lowerHz, upperHz }: DownstreamBand, spanHz: number) {
  const count = Math.max(1, Math.floor((upperHz - lowerHz) / spanHz));
  const firstHz = lowerHz + spanHz / 2;
  return { firstHz, lastHz: firstHz + (count - 1) * spanHz, count };
}

function spectrumParameters(row: number, band: DownstreamBand): SetVarbind[] {
  const { firstHz, lastHz } = segmentsWithin(band, SPECTRUM.spanHz);
  return [
    {
      oid: `${docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdInactivityTimeout}.${row}`,
      type: 'integer',
      value: SPECTRUM.inactivitySec,
    },
    gauge(docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdFirstSegmentCenterFrequency, row, firstHz),
    gauge(docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdLastSegmentCenterFrequency, row, lastHz),
    gauge(docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdSegmentFrequencySpan, row, SPECTRUM.spanHz),
    gauge(docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdNumBinsPerSegment, row, SPECTRUM.binsPerSegment),
    gauge(docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdEquivalentNoiseBandwidth, row, SPECTRUM.enbwHundredthsBin),
    {
      oid: `${docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdWindowFunction}.${row}`,
      type: 'integer',
      value: SPECTRUM.windowHann,
    },
    gauge(docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdNumberOfAverages, row, SPECTRUM.averages),
  ];
}

const spectrumEnable = (value: 1 | 2): SetVarbind => ({
  oid: `${docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdEnable}.0`,
  type: 'integer',
  value,
});

export const TEST_CARDS: Readonly<Record<TriggerTest, TestCard>> = {
  rxmer: {
    test: 'rxmer',
    scope: 'downstream',
    isGated: true,
    enable: pnm.docsPnmCmDsOfdmRxMerFileEnable,
    enableAs: START,
    status: pnm.docsPnmCmDsOfdmRxMerMeasStatus,
    files: [
      {
        test: 'rxmer',
        fileName: pnm.docsPnmCmDsOfdmRxMerFileName,
        defaultPrefix: 'PNMDsMer',
        maxFileBytes: 64 * KIB,
      },
    ],
    measureMs: 30_000,
    parameters: none,
  },
  constellation: {
    test: 'constellation',
    scope: 'downstream',
    isGated: true,
    enable: pnm.docsPnmCmDsConstDispTrigEnable,
    enableAs: START,
    status: pnm.docsPnmCmDsConstDispMeasStatus,
    files: [
      {
        test: 'constellation',
        fileName: pnm.docsPnmCmDsConstDispFileName,
        defaultPrefix: 'PNMDSConDisp',
        maxFileBytes: 512 * KIB,
      },
    ],
    measureMs: 60_000,
    parameters: (row) => [
      gauge(pnm.docsPnmCmDsConstDispModOrderOffset, row, 0),
      gauge(pnm.docsPnmCmDsConstDispNumSampleSymb, row, CONSTELLATION_SYMBOLS),
    ],
  },
  channel_estimate: {
    test: 'channel_estimate',
    scope: 'downstream',
    isGated: true,
    enable: pnm.docsPnmCmOfdmChEstCoefTrigEnable,
    enableAs: START,
    status: pnm.docsPnmCmOfdmChEstCoefMeasStatus,
    files: [
      {
        test: 'channel_estimate',
        fileName: pnm.docsPnmCmOfdmChEstCoefFileName,
        defaultPrefix: 'PNMChEstCoef',
        maxFileBytes: 128 * KIB,
      },
    ],
    measureMs: 30_000,
    parameters: none,
  },
  pre_equaliser: {
    test: 'pre_equaliser',
    scope: 'upstream',
    isGated: true,
    enable: pnm.docsPnmCmUsPreEqFileEnable,
    enableAs: START,
    status: pnm.docsPnmCmUsPreEqMeasStatus,
    files: [
      {
        test: 'pre_equaliser',
        fileName: pnm.docsPnmCmUsPreEqFileName,
        defaultPrefix: 'PNMUsPreEq',
        maxFileBytes: 128 * KIB,
      },
      {
        test: 'pre_equaliser_last_update',
        fileName: pnm.docsPnmCmUsPreEqLastUpdateFileName,
        defaultPrefix: 'PNMUsPreEqLastUpdate',
        maxFileBytes: 128 * KIB,
      },
    ],
    measureMs: 30_000,
    parameters: none,
  },
  fec_summary: {
    test: 'fec_summary',
    scope: 'downstream',
    isGated: true,
    enable: pnm.docsPnmCmDsOfdmFecFileEnable,
    enableAs: START,
    status: pnm.docsPnmCmDsOfdmFecMeasStatus,
    files: [
      {
        test: 'fec_summary',
        fileName: pnm.docsPnmCmDsOfdmFecFileName,
        defaultPrefix: 'PNMFecSum',
        maxFileBytes: 512 * KIB,
      },
    ],
    // ten minutes by definition; some modems answer at once from a rolling history
    measureMs: 660_000,
    parameters: (row) => [{ oid: `${pnm.docsPnmCmDsOfdmFecSumType}.${row}`, type: 'integer', value: FEC_TEN_MINUTES }],
  },
  histogram: {
    test: 'histogram',
    scope: 'mac',
    isGated: true,
    enable: pnm.docsPnmCmDsHistEnable,
    enableAs: START,
    status: pnm.docsPnmCmDsHistMeasStatus,
    files: [
      {
        test: 'histogram',
        fileName: pnm.docsPnmCmDsHistFileName,
        defaultPrefix: 'PNMHist',
        maxFileBytes: 64 * KIB,
      },
    ],
    measureMs: (HISTOGRAM_SEC + 30) * 1000,
    parameters: (row) => [gauge(pnm.docsPnmCmDsHistTimeOut, row, HISTOGRAM_SEC)],
  },
  symbol_capture: {
    test: 'symbol_capture',
    scope: 'downstream',
    isGated: true,
    enable: pnm.docsPnmCmDsOfdmSymTrigEnable,
    enableAs: START,
    status: pnm.docsPnmCmDsOfdmSymMeasStatus,
    files: [
      {
        test: 'symbol_capture',
        fileName: pnm.docsPnmCmDsOfdmSymCaptFileName,
        defaultPrefix: 'PNMSymCap',
        maxFileBytes: 256 * KIB,
      },
    ],
    measureMs: (SYMBOL_TRIGGER_SEC + 15) * 1000,
    timeoutHint: `no trigger of group ${SYMBOL_TRIGGER_GROUP} came from the CMTS while the modem was armed for ${SYMBOL_TRIGGER_SEC} s`,
    parameters: (row) => [
      gauge(pnm.docsPnmCmDsOfdmSymTrigEnableTimeout, row, SYMBOL_TRIGGER_SEC),
      gauge(pnm.docsPnmCmDsOfdmSymTrigGroupId, row, SYMBOL_TRIGGER_GROUP),
    ],
  },
  modulation_profile: {
    test: 'modulation_profile',
    scope: 'downstream',
    isGated: false,
    enable: pnm.docsPnmCmDsOfdmModProfFileEnable,
    enableAs: START,
    status: pnm.docsPnmCmDsOfdmModProfMeasStatus,
    files: [
      {
        test: 'modulation_profile',
        fileName: pnm.docsPnmCmDsOfdmModProfFileName,
        defaultPrefix: 'PNMModProfile',
        maxFileBytes: 512 * KIB,
      },
    ],
    measureMs: 30_000,
    parameters: none,
  },
  spectrum: {
    test: 'spectrum',
    scope: 'scalar',
    isGated: true,
    enable: docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdFileEnable,
    enableAs: START,
    status: docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdMeasStatus,
    files: [
      {
        test: 'spectrum',
        fileName: docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdFileName,
        defaultPrefix: 'PNMSpecAnData',
        maxFileBytes: 2048 * KIB,
      },
    ],
    measureMs: 120_000,
    parameters: spectrumParameters,
    // parameters take effect on the way from off to on only
    arm: [spectrumEnable(2), spectrumEnable(1)],
    disarm: [spectrumEnable(2)],
  },
  latency_report: {
    test: 'latency_report',
    scope: 'mac',
    isGated: false,
    enable: pnm.docsCmLatencyRptCfgNumFiles,
    enableAs: { type: 'gauge', value: 1 },
    status: pnm.docsCmLatencyRptCfgMeasStatus,
    files: [
      {
        test: 'latency_report',
        fileName: pnm.docsCmLatencyRptCfgFileName,
        defaultPrefix: 'UsLatencySum',
        maxFileBytes: 1024 * KIB,
      },
    ],
    measureMs: (LATENCY_SNAPSHOT_SEC * LATENCY_SNAPSHOTS + 30) * 1000,
    isNamePrefix: true,
    endsInactive: true,
    parameters: (row) => [
      gauge(pnm.docsCmLatencyRptCfgSnapshotDuration, row, LATENCY_SNAPSHOT_SEC),
      gauge(pnm.docsCmLatencyRptCfgNumSnapshots, row, LATENCY_SNAPSHOTS),
    ],
  },
};
