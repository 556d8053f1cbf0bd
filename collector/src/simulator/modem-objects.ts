import { TAG } from '../snmp/ber.js';
import type { Instance } from '../snmp/recording.js';
import type { OfdmChannel } from './channel.js';
import { CTL, MEAS, type ModemState, type ModemTest, type TestState } from './modem-state.js';

/**
 * The objects of DOCS-PNM-MIB that a modem lets be written, with its rules (pnm-control reference, 3 to 6). OIDs are
 * spelled here once more instead of taken from the collector, so that a wrong one there finds no partner.
 */

/** error-status of RFC 3416. */
export const STATUS = {
  noAccess: 6,
  wrongType: 7,
  wrongLength: 8,
  wrongValue: 10,
  noCreation: 11,
  inconsistentValue: 12,
  resourceUnavailable: 13,
  notWritable: 17,
} as const;

/** A varbind that the modem refuses. */
export class SetRefused extends Error {
  readonly errorStatus: number;

  constructor(errorStatus: number) {
    super(`refused with error-status ${errorStatus}`);
    this.errorStatus = errorStatus;
  }
}

/** What a SET asks to be done once all of it was found right. */
export type ModemAction =
  | { readonly kind: 'start'; readonly test: ModemTest; readonly ifIndex: number }
  | { readonly kind: 'abort'; readonly test: ModemTest; readonly ifIndex: number };

export interface ModemObject {
  readonly oid: readonly number[];
  readonly tag: number;
  read(state: ModemState): Instance['value'];
  /** Absent: read-only. */
  write?(draft: ModemState, value: Instance['value'], actions: ModemAction[]): void;
}

const PNM = [1, 3, 6, 1, 4, 1, 4491, 2, 1, 27, 1];
export const BULK_FILE_ENTRY = [...PNM, 1, 2, 1];
const MAX_NAME_LENGTH = 255;
const TRUE = 1;
const FALSE = 2;

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
export const textOf = (value: Instance['value']): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : '';

const within = (value: Instance['value'], low: number, high: number): number => {
  if (typeof value !== 'number' || value < low || value > high) throw new SetRefused(STATUS.wrongValue);
  return value;
};

const requireReady = (state: ModemState) => {
  if (state.control.status !== CTL.ready) throw new SetRefused(STATUS.inconsistentValue);
};

const nameOf = (value: Instance['value']): string => {
  const text = textOf(value);
  if (text.length > MAX_NAME_LENGTH) throw new SetRefused(STATUS.wrongLength);
  return text;
};

/** Destination: changes only while the gate is open, and an address must have the length of its type. */
const destinationObjects = (): ModemObject[] => {
  const lengthOf: Readonly<Record<number, number>> = { 1: 4, 2: 16 };
  return [
    {
      oid: [...PNM, 1, 1, 1, 0],
      tag: TAG.integer,
      read: ({ destination }) => destination.addressType,
      write(draft, value) {
        requireReady(draft);
        draft.destination.addressType = within(value, 0, 2);
      },
    },
    {
      oid: [...PNM, 1, 1, 2, 0],
      tag: TAG.octets,
      read: ({ destination }) => destination.address,
      write(draft, value) {
        requireReady(draft);
        const address = value as Uint8Array;
        if (address.length !== (lengthOf[draft.destination.addressType] ?? address.length)) {
          throw new SetRefused(STATUS.wrongLength);
        }
        draft.destination.address = address;
      },
    },
    {
      oid: [...PNM, 1, 1, 3, 0],
      tag: TAG.octets,
      read: ({ destination }) => ascii(destination.path),
      write(draft, value) {
        requireReady(draft);
        draft.destination.path = nameOf(value);
      },
    },
    {
      oid: [...PNM, 1, 1, 4, 0],
      tag: TAG.integer,
      read: ({ destination }) => destination.control,
      write(draft, value) {
        draft.destination.control = within(value, 2, 3);
      },
    },
  ];
};

const controlObjects = (now: () => number): ModemObject[] => [
  { oid: [...PNM, 2, 1, 1, 0], tag: TAG.integer, read: ({ control }) => control.test },
  {
    oid: [...PNM, 2, 1, 2, 0],
    tag: TAG.gauge32,
    // live while a test runs
    read: ({ control }) =>
      control.status === CTL.testInProgress
        ? Math.floor((now() - control.startedAtMs) / 1000)
        : Math.floor(control.durationSec),
  },
  { oid: [...PNM, 2, 1, 3, 0], tag: TAG.integer, read: ({ control }) => control.status },
];

