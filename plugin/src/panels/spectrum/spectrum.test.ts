import { createDataFrame, createTheme, type DataFrame } from '@grafana/data';
import { readSpectra, type SpectrumData } from './frames';
import { migrateOptions } from './migrations';
import { DEFAULTS } from './options';
import { kindsOf, pictureOf, viewsOf } from './pictures';

const frame = (row: Record<string, unknown>): DataFrame =>
  createDataFrame({ fields: Object.entries(row).map(([name, value]) => ({ name, values: [value] })) });

const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

function words16(values: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((value, index) => view.setInt16(2 * index, value));
  return base64(new Uint8Array(view.buffer));
}

function words32(values: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, index) => view.setUint32(4 * index, value));
  return base64(new Uint8Array(view.buffer));
}

const capture = { id: 'c1', time: 1, mac: 'a', channel_id: '33' };
const axis = { first_frequency_hz: 600e6, spacing_hz: 50_000 };
const read = (...frames: DataFrame[]): SpectrumData => {
  const result = readSpectra(frames);
  if (result.kind !== 'data') throw new Error(result.message);
  return result.data;
};
const wanted = (data: SpectrumData) => ({ data, options: DEFAULTS, theme: createTheme(), timeZone: 'utc' });

/** A main path and one reflection behind it, in s2.13. */
const coefficients = Array.from({ length: 512 }, (_, k) => {
  const phase = -2 * Math.PI * k * axis.spacing_hz * 400e-9;
  return [8192 * (0.5 + 0.05 * Math.cos(phase)), 8192 * 0.05 * Math.sin(phase)].map(Math.round);
}).flat();
const estimate = { ...capture, ...axis, fraction_bits: 13, form: 'estimate', direction: 'downstream' };

test('a spectrum is hundredths of dBmV; a bin that was not sent is no value', () => {
  const data = read(
    frame({
      ...capture,
      ...axis,
      amplitudes_base64: words16([-4050, -0x8000, 125]),
      peak_frequency_hz: 6e8,
      peak_dbmv: 1.25,
    }),
  );
  expect([...(data.spectra[0]?.levelDbMv ?? [])]).toEqual([-40.5, NaN, 1.25]);
  const picture = pictureOf('spectrum', wanted(data));
  expect(picture).toMatchObject({ unit: 'dBmV', markers: [{ at: 6e8, value: 1.25 }] });
});

test('the echo of a channel is marked with its distance and what is not known of it', () => {
  const data = read(frame({ ...estimate, coefficients_base64: words16(coefficients) }));
  expect(viewsOf(data)).toEqual(['magnitude', 'groupDelay', 'echoes']);
  const [echo, ...others] = pictureOf('echoes', wanted(data)).markers;
  expect(others).toEqual([]);
  expect(Math.abs((echo?.at ?? 0) - 400)).toBeLessThan(10);
  expect(echo?.value).toBeCloseTo(-20, 0);
  expect(echo?.label).toMatch(/^5\d\.\d ± \d\.\d m, −?-?\d+\.\d dB$/);
});

test('echoes that a query brings are those of the collector', () => {
  const stored = frame({ capture_id: 'c1', delay_ns: 390, level_db: -21, distance_m: 50.8, uncertainty_m: 2 });
  const data = read(frame({ ...estimate, coefficients_base64: words16(coefficients) }), stored);
  expect(pictureOf('echoes', wanted(data)).markers).toMatchObject([
    { at: 390, value: -21, label: '50.8 ± 2.0 m, -21.0 dB' },
  ]);
});

test('a pre-equaliser is told apart from a channel estimate, and says that it is the inverse', () => {
  const rows = (form: string, direction: string) =>
    frame({ ...estimate, form, direction, coefficients_base64: words16(coefficients) });
  const both = read(rows('estimate', 'downstream'), rows('pre_equaliser', 'upstream'));
  expect(kindsOf(both.estimates)).toEqual(['downstream channel estimate', 'upstream pre-equaliser']);
  const upstream = read(rows('pre_equaliser', 'upstream'));
  expect(
    pictureOf('magnitude', wanted(upstream))
      .notes.map(({ text }) => text)
      .join(),
  ).toContain('inverse');
});

test.each([
  ['16 bits', [0x0801, 0x0018, 1000, 0, 8000, 0, 800, 0]],
  ['12 bits, negative ones too', [0x0801, 0x0018, 0x0064, 0, 0x0320, 0, 0x0050, 0]],
  ['the low octet first', [0x0801, 0x0018, 0xe803, 0, 0x001f, 0, 0x1a03, 0].map((word) => (word << 16) >> 16)],
])('taps of %s are levels against the main tap', (_name, wire) => {
  const data = read(frame({ ...capture, main_tap: 2, tap_count: 3, coefficients_base64: words16(wire) }));
  const levels = [...(data.taps[0]?.levelDb ?? [])];
  expect(levels[1]).toBe(0);
  expect(levels[2]).toBeCloseTo(-20, 1);
  expect(pictureOf('taps', wanted(data)).series[0]).toMatchObject({ start: -1, step: 1 });
});

test('a histogram shows shares, an empty bin is none, and clipping is said', () => {
  const data = read(
    frame({ ...capture, hits_base64: words32([0, 90, 10]), verdict: 'clipped', verdict_reason: 'the left tail' }),
  );
  const picture = pictureOf('histogram', wanted(data));
  expect(picture.series[0]?.start).toBe(-1);
  expect([...(picture.series[0]?.values ?? [])].map((value) => Number(value.toFixed(2)))).toEqual([NaN, -0.05, -1]);
  expect(picture.notes[0]).toEqual({ text: 'clipped', isBad: true });
});

test.each([
  ['no frames', [], 'empty'],
  ['values that are none', [frame({ ...capture, ...axis, amplitudes_base64: '*' })], 'empty'],
  ['another query', [frame({ x: 1 })], 'problem'],
])('%s is a result that explains itself', (_name, frames, kind) => {
  expect(readSpectra(frames)).toMatchObject({ kind, message: expect.stringMatching(/./) });
});

test('impossible options become the default', () => {
  const saved = { view: 'pie' as never, velocityFactor: 2, maxCaptures: 7 };
  expect(migrateOptions({ options: saved })).toEqual({ ...DEFAULTS, maxCaptures: 7 });
});
