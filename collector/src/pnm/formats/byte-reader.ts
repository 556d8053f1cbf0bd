import { PnmFormatError } from './errors.js';

/** Told of every field as it is read: name, where it starts, how long it is. */
export type OnField = (field: string, offset: number, length: number) => void;

/** A cursor over a PNM file. Big-endian, bounds-checked: no read can pass the end. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #onField: OnField | undefined;
  #offset = 0;

  constructor(bytes: Uint8Array, onField?: OnField) {
    this.#bytes = bytes;
    this.#onField = onField;
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
    this.#onField?.(field, start, length);
    return start;
  }
}
