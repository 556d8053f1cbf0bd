import type { InterfaceFact, LocalPortFact } from './facts.js';

/** Long and short spellings of interface names as Cisco and its imitators use them. */
const SHORT: readonly (readonly [RegExp, string])[] = [
  [/^fastethernet(?=\d)/, 'fa'],
  [/^gigabitethernet(?=\d)/, 'gi'],
  [/^tengigabitethernet(?=\d)/, 'te'],
  [/^tengige(?=\d)/, 'te'],
  [/^twentyfivegige(?=\d)/, 'twe'],
  [/^fortygigabitethernet(?=\d)/, 'fo'],
  [/^hundredgige(?=\d)/, 'hu'],
  [/^ethernet(?=\d)/, 'eth'],
  [/^et(?=\d)/, 'eth'],
  [/^serial(?=\d)/, 'se'],
  [/^port-channel(?=\d)/, 'po'],
  [/^tunnel(?=\d)/, 'tu'],
  [/^vlan(?=\d)/, 'vl'],
  [/^loopback(?=\d)/, 'lo'],
];

/** One spelling for `GigabitEthernet0/1`, `Gi0/1` and `gi0/1 `. */
export function portNameKey(name: string): string {
  const lower = name.trim().toLowerCase();
  for (const [long, short] of SHORT) {
    if (long.test(lower)) return lower.replace(long, short);
  }
  return lower;
}

/** Looks interfaces of one device up by what somebody calls them. A name that two interfaces share names none. */
export class PortNames {
  readonly #byName = new Map<string, number | null>();
  readonly #byAlias = new Map<string, number | null>();
  readonly #byMac = new Map<string, Set<number>>();
  readonly #indexes = new Set<number>();
  readonly hasInterfaces: boolean;

  constructor(interfaces: readonly InterfaceFact[], extra: readonly LocalPortFact[] = []) {
    this.hasInterfaces = interfaces.length > 0;
    const note = (map: Map<string, number | null>, text: string | null, ifIndex: number) => {
      if (text === null || text === '') return;
      const key = portNameKey(text);
      const before = map.get(key);
      map.set(key, before === undefined || before === ifIndex ? ifIndex : null);
    };
    for (const fact of interfaces) {
      this.#indexes.add(fact.ifIndex);
      note(this.#byName, fact.ifName, fact.ifIndex);
      note(this.#byAlias, fact.ifAlias, fact.ifIndex);
      this.#noteMac(fact.mac, fact.ifIndex);
    }
    // ifDescr after ifName: where both give the same text to different interfaces, ifName decides.
    for (const fact of interfaces) {
      if (fact.ifDescr !== null && !this.#byName.has(portNameKey(fact.ifDescr))) {
        note(this.#byName, fact.ifDescr, fact.ifIndex);
      }
    }
    for (const port of extra) {
      if (port.ifIndex === null) continue;
      this.#indexes.add(port.ifIndex);
      if (port.portDescr !== null && !this.#byName.has(portNameKey(port.portDescr))) {
        note(this.#byName, port.portDescr, port.ifIndex);
      }
      this.#noteMac(port.portMac, port.ifIndex);
    }
  }

  #noteMac(mac: string | null, ifIndex: number): void {
    if (mac === null) return;
    let indexes = this.#byMac.get(mac);
    if (!indexes) this.#byMac.set(mac, (indexes = new Set()));
    indexes.add(ifIndex);
  }

  has(ifIndex: number): boolean {
    return this.#indexes.has(ifIndex);
  }

  byName(text: string | null): number | undefined {
    if (text === null || text === '') return undefined;
    return this.#byName.get(portNameKey(text)) ?? undefined;
  }

  byAlias(text: string | null): number | undefined {
    if (text === null || text === '') return undefined;
    return this.#byAlias.get(portNameKey(text)) ?? undefined;
  }

  /** Only when one interface alone has it: aggregates share the MAC of a member. */
  byMac(mac: string | null): number | undefined {
    if (mac === null) return undefined;
    const found = this.#byMac.get(mac);
    return found?.size === 1 ? [...found][0] : undefined;
  }
}
