import { join } from 'node:path';
import type pg from 'pg';
import type { Component } from '../lib/component.js';
import type { SnmpReader } from '../snmp/reader.js';
import { DEFAULT_CAPTURE_TIMERS, type CaptureTimers } from './capture-run.js';
import { auditLog, captureStore } from './capture-store.js';
import type { UploadDestination } from './destination.js';
import { createFileKeeper } from './file-keeper.js';
import { createIngest } from './ingest.js';
import { pnmJobs, type CmtsTarget, type PnmJobs } from './jobs.js';
import { measurementStore } from './measurement-store.js';
import { createModemLocks } from './modem-lock.js';
import type { CaptureClock } from './modem-session.js';
import { operationStore } from './operation-store.js';
import { createSpool } from './receive/spool.js';
import { createTftpServer, type TftpLimits, type TftpServer } from './receive/tftp-server.js';
import { createPnmService, type PnmService } from './service.js';
import { modemStore, type KnownModem } from './store.js';
import { createCaptureWorker, type CaptureWorker } from './worker.js';

export interface PnmOptions {
  readonly pool: pg.Pool;
  /** Holds `spool/` (uploads between their last ACK and the database) and `pnm/` (the kept files). */
  readonly dataDir: string;
  readonly tftp: { readonly listen: readonly string[]; readonly port: number; readonly limits?: Partial<TftpLimits> };
  readonly destination: UploadDestination;
  readonly cmts: readonly CmtsTarget[];
  readonly openModemReader: (modem: KnownModem & { readonly address: string }) => SnmpReader;
  readonly inventoryEverySec: number;
  readonly rxmerEverySec: number;
  readonly constellationEverySec: number;
  readonly parallelModems: number;
  readonly requiredMerDb: number;
  readonly writeAllowed: boolean;
  readonly now: () => Date;
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
  readonly timers?: Partial<CaptureTimers>;
}

/** Counters by reason, for the metrics. */
export interface PnmCounts {
  /** `result reason` of TFTP transfers and refusals. */
  readonly transfers: Readonly<Record<string, number>>;
  /** `test result` of files. */
  readonly files: Readonly<Record<string, number>>;
  /** `test result` of operations; the result is the error's code when there is one. */
  readonly operations: Readonly<Record<string, number>>;
}

export interface Pnm {
  /** In the order in which they start. */
  readonly components: readonly Component[];
  readonly service: PnmService;
  readonly jobs: PnmJobs;
  readonly counts: PnmCounts;
  readonly tftp: TftpServer;
  readonly worker: CaptureWorker;
}

/** Time of this machine. */
export const systemClock = (now: () => Date): CaptureClock => ({
  now,
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal.addEventListener('abort', onAbort, { once: true });
    }),
});

const counter = () => {
  const counts: Record<string, number> = {};
  return {
    counts,
    count: (...words: string[]) => {
      const key = words.join(' ');
      counts[key] = (counts[key] ?? 0) + 1;
    },
  };
};

/** The parts of the PNM side, built and wired; nothing is opened before `start`. */
export function createPnm(options: PnmOptions): Pnm {
  const { pool, now, log, writeAllowed } = options;
  const transfers = counter();
  const filesCounted = counter();
  const operationsCounted = counter();
  const spool = createSpool(join(options.dataDir, 'spool'));
  const modems = modemStore(pool);
  const operations = operationStore(pool);
  const captures = captureStore(pool);
  const tftp = createTftpServer({
    localAddresses: options.tftp.listen,
    port: options.tftp.port,
    spool,
    log,
    now,
    onCount: transfers.count,
    ...(options.tftp.limits && { limits: options.tftp.limits }),
  });
  const ingest = createIngest({
    captures,
    files: createFileKeeper(join(options.dataDir, 'pnm')),
    spool,
    now,
    defaultRequiredMerDb: options.requiredMerDb,
    log,
    onCount: (result, test) => filesCounted.count(test, result),
  });
  const worker = createCaptureWorker({
    operations,
    captures,
    modems,
    locks: createModemLocks(pool),
    receiver: tftp,
    ingest,
    audit: auditLog(pool, now),
    destination: options.destination,
    openReader: options.openModemReader,
    clock: systemClock(now),
    timers: { ...DEFAULT_CAPTURE_TIMERS, ...options.timers },
    parallelModems: options.parallelModems,
    writeAllowed,
    log,
    onCount: operationsCounted.count,
  });
  return {
    components: [tftp, worker],
    service: createPnmService({
      modems,
      operations,
      measurements: measurementStore(pool),
      worker,
      writeAllowed,
      now,
    }),
    jobs: pnmJobs({
      modems,
      operations,
      worker,
      cmts: options.cmts,
      inventoryEverySec: options.inventoryEverySec,
      everySec: { rxmer: options.rxmerEverySec, constellation: options.constellationEverySec },
      writeAllowed,
      now,
    }),
    counts: { transfers: transfers.counts, files: filesCounted.counts, operations: operationsCounted.counts },
    tftp,
    worker,
  };
}
