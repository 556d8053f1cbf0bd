import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type pg from 'pg';
import type { Config } from './config/schema.js';
import type { Metrics } from './http/metrics.js';
import type { ResolvedDevice } from './inventory/resolve.js';
import type { Component } from './lib/component.js';
import { tryParseIp, type Ip } from './lib/ip.js';
import { DEFAULT_CAPTURE_TIMERS } from './pnm/capture-run.js';
import { auditLog, captureStore } from './pnm/capture-store.js';
import { createDecoder } from './pnm/decoding/decode-pool.js';
import { createFileKeeper } from './pnm/file-keeper.js';
import { groupStore } from './pnm/group-store.js';
import { createIngest } from './pnm/ingest.js';
import { pnmJobs, type PnmJobs } from './pnm/jobs.js';
import { measurementStore } from './pnm/measurement-store.js';
import { createModemLocks } from './pnm/modem-lock.js';
import type { ModemScalarsOptions } from './pnm/modem-scalars-job.js';
import { modemScalarsStore } from './pnm/modem-scalars-store.js';
import { operationStore } from './pnm/operation-store.js';
import { deposit } from './pnm/receive/deposit.js';
import { createSpool } from './pnm/receive/spool.js';
import { createTftpServer } from './pnm/receive/tftp-server.js';
import { createPnmService, type PnmService } from './pnm/service.js';
import { modemStore } from './pnm/store.js';
import { createCaptureWorker } from './pnm/worker.js';
import type { SnmpTarget } from './snmp/credential.js';
import type { SnmpReader } from './snmp/reader.js';

export interface PnmOptions {
  readonly config: Config;
  readonly pool: pg.Pool;
  readonly dataDir: string;
  readonly devices: readonly ResolvedDevice[];
  readonly openReader: (target: SnmpTarget) => SnmpReader;
  readonly metrics: Metrics;
  readonly log: FastifyBaseLogger;
  readonly now: () => Date;
}

export interface Pnm {
  readonly service: PnmService;
  readonly jobs: PnmJobs;
  readonly components: readonly Component[];
}

const CMTS_ROLE = 'cmts';
const CMTS_EVERY_SEC = 300;
/** One keeps up with a thousand files a second; the machine has other work. */
const DECODER_THREADS = 1;

