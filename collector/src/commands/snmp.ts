import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { IndexRange } from '../snmp/engine/names.js';
import type { Instance } from '../snmp/recording.js';
import type { TaggedWalk } from '../snmp/walk.js';
import { EXIT, noun, type Register } from './register.js';
import { addTargetOptions, targetOf, UsageError, wholeNumber, type TargetOptions } from './snmp-target.js';

interface WalkCommandOptions extends TargetOptions {
  readonly vlan?: number;
  readonly range: readonly IndexRange[];
  readonly inFlight: number;
  readonly maxRows: number;
  readonly timeLimit: number;
  readonly output: 'table' | 'json' | 'snmprec' | 'block' | 'raw' | 'wireline';
}

/** What was read of one OID. */
interface Reading {
  readonly oid: string;
  readonly walk: TaggedWalk;
  readonly instances: readonly Instance[];
}

const OUTPUTS = ['table', 'json', 'snmprec', 'block', 'wireline'];

const EXAMPLES = `
Examples:
  plantgraph snmp walk core-1 1.3.6.1.2.1.2.2.1.2 --community-file /run/secrets/core-ro
  plantgraph snmp walk core-1 1.3.6.1.2.1.2.2.1.2 --range 1-48 --range 101-148 --in-flight 2 --community-file core-ro
  plantgraph snmp walk core-1 1.3.6.1.2.1.1 --v3-user nms --auth-password-file auth --priv-password-file priv
  plantgraph snmp walk core-1 1.3.6.1.2.1.31.1.1.1.6 --output block --community-file core-ro > hc.block
  plantgraph snmp decode hc.block

Exit: 0 every walk is whole, 3 some are cut short, 69 the device did not answer.`;

/** `plantgraph snmp walk`: reads subtrees of a device and says how each walk ended. */
export const registerSnmp: Register = (program, run) => {
  const walk: Command = noun(program, 'snmp', 'Asks devices over SNMP')
    .command('walk')
    .description('Reads subtrees of a device and says how each walk ended')
    .argument('<host>', 'name or address of the device')
    .argument('<oid...>', 'numeric OIDs of subtrees or instances');
  addTargetOptions(walk)
    .option('--vlan <id>', 'read in the context of this VLAN', wholeNumber(1, 4_094))
    .option(
      '--range <first-last>',
      'only these indexes below each OID, both included; several are read at once',
      addRange,
      [],
    )
    .option('--in-flight <number>', 'requests on their way at once, one a range', wholeNumber(1, 64), 1)
    .option('--max-rows <number>', 'rows of one subtree', wholeNumber(1, 10_000_000), 1_000_000)
    .option('--time-limit <seconds>', 'time for one subtree', wholeNumber(1, 3_600), 120)
    .option('--output <form>', `one of ${OUTPUTS.join(', ')} (raw is the block)`, 'table')
    .addHelpText('after', EXAMPLES)
    .action(
      run(async (host: string, oids: string[], options: WalkCommandOptions) => {
        if (!OUTPUTS.includes(options.output) && options.output !== 'raw') {
          throw new UsageError(`--output is one of ${OUTPUTS.join(', ')}`);
        }
        for (const oid of oids) {
          if (!/^\.?[0-2](\.\d+)+$/.test(oid)) {
            throw new UsageError(`not a numeric OID: ${oid}; give it in numbers, such as 1.3.6.1.2.1.1 for system`);
          }
        }
        if (options.output === 'block' || options.output === 'raw' || options.output === 'wireline') {
          return writeBlock(host, oids, options);
        }
        const { parseOid } = await import('../snmp/recording.js');
        const readings = await walkAll(
          host,
          oids.map((oid) => parseOid(oid).join('.')),
          options,
        );
        await print(host, readings, options);
        return exitCodeOf(readings);
      }),
    );
};

const MAX_RANGES = 1_000;
const INDEX = /^\d+(\.\d+)*$/;

/** `1-48`, or `1.0-1.255` for an index of several parts; one index alone is a range of one. */
function addRange(text: string, before: readonly IndexRange[]): readonly IndexRange[] {
  const [start = '', stop = start, ...more] = text.split('-');
  const parse = (index: string) => index.split('.').map(Number);
  const isSound = [start, stop].every((index) => INDEX.test(index) && parse(index).every((id) => id < 2 ** 32));
  if (!isSound || more.length > 0) throw new InvalidArgumentError('Use FIRST-LAST, such as 1-48 or 1.0-1.255.');
  if (before.length >= MAX_RANGES) throw new InvalidArgumentError(`At most ${MAX_RANGES} ranges.`);
  return [...before, { start: parse(start), stop: parse(stop) }];
}

const limitsOf = ({ maxRows, timeLimit }: WalkCommandOptions) => ({
  rows: maxRows,
  bytes: 1024 ** 3,
  pdus: maxRows,
  timeMs: timeLimit * 1_000,
});

/** Says how long it takes as long as a person waits for it. */
async function waited<T>(what: string, work: Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const isLive = process.stderr.isTTY === true;
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    process.stderr.write(isLive ? `\r\u001b[K${what}, ${seconds} s` : `${what}, ${seconds} s\n`);
  }, PROGRESS_MS);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (isLive && performance.now() - startedMs > PROGRESS_MS) process.stderr.write('\r\u001b[K');
  }
}
const PROGRESS_MS = 2_000;

