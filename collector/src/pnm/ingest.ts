import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { PlantgraphError } from '../lib/errors.js';
import { isGroupMac, isZeroMac } from '../lib/mac.js';
import { QAM_ORDER_OF_CODE, type Constellation } from './formats/constellation.js';
import { decodePnm, type PnmFile } from './formats/decode.js';
import { isCaptureTimePlausible } from './formats/header.js';
import type { RxMer } from './formats/rxmer.js';
import { summarizeConstellation } from './measures/constellation.js';
import { headroomDb, requiredMerDb, summarizeRxMer } from './measures/rxmer.js';
import type { CaptureRecord, CaptureStore, ConstellationSeries, RxMerSeries } from './capture-store.js';
import { CaptureError } from './errors.js';
import type { FileKeeper } from './file-keeper.js';
import type { ReceivedFile } from './receive/receiver.js';
import type { Spool } from './receive/spool.js';

export interface IngestOptions {
  readonly captures: CaptureStore;
  readonly files: FileKeeper;
  readonly spool: Spool;
  readonly now: () => Date;
  /** Where the modulation in use is not known. */
  readonly defaultRequiredMerDb: number;
  readonly log: { warn(fields: object, message: string): void };
  readonly onCount?: (result: 'stored' | 'duplicate' | 'quarantined' | 'waiting', test: string) => void;
}

export interface Ingest {
  /** Decodes, measures and stores; resolves with the id of the capture that has the numbers. Throws CaptureError or PnmFormatError. */
  store(file: ReceivedFile, how: { truncated: boolean }): Promise<string>;
  /** Takes up what was acknowledged but not stored: at the start, and again while the database was away. */
  recover(): Promise<{ stored: number; quarantined: number; waiting: number }>;
}

