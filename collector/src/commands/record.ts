import { createHmac } from 'node:crypto';
import type { Command } from 'commander';
import type { DeviceRecording, RecordedTable } from '../snmp/record-device.js';
import type { Instance } from '../snmp/recording.js';
import { EXIT, type Register } from './register.js';
import { addTargetOptions, targetOf, UsageError, type TargetOptions } from './snmp-target.js';

interface RecordCommandOptions extends TargetOptions {
  readonly out: string;
  readonly name?: string;
  readonly vlans?: string;
  readonly blank?: boolean;
  readonly blankKeyFile?: string;
  readonly output: 'table' | 'json';
}

/** Large tables take their time; a recording is made once. */
const LIMITS = { rows: 1_000_000, bytes: 256 * 1024 * 1024, pdus: 200_000, timeMs: 300_000 } as const;

/** `plantgraph record`: a device as files that `topology infer`, the simulator and a bug report can use. */
export const registerRecord: Register = (program, run) => {
  const record: Command = program
    .command('record')
    .description('Records the tables that inference reads, and tells what a poll of the device costs')
    .argument('<host>', 'name or address of the device')
    .requiredOption('--out <folder>', 'where to write NAME.snmprec, NAME@VLAN.snmprec and NAME.lost');
  addTargetOptions(record)
    .option('--name <name>', 'name of the files; without it the host, or a word that tells nothing with --blank')
    .option('--vlans <list>', 'contexts to record too: all (those that the device lists), or numbers with commas')
    .option(
      '--blank',
      'replace names, serial numbers and the community by words that tell nothing; no tables of cable systems',
    )
    .option('--blank-key-file <file>', 'key of the replaced words: equal in all recordings made with it')
    .option('--output <form>', 'table or json', 'table')
    .addHelpText(
      'after',
      '\nExample:\n  plantgraph record core-1 --out recordings --vlans all --community-file /run/secrets/core-ro\n' +
        '\nExit: 0 every table is whole, 3 some are cut short, 69 the device did not answer.',
    )
    .action(run(recordHost));
};

async function recordHost(host: string, options: RecordCommandOptions): Promise<number> {
  if (options.output !== 'table' && options.output !== 'json') throw new UsageError('--output is table or json');
  const vlans = vlansOf(options.vlans);
  const blankKey = options.blank ? await blankKeyOf(options) : undefined;
  const name = options.name ?? (blankKey === undefined ? host : blankNameOf(host, blankKey));
  if (!/^[A-Za-z0-9._-]+$/.test(name) || name.startsWith('.')) {
    throw new UsageError('give --name: file names have letters, digits, dots, dashes and underscores');
  }
  const { createSnmpReader } = await import('../snmp/session.js');
  const { recordDevice } = await import('../snmp/record-device.js');
  const { interruptSignal } = await import('./interrupt.js');
  const target = targetOf(host, options);
  const reader = createSnmpReader(target);
  const interrupt = interruptSignal();
  const isLive = process.stderr.isTTY === true;
  try {
    const recording = await recordDevice(reader, {
      vlans,
      limits: LIMITS,
      // modems with their addresses, and fibre nodes by name in the index: nothing that could be blanked
      docsis: options.blank !== true,
      signal: interrupt.signal,
      onTable: (table) => {
        if (isLive) process.stderr.write(`${lineOf(table)}\n`);
      },
    });
    if (recording.instances.length === 0) {
      const { outcome, detail } = recording.tables[0] as RecordedTable;
      process.stderr.write(`${host}: ${outcome}: ${detail ?? 'the device has none of the tables'}\n`);
      return outcome === 'timeout' ? EXIT.unavailable : EXIT.failure;
    }
    const community = target.credential.version !== '3' ? [target.credential.community.reveal()] : [];
    const blank = await blankerOf(blankKey, community);
    const files = await writeFiles(options.out, name, recording, blank);
    printReport(host, recording, files, options.output);
    return recording.lost.length === 0 ? EXIT.ok : EXIT.partial;
  } finally {
    interrupt.release();
    reader.close();
  }
}

