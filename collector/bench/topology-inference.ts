import { generateNetwork } from '../src/simulator/campus/generate.js';
import { contextsOf, instancesOf } from '../src/simulator/campus/agent.js';
import { advance } from '../src/simulator/campus/events.js';
import type { Network, Station } from '../src/simulator/campus/network.js';
import type { Parameters } from '../src/simulator/campus/parameters.js';
import { createRandom } from '../src/simulator/campus/random.js';
import { recordingReader } from '../src/snmp/recording-reader.js';
import { createIncrementalInference } from '../src/topology/correlate/incremental.js';
import { infer } from '../src/topology/correlate/infer.js';
import type { DeviceFacts } from '../src/topology/facts.js';
import { pollDevice } from '../src/topology/poll.js';
import { medianOf, rounded, type BenchRow } from './report.js';

const BOUND = 4;
const INCREMENTAL_BOUND = 0.02;
/** Switches of which each changes once. */
const UPDATES = 100;
const SWITCHES = [50, 100, 200, 400] as const;

/** Sites of 21 switches and 1,000 hosts behind one backbone: 421 switches, 20,000 hosts and 740,000 rows at 400. */
const largeNetwork = (switches: number): Partial<Parameters> => ({
  seed: 1,
  sites: switches / 20 < 3 ? 3 : Math.round(switches / 20),
  backbone: 'bridged',
  distribution: 4,
  accessPerDistribution: 4,
  portsPerAccess: [18, 24],
  vlans: 110,
  vlansPerAccess: 3,
  // one voice VLAN for all sites would be in every table
  phoneRatio: 0,
  lostTableRatio: 0,
  quirkRatio: 0,
  ciscoRatio: 0.2,
});

/** Hosts that talk more or less five minutes later, and those that moved to another port of their switch. */
const RESTLESS_RATIO = 0.05;
const MOVED_RATIO = 0.01;

/** The same network five minutes later, in which hosts do what they do all day. */
function later(network: Network): Network {
  const random = createRandom('later');
  const { plan, ...rest } = advance(network, 300);
  const accessPorts = new Map(
    plan.devices.map(({ id, ports }) => [id, ports.filter((port) => port.accessVlan !== null)]),
  );
  const stations = plan.stations.map((station): Station => {
    if (station.kind !== 'host' || station.before !== null) return station;
    if (random.chance(RESTLESS_RATIO)) {
      return { ...station, talk: station.talk === 'broadcast' ? 'gateway' : 'broadcast' };
    }
    const ports = accessPorts.get(station.at.device) ?? [];
    if (ports.length === 0 || !random.chance(MOVED_RATIO)) return station;
    const { ifIndex, accessVlan } = random.pick(ports);
    const at = { device: station.at.device, ifIndex };
    return { ...station, at, vlan: accessVlan ?? station.vlan, segment: null, talk: 'broadcast' };
  });
  return { ...rest, plan: { ...plan, stations } };
}

async function factsOf(network: Network, atMs: number): Promise<DeviceFacts[]> {
  const now = () => new Date(atMs);
  const facts: DeviceFacts[] = [];
  for (const { id } of network.plan.devices) {
    const contexts = new Map(contextsOf(network, id).map((vlan) => [vlan, instancesOf(network, id, vlan)]));
    const reader = recordingReader({ instances: instancesOf(network, id), contexts, now });
    facts.push(await pollDevice(id, reader, { now }));
  }
  return facts;
}

/** The peer: the forwarding and ARP rows into maps, by device and by MAC, as any inference has to begin. */
function load(all: readonly DeviceFacts[]): number {
  const byDevice = new Map<string, Map<string, number | null>>();
  const byMac = new Map<string, [string, number | null][]>();
  const byIp = new Map<string, string>();
  for (const { deviceId, mac, arp } of all) {
    const table = new Map<string, number | null>();
    byDevice.set(deviceId, table);
    for (const row of mac) {
      table.set(`${row.vlan} ${row.mac}`, row.ifIndex);
      const seen = byMac.get(row.mac);
      if (seen === undefined) byMac.set(row.mac, [[deviceId, row.ifIndex]]);
      else seen.push([deviceId, row.ifIndex]);
    }
    for (const row of arp) byIp.set(row.ip, row.mac);
  }
  return byDevice.size + byMac.size + byIp.size;
}

