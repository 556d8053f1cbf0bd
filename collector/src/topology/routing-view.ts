import { ipToBytes, tryParseIp, type Ip } from '../lib/ip.js';
import type { DeviceFacts, InterfaceFact, RouteFact } from './facts.js';
import { isWhole } from '../snmp/reader.js';
import { covers, type Gateway, type Neighbour, type RouteEntry, type RoutingView } from './path-routing.js';

interface Address {
  readonly device: string;
  readonly site: string | null;
  readonly port: InterfaceFact;
  readonly ip: Ip;
  readonly prefixLength: number | null;
}

interface Binding {
  readonly device: string;
  readonly ifIndex: number;
  readonly mac: string;
}

const LOOPBACK = 24;
/** How sure the far end of a hop is: its MAC and address agree, or only the address fits. */
const BY_MAC = 0.9;
const BY_ADDRESS = 0.6;

const nameOf = (port: InterfaceFact | undefined): string | null =>
  port === undefined ? null : (port.ifName ?? port.ifDescr ?? `ifIndex ${port.ifIndex}`);

/** Routing, address and ARP tables of all devices as layer 3 path search asks for them. */
export function routingView(facts: ReadonlyMap<string, DeviceFacts>): RoutingView {
  const index = new TableIndex(facts);
  const entries = new Map<string, readonly RouteEntry[] | null>();
  return {
    routes(device) {
      const known = entries.get(device);
      if (known !== undefined) return known;
      const made = entriesOf(facts.get(device));
      entries.set(device, made);
      return made;
    },
    whyNoRoutes: (device) => whyNoRoutes(facts.get(device), device),
    readAt: (device) => reportsOf(facts.get(device))[0]?.readAt ?? null,
    addresses: (node) => index.addressesOf(node),
    neighbour: (device, ip, ifIndex) => index.neighbour(device, ip, ifIndex),
    gateways: (node) => index.gatewaysOf(node),
  };
}

const reportsOf = (facts: DeviceFacts | undefined) =>
  Object.values(facts?.tables ?? {}).filter(({ kind }) => kind === 'routes');

/** A device without a single route is no router: what it sends goes to its gateway. */
function entriesOf(facts: DeviceFacts | undefined): RouteEntry[] | null {
  const reports = reportsOf(facts);
  if (facts === undefined || facts.routes.length === 0) return null;
  if (!reports.every(({ outcome }) => isWhole(outcome))) return null;
  const ports = new Map(facts.interfaces.map((port) => [port.ifIndex, port]));
  const own = new Set(facts.interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)));
  return facts.routes.flatMap((route) => toEntry(route, ports, own));
}

function toEntry(route: RouteFact, ports: ReadonlyMap<number, InterfaceFact>, own: ReadonlySet<string>): RouteEntry[] {
  const network = tryParseIp(route.network);
  if (network === undefined) return [];
  const hop = route.nextHop === null ? undefined : tryParseIp(route.nextHop);
  // some agents name the own address as next hop of a connected network
  const nextHop = hop === undefined || own.has(hop) ? null : hop;
  return [
    {
      network,
      prefixLength: route.prefixLength,
      nextHop,
      ifIndex: route.ifIndex,
      ifName: route.ifIndex === null ? null : nameOf(ports.get(route.ifIndex)),
      discards: route.type === 'reject',
      protocol: route.protocol,
      metric: route.metric,
    },
  ];
}

function whyNoRoutes(facts: DeviceFacts | undefined, device: string): string {
  if (facts === undefined) return `${device} is not polled`;
  const reports = reportsOf(facts);
  if (reports.length === 0) return `the routing table of ${device} was not read yet`;
  const broken = reports.find(({ outcome }) => !isWhole(outcome));
  if (broken) return `the routing table of ${device} is not known: ${broken.detail ?? broken.outcome}`;
  return `${device} shows no routes`;
}

/** Who has which address and MAC, and who saw them together. */
class TableIndex {
  readonly #facts: ReadonlyMap<string, DeviceFacts>;
  readonly #ownersOfIp = new Map<string, Address[]>();
  readonly #devicesOfMac = new Map<string, Set<string>>();
  readonly #bindingsOfMac = new Map<string, (Binding & { readonly ip: string })[]>();
  readonly #bindingsOfIp = new Map<string, Binding[]>();
  /** Addresses that some ARP table binds to the MAC of a virtual router. */
  readonly #virtualIps = new Set<string>();

