import { IF_TYPE } from '../../snmp/tables/if-mib.js';
import type { DeviceFacts, InterfaceFact, LocalPortFact } from '../facts.js';
import { Identities } from '../identity.js';
import { PortNames } from '../port-names.js';
import type { InferenceWarning } from './inference.js';

/** How somebody names a port of another device. */
export interface PortDescription {
  readonly subtype: number | null;
  readonly id: string | null;
  readonly mac: string | null;
  readonly descr: string | null;
}

const PORT_MAC = 3;
const PORT_ALIAS = 1;
const PORT_LOCAL = 7;
const NUMBER = /^\d{1,9}$/;

/** One polled device with its ports indexed. */
export class DeviceView {
  readonly facts: DeviceFacts;
  readonly id: string;
  readonly interfaces: ReadonlyMap<number, InterfaceFact>;
  readonly basePorts: ReadonlyMap<number, number>;
  readonly portOfIfIndex: ReadonlyMap<number, number>;
  /** Member ifIndex to aggregate. */
  readonly aggregateOf: ReadonlyMap<number, number>;
  readonly membersOf: ReadonlyMap<number, readonly number[]>;
  /** Logical unit to the port below it. */
  readonly below: ReadonlyMap<number, number>;
  readonly isBridge: boolean;
  readonly #names: PortNames;
  readonly #lldpPorts: readonly LocalPortFact[];
  readonly #labels = new Map<number, string>();
  #vlanIndex: Map<number, Set<number>> | undefined;

  constructor(facts: DeviceFacts) {
    this.facts = facts;
    this.id = facts.deviceId;
    this.interfaces = new Map(facts.interfaces.map((fact) => [fact.ifIndex, fact]));
    this.basePorts = new Map(facts.bridge.ports.map(({ port, ifIndex }) => [port, ifIndex]));
    this.portOfIfIndex = new Map(facts.bridge.ports.map(({ port, ifIndex }) => [ifIndex, port]));
    this.aggregateOf = new Map(facts.lag.map((row) => [row.memberIfIndex, row.aggregateIfIndex]));
    const members = new Map<number, number[]>();
    for (const [member, aggregate] of this.aggregateOf) {
      members.set(
        aggregate,
        [...(members.get(aggregate) ?? []), member].sort((a, b) => a - b),
      );
    }
    this.membersOf = members;
    this.below = this.#unitParents();
    this.isBridge = facts.mac.length > 0 || facts.stp.ports.length > 0 || facts.bridge.ports.length > 1;
    const cdpPorts = facts.localPorts.filter((port) => port.source === 'cdp');
    this.#lldpPorts = facts.localPorts.filter((port) => port.source === 'lldp');
    this.#names = new PortNames(facts.interfaces, cdpPorts);
    for (const port of [...this.#lldpPorts, ...cdpPorts]) {
      const label = port.portSubtype === 5 ? (port.portId ?? port.portDescr) : (port.portDescr ?? port.portId);
      if (port.ifIndex !== null && label !== null && !this.#labels.has(port.ifIndex)) {
        this.#labels.set(port.ifIndex, label);
      }
    }
  }

  /** `xe-1/0/0.0` stands on `xe-1/0/0`: by ifStack, else by name without the unit. */
  #unitParents(): Map<number, number> {
    const parents = new Map<number, number>();
    const byName = new Map<string, number>();
    for (const fact of this.interfaces.values()) if (fact.ifName !== null) byName.set(fact.ifName, fact.ifIndex);
    for (const fact of this.interfaces.values()) {
      const parent = /^(.+)\.\d+$/.exec(fact.ifName ?? '')?.[1];
      const parentIndex = parent === undefined ? undefined : byName.get(parent);
      if (parentIndex !== undefined) parents.set(fact.ifIndex, parentIndex);
    }
    const lowers = new Map<number, number[]>();
    for (const { higherIfIndex, lowerIfIndex } of this.facts.stack) {
      lowers.set(higherIfIndex, [...(lowers.get(higherIfIndex) ?? []), lowerIfIndex]);
    }
    for (const [higher, lower] of lowers) {
      if (lower.length === 1 && !this.membersOf.has(higher) && !parents.has(higher)) {
        parents.set(higher, lower[0] as number);
      }
    }
    return parents;
  }

