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
  'upstream_rxmer', // by the CCAP: comes as a file that a person brings
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

const Measures = Type.Record(Type.String(), Nullable(Type.Union([Type.Number(), Type.String(), Type.Boolean()])), {
  description: 'By name with the unit at its end, e.g. tiltDb; null is not known',
});

/** What one profile of a channel showed or asks for: codeword counts, or bits a subcarrier. */
export const ProfileMeasures = Type.Object({
  profileId: Type.Integer({ description: '255 is the next-codeword pointer' }),
  count: Type.Integer({ description: 'Intervals, or subcarriers' }),
  measures: Measures,
});
export type ProfileMeasures = Static<typeof ProfileMeasures>;

/** One stored capture with its measures. Arrays are base64 of the wire bytes, asked for with /measurements/{id}. */
export const Measurement = Type.Object({
  id: Type.String(),
  mac: Type.String(),
  site: Nullable(Type.String()),
  fibreNode: Nullable(Type.String()),
  test: CaptureTest,
  channelId: Nullable(Type.Integer({ description: 'Null where the test is of the whole modem' })),
  receivedAt: Timestamp('Our clock; series are ordered by it'),
  zeroFrequencyHz: Nullable(Type.Number()),
  firstFrequencyHz: Nullable(Type.Number({ description: 'Centre of the first subcarrier or bin' })),
  spacingHz: Nullable(Type.Number()),
  count: Type.Integer({ description: 'Values of the array; 0 where the file gave no numbers' }),
  measuredCount: Type.Integer(),
  meanMerDb: Nullable(Type.Number()),
  stdDevMerDb: Nullable(Type.Number()),
  minMerDb: Nullable(Type.Number()),
  percentile2MerDb: Nullable(Type.Number()),
  requiredMerDb: Nullable(Type.Number({ description: 'Of the modulation in use, or the configured one' })),
  headroomDb: Nullable(Type.Number({ description: '2nd percentile minus required' })),
  modulationOrder: Nullable(Type.Integer({ description: 'QAM points of a constellation, e.g. 4096' })),
  measures: Measures,
  profiles: Type.Array(ProfileMeasures, { description: 'Of codeword summaries and modulation profiles' }),
  source: Words(['modem', 'import'] as const),
  truncated: Type.Boolean({ description: 'The modem cut the sample short' }),
  unreadReason: Nullable(Type.String({ description: 'Why a kept file gave no numbers' })),
  fileSha256: Type.String(),
  fileBytes: Type.Integer(),
});
export type Measurement = Static<typeof Measurement>;
export const MeasurementsAnswer = Type.Object({ measurements: Type.Array(Measurement) });
export type MeasurementsAnswer = Static<typeof MeasurementsAnswer>;

/** How to read the octets of `valuesBase64`. All are big-endian. */
export const VALUE_UNITS = [
  'quarter_db_u8', // RxMER; 255 not measured
  's2.13_pairs',
  's1.14_pairs',
  's3.12_pairs',
  'centi_dbmv_i16', // spectrum; 0x8000 no bin
  'hits_u32',
  'seconds_total_corrected_uncorrectable_u32', // four words an interval
  'bits_u8', // 0 carries none, 255 not known
] as const;
const Values = { valuesBase64: Nullable(Type.String()), unit: Nullable(Words(VALUE_UNITS)) };

/** One thing that the capture shows of the plant or the home. */
export const MeasurementFinding = Type.Object({
  kind: Type.String(),
  direction: Words(['downstream', 'upstream'] as const),
  frequencyHz: Nullable(Type.Number()),
  widthHz: Nullable(Type.Number()),
  depthDb: Nullable(Type.Number()),
  levelDb: Nullable(Type.Number()),
  delayNs: Nullable(Type.Number()),
  periodHz: Nullable(Type.Number()),
  distanceM: Nullable(Type.Number()),
  uncertaintyM: Nullable(Type.Number()),
  detail: Type.String(),
});
export type MeasurementFinding = Static<typeof MeasurementFinding>;

/** A capture with its array, or one array a profile, and what it shows. */
export const MeasurementData = Type.Composite([
  Measurement,
  Type.Object({
    ...Values,
    profileValues: Type.Array(Type.Object({ profileId: Type.Integer(), ...Values })),
    findings: Type.Array(MeasurementFinding),
    warnings: Type.Array(Type.Object({ code: Type.String(), offset: Type.Integer(), message: Type.String() })),
  }),
]);
export type MeasurementData = Static<typeof MeasurementData>;

export const GroupsQuery = Type.Object(
  {
    site: Type.Optional(Type.String()),
    node: Type.Optional(Type.String({ description: 'Fibre node' })),
  },
  { additionalProperties: false },
);
export type GroupsQuery = Static<typeof GroupsQuery>;

/** Modems of a fibre node whose newest captures show the same. GET /pnm/groups. */
export const ImpairmentGroup = Type.Object({
  id: Type.String(),
  site: Nullable(Type.String()),
  cmts: Type.String(),
  fibreNode: Type.String(),
  groupedAt: Timestamp('When the node was last grouped'),
  kind: Words(['notch', 'echo', 'ripple'] as const),
  direction: Words(['downstream', 'upstream'] as const),
  frequencyHz: Nullable(Type.Number({ description: 'Centre of a notch' })),
  widthHz: Nullable(Type.Number()),
  depthDb: Nullable(Type.Number()),
  levelDb: Nullable(Type.Number({ description: 'Of an echo against the main path' })),
  delayNs: Nullable(Type.Number()),
  periodHz: Nullable(Type.Number()),
  modems: Type.Array(Type.String()),
  comparableCount: Type.Integer({ description: 'Modems of the node whose captures could have shown it' }),
  shareRatio: Type.Number(),
  verdict: Words(['home', 'plant', 'unknown'] as const),
  reason: Type.String(),
});
export type ImpairmentGroup = Static<typeof ImpairmentGroup>;
export const GroupsAnswer = Type.Object({ groups: Type.Array(ImpairmentGroup) });
export type GroupsAnswer = Static<typeof GroupsAnswer>;
