import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadConfig, type Loaded } from '../config/load.js';
import type { DemoInventory } from '../simulator/demo.js';

export interface DemoConfigOptions {
  readonly dataDir: string;
  readonly apiPort: number;
  readonly inventory: DemoInventory;
}

/** The same kind of file that a real network has, written for the simulated one: people may read it. */
export function demoConfig({ dataDir, apiPort, inventory }: DemoConfigOptions): Loaded {
  const folder = join(dataDir, 'demo');
  mkdirSync(folder, { recursive: true });
  const { devices, modemAccess, tftpPort } = inventory;
  const secrets = {
    read: devices[0]?.community ?? 'public',
    'modem-read': modemAccess.community,
    'modem-write': modemAccess.writeCommunity,
  };
  for (const [name, text] of Object.entries(secrets)) writeFileSync(join(folder, name), `${text}\n`, { mode: 0o600 });

  const file = join(folder, 'plantgraph.yaml');
  writeFileSync(
    file,
    stringify({
      api: { host: '127.0.0.1', port: apiPort },
      dataDir,
      tftp: { listen: ['127.0.0.1'], port: tftpPort, advertise: '127.0.0.1' },
      sites: [...new Set(devices.map(({ site }) => site))].map((id) => ({ id })),
      credentials: {
        campus: { version: '2c', community: 'file:read' },
        modems: { version: '2c', community: 'file:modem-read', writeCommunity: 'file:modem-write' },
      },
      // faster than the defaults, so that an incident shows within a minute
      profiles: { demo: { timeoutMs: 1000, retries: 2, tablesSec: 15, interfacesSec: 15, forwardingSec: 60 } },
      devices: devices.map(({ id, address, port, site, role }) => ({
        id,
        address,
        port,
        site,
        role,
        credential: 'campus',
        profile: 'demo',
        anchor: role === 'core',
        ...(role === 'cmts' ? { modemCredential: 'modems', modemPort: modemAccess.port } : {}),
      })),
      topology: { graceSec: 300, removeAfterPolls: 3 },
      pnm: {
        writeAllowed: true,
        rxmerEverySec: 120,
        channelEstimateEverySec: 300,
        fecSummaryEverySec: 300,
        preEqualiserEverySec: 600,
        spectrumEverySec: 600,
        constellationEverySec: 900,
        modulationProfileEverySec: 1800,
        histogramEverySec: 1800,
        latencyReportEverySec: 3600,
        modemScalarsEverySec: 60,
        parallelModems: 8,
        requiredMerDb: 34,
      },
      retention: { rawDays: 1, pollDays: 7, edgeDays: 30, fileDays: 7 },
    }),
  );
  return loadConfig(file);
}
