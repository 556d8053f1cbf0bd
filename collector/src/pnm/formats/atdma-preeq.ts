import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { PnmFormatError } from './errors.js';
import { int16Of } from './fixed-point.js';
import type { PnmWarning } from './header.js';

/** How a modem writes a tap's numbers into the two octets of each. */
export type TapEncoding =
  | '16-bit' // two's complement, big-endian
  | '12-bit' // the sign is bit 11, the top nibble zero
  | '16-bit-le';

/**
 * DOCSIS 3.0 upstream pre-equaliser, an SNMP octet string and not a file (docsIf3CmStatusUsEqData, DOCS-IF3-MIB).
 * Full scale differs between modems: only ratios mean something.
 */
export interface AtdmaPreEq {
  /** 1-based. */
  readonly mainTapLocation: number;
  readonly tapsPerSymbol: number;
  readonly forwardTapCount: number;
  readonly reverseTapCount: number;
  readonly encoding: TapEncoding;
  /** Integers re, im, re, im …, forward taps first. */
  readonly taps: Int16Array;
  readonly trailing: Uint8Array;
  readonly warnings: readonly PnmWarning[];
}

const HEADER_BYTES = 4;
const BYTES_PER_TAP = 4;

/** Decodes the octet string. Which encoding the modem uses shows in the words only. Throws PnmFormatError. */
export function decodeAtdmaPreEq(octets: Uint8Array): AtdmaPreEq {
  const reader = new ByteReader(octets);
  const mainTapLocation = reader.u8('mainTapLocation');
  const tapsPerSymbol = reader.u8('tapsPerSymbol');
  const forwardTapCount = reader.u8('numForwardTaps');
  const reverseTapCount = reader.u8('numReverseTaps');
  const tapCount = forwardTapCount + reverseTapCount;
  if (tapCount === 0) throw new PnmFormatError('PNM_INVALID_FIELD', 2, 'no taps');
  if (mainTapLocation < 1 || mainTapLocation > tapCount) {
    throw new PnmFormatError('PNM_INVALID_FIELD', 0, `main tap ${mainTapLocation} of ${tapCount}`);
  }
  const wire = reader.bytes(tapCount * BYTES_PER_TAP, 'taps');
  const trailing = reader.bytes(reader.remaining, 'trailing');
  const warnings: PnmWarning[] = [];
  if (trailing.length > 0) {
    const offset = octets.length - trailing.length;
    warnings.push({ code: 'PNM_TRAILING_BYTES', offset, message: `${trailing.length} bytes after the taps` });
  }
  const { encoding, taps } = recogniseTaps(wire, mainTapLocation);
  if (largestTap(taps) !== mainTapLocation - 1) {
    const message = 'the main tap is not the largest in any known encoding';
    warnings.push({ code: 'PNM_VALUE_UNKNOWN', offset: HEADER_BYTES, message });
  }
  return { mainTapLocation, tapsPerSymbol, forwardTapCount, reverseTapCount, encoding, taps, trailing, warnings };
}

function recogniseTaps(wire: Uint8Array, mainTapLocation: number): { encoding: TapEncoding; taps: Int16Array } {
  const words = int16Of(wire);
  const short = words.every((word) => (word & 0xf000) === 0);
  const taps = short ? words.map((word) => (word << 20) >> 20) : words;
  if (largestTap(taps) !== mainTapLocation - 1) {
    // kept only when it makes the main tap the largest: else the modem's equalizer is really that far off
    const swapped = words.map((word) => ((word & 0xff) << 8) | ((word >> 8) & 0xff));
    if (largestTap(swapped) === mainTapLocation - 1) return { encoding: '16-bit-le', taps: swapped };
  }
  return { encoding: short ? '12-bit' : '16-bit', taps };
}

function largestTap(taps: Int16Array): number {
  let largest = 0;
  let most = -1;
  for (let tap = 0; tap < taps.length / 2; tap++) {
    const energy = taps[2 * tap]! ** 2 + taps[2 * tap + 1]! ** 2;
    if (energy > most) {
      most = energy;
      largest = tap;
    }
  }
  return largest;
}

export function encodeAtdmaPreEq(
  preEq: Omit<AtdmaPreEq, 'warnings' | 'trailing'> & { trailing?: Uint8Array },
): Uint8Array {
  const writer = new ByteWriter()
    .u8(preEq.mainTapLocation)
    .u8(preEq.tapsPerSymbol)
    .u8(preEq.forwardTapCount)
    .u8(preEq.reverseTapCount);
  for (const value of preEq.taps) {
    if (preEq.encoding === '16-bit-le') writer.u8(value & 0xff).u8((value >> 8) & 0xff);
    else writer.u16(value & (preEq.encoding === '12-bit' ? 0xfff : 0xffff));
  }
  return writer.bytes(preEq.trailing ?? []).finish();
}