  constructor(facts: ReadonlyMap<string, DeviceFacts>) {
    this.#facts = facts;
    for (const [device, { site, interfaces, bridge, arp, virtualMacs }] of facts) {
      for (const port of interfaces) {
        for (const { ip, prefixLength } of port.addresses) {
          const parsed = tryParseIp(ip);
          if (parsed) push(this.#ownersOfIp, ip, { device, site, port, ip: parsed, prefixLength });
        }
        if (port.mac !== null) this.#owns(port.mac, device);
      }
      for (const mac of [bridge.baseAddress, ...virtualMacs]) if (mac !== null) this.#owns(mac, device);
      for (const { ifIndex, ip, mac } of arp) {
        if (isVirtualRouter(mac)) this.#virtualIps.add(ip);
        push(this.#bindingsOfIp, `${device} ${ip}`, { device, ifIndex, mac });
        push(this.#bindingsOfMac, mac, { device, ifIndex, mac, ip });
      }
    }
  }

  #owns(mac: string, device: string): void {
    const owners = this.#devicesOfMac.get(mac) ?? new Set();
    this.#devicesOfMac.set(mac, owners.add(device));
  }

  /** Of a host what ARP says; of a device its loopbacks first, since those do not go down with a port. */
  addressesOf(node: string): Ip[] {
    const mac = macOfHost(node);
    if (mac !== undefined) {
      const ips = (this.#bindingsOfMac.get(mac) ?? []).map(({ ip }) => ip);
      return [...new Set(ips)].sort().flatMap((ip) => tryParseIp(ip) ?? []);
    }
    const ports = this.#facts.get(node)?.interfaces ?? [];
    const rank = ({ ifType }: InterfaceFact) => (ifType === LOOPBACK ? 0 : 1);
    return [...ports]
      .sort((a, b) => rank(a) - rank(b) || a.ifIndex - b.ifIndex)
      .flatMap(({ addresses }) => addresses.flatMap(({ ip }) => tryParseIp(ip) ?? []))
      .filter((ip) => !/^(127\.0\.0\.1$|169\.254\.|::1$|fe[89ab])/.test(ip));
  }

  /**
   * Who answers for an address on a network of the device. Its own ARP table decides; an address alone is worth
   * something only within one site, or when a single device has it on a network that the asking device is on too:
   * private networks repeat (topology-discovery, section 4).
   */
  neighbour(device: string, ip: Ip, ifIndex: number | null): Neighbour | undefined {
    const bindings = (this.#bindingsOfIp.get(`${device} ${ip}`) ?? []).filter(
      (binding) => ifIndex === null || binding.ifIndex === ifIndex,
    );
    const owners = (this.#ownersOfIp.get(ip) ?? []).filter((owner) => owner.device !== device);
    const macs = [...new Set(bindings.map(({ mac }) => mac))];
    if (macs.length === 1) {
      const mac = macs[0] as string;
      const having = this.#devicesOfMac.get(mac);
      const both = owners.filter((owner) => having?.has(owner.device));
      if (both.length === 1) return asNeighbour(both[0] as Address, BY_MAC);
      if (having === undefined) {
        // a virtual router answers with a MAC that nobody lists; anything else that no device has is a host
        const within = isVirtualRouter(mac) ? this.#within(device, owners) : [];
        if (within.length === 1) return asNeighbour(within[0] as Address, BY_ADDRESS);
        return { node: `host:${mac}`, ifName: null, confidence: BY_MAC, method: 'arp' };
      }
      if (having.size === 1 && both.length === 0) {
        const [only = ''] = having;
        const port = this.#facts.get(only)?.interfaces.find((candidate) => candidate.mac === mac);
        return { node: only, ifName: nameOf(port), confidence: BY_ADDRESS, method: 'arp' };
      }
      const within = this.#within(device, both);
      return within.length === 1 ? asNeighbour(within[0] as Address, BY_MAC) : undefined;
    }
    if (macs.length > 1) return undefined;
    const within = this.#within(device, owners);
    return within.length === 1 ? asNeighbour(within[0] as Address, BY_ADDRESS) : undefined;
  }

  /** Owners in the device's own site, else those on a network that it has a port in as well. */
  #within(device: string, owners: readonly Address[]): readonly Address[] {
    const facts = this.#facts.get(device);
    const inSite = owners.filter(({ site }) => site !== null && site === facts?.site);
    if (inSite.length > 0) return inSite;
    const near = owners.filter((owner) => facts?.interfaces.some((port) => sharesNetwork(port, owner)));
    return near;
  }

  /**
   * Ports of routers in the network of a node: of a host those that know it by ARP. Where two share a virtual address
   * the one that has it now is the gateway.
   */
  gatewaysOf(node: string): Gateway[] {
    const mac = macOfHost(node);
    const found = mac === undefined ? this.#gatewaysOfDevice(node) : this.#gatewaysOfHost(mac);
    const byPort = new Map(found.map((gateway) => [`${gateway.device} ${gateway.ifIndex}`, gateway]));
    const sorted = [...byPort].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, gateway]) => gateway);
    return sorted.filter(
      (gateway) =>
        this.#hasVirtualAddress(gateway) ||
        !sorted.some((other) => other.network === gateway.network && this.#hasVirtualAddress(other)),
    );
  }

  #hasVirtualAddress({ device, ifIndex }: Gateway): boolean {
    const port = this.#facts.get(device)?.interfaces.find((candidate) => candidate.ifIndex === ifIndex);
    return (port?.addresses ?? []).some(({ ip }) => this.#virtualIps.has(ip));
  }

  /** A switch with an address for its management has one network, and routes nothing for others. */
  #isRouter(facts: DeviceFacts | undefined): facts is DeviceFacts {
    const networks = (facts?.routes ?? []).filter(
      ({ type, network, prefixLength }) => type === 'local' && prefixLength < 32 && !network.startsWith('127.0.'),
    );
    return new Set(networks.map(({ network, prefixLength }) => `${network}/${prefixLength}`)).size >= 2;
  }

