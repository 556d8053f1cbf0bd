import { MacNumbers, readRows, type BridgeTable, type FdbRows } from './bridge-table.js';
import type { DeviceView, World } from './world.js';

/** A numbering that has outgrown the MACs in use by this much is given up, so that passing devices cost no memory. */
const MAX_IDLE_MACS = 65_536;

/** What a table was read from. */
interface Source {
  readonly mac: DeviceView['facts']['mac'];
  readonly own: ReadonlySet<string>;
  readonly rows: FdbRows | undefined;
}

/** What `Forwarding.update` found other than before. */
export interface ForwardingChange {
  /** Bridges whose rows are new, or mean something else because a MAC in them has another owner now. */
  readonly dirty: ReadonlySet<string>;
  /** Some MAC has another owner, or none any more. */
  readonly owners: boolean;
}

/** All forwarding tables with their MACs numbered; tables that did not change keep their rows. */
export class Forwarding {
  /** In the order of the devices' ids; devices without usable rows are not among them. */
  tables: readonly BridgeTable[] = [];
  indexOf: ReadonlyMap<string, number> = new Map();
  /** MAC number to the polled device that owns it. */
  readonly ownerOf = new Map<number, string>();
  /** MAC number to the index of the bridge that owns it; −1 none, −2 a device without a table. */
  ownerIndex = new Int32Array(0);
  readonly #numbers: MacNumbers;
  readonly #sources = new Map<string, Source>();

  constructor(virtual: ReadonlySet<string>) {
    this.#numbers = new MacNumbers(virtual);
  }

  get macTexts(): readonly string[] {
    return this.#numbers.texts;
  }

  /** Number of a MAC that some table or device has. */
  numberOf(mac: string): number | undefined {
    return this.#numbers.known(mac);
  }

  /** True when most numbers are of MACs that nobody has seen for long. */
  isOutgrown(inUse: number): boolean {
    return this.#numbers.texts.length > 2 * inUse + MAX_IDLE_MACS;
  }

  /** `isSame` tells devices whose ports and aggregates are what they were. */
  update(world: World, identified: ReadonlySet<string>, isSame: (device: DeviceView) => boolean): ForwardingChange {
    const dirty = new Set<string>();
    const moved = this.#updateOwners(world, identified);
    const tables: BridgeTable[] = [];
    for (const device of world.devices) {
      const before = this.#sources.get(device.id);
      const own = world.identities.macsOf(device.id);
      let rows = before?.rows;
      if (before?.mac !== device.facts.mac || before.own !== own || !isSame(device)) {
        const read = readRows(device, this.#numbers, own);
        if (!(read && rows && read.equals(rows)) && read !== rows) {
          rows = read;
          dirty.add(device.id);
        }
        this.#sources.set(device.id, { mac: device.facts.mac, own, rows });
      }
      if (rows) tables.push({ device, rows });
    }
    for (const id of this.#sources.keys()) if (!world.byId.has(id)) this.#sources.delete(id);
    const before = this.tables;
    this.tables = tables;
    this.indexOf = new Map(tables.map(({ device }, at) => [device.id, at]));
    if (moved.length > 0 || this.#isOther(before) || this.ownerIndex.length < this.macTexts.length) this.#indexOwners();
    for (const { device, rows } of moved.length > 0 ? tables : []) {
      if (!dirty.has(device.id) && moved.some((mac) => rows.has(mac))) dirty.add(device.id);
    }
    return { dirty, owners: moved.length > 0 };
  }

  /** MACs that another device owns than before. */
  #updateOwners(world: World, identified: ReadonlySet<string>): number[] {
    if (identified.size === 0) return [];
    // A MAC that one device more claims is lost to the one that had it: all claims count anew.
    const owners = new Map<number, string>();
    for (const device of world.devices) {
      for (const mac of world.identities.macsOf(device.id)) {
        if (world.identities.ownerOfMac(mac) === device.id) owners.set(this.#numbers.of(mac), device.id);
      }
    }
    const moved = [...owners].flatMap(([mac, owner]) => (this.ownerOf.get(mac) === owner ? [] : [mac]));
    for (const mac of this.ownerOf.keys()) if (!owners.has(mac)) moved.push(mac);
    this.ownerOf.clear();
    for (const [mac, owner] of owners) this.ownerOf.set(mac, owner);
    return moved;
  }

  #isOther(before: readonly BridgeTable[]): boolean {
    return (
      before.length !== this.tables.length || this.tables.some((one, at) => one.device.id !== before[at]?.device.id)
    );
  }

  #indexOwners(): void {
    if (this.ownerIndex.length < this.macTexts.length) this.ownerIndex = new Int32Array(2 * this.macTexts.length);
    this.ownerIndex.fill(-1);
    for (const [mac, owner] of this.ownerOf) this.ownerIndex[mac] = this.indexOf.get(owner) ?? -2;
  }
}
