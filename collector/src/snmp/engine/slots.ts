const ID_BITS = 31; // request-id is a signed INTEGER: 0 … 2^31 − 1

/**
 * Requests in flight by id: the slot in the low bits, a random generation above it. Ids never collide, look-up is an
 * array access, and an answer to an earlier use of the slot is known to be late. A repeat keeps its id.
 */
export class SlotTable<T extends object> {
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
    const before = this.#generations[slot] as number;
    let generation = this.#random(ID_BITS - this.#slotBits);
    // never the same twice running: the late answer to the last use must not pass for this one's
    if (generation === before) generation = (generation + 1) & (0x7fffffff >>> this.#slotBits);
    this.#previous[slot] = before;
    this.#generations[slot] = generation;
    this.#isOpen[slot] = 1;
    this.#values[slot] = value;
    return (generation << this.#slotBits) | slot;
  }

  /** The request in flight under this id. */
  find(id: number): T | undefined {
    const slot = id & (this.#capacity - 1);
    return this.#isOpen[slot] === 1 && id >= 0 && this.#generationOf(id) === this.#generations[slot]
      ? this.#values[slot]
      : undefined;
  }

  /** Whether an id that is not in flight was so in the last use of its slot or the one before. */
  isLate(id: number): boolean {
    const slot = id & (this.#capacity - 1);
    const generation = this.#generationOf(id);
    return id >= 0 && (generation === this.#generations[slot] || generation === this.#previous[slot]);
  }

  /** Frees the slot of an open id; false when it was not open. */
  release(id: number): boolean {
    if (this.find(id) === undefined) return false;
    const slot = id & (this.#capacity - 1);
    this.#isOpen[slot] = 0;
    this.#values[slot] = undefined;
    this.#free[this.#freeCount++] = slot;
    return true;
  }

  /** Beyond 2^31 nothing was an id, and the shift would make it one. */
  #generationOf(id: number): number {
    return id > 0x7fffffff ? -2 : id >> this.#slotBits;
  }
}
