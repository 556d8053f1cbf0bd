const FIRST_CAPACITY = 64;

/** The mirror of ByteReader: appends big-endian fields. A value that its field cannot hold is a RangeError. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  u8(value: number): this {
    const at = this.#grow(1, value, 0xff);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.#grow(2, value, 0xffff);
    this.#view.setUint16(at, value);
    return this;
  }

  u32(value: number): this {
    const at = this.#grow(4, value, 0xffffffff);
    this.#view.setUint32(at, value);
    return this;
  }

  bytes(value: ArrayLike<number>): this {
    const at = this.#grow(value.length, 0, 0);
    this.#bytes.set(value, at);
    return this;
  }

  /** What was written, as an array of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(count: number, value: number, max: number): number {
    if (!Number.isInteger(value) || value < 0 || value > max) throw new RangeError(`${value} does not fit 0…${max}`);
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#length = needed;
    return at;
  }
}
