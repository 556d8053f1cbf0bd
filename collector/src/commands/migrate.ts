import { Option } from 'commander';
import { EXIT, type Register } from './register.js';

interface MigrateOptions {
  readonly databaseUrl: string;
  readonly output: 'table' | 'json';
}

/** `plantgraph migrate`: brings a database to this release. Safe to repeat and to run from several hosts at once. */
export const registerMigrate: Register = (program, run) => {
  const url = new Option('--database-url <url>', 'postgres://user:password@host:port/database').env('DATABASE_URL');
  program
    .command('migrate')
    .description('Brings the database to this release; applies each migration once')
    .addOption(url.makeOptionMandatory())
    .addOption(new Option('--output <format>').choices(['table', 'json']).default('table'))
    .addHelpText('after', '\nExample:\n  plantgraph migrate --database-url postgres://plantgraph@127.0.0.1/plantgraph')
    .action(run(async ({ databaseUrl, output }: MigrateOptions) => migrateDatabase(databaseUrl, output === 'json')));
};

async function migrateDatabase(url: string, asJson: boolean): Promise<number> {
  const { createPool, waitUntilReachable } = await import('../db/pool.js');
  const { migrate } = await import('../db/migrate.js');
  const { describeDatabase } = await import('../db/edition.js');
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  const pool = createPool(url, {
    maxConnections: 2,
    applicationName: 'plantgraph migrate',
    queryTimeoutMs: 3_600_000,
    statementTimeoutMs: 3_600_000,
    onError: ({ message }) => say(`connection lost: ${message}`),
  });
  try {
    await waitUntilReachable(pool, 15_000);
    const result = await migrate(pool, {
      onApplied: ({ name, durationMs, ran }) =>
        say(ran ? `${name} (${durationMs} ms)` : `${name} (not for this edition)`),
    });
    const { text } = await describeDatabase(pool);
    if (asJson) process.stdout.write(`${JSON.stringify({ ...result, database: text })}\n`);
    else {
      const count = result.applied.length;
      process.stdout.write(
        `${text}: ${count === 0 ? 'nothing to do' : `${count} migrations applied`}, ${result.present} were there\n`,
      );
    }
    return EXIT.ok;
  } finally {
    await pool.end();
  }
}
