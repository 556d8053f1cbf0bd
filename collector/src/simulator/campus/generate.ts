import {
  ipOf,
  macOf,
  managementNetwork,
  MANAGEMENT_VLAN,
  subnetOf,
  subnetPrefixLength,
  vlanId,
  VOICE_VLAN,
  vrrpMac,
} from './address.js';
import { Builder, finish, spreadVlans, subinterface, type Draft, type PlannedSubnet } from './build.js';
import { populate } from './hosts.js';
import type { Network } from './network.js';
import { DEFAULTS, type Parameters } from './parameters.js';
import { createRandom, type Random } from './random.js';

const GIGABIT = 1e9;
const TEN_GIGABIT = 1e10;

interface Site {
  readonly index: number;
  readonly cores: readonly Draft[];
  readonly distributions: readonly Draft[];
  readonly accesses: readonly Draft[];
  readonly routers: Draft[];
}

/** A whole network from its parameters; the same parameters give the same network, byte for byte. */
export function generateNetwork(parameters: Partial<Parameters> = {}): Network {
  const all: Parameters = { ...DEFAULTS, ...parameters };
  const random = createRandom(String(all.seed));
  const builder = new Builder(all, random);
  const sites = Array.from({ length: all.sites }, (_, index) => buildSite(builder, index));
  if (all.backbone === 'bridged' && sites.length > 1) bridgeSites(builder, sites);
  else routeSites(builder, sites);
  spreadVlans(builder.devices);
  const subnets = giveAddresses(builder, sites, all);
  const accesses = builder.devices.filter((device) => device.role === 'access');
  const population = populate(builder, accesses, subnets, random.fork('hosts'));
  return {
    parameters: all,
    plan: {
      devices: builder.devices.map(finish),
      cables: builder.cables,
      ...population,
      subnets: subnets.map(({ subnet }) => subnet),
      topologyChanges: 2,
      changedAtSec: -3600,
    },
    timeSec: 0,
    counters: new Map(),
  };
}

const named = (siteIndex: number, name: string): string => (siteIndex === 0 ? name : `b${siteIndex}-${name}`);

function buildSite(builder: Builder, index: number): Site {
  const { parameters, random: root } = builder;
  const random = root.fork(`site/${index}`);
  const hasRouters = parameters.backbone === 'routed' || parameters.sites === 1;
  const routers = Array.from({ length: hasRouters ? parameters.routersPerSite : 0 }, (_, i) =>
    builder.device(index, 'router', named(index, `router-${i + 1}`)),
  );
  const cores = Array.from({ length: parameters.corePair ? 2 : 1 }, (_, i) =>
    builder.device(index, 'core', named(index, `core-${i + 1}`), i),
  );
  const [core, secondCore] = cores as [Draft, Draft | undefined];
  if (secondCore !== undefined) {
    builder.connect(core, secondCore, 2, TEN_GIGABIT);
    secondCore.parents.push(core);
    core.parents.push(secondCore);
  }
  const distributions = Array.from({ length: parameters.distribution }, (_, i) =>
    builder.device(index, 'distribution', named(index, `dist-${i + 1}`)),
  );
  distributions.forEach((distribution, i) => {
    // with two cores the halves of the campus prefer different ones
    const near = secondCore !== undefined && i % 2 === 1 ? secondCore : core;
    uplink(builder, distribution, near, TEN_GIGABIT, random);
    const other = near === core ? secondCore : core;
    const second = other ?? distributions[i - 1];
    if (second !== undefined && random.chance(parameters.redundantRatio)) {
      builder.connect(distribution, second, 1, TEN_GIGABIT);
      distribution.parents.push(second);
      if (second.role === 'distribution') second.parents.push(distribution);
    }
  });
  const pairs = pairUp(builder, distributions, Math.round(parameters.mlagPairs));
  const accesses = distributions.flatMap((distribution, i) =>
    buildAccess(builder, index, i, distribution, distributions, pairs.get(distribution), random),
  );
  routers.forEach((router, i) => builder.connect(cores[i % cores.length] ?? core, router, 1, TEN_GIGABIT));
  return { index, cores, distributions, accesses, routers };
}

/** Halves of an MLAG pair present one LACP system and keep a link between them. */
function pairUp(builder: Builder, distributions: readonly Draft[], count: number): Map<Draft, readonly [Draft, Draft]> {
  const pairs = new Map<Draft, readonly [Draft, Draft]>();
  for (let i = 0; i + 1 < distributions.length && pairs.size < 2 * count; i += 2) {
    const [a, b] = [distributions[i] as Draft, distributions[i + 1] as Draft];
    builder.connect(a, b, 2, TEN_GIGABIT);
    a.parents.push(b);
    b.parents.push(a);
    const system = macOf('00:23:04', 0xee0000 + builder.devices.indexOf(a));
    for (const [half, peer] of [
      [a, b],
      [b, a],
    ] as const) {
      half.lacpSystem = system;
      half.mlagPeer = peer.id;
      pairs.set(half, [a, b]);
    }
  }
  return pairs;
}

