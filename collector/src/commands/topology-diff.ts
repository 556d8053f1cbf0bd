import { InvalidArgumentError } from 'commander';
import { recordingReader } from '../snmp/recording-reader.js';
import { infer } from '../topology/correlate/infer.js';
import { mergeFacts } from '../topology/current-facts.js';
import { churnOf, diffEdges, differenceText, type DiffEdge, type EdgeDifference } from '../topology/diff.js';
import { FACT_KINDS, wholeKinds, type DeviceFacts, type FactKind } from '../topology/facts.js';
import { pollDevice } from '../topology/poll.js';
import { sightingsOf } from '../topology/sightings.js';
import { NoRecordingError, readRecordings } from './recordings.js';
import { EXIT, noun, type Register } from './register.js';

interface DiffFlags {
  readonly output: 'json' | 'table';
  readonly subject?: 'link' | 'host';
}

function parseOutput(text: string): DiffFlags['output'] {
  if (text === 'json' || text === 'table') return text;
  throw new InvalidArgumentError('give json or table');
}

function parseSubject(text: string): 'link' | 'host' {
  if (text === 'link' || text === 'host') return text;
  throw new InvalidArgumentError('give link or host');
}

/** A recording has no clock: equal input prints equal bytes. */
const RECORDED_AT = new Date(0);
const KINDS: ReadonlySet<FactKind> = new Set(FACT_KINDS);

/** What was read of each device, and what of it could not be read. */
interface Cycle {
  readonly facts: ReadonlyMap<string, DeviceFacts>;
  readonly unread: ReadonlyMap<string, ReadonlySet<FactKind>>;
}

/** One cycle after another: what a cycle did not read whole stays as it was, and a device that is missing was silent. */
async function readCycle(path: string, previous: ReadonlyMap<string, DeviceFacts>): Promise<Cycle> {
  const recordings = await readRecordings([path]);
  if (recordings.length === 0) throw new NoRecordingError(`no *.snmprec in ${path}: name a folder or a file`);
  const facts = new Map(previous);
  const unread = new Map<string, ReadonlySet<FactKind>>([...previous.keys()].map((id) => [id, KINDS]));
  const now = () => RECORDED_AT;
  for (const recording of recordings) {
    const polled = await pollDevice(recording.id, recordingReader({ ...recording, now }), { now });
    const whole = wholeKinds(polled);
    facts.set(recording.id, mergeFacts(previous.get(recording.id), polled, KINDS).facts);
    unread.set(recording.id, new Set(FACT_KINDS.filter((kind) => !whole.has(kind))));
  }
  return { facts, unread };
}

/** The edges of a cycle; unknown is one that nobody who reports it could be asked about. */
function edgesOf({ facts, unread }: Cycle): DiffEdge[] {
  return sightingsOf(infer([...facts.values()])).map((sighting): DiffEdge => {
    const { key, subject, a, b, layer, method, blocked, members, vlans, operStatus, witnesses } = sighting;
    const isUnknown = witnesses.length > 0 && witnesses.every(({ device, kind }) => unread.get(device)?.has(kind));
    const state = isUnknown ? 'unknown' : 'current';
    return { id: key, subject, a, b, layer, method, blocked, members, vlans, operStatus, state };
  });
}

export interface FolderDiff {
  readonly silentDevices: readonly string[];
  readonly differences: readonly EdgeDifference[];
}

/** Compares two recorded cycles of one network as the collector would have seen them one after the other. */
export async function diffFolders(before: string, after: string): Promise<FolderDiff> {
  const earlier = await readCycle(before, new Map());
  const later = await readCycle(after, earlier.facts);
  const isSilent = (id: string) => later.unread.get(id)?.has('system') === true;
  const silent = new Set([...later.facts.keys()].filter(isSilent));
  return {
    silentDevices: [...silent].sort(),
    differences: diffEdges(edgesOf(earlier), edgesOf(later), { silent }),
  };
}

function toJson(before: string, after: string, { silentDevices, differences }: FolderDiff): object {
  const counts: Record<string, number> = {};
  for (const { change } of differences) counts[change] = (counts[change] ?? 0) + 1;
  return {
    from: before,
    to: after,
    silentDevices,
    differences: differences.map((difference) => ({
      change: difference.change,
      subject: difference.subject,
      text: differenceText(difference),
      fields: difference.fields,
      before: difference.before,
      after: difference.after,
    })),
    counts,
    churn: churnOf(differences),
  };
}

/** `plantgraph topology diff`: what changed between two recorded cycles; exit 3 when some device was silent. */
export const registerTopologyDiff: Register = (program, run) => {
  noun(program, 'topology', 'How the network is connected')
    .command('diff')
    .description('Says what differs between two recorded polls of a network')
    .argument('<before>', 'folder of *.snmprec of the earlier poll')
    .argument('<after>', 'folder of the later one; a device that is missing there was silent')
    .option('--output <format>', 'json (one line) or table', parseOutput, 'table')
    .option('--subject <subject>', 'link or host only', parseSubject)
    .addHelpText('after', '\nExample:\n  plantgraph topology diff /tmp/net/poll-1 /tmp/net/poll-2 --subject link')
    .action(
      run(async (before: string, after: string, flags: DiffFlags) => {
        const all = await diffFolders(before, after);
        const { subject } = flags;
        const differences = all.differences.filter((one) => subject === undefined || one.subject === subject);
        const diff = { ...all, differences };
        if (flags.output === 'json') process.stdout.write(`${JSON.stringify(toJson(before, after, diff))}\n`);
        else {
          for (const one of differences) process.stdout.write(`${one.change.padEnd(8)} ${differenceText(one)}\n`);
          const { link, host } = churnOf(differences);
          process.stderr.write(`churn: ${link} links, ${host} hosts\n`);
        }
        if (diff.silentDevices.length === 0) return EXIT.ok;
        process.stderr.write(`did not answer: ${diff.silentDevices.join(', ')}\n`);
        return EXIT.partial;
      }),
    );
};
