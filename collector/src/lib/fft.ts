import FFT from 'fft.js';

const { cos, PI } = Math;

export const nextPowerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(2, n)));

/** Forward transform of interleaved re, im; the number of pairs is a power of two. */
export function fft(interleaved: Float64Array): Float64Array {
  const out = new Float64Array(interleaved.length);
  new FFT(interleaved.length / 2).transform(out, interleaved);
  return out;
}

/** Inverse transform, divided by the number of pairs. */
export function inverseFft(interleaved: Float64Array): Float64Array {
  const out = new Float64Array(interleaved.length);
  new FFT(interleaved.length / 2).inverseTransform(out, interleaved);
  return out;
}

/** Four-term Blackman-Harris window: side lobes below −92 dB, main lobe ±4 cells. */
export function blackmanHarris(length: number): Float64Array {
  const step = (2 * PI) / length;
  return Float64Array.from({ length }, (_, i) => {
    const a = (i + 0.5) * step;
    return 0.35875 - 0.48829 * cos(a) + 0.14128 * cos(2 * a) - 0.01168 * cos(3 * a);
  });
}

export function hann(length: number): Float64Array {
  const step = (2 * PI) / length;
  return Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * cos((i + 0.5) * step));
}
