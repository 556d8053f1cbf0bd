import fc from 'fast-check';
import { parseMac } from '../../lib/mac.js';
import { ByteWriter } from './byte-writer.js';
import { encodeCcapCapture, type CcapCaptureKind } from './ccap-capture.js';
import { ccapIdField } from './ccap-header.js';
import { encodeChannelEstimate } from './channel-estimate.js';
import { encodeConstellation } from './constellation.js';
import { decodePnm, encodePnm, type PnmFile, type PnmKind } from './decode.js';
import { PnmFormatError } from './errors.js';
import { encodeFecSummary, fecProfileOf } from './fec-summary.js';
import { MAX_FILE_BYTES, type PnmFamily } from './header.js';
import { encodeHistogram } from './histogram.js';
import { encodeModulationProfiles, modulationProfileOf } from './modulation-profile.js';
import { encodeRxMer } from './rxmer.js';
import { encodeSpectrum } from './spectrum.js';
import { wireOfAmplitudeRows } from './spectrum-amplitude.js';
import { encodeSymbolCapture } from './symbol-capture.js';
import { encodeUsOfdmaRxMer } from './us-ofdma-rxmer.js';
import { encodeUsPreEq } from './us-preeq.js';

const byte = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const mac = fc
  .uint8Array({ minLength: 6, maxLength: 6 })
  .map((octets) => parseMac(Buffer.from(octets).toString('hex')));
const octets = (unit: number, maxUnits = 40) =>
  fc.integer({ min: 1, max: maxUnits }).chain((n) => fc.uint8Array({ minLength: n * unit, maxLength: n * unit }));
const spacingHz = fc.constantFrom(25_000, 50_000);
const trailing = fc.oneof(fc.constant(new Uint8Array()), fc.uint8Array({ maxLength: 5 }));

const common = { deviceTimeSec: u32, channelId: byte, modemMac: mac, trailing };
const axis = { zeroSubcarrierHz: u32, firstActiveSubcarrier: u16, spacingHz };

const familyOf = (family: PnmFamily) => ({
  family,
  version: family === 'PNN' ? { major: 1, minor: 0 } : undefined,
});

function ccapFields(family: PnmFamily, major: number) {
  const rpd = family === 'PNN' && major === 2;
  return {
    family: fc.constant(family),
    version: fc.constant(family === 'PNN' ? { major, minor: 0 } : undefined),
    deviceTimeSec: u32,
    ifIndex: u32,
    ccapIdBytes: fc.uint8Array({ maxLength: 256 }).map(ccapIdField),
    rpdId: rpd ? mac : fc.constant(undefined),
    rpdPort: rpd ? byte : fc.constant(undefined),
    trailing,
  };
}

const counters = (sets: number) =>
  fc.record({
    timestampSec: fc.array(u32, { minLength: sets, maxLength: sets }).map((values) => Uint32Array.from(values)),
    total: fc.array(u32, { minLength: sets, maxLength: sets }).map((values) => Uint32Array.from(values)),
    corrected: fc.array(u32, { minLength: sets, maxLength: sets }).map((values) => Uint32Array.from(values)),
    uncorrectable: fc.array(u32, { minLength: sets, maxLength: sets }).map((values) => Uint32Array.from(values)),
  });

const fecProfiles = (family: PnmFamily) =>
  fc.array(
    fc.nat(6).chain((sets) => fc.tuple(byte, counters(sets)).map(([id, columns]) => fecProfileOf(family, id, columns))),
    { maxLength: 4 },
  );

const runs = fc.array(
  fc.record({ mainCode: byte, skipCode: fc.option(byte, { nil: undefined }), subcarrierCount: fc.nat(1300) }),
  { maxLength: 6 },
);

const amplitudeRow = fc
  .record({ centerHz: u32, bins: fc.integer({ min: 1, max: 20 }), spacingHz: fc.integer({ min: 1, max: 1_000_000 }) })
  .chain(({ bins, ...row }) =>
    fc.uint8Array({ minLength: 2 * bins, maxLength: 2 * bins }).map((powerBytes) => ({
      ...row,
      spanHz: bins * row.spacingHz,
      resolutionBandwidthHz: 1,
      powerBytes,
    })),
  );

const impulsePayload = fc
  .uint8Array({ maxLength: 24 })
  .map((events) => new ByteWriter().u32(1).u32(2).u32(events.length).u32(events.length).bytes(events).finish());

