import type { Method, ScoreInput } from './schemas.js';

/** What a claim is worth before anything else is known (design, issue of inference; R13 for the order). */
const BASE: Readonly<Record<Method, number>> = {
  lldp: 1,
  cdp: 1,
  lag: 0.98,
  stp: 0.95,
  bridge: 0.92,
  arp: 0.9,
  ospf: 0.7,
  isis: 0.7,
  bgp: 0.7,
  docsis: 1,
};

/** Class of a method: compared before any score, so that no bonus lifts a claim over a better kind of proof. */
const CLASS: readonly Method[] = ['docsis', 'lldp', 'cdp', 'lag', 'stp', 'bridge', 'arp', 'ospf', 'isis', 'bgp'];
export const methodRank = (method: Method): number => CLASS.indexOf(method);

export const STABLE_COLLECTIONS = 3;
const round = (value: number) => Math.round(value * 100) / 100;

/** What decides a score beside the method. */
export interface ScoreFacts {
  readonly method: Method;
  /** ARP as a layer-3 neighbourhood of two devices is worth less than as the name of a placed host. */
  readonly neighbourhood?: boolean;
  /** Bridge inference from shared hosts only: how many. */
  readonly sharedHosts?: number;
  /** One end could report it and does not. */
  readonly oneSided?: boolean;
  readonly portUnknown?: boolean;
  readonly contradicted?: boolean;
  readonly nameMatch?: boolean;
  readonly equalSpeed?: boolean;
  readonly stale?: boolean;
  readonly otherMethods?: readonly Method[];
}

/** Confidence with every input that made it. */
export function score(facts: ScoreFacts): { confidence: number; inputs: ScoreInput[] } {
  const inputs: ScoreInput[] = [baseInput(facts)];
  const add = (given: boolean | undefined, name: string, value: number, reason: string) => {
    if (given) inputs.push({ name, value, reason });
  };
  add(facts.nameMatch, 'name pattern', 0.05, 'the description of one port names the other end');
  add(facts.equalSpeed, 'equal speed', 0.03, 'both ports run at the same speed');
  for (const other of facts.otherMethods ?? []) {
    inputs.push({ name: `also by ${other}`, value: 0.02, reason: `${other} shows the same link` });
  }
  add(facts.oneSided, 'one-sided', -0.03, 'the other end could report it and does not');
  add(facts.portUnknown, 'port unknown', -0.05, 'one port could not be resolved');
  add(facts.stale, 'stale', -0.2, 'the interface went down after the row was learned');
  add(facts.contradicted, 'contradicted', -0.3, 'a port of this link names another neighbour');
  return { confidence: sumOf(inputs), inputs };
}

function baseInput(facts: ScoreFacts): ScoreInput {
  if (facts.method === 'arp' && facts.neighbourhood) {
    return { name: 'arp', value: 0.6, reason: 'each knows the interface MAC of the other by ARP' };
  }
  if (facts.method === 'bridge' && facts.sharedHosts !== undefined) {
    const value = round(0.8 + Math.min(0.1, 0.01 * Math.max(0, facts.sharedHosts - 3)));
    return { name: 'bridge', value, reason: `${facts.sharedHosts} hosts are seen from both sides of it` };
  }
  return { name: facts.method, value: BASE[facts.method], reason: REASON[facts.method] };
}

const REASON: Readonly<Record<Method, string>> = {
  lldp: 'LLDP names the neighbour',
  cdp: 'CDP names the neighbour',
  lag: 'the partner of the aggregate is the other end',
  stp: 'spanning tree names the designated bridge',
  bridge: 'the devices see each other in their forwarding tables',
  arp: 'forwarding and ARP tables agree',
  ospf: 'an OSPF adjacency',
  isis: 'an IS-IS adjacency',
  bgp: 'an established BGP session',
  docsis: 'the CMTS has the modem registered',
};

/** Sum of the inputs within 0 and 1. */
export const sumOf = (inputs: readonly ScoreInput[]): number =>
  round(
    Math.min(
      1,
      Math.max(
        0,
        inputs.reduce((sum, input) => sum + input.value, 0),
      ),
    ),
  );

/** The bonus of a link that three collections have confirmed. */
export const STABLE_INPUT: ScoreInput = {
  name: 'stable',
  value: 0.07,
  reason: `confirmed by at least ${STABLE_COLLECTIONS} collections`,
};
