/**
 * Things told of the devices they concern. Told again is only what is new, or concerns a device whose facts changed;
 * all else stays the same object.
 */
export class Ledger<Subject, Value> {
  readonly #keyOf: (subject: Subject) => string;
  readonly #isSame: (one: Subject, other: Subject) => boolean;
  #entries: readonly Entry<Subject, Value>[] = [];
  #values: readonly Value[] = [];
  #concerning = new Map<string, number[]>();

  constructor(keyOf: (subject: Subject) => string, isSame: (one: Subject, other: Subject) => boolean) {
    this.#keyOf = keyOf;
    this.#isSame = isSame;
  }

  /** The next subjects are all told anew. */
  forget(): void {
    this.#entries = [];
  }

  /** Takes these subjects and no others; the values come in the order of `compare`, which must not see what changes. */
  take(
    subjects: readonly Subject[],
    changed: ReadonlySet<string>,
    devicesOf: (subject: Subject) => ReadonlySet<string>,
    tell: (subject: Subject) => Value,
    compare: (one: Value, other: Value) => number,
  ): readonly Value[] {
    const known = new Map(this.#entries.map((entry) => [this.#keyOf(entry.subject), entry]));
    const entries = subjects.map((subject): Entry<Subject, Value> => {
      const before = known.get(this.#keyOf(subject));
      const isKept =
        before !== undefined &&
        this.#isSame(before.subject, subject) &&
        ![...before.devices].some((id) => changed.has(id));
      return isKept ? { ...before, subject } : { subject, devices: devicesOf(subject), value: tell(subject) };
    });
    this.#entries = entries.sort((a, b) => compare(a.value, b.value));
    this.#values = this.#entries.map(({ value }) => value);
    this.#concerning = new Map();
    this.#entries.forEach(({ devices }, at) => {
      for (const device of devices) {
        const entriesOf = this.#concerning.get(device);
        if (entriesOf) entriesOf.push(at);
        else this.#concerning.set(device, [at]);
      }
    });
    return this.#values;
  }

  /** The same subjects as before, of which those that concern a changed device are told again. */
  retell(changed: ReadonlySet<string>, tell: (subject: Subject) => Value): readonly Value[] {
    const stale = new Set([...changed].flatMap((device) => this.#concerning.get(device) ?? []));
    if (stale.size === 0) return this.#values;
    const entries = [...this.#entries];
    const values = [...this.#values];
    for (const at of stale) {
      const entry = entries[at] as Entry<Subject, Value>;
      const value = tell(entry.subject);
      entries[at] = { ...entry, value };
      values[at] = value;
    }
    this.#entries = entries;
    this.#values = values;
    return values;
  }
}

interface Entry<Subject, Value> {
  readonly subject: Subject;
  readonly devices: ReadonlySet<string>;
  readonly value: Value;
}