const KINDS: Readonly<Record<CaptureRecord['test'], readonly PnmFile['kind'][]>> = {
  rxmer: ['ds_ofdm_rxmer'],
  constellation: ['ds_constellation'],
  channel_estimate: ['ds_ofdm_chan_est'],
  pre_equaliser: ['us_ofdma_preeq'],
  pre_equaliser_last_update: ['us_ofdma_preeq_last_update'],
  fec_summary: ['ds_ofdm_fec_summary'],
  histogram: ['ds_histogram'],
  symbol_capture: ['ds_symbol_capture'],
  modulation_profile: ['ds_ofdm_modulation_profile'],
  spectrum: ['ds_spectrum', 'ds_spectrum_snmp_amplitude'],
  latency_report: ['latency_report'],
};
/** Kinds that name no modem: the request and the source address stand for it. */
const NAMELESS: readonly PnmFile['kind'][] = ['ds_spectrum_snmp_amplitude', 'latency_report'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A modulation older than this says nothing of today's. */
const MODULATION_AGE_MS = 7 * 24 * 3600 * 1000;

export function createIngest(options: IngestOptions): Ingest {
  const { captures, files, spool, now, log, onCount } = options;
  /** Files in hand, so that a recovery does not take them too. */
  const inHand = new Map<string, Promise<string>>();

  const refuse = async (file: ReceivedFile, record: CaptureRecord | undefined, error: PlantgraphError) => {
    const path = await files.quarantine(file.path, file.id, error.code, now());
    if (record !== undefined) {
      const { name: receivedName, receivedAt, sha256, bytes } = file;
      const set = { captureId: file.id, receivedName, receivedAt, sha256, bytes, path: path ?? '' };
      await captures.quarantined(file.id, set, { code: error.code, message: error.message });
    }
    await spool.remove(file.path);
    onCount?.('quarantined', record?.test ?? 'unknown');
    log.warn({ captureId: file.id, code: error.code, path }, 'pnm file set apart');
  };

  const ingest = async (file: ReceivedFile, truncated: boolean): Promise<string> => {
    const record = UUID.test(file.id) ? await captures.get(file.id) : undefined;
    if (record?.state === 'stored' || record?.state === 'duplicate') {
      await spool.remove(file.path); // stored before, but the collector died before it tidied up
      return record.sameAs ?? record.captureId;
    }
    const bytes = await readFile(file.path);
    let decoded: PnmFile;
    try {
      if (record === undefined) throw new CaptureError('PNM_FILE_UNASKED', 'no request belongs to this file');
      decoded = decodePnm(bytes, { nowSec: now().getTime() / 1000 });
      checkOrigin(decoded, record);
    } catch (error) {
      if (error instanceof PlantgraphError) await refuse(file, record, error);
      throw error;
    }
    const { deviceTimeSec, warnings } = decoded;
    const isPlausible =
      deviceTimeSec !== undefined && isCaptureTimePlausible(deviceTimeSec, { nowSec: now().getTime() / 1000 });
    const at = isPlausible ? new Date(deviceTimeSec * 1000) : file.receivedAt;
    const { site, mac, test, channelId, captureId } = record;
    const path = await files.keep(file.path, { site, mac, test, channelId, at, sha256: file.sha256 });
    const stored = {
      captureId,
      receivedName: file.name,
      receivedAt: file.receivedAt,
      path,
      sha256: file.sha256,
      bytes: file.bytes,
      deviceTimeSec,
      truncated,
      warnings,
    };
    const { duplicateOf } = await captures.stored(record, stored, await measure(decoded, record));
    await spool.remove(file.path);
    onCount?.(duplicateOf === undefined ? 'stored' : 'duplicate', test);
    return duplicateOf ?? captureId;
  };

  const measure = async (
    decoded: PnmFile,
    record: CaptureRecord,
  ): Promise<RxMerSeries | ConstellationSeries | undefined> => {
    if (decoded.kind === 'ds_constellation') return measureConstellation(decoded);
    if (decoded.kind !== 'ds_ofdm_rxmer') return undefined;
    const since = new Date(now().getTime() - MODULATION_AGE_MS);
    const order = await captures.modulationOrder(record.mac, record.channelId, since);
    const required = (order === undefined ? undefined : requiredMerDb(order)) ?? options.defaultRequiredMerDb;
    return measureRxMer(decoded, required);
  };

  const store = (file: ReceivedFile, truncated: boolean): Promise<string> => {
    const running = inHand.get(file.id);
    if (running !== undefined) return running;
    const ingesting = ingest(file, truncated).finally(() => inHand.delete(file.id));
    inHand.set(file.id, ingesting);
    return ingesting;
  };

  return {
    async store(file, { truncated }) {
      try {
        return await store(file, truncated);
      } catch (error) {
        if (error instanceof PlantgraphError) throw error;
        onCount?.('waiting', 'any');
        log.warn({ captureId: file.id, err: error }, 'pnm file waits in the spool');
        throw new CaptureError(
          'PNM_STORE_WAITING',
          'the file is here but could not be stored yet (database or disk); it is kept and stored as soon as that works',
          { cause: error },
        );
      }
    },

    async recover() {
      const counts = { stored: 0, quarantined: 0, waiting: 0 };
      for (const { id, path, receivedAt } of await spool.list()) {
        if (inHand.has(id)) continue;
        try {
          const bytes = await readFile(path);
          const sha256 = createHash('sha256').update(bytes).digest('hex');
          await store({ id, path, sha256, bytes: bytes.length, name: `${id}.bin`, receivedAt }, false);
          counts.stored += 1;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue; // stored meanwhile
          if (error instanceof PlantgraphError) counts.quarantined += 1;
          else counts.waiting += 1;
        }
      }
      return counts;
    },
  };
}

/** The file must be of the test, the modem and the channel that were asked for (operations A-36). */
function checkOrigin(decoded: PnmFile, { test, mac, channelId }: CaptureRecord): void {
  if (!KINDS[test].includes(decoded.kind)) {
    throw new CaptureError(
      'PNM_TYPE_MISMATCH',
      `the modem sent ${decoded.kind} instead of ${KINDS[test].join(' or ')}`,
    );
  }
  if (NAMELESS.includes(decoded.kind)) return;
  if (decoded.modemMac === undefined || isZeroMac(decoded.modemMac) || isGroupMac(decoded.modemMac)) {
    throw new CaptureError('PNM_MAC_UNUSABLE', 'the file names no modem, so it cannot be attributed');
  }
  if (decoded.modemMac !== mac) {
    throw new CaptureError('PNM_MAC_MISMATCH', `the file is of modem ${decoded.modemMac}, not of ${mac}`);
  }
  if (channelId !== null && decoded.channelId !== channelId) {
    throw new CaptureError('PNM_CHANNEL_MISMATCH', `the file is of channel ${decoded.channelId}, not of ${channelId}`);
  }
}

function measureRxMer(mer: RxMer, required: number): RxMerSeries {
  const summary = summarizeRxMer(mer.quarterDb);
  return {
    kind: 'rxmer',
    zeroFrequencyHz: mer.zeroSubcarrierHz,
    firstActive: mer.firstActiveSubcarrier,
    spacingHz: mer.spacingHz,
    quarterDb: mer.quarterDb,
    count: summary.count,
    measuredCount: summary.measuredCount,
    meanMerDb: summary.meanMerDb,
    stdDevMerDb: summary.stdDevMerDb,
    minMerDb: summary.minMerDb,
    percentile2MerDb: summary.percentileMerDb,
    requiredMerDb: required,
    headroomDb: headroomDb(summary.percentileMerDb, required),
  };
}

function measureConstellation(display: Constellation): ConstellationSeries {
  const modulationOrder = QAM_ORDER_OF_CODE[display.modulationCode];
  const summary = summarizeConstellation(display.pointBytes, modulationOrder);
  return {
    kind: 'constellation',
    zeroFrequencyHz: display.zeroSubcarrierHz,
    spacingHz: display.spacingHz,
    modulationOrder,
    points: display.pointBytes,
    count: summary.count,
    merDb: summary.merDb,
  };
}
