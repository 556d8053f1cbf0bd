import type { Command } from 'commander';
import type { Instance } from '../snmp/recording.js';
import type { TaggedWalk } from '../snmp/walk.js';
import { EXIT, noun, type Register } from './register.js';
import { addTargetOptions, targetOf, UsageError, wholeNumber, type TargetOptions } from './snmp-target.js';

interface WalkCommandOptions extends TargetOptions {
  readonly vlan?: number;
  readonly maxRows: number;
  readonly timeLimit: number;
  readonly output: 'table' | 'json' | 'snmprec' | 'block' | 'wireline';
}

/** What was read of one OID. */
interface Reading {
  readonly oid: string;
  readonly walk: TaggedWalk;
  readonly instances: readonly Instance[];
}

const OUTPUTS = ['table', 'json', 'snmprec', 'block', 'wireline'];

/** `plantgraph snmp walk`: reads subtrees of a device and says how each walk ended. */
export const registerSnmp: Register = (program, run) => {
  const walk: Command = noun(program, 'snmp', 'Asks devices over SNMP')
    .command('walk')
    .description('Reads subtrees of a device, with GETBULK, and says how each walk ended')
    .argument('<host>', 'name or address of the device')
    .argument('<oid...>', 'numeric OIDs of subtrees or instances');
  addTargetOptions(walk)
    .option('--vlan <id>', 'read in the context of this VLAN', wholeNumber(1, 4_094))
    .option('--max-rows <number>', 'rows of one subtree', wholeNumber(1, 10_000_000), 1_000_000)
    .option('--time-limit <seconds>', 'time for one subtree', wholeNumber(1, 3_600), 120)
    .option('--output <form>', `one of ${OUTPUTS.join(', ')}`, 'table')
    .addHelpText(
      'after',
      '\nExample:\n  plantgraph snmp walk core-1 1.3.6.1.2.1.2.2.1.2 --community-file /run/secrets/core-ro\n' +
        '\nExit: 0 every walk is whole, 3 some are cut short, 69 the device did not answer.',
    )
    .action(
      run(async (host: string, oids: string[], options: WalkCommandOptions) => {
        const { parseOid } = await import('../snmp/recording.js');
        if (!OUTPUTS.includes(options.output)) throw new UsageError(`--output is one of ${OUTPUTS.join(', ')}`);
        for (const oid of oids) {
          if (!/^\.?\d+(\.\d+)+$/.test(oid)) throw new UsageError(`not a numeric OID: ${oid}`);
        }
        if (options.output === 'block' || options.output === 'wireline') return writeBlock(host, oids, options);
        const readings = await walkAll(
          host,
          oids.map((oid) => parseOid(oid).join('.')),
          options,
        );
        await print(host, readings, options.output);
        return exitCodeOf(readings);
      }),
    );
};

async function walkAll(host: string, oids: readonly string[], options: WalkCommandOptions): Promise<Reading[]> {
  const { createSnmpReader } = await import('../snmp/session.js');
  const { instancesOf } = await import('../snmp/rows.js');
  const { parseOid } = await import('../snmp/recording.js');
  const { interruptSignal } = await import('./interrupt.js');
  const reader = createSnmpReader(targetOf(host, options));
  const interrupt = interruptSignal();
  const limits = { rows: options.maxRows, bytes: 1024 ** 3, pdus: options.maxRows, timeMs: options.timeLimit * 1_000 };
  try {
    const readings: Reading[] = [];
    for (const oid of oids) {
      const context = options.vlan === undefined ? {} : { vlan: options.vlan };
      const read = (root: string) => reader.walk([root], { ...context, limits, signal: interrupt.signal });
      let root = oid;
      let walk = await read(root);
      if (walk.rows.length === 0 && oid.endsWith('.0')) {
        // an instance has nothing below it: read the scalar it is
        root = oid.slice(0, -'.0'.length);
        walk = await read(root);
      }
      readings.push({ oid, walk, instances: instancesOf([parseOid(root)], walk.rows) });
      if (walk.outcome === 'timeout' || walk.outcome === 'authFailure' || walk.outcome === 'cancelled') break;
    }
    return readings;
  } finally {
    interrupt.release();
    reader.close();
  }
}

