import type { Instance } from '../../snmp/recording.js';
import { contextsOf, instancesOf } from './agent.js';
import { advance } from './events.js';
import type { Network, Station } from './network.js';
import { createRandom, type Random } from './random.js';

/** What one device answered in one cycle. */
export interface PolledAnswers {
  readonly instances: readonly Instance[];
  readonly contexts: ReadonlyMap<number, readonly Instance[]>;
  /** Subtrees that timed out; nothing of them is in the answers. */
  readonly lost: readonly string[];
}

export type Poll = ReadonlyMap<string, PolledAnswers>;

/** Tables that a slow agent loses, whole. */
const LOSABLE = [
  '1.0.8802.1.1.2.1.4',
  '1.3.6.1.4.1.9.9.23.1.2.1',
  '1.3.6.1.2.1.17.7.1.2.2',
  '1.3.6.1.2.1.17.4.3',
  '1.3.6.1.2.1.17.2.15',
  '1.3.6.1.2.1.4.22',
  '1.3.6.1.2.1.4.35',
  '1.2.840.10006.300.43',
];
const INTERVAL_SEC = 300;
/** Hosts that talk more or less from one cycle to the next. */
const RESTLESS_RATIO = 0.05;

/** Two consecutive polls of a network in which nothing happens. */
export function twoPolls(network: Network): readonly [Poll, Poll] {
  const random = createRandom(`${network.parameters.seed}/polls`);
  return [pollOf(network, random.fork('1')), pollOf(quietly(network, random.fork('2')), random.fork('lost'))];
}

/** Five minutes later: counters have grown, some hosts broadcast that did not, others no longer do. */
function quietly(network: Network, random: Random): Network {
  const later = advance(network, INTERVAL_SEC);
  const stations = later.plan.stations.map((station): Station => {
    if (station.kind !== 'host' || station.before !== null || station.talk === 'silent') return station;
    if (!random.chance(RESTLESS_RATIO)) return station;
    return { ...station, talk: station.talk === 'broadcast' ? 'gateway' : 'broadcast' };
  });
  return { ...later, plan: { ...later.plan, stations } };
}

function pollOf(network: Network, random: Random): Poll {
  const polled = network.plan.devices.filter((device) => device.polled);
  return new Map(polled.map(({ id }) => [id, answersOf(network, id, random.fork(id))]));
}

function answersOf(network: Network, id: string, random: Random): PolledAnswers {
  const all = instancesOf(network, id);
  const contexts = contextsOf(network, id).map((vlan) => [vlan, instancesOf(network, id, vlan)] as const);
  const everything = [all, ...contexts.map(([, instances]) => instances)];
  const lost = LOSABLE.filter(
    (subtree) =>
      // drawn for every table, so that one more table does not move the losses of the others
      random.chance(network.parameters.lostTableRatio) && everything.some((list) => list.some(isBelow(subtree))),
  );
  const kept = (instances: readonly Instance[]): Instance[] =>
    instances.filter((instance) => !lost.some((subtree) => isBelow(subtree)(instance)));
  if (lost.length === 0) return { instances: all, contexts: new Map(contexts), lost };
  return { instances: kept(all), contexts: new Map(contexts.map(([vlan, list]) => [vlan, kept(list)])), lost };
}

function isBelow(subtree: string): (instance: Instance) => boolean {
  const prefix = subtree.split('.').map(Number);
  return ({ oid }) => prefix.every((part, i) => oid[i] === part);
}
