import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlantgraphError } from '../lib/errors.js';
import { generateNetwork } from '../simulator/campus/generate.js';
import type { Parameters } from '../simulator/campus/parameters.js';
import { twoPolls, type Poll } from '../simulator/campus/polls.js';
import { judge, toScore, type Judgement, type Score } from '../simulator/campus/score.js';
import { truthOf, type Truth } from '../simulator/campus/truth.js';
import { recordingReader, type RecordedDevice } from '../snmp/recording-reader.js';
import { formatRecording } from '../snmp/recording.js';
import { infer } from '../topology/correlate/infer.js';
import type { Inference } from '../topology/correlate/inference.js';
import { mergeFacts } from '../topology/current-facts.js';
import { diffEdges, type DiffEdge, type EdgeDifference } from '../topology/diff.js';
import { FACT_KINDS, wholeKinds, type DeviceFacts } from '../topology/facts.js';
import { pollDevice } from '../topology/poll.js';
import { readRecordings, type NamedRecording } from './recordings.js';

/** The folder is none that `topology generate` wrote. */
class NoTruthError extends PlantgraphError {
  readonly code = 'USAGE_NO_TRUTH';
  readonly retryable = false;
}

const POLLS = ['poll-1', 'poll-2'] as const;
const FIRST_POLL_AT = Date.parse('2026-01-01T00:00:00Z');
const INTERVAL_MS = 300_000;

/** Writes a synthetic network: its recordings, two polls, and the truth. */
export async function writeNetwork(
  parameters: Parameters,
  out: string,
): Promise<{ devices: number; links: number; hosts: number }> {
  const network = generateNetwork(parameters);
  const polls = twoPolls(network);
  for (const [i, name] of POLLS.entries()) {
    await mkdir(join(out, name), { recursive: true });
    await writePoll(join(out, name), polls[i] as Poll);
  }
  const truth = truthOf(network);
  await writeFile(
    join(out, 'truth.json'),
    `${JSON.stringify({ ...truth, parameters: network.parameters }, null, 1)}\n`,
  );
  return { devices: truth.devices.length, links: truth.links.length, hosts: truth.hosts.length };
}

async function writePoll(folder: string, poll: Poll): Promise<void> {
  for (const [id, { instances, contexts, lost }] of poll) {
    await writeFile(join(folder, `${id}.snmprec`), formatRecording(instances));
    for (const [vlan, inContext] of contexts) {
      await writeFile(join(folder, `${id}@${vlan}.snmprec`), formatRecording(inContext));
    }
    if (lost.length > 0) await writeFile(join(folder, `${id}.lost`), `${lost.join('\n')}\n`);
  }
}

/** What two polls of a network gave, judged by its truth. */
export interface Scored {
  readonly score: Score;
  readonly judgement: Judgement;
  readonly changes: readonly EdgeDifference[];
}

const byId = (recordings: readonly NamedRecording[]): Map<string, RecordedDevice> =>
  new Map(recordings.map((recording) => [recording.id, recording]));

/** Reads what `writeNetwork` wrote and judges it. */
export async function scoreFolder(folder: string): Promise<Scored> {
  const text = await readFile(join(folder, 'truth.json'), 'utf8').catch((cause: unknown) => {
    throw new NoTruthError(`${folder} has no truth.json: plantgraph topology generate makes one`, { cause });
  });
  const truth = JSON.parse(text) as Truth;
  const [first, second] = await Promise.all(
    POLLS.map(async (name) => byId(await readRecordings([join(folder, name)]))),
  );
  return scorePolls(truth, first ?? new Map(), second ?? new Map());
}

/**
 * The product's own way through two cycles: what a cycle did not read whole stays as it was. Judged is what is known
 * after the second; compared is what was known after each.
 */
export async function scorePolls(
  truth: Truth,
  first: ReadonlyMap<string, RecordedDevice>,
  second: ReadonlyMap<string, RecordedDevice>,
): Promise<Scored> {
  const sites = new Map(truth.devices.map(({ id, site }) => [id, site]));
  const earlier = await collect(first, sites, FIRST_POLL_AT, new Map());
  const later = await collect(second, sites, FIRST_POLL_AT + INTERVAL_MS, earlier.facts);
  // what was not read in the first cycle is discovered in the second, wherever that shows: no change of the network
  const read = [...earlier.facts.values()].map((facts) =>
    earlier.incomplete.has(facts.deviceId)
      ? mergeFacts(later.facts.get(facts.deviceId), facts, new Set(FACT_KINDS)).facts
      : facts,
  );
  const [before, after] = [infer(read), infer([...later.facts.values()])];
  const changes = diffEdges(edgesOf(before), edgesOf(after), { silent: new Set() }).filter(
    ({ change }) => change !== 'changed' && change !== 'unknown',
  );
  const judgement = judge(truth, after);
  return { score: toScore(judgement, changes.length), judgement, changes };
}

async function collect(
  recorded: ReadonlyMap<string, RecordedDevice>,
  sites: ReadonlyMap<string, string>,
  atMs: number,
  previous: ReadonlyMap<string, DeviceFacts>,
): Promise<{ facts: Map<string, DeviceFacts>; incomplete: Set<string> }> {
  const facts = new Map<string, DeviceFacts>();
  const incomplete = new Set<string>();
  const now = (): Date => new Date(atMs);
  const kinds = new Set(FACT_KINDS);
  for (const [id, device] of recorded) {
    const polled = await pollDevice(id, recordingReader({ ...device, now }), { now, site: sites.get(id) ?? null });
    if (kinds.size > wholeKinds(polled).size) incomplete.add(id);
    facts.set(id, mergeFacts(previous.get(id), polled, kinds).facts);
  }
  return { facts, incomplete };
}

const compareText = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);

/** Links and placements as `diffEdges` compares them. */
function edgesOf({ links, hosts }: Inference): DiffEdge[] {
  const fromLinks = links.map(({ a, b, layer, method, blocked, members, vlans }): DiffEdge => {
    const end = ({ device, ifIndex, ifName }: typeof a) => ({ node: device, ifIndex, ifName });
    return { id: '', subject: 'link', a: end(a), b: end(b), layer, method, blocked, members, vlans, state: 'current' };
  });
  const fromHosts = hosts.flatMap(({ mac, device, ifIndex, ifName, method, vlans }): DiffEdge[] =>
    device === null
      ? []
      : [
          {
            id: '',
            subject: 'host',
            a: { node: `host:${mac}`, ifIndex: null, ifName: null },
            b: { node: device, ifIndex, ifName },
            layer: 2,
            method,
            blocked: null,
            members: [],
            vlans,
            state: 'current',
          },
        ],
  );
  return [...fromLinks, ...fromHosts].sort((x, y) => compareText(x.a.node, y.a.node));
}
