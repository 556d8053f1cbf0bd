import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { PlantgraphError } from '../lib/errors.js';
import { isGroupMac, isZeroMac } from '../lib/mac.js';
import type { CaptureRecord, CaptureStore, PastCapture } from './capture-store.js';
import { inlineDecoder, type Decoder } from './decoding/decoder.js';
import { DecodeError } from './decoding/errors.js';
import { hasSameAxis } from './decoding/prepare.js';
import type { DecodedCapture, FecSeries, RxMerSeries } from './decoding/series.js';
import { CaptureError } from './errors.js';
import type { FileKeeper } from './file-keeper.js';
import type { PnmKind } from './formats/decode.js';
import { isCaptureTimePlausible } from './formats/header.js';
import { changeAgainst } from './measures/change.js';
import { headroomDb, requiredMerDb } from './measures/rxmer.js';
import type { ReceivedFile } from './receive/receiver.js';
import type { Spool } from './receive/spool.js';
import type { RxMerJudgement } from './series-store.js';

export interface IngestOptions {
  readonly captures: CaptureStore;
  readonly files: FileKeeper;
  readonly spool: Spool;
  /** Where files are decoded; in this thread when absent. */
  readonly decoder?: Decoder;
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

/** What a modem sends for each test. */
export const KINDS: Readonly<Record<CaptureRecord['test'], readonly PnmKind[]>> = {
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
  upstream_rxmer: ['us_ofdma_rxmer'],
};
/** Kinds that name no modem: the request and the source address stand for it. */
const NAMELESS: readonly PnmKind[] = ['ds_spectrum_snmp_amplitude', 'latency_report'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A modulation older than this says nothing of today's. */
const MODULATION_AGE_MS = 7 * 24 * 3600 * 1000;
/** A modem's own past, for its change: older captures are of another plant. */
const PAST_MS = 7 * 24 * 3600 * 1000;
/** With the capture itself four: what is in three of them is no noise. */
const SPUR_CAPTURES = 3;
/** Decoders that a file may end or keep too long before it is set apart (operations F-02). */
const MAX_CRASHES = 3;

export function createIngest(options: IngestOptions): Ingest {
  const { captures, files, spool, now, log, onCount, decoder = inlineDecoder } = options;
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
    let decoded: DecodedCapture;
    let past: PastCapture[];
    try {
      if (record === undefined) throw new CaptureError('PNM_FILE_UNASKED', 'no request belongs to this file');
      past = record.test === 'rxmer' ? await pastOf(record, file) : [];
      decoded = await decoder.decode(file.path, {
        nowSec: now().getTime() / 1000,
        past: past.slice(0, SPUR_CAPTURES),
        profiles: record.test === 'rxmer' ? await profilesOf(record, file) : [],
      });
      checkOrigin(decoded, record);
    } catch (error) {
      const fault = record !== undefined && error instanceof DecodeError ? await crash(error, record) : error;
      if (fault instanceof PlantgraphError && !(fault instanceof DecodeError)) await refuse(file, record, fault);
      throw fault;
    }
    const { captureId, test } = record;
    const stored = await keep(file, record, decoded, truncated);
    const { series } = decoded;
    const judgement = series.kind === 'rxmer' ? await judge(series, record, past, file.receivedAt) : undefined;
    const { duplicateOf } = await captures.stored(record, stored, decoded, judgement);
    await spool.remove(file.path);
    onCount?.(duplicateOf === undefined ? 'stored' : 'duplicate', test);
    return duplicateOf ?? captureId;
  };

  const pastOf = ({ mac, channelId }: CaptureRecord, { receivedAt }: ReceivedFile) =>
    captures.past(mac, channelId, new Date(receivedAt.getTime() - PAST_MS), receivedAt);

  const profilesOf = async ({ mac, channelId }: CaptureRecord, { receivedAt }: ReceivedFile) => {
    const profiles = await captures.profiles(
      mac,
      channelId,
      new Date(receivedAt.getTime() - MODULATION_AGE_MS),
      receivedAt,
    );
    // a damaged file may name a profile twice: the first is as good as any
    return profiles.filter(({ profileId }, i) => profiles.findIndex((other) => other.profileId === profileId) === i);
  };

  /** The error to raise: the last straw is the file's, those before are the decoder's. */
  const crash = async (error: DecodeError, { captureId }: CaptureRecord): Promise<PlantgraphError> => {
    if (!error.isOfFile) return error;
    const crashes = await captures.crashed(captureId);
    log.warn({ captureId, code: error.code, crashes, err: error }, 'pnm file ended its decoder');
    if (crashes < MAX_CRASHES) return error;
    return new CaptureError('PNM_FILE_POISONOUS', `the file ended ${crashes} decoders (${error.message})`, {
      cause: error,
    });
  };

  const keep = async (
    file: ReceivedFile,
    record: CaptureRecord,
    { deviceTimeSec, series }: DecodedCapture,
    truncated: boolean,
  ) => {
    const isPlausible =
      deviceTimeSec !== undefined && isCaptureTimePlausible(deviceTimeSec, { nowSec: now().getTime() / 1000 });
    const at = isPlausible ? new Date(deviceTimeSec * 1000) : file.receivedAt;
    const { site, mac, test, channelId, captureId } = record;
    const path = await files.keep(file.path, { site, mac, test, channelId, at, sha256: file.sha256 });
    return {
      captureId,
      receivedName: file.name,
      receivedAt: file.receivedAt,
      path,
      sha256: file.sha256,
      bytes: file.bytes,
      deviceTimeSec,
      truncated,
      clockOffsetSec: isPlausible || series.kind !== 'fec' ? 0 : offsetOf(series, file.receivedAt),
    };
  };

  const judge = async (
    series: RxMerSeries,
    record: CaptureRecord,
    past: readonly PastCapture[],
    at: Date,
  ): Promise<RxMerJudgement> => {
    const since = new Date(at.getTime() - MODULATION_AGE_MS);
    const order = await captures.modulationOrder(record.mac, record.channelId, since, at);
    const required = (order === undefined ? undefined : requiredMerDb(order)) ?? options.defaultRequiredMerDb;
    const { zeroFrequencyHz, firstActive, spacingHz, quarterDb, meanMerDb, percentile2MerDb } = series;
    const axis = { zeroSubcarrierHz: zeroFrequencyHz, firstActiveSubcarrier: firstActive, spacingHz, quarterDb };
    const comparable = past.filter((before) => hasSameAxis(before, axis));
    return {
      requiredMerDb: required,
      headroomDb: headroomDb(percentile2MerDb, required),
      change: changeAgainst(comparable, { meanMerDb, percentileMerDb: percentile2MerDb }),
      pastCount: comparable.length,
    };
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
        if (error instanceof PlantgraphError && !(error instanceof DecodeError)) throw error;
        onCount?.('waiting', 'any');
        log.warn({ captureId: file.id, err: error }, 'pnm file waits in the spool');
        throw new CaptureError(
          'PNM_STORE_WAITING',
          'the file is here but could not be stored yet (database, disk or decoder); it is kept and stored as soon as that works',
          { cause: error },
        );
      }
    },

