import { encodeConstellation } from '../pnm/formats/constellation.js';
import { wireOfComplex } from '../pnm/formats/fixed-point.js';
import { encodeRxMer, quarterDbOf } from '../pnm/formats/rxmer.js';
import type { Mac } from '../lib/mac.js';
import { drawConstellation, drawMerDb, type OfdmChannel } from './channel.js';
import type { Random } from './random.js';

/** Codes of DsOfdmModulationType; odd powers of two have grids that no public text defines, so we send none. */
const CODE_OF_ORDER: Readonly<Record<number, number>> = { 4: 3, 16: 4, 64: 5, 256: 7, 1024: 9, 4096: 11, 16384: 13 };

/** What goes into the head of a file. `family` PNM is the older one without version octets. */
export interface CaptureHead {
  readonly family: 'PNN' | 'PNM';
  readonly modemMac: Mac;
  readonly deviceTimeSec: number;
}

export const headOf = (head: CaptureHead, channel: OfdmChannel) => ({
  ...head,
  version: head.family === 'PNN' ? { major: 1, minor: 0 } : undefined,
  channelId: channel.channelId,
  zeroSubcarrierHz: channel.zeroSubcarrierHz,
  spacingHz: channel.spacingHz,
});

/** An RxMER file and the MER in it; `shapeDb` as of `merShapeDb`. */
export function captureRxMer(
  head: CaptureHead,
  channel: OfdmChannel,
  shapeDb: Float32Array,
  random: Random,
): { bytes: Uint8Array; merDb: Float32Array } {
  const merDb = drawMerDb(shapeDb, channel.noiseDb, random);
  const bytes = encodeRxMer({
    ...headOf(head, channel),
    firstActiveSubcarrier: channel.firstActiveSubcarrier,
    quarterDb: quarterDbOf(merDb),
  });
  return { bytes, merDb };
}

/** The order that an offset above the lowest one selects, and its code. */
export function selectOrder(channel: OfdmChannel, offset: number): { order: number; code: number } {
  const orders = channel.modulationOrders.filter((order) => CODE_OF_ORDER[order] !== undefined);
  const order = orders[Math.min(offset, orders.length - 1)] ?? 256;
  return { order, code: CODE_OF_ORDER[order] as number };
}

/** A constellation display file. */
export function captureConstellation(
  head: CaptureHead,
  channel: OfdmChannel,
  shapeDb: Float32Array,
  options: { readonly order: number; readonly code: number; readonly symbolCount: number },
  random: Random,
): Uint8Array {
  const points = drawConstellation(shapeDb, options.order, options.symbolCount, random);
  return encodeConstellation({
    ...headOf(head, channel),
    modulationCode: options.code,
    declaredSymbolCount: head.family === 'PNN' ? options.symbolCount : options.symbolCount & 0xff,
    pointBytes: wireOfComplex(points, 's2.13'),
  });
}
