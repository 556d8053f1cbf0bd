import { parentPort } from 'node:worker_threads';
import { decodePnm } from '../src/pnm/formats/decode.js';
import { valueStatistics } from '../src/pnm/measures/values.js';
import { FILES } from './pnm-files.js';
import { randomOf } from './pnm-plant.js';

/** Decodes at full speed until it is terminated, and says now and then how many files it has done. */
const REPORT_EVERY = 5000;

const random = randomOf(1);
const files = FILES.map(({ make }) => make(random));
parentPort?.postMessage(0);
for (let done = 1; ; done++) {
  valueStatistics(decodePnm(files[done % files.length]!));
  if (done % REPORT_EVERY === 0) parentPort?.postMessage(done);
}
