import { buildProgram } from './commands/program.js';

/** Runs the command line; resolves with the exit code (0 ok, 1 failure, 2 usage, 3 partial, 69 unavailable, 78 configuration). */
export async function run(argv: readonly string[]): Promise<number> {
  return buildProgram().run(argv);
}
