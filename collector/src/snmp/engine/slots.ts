/** What an id of an answer stands for. */
export type Found<T> = { readonly kind: 'open'; readonly value: T } | { readonly kind: 'late' | 'unknown' };

const ID_BITS = 31; // request-id is a signed INTEGER: 0 … 2^31 − 1

const LATE = { kind: 'late' } as const;
const UNKNOWN = { kind: 'unknown' } as const;

/**
 * Requests in flight by id: the slot in the low bits, a random generation above it. Ids never collide, look-up is an
 * array access, and an answer to an earlier use of the slot is known to be late. A repeat keeps its id.
 */
export class SlotTable<T> {
  readonly #slotBits: number;
  readonly #random: (bits: number) => number;
  readonly #capacity: number;
  /** Grows as slots are first used: a collector of garbage looks at all of it. */
  readonly #values: (T | undefined)[] = [];
  readonly #isOpen: Uint8Array;
  readonly #generations: Int32Array;
  /** Generation before the present one, −1 before the first. */
  readonly #previous: Int32Array;
  /** Slots that were used and are free, as a stack. */
  readonly #free: Int32Array;
  #freeCount = 0;

  /** `random` gives an unpredictable whole number of so many bits. */
  constructor(slotBits: number, random: (bits: number) => number) {
    if (!Number.isInteger(slotBits) || slotBits < 0 || slotBits > 16)
      throw new RangeError(`not 0 to 16 bits: ${slotBits}`);
    const capacity = 1 << slotBits;
    this.#slotBits = slotBits;
    this.#random = random;
    this.#capacity = capacity;
    this.#isOpen = new Uint8Array(capacity);
    this.#generations = new Int32Array(capacity).fill(-1);
    this.#previous = new Int32Array(capacity).fill(-1);
    this.#free = new Int32Array(capacity);
  }

  get openCount(): number {
    return this.#values.length - this.#freeCount;
  }

  /** An id for the request; undefined when all slots are taken. */
  claim(value: T): number | undefined {
    const isNew = this.#freeCount === 0;
    if (isNew && this.#values.length === this.#capacity) return undefined;
    const slot = isNew ? this.#values.push(undefined) - 1 : (this.#free[--this.#freeCount] as number);
    const bits = ID_BITS - this.#slotBits;
    const before = this.#generations[slot] as number;
    let generation = this.#random(bits);
    // never the same twice running: the late answer to the last use must not pass for this one's
    if (generation === before) generation = (generation + 1) % 2 ** bits;
    this.#previous[slot] = before;
    this.#generations[slot] = generation;
    this.#isOpen[slot] = 1;
    this.#values[slot] = value;
    return generation * 2 ** this.#slotBits + slot;
  }

  find(id: number): Found<T> {
    const capacity = this.#capacity;
    const slot = id & (capacity - 1);
    const generation = Math.floor(id / capacity);
    if (id < 0) return UNKNOWN;
    if (generation === this.#generations[slot]) {
      return this.#isOpen[slot] === 1 ? { kind: 'open', value: this.#values[slot] as T } : LATE;
    }
    return generation === this.#previous[slot] ? LATE : UNKNOWN;
  }

  /** Frees the slot of an open id; false when it was not open. */
  release(id: number): boolean {
    if (this.find(id).kind !== 'open') return false;
    const slot = id & (this.#capacity - 1);
    this.#isOpen[slot] = 0;
    this.#values[slot] = undefined;
    this.#free[this.#freeCount++] = slot;
    return true;
  }
}
