import type { Mac } from '../../lib/mac.js';
import { ipOf, macOf, MANAGEMENT_VLAN, VOICE_VLAN } from './address.js';
import type { Builder, Draft, PlannedSubnet } from './build.js';
import type { Announcer, GoneHost, Port, PortRef, Segment, Station, Talk } from './network.js';
import type { Random } from './random.js';

export interface Population {
  readonly stations: readonly Station[];
  readonly segments: readonly Segment[];
  readonly announcers: readonly Announcer[];
  readonly gone: readonly GoneHost[];
}

/** Sockets with nothing in them. */
const SPARE_PORTS = 2;
const HOST_OUIS = ['3c:52:82', '8c:16:45', '00:50:b6', 'a4:bb:6d', 'f8:b1:56', '54:bf:64', '70:b5:e8', 'd8:9e:f3'];
const VIRTUAL_OUI = '00:50:56';
const PHONE_OUI = '00:04:f2';
const ACCESS_POINT_OUI = 'f0:9f:c2';

/** Puts hosts, phones, small switches, access points and hypervisors on the access ports. */
export function populate(
  builder: Builder,
  accesses: readonly Draft[],
  subnets: readonly PlannedSubnet[],
  random: Random,
): Population {
  const crowd = new Crowd(builder, subnets, random);
  for (const device of builder.devices) crowd.manage(device);
  for (const access of accesses) {
    const vlans = [...access.vlans].filter((vlan) => vlan !== MANAGEMENT_VLAN && vlan !== VOICE_VLAN);
    for (let i = 0; i < SPARE_PORTS; i++) builder.port(access, { accessVlan: 1 });
    const count = random.int(...builder.parameters.portsPerAccess);
    for (let i = 0; i < count; i++) {
      const vlan = random.pick(vlans);
      crowd.fill(access, builder.port(access, { accessVlan: vlan, speedBps: random.chance(0.9) ? 1e9 : 1e8 }), vlan);
    }
  }
  crowd.move(accesses);
  crowd.leave();
  return crowd;
}

class Crowd implements Population {
  readonly stations: Station[] = [];
  readonly segments: Segment[] = [];
  readonly announcers: Announcer[] = [];
  readonly gone: GoneHost[] = [];
  readonly #builder: Builder;
  readonly #random: Random;
  readonly #subnets = new Map<string, { planned: PlannedSubnet; used: number }>();
  readonly #sequence = new Map<string, number>();

  constructor(builder: Builder, subnets: readonly PlannedSubnet[], random: Random) {
    this.#builder = builder;
    this.#random = random;
    for (const planned of subnets) {
      this.#subnets.set(`${planned.siteIndex}/${planned.subnet.vlan}`, { planned, used: 9 });
      this.#gateways(planned);
    }
  }

  /** A switch talks to the others through its management interface. */
  manage(device: Draft): void {
    const own = device.ports.find((port) => port.kind === 'svi');
    if (own === undefined || !device.macVisible) return;
    this.stations.push({
      mac: device.mac,
      ip: device.managementIp,
      vlan: MANAGEMENT_VLAN,
      at: { device: device.id, ifIndex: own.ifIndex },
      kind: 'management',
      talk: 'broadcast',
      segment: null,
      before: null,
      rateBps: 20_000,
    });
  }

  fill(access: Draft, port: Port, vlan: number): void {
    const { miniSwitchRatio, phoneRatio, accessPointRatio, hypervisorRatio } = this.#builder.parameters;
    const at: PortRef = { device: access.id, ifIndex: port.ifIndex };
    const draw = this.#random.next();
    const bounds = [miniSwitchRatio, phoneRatio, accessPointRatio, hypervisorRatio];
    let sum = 0;
    const kind = bounds.findIndex((ratio) => draw < (sum += ratio));
    if (kind === 0) this.#share(access, at, vlan, 'mini-switch', this.#random.int(3, 12), this.#random.pick(HOST_OUIS));
    else if (kind === 1) this.#phone(access, at, vlan);
    else if (kind === 2) this.#accessPoint(access, at, vlan);
    else if (kind === 3) this.#share(access, at, vlan, 'hypervisor', this.#random.int(5, 40), VIRTUAL_OUI);
    else this.#host(access, at, vlan, null, this.#random.pick(HOST_OUIS));
  }

