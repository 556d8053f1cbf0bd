import type { Command } from 'commander';
import { runAll, type Component } from '../lib/component.js';
import { EXIT, noun, type Register } from './register.js';
import { UsageError } from './snmp-target.js';

interface CommonOptions {
  readonly port: string;
  readonly output: 'table' | 'json';
}

interface RecordedCommandOptions extends CommonOptions {
  readonly address: string;
  readonly community: string;
  readonly delay: string;
  readonly loss: string;
  readonly seed: string;
}

interface DemoCommandOptions extends CommonOptions {
  readonly tftpPort: string;
  readonly seed: string;
  readonly incidents: string;
}

interface PlantCommandOptions extends CommonOptions {
  readonly tftpPort: string;
  readonly seed: string;
  readonly modems: string;
  readonly measure: string;
}

/** One simulated device as it is printed. */
interface Row {
  readonly id: string;
  readonly address: string;
  readonly port: number;
  readonly note: string;
}

const MAX_PORT = 65_535;

/** `plantgraph simulate`: devices that answer over real UDP on loopback addresses, until Ctrl-C. */
export const registerSimulate: Register = (program, run) => {
  const simulate = noun(program, 'simulate', 'Simulated devices over real UDP on 127.x.y.z, until Ctrl-C');
  withCommon(simulate.command('recorded').description('Recorded devices: every *.snmprec of a folder'))
    .argument('<folder>', 'folder of NAME.snmprec, NAME@CONTEXT.snmprec and NAME.lost')
    .option('--address <ip>', 'address of the first device; the others follow it', '127.40.0.1')
    .option('--community <text>', 'community they answer to', 'public')
    .option('--delay <ms>', 'answers come so much later', '0')
    .option('--loss <ratio>', 'share of datagrams that get lost, 0 to 1', '0')
    .option('--seed <n>', 'decides which ones', '1')
    .addHelpText('after', '\nExample:\n  plantgraph simulate recorded recordings/lab --port 1161 --loss 0.05')
    .action(run(simulateRecorded));
  withCommon(
    simulate.command('demo').description('The network of `npm start`: a campus, a CMTS, its modems, incidents'),
  )
    .option('--tftp-port <port>', 'port that the modems send their files to', '6969')
    .option('--seed <n>', 'another network', '7')
    .option('--incidents <seconds>', 'an incident every so often; none: never', '150')
    .addHelpText('after', '\nExample:\n  plantgraph simulate demo --incidents none')
    .action(run(simulateDemo));
  withCommon(simulate.command('plant').description('A cable plant alone: a CMTS and as many modems as you like'))
    .option('--modems <n>', 'number of modems, 1 to 50000', '200')
    .option('--tftp-port <port>', 'port that the modems send their files to', '6969')
    .option('--measure <ms>', 'how long a test takes', '1000')
    .option('--seed <n>', 'other channels', '1')
    .addHelpText('after', '\nExample:\n  plantgraph simulate plant --modems 1000 --tftp-port 6969')
    .action(run(simulatePlant));
};

const withCommon = (command: Command): Command =>
  command
    .option('--port <port>', 'UDP port of every device', '1161')
    .option('--output <form>', 'table or json', 'table');

function numberOf(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= low && value <= high)) {
    throw new UsageError(`--${name} is a number from ${low} to ${high}`);
  }
  return value;
}

async function simulateRecorded(folder: string, options: RecordedCommandOptions): Promise<number> {
  const { tryParseIp } = await import('../lib/ip.js');
  const { createAgents } = await import('../simulator/agent.js');
  const { readRecordedNetwork } = await import('../simulator/recorded.js');
  const port = numberOf('port', options.port, 1, MAX_PORT);
  if (tryParseIp(options.address) === undefined || !options.address.startsWith('127.')) {
    throw new UsageError('--address is a loopback address: 127.x.y.z');
  }
  const fault = {
    delayMs: numberOf('delay', options.delay, 0, 600_000),
    lossRatio: numberOf('loss', options.loss, 0, 1),
    seed: numberOf('seed', options.seed, 0, 2 ** 32 - 1),
  };
  const network = await readRecordedNetwork(folder, {
    port,
    firstAddress: options.address,
    community: options.community,
  });
  const agents = network.agents.map((agent) => ({ ...agent, misbehaviour: { ...agent.misbehaviour, ...fault } }));
  const rows = [...network.addresses].map(([id, address]) => ({ id, address, port, note: 'recorded' }));
  return runUntilStopped([createAgents(agents)], rows, { devices: rows }, options);
}

