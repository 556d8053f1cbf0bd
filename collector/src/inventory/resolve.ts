import { liveCredentials, type LiveCredentials } from '../config/secrets.js';
import type { Loaded } from '../config/load.js';
import { DEFAULT_PROFILE, type ConfigDevice, type ConfigProfile } from '../config/schema.js';
import type { SnmpReader } from '../snmp/reader.js';
import type { SnmpTarget } from '../snmp/credential.js';
import type { InventoryDevice } from './store.js';
import { isInPrefix, sweep } from './sweep.js';

/** A device with everything that polling it needs. */
export interface ResolvedDevice extends InventoryDevice {
  readonly target: SnmpTarget;
  readonly polling: ConfigProfile;
  /** For a CMTS: how its modems are asked; their address comes from its tables. */
  readonly modemTarget: Omit<SnmpTarget, 'host'> | undefined;
}

export interface ResolveOptions {
  readonly openReader: (target: SnmpTarget) => SnmpReader;
  /** Devices that were known before: those of a prefix stay while they do not answer. */
  readonly known: readonly { readonly id: string; readonly address: string }[];
  readonly signal: AbortSignal;
  readonly onSweep?: (prefix: string, found: number) => void;
}

const SNMP_PORT = 161;
/** A sweep asks addresses where mostly nobody is. */
const SWEEP_RETRIES = 1;
const SWEEP_TIMEOUT_MS = 1000;

/** The inventory of a configuration: named devices, and of each prefix those that answer or answered before. */
export async function resolveInventory(
  { config, baseDir }: Loaded,
  options: ResolveOptions,
): Promise<ResolvedDevice[]> {
  const credentials = liveCredentials(config, baseDir);
  const devices = new Map<string, ResolvedDevice>();
  const addresses = new Set<string>();
  const add = (entry: ConfigDevice, id: string, address: string): void => {
    if (addresses.has(address)) return; // a named device is not found again by a prefix
    addresses.add(address);
    const unique = devices.has(id) ? `${id}-${address.replaceAll(':', '-')}` : id;
    devices.set(unique, resolveDevice(entry, unique, address, config, credentials));
  };
  for (const entry of config.devices) {
    if (entry.address !== undefined) add(entry, entry.id ?? entry.address.replaceAll(':', '-'), entry.address);
  }
  for (const entry of config.devices) {
    const { prefix } = entry;
    if (prefix === undefined) continue;
    const target = resolveDevice(entry, prefix, prefix, config, credentials).target;
    const open = (host: string) =>
      options.openReader({
        ...target,
        host,
        retries: SWEEP_RETRIES,
        timeoutMs: Math.min(target.timeoutMs, SWEEP_TIMEOUT_MS),
      });
    const answered = await sweep(prefix, open, options.signal);
    options.onSweep?.(prefix, answered.length);
    const before = options.known.filter(({ address }) => isInPrefix(address, prefix));
    for (const { id, address } of [...before, ...answered]) add(entry, id, address);
  }
  return [...devices.values()];
}

function resolveDevice(
  entry: ConfigDevice,
  id: string,
  address: string,
  config: Loaded['config'],
  credentials: LiveCredentials,
): ResolvedDevice {
  const polling = config.profiles[entry.profile] ?? DEFAULT_PROFILE;
  const { timeoutMs, retries, maxRepetitions, minGapMs, maxPacketsPerSec } = polling;
  const pace = { timeoutMs, retries, maxRepetitions, minGapMs, maxPacketsPerSec };
  return {
    id,
    address,
    port: entry.port,
    site: entry.site,
    role: entry.role,
    profile: entry.profile,
    anchor: entry.anchor,
    polling,
    target: {
      host: address,
      port: entry.port,
      ...pace,
      ...(entry.engineId === undefined ? {} : { engineId: entry.engineId.toLowerCase().replace(/^0x/, '') }),
      ...(entry.otherAddressUntil === undefined ? {} : { anyAddressUntilMs: Date.parse(entry.otherAddressUntil) }),
      get credential() {
        return credentials.of(entry.credential);
      },
    },
    modemTarget: modemTargetOf(entry, pace, credentials),
  };
}

function modemTargetOf(
  { modemCredential, modemPort }: ConfigDevice,
  pace: Pick<SnmpTarget, 'timeoutMs' | 'retries' | 'maxRepetitions'>,
  credentials: LiveCredentials,
): ResolvedDevice['modemTarget'] {
  if (modemCredential === undefined) return undefined;
  return {
    port: modemPort ?? SNMP_PORT,
    ...pace,
    get credential() {
      return credentials.of(modemCredential);
    },
  };
}
