import type { PnmFile } from '../formats/decode.js';
import { QAM_ORDER_OF_CODE } from '../formats/constellation.js';
import { summarizeConstellation } from '../measures/constellation.js';
import { highestFrequencyHz, summarizeRxMer } from '../measures/rxmer.js';

/** Measures of one file by name; undefined numbers are left out of the JSON, absent kinds have none. */
export type MeasuresJson = Readonly<Record<string, unknown>>;

/** What the values of one file say of the plant; empty for types that alone say nothing. */
export function measuresJson(file: PnmFile): MeasuresJson {
  switch (file.kind) {
    case 'ds_ofdm_rxmer':
    case 'us_ofdma_rxmer': {
      const summary = summarizeRxMer(file.quarterDb);
      const { percentileMerDb } = summary;
      const highestHz =
        percentileMerDb === undefined ? undefined : highestFrequencyHz(file, file.quarterDb, percentileMerDb);
      return { ...summary, percentileHighestFrequencyHz: highestHz };
    }
    case 'ds_constellation':
      return { ...summarizeConstellation(file.pointBytes, QAM_ORDER_OF_CODE[file.modulationCode]) };
    default:
      return {};
  }
}
