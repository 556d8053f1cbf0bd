import type { Instance } from '../snmp/recording.js';
import { EXIT, noun, type Register } from './register.js';
import { UsageError, wholeNumber } from './snmp-target.js';

/** What a file holds, in the same words whichever format it has. */
interface Decoded {
  readonly head: Record<string, unknown>;
  readonly instances: Instance[];
}

interface DecodeOptions {
  readonly output: string;
  readonly ranges: number;
}

const MAX_FILE_OCTETS = 1024 ** 3;
const BLOCK_MAGIC = 'PGSB';

/** `plantgraph snmp decode`: the reader of what `snmp walk --output block` and `--output wireline` write. */
export const registerSnmpDecode: Register = (program, run) => {
  noun(program, 'snmp', 'Asks devices over SNMP')
    .command('decode')
    .description('Reads a result block, or a wireline record of snmp-stream, from a file')
    .argument('<file...>', 'files that `snmp walk --output block` or `--output wireline` wrote')
    .option('--output <form>', 'table, json or snmprec', 'table')
    .option(
      '--ranges <number>',
      'index ranges that were asked: a wireline record does not say',
      wholeNumber(1, 1_000),
      1,
    )
    .addHelpText('after', '\nExample:\n  plantgraph snmp decode hc.block --output json\n\nExit: 0 read, 1 damaged.')
    .action(
      run(async (files: string[], options: DecodeOptions) => {
        if (!['table', 'json', 'snmprec'].includes(options.output))
          throw new UsageError('--output is table, json or snmprec');
        for (const file of files) await show(file, options);
        return EXIT.ok;
      }),
    );
};

async function show(file: string, options: DecodeOptions): Promise<void> {
  const { output } = options;
  const { readFile, stat } = await import('node:fs/promises');
  const { compareOids, formatRecording } = await import('../snmp/recording.js');
  const { lineOf, jsonOf } = await import('./snmp-values.js');
  let octets: Buffer;
  try {
    if ((await stat(file)).size > MAX_FILE_OCTETS) throw new UsageError(`${file} is over 1 GiB`);
    octets = await readFile(file);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`);
  }
  const isBlock = octets.toString('latin1', 0, BLOCK_MAGIC.length) === BLOCK_MAGIC;
  const { head, instances } = await (isBlock ? blockOf(octets) : wirelineOf(octets, options.ranges));
  instances.sort((a, b) => compareOids(a.oid, b.oid));
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify({ file, ...head, instances: instances.map(jsonOf) })}\n`);
    return;
  }
  if (output === 'snmprec') process.stdout.write(formatRecording(instances));
  else process.stdout.write(instances.map((one) => `${lineOf(one)}\n`).join(''));
  const words = Object.entries(head).filter(([, value]) => value !== null && value !== '');
  process.stderr.write(`${words.map(([name, value]) => `${name} ${String(value)}`).join(', ')}\n`);
}

async function blockOf(octets: Buffer): Promise<Decoded> {
  const { ResultBlock } = await import('../snmp/engine/block.js');
  const { valueOfEntry } = await import('../snmp/engine/block-rows.js');
  const { decodeOid } = await import('../snmp/engine/names.js');
  const block = new ResultBlock(octets);
  const instances: Instance[] = [];
  for (let entry = 0; entry < block.entryCount; entry++) {
    const oid = decodeOid(block.bytes, block.nameStart(entry), block.nameEnd(entry)) ?? [];
    instances.push({ oid, tag: block.tag(entry), value: valueOfEntry(block, entry) });
  }
  const { id, host, port, outcome, detail, errorStatus, startedAtMs, durationMs, sysUpTimeMs } = block.head;
  const head = {
    format: 'block',
    id,
    host,
    port,
    startedAt: new Date(startedAtMs).toISOString(),
    durationMs: Math.round(durationMs),
    outcome,
    detail,
    errorStatus,
    sysUpTimeMs: sysUpTimeMs ?? null,
    sent: block.head.sentCount,
    resent: block.head.resentCount,
  };
  return { head, instances };
}

async function wirelineOf(octets: Buffer, ranges: number): Promise<Decoded> {
  const { decodeWireline, wirelineValue } = await import('../snmp/engine/wireline.js');
  const block = decodeWireline(octets);
  const instances = block.records.map((record): Instance => {
    const root = block.roots[Math.floor(record.rootIndex / ranges)];
    if (!root)
      throw new UsageError(`the record counts ${record.rootIndex + 1} roots: say with --ranges how many were asked`);
    return { oid: [...root, ...record.index], tag: record.type, value: wirelineValue(block, record) };
  });
  const times = block.records.map(({ timeSec }) => timeSec);
  const head = {
    format: 'wireline',
    id: Buffer.from(block.requestId).toString('utf8'),
    byteOrder: block.byteOrder,
    wordOctets: block.wordOctets,
    receivedAt: times.length === 0 ? null : new Date((times[0] as number) * 1_000).toISOString(),
  };
  return { head, instances };
}
