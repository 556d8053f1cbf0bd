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
};
