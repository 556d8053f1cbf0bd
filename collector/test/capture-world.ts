import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Component } from '../src/lib/component.js';
import { parseIp } from '../src/lib/ip.js';
import { Secret } from '../src/lib/secret.js';
import { DEFAULT_CAPTURE_TIMERS, type CaptureTimers } from '../src/pnm/capture-run.js';
import { auditLog, captureStore } from '../src/pnm/capture-store.js';
import { createFileKeeper } from '../src/pnm/file-keeper.js';
import { groupStore } from '../src/pnm/group-store.js';
import { createIngest } from '../src/pnm/ingest.js';
import { pollCmts } from '../src/pnm/jobs.js';
import { measurementStore } from '../src/pnm/measurement-store.js';
import { createModemLocks } from '../src/pnm/modem-lock.js';
import { operationStore } from '../src/pnm/operation-store.js';
import { deposit } from '../src/pnm/receive/deposit.js';
import { createSpool } from '../src/pnm/receive/spool.js';
import { createTftpServer } from '../src/pnm/receive/tftp-server.js';
import { createPnmService, type PnmService } from '../src/pnm/service.js';
import { modemStore } from '../src/pnm/store.js';
import { createCaptureWorker } from '../src/pnm/worker.js';
import { createLocalEngine } from '../src/snmp/engine/client.js';
import { createSnmpReader } from '../src/snmp/session.js';

/** Where a simulated plant is, for a collector in this process or another. */
export interface PlantPlace {
  readonly cmts: { readonly address: string; readonly port: number };
  readonly modemPort: number;
  readonly tftpPort: number;
}

export interface Pnm {
  readonly components: readonly Component[];
  readonly service: PnmService;
}

const CREDENTIAL = { version: '2c', community: new Secret('public'), writeCommunity: new Secret('private') } as const;
const now = () => new Date();
const log = { warn: () => undefined, info: () => undefined };

/** One for all devices, as in a collector. */
const engine = createLocalEngine();

/** An agent of the plant. */
export const readerAt = (host: string, port: number) =>
  createSnmpReader({ host, port, credential: CREDENTIAL, timeoutMs: 3000, retries: 3, maxRepetitions: 25 }, { engine });

/** The PNM side as the collector has it, against a simulated plant. */
export function pnmAt(
  pool: pg.Pool,
  dataDir: string,
  place: PlantPlace,
  parallelModems: number,
  timers: Partial<CaptureTimers> = {},
): Pnm {
  const spool = createSpool(join(dataDir, 'spool'));
  const files = createFileKeeper(join(dataDir, 'pnm'));
  const modems = modemStore(pool);
  const operations = operationStore(pool);
  const captures = captureStore(pool);
  const receiver = createTftpServer({ localAddresses: ['127.0.0.1'], port: place.tftpPort, spool, log, now });
  const worker = createCaptureWorker({
    operations,
    captures,
    modems,
    locks: createModemLocks(pool),
    receiver,
    ingest: createIngest({ captures, files, spool, now, defaultRequiredMerDb: 34, log }),
    audit: auditLog(pool, now),
    deposit: (file) => deposit(spool, now, file),
    destination: { addresses: [parseIp('127.0.0.1')], path: 'pnm/' },
    openReader: ({ address }) => readerAt(address, place.modemPort),
    clock: {
      now,
      monotonicMs: () => performance.now(),
      sleep: async (ms, signal) => void (await sleep(ms, undefined, { signal })),
    },
    timers: { ...DEFAULT_CAPTURE_TIMERS, ...timers },
    parallelModems,
    writeAllowed: true,
    log,
  });
  const measurements = measurementStore(pool);
  return {
    components: [receiver, worker],
    service: createPnmService({
      modems,
      operations,
      measurements,
      groups: groupStore(pool),
      worker,
      writeAllowed: true,
      now,
    }),
  };
}

/** Reads the CMTS once, so that the modems are known. */
export const readInventory = (pool: pg.Pool, { cmts }: PlantPlace) =>
  pollCmts(
    { id: 'cmts-1', site: 'hq', openReader: () => readerAt(cmts.address, cmts.port) },
    { modems: modemStore(pool), inventoryEverySec: 300, now },
    new AbortController().signal,
  );
