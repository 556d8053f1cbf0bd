import type { DeviceProbe } from '../snmp/probe.js';
import { EXIT, type Register } from './register.js';
import { addTargetOptions, targetOf, UsageError, type TargetOptions } from './snmp-target.js';

interface DoctorOptions extends TargetOptions {
  readonly config?: string;
  readonly output: 'table' | 'json';
}

/** `plantgraph doctor`: the first five minutes with a device, or everything a configuration needs. */
export const registerDoctor: Register = (program, run) => {
  const doctor = program
    .command('doctor')
    .description('What a device answers and what polling it costs; with --config, everything that a collector needs')
    .argument('[host]', 'name or address of a device');
  addTargetOptions(doctor)
    .option('--config <file>', 'checks configuration, database, TFTP port and every device of it')
    .option('--output <form>', 'table or json', 'table')
    .addHelpText(
      'after',
      '\nExamples:\n  plantgraph doctor 10.1.0.1 --community-file secrets/snmp-read\n  plantgraph doctor --config plantgraph.yaml\n' +
        '\nExit: 0 all is well or only warnings, 1 something fails, 69 the device does not answer.',
    )
    .action(
      run(async (host: string | undefined, options: DoctorOptions) => {
        if ((host === undefined) === (options.config === undefined))
          throw new UsageError('give either a host or --config FILE');
        return host === undefined ? doctorConfig(options.config ?? '', options.output) : doctorHost(host, options);
      }),
    );
};

async function doctorHost(host: string, options: DoctorOptions): Promise<number> {
  const { createSnmpReader } = await import('../snmp/session.js');
  const { probeDevice } = await import('../snmp/probe.js');
  const { interruptSignal } = await import('./interrupt.js');
  const { formatTable } = await import('./text-table.js');
  const reader = createSnmpReader(targetOf(host, options));
  const interrupt = interruptSignal();
  try {
    const probe = await probeDevice(reader, {
      signal: interrupt.signal,
      onTable: ({ name }) => {
        if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K  ${name}`);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    if (options.output === 'json') {
      process.stdout.write(`${JSON.stringify({ host, ...probe })}\n`);
    } else if (probe.failure) {
      process.stderr.write(
        `${host}: ${probe.failure.code}: ${probe.failure.message}\n${adviceOn(probe.failure.code)}\n`,
      );
    } else {
      const rows = probe.tables.map(({ name, mib, outcome, rows: count, durationMs, detail }) => [
        name,
        mib,
        outcome,
        String(count),
        `${Math.round(durationMs)} ms`,
        detail ?? '',
      ]);
      process.stdout.write(formatTable(['table', 'MIB', 'outcome', 'rows', 'time', ''], rows));
      process.stdout.write(`${summaryOf(host, probe)}\n`);
    }
    if (!probe.failure) return EXIT.ok;
    return probe.failure.code === 'SNMP_TIMEOUT' ? EXIT.unavailable : EXIT.failure;
  } finally {
    interrupt.release();
    reader.close();
  }
}

function adviceOn(code: string): string {
  if (code === 'SNMP_TIMEOUT') {
    return 'Silence means one of: a wrong community or privacy password, an access list without this host, UDP 161 closed on the way, no SNMP agent.';
  }
  return code === 'SNMP_AUTH'
    ? 'The agent refuses this user, password, level or view: compare them with its configuration.'
    : '';
}

function summaryOf(
  host: string,
  { sysName, sysDescr, sysUpTimeMs, contextVlans, packetsPerCycle, msPerCycle, rows }: DeviceProbe,
): string {
  const days = sysUpTimeMs === null ? 'unknown' : `${(sysUpTimeMs / 86_400_000).toFixed(1)} days`;
  const contexts = contextVlans.length > 0 ? `\nVLAN contexts read besides: ${contextVlans.length}` : '';
  return `\n${sysName ?? host}: ${sysDescr ?? 'no description'}\nup ${days}, ${rows} rows${contexts}\nReading everything once costs the device about ${packetsPerCycle} packets and ${(msPerCycle / 1000).toFixed(1)} s.`;
}

async function doctorConfig(file: string, output: 'table' | 'json'): Promise<number> {
  const { examine } = await import('./examine.js');
  const { formatTable } = await import('./text-table.js');
  const findings = await examine(file);
  if (output === 'json') for (const finding of findings) process.stdout.write(`${JSON.stringify(finding)}\n`);
  else
    process.stdout.write(
      formatTable(
        ['', 'check', 'detail', 'do'],
        findings.map(({ state, check, detail, fix }) => [state, check, detail, fix ?? '']),
      ),
    );
  return findings.some(({ state }) => state === 'fail') ? EXIT.failure : EXIT.ok;
}
