import type { MacFact } from '../facts.js';
import { isVirtualRouterMac } from '../identity.js';
import type { DeviceView } from './world.js';

/** A port that forwarding rows stand on. */
export interface FdbPort {
  readonly ifIndex: number | null;
  readonly bridgePort: number | null;
}

export const samePort = (a: FdbPort | undefined, b: FdbPort | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.ifIndex === b.ifIndex && a.bridgePort === b.bridgePort);

const AMBIGUOUS = -1;
const UNKNOWN = -1;
const FREE = -2;
/** Of the VLAN of a MAC that stands in several rows. */
const SEVERAL = -2;
const NO_VLANS: RowVlans = { ofRow: new Int32Array(0), repeated: new Int32Array(0), routers: new Int32Array(0) };

/** In which VLANs rows stand: read where VLANs disagree (R12). */
export interface RowVlans {
  /** VLAN of each row; −1 where it is not known, −2 for a MAC that has several rows. */
  readonly ofRow: Int32Array;
  /** The rows of those MACs: MAC, VLAN and port after each other, in rising order. */
  readonly repeated: Int32Array;
  /** VLAN and port of virtual routers after each other, in rising order. */
  readonly routers: Int32Array;
}

/** The usable forwarding rows of one bridge, as numbers: MACs in rising order with the port each was learned on. */
export class FdbRows {
  /** In the order of their numbers. */
  readonly ports: readonly FdbPort[];
  readonly macs: Int32Array;
  /** Index into `ports`; −1 where one MAC stands on two ports. */
  readonly portOfRow: Int32Array;
  /** MACs learned on each port. */
  readonly macCounts: Int32Array;
  /** The one port on which virtual routers were learned: the gateway is there (R10). −1 when there is none. */
  readonly routerPort: number;
  readonly #vlans: RowVlans;
  #byVlan: ReadonlyMap<number, FdbRows> | undefined;

  constructor(
    ports: readonly FdbPort[],
    macs: Int32Array,
    portOfRow: Int32Array,
    routerPort: number,
    vlans: RowVlans = NO_VLANS,
  ) {
    this.#vlans = vlans;
    this.routerPort = routerPort;
    this.ports = ports;
    this.macs = macs;
    this.portOfRow = portOfRow;
    this.macCounts = new Int32Array(ports.length);
    for (let row = 0; row < portOfRow.length; row++) {
      const port = portOfRow[row] as number;
      if (port >= 0) this.macCounts[port] = (this.macCounts[port] as number) + 1;
    }
  }

