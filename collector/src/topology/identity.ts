import { isZeroMac, type Mac } from '../lib/mac.js';
import type { DeviceFacts, InterfaceFact } from './facts.js';

/**
 * Who is who. A key is usable only if exactly one device owns it after all claims are in; a collision is reported
 * and never settled by the order of arrival (topology-discovery, section 5).
 */

const VIRTUAL_ROUTER = [
  /^00:00:5e:00:0[12]:/, // VRRP and CARP, IPv4 and IPv6
  /^00:00:0c:07:ac:/, // HSRP version 1
  /^00:00:0c:9f:f/, // HSRP version 2
  /^00:05:73:a0:0/, // HSRP for IPv6
  /^00:07:b4:/, // GLBP
];

/** A MAC that several routers share: no host, no identity. */
export const isVirtualRouterMac = (mac: string): boolean => VIRTUAL_ROUTER.some((pattern) => pattern.test(mac));

/** The second bit of the first octet: made up by software, so two devices may have the same. */
export const isLocalMac = (mac: string): boolean => (parseInt(mac.slice(0, 2), 16) & 2) !== 0;

const MULTICAST = [
  /^01:00:5e:/, // IPv4 multicast
  /^33:33:/, // IPv6 multicast
  /^01:80:c2:/, // IEEE: bridges, LLDP, pause
  /^01:00:0c:/, // CDP, PVST and others of Cisco
  /^ff:ff:ff:ff:ff:ff$/,
];

/** A group address in use. The group bit alone proves nothing: stations with broken addresses are learned too. */
export const isMulticastMac = (mac: string): boolean => MULTICAST.some((pattern) => pattern.test(mac));

/** A chassis id that some IOS routers make up per port: all zero but for the last octets. */
const hasZeroPrefix = (mac: string): boolean => mac.startsWith('00:00:00:00:');

const isIdentityMac = (mac: string | null): mac is string =>
  mac !== null && !isZeroMac(mac as Mac) && !isMulticastMac(mac) && !isVirtualRouterMac(mac) && !hasZeroPrefix(mac);

/** Ports inside a chassis: their addresses repeat on every box of the product line. */
const INTERNAL_NAME = /^(em\d|bme\d|fxp[12]|jsrv|pfe-|pfh-|sp-|lc-|pime|pimd|mtun|lsi|dsc|tap|gre$|ipip$|vme)/i;

export const isInternalInterface = (fact: InterfaceFact): boolean =>
  INTERNAL_NAME.test(fact.ifName ?? fact.ifDescr ?? '');

/** Addresses that never tell one device from another. */
const isUselessIp = (ip: string): boolean =>
  /^(127\.|0\.|169\.254\.|128\.0\.0\.)/.test(ip) || /^(fe[89ab]|ff|::1$|::$)/.test(ip);

/** Name keys: whole name and, apart, its first label. `switch-1(FOX1234)` of NX-OS loses its serial number. */
export const nameKey = (name: string): string =>
  name
    .trim()
    .toLowerCase()
    .replace(/\([^)]*\)$/, '')
    .replace(/\.$/, '');
const firstLabel = (key: string): string => key.split('.')[0] ?? key;

export interface InterfaceRef {
  readonly device: string;
  readonly ifIndex: number;
}

class Owners<T> {
  readonly #owners = new Map<string, Map<string, T>>();

  note(key: string, device: string, value: T): void {
    let owners = this.#owners.get(key);
    if (!owners) this.#owners.set(key, (owners = new Map()));
    if (!owners.has(device)) owners.set(device, value);
  }

  forget(key: string, device: string): void {
    const owners = this.#owners.get(key);
    if (owners?.delete(device) && owners.size === 0) this.#owners.delete(key);
  }

  /** The one owner; undefined when nobody or several own it. */
  one(key: string): { device: string; value: T } | undefined {
    const owners = this.#owners.get(key);
    if (owners?.size !== 1) return undefined;
    const [device, value] = [...owners][0] as [string, T];
    return { device, value };
  }

