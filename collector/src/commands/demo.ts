import { EXIT, type Register } from './register.js';
import type { DemoRunOptions } from './run-demo.js';
import { wholeNumber } from './snmp-target.js';

const port = wholeNumber(1, 65_535);

/** Seconds between incidents, or `none`. */
const incidents = (text: string) => (text === 'none' ? Infinity : wholeNumber(10, 86_400)(text));

/** `plantgraph demo`, which `npm start` runs: the whole product on a simulated network. */
export const registerDemo: Register = (program, run) => {
  program
    .command('demo')
    .description('The whole product on a simulated network and an embedded database, with a preview of the Grafana app')
    .option('--port <port>', 'preview', port, 3000)
    .option('--api-port <port>', 'API of the collector', port, 8080)
    .option('--tftp-port <port>', 'UDP port that the simulated modems send to', port, 6969)
    .option('--snmp-port <port>', 'UDP port of the simulated devices on 127.x.y.z', port, 1161)
    .option('--data-dir <folder>', 'database, files, token', '.plantgraph')
    .option('--seed <n>', 'another network', wholeNumber(0, 0x7fffffff), 7)
    .option('--incidents <seconds>', 'something breaks or returns every so often; none: never', incidents, 150)
    .option('--log-level <level>', 'debug, info, warn or error', 'error')
    .addHelpText('after', '\nExample:\n  npm start -- --port 3001 --api-port 8081')
    .action(
      run(async (options: DemoRunOptions) => {
        const { runDemo } = await import('./run-demo.js');
        await runDemo(options);
        return EXIT.ok;
      }),
    );
};