  /** Port index of a MAC; −1 when it has none, or several. */
  portOf(mac: number): number {
    let low = 0;
    let high = this.macs.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.macs[middle] as number;
      if (found === mac) return this.portOfRow[middle] as number;
      if (found < mac) low = middle + 1;
      else high = middle - 1;
    }
    return UNKNOWN;
  }

  has(mac: number): boolean {
    const at = gallop(this.macs, mac, 0);
    return this.macs[at] === mac;
  }

  /** The MACs that one VLAN has on another port than another VLAN, as far as VLANs are known. */
  get dividedMacs(): readonly number[] {
    const { repeated } = this.#vlans;
    const found: number[] = [];
    for (let at = 3; at < repeated.length; at += 3) {
      const [mac, before] = [repeated[at] as number, repeated[at - 3] as number];
      if (mac === before && repeated[at + 2] !== repeated[at - 1] && repeated[at - 2] !== UNKNOWN) found.push(mac);
    }
    return found;
  }

  /** VLANs that have at least so many of these rows on one port. */
  vlansOf(rows: readonly number[], atLeast: number): number[] {
    const counts = new Map<string, number>();
    const found = new Set<number>();
    for (const row of rows) {
      const vlan = this.#vlans.ofRow[row] ?? UNKNOWN;
      if (vlan < 0) continue;
      const key = `${vlan} ${this.portOfRow[row] ?? UNKNOWN}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count >= atLeast) found.add(vlan);
    }
    return [...found].sort((a, b) => a - b);
  }

  /** The rows of each VLAN, on the same ports. */
  get byVlan(): ReadonlyMap<number, FdbRows> {
    this.#byVlan ??= this.#divide();
    return this.#byVlan;
  }

  #divide(): ReadonlyMap<number, FdbRows> {
    const { ofRow, repeated, routers } = this.#vlans;
    const lists = new Map<number, { macs: number[]; ports: number[] }>();
    const add = (vlan: number, mac: number, port: number) => {
      if (vlan < 0) return;
      let list = lists.get(vlan);
      if (!list) lists.set(vlan, (list = { macs: [], ports: [] }));
      const last = list.macs.length - 1;
      if (list.macs[last] !== mac) {
        list.macs.push(mac);
        list.ports.push(port);
      } else if (list.ports[last] !== port) list.ports[last] = AMBIGUOUS;
    };
    let next = 0;
    for (let row = 0; row < ofRow.length; row++) {
      const mac = this.macs[row] as number;
      if (ofRow[row] !== SEVERAL) add(ofRow[row] as number, mac, this.portOfRow[row] as number);
      else {
        for (; repeated[next] === mac; next += 3) add(repeated[next + 1] as number, mac, repeated[next + 2] as number);
      }
    }
    const routerPorts = new Map<number, number>();
    for (let at = 0; at < routers.length; at += 2) {
      const [vlan, port] = [routers[at] as number, routers[at + 1] as number];
      routerPorts.set(vlan, (routerPorts.get(vlan) ?? port) === port ? port : UNKNOWN);
    }
    return new Map(
      [...lists].map(([vlan, { macs, ports }]) => [
        vlan,
        new FdbRows(this.ports, Int32Array.from(macs), Int32Array.from(ports), routerPorts.get(vlan) ?? UNKNOWN),
      ]),
    );
  }

  portIndex(ifIndex: number): number {
    return this.ports.findIndex((port) => port.ifIndex === ifIndex);
  }

  equals(other: FdbRows): boolean {
    return (
      this.macs.length === other.macs.length &&
      this.routerPort === other.routerPort &&
      this.ports.length === other.ports.length &&
      this.ports.every((port, at) => samePort(port, other.ports[at])) &&
      this.macs.every((mac, row) => mac === other.macs[row] && this.portOfRow[row] === other.portOfRow[row]) &&
      isSameNumbers(this.#vlans.ofRow, other.#vlans.ofRow) &&
      isSameNumbers(this.#vlans.repeated, other.#vlans.repeated) &&
      isSameNumbers(this.#vlans.routers, other.#vlans.routers)
    );
  }
}

const isSameNumbers = (a: Int32Array, b: Int32Array): boolean =>
  a.length === b.length && a.every((value, at) => value === b[at]);

/** First position from `from` whose value is not below `value`. */
export function gallop(values: Int32Array, value: number, from: number): number {
  let step = 1;
  let low = from;
  while (low + step < values.length && (values[low + step] as number) < value) {
    low += step;
    step *= 2;
  }
  let high = Math.min(values.length, low + step + 1);
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A bridge with its forwarding rows. */
export interface BridgeTable {
  readonly device: DeviceView;
  /** The same object as long as the rows are the same. */
  readonly rows: FdbRows;
}

/** Numbers for MACs, in order of appearance; what is never a station is told once. */
export class MacNumbers {
  readonly texts: string[] = [];
  readonly #ids = new Map<string, number>();
  readonly #virtual: ReadonlySet<string>;
  readonly #isStation: boolean[] = [];
  /** Scratch of the table that is being read: port of each MAC, or FREE. */
  portOf = new Int32Array(1024).fill(FREE);
  /** Scratch of the same table: VLAN of each MAC that has a port. */
  vlanOf = new Int32Array(1024);

  constructor(virtual: ReadonlySet<string>) {
    this.#virtual = virtual;
  }

  known(mac: string): number | undefined {
    return this.#ids.get(mac);
  }

  of(mac: string): number {
    const known = this.#ids.get(mac);
    if (known !== undefined) return known;
    const id = this.texts.length;
    this.texts.push(mac);
    this.#ids.set(mac, id);
    this.#isStation.push(!this.#virtual.has(mac) && !isVirtualRouterMac(mac));
    if (id >= this.portOf.length) {
      const wider = new Int32Array(2 * this.portOf.length).fill(FREE);
      wider.set(this.portOf);
      this.portOf = wider;
      const vlans = new Int32Array(wider.length);
      vlans.set(this.vlanOf);
      this.vlanOf = vlans;
    }
    return id;
  }

  isStation(id: number): boolean {
    return this.#isStation[id] ?? false;
  }
}

/** R16: own, virtual and managed addresses prove nothing about what hangs on a port. */
export function readRows(device: DeviceView, numbers: MacNumbers, own: ReadonlySet<string>): FdbRows | undefined {
  const ports: FdbPort[] = [];
  const indexOfPort = new Map<number | null, Map<number | null, number>>();
  const portIndex = (ifIndex: number | null, bridgePort: number | null): number => {
    let byBridgePort = indexOfPort.get(ifIndex);
    if (!byBridgePort) indexOfPort.set(ifIndex, (byBridgePort = new Map()));
    const key = ifIndex === null ? bridgePort : null;
    let index = byBridgePort.get(key);
    if (index === undefined) {
      const logical = ifIndex === null ? null : device.logical(ifIndex);
      const named = logical === null ? bridgePort : (device.portOfIfIndex.get(logical) ?? bridgePort);
      // Members stand under their aggregate.
      index = logical === ifIndex ? ports.push({ ifIndex: logical, bridgePort: named }) - 1 : portIndex(logical, named);
      byBridgePort.set(key, index);
    }
    return index;
  };
  const ownIds = new Set([...own].map((mac) => numbers.of(mac)));
  const found: number[] = [];
  const repeated: [mac: number, vlan: number, port: number][] = [];
  const routerRows: MacFact[] = [];
  for (const row of device.facts.mac) {
    if (row.status === 'self' || row.status === 'mgmt') continue;
    if (row.ifIndex === null && row.bridgePort === null) continue;
    const id = numbers.of(row.mac);
    if (ownIds.has(id)) continue;
    if (!numbers.isStation(id)) {
      routerRows.push(row);
      continue;
    }
    const port = portIndex(row.ifIndex, row.bridgePort);
    const before = numbers.portOf[id] as number;
    const vlan = row.vlan ?? UNKNOWN;
    if (before === FREE) {
      found.push(id);
      numbers.vlanOf[id] = vlan;
    } else {
      const vlanBefore = numbers.vlanOf[id] as number;
      if (vlanBefore !== SEVERAL) repeated.push([id, vlanBefore, before]);
      numbers.vlanOf[id] = SEVERAL;
      repeated.push([id, vlan, port]);
    }
    numbers.portOf[id] = before === FREE || before === port ? port : AMBIGUOUS;
  }
  if (found.length === 0) return undefined;
  const order = ports.map((_port, at) => at).sort((a, b) => comparePorts(ports[a] as FdbPort, ports[b] as FdbPort));
  const rankOf = new Int32Array(ports.length);
  order.forEach((at, rank) => (rankOf[at] = rank));
  const macs = Int32Array.from(found).sort();
  const portOfRow = new Int32Array(macs.length);
  const ofRow = new Int32Array(macs.length);
  for (let row = 0; row < macs.length; row++) {
    const id = macs[row] as number;
    const port = numbers.portOf[id] as number;
    portOfRow[row] = port < 0 ? port : (rankOf[port] as number);
    ofRow[row] = numbers.vlanOf[id] as number;
    numbers.portOf[id] = FREE;
  }
  const sorted = order.map((at) => ports[at] as FdbPort);
  const routers = routerRows.map(({ vlan, ifIndex, bridgePort }): [number, number] => [
    vlan ?? UNKNOWN,
    sorted.findIndex((port) =>
      ifIndex === null ? port.bridgePort === bridgePort : port.ifIndex === device.logical(ifIndex),
    ),
  ]);
  const routerPorts = new Set(routers.map(([, port]) => port));
  const [routerPort = UNKNOWN] = routerPorts.size === 1 ? routerPorts : [];
  return new FdbRows(sorted, macs, portOfRow, routerPort, {
    ofRow,
    repeated: flat(repeated.map(([mac, vlan, port]) => [mac, vlan, rankOf[port] as number])),
    routers: flat(routers),
  });
}

/** Rows of numbers in rising order, after each other. */
const flat = (rows: readonly (readonly number[])[]): Int32Array =>
  Int32Array.from([...rows].sort(compareNumbers).flat());

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (a[at] as number) - (b[at] as number);
}

const NO_NUMBER = 2 ** 32;
const comparePorts = (a: FdbPort, b: FdbPort): number =>
  (a.ifIndex ?? NO_NUMBER) - (b.ifIndex ?? NO_NUMBER) || (a.bridgePort ?? -1) - (b.bridgePort ?? -1);