/** The whole result as octets: our block, or the record of snmp-stream. */
async function writeBlock(host: string, oids: readonly string[], options: WalkCommandOptions): Promise<number> {
  const { addressOf, engineCredentialOf } = await import('../snmp/engine-reader.js');
  const { ResultBlock } = await import('../snmp/engine/block.js');
  const { createLocalEngine } = await import('../snmp/engine/client.js');
  const { DEFAULT_ENGINE_CONFIG } = await import('../snmp/engine/task.js');
  const { encodeWireline } = await import('../snmp/engine/wireline.js');
  const { isWhole } = await import('../snmp/reader.js');
  const { parseOid } = await import('../snmp/recording.js');
  const { interruptSignal } = await import('./interrupt.js');
  const { credential, port, timeoutMs, retries, maxRepetitions } = targetOf(host, options);
  const engine = createLocalEngine();
  const interrupt = interruptSignal();
  try {
    const octets = await engine.run(
      {
        type: 'walk',
        id: host,
        host: await addressOf(host),
        port,
        credential: engineCredentialOf(credential, options.vlan),
        oids: oids.map(parseOid),
        ranges: [],
        limits: { rows: options.maxRows, bytes: 1024 ** 3, pdus: options.maxRows, timeMs: options.timeLimit * 1_000 },
        config: { ...DEFAULT_ENGINE_CONFIG, timeoutMs, retries, maxRepetitions },
      },
      interrupt.signal,
    );
    const block = new ResultBlock(octets);
    const { outcome, detail } = block.head;
    process.stdout.write(options.output === 'block' ? octets : encodeWireline(block));
    process.stderr.write(`${outcome}${detail === '' ? '' : `: ${detail}`}, ${block.entryCount} values\n`);
    if (isWhole(outcome)) return EXIT.ok;
    if (block.entryCount > 0) return EXIT.partial;
    return outcome === 'timeout' ? EXIT.unavailable : EXIT.failure;
  } finally {
    interrupt.release();
    await engine.close();
  }
}

async function print(host: string, readings: readonly Reading[], output: WalkCommandOptions['output']): Promise<void> {
  const { formatRecording } = await import('../snmp/recording.js');
  const { isWhole } = await import('../snmp/reader.js');
  const { lineOf, jsonOf } = await import('./snmp-values.js');
  if (output === 'json') {
    const walks = readings.map(({ oid, walk, instances }) => ({
      oid,
      outcome: walk.outcome,
      detail: walk.detail ?? null,
      rows: walk.rows.length,
      requests: walk.pduCount,
      durationMs: Math.round(walk.durationMs),
      sysUpTimeMs: walk.sysUpTimeMs ?? null,
      instances: instances.map(jsonOf),
    }));
    process.stdout.write(`${JSON.stringify({ host, walks })}\n`);
  } else if (output === 'snmprec') {
    process.stdout.write(formatRecording(readings.flatMap(({ instances }) => instances)));
  } else {
    for (const { instances } of readings) process.stdout.write(instances.map((one) => `${lineOf(one)}\n`).join(''));
  }
  for (const { oid, walk } of readings) {
    const end = isWhole(walk.outcome) ? walk.outcome : `${walk.outcome}: ${walk.detail ?? ''}`;
    const cost = `${walk.rows.length} rows, ${walk.pduCount} requests, ${Math.round(walk.durationMs)} ms`;
    process.stderr.write(`${oid}: ${end}, ${cost}\n`);
  }
}

function exitCodeOf(readings: readonly Reading[]): number {
  const outcomes = readings.map(({ walk }) => walk.outcome);
  if (outcomes.every((outcome) => outcome === 'complete' || outcome === 'endOfMib')) return EXIT.ok;
  const isEmpty = readings.every(({ instances }) => instances.length === 0);
  if (!isEmpty) return EXIT.partial;
  return outcomes.includes('timeout') ? EXIT.unavailable : EXIT.failure;
}
