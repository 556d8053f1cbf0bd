import { InvalidArgumentError, type Command } from 'commander';
import { recordingReader } from '../snmp/recording-reader.js';
import { infer } from '../topology/correlate/infer.js';
import type { Inference } from '../topology/correlate/inference.js';
import { factLines } from '../topology/fact-lines.js';
import type { DeviceFacts } from '../topology/facts.js';
import { pollDevice } from '../topology/poll.js';
import { NoRecordingError, readRecordings } from './recordings.js';
import { noun, type RunAction } from './register.js';

/** A recording has no clock: every fact of it is of this instant, so that equal input prints equal bytes. */
const RECORDED_AT = new Date(0);

/** Reads recordings with the live collection code. */
export async function factsOfRecordings(paths: readonly string[]): Promise<DeviceFacts[]> {
  const recordings = await readRecordings(paths);
  if (recordings.length === 0)
    throw new NoRecordingError(`no *.snmprec in ${paths.join(', ')}: name a folder or files`);
  const now = () => RECORDED_AT;
  return Promise.all(recordings.map((device) => pollDevice(device.id, recordingReader({ ...device, now }), { now })));
}

/** The keys that the command line promises (design, section 6). */
export function inferenceJson(inference: Inference): object {
  return {
    devices: inference.devices.map(({ id, sysName, polled, ips, macs }) => ({ id, sysName, polled, ips, macs })),
    links: inference.links.map((link) => ({
      a: link.a,
      b: link.b,
      layer: link.layer,
      method: link.method,
      sides: link.sides,
      confidence: link.confidence,
      members: link.members,
      vlans: link.vlans,
      blocked: link.blocked,
    })),
    segments: inference.segments.map(({ id, ports, macs, layer }) => ({
      id,
      ports: ports.map(({ device, bridgePort, ifIndex }) => ({ device, bridgePort, ifIndex })),
      macs,
      layer,
    })),
    hosts: inference.hosts.map(({ mac, ips, device, bridgePort, ifIndex, vlans, segment, confidence }) => ({
      mac,
      ips,
      device,
      bridgePort,
      ifIndex,
      vlans,
      segment,
      confidence,
    })),
    warnings: inference.warnings,
    explain: inference.explain,
  };
}

function printTable(inference: Inference): void {
  const end = ({ device, ifName, ifIndex }: { device: string; ifName: string | null; ifIndex: number | null }) =>
    `${device} ${ifName ?? ifIndex ?? '?'}`;
  for (const link of inference.links) {
    const state = link.blocked ? ' blocked' : '';
    process.stdout.write(
      `L${link.layer} ${end(link.a)} -- ${end(link.b)}  ${link.method} sides ${link.sides} confidence ${link.confidence.toFixed(2)}${state}\n`,
    );
  }
  for (const segment of inference.segments) {
    process.stdout.write(`segment ${segment.id}: ${segment.ports.map(end).join(', ')}; ${segment.macs.length} MACs\n`);
  }
  process.stdout.write(`${inference.hosts.length} hosts placed\n`);
  for (const { kind, device, text } of inference.warnings) process.stderr.write(`${kind} ${device}: ${text}\n`);
}

function parseOutput(text: string): 'json' | 'table' {
  if (text === 'json' || text === 'table') return text;
  throw new InvalidArgumentError('give json or table');
}

interface InferOptions {
  output: 'json' | 'table';
  facts?: boolean;
}

export function registerTopologyInfer(program: Command, run: RunAction): void {
  noun(program, 'topology', 'Infer and check the topology')
    .command('infer')
    .argument('<path...>', 'folders of *.snmprec, or files')
    .description('Infer the topology of recorded devices')
    .option('--output <format>', 'json or table', parseOutput, 'table')
    .option('--facts', 'print one JSON line for each fact instead')
    .addHelpText('after', '\nExample: plantgraph topology infer walks/campus --output json')
    .action(
      run(async (paths: string[], options: InferOptions) => {
        const facts = await factsOfRecordings(paths);
        if (options.facts) {
          for (const line of facts.flatMap(factLines)) process.stdout.write(`${JSON.stringify(line)}\n`);
          return undefined;
        }
        const inference = infer(facts);
        if (options.output === 'json') process.stdout.write(`${JSON.stringify(inferenceJson(inference))}\n`);
        else printTable(inference);
        return undefined;
      }),
    );
}
