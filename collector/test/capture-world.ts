import type pg from 'pg';
import { parseIp } from '../src/lib/ip.js';
import { Secret } from '../src/lib/secret.js';
import { createPnm, type Pnm } from '../src/pnm/create.js';
import { pollCmts } from '../src/pnm/jobs.js';
import { modemStore } from '../src/pnm/store.js';
import { createSnmpReader } from '../src/snmp/session.js';

/** Where a simulated plant is, for a collector in this process or another. */
export interface PlantPlace {
  readonly cmts: { readonly address: string; readonly port: number };
  readonly modemPort: number;
  readonly tftpPort: number;
}

const CREDENTIAL = { version: '2c', community: new Secret('public'), writeCommunity: new Secret('private') } as const;

const readerAt = (host: string, port: number) =>
  createSnmpReader({ host, port, credential: CREDENTIAL, timeoutMs: 1500, retries: 3, maxRepetitions: 25 });

/** The PNM side as the collector composes it, against a simulated plant. */
export function pnmAt(pool: pg.Pool, dataDir: string, place: PlantPlace, parallelModems: number): Pnm {
  return createPnm({
    pool,
    dataDir,
    tftp: { listen: ['127.0.0.1'], port: place.tftpPort },
    destination: { addresses: [parseIp('127.0.0.1')], path: 'pnm/' },
    cmts: [cmtsAt(place)],
    openModemReader: ({ address }) => readerAt(address, place.modemPort),
    inventoryEverySec: 300,
    rxmerEverySec: 0,
    constellationEverySec: 0,
    parallelModems,
    requiredMerDb: 34,
    writeAllowed: true,
    now: () => new Date(),
    log: { warn: () => undefined, info: () => undefined },
  });
}

const cmtsAt = ({ cmts }: PlantPlace) => ({
  id: 'cmts-1',
  site: 'hq',
  openReader: () => readerAt(cmts.address, cmts.port),
});

/** Reads the CMTS once, so that the modems are known. */
export const readInventory = (pool: pg.Pool, place: PlantPlace) =>
  pollCmts(
    cmtsAt(place),
    { modems: modemStore(pool), inventoryEverySec: 300, now: () => new Date() },
    new AbortController().signal,
  );