  #gatewaysOfHost(mac: string): Gateway[] {
    return (this.#bindingsOfMac.get(mac) ?? []).flatMap(({ device, ifIndex, ip }) => {
      const facts = this.#facts.get(device);
      const port = facts?.interfaces.find((candidate) => candidate.ifIndex === ifIndex);
      const parsed = tryParseIp(ip);
      const network = parsed && port && networkWith(port, parsed);
      return this.#isRouter(facts) && network && port
        ? [{ device, ifIndex, ifName: nameOf(port), network, confidence: BY_MAC }]
        : [];
    });
  }

  #gatewaysOfDevice(node: string): Gateway[] {
    const own = (this.#facts.get(node)?.interfaces ?? []).flatMap(({ addresses }) => addresses.map(({ ip }) => ip));
    const found: Gateway[] = [];
    for (const text of own) {
      const ip = tryParseIp(text);
      if (ip === undefined) continue;
      for (const [device, facts] of this.#facts) {
        if (device === node || !this.#isRouter(facts)) continue;
        for (const port of facts.interfaces) {
          const network = networkWith(port, ip);
          if (network === undefined) continue;
          const neighbour = this.neighbour(device, ip, port.ifIndex);
          if (neighbour?.node !== node) continue; // another network with the same addresses
          const { ifIndex } = port;
          found.push({ device, ifIndex, ifName: nameOf(port), network, confidence: neighbour.confidence });
        }
      }
    }
    return found;
  }
}

const asNeighbour = ({ device, port }: Address, confidence: number): Neighbour => ({
  node: device,
  ifName: nameOf(port),
  confidence,
  method: 'arp',
});

const macOfHost = (node: string): string | undefined =>
  node.startsWith('host:') || node.startsWith('cm:') ? node.slice(node.indexOf(':') + 1) : undefined;

/** VRRP, HSRP and GLBP (topology-discovery, section 5). */
const isVirtualRouter = (mac: string): boolean =>
  /^(00:00:5e:00:0[12]|00:00:0c:07:ac|00:00:0c:9f:f|00:05:73:a0:0|00:07:b4)/.test(mac);

/** The network of a port that an address is in, as text; an address without a prefix covers itself only. */
function networkWith(port: InterfaceFact, ip: Ip): string | undefined {
  for (const address of port.addresses) {
    const own = tryParseIp(address.ip);
    if (own === undefined || address.prefixLength === null) continue;
    if (covers({ network: own, prefixLength: address.prefixLength }, ip)) {
      return `${networkText(own, address.prefixLength)}/${address.prefixLength}`;
    }
  }
  return undefined;
}

const sharesNetwork = (port: InterfaceFact, { ip }: Address): boolean => networkWith(port, ip) !== undefined;

function networkText(ip: Ip, prefixLength: number): string {
  const octets = [...ipToBytes(ip)].map((octet, at) => {
    const bits = Math.min(8, Math.max(0, prefixLength - 8 * at));
    return octet & ((0xff << (8 - bits)) & 0xff);
  });
  return octets.length === 4 ? octets.join('.') : ip;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
