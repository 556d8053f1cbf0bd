import type { DecodedCapture } from './series.js';

/** Every buffer behind the arrays of a decoded capture, each once: they move to the other thread instead of being copied. */
export function buffersOf(capture: DecodedCapture): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const collect = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) {
      // of a buffer shared with others (Node's pool of small ones) only the view's bytes may go: they are copied
      const { buffer, byteLength } = value;
      if (buffer instanceof ArrayBuffer && isOwn(buffer, byteLength)) buffers.add(buffer);
    } else if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(capture.series);
  return [...buffers];
}

/** Node cuts small buffers out of shared ones of 8 KiB and 64 KiB. */
const SHARED_SIZES: ReadonlySet<number> = new Set([8192, 65_536]);
const isOwn = (buffer: ArrayBuffer, byteLength: number): boolean =>
  !SHARED_SIZES.has(buffer.byteLength) || byteLength === buffer.byteLength;