  collisions(): { key: string; devices: string[] }[] {
    return [...this.#owners]
      .filter(([, owners]) => owners.size > 1)
      .map(([key, owners]) => ({ key, devices: [...owners.keys()].sort() }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

/** What a neighbour's row says about the device at the other end. */
export interface NeighbourKeys {
  readonly chassisMac: string | null;
  readonly chassisId: string | null;
  readonly names: readonly string[];
  readonly ips: readonly string[];
  readonly portMac: string | null;
}

/** All that one device calls its own. */
interface Keys {
  readonly site: string | null;
  /** Chassis MACs, bridge addresses, and chassis ids that are no MAC. */
  readonly chassis: readonly string[];
  readonly names: readonly string[];
  readonly macs: readonly (readonly [mac: string, ifIndex: number])[];
  readonly ips: readonly (readonly [ip: string, ifIndex: number])[];
  /** The chassis MAC that the device announces itself. */
  readonly announced: readonly string[];
  /** MACs of ports whose interface is not known. */
  readonly looseMacs: readonly string[];
}

function keysOf(device: DeviceFacts): Keys {
  const { localIdentity, localPorts, bridge, system } = device;
  const { chassisMac, chassisId } = localIdentity;
  const ports = localPorts.filter((port) => isIdentityMac(port.portMac));
  return {
    site: device.site,
    chassis: [
      ...[chassisMac, bridge.baseAddress].filter(isIdentityMac),
      ...(chassisId !== null && chassisMac === null ? [nameKey(chassisId)] : []),
    ],
    names: [system.sysName, localIdentity.sysName, localIdentity.cdpDeviceId].filter((name) => name !== null),
    macs: [
      ...device.interfaces.flatMap(({ mac, ifIndex }) => (isIdentityMac(mac) ? [[mac, ifIndex] as const] : [])),
      ...ports.flatMap(({ portMac, ifIndex }) => (ifIndex === null ? [] : [[portMac as string, ifIndex] as const])),
    ],
    ips: device.interfaces.flatMap((fact) =>
      isInternalInterface(fact)
        ? []
        : fact.addresses.flatMap(({ ip }) => (isUselessIp(ip) ? [] : [[ip, fact.ifIndex] as const])),
    ),
    announced: isIdentityMac(chassisMac) ? [chassisMac] : [],
    looseMacs: ports.map(({ portMac }) => portMac as string),
  };
}

const NO_MACS: ReadonlySet<string> = new Set();

interface Known {
  readonly facts: DeviceFacts;
  readonly keys: Keys;
  /** The keys as text: equal for equal keys. */
  readonly text: string;
  readonly macs: ReadonlySet<string>;
}

/** Finds polled devices by what others call them. */
export class Identities {
  readonly #chassis = new Owners<true>();
  readonly #macs = new Owners<number>();
  readonly #names = new Owners<true>();
  readonly #labels = new Owners<true>();
  readonly #ips = new Owners<number>();
  readonly #known = new Map<string, Known>();

  constructor(devices: readonly DeviceFacts[] = []) {
    this.update(devices);
  }

  /** Takes these devices and no others; tells whose keys are not what they were. */
  update(devices: readonly DeviceFacts[]): Set<string> {
    const changed = new Set<string>();
    const present = new Set(devices.map(({ deviceId }) => deviceId));
    for (const device of this.#known.keys()) {
      if (present.has(device)) continue;
      this.#forget(device);
      changed.add(device);
    }
    for (const facts of devices) {
      const before = this.#known.get(facts.deviceId);
      if (before?.facts === facts) continue;
      const keys = keysOf(facts);
      const text = JSON.stringify(keys);
      if (before?.text === text) {
        this.#known.set(facts.deviceId, { ...before, facts });
        continue;
      }
      if (before) this.#forget(facts.deviceId);
      this.#note(facts, keys, text);
      changed.add(facts.deviceId);
    }
    return changed;
  }

  #note(facts: DeviceFacts, keys: Keys, text: string): void {
    const { deviceId } = facts;
    const own = [...keys.announced, facts.bridge.baseAddress].filter(isIdentityMac);
    const macs = new Set([...own, ...keys.macs.map(([mac]) => mac), ...keys.looseMacs]);
    this.#known.set(deviceId, { facts, keys, text, macs });
    for (const key of keys.chassis) this.#chassis.note(key, deviceId, true);
    for (const name of keys.names) {
      this.#names.note(nameKey(name), deviceId, true);
      this.#labels.note(firstLabel(nameKey(name)), deviceId, true);
    }
    for (const [mac, ifIndex] of keys.macs) this.#macs.note(mac, deviceId, ifIndex);
    for (const [ip, ifIndex] of keys.ips) this.#ips.note(ip, deviceId, ifIndex);
  }

  #forget(device: string): void {
    const { keys } = this.#known.get(device) as Known;
    this.#known.delete(device);
    for (const key of keys.chassis) this.#chassis.forget(key, device);
    for (const name of keys.names) {
      this.#names.forget(nameKey(name), device);
      this.#labels.forget(firstLabel(nameKey(name)), device);
    }
    for (const [mac] of keys.macs) this.#macs.forget(mac, device);
    for (const [ip] of keys.ips) this.#ips.forget(ip, device);
  }

  #siteOf(device: string): string | null | undefined {
    return this.#known.get(device)?.keys.site;
  }

  /** Every MAC that the device alone may call its own. */
  macsOf(device: string): ReadonlySet<string> {
    return this.#known.get(device)?.macs ?? NO_MACS;
  }

  ownerOfMac(mac: string): string | undefined {
    if (!isIdentityMac(mac)) return undefined;
    return this.#macs.one(mac)?.device ?? this.#chassis.one(mac)?.device;
  }

  /** The interface that has the address, if one device alone has it. */
  ownerOfIp(ip: string): InterfaceRef | undefined {
    const owner = this.#ips.one(ip);
    return owner && { device: owner.device, ifIndex: owner.value };
  }

  /** The polled device that a neighbour's row means; undefined when it means none, or could mean several. */
  find(keys: NeighbourKeys, from: string): string | undefined {
    const chassis = keys.chassisMac !== null && isIdentityMac(keys.chassisMac) ? keys.chassisMac : null;
    const byChassis =
      (chassis === null ? undefined : (this.#chassis.one(chassis)?.device ?? this.ownerOfMac(chassis))) ??
      (keys.chassisMac === null && keys.chassisId !== null
        ? this.#chassis.one(nameKey(keys.chassisId))?.device
        : undefined);
    if (byChassis !== undefined) return byChassis;
    const byName = this.#byName(keys.names);
    const byIp = this.#byIp(keys, from);
    if (byName !== undefined) {
      // Default names repeat: a chassis that is not the device's own needs a second witness.
      const announces = (this.#known.get(byName)?.keys.announced.length ?? 0) > 0;
      const foreign = chassis !== null && announces && !this.macsOf(byName).has(chassis);
      if (!foreign || byIp === byName) return byName;
      return undefined;
    }
    const byPort = keys.portMac === null ? undefined : this.ownerOfMac(keys.portMac);
    if (byPort !== undefined && chassis === null) return byPort;
    // A device that does not speak LLDP to us still announces the base MAC next to those of its ports.
    if (byIp !== undefined && chassis !== null && keys.names.length === 0 && this.#isNextTo(byIp, chassis)) return byIp;
    // An address alone may repeat at another site: only where nothing stronger was said, and never across sites.
    return chassis === null && keys.names.length === 0 ? byIp : undefined;
  }

  #isNextTo(device: string, chassis: string): boolean {
    const block = chassis.slice(0, 14);
    const announced = this.#known.get(device)?.keys.announced;
    return announced?.length === 0 && [...this.macsOf(device)].some((mac) => mac.startsWith(block));
  }

  #byName(names: readonly string[]): string | undefined {
    for (const name of names) {
      const exact = this.#names.one(nameKey(name))?.device;
      if (exact !== undefined) return exact;
    }
    for (const name of names) {
      const key = nameKey(name);
      // `sw1.example.net` and `sw1` are one; `sw1.a.net` and `sw1.b.net` are not.
      const label = this.#labels.one(firstLabel(key))?.device;
      if (label !== undefined && (!key.includes('.') || this.#names.one(firstLabel(key))?.device === label)) {
        return label;
      }
    }
    return undefined;
  }

  #byIp(keys: NeighbourKeys, from: string): string | undefined {
    for (const ip of keys.ips) {
      const owner = this.#ips.one(ip)?.device;
      if (owner !== undefined && this.#siteOf(owner) === this.#siteOf(from)) return owner;
    }
    return undefined;
  }

  /** Keys that several devices claim: of no use, and worth a word. */
  collisions(): { key: string; devices: string[] }[] {
    return [...this.#chassis.collisions(), ...this.#ips.collisions()];
  }
}

const sharedCount = (a: ReadonlySet<string>, b: ReadonlySet<string>) => [...a].filter((value) => b.has(value)).length;

/**
 * Inventory entries that are one device polled under two names: the same chassis serial number and model, or the same
 * chassis MAC, name and interface MACs. Value: id that stands for it, with the evidence. Never on an address or a name
 * alone, never on a shared (MLAG) bridge address.
 */
export function findTwins(devices: readonly DeviceFacts[]): Map<string, { same: string; evidence: string }> {
  const twins = new Map<string, { same: string; evidence: string }>();
  const sorted = [...devices].sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  const byKey = new Map<string, DeviceFacts>();
  for (const device of sorted) {
    for (const [key, evidence] of twinKeysOf(device)) {
      const first = byKey.get(key);
      if (first && !twins.has(device.deviceId) && agree(first, device)) {
        twins.set(device.deviceId, { same: twins.get(first.deviceId)?.same ?? first.deviceId, evidence });
      } else if (!first) byKey.set(key, device);
    }
  }
  return twins;
}

type TwinKeys = readonly (readonly [key: string, evidence: string])[];

/** Asked for all devices at every inference, and the same for the same facts. */
const twinKeys = new WeakMap<DeviceFacts, TwinKeys>();

function twinKeysOf(device: DeviceFacts): TwinKeys {
  const known = twinKeys.get(device);
  if (known) return known;
  const { chassisSerial, chassisModel, sysName } = device.system;
  const keys: [string, string][] = [];
  if (chassisSerial !== null && chassisModel !== null) {
    keys.push([`serial ${chassisModel} ${chassisSerial}`, `chassis serial ${chassisSerial}`]);
  }
  const mac = device.localIdentity.chassisMac ?? device.bridge.baseAddress;
  if (isIdentityMac(mac) && sysName !== null) {
    keys.push([`mac ${mac} ${nameKey(sysName)}`, `chassis ${mac} and name ${sysName}`]);
  }
  twinKeys.set(device, keys);
  return keys;
}

/** Serial numbers and interface MACs must not speak against a merge. */
function agree(a: DeviceFacts, b: DeviceFacts): boolean {
  const serials = [a.system.chassisSerial, b.system.chassisSerial];
  if (serials[0] !== null && serials[1] !== null && serials[0] !== serials[1]) return false;
  const macs = [a, b].map(
    (device) => new Set(device.interfaces.flatMap((fact) => (isIdentityMac(fact.mac) ? [fact.mac] : []))),
  ) as [Set<string>, Set<string>];
  const smaller = Math.min(macs[0].size, macs[1].size);
  return smaller > 0 && sharedCount(macs[0], macs[1]) >= smaller / 2;
}
