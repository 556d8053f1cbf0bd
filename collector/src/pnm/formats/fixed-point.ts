/** Complex samples of PNM files: big-endian pairs re, im of 16-bit two's complement with n fraction bits. */

export const BYTES_PER_COMPLEX = 4;

/** The divisor of a fixed-point format: s2.13 (range ±4), s1.14 (±2), s3.12 (±8). */
export const FIXED_POINT = { 's2.13': 8192, 's1.14': 16384, 's3.12': 4096 } as const;
export type FixedPoint = keyof typeof FIXED_POINT;

/** The raw integers re, im, re, im … of wire bytes. */
export function int16Of(wire: Uint8Array): Int16Array {
  const values = new Int16Array(wire.length >> 1);
  for (let i = 0; i < values.length; i++) {
    values[i] = ((wire[2 * i] as number) << 8) | (wire[2 * i + 1] as number); // wraps to the sign
  }
  return values;
}

/** The mirror of `int16Of`. */
export function wireOfInt16(values: ArrayLike<number>): Uint8Array {
  const wire = new Uint8Array(values.length * 2);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    wire[2 * i] = (value >> 8) & 0xff;
    wire[2 * i + 1] = value & 0xff;
  }
  return wire;
}

/** Rounds re, im, re, im … to the format and clips to its range, as a modem does. */
export function wireOfComplex(interleaved: ArrayLike<number>, format: FixedPoint): Uint8Array {
  const scale = FIXED_POINT[format];
  const clipped = new Int16Array(interleaved.length);
  for (let i = 0; i < clipped.length; i++) {
    clipped[i] = Math.min(32767, Math.max(-32768, Math.round((interleaved[i] as number) * scale)));
  }
  return wireOfInt16(clipped);
}

/** The values re, im, re, im … of wire bytes. */
export function complexOf(wire: Uint8Array, format: FixedPoint): Float64Array {
  const scale = 1 / FIXED_POINT[format];
  return Float64Array.from(int16Of(wire), (value) => value * scale);
}