async function simulateDemo(options: DemoCommandOptions): Promise<number> {
  const { createDemoNetwork } = await import('../simulator/demo.js');
  const everySec = options.incidents === 'none' ? Infinity : numberOf('incidents', options.incidents, 1, 86_400);
  const demo = createDemoNetwork({
    port: numberOf('port', options.port, 1, MAX_PORT),
    tftpPort: numberOf('tftp-port', options.tftpPort, 1, MAX_PORT),
    seed: numberOf('seed', options.seed, 0, 2 ** 32 - 1),
    incidentEveryMs: everySec * 1000,
    firstIncidentAfterMs: Math.min(180, everySec) * 1000,
  });
  demo.onIncident(({ at, text }) => process.stderr.write(`${at.toISOString()} ${text}\n`));
  const { devices, modemAccess } = demo.inventory;
  const modems = demo.plant.modems.map(({ mac, address, node, leg }) => ({
    id: mac,
    address,
    port: modemAccess.port,
    note: `modem, ${node} leg ${leg}`,
  }));
  const rows = [...devices.map((device) => ({ ...device, note: `${device.role}, ${device.site}` })), ...modems];
  return runUntilStopped([demo], rows, { ...demo.inventory, modems }, options);
}

async function simulatePlant(options: PlantCommandOptions): Promise<number> {
  const { createAgents } = await import('../simulator/agent.js');
  const { createPlant } = await import('../simulator/plant.js');
  const port = numberOf('port', options.port, 1, MAX_PORT);
  const count = Math.floor(numberOf('modems', options.modems, 1, 50_000));
  const perNode = 200;
  const nodes = Array.from({ length: Math.ceil(count / perNode) }, (_, at) => {
    const here = Math.min(perNode, count - at * perNode);
    return { name: `HQ-N${at + 1}`, legs: { A: Math.ceil(here / 2), B: Math.floor(here / 2) } };
  });
  const plant = createPlant({
    nodes,
    port,
    tftpPort: numberOf('tftp-port', options.tftpPort, 1, MAX_PORT),
    measureMs: numberOf('measure', options.measure, 0, 600_000),
    seed: numberOf('seed', options.seed, 0, 2 ** 32 - 1),
  });
  const agents = createAgents(plant.agents);
  const component: Component = {
    name: 'simulated plant',
    start: agents.start,
    async stop() {
      await agents.stop();
      await plant.stop();
    },
  };
  const rows: Row[] = [
    { id: plant.cmts.name, address: plant.cmts.address, port, note: 'cmts' },
    ...plant.modems.map(({ mac, address, node, leg }) => ({
      id: mac,
      address,
      port,
      note: `modem, ${node} leg ${leg}`,
    })),
  ];
  return runUntilStopped([component], rows, { devices: rows }, options);
}

/** Starts, prints who answers where once they all do, and waits for Ctrl-C. */
async function runUntilStopped(
  components: readonly Component[],
  rows: readonly Row[],
  description: object,
  { output }: CommonOptions,
): Promise<number> {
  if (output !== 'table' && output !== 'json') throw new UsageError('--output is table or json');
  const { interruptSignal } = await import('./interrupt.js');
  const interrupt = interruptSignal();
  const terminated = new AbortController();
  const onTerminate = () => terminated.abort();
  process.once('SIGTERM', onTerminate);
  const announcer: Component = {
    name: 'announcer',
    start: async () => {
      process.stdout.write(output === 'json' ? `${JSON.stringify(description)}\n` : tableOf(rows));
      process.stderr.write(`${rows.length} devices answer; Ctrl-C stops them\n`);
    },
    stop: async () => undefined,
  };
  const until = AbortSignal.any([interrupt.signal, terminated.signal]);
  try {
    await runAll([...components, announcer], until, (component, error) => {
      process.stderr.write(
        `${component.name} did not stop: ${error instanceof Error ? error.message : String(error)}\n`,
      );
    });
  } finally {
    interrupt.release();
    process.off('SIGTERM', onTerminate);
  }
  return EXIT.ok;
}

function tableOf(rows: readonly Row[]): string {
  const idWidth = Math.max(...rows.map(({ id }) => id.length));
  const placeWidth = Math.max(...rows.map(({ address, port }) => `${address}:${port}`.length));
  return rows
    .map(
      ({ id, address, port, note }) => `${id.padEnd(idWidth)}  ${`${address}:${port}`.padEnd(placeWidth)}  ${note}\n`,
    )
    .join('');
}
