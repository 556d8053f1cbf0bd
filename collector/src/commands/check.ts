import { EXIT, noun, type Register } from './register.js';

/** `plantgraph check config`: every problem of a configuration file, or the effective configuration. */
export const registerCheck: Register = (program, run) => {
  const check = noun(program, 'check', 'Checks files before they are used');
  check
    .command('config')
    .description('Reports every problem of a configuration file with file:line:column')
    .argument('[file]', 'configuration file', 'plantgraph.yaml')
    .option('--dump', 'print the effective configuration, secrets by reference only')
    .addHelpText('after', '\nExample:\n  plantgraph check config plantgraph.yaml --dump')
    .action(
      run(async (file: string, options: { dump?: boolean }) => {
        const { loadConfig } = await import('../config/load.js');
        const { config } = loadConfig(file);
        if (options.dump) {
          const { stringify } = await import('yaml');
          process.stdout.write(stringify(config));
        } else {
          process.stderr.write(`${file}: ok, ${config.devices.length} devices on ${config.sites.length} sites\n`);
        }
        return EXIT.ok;
      }),
    );
  check
    .command('provisioning')
    .description(
      'Holds Grafana provisioning files against what Grafana ignores silently or dies of, and runs their SQL',
    )
    .argument('[folder]', 'provisioning folder', 'provisioning')
    .option('--database-url-file <file>', 'file with the URL of a migrated database in which every SQL is run')
    .addHelpText(
      'after',
      '\nExample:\n  plantgraph check provisioning provisioning --database-url-file .plantgraph/database-url',
    )
    .action(
      run(async (folder: string, options: { databaseUrlFile?: string }) => {
        const { checkProvisioning } = await import('./provisioning/check.js');
        const { problems, sqlCount, sqlRun } = await checkProvisioning(folder, options.databaseUrlFile);
        for (const { file, message } of problems) process.stderr.write(`${file}: ${message}\n`);
        const sql = sqlRun ? `${sqlCount} SQL texts run` : `${sqlCount} SQL texts not run: give --database-url-file`;
        process.stderr.write(`${folder}: ${problems.length === 0 ? 'ok' : `${problems.length} problems`}, ${sql}\n`);
        return problems.length === 0 ? EXIT.ok : EXIT.failure;
      }),
    );
};
