/**
 * MAT-file, level 5 ("MAT-File Format", MathWorks, chapter 1): a head of 128 bytes and one uncompressed matrix a
 * variable. Little-endian, as the mark `IM` tells the reader.
 */

const HEAD_BYTES = 128;
const TEXT_BYTES = 116;
const VERSION = 0x0100;
const TYPE = { int8: 1, uint16: 4, int32: 5, uint32: 6, double: 9, matrix: 14 } as const;
const CLASS = { char: 4, double: 6 } as const;
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;

/** Columns of numbers, single numbers and texts by variable name. */
export type MatVariables = Readonly<Record<string, Float64Array | number | string>>;

export function matFileOf(variables: MatVariables): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES).fill(0x20, 0, TEXT_BYTES);
  head.set(ascii('MATLAB 5.0 MAT-file, made by Plantgraph'));
  const view = new DataView(head.buffer);
  view.setUint16(124, VERSION, true);
  head.set(ascii('IM'), 126);
  return joined([head, ...Object.entries(variables).map(([name, value]) => matrix(name, value))]);
}

function matrix(name: string, value: Float64Array | number | string): Uint8Array {
  if (!NAME.test(name)) throw new RangeError(`not a MATLAB name: ${name}`);
  const isText = typeof value === 'string';
  const numbers = typeof value === 'number' ? Float64Array.of(value) : value;
  const dimensions = isText ? [1, value.length] : [numbers.length, 1];
  return element(TYPE.matrix, [
    element(TYPE.uint32, [words([isText ? CLASS.char : CLASS.double, 0])]),
    element(TYPE.int32, [words(dimensions)]),
    element(TYPE.int8, [ascii(name)]),
    isText ? element(TYPE.uint16, [utf16(value)]) : element(TYPE.double, [doubles(numbers as Float64Array)]),
  ]);
}

/** Tag of type and length, the data, padding to eight bytes. */
function element(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padding = new Uint8Array((8 - (length % 8)) % 8);
  return joined([words([type, length]), ...parts, padding]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0) & 0x7f);

function words(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setUint32(4 * i, value, true));
  return new Uint8Array(view.buffer);
}

function utf16(text: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), true);
  return new Uint8Array(view.buffer);
}

function doubles(values: Float64Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => view.setFloat64(8 * i, value, true));
  return new Uint8Array(view.buffer);
}
