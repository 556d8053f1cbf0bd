import { EXIT, type Register } from './register.js';

const REAL_TFTP_PORT = 69;

/** `plantgraph serve`: the collector for a real network. */
export const registerServe: Register = (program, run) => {
  program
    .command('serve')
    .description('Polls the devices of a configuration, measures their modems, serves the API')
    .requiredOption('--config <file>', 'configuration file')
    .option('--data-dir <folder>', 'overrides dataDir of the configuration')
    .option('--log-level <level>', 'debug, info, warn or error', 'info')
    .addHelpText(
      'after',
      '\nExample:\n  plantgraph check config plantgraph.yaml && plantgraph serve --config plantgraph.yaml',
    )
    .action(
      run(async (options: { config: string; dataDir?: string; logLevel: string }) => {
        const { resolve } = await import('node:path');
        const { loadConfig } = await import('../config/load.js');
        const { mustResolveSecret } = await import('../config/secrets.js');
        const { createProgress } = await import('./progress.js');
        const { openDataDir } = await import('./data-dir.js');
        const { createLog, runCollector } = await import('./run-collector.js');
        const { interruptSignal } = await import('./interrupt.js');

        const loaded = loadConfig(options.config);
        const { config, baseDir } = loaded;
        const progress = createProgress();
        const token = config.api.token === undefined ? undefined : mustResolveSecret(config.api.token, baseDir);
        const dataDir = openDataDir(options.dataDir ?? resolve(baseDir, config.dataDir), token);
        if (config.tftp.port !== REAL_TFTP_PORT && config.devices.some(({ role }) => role === 'cmts')) {
          progress.say(
            `TFTP listens on ${config.tftp.port}: real modems always send to ${REAL_TFTP_PORT} and will not reach it.`,
          );
        }
        const interrupt = interruptSignal();
        try {
          await runCollector({
            loaded,
            dataDir,
            progress,
            log: createLog(options.logLevel),
            signal: interrupt.signal,
            onReady: async ({ http }) => progress.say(`API ${http.url}, token in ${dataDir.tokenFile}`),
          });
        } finally {
          dataDir.release();
          interrupt.release();
        }
        return EXIT.ok;
      }),
    );
};
