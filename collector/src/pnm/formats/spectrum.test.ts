import { parseMac } from '../../lib/mac.js';
import { int16Of, wireOfInt16 } from './fixed-point.js';
import { binFrequencyHz, binWidthHz, decodeSpectrum, encodeSpectrum } from './spectrum.js';
import { amplitudeBinHz, amplitudeRow, decodeSpectrumAmplitude, wireOfAmplitudeRows } from './spectrum-amplitude.js';

const sample = {
  family: 'PNN' as const,
  version: { major: 1, minor: 0 },
  deviceTimeSec: 1_700_000_000,
  channelId: 0,
  modemMac: parseMac('00:1d:b3:c5:09:60'),
  firstSegmentCenterHz: 300_000_000,
  lastSegmentCenterHz: 307_500_000,
  segmentSpanHz: 7_500_000,
  binsPerSegment: 4,
  enbwHundredthsBin: 110,
  windowFunction: 1,
  powerBytes: wireOfInt16([-4000, -4001, -4002, -4003, 100, 101, 102, 103]),
};

test('an even number of bins lies on both sides of the centre, an odd one on it', () => {
  const even = decodeSpectrum(encodeSpectrum(sample));
  expect(even.warnings).toEqual([]);
  expect(binWidthHz(even)).toBe(1_875_000);
  expect([0, 3, 4].map((i) => binFrequencyHz(even, i))).toEqual([297_187_500, 302_812_500, 304_687_500]);
  const odd = decodeSpectrum(encodeSpectrum({ ...sample, binsPerSegment: 3, powerBytes: new Uint8Array(12) }));
  expect(binFrequencyHz(odd, 1)).toBe(300_000_000);
});

test.each([
  ['no bins', { binsPerSegment: 0 }, 29],
  ['no span', { segmentSpanHz: 0 }, 25],
  ['segments in the wrong order', { lastSegmentCenterHz: 1 }, 21],
  ['half a bin', { powerBytes: new Uint8Array(7) }, 35],
])('rejects %s', (_name, change, offset) => {
  expect(() => decodeSpectrum(encodeSpectrum({ ...sample, ...change }))).toThrow(
    expect.objectContaining({ code: 'PNM_INVALID_FIELD', offset }),
  );
});

test.each([
  ['fewer bins than the segments make', { powerBytes: new Uint8Array(14) }, 'PNM_SAMPLES_TRUNCATED'],
  ['more', { powerBytes: new Uint8Array(18) }, 'PNM_COUNT_MISMATCH'],
  ['centres that are no whole spans apart', { lastSegmentCenterHz: 308_000_000 }, 'PNM_AXIS_UNUSABLE'],
])('accepts %s with a warning', (_name, change, code) => {
  expect(decodeSpectrum(encodeSpectrum({ ...sample, ...change })).warnings).toEqual([
    expect.objectContaining({ code }),
  ]);
});

const row = (centerHz: number, bins: number, spacingHz: number, spanHz = bins * spacingHz) => ({
  centerHz,
  spanHz,
  spacingHz,
  resolutionBandwidthHz: 1,
  powerBytes: wireOfInt16(Array.from({ length: bins }, (_, i) => -i)),
});

test('SNMP rows: both ways of spacing bins, and a cut one at the end', () => {
  const wire = wireOfAmplitudeRows([row(500_000_000, 100, 10_000), row(501_000_000, 101, 10_000, 1_000_000)]);
  const whole = decodeSpectrumAmplitude(wire);
  expect(whole).toMatchObject({ binCount: 201, warnings: [] });
  const second = amplitudeRow(whole, 1);
  expect(second).toMatchObject({ centerHz: 501_000_000, binCount: 101 });
  expect(amplitudeBinHz(second, 100)).toBe(501_500_000);
  expect(int16Of(second.powerBytes)[100]).toBe(-100);
  const cut = decodeSpectrumAmplitude(wire.subarray(0, -1));
  expect(cut.rowOffsets).toHaveLength(1);
  expect(cut.warnings).toEqual([expect.objectContaining({ code: 'PNM_SAMPLES_TRUNCATED', offset: 220 })]);
  expect(cut.trailing).toHaveLength(wire.length - 221);
});

test.each([
  ['no bins', row(1, 0, 10_000)],
  ['too many', row(1, 2049, 10_000)],
  ['bins that do not make the span', row(1, 100, 10_000, 2_000_000)],
])('no SNMP row: %s', (_name, bad) => {
  expect(() => decodeSpectrumAmplitude(wireOfAmplitudeRows([bad]))).toThrow(
    expect.objectContaining({ code: 'PNM_INVALID_FIELD' }),
  );
});
