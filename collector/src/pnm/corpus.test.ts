import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodedJson } from './export/decoded-json.js';
import { decodePnm, encodePnm } from './formats/decode.js';
import { PnmFormatError } from './formats/errors.js';

interface ExpectedStats {
  n: number;
  mean: number;
  min: number;
  max: number;
  stddev: number;
}
interface ExpectedFile {
  file: string;
  type: string;
  family: string | null;
  mac: string | null;
  capture_time: number | null;
  channel_id: number | null;
  subcarrier_zero_frequency_hz: number | null;
  first_active_subcarrier_index: number | null;
  subcarrier_spacing_hz: number | null;
  count: number;
  trailing_bytes: number;
  stats?: ExpectedStats;
  magnitude_db_stats?: ExpectedStats;
  values_sha256: string;
}
interface MalformedFile {
  file: string;
  outcome: 'reject' | 'accept' | 'accept_with_warning' | 'either';
}

const samples = join(process.env['PLANTGRAPH_SHARED'] ?? join(__dirname, '../../../../shared'), 'data/pnm');
const present = existsSync(join(samples, 'expected.json'));
if (!present) console.log(`skipped: no PNM samples in ${samples}`);
const expected = (
  present ? JSON.parse(readFileSync(join(samples, 'expected.json'), 'utf8')) : { files: [], malformed: [] }
) as { files: ExpectedFile[]; malformed: MalformedFile[] };
const check = present ? test : test.skip;

const read = (file: string): Uint8Array => readFileSync(join(samples, file));

/** What the published captures show undamaged already: clocks that count from boot, a blanked MAC with the group bit. */
const OF_THE_SOURCE = new Map([
  ['PNM_CAPTURE_TIME_IMPLAUSIBLE', 'malformed/rxmer_time_zero.bin'],
  ['PNM_MAC_UNUSABLE', 'malformed/rxmer_mac_null.bin'],
]);

check('every good file gives the expected header, values and statistics', () => {
  for (const known of expected.files) {
    const file = decodePnm(read(known.file));
    const json = decodedJson(file);
    expect({ file: known.file, ...json }).toMatchObject({
      file: known.file,
      type: known.type,
      family: known.family,
      mac: known.mac,
      captureTime: known.capture_time,
      channelId: known.channel_id,
      subcarrierZeroHz: known.subcarrier_zero_frequency_hz,
      firstActiveSubcarrier: known.first_active_subcarrier_index,
      spacingHz: known.subcarrier_spacing_hz,
      count: known.count,
      valuesSha256: known.values_sha256,
    });
    expect(file.trailing).toHaveLength(known.trailing_bytes);
    const stats = known.stats ?? known.magnitude_db_stats;
    if (stats === undefined) expect(json.stats).toBeNull();
    for (const [name, value] of Object.entries(stats ?? {})) {
      expect(Math.abs(Number(json.stats?.[name as keyof ExpectedStats]) - value)).toBeLessThanOrEqual(1e-6);
    }
  }
  expect(expected.files.length).toBeGreaterThanOrEqual(45);
});

check('every good file is written again byte by byte', () => {
  for (const known of expected.files) {
    const bytes = read(known.file);
    expect(Buffer.compare(encodePnm(decodePnm(bytes)), bytes)).toBe(0);
  }
});

check('every malformed file ends as it should', () => {
  const outcomes = expected.malformed.map(({ file, outcome }) => {
    let seen: string;
    try {
      const { warnings } = decodePnm(read(file));
      const own = warnings.filter(({ code }) => !OF_THE_SOURCE.has(code) || OF_THE_SOURCE.get(code) === file);
      seen = own.length > 0 ? 'accept_with_warning' : 'accept';
    } catch (error) {
      expect(error).toBeInstanceOf(PnmFormatError);
      seen = 'reject';
    }
    const either = outcome === 'either' && seen !== 'accept'; // never silently
    return [file, either ? 'either' : seen];
  });
  expect(outcomes).toEqual(expected.malformed.map(({ file, outcome }) => [file, outcome]));
});