/** Bytes of any valid file, by kind and family. */
const FILES: readonly [PnmKind, PnmFamily | undefined, fc.Arbitrary<Uint8Array>][] = (['PNN', 'PNM'] as const).flatMap(
  (family): [PnmKind, PnmFamily | undefined, fc.Arbitrary<Uint8Array>][] => [
    [
      'ds_symbol_capture',
      family,
      fc
        .record({
          ...common,
          zeroSubcarrierHz: u32,
          plcTimestamp: fc.uint8Array({ minLength: 8, maxLength: 8 }),
          sampleRateHz: u32,
          fftLength: u32,
          triggerGroupId: u16,
          transactionId: byte,
          sampleBytes: octets(4),
        })
        .map((file) => encodeSymbolCapture({ ...familyOf(family), ...file })),
    ],
    [
      'ds_ofdm_chan_est',
      family,
      fc
        .record({ ...common, ...axis, coefficientBytes: octets(4) })
        .map((file) => encodeChannelEstimate({ ...familyOf(family), ...file })),
    ],
    [
      'ds_constellation',
      family,
      fc
        .record({
          ...common,
          zeroSubcarrierHz: u32,
          spacingHz,
          modulationCode: u16,
          declaredSymbolCount: byte,
          pointBytes: octets(4),
        })
        .map((file) => encodeConstellation({ ...familyOf(family), ...file })),
    ],
    [
      'ds_ofdm_rxmer',
      family,
      fc
        .record({ ...common, ...axis, quarterDb: octets(1) })
        .map((file) => encodeRxMer({ ...familyOf(family), ...file })),
    ],
    [
      'ds_histogram',
      family,
      fc
        .record({
          ...common,
          symmetry: byte,
          countStartSec: u32,
          countEndSec: u32,
          dwellBytes: octets(4),
          hitBytes: octets(4),
        })
        .map((file) => encodeHistogram({ ...familyOf(family), ...file })),
    ],
    ...(['us_ofdma_preeq', 'us_ofdma_preeq_last_update'] as const).map(
      (kind): [PnmKind, PnmFamily, fc.Arbitrary<Uint8Array>] => [
        kind,
        family,
        fc
          .record({ ...common, ...axis, cmtsMac: mac, coefficientBytes: octets(4) })
          .map((file) => encodeUsPreEq(kind, { ...familyOf(family), ...file })),
      ],
    ),
    [
      'ds_ofdm_fec_summary',
      family,
      fc
        .record({ ...common, summaryType: byte, testStartSec: u32, testEndSec: u32, profiles: fecProfiles(family) })
        .map((file) => encodeFecSummary({ ...familyOf(family), ...file })),
    ],
    [
      'ds_spectrum',
      family,
      fc
        .record({
          ...common,
          firstSegmentCenterHz: fc.nat(1000),
          lastSegmentCenterHz: fc.integer({ min: 1000, max: 4000 }),
          segmentSpanHz: fc.integer({ min: 1, max: 500 }),
          binsPerSegment: fc.integer({ min: 1, max: 100 }),
          enbwHundredthsBin: u16,
          windowFunction: u16,
          powerBytes: octets(2),
        })
        .map((file) => encodeSpectrum({ ...familyOf(family), ...file })),
    ],
    [
      'ds_ofdm_modulation_profile',
      family,
      fc
        .record({
          ...common,
          ...axis,
          declaredProfileCount: byte,
          profiles: fc.array(
            fc.tuple(byte, runs).map(([id, list]) => modulationProfileOf(id, list)),
            { minLength: 1, maxLength: 3 },
          ),
        })
        .map((file) => encodeModulationProfiles({ ...familyOf(family), ...file })),
    ],
    [
      'us_ofdma_rxmer',
      family,
      fc.constantFrom(1, 2).chain((major) =>
        fc
          .record({
            ...ccapFields(family, major),
            ...axis,
            modemMac: mac,
            averageCount: u16,
            preEqualizationOn: byte,
            quarterDb: octets(1),
          })
          .map((file) => encodeUsOfdmaRxMer({ ...file, channelId: undefined, ccapId: '' })),
      ),
    ],
    [
      'ccap_us_impulse_noise',
      family,
      fc
        .record({ ...ccapFields(family, 2), payload: impulsePayload })
        .map((file) => encodeCcapCapture('ccap_us_impulse_noise', file)),
    ],
  ],
);

const ALL: typeof FILES = [
  ...FILES,
  [
    'ds_spectrum_snmp_amplitude',
    undefined,
    fc.array(amplitudeRow, { minLength: 1, maxLength: 5 }).map(wireOfAmplitudeRows),
  ],
  [
    'latency_report',
    undefined,
    fc.uint8Array({ maxLength: 40 }).map((tail) => Uint8Array.of(0x4c, 0x4c, 0x44, 1, ...tail)),
  ],
];

const withoutWarnings = (file: PnmFile) => ({ ...file, warnings: [] });