/** Everything that measures modems: receiver, ingest, queue of operations, CMTS inventory. */
export function composePnm({ config, pool, dataDir, devices, openReader, metrics, log, now }: PnmOptions): Pnm {
  const cmts = devices.filter(({ role }) => role === CMTS_ROLE);
  const targets = new Map(cmts.map((device) => [device.id, device.modemTarget]));
  const count = counters(metrics);
  const spool = createSpool(join(dataDir, 'spool'));
  const captures = captureStore(pool);
  const operations = operationStore(pool);
  const modems = modemStore(pool);
  const locks = createModemLocks(pool);
  const { listen, port } = config.tftp;
  const receiver = createTftpServer({
    localAddresses: listen,
    port,
    spool,
    log,
    now,
    onCount: (result, reason) => count('plantgraph_tftp_transfers_total', `${result} ${reason}`),
  });
  const files = createFileKeeper(join(dataDir, 'pnm'));
  const decoder = createDecoder({
    threads: DECODER_THREADS,
    onEvent: (code) => count('plantgraph_pnm_decoder_total', code),
  });
  const ingest = createIngest({
    captures,
    files,
    spool,
    decoder,
    now,
    defaultRequiredMerDb: config.pnm.requiredMerDb,
    log,
    onCount: (result) => count('plantgraph_pnm_files_total', result),
  });
  const { parallelModems, writeAllowed, modemScalarsEverySec, parallelScalars } = config.pnm;
  const scalars: ModemScalarsOptions = {
    store: modemScalarsStore(pool),
    openReader: ({ cmts: id, address }) => {
      const target = targets.get(id);
      return target && openReader({ ...target, host: address });
    },
    everySec: modemScalarsEverySec,
    parallel: parallelScalars,
    now,
    onCount: (result) => count('plantgraph_pnm_modem_polls_total', result),
  };
  const worker = createCaptureWorker({
    operations,
    captures,
    modems,
    locks,
    receiver,
    ingest,
    audit: auditLog(pool, now),
    deposit: (file) => deposit(spool, now, file),
    destination: { addresses: advertisedAddresses(config), path: '' },
    openReader: ({ cmts: id, address }) => {
      const target = targets.get(id);
      if (!target) throw new RangeError(`the inventory names no modemCredential for ${id}`);
      return openReader({ ...target, host: address });
    },
    clock: {
      now,
      monotonicMs: () => performance.now(),
      sleep: async (ms, signal) => void (await sleep(ms, undefined, { signal })),
    },
    timers: DEFAULT_CAPTURE_TIMERS,
    parallelModems,
    writeAllowed,
    log,
    onCount: (_test, result) => count('plantgraph_pnm_trigger_total', result),
  });
  const groups = groupStore(pool);
  const jobs = pnmJobs({
    groups,
    modems,
    operations,
    worker,
    cmts: cmts.map(({ id, site, target }) => ({ id, site, openReader: () => openReader(target) })),
    inventoryEverySec: CMTS_EVERY_SEC,
    everySec: {
      rxmer: config.pnm.rxmerEverySec,
      constellation: config.pnm.constellationEverySec,
      channel_estimate: config.pnm.channelEstimateEverySec,
      pre_equaliser: config.pnm.preEqualiserEverySec,
      histogram: config.pnm.histogramEverySec,
      modulation_profile: config.pnm.modulationProfileEverySec,
      spectrum: config.pnm.spectrumEverySec,
      latency_report: config.pnm.latencyReportEverySec,
      fec_summary: config.pnm.fecSummaryEverySec,
    },
    writeAllowed,
    ...(modemScalarsEverySec > 0 && cmts.length > 0 ? { scalars } : {}),
    now,
    retention: { captures, files, days: config.retention.fileDays },
  });
  metrics.gauge('plantgraph_pnm_decoder_waiting', 'Files that wait for a decoding thread', () => decoder.waitingCount);
  metrics.gauge('plantgraph_tftp_active', 'Transfers that move data', () => receiver.activeTransfers);
  const hold: Component = { name: 'modem locks', start: async () => undefined, stop: () => locks.close() };
  return {
    service: createPnmService({
      modems,
      operations,
      measurements: measurementStore(pool),
      groups,
      worker,
      writeAllowed,
      now,
    }),
    jobs,
    // without a CMTS there is nothing to receive: the port stays closed
    components: cmts.length === 0 ? [] : [hold, decoder, receiver, worker],
  };
}

/** Counters that parts add to by calling: one metric per name, one series per result. */
function counters(metrics: Metrics): (name: string, result: string) => void {
  const counts: Record<string, Record<string, number>> = {
    plantgraph_tftp_transfers_total: {},
    plantgraph_pnm_files_total: {},
    plantgraph_pnm_trigger_total: {},
    plantgraph_pnm_decoder_total: {},
    plantgraph_pnm_modem_polls_total: {},
  };
  metrics.counts(
    'plantgraph_tftp_transfers_total',
    'TFTP transfers and refusals',
    'result',
    () => counts['plantgraph_tftp_transfers_total'] ?? {},
  );
  metrics.counts(
    'plantgraph_pnm_files_total',
    'PNM files by what became of them',
    'result',
    () => counts['plantgraph_pnm_files_total'] ?? {},
  );
  metrics.counts(
    'plantgraph_pnm_trigger_total',
    'Measurements by how they ended',
    'result',
    () => counts['plantgraph_pnm_trigger_total'] ?? {},
  );
  metrics.counts(
    'plantgraph_pnm_decoder_total',
    'Decoders that a file ended, or too few',
    'code',
    () => counts['plantgraph_pnm_decoder_total'] ?? {},
  );
  metrics.counts(
    'plantgraph_pnm_modem_polls_total',
    'Readings of modems by how they ended',
    'result',
    () => counts['plantgraph_pnm_modem_polls_total'] ?? {},
  );
  return (name, result) => {
    const series = counts[name];
    if (series) series[result] = (series[result] ?? 0) + 1;
  };
}

/** Addresses that modems are told to upload to: the advertised one, else those that are listened on by name. */
function advertisedAddresses(config: Config): Ip[] {
  const { advertise, listen } = config.tftp;
  return (advertise === undefined ? listen : [advertise]).flatMap((text) => {
    const ip = tryParseIp(text);
    return ip === undefined || ip === '0.0.0.0' || ip === '::' ? [] : [ip];
  });
}
