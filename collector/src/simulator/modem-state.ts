import { MODEM_TESTS, TEST_SPECS, type ModemTest, type TestSpec } from './modem-tests.js';

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

/** One test on one row. */
export interface TestState {
  fileNames: string[];
  enabled: boolean;
  status: number;
  settings: Record<string, number>;
  results: Record<string, number>;
}

/** All that a SET can touch. A SET works on a copy that takes the original's place when all of it was right. */
export interface ModemState {
  destination: { addressType: number; address: Uint8Array; path: string; control: number };
  control: { test: number; status: number; startedAtMs: number; durationSec: number };
  /** By `testKey`. */
  tests: Map<string, TestState>;
  /** The settings are those of the moment when it was switched on. */
  analyser: { isOn: boolean; settings: Record<string, number> };
}

/** A file in the modem's small store. */
export interface ModemFile {
  readonly row: number;
  readonly name: string;
  readonly bytes: Uint8Array;
  status: number;
}

/** ifIndexes of the rows that tests run on. */
export interface TestRows {
  readonly downstream: readonly number[];
  readonly upstream: readonly number[];
  readonly mac: number;
}

export const rowsOf = ({ rows }: TestSpec, { downstream, upstream, mac }: TestRows): readonly number[] =>
  ({ downstream, upstream, mac: [mac], scalar: [0] })[rows];

export const testKey = (test: ModemTest, row: number): string => `${test} ${row}`;

/** Of a row that is known to be there. */
export const testOf = (state: ModemState, test: ModemTest, row: number): TestState =>
  state.tests.get(testKey(test, row)) as TestState;

const bootTest = ({ names, settings, results }: TestSpec): TestState => ({
  fileNames: names.map(() => ''),
  enabled: false,
  status: MEAS.inactive,
  settings: Object.fromEntries(settings.map(({ name, initial }) => [name, initial])),
  results: Object.fromEntries(results.map(({ name }) => [name, 0])),
});

/** The state after a boot. */
export const bootState = (rows: TestRows): ModemState => ({
  destination: { addressType: 0, address: new Uint8Array(0), path: '', control: UPLOAD_CONTROL.autoUpload },
  control: { test: 1, status: CTL.ready, startedAtMs: 0, durationSec: 0 },
  tests: new Map(
    MODEM_TESTS.flatMap((test) =>
      rowsOf(TEST_SPECS[test], rows).map((row): [string, TestState] => [
        testKey(test, row),
        bootTest(TEST_SPECS[test]),
      ]),
    ),
  ),
  analyser: { isOn: false, settings: {} },
});
