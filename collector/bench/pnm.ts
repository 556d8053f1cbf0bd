import { decodePnm } from '../src/pnm/formats/decode.js';
import { valueStatistics } from '../src/pnm/measures/values.js';
import { measureAccuracy } from './pnm-accuracy.js';
import { FILES, type MadeFiles } from './pnm-files.js';
import { fuzzRow } from './pnm-fuzz.js';
import { eventLoopRow } from './pnm-loop.js';
import { randomOf } from './pnm-plant.js';
import { interleaved, machineName, rounded, type Bench, type BenchRow } from './report.js';

/** RxMER is what comes by the thousand; the other types carry more work a value. */
const BOUND = { ds_ofdm_rxmer: 2.5, others: 6 } as const;
const VARIANTS = 8;

/** The least that anybody does with the bytes: make floats of them, all of them, and add them up. */
function floorOf(width: MadeFiles['width']): (payload: Uint8Array) => number {
  if (width === 1) {
    return (payload) => {
      const values = new Float32Array(payload.length);
      let sum = 0;
      for (let i = 0; i < values.length; i++) sum += values[i] = payload[i] as number;
      return sum;
    };
  }
  return (payload) => {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const values = new Float32Array(Math.floor(payload.length / width));
    let sum = 0;
    if (width === 2) for (let i = 0; i < values.length; i++) sum += values[i] = view.getInt16(2 * i);
    else for (let i = 0; i < values.length; i++) sum += values[i] = view.getUint32(4 * i);
    return sum;
  };
}

/** Keeps results alive, so that no compiler leaves out the work. */
let kept = 0;

function decodeRow(made: MadeFiles, rounds: number): BenchRow {
  const random = randomOf(made.kind.length);
  const files = Array.from({ length: VARIANTS }, () => made.make(random));
  const payloads = files.map((file) => file.subarray(made.payloadAt));
  const floor = floorOf(made.width);
  let oursNext = 0;
  let peerNext = 0;
  const { oursUs, peerUs, ratio } = interleaved(
    () => {
      const file = decodePnm(files[oursNext++ % VARIANTS]!);
      kept += (valueStatistics(file)?.n ?? 0) + file.warnings.length;
    },
    () => {
      kept += floor(payloads[peerNext++ % VARIANTS]!);
    },
    rounds,
  );
  const bound = made.kind === 'ds_ofdm_rxmer' ? BOUND.ds_ofdm_rxmer : BOUND.others;
  return {
    id: `decode-${made.kind}`,
    name: `${made.kind}, ${files[0]!.length} bytes: processor µs a file with statistics, against floats and sum`,
    ours: rounded(oursUs),
    peer: rounded(peerUs),
    ratio: rounded(ratio),
    bound,
    holds: ratio <= bound,
  };
}

const figure = (id: string, name: string, ours: number | null): BenchRow => ({
  id,
  name,
  ours: ours === null ? null : rounded(ours),
  peer: null,
  ratio: null,
  bound: null,
  holds: null,
});

function accuracyRows(log: (line: string) => void): BenchRow[] {
  const rows = measureAccuracy(10);
  for (const { kind, condition, recall, precision, maxErrorM } of rows) {
    const error = maxErrorM === null ? '' : `, largest error ${maxErrorM.toFixed(2)} m`;
    log(
      `${kind}, ${condition}: recall ${recall?.toFixed(2) ?? '-'}, precision ${precision?.toFixed(2) ?? '-'}${error}`,
    );
  }
  const mean = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  return [...new Set(rows.map((row) => row.kind))].flatMap((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    const errors = own.map((row) => row.maxErrorM).filter((error) => error !== null);
    return [
      figure(
        `accuracy-${kind}-recall`,
        `${kind}: share of made ones found, mean of ${own.length} conditions`,
        mean(own.map((row) => row.recall)),
      ),
      figure(
        `accuracy-${kind}-precision`,
        `${kind}: share of found ones that were made`,
        mean(own.map((row) => row.precision)),
      ),
      ...(errors.length === 0
        ? []
        : [figure(`accuracy-${kind}-error`, `${kind}: largest error of a length in metres`, Math.max(...errors))]),
    ];
  });
}

/** Decoding against a floor, a busy worker beside the API, damaged inputs, and impairments found. */
export const bench: Bench = async ({ only, rounds, log }) => {
  const wanted = (id: string) =>
    only === undefined || only === id || (id.startsWith('accuracy') && only.startsWith(id));
  const rows: BenchRow[] = [];
  for (const made of FILES) if (wanted(`decode-${made.kind}`)) rows.push(decodeRow(made, rounds));
  if (wanted('event-loop')) rows.push(await eventLoopRow());
  if (wanted('fuzz')) rows.push(fuzzRow());
  if (wanted('accuracy')) {
    rows.push(...accuracyRows(log).filter((row) => only === undefined || only === 'accuracy' || row.id === only));
  }
  if (!Number.isFinite(kept)) log('sums overflowed');
  return { bench: 'pnm', machine: machineName(), rows };
};
