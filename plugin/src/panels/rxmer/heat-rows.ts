import { type HeatRow, timeSpans } from '../../spectrum/heat';
import { orderByShape } from '../../spectrum/order';
import type { Series } from '../../spectrum/series';
import { headroomOf, keyOf, newestPerChannel } from './captures';
import type { RxMerCapture } from './frames';
import type { RowOrder } from './options';

export interface HeatRows {
  /** From top to bottom; channels of one modem share a place. */
  readonly rows: HeatRow[];
  readonly vertical: { readonly top: number; readonly bottom: number };
  /** Captures or modems that found no room. */
  readonly left: number;
  /** Whether values are told against the required MER. */
  readonly hasReference: boolean;
}

interface Wanted {
  readonly mostRows: number;
  readonly isHeadroom: boolean;
  readonly timeText: (timeMs: number) => string;
}

const seriesOf = (capture: RxMerCapture): Series => ({
  label: capture.mac,
  color: '',
  start: capture.firstFrequencyHz,
  step: capture.spacingHz,
  values: capture.merDb,
});

/** One channel of one modem over time, newest on top. */
export function historyRows(
  captures: readonly RxMerCapture[],
  key: string,
  { mostRows, isHeadroom, timeText }: Wanted,
): HeatRows {
  const own = captures.filter((capture) => keyOf(capture) === key && capture.timeMs !== undefined);
  const shown = own.slice(0, mostRows);
  const spans = timeSpans(shown.map(({ timeMs }) => timeMs ?? 0));
  const hasReference = isHeadroom && shown.every(({ requiredMerDb }) => requiredMerDb !== undefined);
  const rows = shown.map((capture, index): HeatRow => {
    const { from = 0, to = 1 } = spans[index] ?? {};
    return {
      ...seriesOf(capture),
      key: capture.id,
      label: timeText(from),
      from,
      to,
      details: detailsOf(capture),
      ...(hasReference ? { reference: capture.requiredMerDb as number } : {}),
    };
  });
  return {
    rows,
    vertical: {
      top: rows.reduce((most, { to }) => Math.max(most, to), -Infinity),
      bottom: rows.reduce((least, { from }) => Math.min(least, from), Infinity),
    },
    left: own.length - shown.length,
    hasReference,
  };
}

/** The newest capture of each channel, a place for each modem. */
export function modemRows(
  captures: readonly RxMerCapture[],
  order: RowOrder,
  { mostRows, isHeadroom, timeText }: Wanted,
): HeatRows {
  const modems = new Map<string, RxMerCapture[]>();
  for (const capture of newestPerChannel(captures, 1)) {
    const own = modems.get(capture.mac);
    if (own) own.push(capture);
    else modems.set(capture.mac, [capture]);
  }
  const sorted = [...modems.values()].sort((a, b) => (a[0]?.mac ?? '').localeCompare(b[0]?.mac ?? ''));
  const shown = ordered(sorted, order).slice(0, mostRows);
  const hasReference = isHeadroom && shown.flat().every(({ requiredMerDb }) => requiredMerDb !== undefined);
  const rows = shown.flatMap((own, place) =>
    own.map((capture): HeatRow => {
      const headroomDb = leastHeadroom(own);
      return {
        ...seriesOf(capture),
        key: capture.id,
        from: place,
        to: place + 1,
        details: [
          `channel ${capture.channelId}${capture.timeMs === undefined ? '' : `, ${timeText(capture.timeMs)}`}`,
          ...detailsOf(capture),
        ],
        ...(headroomDb === undefined ? {} : { note: noteOf(headroomDb) }),
        ...(hasReference ? { reference: capture.requiredMerDb as number } : {}),
      };
    }),
  );
  return {
    rows,
    vertical: { top: 0, bottom: Math.max(1, shown.length) },
    left: sorted.length - shown.length,
    hasReference,
  };
}

const leastHeadroom = (captures: readonly RxMerCapture[]): number | undefined =>
  captures.reduce<number | undefined>((least, capture) => {
    const headroomDb = headroomOf(capture);
    return headroomDb !== undefined && headroomDb < (least ?? Infinity) ? headroomDb : least;
  }, undefined);

function ordered(modems: RxMerCapture[][], order: RowOrder): RxMerCapture[][] {
  if (order === 'mac') return modems;
  if (order === 'headroom')
    return [...modems].sort((a, b) => (leastHeadroom(a) ?? Infinity) - (leastHeadroom(b) ?? Infinity));
  return orderByShape(modems.map((own) => own.map(seriesOf))).map((index) => modems[index] as RxMerCapture[]);
}

function noteOf(headroomDb: number): { text: string; isBad: boolean } {
  const isBad = headroomDb < 0;
  return { text: `${isBad ? '▼ −' : '▲ +'}${Math.abs(headroomDb).toFixed(1)} dB`, isBad };
}

function detailsOf(capture: RxMerCapture): string[] {
  const headroomDb = headroomOf(capture);
  return [
    ...(capture.percentile2MerDb === undefined ? [] : [`2nd percentile ${capture.percentile2MerDb.toFixed(2)} dB`]),
    ...(headroomDb === undefined
      ? []
      : [`required ${(capture.requiredMerDb as number).toFixed(1)} dB: ${noteOf(headroomDb).text}`]),
  ];
}
