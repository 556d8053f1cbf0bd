import { ipToBytes, parseIp } from '../lib/ip.js';
import { macFromBytes } from '../lib/mac.js';
import { TAG } from '../snmp/ber.js';
import type { AgentSpec } from './agent.js';
import { NOISE_DB, type Impairment, type OfdmChannel } from './channel.js';
import { cmtsInstances, type RegisteredModem } from './cmts-tables.js';
import { sortInstances, type MibView, type ServedInstance } from './mib-view.js';
import { createModem, type Modem, type ModemFaults } from './modem.js';
import { createRandom, deriveSeed, type Random } from './random.js';
import { addressAfter } from './recorded.js';
import { DEFAULT_LEVELS, type ModemLevels } from './rf-plan.js';

/** A fibre node and how many modems hang on each of its coaxial legs. */
export interface NodeSpec {
  readonly name: string;
  readonly legs: Readonly<Record<string, number>>;
}

export interface PlantOptions {
  readonly nodes: readonly NodeSpec[];
  readonly seed: number;
  readonly cmtsId: string;
  readonly cmtsAddress: string;
  /** Modems follow it, 127.20.1.1, 127.20.1.2 … */
  readonly firstModemAddress: string;
  /** SNMP, of the CMTS and of every modem. */
  readonly port: number;
  readonly readCommunity: string;
  readonly writeCommunity: string;
  /** Where modems send their files: real ones know 69 only. */
  readonly tftpPort: number;
  readonly tftpTimeoutMs: number;
  readonly tftpRetries: number;
  readonly measureMs: number;
  readonly now: () => Date;
  /** What the CMTS shows beside its cable tables: its place in a network. */
  readonly cmtsBase?: () => readonly ServedInstance[];
}

export const PLANT_DEFAULTS: PlantOptions = {
  nodes: [{ name: 'HQ-N1', legs: { A: 4, B: 4 } }],
  seed: 1,
  cmtsId: 'cmts-1',
  cmtsAddress: '127.20.0.1',
  firstModemAddress: '127.20.1.1',
  port: 1161,
  readCommunity: 'public',
  writeCommunity: 'private',
  tftpPort: 69,
  tftpTimeoutMs: 1000,
  tftpRetries: 5,
  measureMs: 1000,
  now: () => new Date(),
};

export interface PlantModem extends Modem {
  readonly node: string;
  readonly leg: string;
}

/** A cable plant: one CMTS and the modems behind its fibre nodes. */
export interface Plant {
  readonly cmts: AgentSpec;
  readonly modems: readonly PlantModem[];
  /** The CMTS and every modem, for `createAgents`. */
  readonly agents: readonly AgentSpec[];
  modem(mac: string): PlantModem;
  /** What every modem of a leg suffers from now on, beside its own faults; an empty list heals the leg. */
  impairLeg(node: string, leg: string, impairments: readonly Impairment[]): void;
  /** What one home suffers. */
  impairHome(mac: string, impairments: readonly Impairment[]): void;
  fail(mac: string, faults: ModemFaults): void;
  /** The modem loses or finds its registration; the CMTS shows it, the modem itself keeps answering or is told to be silent. */
  register(mac: string, isOnline: boolean): void;
  /** Ends tests and uploads of all modems. */
  stop(): Promise<void>;
}

const MODELS = [
  { vendor: 'Northbridge', model: 'NB3110', hardware: '2.1', firmware: '4.2.0.17' },
  { vendor: 'Northbridge', model: 'NB3110', hardware: '2.1', firmware: '4.2.1.3' },
  { vendor: 'Corvid', model: 'CV-31G', hardware: 'A3', firmware: '7.0.112' },
] as const;
const MODEM_OUI = [0x3c, 0x7a, 0x8a];

/** Two OFDM channels as a plant of today has them: 25 kHz below 830 MHz, 50 kHz above. */
function channelsOf(random: Random): OfdmChannel[] {
  const common = { noiseDb: NOISE_DB, modulationOrders: [1024, 4096] };
  return [
    {
      ...common,
      ifIndex: 48,
      channelId: 33,
      zeroSubcarrierHz: 631_100_000,
      firstActiveSubcarrier: 356,
      spacingHz: 25_000,
      count: 7480,
      levelMerDb: 44 + 0.5 * random.normal(),
      tiltDbPerMhz: -0.004 + 0.003 * random.normal(),
      excludedHz: [],
    },
    {
      ...common,
      ifIndex: 49,
      channelId: 34,
      zeroSubcarrierHz: 831_000_000,
      firstActiveSubcarrier: 180,
      spacingHz: 50_000,
      count: 3780,
      levelMerDb: 43.4 + 0.5 * random.normal(),
      tiltDbPerMhz: -0.006 + 0.003 * random.normal(),
      // an old carrier in the middle of the channel keeps its place
      excludedHz: [[906_000_000, 908_000_000]],
    },
  ];
}

