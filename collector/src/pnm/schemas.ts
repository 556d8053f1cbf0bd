import { Type, type Static } from '@sinclair/typebox';
import { Nullable, Timestamp, Words } from '../lib/schema.js';

/** Kinds of capture that are kept, one a file. */
export const CAPTURE_TESTS = [
  'rxmer',
  'constellation',
  'channel_estimate',
  'pre_equaliser',
  'pre_equaliser_last_update',
  'fec_summary',
  'histogram',
  'symbol_capture',
  'modulation_profile',
  'spectrum',
  'latency_report',
] as const;
export const CaptureTest = Words(CAPTURE_TESTS);
export type CaptureTest = Static<typeof CaptureTest>;

/** Tests a person or a schedule can ask for. The last update of a pre-equaliser comes with the pre-equaliser. */
export const TRIGGER_TESTS = [
  'rxmer',
  'constellation',
  'channel_estimate',
  'pre_equaliser',
  'histogram',
  'symbol_capture',
  'modulation_profile',
  'spectrum',
  'latency_report',
  'fec_summary', // last: it holds a modem for ten minutes
] as const satisfies readonly CaptureTest[];
export const TriggerTest = Words(TRIGGER_TESTS);
export type TriggerTest = Static<typeof TriggerTest>;

export const Modem = Type.Object({
  mac: Type.String(),
  address: Nullable(Type.String()),
  site: Nullable(Type.String()),
  cmts: Type.String(),
  macDomain: Nullable(Type.Integer()),
  fibreNode: Nullable(Type.String()),
  status: Words(['online', 'offline', 'unknown'] as const),
  model: Nullable(Type.String()),
  firmware: Nullable(Type.String()),
  lastSeen: Nullable(Timestamp('Last time the CMTS had it registered')),
});
export type Modem = Static<typeof Modem>;

export const ModemsQuery = Type.Object(
  {
    site: Type.Optional(Type.String()),
    node: Type.Optional(Type.String({ description: 'Fibre node' })),
    q: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type ModemsQuery = Static<typeof ModemsQuery>;
export const ModemsAnswer = Type.Object({ modems: Type.Array(Modem) });
export type ModemsAnswer = Static<typeof ModemsAnswer>;

/** POST /captures. `channelIds` empty: every channel of the test's direction; tests of the whole modem take none. */
export const CaptureRequest = Type.Object(
  {
    mac: Type.String(),
    test: TriggerTest,
    channelIds: Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { maxItems: 8, default: [] }),
    reason: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);
export type CaptureRequest = Static<typeof CaptureRequest>;

export const STEP_STATES = ['waiting', 'running', 'done', 'failed', 'skipped'] as const;
export const OperationStep = Type.Object({
  name: Words(['find', 'identify', 'ready', 'destination', 'trigger', 'measure', 'upload', 'decode', 'store'] as const),
  channelId: Nullable(Type.Integer()),
  state: Words(STEP_STATES),
  detail: Nullable(Type.String()),
  startedAt: Nullable(Timestamp('')),
  finishedAt: Nullable(Timestamp('')),
});
export type OperationStep = Static<typeof OperationStep>;

/** One asked-for measurement of one modem (all its channels). GET /captures/{id}. */
export const Operation = Type.Object({
  id: Type.String(),
  mac: Type.String(),
  test: TriggerTest,
  state: Words(['queued', 'running', 'done', 'partial', 'failed', 'cancelled'] as const),
  progressRatio: Type.Number({ minimum: 0, maximum: 1 }),
  steps: Type.Array(OperationStep),
  captureIds: Type.Array(Type.String()),
  error: Nullable(Type.Object({ code: Type.String(), message: Type.String() })),
  requestedBy: Type.String(),
  createdAt: Timestamp(''),
  finishedAt: Nullable(Timestamp('')),
});
export type Operation = Static<typeof Operation>;

export const MeasurementsQuery = Type.Object(
  {
    mac: Type.Optional(Type.String()),
    node: Type.Optional(Type.String()),
    test: Type.Optional(CaptureTest),
    from: Type.Optional(Timestamp('')),
    to: Type.Optional(Timestamp('')),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
  },
  { additionalProperties: false },
);
export type MeasurementsQuery = Static<typeof MeasurementsQuery>;

/** One stored capture with its measures. Arrays are base64 of the wire bytes, asked for with /measurements/{id}. */
export const Measurement = Type.Object({
  id: Type.String(),
  mac: Type.String(),
  site: Nullable(Type.String()),
  fibreNode: Nullable(Type.String()),
  test: CaptureTest,
  channelId: Nullable(Type.Integer({ description: 'Null where the test is of the whole modem' })),
  receivedAt: Timestamp('Our clock; series are ordered by it'),
  zeroFrequencyHz: Type.Number(),
  firstFrequencyHz: Nullable(Type.Number({ description: 'Centre of the first subcarrier' })),
  spacingHz: Type.Number(),
  count: Type.Integer(),
  measuredCount: Type.Integer(),
  meanMerDb: Nullable(Type.Number()),
  stdDevMerDb: Nullable(Type.Number()),
  minMerDb: Nullable(Type.Number()),
  percentile2MerDb: Nullable(Type.Number()),
  requiredMerDb: Nullable(Type.Number({ description: 'Of the modulation in use, or the configured one' })),
  headroomDb: Nullable(Type.Number({ description: '2nd percentile minus required' })),
  modulationOrder: Nullable(Type.Integer({ description: 'QAM points of a constellation, e.g. 4096' })),
  fileSha256: Type.String(),
  fileBytes: Type.Integer(),
});
export type Measurement = Static<typeof Measurement>;
export const MeasurementsAnswer = Type.Object({ measurements: Type.Array(Measurement) });
export type MeasurementsAnswer = Static<typeof MeasurementsAnswer>;

/** RxMER: quarter-dB octets, 0xFF not measured. Constellation: big-endian i16 pairs, s2.13. */
export const MeasurementData = Type.Composite([Measurement, Type.Object({ valuesBase64: Type.String() })]);
export type MeasurementData = Static<typeof MeasurementData>;
