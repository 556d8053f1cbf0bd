import { decodePnm } from '../src/pnm/formats/decode.js';
import { PnmFormatError } from '../src/pnm/formats/errors.js';
import { valueStatistics } from '../src/pnm/measures/values.js';
import { FILES } from './pnm-files.js';
import { randomOf, type Random } from './pnm-plant.js';
import type { BenchRow } from './report.js';

const INPUTS = 1_000_000;
const MAX_MS = 1000;
const MAX_GROWTH_BYTES = 256 * 1024 * 1024;
/** Most damage is done in headers and lengths. */
const HEADER_BYTES = 64;

/** Short versions of each file: what is damaged is structure, and a million must fit into minutes. */
const seedsOf = (random: Random): Uint8Array[] =>
  FILES.flatMap(({ make }) => {
    const file = make(random);
    const legacy = file.slice();
    legacy[2] = 0x4d;
    return [file, file.slice(0, 400), legacy.slice(0, 2000)];
  });

function damaged(seed: Uint8Array, random: Random, scratch: Uint8Array): Uint8Array {
  const length = random.uniform() < 0.3 ? Math.floor(random.between(0, seed.length + 1)) : seed.length;
  scratch.set(seed.subarray(0, length));
  const changes = Math.floor(random.between(0, 6));
  for (let i = 0; i < changes; i++) {
    const within = random.uniform() < 0.8 ? Math.min(HEADER_BYTES, length) : length;
    scratch[Math.floor(random.between(0, within))] = Math.floor(random.between(0, 256));
  }
  return scratch.subarray(0, length);
}

/** A million damaged inputs: each is a value or a PnmFormatError, none takes long, memory stays. */
export function fuzzRow(): BenchRow {
  const random = randomOf(99);
  const seeds = seedsOf(random);
  const scratch = new Uint8Array(Math.max(...seeds.map((seed) => seed.length)));
  const before = process.memoryUsage().rss;
  let strange = 0;
  let slowestMs = 0;
  for (let i = 0; i < INPUTS; i++) {
    const file = damaged(seeds[i % seeds.length]!, random, scratch);
    const start = performance.now();
    try {
      valueStatistics(decodePnm(file));
    } catch (error) {
      if (!(error instanceof PnmFormatError)) strange++;
    }
    slowestMs = Math.max(slowestMs, performance.now() - start);
  }
  const growth = process.memoryUsage().rss - before;
  const growthMb = Math.round(growth / 1024 / 1024);
  return {
    id: 'fuzz',
    name: `${INPUTS} damaged inputs: other exceptions (slowest ${Math.round(slowestMs)} ms, memory +${growthMb} MB)`,
    ours: strange,
    peer: null,
    ratio: null,
    bound: 0,
    holds: strange === 0 && slowestMs <= MAX_MS && growth <= MAX_GROWTH_BYTES,
  };
}
