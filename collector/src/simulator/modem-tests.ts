import { TAG } from '../snmp/ber.js';

/**
 * The tests of DOCS-PNM-MIB and the spectrum analyser of DOCS-IF3-MIB as a modem has them (pnm-control reference, 6).
 * OIDs are spelled here once more instead of taken from the collector, so that a wrong one there finds no partner.
 */

export const MODEM_TESTS = [
  'symbol_capture',
  'channel_estimate',
  'constellation',
  'rxmer',
  'fec_summary',
  'histogram',
  'pre_equaliser',
  'modulation_profile',
  'spectrum',
  'latency_report',
] as const;
export type ModemTest = (typeof MODEM_TESTS)[number];

/** An object of a test that can be written. */
export interface Setting {
  readonly name: string;
  readonly column: number;
  readonly tag: number;
  readonly low: number;
  readonly high: number;
  readonly initial: number;
}

/** A number that a test leaves behind; on the wire it is `scale` times as large. */
export interface Result {
  readonly name: string;
  readonly column: number;
  readonly tag: number;
  readonly scale: number;
}

export interface TestSpec {
  readonly entry: readonly number[];
  readonly rows: 'downstream' | 'upstream' | 'mac' | 'scalar';
  readonly enable: number;
  /** TruthValue, or a number of files that counts down. */
  readonly enableTag: number;
  readonly status: number;
  /** Columns of names; one file each. */
  readonly names: readonly number[];
  readonly prefixes: readonly string[];
  /** Value of docsPnmCmCtlTest; absent: outside of the gate. */
  readonly gate?: number;
  /** What a name that was set is the start of. */
  readonly isNamePrefix?: true;
  readonly settings: readonly Setting[];
  readonly results: readonly Result[];
}

const PNM = [1, 3, 6, 1, 4, 1, 4491, 2, 1, 27, 1];
const SPECTRUM = [1, 3, 6, 1, 4, 1, 4491, 2, 1, 20, 1, 34];
export const AMPLITUDE_COLUMN = [1, 3, 6, 1, 4, 1, 4491, 2, 1, 20, 1, 35, 1, 2];

const gauge = (name: string, column: number, low: number, high: number, initial: number): Setting => ({
  name,
  column,
  tag: TAG.gauge32,
  low,
  high,
  initial,
});
const integer = (name: string, column: number, low: number, high: number, initial: number): Setting => ({
  ...gauge(name, column, low, high, initial),
  tag: TAG.integer,
});

export const TEST_SPECS: Readonly<Record<ModemTest, TestSpec>> = {
  symbol_capture: {
    entry: [...PNM, 2, 2, 1],
    rows: 'downstream',
    enable: 1,
    enableTag: TAG.integer,
    status: 8,
    names: [9],
    prefixes: ['PNMSymCap'],
    gate: 3,
    settings: [gauge('timeoutSec', 2, 0, 3600, 600), gauge('group', 3, 0, 0xffff, 0)],
    results: [],
  },
  channel_estimate: {
    entry: [...PNM, 2, 3, 1],
    rows: 'downstream',
    enable: 1,
    enableTag: TAG.integer,
    status: 7,
    names: [8],
    prefixes: ['PNMChEstCoef'],
    gate: 4,
    settings: [],
    results: [],
  },
  constellation: {
    entry: [...PNM, 2, 4, 1],
    rows: 'downstream',
    enable: 1,
    enableTag: TAG.integer,
    status: 5,
    names: [6],
    prefixes: ['PNMDSConDisp'],
    gate: 5,
    settings: [gauge('orderOffset', 2, 0, 10, 0), gauge('symbolCount', 3, 0, 65_535, 8192)],
    results: [{ name: 'modulationCode', column: 4, tag: TAG.integer, scale: 1 }],
  },
  rxmer: {
    entry: [...PNM, 2, 5, 1],
    rows: 'downstream',
    enable: 1,
    enableTag: TAG.integer,
    status: 7,
    names: [8],
    prefixes: ['PNMDsMer'],
    gate: 6,
    settings: [integer('percentile', 2, 0, 100, 2)],
    results: [
      { name: 'meanDb', column: 3, tag: TAG.integer, scale: 100 },
      { name: 'stdDevDb', column: 4, tag: TAG.integer, scale: 100 },
      { name: 'thresholdDb', column: 5, tag: TAG.integer, scale: 4 },
      { name: 'thresholdHz', column: 6, tag: TAG.gauge32, scale: 1 },
    ],
  },
  fec_summary: {
    entry: [...PNM, 2, 7, 1],
    rows: 'downstream',
    enable: 2,
    enableTag: TAG.integer,
    status: 3,
    names: [4],
    prefixes: ['PNMFecSum'],
    gate: 7,
    settings: [integer('summaryType', 1, 2, 3, 2)],
    results: [],
  },
  histogram: {
    entry: [...PNM, 2, 9, 1],
    rows: 'mac',
    enable: 1,
    enableTag: TAG.integer,
    status: 3,
    names: [4],
    prefixes: ['PNMHist'],
    gate: 8,
    settings: [gauge('timeoutSec', 2, 0, 65_535, 1800)],
    results: [],
  },
  pre_equaliser: {
    entry: [...PNM, 2, 10, 1],
    rows: 'upstream',
    enable: 1,
    enableTag: TAG.integer,
    status: 8,
    names: [10, 9],
    prefixes: ['PNMUsPreEq', 'PNMUsPreEqLastUpdate'],
    gate: 9,
    settings: [],
    results: [{ name: 'adjustment', column: 7, tag: TAG.integer, scale: 1 }],
  },
  modulation_profile: {
    entry: [...PNM, 2, 11, 1],
    rows: 'downstream',
    enable: 1,
    enableTag: TAG.integer,
    status: 2,
    names: [3],
    prefixes: ['PNMModProfile'],
    settings: [],
    results: [],
  },
  spectrum: {
    entry: SPECTRUM,
    rows: 'scalar',
    enable: 10,
    enableTag: TAG.integer,
    status: 11,
    names: [12],
    prefixes: ['PNMSpecAnData'],
    gate: 2,
    settings: [
      integer('inactivitySec', 2, 0, 86_400, 300),
      gauge('firstHz', 3, 0, 0xffffffff, 93_000_000),
      gauge('lastHz', 4, 0, 0xffffffff, 993_000_000),
      gauge('spanHz', 5, 1_000_000, 900_000_000, 7_500_000),
      gauge('bins', 6, 2, 2048, 256),
      gauge('enbwHundredthsBin', 7, 50, 500, 150),
      integer('window', 8, 0, 7, 1),
      gauge('averages', 9, 1, 1000, 1),
    ],
    results: [],
  },
  latency_report: {
    entry: [...PNM, 4, 1, 1],
    rows: 'mac',
    enable: 3,
    enableTag: TAG.gauge32,
    status: 4,
    names: [5],
    prefixes: ['UsLatencySum'],
    isNamePrefix: true,
    settings: [gauge('snapshotSec', 1, 1, 3600, 60), gauge('snapshots', 2, 1, 2000, 10)],
    results: [],
  },
};

/** Master switch of the spectrum analyser. */
export const SPECTRUM_ENABLE = [...SPECTRUM, 1, 0];
