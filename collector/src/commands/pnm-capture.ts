import { InvalidArgumentError } from 'commander';
import { TRIGGER_TESTS, type TriggerTest } from '../pnm/schemas.js';
import { noun, type Register } from './register.js';
import { wholeNumber } from './snmp-target.js';

/** Options of `plantgraph pnm capture`. */
export interface CaptureFlags {
  readonly test: TriggerTest;
  readonly channel: readonly number[];
  readonly reason?: string;
  readonly api: string;
  readonly tokenFile: string;
  readonly timeLimit: number;
  readonly output: 'table' | 'json';
}

function parseTest(text: string): TriggerTest {
  const test = TRIGGER_TESTS.find((one) => one === text);
  if (test === undefined) throw new InvalidArgumentError(`Use one of ${TRIGGER_TESTS.join(', ')}.`);
  return test;
}

function parseChannel(text: string, before: readonly number[]): number[] {
  return [...before, wholeNumber(0, 255)(text)];
}

function parseOutput(text: string): CaptureFlags['output'] {
  if (text === 'table' || text === 'json') return text;
  throw new InvalidArgumentError('Use table or json.');
}

/** `plantgraph pnm capture`: asks the running collector for a measurement and follows it to its end. */
export const registerPnmCapture: Register = (program, run) => {
  noun(program, 'pnm', 'Proactive network maintenance: what modems measure of the cable plant')
    .command('capture')
    .description('Measures a modem now, through the running collector, and follows it to its end')
    .argument('<mac>', 'MAC address of the cable modem')
    .option('--test <name>', `one of ${TRIGGER_TESTS.join(', ')}`, parseTest, 'rxmer')
    .option('--channel <id>', 'only this channel; may be given again', parseChannel, [])
    .option('--reason <text>', 'kept with the measurement')
    .option('--api <url>', 'the collector', 'http://127.0.0.1:8080')
    .option('--token-file <file>', "file that holds the collector's token", '.plantgraph/token')
    .option('--time-limit <seconds>', 'follow it no longer than this', wholeNumber(1, 7200), 900)
    .option('--output <format>', 'table or json', parseOutput, 'table')
    .addHelpText(
      'after',
      '\nExamples:\n  plantgraph pnm capture 3c:7a:8a:10:00:00 --test rxmer\n' +
        '  plantgraph pnm capture 3c:7a:8a:10:00:00 --test channel_estimate --channel 33 --output json\n' +
        '\nfec_summary holds most modems for ten minutes. symbol_capture arms the modem for a minute and needs a\n' +
        'trigger of group 1 at the CMTS meanwhile. pre_equaliser brings the coefficients in use and the last update.\n' +
        '\nExit: 0 done, 3 some files are missing, 1 failed, 69 the collector does not answer.',
    )
    .action(
      run(async (mac: string, flags: CaptureFlags) => {
        const { captureModem } = await import('./pnm-capture-run.js');
        return captureModem(mac, flags);
      }),
    );
};
