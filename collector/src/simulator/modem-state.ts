import type { OfdmChannel } from './channel.js';

/** MeasStatusType of DOCS-PNM-MIB. */
export const MEAS = { other: 1, inactive: 2, busy: 3, sampleReady: 4, error: 5, resourceUnavailable: 6 } as const;
/** docsPnmCmCtlStatus. */
export const CTL = { other: 1, ready: 2, testInProgress: 3, tempReject: 4 } as const;
/** docsPnmBulkFileUploadStatus. */
export const UPLOAD = {
  other: 1,
  available: 2,
  inProgress: 3,
  completed: 4,
  pending: 5,
  cancelled: 6,
  error: 7,
} as const;
/** docsPnmBulkUploadControl. */
export const UPLOAD_CONTROL = { other: 1, noAutoUpload: 2, autoUpload: 3 } as const;

export type ModemTest = 'rxmer' | 'constellation';
/** docsPnmCmCtlTest. */
export const CTL_TEST: Readonly<Record<ModemTest, number>> = { constellation: 5, rxmer: 6 };

export interface TestState {
  fileName: string;
  enabled: boolean;
  status: number;
}

export interface RxMerState extends TestState {
  percentile: number;
  meanDb: number;
  stdDevDb: number;
  thresholdDb: number;
  thresholdHz: number;
}

export interface ConstellationState extends TestState {
  orderOffset: number;
  symbolCount: number;
  modulationCode: number;
}

/** All that a SET can touch. A SET works on a copy that takes the original's place when all of it was right. */
export interface ModemState {
  destination: { addressType: number; address: Uint8Array; path: string; control: number };
  control: { test: number; status: number; startedAtMs: number; durationSec: number };
  rxmer: Map<number, RxMerState>;
  constellation: Map<number, ConstellationState>;
}

/** A file in the modem's small store. */
export interface ModemFile {
  readonly row: number;
  readonly name: string;
  readonly bytes: Uint8Array;
  status: number;
}

/** The state after a boot. */
export const bootState = (channels: readonly OfdmChannel[]): ModemState => ({
  destination: { addressType: 0, address: new Uint8Array(0), path: '', control: UPLOAD_CONTROL.autoUpload },
  control: { test: 1, status: CTL.ready, startedAtMs: 0, durationSec: 0 },
  rxmer: new Map(
    channels.map(({ ifIndex }) => [
      ifIndex,
      {
        fileName: '',
        enabled: false,
        status: MEAS.inactive,
        percentile: 2,
        meanDb: 0,
        stdDevDb: 0,
        thresholdDb: 0,
        thresholdHz: 0,
      },
    ]),
  ),
  constellation: new Map(
    channels.map(({ ifIndex }) => [
      ifIndex,
      { fileName: '', enabled: false, status: MEAS.inactive, orderOffset: 0, symbolCount: 8192, modulationCode: 2 },
    ]),
  ),
});