describe.each(ALL)('%s, family %s', (kind, family, anyFile) => {
  test('decode and encode undo each other', () => {
    fc.assert(
      fc.property(anyFile, (bytes) => {
        const file = decodePnm(bytes);
        expect(file).toMatchObject({ kind, family });
        expect(encodePnm(file)).toEqual(bytes);
        expect(withoutWarnings(decodePnm(encodePnm(file)))).toEqual(withoutWarnings(file));
      }),
      { numRuns: 50 },
    );
  });

  test('damaged, it still decodes to what encodes to the same bytes, or fails with PnmFormatError', () => {
    const damage = fc.array(fc.tuple(fc.nat(400), byte), { maxLength: 4 });
    fc.assert(
      fc.property(anyFile, damage, fc.nat(400), (bytes, changes, cut) => {
        const damaged = bytes.slice(0, Math.max(4, bytes.length - (cut < 200 ? cut : 0)));
        for (const [at, value] of changes) if (at > 3 && at < damaged.length) damaged[at] = value;
        try {
          expect(encodePnm(decodePnm(damaged))).toEqual(damaged);
        } catch (error) {
          if (!(error instanceof PnmFormatError)) throw error;
        }
      }),
      { numRuns: 200 },
    );
  });
});

test('any bytes are a value or a PnmFormatError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(0x4d, 0x4e, 0x41), byte, (tail, third, type) => {
      try {
        decodePnm(Uint8Array.of(0x50, 0x4e, third, type, ...tail));
        decodePnm(tail);
      } catch (error) {
        if (!(error instanceof PnmFormatError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});

test('a file beyond all sizes is refused unread', () => {
  expect(() => decodePnm(new Uint8Array(MAX_FILE_BYTES + 1))).toThrow(
    expect.objectContaining({ code: 'PNM_TOO_LARGE' }),
  );
});

const header = {
  deviceTimeSec: 1_700_000_000,
  ifIndex: 7,
  ccapIdBytes: ccapIdField('ccap-1'),
  rpdId: undefined,
  rpdPort: undefined,
};
const legacy = { ...header, family: 'PNM' as const, version: undefined };
const w = () => new ByteWriter();

test.each<[CcapCaptureKind, Uint8Array, object]>([
  [
    'ccap_ds_symbol_capture',
    w()
      .u32(6e8)
      .bytes(new Uint8Array(8))
      .u8(50)
      .u16(148)
      .u16(149)
      .u16(3)
      .u8(4)
      .u32(8)
      .bytes(new Uint8Array(8))
      .finish(),
    { content: 'symbols', zeroSubcarrierHz: 6e8, spacingHz: 50_000, lastActiveSubcarrier: 149, transactionId: 4 },
  ],
  [
    'ccap_us_active_quiet_probe',
    w().u32(2e7).u8(25).u32(2).bytes([1, 2]).u32(4).bytes([1, 2, 3, 4]).finish(),
    {
      content: 'probe',
      spacingHz: 25_000,
      exclusionBytes: Uint8Array.of(1, 2),
      sampleBytes: Uint8Array.of(1, 2, 3, 4),
    },
  ],
  ['ccap_us_impulse_noise', w().u32(1).u32(2).u32(0).u32(0).finish(), { content: 'impulseNoise', eventCount: 0 }],
  [
    'ccap_us_histogram',
    w().u32(1).u32(2).u32(4).u32(9).u32(8).u32(1).u32(2).finish(),
    { content: 'histogram', countEndSec: 2, dwellBytes: Uint8Array.of(0, 0, 0, 9) },
  ],
  [
    'ccap_us_spectrum_capture',
    w().u32(3e7).u32(6e6).u16(2).u32(4).bytes([1, 2, 3, 4]).finish(),
    { content: 'spectrum', centerHz: 3e7, binCount: 2, binBytes: Uint8Array.of(1, 2, 3, 4) },
  ],
])('%s is read as the MIB of 2015 has it and kept whole where versioned', (kind, payload, content) => {
  const old = decodePnm(Uint8Array.of(...encodeCcapCapture(kind, { ...legacy, payload }), 1, 2));
  expect(old).toMatchObject({ kind, ccapId: 'ccap-1', ifIndex: 7, content, trailing: Uint8Array.of(1, 2) });
  const version = { major: 2, minor: 0 };
  const fresh = decodePnm(encodeCcapCapture(kind, { ...header, family: 'PNN', version, payload }));
  expect(fresh).toMatchObject({ kind, content: undefined, payload, rpdPort: 0 });
  for (const { warnings } of [old, fresh]) {
    expect(warnings[0]).toMatchObject({ code: 'PNM_LAYOUT_UNCONFIRMED' });
  }
});
