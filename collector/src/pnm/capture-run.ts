import type { Ip } from '../lib/ip.js';
import type { Mac } from '../lib/mac.js';
import type { SnmpReader } from '../snmp/reader.js';
import type { DownstreamBand, TestCard, TestFile } from './capture-tests.js';
import type { UploadDestination } from './destination.js';
import type { ModemIdentity, TestRow } from './identify.js';
import type { AuditLog, CaptureClock, ModemSession } from './modem-session.js';
import type { ReceivedFile, UploadReceiver, UploadWait } from './receive/receiver.js';
import type { CaptureTest, TriggerTest } from './schemas.js';
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
  /** Between SETs that arm a test. */
  readonly armMs: number;
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
  armMs: 1000,
  resourceBackoffMs: [5000, 10_000],
};

/** Whom and what to measure. */
export interface CaptureOrder {
  readonly operationId: string;
  readonly mac: Mac;
  readonly address: Ip;
  readonly test: TriggerTest;
  /** Empty: every channel of the test's direction. */
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
  readonly channelId: number | null;
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
  /** Puts what was read by SNMP where uploads wait. */
  deposit(file: { readonly id: string; readonly name: string; readonly bytes: Uint8Array }): Promise<ReceivedFile>;
  /** Decodes and stores; resolves with the id of the stored capture. Throws when the file is not what was asked for. */
  ingest(file: ReceivedFile, how: { truncated: boolean }): Promise<string>;
}

/** What became of one file. */
export interface ChannelResult {
  readonly channelId: number | null;
  readonly captureId: string | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/** What one channel's run works with. */
export interface ChannelRun extends Omit<CaptureDeps, 'reader' | 'identified'> {
  readonly order: CaptureOrder;
  readonly card: TestCard;
  readonly session: ModemSession;
  readonly reader: SnmpReader;
  readonly band: DownstreamBand;
  /** The spectrum analyser writes no file: its table is read. */
  readonly isTable: boolean;
}

/** One file that a run waits for. */
export interface AskedFile {
  readonly captureId: string;
  readonly file: TestFile;
  /** As written to the modem. */
  readonly fileName: string;
  readonly wait: UploadWait;
}

/** One trigger: its row on the modem and its files, the first of which shows that the test has ended. */
export interface AskedRow extends TestRow {
  readonly files: readonly [AskedFile, ...AskedFile[]];
}
