import { InvalidArgumentError } from 'commander';
import { noun, type Register } from './register.js';

/** Options of `plantgraph pnm decode`. */
export interface DecodeFlags {
  readonly output: 'json' | 'table';
  readonly measures?: boolean;
  readonly explain?: boolean;
  readonly export?: 'csv' | 'mat';
  readonly out: string;
}

function parseOutput(text: string): DecodeFlags['output'] {
  if (text === 'json' || text === 'table') return text;
  throw new InvalidArgumentError('give json or table');
}

function parseExport(text: string): 'csv' | 'mat' {
  if (text === 'csv' || text === 'mat') return text;
  throw new InvalidArgumentError('give csv or mat');
}

/** `plantgraph pnm decode`: files in, one JSON object a line or a table out (design, section 6). */
export const registerPnmDecode: Register = (program, run) => {
  noun(program, 'pnm', 'Proactive network maintenance: what modems measure of the cable plant')
    .command('decode')
    .description('Decodes PNM files of any type')
    .argument('<file...>', 'PNM files')
    .option('--output <format>', 'json (one object a line) or table', parseOutput, 'table')
    .option('--measures', 'add what the values say of the plant')
    .option('--explain', 'show every field with its offset, octets and meaning')
    .option('--export <format>', 'also write the values of each file as csv or mat (MATLAB level 5)', parseExport)
    .option('--out <folder>', 'where exported files go', '.')
    .addHelpText('after', '\nExample:\n  plantgraph pnm decode PNMDsMer_* --output json --measures')
    .action(
      run(async (files: string[], flags: DecodeFlags) => {
        const { decodeFiles } = await import('./pnm-decode-files.js');
        return decodeFiles(files, flags);
      }),
    );
};
