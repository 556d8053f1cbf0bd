import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import type { Logger } from 'pino';
import { createPool } from '../db/pool.js';
import { readerUrl } from '../db/reader-login.js';
import { createDemoNetwork } from '../simulator/demo.js';
import { openDataDir } from './data-dir.js';
import { demoConfig } from './demo-config.js';
import { interruptSignal } from './interrupt.js';
import { buildPart, repositoryRoot, staleParts } from './plugin-build.js';
import { requireFreePorts } from './ports.js';
import { createProgress, type Progress } from './progress.js';
import { createLog, runCollector } from './run-collector.js';

export interface DemoRunOptions {
  readonly port: number;
  readonly apiPort: number;
  readonly tftpPort: number;
  readonly snmpPort: number;
  readonly dataDir: string;
  readonly seed: number;
  /** Seconds from one incident to the next; Infinity: none. */
  readonly incidents: number;
  readonly logLevel: string;
}

interface Preview {
  readonly url: string;
  stop(): Promise<void>;
}

type StartPreview = (options: {
  port: number;
  host: string;
  apiUrl: string;
  token: string;
  queryDatabase: (sql: string) => Promise<unknown>;
  onError: (error: unknown, context: string) => void;
}) => Promise<Preview>;

const QUERY_TIMEOUT_MS = 15_000;

/** Builds, starts and announces everything; returns after Ctrl-C when all of it has ended. */
export async function runDemo(options: DemoRunOptions): Promise<void> {
  const { port, apiPort, tftpPort, snmpPort, seed } = options;
  const progress = createProgress();
  const log = createLog(options.logLevel);
  const interrupt = interruptSignal();
  const dataDir = openDataDir(options.dataDir);
  try {
    await requireFreePorts([
      { kind: 'tcp', port, option: '--port', what: 'the preview' },
      { kind: 'tcp', port: apiPort, option: '--api-port', what: 'the API' },
      { kind: 'udp', port: tftpPort, option: '--tftp-port', what: 'TFTP' },
    ]);
    for (const part of staleParts()) await progress.step(`building the ${part} (once)`, () => buildPart(part));

    const network = createDemoNetwork({ seed, port: snmpPort, tftpPort, incidentEveryMs: options.incidents * 1000 });
    network.onIncident(({ text }) => progress.say(`incident: ${text}`));
    await progress.step('simulated network', () => network.start());
    progress.say(
      `${network.inventory.devices.length} devices and ${network.plant.modems.length} modems answer SNMP on 127.x.y.z:${snmpPort}`,
    );
    try {
      const loaded = demoConfig({ dataDir: dataDir.path, apiPort, inventory: network.inventory });
      let preview: Preview | undefined;
      let reader: pg.Pool | undefined;
      await runCollector({
        loaded,
        dataDir,
        progress,
        log,
        signal: interrupt.signal,
        onReady: async ({ http }, database) => {
          reader = await readerPool(database, log);
          const asked = reader;
          const startPreview = await loadPreview();
          preview = await startPreview({
            port,
            host: '127.0.0.1',
            apiUrl: http.url,
            token: dataDir.token.reveal(),
            queryDatabase: (sql) => asked.query(sql),
            onError: (error, context) => log.error({ err: error }, context),
          });
          announce(progress, preview.url, http.url, dataDir.tokenFile);
        },
        beforeStop: async () => {
          progress.say('stopping');
          await preview?.stop();
          await reader?.end();
        },
      });
    } finally {
      await network.stop();
    }
  } finally {
    dataDir.release();
    interrupt.release();
  }
  progress.say('stopped; the data stay in ' + relative(process.cwd(), dataDir.path));
}

async function loadPreview(): Promise<StartPreview> {
  const module = (await import(pathToFileURL(join(repositoryRoot, 'plugin', 'preview', 'server.mjs')).href)) as {
    startPreview: StartPreview;
  };
  return module.startPreview;
}

/** A pool with the rights that Grafana's data source has, and no way to more. */
async function readerPool({ pool, url }: { pool: pg.Pool; url: string }, log: Logger): Promise<pg.Pool> {
  return createPool(await readerUrl(pool, url), {
    maxConnections: 6,
    statementTimeoutMs: QUERY_TIMEOUT_MS,
    onError: ({ message }) => log.warn({ reason: message }, 'connection of the reader lost'),
  });
}

function announce(progress: Progress, previewUrl: string, apiUrl: string, tokenFile: string): void {
  const token = relative(process.cwd(), tokenFile);
  progress.say('');
  progress.say(`Preview  ${previewUrl}   topology, path, impact, find, modem; panels and dashboards, light and dark`);
  progress.say(`API      ${apiUrl}/api/v1/openapi.json`);
  progress.say(`         curl -H "Authorization: Bearer $(cat ${token})" ${apiUrl}/api/v1/topology/edges`);
  progress.say('');
  progress.say('The first links appear within a minute, the first RxMER curves a little later.');
  progress.say(
    'Every few minutes an uplink fails and returns, or a notch appears on several modems. Ctrl-C stops everything.',
  );
}