const rowsIn = (all: readonly DeviceFacts[]): number => all.reduce((sum, { mac }) => sum + mac.length, 0);

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Full inference against loading the same rows, its growth with the size of the network, and its memory. */
export async function inferenceRows(
  rounds: number,
  wanted: (id: string) => boolean,
  log: (line: string) => void,
): Promise<BenchRow[]> {
  if (!['inference', 'inference-incremental', 'inference-growth', 'inference-memory'].some(wanted)) return [];
  const rows: BenchRow[] = [];
  const figures: { count: number; ms: number }[] = [];
  const turns = Math.min(rounds, 5);
  for (const switches of SWITCHES) {
    if (switches !== SWITCHES.at(-1) && !wanted('inference-growth')) continue;
    const network = generateNetwork(largeNetwork(switches));
    const facts = await factsOf(network, 0);
    const count = rowsIn(facts);
    const [ours, peer]: [number[], number[]] = [[], []];
    for (let round = 0; round < turns; round++) {
      ours.push(milliseconds(() => void infer(facts)));
      peer.push(milliseconds(() => void load(facts)));
    }
    const ms = medianOf(ours);
    figures.push({ count, ms });
    log(
      `${facts.length} devices, ${count} forwarding rows: inference ${ms.toFixed(0)} ms, loading ${medianOf(peer).toFixed(0)} ms`,
    );
    if (switches !== SWITCHES.at(-1)) continue;
    const ratio = medianOf(ours.map((value, round) => value / (peer[round] as number)));
    const fullRow: BenchRow = {
      id: 'inference',
      name: `ms: full inference over ${facts.length} devices and ${count} forwarding rows, against loading the rows`,
      ours: rounded(ms),
      peer: rounded(medianOf(peer)),
      ratio: rounded(ratio),
      bound: BOUND,
      holds: ratio <= BOUND,
    };
    if (wanted('inference')) rows.push(fullRow);
    if (wanted('inference-incremental'))
      rows.push(incrementalRow(facts, await factsOf(later(network), 300_000), turns, log));
    if (wanted('inference-memory')) rows.push(memoryRow(facts));
  }
  if (wanted('inference-growth')) rows.push(growthRow(figures));
  return rows;
}

/** Processor time and not the clock's: what an update costs is near what a busy machine delays it by. */
function processorMs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const used = process.cpuUsage(start);
  return (used.user + used.system) / 1000;
}

/** One switch after the other answers with its tables of five minutes later; full runs over the same facts between. */
function incrementalRow(
  before: readonly DeviceFacts[],
  after: readonly DeviceFacts[],
  turns: number,
  log: (line: string) => void,
): BenchRow {
  const current = [...before];
  const inference = createIncrementalInference();
  inference.update(current);
  const [ours, peer]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < UPDATES; turn++) {
    const at = Math.floor(((turn + 0.5) * current.length) / UPDATES);
    current[at] = after[at] as DeviceFacts;
    ours.push(processorMs(() => void inference.update(current)));
    if (turn % Math.ceil(UPDATES / turns) === 0) peer.push(processorMs(() => void infer(current)));
  }
  const ratio = medianOf(ours) / medianOf(peer);
  log(
    `${UPDATES} switches changed one by one: ${medianOf(ours).toFixed(1)} ms each (the longest ${Math.max(...ours).toFixed(0)} ms), a full run ${medianOf(peer).toFixed(0)} ms`,
  );
  return {
    id: 'inference-incremental',
    name: `ms of processor: inference after one of ${current.length} devices changed, against a full one`,
    ours: rounded(medianOf(ours)),
    peer: rounded(medianOf(peer)),
    ratio: rounded(ratio),
    bound: INCREMENTAL_BOUND,
    holds: ratio <= INCREMENTAL_BOUND,
  };
}

function memoryRow(facts: readonly DeviceFacts[]): BenchRow {
  const before = process.memoryUsage().heapUsed;
  const kept = infer(facts);
  const name = `MB: heap after an inference of ${kept.hosts.length} hosts, beside its facts`;
  const ours = rounded((process.memoryUsage().heapUsed - before) / 2 ** 20);
  return { id: 'inference-memory', name, ours, peer: rounded(before / 2 ** 20), ratio: null, bound: null, holds: null };
}

/** Time per row × log rows of the largest network over that of the smallest: 1 is growth as rows × log rows. */
function growthRow(figures: readonly { count: number; ms: number }[]): BenchRow {
  const perUnit = figures.map(({ count, ms }) => ms / (count * Math.log(count)));
  const [first, last] = [perUnit[0] as number, perUnit.at(-1) as number];
  const shown = figures.map(({ count, ms }) => `${count}: ${ms.toFixed(0)} ms`).join(', ');
  return {
    id: 'inference-growth',
    name: `time per row × log rows, largest over smallest (${shown})`,
    ours: rounded(last),
    peer: rounded(first),
    ratio: rounded(last / first),
    bound: 1.5,
    holds: last / first <= 1.5,
  };
}
