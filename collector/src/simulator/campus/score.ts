import type { Inference, InferredLink } from '../../topology/correlate/inference.js';
import type { Truth, TruthLink } from './truth.js';

export interface Ratio {
  readonly precision: number;
  readonly recall: number;
}

/** How right an inference is (design, section 6). Ratios of nothing are 1. */
export interface Score {
  readonly links: Ratio;
  readonly blockedLinks: Ratio;
  readonly hosts: Ratio;
  readonly segments: Ratio;
  readonly wrongMerges: number;
  readonly wrongSplits: number;
  readonly falseChanges: number;
}

/** The numbers behind the ratios, which can be added up over networks. */
export interface Tally {
  readonly found: number;
  readonly wrong: number;
  readonly missed: number;
}

export interface Judgement {
  readonly links: Tally;
  readonly blockedLinks: Tally;
  readonly hosts: Tally;
  readonly segments: Tally;
  readonly wrongMerges: number;
  readonly wrongSplits: number;
  /** One sentence each, for people who look for the cause. */
  readonly complaints: readonly string[];
}

/** The part of an inference that is judged; the JSON of `topology infer` has it too. */
export type Judged = Pick<Inference, 'devices' | 'links' | 'segments' | 'hosts'>;

/** Fewer MACs behind one port than this do not betray a shared medium. */
const VISIBLE_SEGMENT = 3;

export const ratioOf = ({ found, wrong, missed }: Tally): Ratio => ({
  precision: found + wrong === 0 ? 1 : found / (found + wrong),
  recall: found + missed === 0 ? 1 : found / (found + missed),
});

export const toScore = (judgement: Judgement, falseChanges: number): Score => ({
  links: ratioOf(judgement.links),
  blockedLinks: ratioOf(judgement.blockedLinks),
  hosts: ratioOf(judgement.hosts),
  segments: ratioOf(judgement.segments),
  wrongMerges: judgement.wrongMerges,
  wrongSplits: judgement.wrongSplits,
  falseChanges,
});

/** Compares an inference with what is really there. */
export function judge(truth: Truth, inference: Judged): Judgement {
  const complaints: string[] = [];
  const identity = judgeIdentity(truth, inference, complaints);
  return {
    ...judgeLinks(truth, inference, complaints),
    hosts: judgeHosts(truth, inference, complaints),
    segments: judgeSegments(truth, inference, complaints),
    ...identity,
    complaints,
  };
}

type End = InferredLink['a'];

/** True when the interface is this end of the true link, or a member of it. */
const isEnd = (link: TruthLink, side: 'a' | 'b', end: End): boolean =>
  link[side].device === end.device &&
  (link[side].ifIndex === end.ifIndex || link.members.some((member) => member[side === 'a' ? 0 : 1] === end.ifIndex));

const joins = (link: TruthLink, { a, b }: InferredLink): boolean =>
  (isEnd(link, 'a', a) && isEnd(link, 'b', b)) || (isEnd(link, 'a', b) && isEnd(link, 'b', a));

const describeEnd = ({ device, ifIndex, ifName }: End): string => `${device} ${ifName ?? ifIndex ?? '?'}`;
const describeLink = ({ a, b }: { readonly a: End; readonly b: End }): string =>
  `${describeEnd(a)} = ${describeEnd(b)}`;

function judgeLinks(truth: Truth, inference: Judged, complaints: string[]): Pick<Judgement, 'links' | 'blockedLinks'> {
  const polled = new Set(truth.devices.filter((device) => device.polled).map((device) => device.id));
  const between = truth.links.filter((link) => polled.has(link.a.device) && polled.has(link.b.device));
  const byPair = new Map<string, TruthLink[]>();
  const pairOf = (x: string, y: string): string => [x, y].sort().join(' ');
  for (const link of between) {
    const pair = pairOf(link.a.device, link.b.device);
    byPair.set(pair, [...(byPair.get(pair) ?? []), link]);
  }
  const networks = new Map<string, string>(
    truth.devices.flatMap(({ id, site, addresses }) =>
      addresses.map(({ ifIndex, network }) => [`${id} ${ifIndex}`, `${site} ${network}`] as const),
    ),
  );
  const found = new Map<TruthLink, InferredLink>();
  let [wrong, wronglyBlocked] = [0, 0];
  const refuse = (link: InferredLink, why: string): void => {
    wrong++;
    complaints.push(
      `wrong ${link.method} link (layer ${link.layer}, ${link.confidence}): ${describeLink(link)}: ${why}`,
    );
  };
  for (const link of inference.links) {
    if (!polled.has(link.a.device) || !polled.has(link.b.device)) continue;
    const match = (byPair.get(pairOf(link.a.device, link.b.device)) ?? []).find((candidate) => joins(candidate, link));
    if (match === undefined) {
      const [a, b] = [link.a, link.b].map((end) => networks.get(`${end.device} ${end.ifIndex}`));
      if (link.layer === 2) refuse(link, 'no such cable');
      // site-wide networks are between the sites' routers too: compare the network alone
      else if (a === undefined || b === undefined || a.split(' ')[1] !== b.split(' ')[1])
        refuse(link, 'not in one subnet');
      continue;
    }
    if (found.get(match)?.layer === link.layer) refuse(link, 'twice');
    if (link.blocked === true && !match.blocked) wronglyBlocked++;
    if (!found.has(match)) found.set(match, link);
  }
  const tally = (all: readonly TruthLink[], mistakes: number): Tally => {
    for (const link of all) {
      if (!found.has(link)) {
        complaints.push(
          `missed ${link.blocked ? 'blocked ' : ''}link: ${describeLink(link)} (${link.visibleBy.join() || 'invisible'})`,
        );
      }
    }
    const hits = all.filter((link) => found.has(link)).length;
    return { found: hits, wrong: mistakes, missed: all.length - hits };
  };
  const shown = (link: TruthLink): boolean =>
    link.visibleBy.some((evidence) => ['lldp', 'cdp', 'stp', 'lag'].includes(evidence));
  return {
    links: tally(
      between.filter((link) => !link.blocked),
      wrong,
    ),
    blockedLinks: tally(
      between.filter((link) => link.blocked && shown(link)),
      wronglyBlocked,
    ),
  };
}

