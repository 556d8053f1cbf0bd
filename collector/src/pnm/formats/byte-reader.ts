import { PnmFormatError } from './errors.js';

/** A cursor over a PNM file. Big-endian, bounds-checked: no read can pass the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.#bytes.length - this.#offset;
  }

  u8(field: string): number {
    return this.#view.getUint8(this.#take(1, field));
  }

  u16(field: string): number {
    return this.#view.getUint16(this.#take(2, field));
  }

  u32(field: string): number {
    return this.#view.getUint32(this.#take(4, field));
  }

  /** A view, not a copy: slice() it before keeping it past the file's lifetime. */
  bytes(length: number, field: string): Uint8Array {
    const start = this.#take(length, field);
    return this.#bytes.subarray(start, start + length);
  }

  #take(length: number, field: string): number {
    const start = this.#offset;
    if (length > this.#bytes.length - start) {
      throw new PnmFormatError('PNM_TRUNCATED', start, `${field} needs ${length} bytes, ${this.remaining} left`);
    }
    this.#offset = start + length;
    return start;
  }
}