function buildAccess(
  builder: Builder,
  siteIndex: number,
  block: number,
  distribution: Draft,
  distributions: readonly Draft[],
  pair: readonly [Draft, Draft] | undefined,
  random: Random,
): Draft[] {
  const { parameters } = builder;
  const built: Draft[] = [];
  for (let i = 0; i < parameters.accessPerDistribution; i++) {
    const access = builder.device(siteIndex, 'access', named(siteIndex, `access-${block + 1}-${i + 1}`));
    for (const vlan of accessVlans(parameters, random)) access.vlans.add(vlan);
    const upper = built.length > 0 && random.chance(parameters.chainRatio) ? random.pick(built) : undefined;
    if (pair !== undefined && upper === undefined) {
      builder.connectPair(access, pair, TEN_GIGABIT);
      access.parents.push(...pair);
      built.push(access);
      continue;
    }
    const speedBps = random.chance(0.5) ? GIGABIT : TEN_GIGABIT;
    uplink(builder, access, upper ?? distribution, speedBps, random);
    if (random.chance(parameters.redundantRatio)) {
      const others = distributions.filter((candidate) => candidate !== distribution && candidate.mlagPeer === null);
      const second = others.length === 0 || random.chance(0.3) ? (upper ?? distribution) : random.pick(others);
      builder.connect(access, second, 1, speedBps);
      access.parents.push(second);
      // a chain with a second way out may become the way of the switches above it
      if (upper !== undefined && second !== upper) upper.parents.push(access);
    }
    built.push(access);
  }
  return built;
}

function uplink(builder: Builder, lower: Draft, upper: Draft, speedBps: number, random: Random): void {
  const members = random.chance(builder.parameters.lagRatio) ? random.pick([2, 4]) : 1;
  builder.connect(lower, upper, members, speedBps);
  lower.parents.push(upper);
}

function accessVlans(parameters: Parameters, random: Random): number[] {
  const all = Array.from({ length: parameters.vlans }, (_, i) => vlanId(i, parameters.vlans));
  const own = random.shuffled(all).slice(0, Math.min(parameters.vlansPerAccess, all.length));
  return parameters.phoneRatio > 0 ? [...own, VOICE_VLAN] : own;
}

/** All sites in one bridged domain: their cores hang on one backbone switch, and so do the routers. */
function bridgeSites(builder: Builder, sites: readonly Site[]): void {
  const backbone = builder.device(0, 'backbone', 'backbone-1');
  for (const site of sites) {
    for (const core of site.cores) {
      builder.connect(core, backbone, 1, TEN_GIGABIT);
      core.parents.push(backbone);
    }
  }
  for (let i = 0; i < builder.parameters.routersPerSite; i++) {
    const router = builder.device(0, 'router', `router-${i + 1}`);
    builder.connect(backbone, router, 1, TEN_GIGABIT);
    (sites[0] as Site).routers.push(router);
  }
}

/** Neighbouring sites are joined router by router; three or more close to a ring. */
function routeSites(builder: Builder, sites: readonly Site[]): void {
  let next = (172 << 24) + (31 << 16);
  const join = (a: Site, b: Site): void => {
    a.routers.forEach((router, i) => {
      const peer = b.routers[i];
      if (peer === undefined) return;
      builder.connectRouted(router, peer, next, GIGABIT);
      next += 4;
    });
  };
  for (let i = 0; i + 1 < sites.length; i++) join(sites[i] as Site, sites[i + 1] as Site);
  if (sites.length > 2) join(sites.at(-1) as Site, sites[0] as Site);
}

/** Subinterfaces of the routers: .1 is the gateway (virtual when there are two routers), then one address a router. */
function giveAddresses(builder: Builder, sites: readonly Site[], parameters: Parameters): PlannedSubnet[] {
  const planned: PlannedSubnet[] = [];
  const bridged = parameters.backbone === 'bridged' && sites.length > 1;
  for (const site of sites) {
    const routers = bridged ? (sites[0] as Site).routers : site.routers;
    const vlans = [...new Set(site.cores.flatMap((core) => [...core.vlans]))].sort((a, b) => a - b);
    vlans.forEach((vlan, index) => {
      if (bridged && site.index > 0) return;
      const isManagement = vlan === MANAGEMENT_VLAN;
      const prefixLength = subnetPrefixLength(bridged);
      const network = isManagement
        ? managementNetwork(parameters.management, site.index)
        : subnetOf(parameters.overlappingSubnets ? 0 : site.index, index, prefixLength);
      const isPair = routers.length > 1 && !isManagement;
      const gateways = routers.map((router, i) => {
        const trunk = router.ports.find((port) => port.kind === 'physical' && port.address === null);
        if (trunk === undefined) throw new RangeError(`${router.id} has no trunk`);
        const ip = isManagement ? router.managementIp : ipOf(network + 1 + (isPair ? i + 1 : 0));
        return { router, mac: subinterface(router, trunk, vlan, { ip, prefixLength }).mac, ip };
      });
      const first = gateways[0];
      if (first === undefined) throw new RangeError('a site needs a router');
      planned.push({
        siteIndex: site.index,
        gateways,
        subnet: {
          site: site.cores[0]?.site ?? '',
          vlan,
          network,
          prefixLength,
          gatewayIp: isPair ? ipOf(network + 1) : first.ip,
          gatewayMac: isPair ? vrrpMac(index + 1) : first.mac,
        },
      });
    });
  }
  return planned;
}
