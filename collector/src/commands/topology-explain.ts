import { stat } from 'node:fs/promises';
import { InvalidArgumentError } from 'commander';
import { tryParseIp } from '../lib/ip.js';
import { PlantgraphError } from '../lib/errors.js';
import { tryParseMac } from '../lib/mac.js';
import { infer } from '../topology/correlate/infer.js';
import type { Inference } from '../topology/correlate/inference.js';
import { explainDevice, type DeviceExplanation } from '../topology/explain-device.js';
import type { LinkExplanation } from '../topology/explain-schemas.js';
import { explainLink } from '../topology/explain.js';
import type { DeviceFacts } from '../topology/facts.js';
import { nameKey } from '../topology/identity.js';
import { sightingsOf } from '../topology/sightings.js';
import { EXIT, noun, type Register } from './register.js';
import { formatTable } from './text-table.js';
import { factsOfRecordings } from './topology.js';

/** The command line names nothing that could be explained. */
export class ExplainUsageError extends PlantgraphError {
  readonly code = 'USAGE_NO_NODE';
  readonly retryable = false;
}

interface ExplainFlags {
  readonly output: 'json' | 'table';
  readonly minConfidence: number;
}

/** Node ids of the answer, by any spelling that a person has at hand. */
export function resolveNode(facts: readonly DeviceFacts[], inference: Inference, text: string): string {
  const mac = tryParseMac(text);
  const ip = tryParseIp(text);
  const key = nameKey(text);
  const ids = new Set([
    ...facts.map(({ deviceId }) => deviceId),
    ...inference.devices.map(({ id }) => id),
    ...inference.segments.map(({ id }) => id),
    ...inference.hosts.map((host) => `host:${host.mac}`),
  ]);
  if (ids.has(text)) return text;
  const found =
    inference.devices.find(({ sysName }) => sysName !== null && nameKey(sysName) === key)?.id ??
    inference.devices.find(({ ips, macs }) => ips.includes(ip ?? '-') || macs.includes(mac ?? '-'))?.id ??
    inference.hosts.find((host) => host.mac === mac || host.ips.includes(ip ?? '-'))?.mac;
  if (found === undefined) {
    const some = inference.devices.slice(0, 5).map(({ id }) => id);
    throw new ExplainUsageError(
      `nothing in the recordings is called ${text}: give a device's file name, name, IP or MAC (there are ${some.join(', ')} …)`,
    );
  }
  return found === mac ? `host:${found}` : found;
}

/** Text of an answer about two nodes, for a terminal. */
export function linkText({ verdict, links, through, said, missing, warnings }: LinkExplanation): string {
  const parts = [`${verdict.text}\n`];
  if (links.length > 0) {
    parts.push(
      formatTable(
        ['LINK', '', 'BY', 'SIDES', 'CONFIDENCE', 'STATE'],
        links.map(({ a, b, method, sides, confidence, state }) => [
          `${a.node} ${a.ifName ?? a.ifIndex ?? '?'}`,
          `${b.node} ${b.ifName ?? b.ifIndex ?? '?'}`,
          method,
          String(sides),
          confidence.toFixed(2),
          state,
        ]),
      ),
    );
  }
  if (through.length > 0) {
    parts.push(
      `Way: ${through.map(({ title, inPort, outPort }) => [inPort, title, outPort].filter((part) => part !== null).join(' ')).join(' → ')}\n`,
    );
  }
  if (said.length > 0) {
    const rows = said.flatMap(({ device, source, text, mentions, dropped }) => [
      [device, source, text],
      ...mentions.map((mention) => ['', '', `  ${mention.port ?? 'unknown port'}: ${mention.text}`]),
      ...(dropped.length === 0
        ? []
        : [['', '', `  dropped: ${dropped.map(({ reason, rows: lost }) => `${lost} ${reason}`).join(', ')}`]]),
    ]);
    parts.push(formatTable(['DEVICE', 'SOURCE', 'WHAT IT SAYS'], rows));
  }
  if (warnings.length > 0) parts.push(`Noted:\n${warnings.map((text) => `  ${text}\n`).join('')}`);
  if (missing.length > 0) {
    parts.push(
      `Missing, and how to get it:\n${missing.map(({ text, action }) => `  ${text}\n    ${action}\n`).join('')}`,
    );
  }
  return parts.join('\n');
}

/** Text of an answer about one device, for a terminal. */
export function deviceText({ tables, identity, warnings }: DeviceExplanation): string {
  const parts = [
    tables.length === 0
      ? 'It is not polled: there are no tables of it.\n'
      : formatTable(
          ['TABLE', 'HOLDS', 'STATE', 'ROWS', 'USED', 'DROPPED'],
          tables.map(({ table, title, state, rows, used, dropped, detail }) => [
            table,
            title,
            state,
            String(rows),
            String(used),
            [
              ...dropped.map(({ reason, rows: lost }) => `${lost} ${reason}`),
              ...(detail === null ? [] : [detail]),
            ].join('; '),
          ]),
        ),
  ];
  if (identity.length > 0) {
    parts.push(
      formatTable(
        ['SAID BY', 'TABLE', 'KEY', 'VALUE', 'WHY'],
        identity.map(({ by, table, key, value, text }) => [by, table, key, value, text]),
      ),
    );
  }
  if (warnings.length > 0) parts.push(`Noted:\n${warnings.map(({ kind, text }) => `  ${kind}: ${text}\n`).join('')}`);
  return parts.join('\n');
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

function parseOutput(text: string): 'json' | 'table' {
  if (text === 'json' || text === 'table') return text;
  throw new InvalidArgumentError('give json or table');
}

function parseRatio(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('give a number from 0 to 1');
}

/** `plantgraph topology explain`: why there is a link, or none, between two nodes of recorded devices. */
export const registerTopologyExplain: Register = (program, run) => {
  noun(program, 'topology', 'Infer and check the topology')
    .command('explain')
    .argument('<node>', 'device, neighbour or host: its id, name, IP or MAC')
    .argument('<more...>', 'a second node if a link is in question, then folders of *.snmprec, or files')
    .description('Say why there is a link, or none, between two nodes; or what was read of one device')
    .option('--output <format>', 'json or table', parseOutput, 'table')
    .option('--min-confidence <ratio>', 'links below are said to be hidden', parseRatio, 0.5)
    .addHelpText(
      'after',
      '\nExamples:\n  plantgraph topology explain access-1 core-1 walks/campus\n  plantgraph topology explain access-1 walks/campus --output json',
    )
    .action(
      run(async (node: string, more: string[], { output, minConfidence }: ExplainFlags) => {
        const [second = ''] = more;
        const isPair = more.length > 1 && !(await exists(second));
        const paths = isPair ? more.slice(1) : more;
        const facts = await factsOfRecordings(paths);
        const inference = infer(facts);
        const a = resolveNode(facts, inference, node);
        if (isPair) {
          const b = resolveNode(facts, inference, second);
          const edges = sightingsOf(inference);
          const explained = explainLink({ facts, inference, edges, minConfidence }, a, b);
          process.stdout.write(output === 'json' ? `${JSON.stringify(explained)}\n` : linkText(explained));
          return explained.verdict.code === 'unknown' ? EXIT.partial : EXIT.ok;
        }
        const explained = { device: a, ...explainDevice({ facts, inference }, a) };
        process.stdout.write(output === 'json' ? `${JSON.stringify(explained)}\n` : deviceText(explained));
        return EXIT.ok;
      }),
    );
};
