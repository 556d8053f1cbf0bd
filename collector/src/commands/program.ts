import { Command, CommanderError } from 'commander';
import { PlantgraphError } from '../lib/errors.js';
import { registerBench } from './bench.js';
import { registerCheck } from './check.js';
import { registerDemo } from './demo.js';
import { registerDoctor } from './doctor.js';
import { registerMigrate } from './migrate.js';
import { registerPnmCapture } from './pnm-capture.js';
import { registerPnmDecode } from './pnm-decode.js';
import { registerPnmImport } from './pnm-import.js';
import { registerRecord } from './record.js';
import { registerServe } from './serve.js';
import { registerSimulate } from './simulate.js';
import { registerSnmp } from './snmp.js';
import { registerSnmpDecode } from './snmp-decode.js';
import { registerTopologyInfer } from './topology.js';
import { registerTopologyDiff } from './topology-diff.js';
import { registerTopologyExplain } from './topology-explain.js';
import { registerTopologyGenerate } from './topology-generate.js';
import { registerTopologyScore } from './topology-score.js';
import { EXIT, type Register, type RunAction } from './register.js';

/** Every file of commands; each adds its own. */
const REGISTERED: readonly Register[] = [
  registerServe,
  registerDemo,
  registerDoctor,
  registerCheck,
  registerPnmCapture,
  registerPnmDecode,
  registerPnmImport,
  registerSnmp,
  registerSnmpDecode,
  registerRecord,
  registerMigrate,
  registerSimulate,
  registerTopologyInfer,
  registerTopologyDiff,
  registerTopologyExplain,
  registerTopologyGenerate,
  registerTopologyScore,
  registerBench,
];

const exitCodeOf = (error: unknown): number => {
  if (!(error instanceof PlantgraphError)) return EXIT.failure;
  if (error.code.startsWith('CONFIG_')) return EXIT.configuration;
  if (error.code.startsWith('USAGE_')) return EXIT.usage;
  return error.retryable ? EXIT.unavailable : EXIT.failure;
};

/** The whole command line. Data goes to stdout, messages to stderr. */
export function buildProgram(registered: readonly Register[] = REGISTERED): {
  run(argv: readonly string[]): Promise<number>;
} {
  let exitCode: number = EXIT.ok;
  const runAction: RunAction =
    (action) =>
    async (...args) => {
      exitCode = (await action(...args)) ?? EXIT.ok;
    };
  const program = new Command('plantgraph')
    .description('How the network is really connected, and how healthy the cable plant under it is.')
    .version('0.1.0')
    .showHelpAfterError('(add --help for an example)')
    .exitOverride();
  for (const register of registered) register(program, runAction);
  program.commands.forEach(overrideExit);

  return {
    async run(argv) {
      try {
        await program.parseAsync([...argv]);
        return exitCode;
      } catch (error) {
        if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
        const known = error instanceof PlantgraphError;
        process.stderr.write(
          known ? `${error.code}: ${error.message}\n` : `${error instanceof Error ? error.stack : String(error)}\n`,
        );
        return exitCodeOf(error);
      }
    },
  };
}

/** Sub-commands do not inherit exitOverride when they are added by hand. */
function overrideExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach(overrideExit);
}
