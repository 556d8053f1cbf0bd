import type { SetVarbind } from '../snmp/reader.js';
import * as pnm from '../snmp/tables/docs-pnm-mib.js';
import type { CaptureTest } from './schemas.js';

/** What distinguishes one test from another on the wire (pnm-control 6.1, 6.2). */
export interface TestCard {
  readonly test: CaptureTest;
  readonly enable: string;
  readonly status: string;
  readonly fileName: string;
  /** Start of the modem's own file name. */
  readonly defaultPrefix: string;
  readonly maxFileBytes: number;
  readonly measureMs: number;
  parameters(ifIndex: number): SetVarbind[];
}

export const CONSTELLATION_SYMBOLS = 8192;

export const TEST_CARDS: Readonly<Record<CaptureTest, TestCard>> = {
  rxmer: {
    test: 'rxmer',
    enable: pnm.docsPnmCmDsOfdmRxMerFileEnable,
    status: pnm.docsPnmCmDsOfdmRxMerMeasStatus,
    fileName: pnm.docsPnmCmDsOfdmRxMerFileName,
    defaultPrefix: 'PNMDsMer',
    maxFileBytes: 64 * 1024,
    measureMs: 30_000,
    parameters: () => [],
  },
  constellation: {
    test: 'constellation',
    enable: pnm.docsPnmCmDsConstDispTrigEnable,
    status: pnm.docsPnmCmDsConstDispMeasStatus,
    fileName: pnm.docsPnmCmDsConstDispFileName,
    defaultPrefix: 'PNMDSConDisp',
    maxFileBytes: 512 * 1024,
    measureMs: 60_000,
    // always sent: the values of the run before persist
    parameters: (ifIndex) => [
      { oid: `${pnm.docsPnmCmDsConstDispModOrderOffset}.${ifIndex}`, type: 'gauge', value: 0 },
      { oid: `${pnm.docsPnmCmDsConstDispNumSampleSymb}.${ifIndex}`, type: 'gauge', value: CONSTELLATION_SYMBOLS },
    ],
  },
};
