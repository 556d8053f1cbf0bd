import type { Component } from '../lib/component.js';
import { contextsOf, instancesOf } from './campus/agent.js';
import { advance } from './campus/events.js';
import { generateNetwork } from './campus/generate.js';
import type { Network } from './campus/network.js';
import { DEMO } from './campus/parameters.js';
import { createAgents, type Agents, type AgentSpec } from './agent.js';
import { attachCmts } from './cmts-uplink.js';
import type { Impairment } from './channel.js';
import { createIncidentPlayer, type Incident } from './incident-player.js';
import type { MibView, ServedInstance } from './mib-view.js';
import type { Misbehaviour } from './misbehaviour.js';
import { createPlant, type NodeSpec, type Plant } from './plant.js';
import { notchScenario, type LegRef } from './scenarios/notch.js';
import { codewordScenario, echoScenario } from './scenarios/leg-fault.js';
import type { World } from './scenarios/scenario.js';
import { uplinkScenario } from './scenarios/uplink.js';

export interface DemoOptions {
  readonly seed: number;
  /** SNMP, of every simulated device. */
  readonly port: number;
  /** Where the collector receives files. */
  readonly tftpPort: number;
  readonly nodes: readonly NodeSpec[];
  /** How long a modem measures. */
  readonly measureMs: number;
  readonly firstIncidentAfterMs: number;
  /** Infinity: only those that `playIncident` asks for. */
  readonly incidentEveryMs: number;
  readonly now: () => Date;
}

export const DEMO_DEFAULTS: DemoOptions = {
  seed: DEMO.seed,
  port: 1161,
  tftpPort: 6969,
  nodes: [
    { name: 'HQ-N1', legs: { A: 4, B: 4 } },
    { name: 'HQ-N2', legs: { A: 3, B: 5 } },
  ],
  measureMs: 600,
  firstIncidentAfterMs: 180_000,
  incidentEveryMs: 150_000,
  now: () => new Date(),
};

/** A device as an inventory has it. */
export interface DemoDevice {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly site: string;
  /** core, distribution, access, router, cmts. */
  readonly role: string;
  readonly community: string;
}

/** What a collector has to be told to find everything in the simulated network. */
export interface DemoInventory {
  readonly devices: readonly DemoDevice[];
  /** How to ask the modems that the CMTS names. */
  readonly modemAccess: { readonly port: number; readonly community: string; readonly writeCommunity: string };
  readonly tftpPort: number;
}

/** The campus, the CMTS and its modems, over real UDP on loopback addresses. */
export interface DemoNetwork extends Component {
  readonly inventory: DemoInventory;
  readonly plant: Plant;
  readonly agents: Agents;
  readonly incidentNames: readonly string[];
  /** The campus as it is now. */
  network(): Network;
  /** Throws RangeError for a name that is not in `incidentNames`. */
  playIncident(name: string): Incident;
  onIncident(listener: (incident: Incident) => void): void;
  misbehave(device: string, misbehaviour: Misbehaviour | undefined): void;
}

const CMTS_ID = 'cmts-1';
const CMTS_ADDRESS = '127.20.0.1';
const READ_COMMUNITY = 'public';
const WRITE_COMMUNITY = 'private';
/** Counters and clocks of the campus move in steps of this size, when somebody asks. */
const STEP_MS = 1000;

/** A splice that lets a little water in: mild, and the same on the whole leg. */
const OLD_SPLICE: Impairment = { kind: 'notch', centreHz: 762e6, widthHz: 3e6, depthDb: 7 };
/** A corroded hardline connector: a weak echo that the whole leg shares. */
const OLD_CONNECTOR: Impairment = { kind: 'echo', delayNs: 260, levelDb: -24 };
/** One home with a loose connector and a switch beside the modem. */
const HOME_FAULT: readonly Impairment[] = [
  { kind: 'ripple', periodHz: 6.2e6, amplitudeDb: 0.6 },
  { kind: 'ingress', lowHz: 796e6, highHz: 797.2e6, depthDb: 9 },
  { kind: 'spurs', everyHz: 125e6, depthDb: 10.5 },
];