  /** Hosts that changed ports a minute ago: nothing but their gateway has heard of them since. */
  move(accesses: readonly Draft[]): void {
    this.stations.forEach((station, i) => {
      if (station.kind !== 'host' || station.segment !== null) return;
      if (!this.#random.chance(this.#builder.parameters.movedRatio)) return;
      const others = accesses.filter(
        (access) =>
          access.id !== station.at.device &&
          access.vlans.has(station.vlan) &&
          sameDomain(this.#builder, access, station),
      );
      const ports = others.flatMap((access) =>
        access.ports
          .filter((port) => port.accessVlan === station.vlan)
          .map((port) => ({ device: access.id, ifIndex: port.ifIndex })),
      );
      if (ports.length === 0) return;
      this.stations[i] = { ...station, talk: 'gateway', before: this.#random.pick(ports) };
    });
  }

  /** Routers remember hosts for hours after they left. */
  leave(): void {
    const present = this.stations.filter((station) => station.kind === 'host').length;
    const subnets = [...this.#subnets.values()].filter(({ planned }) => planned.subnet.vlan !== MANAGEMENT_VLAN);
    const count = Math.round(present * this.#builder.parameters.goneArpRatio);
    for (let i = 0; i < count && subnets.length > 0; i++) {
      const { planned } = this.#random.pick(subnets);
      const ip = this.#address(planned.siteIndex, planned.subnet.vlan);
      if (ip === null) continue;
      this.gone.push({
        mac: this.#mac(this.#random.pick(HOST_OUIS)),
        ip,
        vlan: planned.subnet.vlan,
        site: planned.subnet.site,
      });
    }
  }

  #gateways(planned: PlannedSubnet): void {
    const { subnet, gateways } = planned;
    for (const { router, mac, ip } of gateways) {
      const own = router.ports.find((port) => port.kind === 'subinterface' && port.vlan === subnet.vlan);
      if (own === undefined) continue;
      this.#gateway(mac, ip, subnet.vlan, { device: router.id, ifIndex: own.ifIndex });
      const isMaster = router === gateways[0]?.router;
      if (isMaster && subnet.gatewayMac !== mac) {
        this.#gateway(subnet.gatewayMac, subnet.gatewayIp, subnet.vlan, { device: router.id, ifIndex: own.ifIndex });
      }
    }
  }

  #gateway(mac: Mac, ip: Station['ip'], vlan: number, at: PortRef): void {
    this.stations.push({
      mac,
      ip,
      vlan,
      at,
      kind: 'gateway',
      talk: 'broadcast',
      segment: null,
      before: null,
      rateBps: 0,
    });
  }

  #host(access: Draft, at: PortRef, vlan: number, segment: string | null, oui: string): void {
    this.#station(access, at, vlan, segment, this.#mac(oui), 'host', this.#talk());
  }

  #share(access: Draft, at: PortRef, vlan: number, kind: Segment['kind'], count: number, oui: string): string {
    const id = `${kind}-${this.segments.length + 1}`;
    this.segments.push({ id, kind, at });
    for (let i = 0; i < count; i++) this.#host(access, at, vlan, id, oui);
    return id;
  }

  #phone(access: Draft, at: PortRef, vlan: number): void {
    const mac = this.#mac(PHONE_OUI);
    const voice = access.vlans.has(VOICE_VLAN) ? VOICE_VLAN : vlan;
    const ip = this.#station(access, at, voice, null, mac, 'phone', 'broadcast');
    this.#host(access, at, vlan, null, this.#random.pick(HOST_OUIS));
    if (ip !== null)
      this.announcers.push({ at, mac, ip, name: `SEP${mac.replaceAll(':', '').toUpperCase()}`, kind: 'phone' });
  }

  #accessPoint(access: Draft, at: PortRef, vlan: number): void {
    const mac = this.#mac(ACCESS_POINT_OUI);
    const id = this.#share(access, at, vlan, 'access-point', this.#random.int(5, 60), this.#random.pick(HOST_OUIS));
    const ip = this.#station(access, at, vlan, id, mac, 'access-point', 'broadcast');
    if (ip !== null)
      this.announcers.push({ at, mac, ip, name: `ap-${mac.slice(9).replaceAll(':', '')}`, kind: 'access-point' });
  }

  #station(
    access: Draft,
    at: PortRef,
    vlan: number,
    segment: string | null,
    mac: Mac,
    kind: Station['kind'],
    talk: Talk,
  ): Station['ip'] {
    const ip = this.#address(access.siteIndex, vlan);
    // a heavy tail: most hosts idle, some pull megabits
    const rateBps = Math.round(20_000 / (0.004 + this.#random.next() ** 2));
    this.stations.push({ mac, ip, vlan, at, kind, talk, segment, before: null, rateBps });
    return ip;
  }

  #talk(): Talk {
    const { silentRatio, broadcastRatio } = this.#builder.parameters;
    const draw = this.#random.next();
    if (draw < silentRatio) return 'silent';
    return draw < silentRatio + broadcastRatio ? 'broadcast' : 'gateway';
  }

  /** The next free address of the VLAN; none when the subnet is full. */
  #address(siteIndex: number, vlan: number): Station['ip'] {
    const pool = this.#subnets.get(`${siteIndex}/${vlan}`) ?? this.#subnets.get(`0/${vlan}`);
    if (pool === undefined) return null;
    pool.used += 1;
    const { network, prefixLength } = pool.planned.subnet;
    return pool.used < 2 ** (32 - prefixLength) - 1 ? ipOf(network + pool.used) : null;
  }

  #mac(oui: string): Mac {
    const next = (this.#sequence.get(oui) ?? 0x100000) + 1 + this.#random.int(0, 40);
    this.#sequence.set(oui, next);
    return macOf(oui, next);
  }
}

const sameDomain = (builder: Builder, access: Draft, station: Station): boolean =>
  builder.parameters.backbone === 'bridged' ||
  builder.devices.find((device) => device.id === station.at.device)?.siteIndex === access.siteIndex;
