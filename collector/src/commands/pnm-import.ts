import { InvalidArgumentError, Option } from 'commander';
import { tryParseMac, type Mac } from '../lib/mac.js';
import { noun, type Register } from './register.js';
import { wholeNumber } from './snmp-target.js';

/** Options of `plantgraph pnm import`. */
export interface ImportFlags {
  readonly databaseUrl?: string;
  readonly dataDir: string;
  readonly mac?: Mac;
  readonly channel?: number;
  readonly site?: string;
  readonly node?: string;
  readonly requiredMer: number;
  readonly output: 'table' | 'json';
}

function parseMacOption(text: string): Mac {
  const mac = tryParseMac(text);
  if (mac === undefined) throw new InvalidArgumentError('give a MAC address');
  return mac;
}

/** `plantgraph pnm import`: captures that were taken by something else, into history, panels and rules. */
export const registerPnmImport: Register = (program, run) => {
  noun(program, 'pnm', 'Proactive network maintenance: what modems measure of the cable plant')
    .command('import')
    .description('Stores PNM files that modems sent to somebody else, as if they had come now')
    .argument('<file...>', 'PNM files')
    .addOption(
      new Option('--database-url <url>', 'the embedded database of a running collector when absent').env(
        'DATABASE_URL',
      ),
    )
    .option('--data-dir <folder>', "the collector's: originals are kept there", '.plantgraph')
    .option('--mac <mac>', 'of the modem, where the file does not say', parseMacOption)
    .option('--channel <id>', 'where the file does not say', wholeNumber(0, 255))
    .option('--site <id>', 'of a modem that no CMTS of the inventory has')
    .option('--node <name>', 'fibre node of such a modem')
    .option('--required-mer <db>', 'where the modulation is not known', Number, 41)
    .addOption(new Option('--output <format>').choices(['table', 'json']).default('table'))
    .addHelpText('after', '\nExample:\n  plantgraph pnm import PNMDsMer_* --node N1')
    .action(
      run(async (files: string[], flags: ImportFlags) => {
        const { importFiles } = await import('./pnm-import-files.js');
        return importFiles(files, flags);
      }),
    );
};
