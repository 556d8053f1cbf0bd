import type { Ip } from '../lib/ip.js';
import type { Mac } from '../lib/mac.js';
import type { SnmpReader } from '../snmp/reader.js';
import type { TestCard } from './capture-tests.js';
import type { UploadDestination } from './destination.js';
import type { ModemIdentity } from './identify.js';
import type { AuditLog, CaptureClock, ModemSession } from './modem-session.js';
import type { ReceivedFile, UploadReceiver } from './receive/receiver.js';
import type { CaptureTest } from './schemas.js';
import type { OperationSteps } from './steps.js';

/** Starting points of pnm-control, section 5. */
export interface CaptureTimers {
  readonly readyMs: number;
  /** A `sampleReady` seen later than this after the trigger is fresh even when `busy` was never seen. */
  readonly staleMs: number;
  /** `inactive` for longer than this after the trigger means that it was refused. */
  readonly refusedMs: number;
  readonly fastPollMs: number;
  readonly fastPollForMs: number;
  readonly pollMs: number;
  /** Between sampleReady and the first look at the modem's file table. */
  readonly uploadGraceMs: number;
  readonly uploadPollMs: number;
  readonly uploadMs: number;
  /** Waits before the modem is told again to upload. */
  readonly uploadAgainMs: readonly number[];
  /** Waits before a trigger is repeated when the modem had no resources. */
  readonly resourceBackoffMs: readonly number[];
}

export const DEFAULT_CAPTURE_TIMERS: CaptureTimers = {
  readyMs: 30_000,
  staleMs: 10_000,
  refusedMs: 10_000,
  fastPollMs: 500,
  fastPollForMs: 3000,
  pollMs: 1000,
  uploadGraceMs: 3000,
  uploadPollMs: 2000,
  uploadMs: 60_000,
  uploadAgainMs: [2000, 5000, 10_000],
  resourceBackoffMs: [5000, 10_000],
};

/** Whom and what to measure. */
export interface CaptureOrder {
  readonly operationId: string;
  readonly mac: Mac;
  readonly address: Ip;
  readonly test: CaptureTest;
  /** Empty: every OFDM channel. */
  readonly channelIds: readonly number[];
  readonly actor: string;
  readonly signal: AbortSignal;
}

/** A file about to be asked for; stored before the modem hears of it. */
export interface AskedCapture {
  readonly captureId: string;
  readonly operationId: string;
  readonly mac: Mac;
  readonly address: Ip;
  readonly test: CaptureTest;
  readonly channelId: number;
  readonly ifIndex: number;
  readonly askedName: string;
  readonly requestedAt: Date;
}

export interface CaptureDeps {
  readonly reader: SnmpReader;
  readonly receiver: UploadReceiver;
  readonly destination: UploadDestination;
  readonly audit: AuditLog;
  readonly clock: CaptureClock;
  readonly timers: CaptureTimers;
  readonly steps: OperationSteps;
  identified(identity: ModemIdentity): Promise<void>;
  asked(capture: AskedCapture): Promise<void>;
  failed(captureId: string, error: { code: string; message: string }): Promise<void>;
  /** Decodes and stores; resolves with the id of the stored capture. Throws when the file is not what was asked for. */
  ingest(file: ReceivedFile, how: { truncated: boolean }): Promise<string>;
}

export interface ChannelResult {
  readonly channelId: number;
  readonly captureId: string | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** What one channel's run works with. */
export interface ChannelRun extends Omit<CaptureDeps, 'reader' | 'identified'> {
  readonly order: CaptureOrder;
  readonly card: TestCard;
  readonly session: ModemSession;
  readonly reader: SnmpReader;
}
