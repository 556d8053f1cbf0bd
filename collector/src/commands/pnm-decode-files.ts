import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { explainPnm, explanationLines, type Explanation } from '../pnm/explain/explain.js';
import { columnsOf, csvOf } from '../pnm/export/columns.js';
import { decodedJson, type DecodedJson } from '../pnm/export/decoded-json.js';
import { matFileOf } from '../pnm/export/mat.js';
import { measuresJson, type MeasuresJson } from '../pnm/export/measures-json.js';
import { decodePnm, type PnmFile } from '../pnm/formats/decode.js';
import { PnmFormatError } from '../pnm/formats/errors.js';
import { MAX_FILE_BYTES } from '../pnm/formats/header.js';
import type { DecodeFlags } from './pnm-decode.js';
import { EXIT } from './register.js';

interface Outcome {
  readonly file: string;
  readonly decoded: DecodedJson | undefined;
  /** `offset` is null when the file could not even be read. */
  readonly error: { readonly code: string; readonly offset: number | null; readonly message: string } | undefined;
  readonly measures: MeasuresJson | undefined;
  readonly explanation: Explanation | undefined;
}

/** Decodes and prints the files one after another; the exit code tells whether all, some or none were PNM files. */
export async function decodeFiles(files: readonly string[], flags: DecodeFlags): Promise<number> {
  let refused = 0;
  if (flags.output === 'table') process.stdout.write(`${row(HEAD)}\n`);
  for (const file of files) {
    const outcome = await decodeFile(file, flags);
    if (outcome.error !== undefined) refused++;
    process.stdout.write(flags.output === 'json' ? jsonLine(outcome) : tableLines(outcome));
  }
  if (refused === 0) return EXIT.ok;
  return refused === files.length ? EXIT.failure : EXIT.partial;
}

async function decodeFile(file: string, flags: DecodeFlags): Promise<Outcome> {
  const nothing = { file, decoded: undefined, error: undefined, measures: undefined, explanation: undefined };
  let bytes: Uint8Array;
  try {
    bytes = await readBounded(file);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...nothing, error: { code: 'PNM_FILE_UNREADABLE', offset: null, message } };
  }
  const explanation = flags.explain === true ? explainPnm(bytes) : undefined;
  try {
    const decoded = decodePnm(bytes, { nowSec: Math.floor(Date.now() / 1000) });
    const measures = flags.measures === true ? measuresJson(decoded) : undefined;
    if (flags.export !== undefined) await exportFile(file, decoded, flags.export, flags.out);
    return { ...nothing, decoded: decodedJson(decoded), measures, explanation };
  } catch (error) {
    if (!(error instanceof PnmFormatError)) throw error;
    const { code, offset, message } = error;
    return { ...nothing, error: { code, offset, message }, explanation };
  }
}

async function exportFile(file: string, decoded: PnmFile, format: 'csv' | 'mat', folder: string): Promise<void> {
  const columns = columnsOf(decoded);
  if (columns === undefined) {
    process.stderr.write(`${file}: nothing to export, the layout of ${decoded.kind} is not known\n`);
    return;
  }
  const target = join(folder, `${basename(file)}.${format}`);
  const { kind, modemMac, channelId, deviceTimeSec } = decoded;
  const facts = { type: kind, mac: modemMac ?? '', channelId: channelId ?? NaN, captureTime: deviceTimeSec ?? NaN };
  await writeFile(target, format === 'csv' ? csvOf(columns) : matFileOf({ ...facts, ...columns }));
  process.stderr.write(`${target}\n`);
}

/** At most one byte more than a PNM file may have, so that any file, pipe or device comes to an end. */
async function readBounded(file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of createReadStream(file, { end: MAX_FILE_BYTES })) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function jsonLine({ file, decoded, error, measures, explanation }: Outcome): string {
  const explain = explanation === undefined ? {} : { explain: explanation.fields };
  const result = error === undefined ? { ...decoded, ...(measures && { measures }) } : { error };
  return `${JSON.stringify({ file, ...result, ...explain })}\n`;
}

const HEAD = ['TYPE', 'MAC', 'CHANNEL', 'COUNT', 'MEAN', 'MIN', 'MAX', 'STDDEV', 'FILE'];
const WIDTHS = [26, 17, 7, 6, 12, 10, 10, 12];

const row = (cells: readonly string[]): string => cells.map((cell, i) => cell.padEnd(WIDTHS[i] ?? 0)).join('  ');
const cell = (value: number | null | undefined): string =>
  value === null || value === undefined ? '-' : String(Math.round(value * 100) / 100);

function tableLines({ file, decoded, error, measures, explanation }: Outcome): string {
  const lines: string[] = [];
  if (error !== undefined) lines.push(`${error.code}: ${error.message}  ${file}`);
  if (decoded !== undefined) {
    const { type, mac, channelId, count, stats, warnings } = decoded;
    const numbers = [count, stats?.mean, stats?.min, stats?.max, stats?.stddev].map(cell);
    lines.push(row([type, mac ?? '-', cell(channelId), ...numbers, file]));
    for (const { code, offset, message } of warnings) lines.push(`  ${code} at byte ${offset}: ${message}`);
  }
  for (const [name, value] of Object.entries(measures ?? {})) lines.push(`  ${name}: ${JSON.stringify(value)}`);
  if (explanation !== undefined) lines.push(...explanationLines(explanation));
  return `${lines.join('\n')}\n`;
}