/** What a tap leaves of the signal differs from home to home; the modem sends louder where more is lost. */
function levelsOf(random: Random): ModemLevels {
  const rxPowerDbMv = DEFAULT_LEVELS.rxPowerDbMv + 2.5 * random.normal();
  return {
    rxPowerDbMv,
    rxTiltDbPerMhz: DEFAULT_LEVELS.rxTiltDbPerMhz + 0.002 * random.normal(),
    txPowerDbMv: DEFAULT_LEVELS.txPowerDbMv - 0.6 * (rxPowerDbMv - DEFAULT_LEVELS.rxPowerDbMv) + random.normal(),
  };
}

export const legKey = (node: string, leg: string): string => `${node}/${leg}`;

export function createPlant(given: Partial<PlantOptions> = {}): Plant {
  const options: PlantOptions = { ...PLANT_DEFAULTS, ...given };
  const { nodes, seed } = options;
  const legs = new Map<string, readonly Impairment[]>();
  const homes = new Map<string, readonly Impairment[]>();
  const online = new Map<string, boolean>();
  const bootedAtMs = options.now().getTime();

  const places = nodes.flatMap(({ name, legs: counts }) =>
    Object.entries(counts).flatMap(([leg, count]) => Array.from({ length: count }, () => ({ node: name, leg }))),
  );
  const modems = places.map(({ node, leg }, at): PlantModem => {
    const mac = macFromBytes([...MODEM_OUI, 0x10, (at >> 8) & 0xff, at & 0xff]);
    const random = createRandom(deriveSeed(seed, mac));
    const model = MODELS[at % MODELS.length] as (typeof MODELS)[number];
    online.set(mac, true);
    const modem = createModem({
      ...options,
      ...model,
      mac,
      serial: `SIM${String(at + 1).padStart(7, '0')}`,
      address: addressAfter(options.firstModemAddress, at),
      channels: channelsOf(random),
      levels: levelsOf(random),
      impairments: [],
      // every third speaks options, as newer firmware does
      ...(at % 3 === 2 ? { tftpBlockSize: 1428 } : {}),
    });
    return { ...modem, node, leg };
  });
  const byMac = new Map(modems.map((modem) => [modem.mac as string, modem]));
  const modemOf = (mac: string): PlantModem => {
    const modem = byMac.get(mac);
    if (modem === undefined) throw new RangeError(`no modem ${mac}`);
    return modem;
  };
  const applyImpairments = (modem: PlantModem) =>
    modem.impair([...(legs.get(legKey(modem.node, modem.leg)) ?? []), ...(homes.get(modem.mac) ?? [])]);

  const registered = (): RegisteredModem[] =>
    modems.map(({ mac, address, node }) => ({
      mac,
      address: ipToBytes(parseIp(address)),
      nodeIndex: nodes.findIndex(({ name }) => name === node),
      isOnline: online.get(mac) === true,
    }));
  const nodeNames = nodes.map(({ name }) => name);
  const cmts: AgentSpec = {
    name: options.cmtsId,
    address: options.cmtsAddress,
    port: options.port,
    readCommunity: options.readCommunity,
    view: cmtsView(options, () => cmtsInstances(nodeNames, registered(), bootedAtMs), online),
  };

  return {
    cmts,
    modems,
    agents: [cmts, ...modems.map(({ agent }) => agent)],
    modem: modemOf,
    impairLeg(node, leg, impairments) {
      const affected = modems.filter((modem) => modem.node === node && modem.leg === leg);
      if (affected.length === 0) throw new RangeError(`no modem on leg ${leg} of ${node}`);
      legs.set(legKey(node, leg), impairments);
      affected.forEach(applyImpairments);
    },
    impairHome(mac, impairments) {
      homes.set(mac, impairments);
      applyImpairments(modemOf(mac));
    },
    fail: (mac, faults) => modemOf(mac).fail(faults),
    register(mac, isOnline) {
      online.set(modemOf(mac).mac, isOnline);
    },
    async stop() {
      await Promise.all(modems.map((modem) => modem.stop()));
    },
  };
}

/** The CMTS's MIB, made anew when its base or a registration changed. */
function cmtsView(
  { cmtsBase, cmtsId, now }: PlantOptions,
  cable: () => ServedInstance[],
  online: ReadonlyMap<string, boolean>,
): AgentSpec['view'] {
  const bootedAtMs = now().getTime();
  const uptime = () => ((now().getTime() - bootedAtMs) / 10) >>> 0;
  const text = (value: string) => new Uint8Array(Buffer.from(value));
  const alone: ServedInstance[] = [
    { oid: [1, 3, 6, 1, 2, 1, 1, 3, 0], tag: TAG.timeTicks, value: 0, read: uptime },
    { oid: [1, 3, 6, 1, 2, 1, 1, 5, 0], tag: TAG.octets, value: text(cmtsId) },
  ];
  let made: { base: readonly ServedInstance[]; state: string; instances: ServedInstance[] } | undefined;
  const mib: MibView = {
    instances() {
      const base = cmtsBase?.() ?? alone;
      const state = [...online.values()].map(Number).join('');
      if (made?.base !== base || made.state !== state) {
        made = { base, state, instances: sortInstances([...base, ...cable()]) };
      }
      return made.instances;
    },
  };
  return (context) => (context === '' ? mib : undefined);
}
