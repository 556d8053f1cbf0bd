import type { DeviceFacts } from '../facts.js';
import { compareText } from './drafts.js';
import type { World } from './world.js';

/** What ARP tables call a MAC: all its addresses, and the first device that knows it. */
export interface Naming {
  readonly ips: readonly string[];
  readonly device: string;
}

/** Addresses that any ARP table gives to each MAC. */
export class Addresses {
  readonly #arpOf = new Map<string, DeviceFacts['arp']>();
  readonly #byMac = new Map<string, Map<string, string[]>>();
  readonly #namings = new Map<string, Naming>();

  /** Returns the MACs that are called otherwise than before. */
  update(world: World): Set<string> {
    const touched = new Set<string>();
    for (const [device, arp] of this.#arpOf) {
      if (world.byId.has(device)) continue;
      this.#replace(device, arp, [], touched);
      this.#arpOf.delete(device);
    }
    for (const { id, facts } of world.devices) {
      const before = this.#arpOf.get(id);
      if (before === facts.arp || (before === undefined && facts.arp.length === 0)) continue;
      this.#replace(id, before ?? [], facts.arp, touched);
      this.#arpOf.set(id, facts.arp);
    }
    const changed = new Set<string>();
    for (const mac of touched) {
      const [before, now] = [this.#namings.get(mac), this.#name(mac)];
      if (now) this.#namings.set(mac, now);
      else this.#namings.delete(mac);
      if (before?.device !== now?.device || before?.ips.join() !== now?.ips.join()) changed.add(mac);
    }
    return changed;
  }

  of(mac: string): Naming | undefined {
    return this.#namings.get(mac);
  }

  #replace(device: string, before: DeviceFacts['arp'], now: DeviceFacts['arp'], touched: Set<string>): void {
    const gone = new Set(before.map(({ mac }) => mac));
    for (const mac of gone) {
      this.#byMac.get(mac)?.delete(device);
      touched.add(mac);
    }
    for (const { mac, ip } of now) {
      touched.add(mac);
      let byDevice = this.#byMac.get(mac);
      if (!byDevice) this.#byMac.set(mac, (byDevice = new Map<string, string[]>()));
      const ips = byDevice.get(device);
      if (!ips) byDevice.set(device, [ip]);
      else ips.push(ip);
    }
    for (const mac of gone) if (this.#byMac.get(mac)?.size === 0) this.#byMac.delete(mac);
  }

  #name(mac: string): Naming | undefined {
    const byDevice = this.#byMac.get(mac);
    if (!byDevice) return undefined;
    const [only] = byDevice;
    if (byDevice.size === 1 && only && only[1].length === 1) return { ips: only[1], device: only[0] };
    const ips = new Set([...byDevice.values()].flat());
    return { ips: [...ips].sort(compareText), device: [...byDevice.keys()].sort(compareText)[0] as string };
  }
}

/** What the ARP tables of these devices call a MAC; read through when it is first asked. */
export function namings(all: Iterable<DeviceFacts>): (mac: string) => Naming | undefined {
  let byMac: Map<string, { device: string; ips: Set<string> }> | undefined;
  const read = () => {
    const found = new Map<string, { device: string; ips: Set<string> }>();
    for (const { deviceId, arp } of all) {
      for (const { mac, ip } of arp) {
        const known = found.get(mac);
        if (!known) found.set(mac, { device: deviceId, ips: new Set([ip]) });
        else {
          known.ips.add(ip);
          if (compareText(deviceId, known.device) < 0) known.device = deviceId;
        }
      }
    }
    return found;
  };
  return (mac) => {
    const naming = (byMac ??= read()).get(mac);
    return naming && { device: naming.device, ips: [...naming.ips].sort(compareText) };
  };
}