/** Trigger, status and name of one test on one channel. */
function testObjects(
  test: ModemTest,
  entry: readonly number[],
  columns: { readonly enable: number; readonly status: number; readonly name: number },
  ifIndex: number,
): ModemObject[] {
  const of = (state: ModemState): TestState => state[test].get(ifIndex) as TestState;
  return [
    {
      oid: [...entry, columns.enable, ifIndex],
      tag: TAG.integer,
      read: (state) => (of(state).enabled ? TRUE : FALSE),
      write(draft, value, actions) {
        if (within(value, TRUE, FALSE) === TRUE) {
          requireReady(draft);
          actions.push({ kind: 'start', test, ifIndex });
        } else if (of(draft).enabled) {
          actions.push({ kind: 'abort', test, ifIndex });
        }
      },
    },
    { oid: [...entry, columns.status, ifIndex], tag: TAG.integer, read: (state) => of(state).status },
    {
      oid: [...entry, columns.name, ifIndex],
      tag: TAG.octets,
      read: (state) => ascii(of(state).fileName),
      write(draft, value) {
        if (of(draft).status === MEAS.busy) throw new SetRefused(STATUS.inconsistentValue);
        of(draft).fileName = nameOf(value);
      },
    },
  ];
}

function rxMerObjects(ifIndex: number): ModemObject[] {
  const entry = [...PNM, 2, 5, 1];
  const of = (state: ModemState) => state.rxmer.get(ifIndex) as NonNullable<ReturnType<ModemState['rxmer']['get']>>;
  return [
    ...testObjects('rxmer', entry, { enable: 1, status: 7, name: 8 }, ifIndex),
    {
      oid: [...entry, 2, ifIndex],
      tag: TAG.integer,
      read: (state) => of(state).percentile,
      write(draft, value) {
        of(draft).percentile = within(value, 0, 100);
      },
    },
    { oid: [...entry, 3, ifIndex], tag: TAG.integer, read: (state) => Math.round(of(state).meanDb * 100) },
    { oid: [...entry, 4, ifIndex], tag: TAG.integer, read: (state) => Math.round(of(state).stdDevDb * 100) },
    { oid: [...entry, 5, ifIndex], tag: TAG.integer, read: (state) => Math.round(of(state).thresholdDb * 4) },
    { oid: [...entry, 6, ifIndex], tag: TAG.gauge32, read: (state) => of(state).thresholdHz },
  ];
}

function constellationObjects(ifIndex: number): ModemObject[] {
  const entry = [...PNM, 2, 4, 1];
  const of = (state: ModemState) =>
    state.constellation.get(ifIndex) as NonNullable<ReturnType<ModemState['constellation']['get']>>;
  return [
    ...testObjects('constellation', entry, { enable: 1, status: 5, name: 6 }, ifIndex),
    {
      oid: [...entry, 2, ifIndex],
      tag: TAG.gauge32,
      read: (state) => of(state).orderOffset,
      write(draft, value) {
        of(draft).orderOffset = within(value, 0, 10);
      },
    },
    {
      oid: [...entry, 3, ifIndex],
      tag: TAG.gauge32,
      read: (state) => of(state).symbolCount,
      write(draft, value) {
        of(draft).symbolCount = within(value, 0, 65_535);
      },
    },
    { oid: [...entry, 4, ifIndex], tag: TAG.integer, read: (state) => of(state).modulationCode },
  ];
}

/** Every object of the modem's state, whatever may be written among them. `now` in milliseconds. */
export const modemObjects = (channels: readonly OfdmChannel[], now: () => number): ModemObject[] => [
  ...destinationObjects(),
  ...controlObjects(now),
  ...channels.flatMap(({ ifIndex }) => [...rxMerObjects(ifIndex), ...constellationObjects(ifIndex)]),
];

/**
 * Applies a SET to a draft of the state, varbind by varbind, so that a type and its address may come in one PDU.
 * Throws SetRefused; `onVarbind` tells which one is being looked at.
 */
export function applySet(
  objects: ReadonlyMap<string, ModemObject>,
  draft: ModemState,
  varbinds: readonly Instance[],
  onVarbind: (at: number) => void,
): ModemAction[] {
  const actions: ModemAction[] = [];
  for (const [at, { oid, tag, value }] of varbinds.entries()) {
    onVarbind(at);
    const object = objects.get(oid.join('.'));
    if (object === undefined) throw new SetRefused(STATUS.noCreation);
    if (object.write === undefined) throw new SetRefused(STATUS.notWritable);
    if (object.tag !== tag) throw new SetRefused(STATUS.wrongType);
    object.write(draft, value, actions);
  }
  // one test at a time: two triggers in one PDU cannot both have the gate
  if (actions.filter(({ kind }) => kind === 'start').length > 1) throw new SetRefused(STATUS.inconsistentValue);
  return actions;
}