/** The campus at the present moment, and the agents that show it. */
function createCampus(start: Network, now: () => Date) {
  let network = start;
  let movedAtMs = now().getTime();
  const made = new Map<string, { network: Network; instances: readonly ServedInstance[] }>();

  const current = (): Network => {
    const passedMs = now().getTime() - movedAtMs;
    if (passedMs >= STEP_MS) {
      movedAtMs += passedMs;
      network = advance(network, passedMs / 1000);
    }
    return network;
  };
  const instances = (id: string, vlan?: number): readonly ServedInstance[] => {
    const key = `${id}/${vlan ?? ''}`;
    const at = current();
    const known = made.get(key);
    if (known?.network === at) return known.instances;
    const fresh = { network: at, instances: instancesOf(at, id, vlan) };
    made.set(key, fresh);
    return fresh.instances;
  };
  const viewOf = (id: string): AgentSpec['view'] => {
    const views = new Map<string, MibView>([
      ['', { instances: () => instances(id) }],
      ...contextsOf(network, id).map((vlan): [string, MibView] => [
        String(vlan),
        { instances: () => instances(id, vlan) },
      ]),
    ]);
    return (context) => views.get(context);
  };
  return { current, instances, viewOf, change: (next: Network) => (network = next) };
}

export function createDemoNetwork(given: Partial<DemoOptions> = {}): DemoNetwork {
  const options: DemoOptions = { ...DEMO_DEFAULTS, ...given };
  const { seed, port, tftpPort, now } = options;
  const generated = generateNetwork({ ...DEMO, seed });
  const router = generated.plan.devices.find(({ role }) => role === 'router');
  if (router === undefined) throw new RangeError('the campus has no router for the CMTS');
  const start = attachCmts(generated, { cmtsId: CMTS_ID, cmtsAddress: CMTS_ADDRESS, routerId: router.id });
  const campus = createCampus(start, now);
  const plant = createPlant({
    ...options,
    cmtsId: CMTS_ID,
    cmtsAddress: CMTS_ADDRESS,
    readCommunity: READ_COMMUNITY,
    writeCommunity: WRITE_COMMUNITY,
    cmtsBase: () => campus.instances(CMTS_ID),
  });
  const legs = impair(plant);

  const polled = start.plan.devices.filter((device) => device.polled);
  const campusAgents = polled
    .filter(({ id }) => id !== CMTS_ID)
    .map((device): AgentSpec => ({
      name: device.id,
      address: device.managementIp,
      port,
      readCommunity: READ_COMMUNITY,
      view: campus.viewOf(device.id),
    }));
  const agents = createAgents([...campusAgents, ...plant.agents]);
  const world: World = { plant, network: campus.current, change: campus.change };
  const scenarios = [
    uplinkScenario(seed),
    ...(legs === undefined
      ? []
      : [notchScenario(legs.notched), echoScenario(legs.reflecting), codewordScenario(legs.bursting, [OLD_CONNECTOR])]),
  ];
  const player = createIncidentPlayer(scenarios, world, {
    firstAfterMs: options.firstIncidentAfterMs,
    everyMs: options.incidentEveryMs,
    now,
  });

  return {
    name: 'simulated network',
    plant,
    agents,
    inventory: {
      devices: polled.map(({ id, managementIp, site, role }) => ({
        id,
        address: managementIp,
        port,
        site,
        role: id === CMTS_ID ? 'cmts' : role,
        community: READ_COMMUNITY,
      })),
      modemAccess: { port, community: READ_COMMUNITY, writeCommunity: WRITE_COMMUNITY },
      tftpPort,
    },
    incidentNames: player.names,
    network: campus.current,
    playIncident: player.play,
    onIncident: player.onIncident,
    misbehave: agents.misbehave,
    async start() {
      await agents.start();
      await player.start();
    },
    async stop() {
      await player.stop();
      await agents.stop();
      await plant.stop();
    },
  };
}

/** Where incidents strike. */
interface StruckLegs {
  readonly notched: LegRef;
  readonly reflecting: LegRef;
  readonly bursting: LegRef;
}

/**
 * What the plant suffers from the beginning: an old splice on the second leg of the first node, an old connector on the
 * first leg of the last one, a home fault on the first modem; one modem's spectrum analyser writes no files. Undefined
 * where the plant is too small for legs of their own.
 */
function impair(plant: Plant): StruckLegs | undefined {
  const first = plant.modems[0];
  const last = plant.modems.at(-1);
  if (first === undefined || last === undefined) return undefined;
  plant.impairHome(first.mac, HOME_FAULT);
  const third = plant.modems[2];
  if (third !== undefined) plant.fail(third.mac, { lacksSpectrumFile: true });
  const spliced = plant.modems.find(({ node, leg }) => node === first.node && leg !== first.leg);
  const old = plant.modems.find(({ node, leg }) => node === last.node && leg !== last.leg);
  if (spliced === undefined || old === undefined || first.node === last.node) return undefined;
  plant.impairLeg(spliced.node, spliced.leg, [OLD_SPLICE]);
  plant.impairLeg(old.node, old.leg, [OLD_CONNECTOR]);
  const refOf = ({ node, leg }: LegRef): LegRef => ({ node, leg });
  return { notched: refOf(last), reflecting: refOf(first), bursting: refOf(old) };
}