function judgeHosts(truth: Truth, inference: Judged, complaints: string[]): Tally {
  const hosts = new Map(truth.hosts.map((host) => [host.mac as string, host]));
  const polled = new Set(truth.devices.filter((device) => device.polled).map((device) => device.id));
  const right = new Set<string>();
  let wrong = 0;
  for (const placed of inference.hosts) {
    if (placed.device === null) continue;
    const host = hosts.get(placed.mac);
    // behind an unpolled switch there is no port that could be named
    if (host !== undefined && !polled.has(host.device)) continue;
    const isRight =
      host !== undefined &&
      host.device === placed.device &&
      (placed.ifIndex === host.ifIndex || (placed.ifIndex === null && placed.bridgePort === host.bridgePort));
    if (isRight) right.add(placed.mac);
    else {
      wrong++;
      const where = host === undefined ? 'no host' : `${host.device} ${host.ifIndex}`;
      complaints.push(`wrong host ${placed.mac}: ${placed.device} ${placed.ifIndex}, not ${where}`);
    }
  }
  const seen = truth.hosts.filter((host) => host.inTable);
  const missed = seen.filter((host) => !right.has(host.mac));
  for (const host of missed) complaints.push(`missed host ${host.mac}: ${host.device} ${host.ifIndex}`);
  // hosts placed from other tables than their own switch's are right, but no part of what recall asks
  return { found: seen.length - missed.length, wrong, missed: missed.length };
}

function judgeSegments(truth: Truth, inference: Judged, complaints: string[]): Tally {
  const polled = new Set(truth.devices.filter((device) => device.polled).map((device) => device.id));
  const real = new Map(truth.segments.map((segment) => [`${segment.port.device} ${segment.port.ifIndex}`, segment]));
  const unpolledPorts = new Set(
    truth.links
      .flatMap(({ a, b }) => [[a, b] as const, [b, a] as const])
      .filter(([, far]) => !polled.has(far.device))
      .map(([near]) => `${near.device} ${near.ifIndex}`),
  );
  const found = new Set<string>();
  let wrong = 0;
  for (const segment of inference.segments) {
    if (segment.layer !== 2) continue;
    const keys = segment.ports.map(({ device, ifIndex }) => `${device} ${ifIndex}`);
    const hit = keys.find((key) => real.has(key));
    if (hit !== undefined) found.add(hit);
    else if (!keys.some((key) => unpolledPorts.has(key))) {
      wrong++;
      complaints.push(`wrong segment ${segment.id}: ${keys.join(', ')}`);
    }
  }
  const visible = [...real].filter(([, { visible: count }]) => count >= VISIBLE_SEGMENT);
  const missed = visible.filter(([key]) => !found.has(key));
  for (const [key, { kind, visible: count }] of missed)
    complaints.push(`missed segment: ${kind} at ${key}, ${count} MACs`);
  return { found: visible.length - missed.length, wrong, missed: missed.length };
}

function judgeIdentity(
  truth: Truth,
  inference: Judged,
  complaints: string[],
): Pick<Judgement, 'wrongMerges' | 'wrongSplits'> {
  const owner = new Map(truth.devices.flatMap(({ id, macs }) => macs.map((mac) => [mac as string, id] as const)));
  const polled = new Set(truth.devices.filter((device) => device.polled).map((device) => device.id));
  const known = new Set(inference.devices.filter((device) => device.polled).map((device) => device.id));
  let [wrongMerges, wrongSplits] = [0, 0];
  for (const id of polled) {
    if (known.has(id)) continue;
    wrongMerges++;
    complaints.push(`wrong merge: ${id} is gone`);
  }
  for (const device of inference.devices) {
    const owners = new Set(device.macs.flatMap((mac) => owner.get(mac) ?? []));
    if (owners.size > 1) {
      wrongMerges++;
      complaints.push(`wrong merge: ${device.id} is ${[...owners].join(' and ')}`);
    }
    if (!device.polled && [...owners].some((id) => polled.has(id))) {
      wrongSplits++;
      complaints.push(`wrong split: ${device.id} is ${[...owners].join()}`);
    }
  }
  return { wrongMerges, wrongSplits };
}