  /** VLANs that have forwarding rows on each port, members under their aggregate. */
  get vlanIndex(): ReadonlyMap<number, ReadonlySet<number>> {
    if (this.#vlanIndex) return this.#vlanIndex;
    const index = new Map<number, Set<number>>();
    for (const row of this.facts.mac) {
      if (row.vlan === null || row.ifIndex === null) continue;
      const port = this.logical(row.ifIndex);
      const vlans = index.get(port);
      if (vlans) vlans.add(row.vlan);
      else index.set(port, new Set([row.vlan]));
    }
    this.#vlanIndex = index;
    return index;
  }

  /** VLANs of the forwarding rows of some MACs. */
  vlansOfMacs(wanted: ReadonlySet<string>): ReadonlyMap<string, readonly number[]> {
    const found = new Map<string, number[]>();
    for (const { vlan, mac } of this.facts.mac) {
      if (vlan === null || !wanted.has(mac)) continue;
      const vlans = found.get(mac);
      if (!vlans) found.set(mac, [vlan]);
      else if (!vlans.includes(vlan)) vlans.push(vlan);
    }
    for (const vlans of found.values()) vlans.sort((a, b) => a - b);
    return found;
  }

  /** What people call the interface. */
  label(ifIndex: number | null): string | null {
    if (ifIndex === null) return null;
    const fact = this.interfaces.get(ifIndex);
    return fact?.ifName ?? fact?.ifDescr ?? this.#labels.get(ifIndex) ?? null;
  }

  /** The aggregate a port belongs to, or the port itself. */
  logical(ifIndex: number): number {
    return this.aggregateOf.get(ifIndex) ?? ifIndex;
  }

  /** The port that carries a logical unit or VLAN interface. */
  physical(ifIndex: number): number {
    let at = ifIndex;
    for (let depth = 0; depth < 4; depth++) {
      const next = this.below.get(at);
      if (next === undefined) return at;
      at = next;
    }
    return at;
  }

  isAggregate(ifIndex: number): boolean {
    const fact = this.interfaces.get(ifIndex);
    return this.membersOf.has(ifIndex) || fact?.ifType === IF_TYPE.lag;
  }

  isVirtual(ifIndex: number): boolean {
    const fact = this.interfaces.get(ifIndex);
    const type = fact?.ifType ?? 0;
    if (this.membersOf.has(ifIndex) || type === IF_TYPE.lag) return false;
    return type === IF_TYPE.l2vlan || type === 136 || type === 209 || /^(vl|vlan|irb|bvi|br)/i.test(fact?.ifName ?? '');
  }

  isTunnel(ifIndex: number): boolean {
    const fact = this.interfaces.get(ifIndex);
    return fact?.ifType === IF_TYPE.tunnel || /^tu(nnel)?\d/i.test(fact?.ifName ?? fact?.ifDescr ?? '');
  }

  /** The interface that a neighbour means; the device's own LLDP port table is what the neighbour heard. */
  resolvePort(port: PortDescription): number | null {
    const { subtype, id, mac, descr } = port;
    const known = this.#knownLldpPort(subtype, id, mac);
    if (known !== undefined) return known;
    const numeric = id !== null && NUMBER.test(id) ? Number(id) : undefined;
    const exists = (ifIndex: number | undefined) =>
      ifIndex !== undefined && this.#names.has(ifIndex) ? ifIndex : undefined;
    const found =
      (subtype === PORT_MAC || mac !== null ? this.#names.byMac(mac) : undefined) ??
      (subtype === PORT_ALIAS ? this.#names.byAlias(id) : undefined) ??
      (subtype === PORT_LOCAL ? exists(numeric) : undefined) ??
      this.#names.byName(id) ??
      this.#names.byName(descr) ??
      this.#names.byAlias(descr) ??
      this.#names.byAlias(id) ??
      exists(numeric);
    if (found !== undefined) return found;
    return this.#names.hasInterfaces || numeric === undefined ? null : numeric;
  }

  #knownLldpPort(subtype: number | null, id: string | null, mac: string | null): number | undefined {
    if (id === null) return undefined;
    const same = this.#lldpPorts.filter(
      (port) => port.ifIndex !== null && (port.portId === id || (mac !== null && port.portMac === mac)),
    );
    const exact = same.filter((port) => subtype === null || port.portSubtype === null || port.portSubtype === subtype);
    const indexes = new Set((exact.length > 0 ? exact : same).map((port) => port.ifIndex as number));
    return indexes.size === 1 ? [...indexes][0] : undefined;
  }
}

/** Devices whose ports and keys were indexed before, in the order of their ids. */
export interface KnownDevices {
  readonly views: ReadonlyMap<string, DeviceView>;
  readonly identities: Identities;
}

function knownOf(all: readonly DeviceFacts[]): KnownDevices {
  const sorted = [...all].sort((a, b) => (a.deviceId < b.deviceId ? -1 : a.deviceId > b.deviceId ? 1 : 0));
  return {
    views: new Map(sorted.map((facts) => [facts.deviceId, new DeviceView(facts)])),
    identities: new Identities(sorted),
  };
}

/** All polled devices, in the order of their ids, and who owns which key. */
export class World {
  readonly devices: readonly DeviceView[];
  readonly byId: ReadonlyMap<string, DeviceView>;
  readonly identities: Identities;
  readonly warnings: InferenceWarning[] = [];

  constructor(all: readonly DeviceFacts[], known: KnownDevices = knownOf(all)) {
    this.devices = [...known.views.values()];
    this.byId = known.views;
    this.identities = known.identities;
  }

  /** The same devices with no warnings yet: for a step whose result is kept together with its warnings. */
  unwarned(): World {
    return new World([], { views: this.byId, identities: this.identities });
  }

  warn(kind: string, device: string, text: string): void {
    this.warnings.push({ kind, device, text });
  }

  label(device: string, ifIndex: number | null): string | null {
    return this.byId.get(device)?.label(ifIndex) ?? null;
  }
}