async function walkAll(host: string, oids: readonly string[], options: WalkCommandOptions): Promise<Reading[]> {
  const { createLocalEngine } = await import('../snmp/engine/client.js');
  const { createEngineReader } = await import('../snmp/engine-reader.js');
  const { isWhole } = await import('../snmp/reader.js');
  const { instancesOf } = await import('../snmp/rows.js');
  const { parseOid } = await import('../snmp/recording.js');
  const { interruptSignal } = await import('./interrupt.js');
  const target = targetOf(host, options);
  const engine = createLocalEngine();
  const reader = createEngineReader(target, { engine, config: { maxInFlight: options.inFlight } });
  const interrupt = interruptSignal();
  const limits = limitsOf(options);
  const context = options.vlan === undefined ? {} : { vlan: options.vlan };
  try {
    const readings: Reading[] = [];
    for (const oid of oids) {
      const read = (root: string) =>
        waited(
          `reading ${root}`,
          reader.walk([root], { ...context, limits, ranges: options.range, signal: interrupt.signal }),
        );
      let root = oid;
      let walk = await read(root);
      if (walk.rows.length === 0 && isWhole(walk.outcome) && oid.endsWith('.0')) {
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
    await engine.close();
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
  if (process.stdout.isTTY) throw new UsageError('the result is no text: send it to a file, such as > walk.block');
  const engine = createLocalEngine();
  const interrupt = interruptSignal();
  try {
    const request = {
      type: 'walk',
      id: host,
      host: await addressOf(host),
      port,
      credential: engineCredentialOf(credential, options.vlan),
      oids: oids.map(parseOid),
      ranges: options.range,
      limits: limitsOf(options),
      config: { ...DEFAULT_ENGINE_CONFIG, timeoutMs, retries, maxRepetitions, maxInFlight: options.inFlight },
    } as const;
    const octets = await waited(`reading ${oids.length} subtrees`, engine.run(request, interrupt.signal));
    const block = new ResultBlock(octets);
    const { outcome, detail } = block.head;
    process.stdout.write(options.output === 'wireline' ? encodeWireline(block) : octets);
    process.stderr.write(`${outcome}${detail === '' ? '' : `: ${detail}`}, ${block.entryCount} values\n`);
    process.stderr.write(adviceOf(outcome, host, options));
    if (isWhole(outcome)) return EXIT.ok;
    if (block.entryCount > 0) return EXIT.partial;
    return outcome === 'timeout' ? EXIT.unavailable : EXIT.failure;
  } finally {
    interrupt.release();
    await engine.close();
  }
}

async function print(host: string, readings: readonly Reading[], options: WalkCommandOptions): Promise<void> {
  const { formatRecording } = await import('../snmp/recording.js');
  const { isWhole } = await import('../snmp/reader.js');
  const { lineOf, jsonOf } = await import('./snmp-values.js');
  if (options.output === 'json') {
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
  } else if (options.output === 'snmprec') {
    process.stdout.write(formatRecording(readings.flatMap(({ instances }) => instances)));
  } else {
    for (const { instances } of readings) process.stdout.write(instances.map((one) => `${lineOf(one)}\n`).join(''));
  }
  for (const { oid, walk } of readings) {
    const end = isWhole(walk.outcome) ? walk.outcome : `${walk.outcome}: ${walk.detail ?? ''}`;
    const cost = `${walk.rows.length} rows, ${walk.pduCount} requests, ${Math.round(walk.durationMs)} ms`;
    process.stderr.write(`${oid}: ${end}, ${cost}\n`);
  }
  process.stderr.write(adviceOf(readings.at(-1)?.walk.outcome, host, options));
}

/** The next step when a walk has failed. */
function adviceOf(outcome: TaggedWalk['outcome'] | undefined, host: string, options: WalkCommandOptions): string {
  switch (outcome) {
    case 'timeout':
      return options.v3User === undefined
        ? `try: the community (a wrong one is answered by silence), the access list of ${host}, UDP port ${options.port}\n`
        : `try: the access list of ${host}, UDP port ${options.port}, the privacy protocol (a wrong one may be answered by silence)\n`;
    case 'authFailure':
      return 'try: the user, --auth-protocol and its password, --priv-protocol and its password, and the view of the user on the device\n';
    case 'deadline':
      return 'try: --max-rows or --time-limit for more, --range for a part\n';
    case 'tooBig':
      return 'try: --max-repetitions 1\n';
    default:
      return '';
  }
}

function exitCodeOf(readings: readonly Reading[]): number {
  const outcomes = readings.map(({ walk }) => walk.outcome);
  if (outcomes.every((outcome) => outcome === 'complete' || outcome === 'endOfMib')) return EXIT.ok;
  const isEmpty = readings.every(({ instances }) => instances.length === 0);
  if (!isEmpty) return EXIT.partial;
  return outcomes.includes('timeout') ? EXIT.unavailable : EXIT.failure;
}