    async recover() {
      const counts = { stored: 0, quarantined: 0, waiting: 0 };
      for (const { id, path, receivedAt } of await spool.list()) {
        if (inHand.has(id)) continue;
        try {
          const { sha256, bytes } = await digestOf(path);
          await store({ id, path, sha256, bytes, name: `${id}.bin`, receivedAt }, false);
          counts.stored += 1;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue; // stored meanwhile
          if (error instanceof PlantgraphError && !(error instanceof DecodeError)) counts.quarantined += 1;
          else counts.waiting += 1;
        }
      }
      return counts;
    },
  };
}

/** Without holding the file in memory. */
async function digestOf(path: string): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { sha256: hash.digest('hex'), bytes };
}

/** A modem without time of day counts from its boot: its last interval ended as the file came. */
function offsetOf({ profiles, intervalSec }: FecSeries, receivedAt: Date): number {
  const last = profiles.reduce((latest, { lastSec }) => Math.max(latest, lastSec ?? 0), 0);
  return receivedAt.getTime() / 1000 - last - (intervalSec ?? 0);
}

/** The file must be of the test, the modem and the channel that were asked for (operations A-36). */
function checkOrigin(decoded: DecodedCapture, { test, mac, channelId, source }: CaptureRecord): void {
  if (!KINDS[test].includes(decoded.kind)) {
    throw new CaptureError(
      'PNM_TYPE_MISMATCH',
      `the modem sent ${decoded.kind} instead of ${KINDS[test].join(' or ')}`,
    );
  }
  if (NAMELESS.includes(decoded.kind)) return;
  if (decoded.modemMac === undefined || isZeroMac(decoded.modemMac) || isGroupMac(decoded.modemMac)) {
    if (source === 'import') return; // a person says whose it is; the warning stays with the capture
    throw new CaptureError('PNM_MAC_UNUSABLE', 'the file names no modem, so it cannot be attributed');
  }
  if (decoded.modemMac !== mac) {
    throw new CaptureError('PNM_MAC_MISMATCH', `the file is of modem ${decoded.modemMac}, not of ${mac}`);
  }
  if (channelId !== null && decoded.channelId !== channelId) {
    throw new CaptureError('PNM_CHANNEL_MISMATCH', `the file is of channel ${decoded.channelId}, not of ${channelId}`);
  }
}
