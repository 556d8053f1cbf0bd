import { TAG } from '../snmp/ber.js';
import type { Instance } from '../snmp/recording.js';
import { CTL, MEAS, rowsOf, testOf, type ModemState, type TestRows } from './modem-state.js';
import { MODEM_TESTS, SPECTRUM_ENABLE, TEST_SPECS, type ModemTest } from './modem-tests.js';

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
  { readonly kind: 'start' | 'abort'; readonly test: ModemTest; readonly row: number } | { readonly kind: 'analyser' };

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

/** Trigger, status, names, settings and results of one test on one row. */
function testObjects(test: ModemTest, row: number): ModemObject[] {
  const { entry, enable, enableTag, status, names, settings, results, gate } = TEST_SPECS[test];
  const at = (column: number) => [...entry, column, row];
  const of = (state: ModemState) => testOf(state, test, row);
  const isCount = enableTag === TAG.gauge32;
  const write = (draft: ModemState, value: Instance['value'], actions: ModemAction[]) => {
    const wanted = isCount ? within(value, 0, 255) > 0 : within(value, TRUE, FALSE) === TRUE;
    if (wanted) {
      if (gate !== undefined) requireReady(draft);
      else if (of(draft).enabled) throw new SetRefused(STATUS.inconsistentValue);
      if (test === 'spectrum' && !draft.analyser.isOn) throw new SetRefused(STATUS.inconsistentValue);
      actions.push({ kind: 'start', test, row });
    } else if (of(draft).enabled) {
      actions.push({ kind: 'abort', test, row });
    }
  };
  return [
    {
      oid: at(enable),
      tag: enableTag,
      read: (state) => (isCount ? Number(of(state).enabled) : of(state).enabled ? TRUE : FALSE),
      write,
    },
    { oid: at(status), tag: TAG.integer, read: (state) => of(state).status },
    ...names.map((column, file): ModemObject => ({
      oid: at(column),
      tag: TAG.octets,
      read: (state) => ascii(of(state).fileNames[file] ?? ''),
      write(draft, value) {
        if (of(draft).status === MEAS.busy) throw new SetRefused(STATUS.inconsistentValue);
        of(draft).fileNames[file] = nameOf(value);
      },
    })),
    ...settings.map(({ name, column, tag, low, high }): ModemObject => ({
      oid: at(column),
      tag,
      read: (state) => of(state).settings[name] ?? 0,
      write(draft, value) {
        of(draft).settings[name] = within(value, low, high);
      },
    })),
    ...results.map(({ name, column, tag, scale }): ModemObject => ({
      oid: at(column),
      tag,
      read: (state) => Math.round((of(state).results[name] ?? 0) * scale),
    })),
  ];
}

/** Settings of the spectrum analyser count from the moment at which it is switched on. */
const analyserObject: ModemObject = {
  oid: SPECTRUM_ENABLE,
  tag: TAG.integer,
  read: ({ analyser }) => (analyser.isOn ? TRUE : FALSE),
  write(draft, value, actions) {
    const isOn = within(value, TRUE, FALSE) === TRUE;
    if (isOn && !draft.analyser.isOn) draft.analyser.settings = { ...testOf(draft, 'spectrum', 0).settings };
    draft.analyser.isOn = isOn;
    actions.push({ kind: 'analyser' });
  },
};

/** Every object of the modem's state, whatever may be written among them. `now` in milliseconds. */
export const modemObjects = (rows: TestRows, now: () => number): ModemObject[] => [
  ...destinationObjects(),
  ...controlObjects(now),
  ...MODEM_TESTS.flatMap((test) => rowsOf(TEST_SPECS[test], rows).flatMap((row) => testObjects(test, row))),
  analyserObject,
];

/** Objects without which the spectrum analyser shows itself in its table only, as firmware of DOCSIS 3.0 has it. */
export const isOfSpectrumFile = ({ oid }: ModemObject): boolean => {
  const { entry, enable, status, names } = TEST_SPECS.spectrum;
  const column = oid.at(-2);
  return (
    entry.every((part, at) => oid[at] === part) && column !== undefined && [enable, status, ...names].includes(column)
  );
};

/**
 * Applies a SET to a draft of the state, varbind by varbind, so that a type and its address may come in one PDU.
 * Throws SetRefused; `onVarbind` tells which one is being looked at.
 */
export function applySet(
  objects: ReadonlyMap<string, ModemObject>,
  isHidden: (object: ModemObject) => boolean,
  draft: ModemState,
  varbinds: readonly Instance[],
  onVarbind: (at: number) => void,
): ModemAction[] {
  const actions: ModemAction[] = [];
  for (const [at, { oid, tag, value }] of varbinds.entries()) {
    onVarbind(at);
    const object = objects.get(oid.join('.'));
    if (object === undefined || isHidden(object)) throw new SetRefused(STATUS.noCreation);
    if (object.write === undefined) throw new SetRefused(STATUS.notWritable);
    if (object.tag !== tag) throw new SetRefused(STATUS.wrongType);
    object.write(draft, value, actions);
  }
  // one test at a time: two triggers in one PDU cannot both have the gate
  const gated = actions.filter((action) => action.kind === 'start' && TEST_SPECS[action.test].gate !== undefined);
  if (gated.length > 1) throw new SetRefused(STATUS.inconsistentValue);
  return actions;
}