function vlansOf(text: string | undefined): 'all' | number[] {
  if (text === 'all') return 'all';
  if (text === undefined) return [];
  const vlans = text.split(',').map(Number);
  if (vlans.some((vlan) => !Number.isInteger(vlan) || vlan < 1 || vlan > 4_094)) {
    throw new UsageError('--vlans is `all` or numbers from 1 to 4094 with commas');
  }
  return [...new Set(vlans)];
}

type Blank = (instances: readonly Instance[]) => readonly Instance[];

async function blankKeyOf({ blankKeyFile }: RecordCommandOptions): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const { randomUUID } = await import('node:crypto');
  return blankKeyFile === undefined ? randomUUID() : (await readFile(blankKeyFile, 'utf8')).trim();
}

/** The same for a host and a key, so that several recordings have names of their own that do not tell the address. */
const blankNameOf = (host: string, key: string): string =>
  `device-${createHmac('sha256', key).update(host).digest('hex').slice(0, 8)}`;

async function blankerOf(key: string | undefined, secrets: readonly string[]): Promise<Blank> {
  if (key === undefined) return (instances) => instances;
  const { blankInstances } = await import('../snmp/blank.js');
  return (instances) => blankInstances(instances, { key, secrets });
}

async function writeFiles(folder: string, name: string, recording: DeviceRecording, blank: Blank): Promise<string[]> {
  const { mkdir, writeFile, rm } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const { formatRecording } = await import('../snmp/recording.js');
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  const write = async (file: string, text: string) => {
    await writeFile(join(folder, file), text);
    written.push(join(folder, file));
  };
  const parts = [...recording.contexts].map(([vlan, instances]) => ({ file: `${name}@${vlan}.snmprec`, instances }));
  for (const { file, instances } of [{ file: `${name}.snmprec`, instances: recording.instances }, ...parts]) {
    await write(file, formatRecording(blank(instances)));
  }
  // an older recording's list would make whole tables of this one unknown
  if (recording.lost.length === 0) await rm(join(folder, `${name}.lost`), { force: true });
  else await write(`${name}.lost`, recording.lost.map((oid) => `${oid}\n`).join(''));
  return written;
}

const lineOf = ({ name, vlan, rows, varbinds, requests, durationMs, outcome, detail }: RecordedTable): string =>
  [
    (vlan === null ? name : `${name}@${vlan}`).padEnd(30),
    `${rows} rows`.padStart(12),
    `${varbinds} values`.padStart(14),
    `${requests} requests`.padStart(14),
    `${Math.round(durationMs)} ms`.padStart(10),
    `  ${outcome}${detail === null ? '' : `: ${detail}`}`,
  ].join('');

function printReport(
  host: string,
  recording: DeviceRecording,
  files: readonly string[],
  output: RecordCommandOptions['output'],
): void {
  const { tables } = recording;
  const total = (value: (table: RecordedTable) => number) => tables.reduce((sum, table) => sum + value(table), 0);
  const cost = {
    rows: total(({ rows }) => rows),
    values: total(({ varbinds }) => varbinds),
    requests: total(({ requests }) => requests),
    durationMs: Math.round(total(({ durationMs }) => durationMs)),
  };
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify({ host, files, tables, lost: recording.lost, pollCost: cost })}\n`);
    return;
  }
  // tables without rows say little one by one
  const told = tables.filter(({ rows, outcome }) => rows > 0 || (outcome !== 'complete' && outcome !== 'endOfMib'));
  process.stdout.write(told.map((table) => `${lineOf(table)}\n`).join(''));
  process.stdout.write(`${tables.length - told.length} other tables are empty\n`);
  process.stdout.write(
    `a poll of everything costs ${cost.requests} requests, ${cost.values} values, ${cost.durationMs} ms, one request at a time\n`,
  );
  for (const file of files) process.stderr.write(`${file}\n`);
}
