import type { Mac } from '../../lib/mac.js';
import { portKey, type Counter, type Device, type Network, type Plan, type PortRef } from './network.js';
import { logicalLinks } from './spanning-tree.js';
import { stateOf } from './state.js';

/** Cuts a cable, or all cables of a link. The spanning tree reconverges and the tables follow. */
export const cutLink = (network: Network, id: string): Network => setCables(network, id, false);

/** Puts back what `cutLink` took. */
export const restoreLink = (network: Network, id: string): Network => setCables(network, id, true);

function setCables(network: Network, id: string, up: boolean): Network {
  const { plan } = network;
  const cables = new Set(logicalLinks(plan).find((link) => link.id === id)?.cables ?? [id]);
  if (!plan.cables.some((cable) => cables.has(cable.id))) throw new RangeError(`no link ${id}`);
  return changed(network, { cables: plan.cables.map((cable) => (cables.has(cable.id) ? { ...cable, up } : cable)) });
}

/** Moves a host to another access port, which may be one that other hosts use; it announces itself there. */
export function moveHost(network: Network, mac: Mac, to: PortRef): Network {
  const { plan } = network;
  const device = plan.devices.find((candidate) => candidate.id === to.device);
  const port = device?.ports.find((candidate) => candidate.ifIndex === to.ifIndex);
  if (device === undefined || port === undefined || port.accessVlan === null) {
    throw new RangeError(`${portKey(to)} is no access port`);
  }
  const vlan = port.accessVlan;
  let found = false;
  const stations = plan.stations.map((station) => {
    if (station.mac !== mac || station.kind === 'gateway' || station.kind === 'management') return station;
    found = true;
    return { ...station, at: to, vlan, talk: 'broadcast' as const, segment: null, before: null };
  });
  if (!found) throw new RangeError(`no host ${mac}`);
  return { ...network, plan: { ...plan, stations } };
}

/** The device starts anew: its clock and its counters begin at zero. */
export function rebootDevice(network: Network, id: string): Network {
  const { plan, timeSec } = network;
  if (!plan.devices.some((device) => device.id === id)) throw new RangeError(`no device ${id}`);
  const devices = plan.devices.map((device): Device =>
    device.id === id ? { ...device, bootedAtSec: timeSec } : device,
  );
  const counters = new Map([...network.counters].filter(([key]) => !key.startsWith(`${id}/`)));
  return { ...changed(network, { devices }), counters };
}

const changed = (network: Network, part: Partial<Plan>): Network => ({
  ...network,
  plan: {
    ...network.plan,
    ...part,
    topologyChanges: network.plan.topologyChanges + 1,
    changedAtSec: network.timeSec,
  },
});

const PERIOD_SEC = 1800;
const SWING = 0.4;
const FULL = 0.95;

/** Lets time pass: uptimes and counters grow by what the ports carry, which swings about its mean. */
export function advance(network: Network, seconds: number): Network {
  const { load } = stateOf(network.plan);
  const speeds = new Map(
    network.plan.devices.flatMap((device) =>
      device.ports.map((port) => [portKey({ device: device.id, ifIndex: port.ifIndex }), port.speedBps] as const),
    ),
  );
  const counters = new Map<string, Counter>(network.counters);
  for (const [key, { inBps, outBps }] of load) {
    const limit = (speeds.get(key) ?? 0) * FULL;
    const factor = swing(key, network.timeSec + seconds) - swing(key, network.timeSec);
    const known = counters.get(key) ?? { inOctets: 0, outOctets: 0 };
    counters.set(key, {
      inOctets: known.inOctets + (Math.min(inBps, limit / (1 + SWING)) / 8) * factor,
      outOctets: known.outOctets + (Math.min(outBps, limit / (1 + SWING)) / 8) * factor,
    });
  }
  return { ...network, timeSec: network.timeSec + seconds, counters };
}

/** The integral of 1 + SWING · sin over time, with a phase of the port's own. */
function swing(key: string, timeSec: number): number {
  let phase = 0;
  for (let i = 0; i < key.length; i++) phase = (phase * 31 + key.charCodeAt(i)) % 6283;
  const omega = (2 * Math.PI) / PERIOD_SEC;
  return timeSec - (SWING / omega) * Math.cos(omega * timeSec + phase / 1000);
}
