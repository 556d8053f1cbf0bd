import type { Component } from '../lib/component.js';
import type { SnmpReader } from '../snmp/reader.js';
import { runCapture } from './capture.js';
import { failureOf } from './capture-channel.js';
import type { CaptureDeps, CaptureTimers, ChannelResult } from './capture-run.js';
import { TEST_CARDS } from './capture-tests.js';
import type { CaptureStore } from './capture-store.js';
import type { UploadDestination } from './destination.js';
import { CaptureError } from './errors.js';
import type { Ingest } from './ingest.js';
import type { ModemLocks } from './modem-lock.js';
import type { AuditLog, CaptureClock } from './modem-session.js';
import type { ClaimedOperation, OperationEnd, OperationStore } from './operation-store.js';
import type { UploadReceiver } from './receive/receiver.js';
import { OperationSteps } from './steps.js';
import type { KnownModem, ModemStore } from './store.js';

export interface CaptureWorkerOptions {
  readonly operations: OperationStore;
  readonly captures: CaptureStore;
  readonly modems: ModemStore;
  readonly locks: ModemLocks;
  readonly receiver: UploadReceiver;
  readonly ingest: Ingest;
  readonly audit: AuditLog;
  readonly destination: UploadDestination;
  readonly deposit: CaptureDeps['deposit'];
  /** The modem's agent, with the credential that its CMTS's entry names. */
  readonly openReader: (modem: KnownModem & { readonly address: string }) => SnmpReader;
  readonly clock: CaptureClock;
  readonly timers: CaptureTimers;
  readonly parallelModems: number;
  /** Whether anything may be written to modems at all (configuration `pnm.writeAllowed`). */
  readonly writeAllowed: boolean;
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
  readonly onCount?: (test: string, result: string) => void;
}

export interface CaptureWorker extends Component {
  readonly runningCount: number;
  /** Looks for queued operations at once. */
  wake(): void;
  /** Ends a run of this process, if it is one. */
  cancel(operationId: string): void;
}

const POLL_MS = 1000;
/** Spool and abandoned operations are looked after this often. */
const SWEEP_MS = 15_000;
/** A run takes its lock within this time of being claimed. */
const LOCK_GRACE_MS = 5000;
const OPERATION_MS = 15 * 60_000;
/** Channels of a long test that an operation has time for. */
const LONG_TEST_CHANNELS = 4;
const STOP_MS = 8000;
const FINISH_TRIES = 20;

interface Run {
  readonly operation: ClaimedOperation;
  readonly abort: AbortController;
  done: Promise<void>;
}

/** Runs queued operations, a bounded number at once, and takes up what an earlier life left. */
export function createCaptureWorker(options: CaptureWorkerOptions): CaptureWorker {
  return new OperationWorker(options);
}

class OperationWorker implements CaptureWorker {
  readonly name = 'captures';
  readonly #options: CaptureWorkerOptions;
  readonly #runs = new Map<string, Run>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #mustLookAgain = false;
  #isStopping = true;
  #sweptAtMs = -Infinity;

  constructor(options: CaptureWorkerOptions) {
    this.#options = options;
  }

  get runningCount(): number {
    return this.#runs.size;
  }

  async start(): Promise<void> {
    this.#isStopping = false;
    await this.#sweep();
    this.#timer = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#timer);
    for (const { abort } of this.#runs.values()) {
      abort.abort(new CaptureError('PNM_INTERRUPTED', 'the collector was stopped; ask again'));
    }
    const running = Promise.allSettled([this.#looking, ...[...this.#runs.values()].map(({ done }) => done)]);
    let limit: NodeJS.Timeout | undefined;
    await Promise.race([running, new Promise((resolve) => (limit = setTimeout(resolve, STOP_MS)))]);
    clearTimeout(limit);
    await this.#options.locks.close();
  }

  wake(): void {
    if (this.#looking !== undefined) {
      this.#mustLookAgain = true;
      return;
    }
    this.#looking = this.#look()
      .catch((error: unknown) => this.#options.log.warn({ err: error }, 'captures could not be looked for'))
      .finally(() => {
        this.#looking = undefined;
        if (this.#mustLookAgain && !this.#isStopping) this.wake();
      });
  }

  cancel(operationId: string): void {
    this.#runs.get(operationId)?.abort.abort(new CaptureError('PNM_CANCELLED', 'cancelled on request'));
  }

  async #look(): Promise<void> {
    this.#mustLookAgain = false;
    if (this.#options.clock.monotonicMs() - this.#sweptAtMs > SWEEP_MS) await this.#sweep();
    while (!this.#isStopping && this.#runs.size < this.#options.parallelModems) {
      const operation = await this.#options.operations.claim(this.#options.clock.now());
      if (operation === undefined) return;
      const run: Run = { operation, abort: new AbortController(), done: Promise.resolve() };
      this.#runs.set(operation.id, run);
      run.done = this.#run(run)
        .catch((error: unknown) => this.#options.log.warn({ err: error, operationId: operation.id }, 'capture failed'))
        .finally(() => {
          this.#runs.delete(operation.id);
          if (!this.#isStopping) this.wake();
        });
    }
  }

  /** Files first, so that an operation whose file made it is not called empty. */
  async #sweep(): Promise<void> {
    const { ingest, operations, locks, clock, log } = this.#options;
    this.#sweptAtMs = clock.monotonicMs();
    const files = await ingest.recover();
    if (files.stored + files.quarantined + files.waiting > 0) log.info(files, 'spool looked after');
    for (const { id, mac } of await operations.running(new Date(clock.now().getTime() - LOCK_GRACE_MS))) {
      if (this.#runs.has(id) || !(await locks.tryLock(mac, () => undefined))) continue;
      // nobody holds the modem: whoever ran this is gone
      const message =
        'the collector stopped in the middle of it; what had arrived is stored, the rest must be asked again';
      await operations.interrupt(id, { code: 'PNM_INTERRUPTED', message }, clock.now());
      await locks.unlock(mac);
    }
  }

  async #run(run: Run): Promise<void> {
    const { operation, abort } = run;
    const { locks, clock, log, onCount } = this.#options;
    const progress = this.#progressOf(run);
    const limitMs = Math.max(OPERATION_MS, TEST_CARDS[operation.test].measureMs * LONG_TEST_CHANNELS * 1.25);
    const limit = setTimeout(
      () =>
        abort.abort(
          new CaptureError('PNM_MEASURE_TIMEOUT', `not finished within ${Math.round(limitMs / 60_000)} minutes`),
        ),
      limitMs,
    );
    let isLocked = false;
    let results: ChannelResult[] = [];
    let failure: { code: string; message: string } | undefined;
    try {
      isLocked = await locks.tryLock(operation.mac, () =>
        abort.abort(
          new CaptureError('PNM_LOCK_LOST', 'the database went away during the measurement; ask again when it is back'),
        ),
      );
      if (!isLocked) {
        throw new CaptureError('PNM_MODEM_BUSY_HERE', 'this modem is being measured already; try again in a minute');
      }
      results = await this.#capture(run, progress.steps);
    } catch (error) {
      failure = failureOf(error, abort.signal);
      progress.steps.fail(null, failure.message);
      if (failure.code === 'INTERNAL') log.warn({ err: error, operationId: operation.id }, 'capture failed');
    } finally {
      clearTimeout(limit);
    }
    await progress.settled();
    const end = endOf(results, failure, progress.steps);
    onCount?.(operation.test, end.error?.code ?? end.state);
    await this.#finish(operation.id, end, clock);
    if (isLocked) await locks.unlock(operation.mac).catch(() => undefined); // a broken session holds no lock
  }

  async #capture({ operation, abort }: Run, steps: OperationSteps): Promise<ChannelResult[]> {
    const { modems, captures, ingest, openReader, clock } = this.#options;
    steps.start('find', null);
    if (!this.#options.writeAllowed) {
      throw new CaptureError('PNM_WRITE_DISABLED', 'this collector may not write to modems (pnm.writeAllowed)');
    }
    const modem = await modems.find(operation.mac);
    const address = addressOf(modem);
    steps.done(
      'find',
      null,
      `${address} at ${modem?.cmts}${modem?.fibreNode ? `, fibre node ${modem.fibreNode}` : ''}`,
    );
    const reader = openReader({ ...(modem as KnownModem), address });
    const order = {
      operationId: operation.id,
      mac: operation.mac,
      address,
      test: operation.test,
      channelIds: operation.channelIds,
      actor: operation.requestedBy,
      signal: abort.signal,
    };
    try {
      return await runCapture(order, {
        ...this.#options,
        reader,
        steps,
        identified: ({ description }) => modems.recordDescription(operation.mac, description, clock.now()),
        asked: (capture) => captures.asked(capture),
        failed: (captureId, error) => captures.failed(captureId, error),
        ingest: (file, how) => ingest.store(file, how),
      });
    } finally {
      reader.close();
    }
  }

  /** Stores steps as they change, the newest only while a write is under way. */
  #progressOf({ operation, abort }: Run) {
    const { operations, clock, log } = this.#options;
    let writing: Promise<void> | undefined;
    let isDirty = false;
    const write = async (): Promise<void> => {
      while (isDirty) {
        isDirty = false;
        const isCancelled = await operations.saveSteps(operation.id, steps.list, steps.progressRatio);
        if (isCancelled) abort.abort(new CaptureError('PNM_CANCELLED', 'cancelled on request'));
      }
    };
    const steps = new OperationSteps(clock.now, () => {
      isDirty = true;
      writing ??= write()
        .catch((error: unknown) => log.warn({ err: error, operationId: operation.id }, 'progress not stored'))
        .finally(() => {
          writing = undefined;
        });
    });
    return {
      steps,
      async settled() {
        await writing;
      },
    };
  }

  /** The end must be written; while the database is away it is tried again. */
  async #finish(id: string, end: OperationEnd, clock: CaptureClock): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#options.operations.finish(id, end, clock.now());
        return;
      } catch (error) {
        if (tries >= FINISH_TRIES || this.#isStopping) throw error; // the next sweep ends it
        await clock.sleep(3000, new AbortController().signal);
      }
    }
  }
}

function addressOf(modem: KnownModem | undefined) {
  if (modem === undefined) {
    throw new CaptureError('PNM_MODEM_UNKNOWN', 'no CMTS of the inventory has this modem registered');
  }
  if (modem.status === 'offline') {
    throw new CaptureError('PNM_MODEM_OFFLINE', `CMTS ${modem.cmts} has it offline; measure it when it is back`);
  }
  if (modem.address === undefined) {
    throw new CaptureError(
      'PNM_MODEM_NO_ADDRESS',
      `CMTS ${modem.cmts} names no IP address for it; it has not finished its registration`,
    );
  }
  return modem.address;
}

function endOf(
  results: readonly ChannelResult[],
  failure: { code: string; message: string } | undefined,
  steps: OperationSteps,
): OperationEnd {
  const first = failure ?? results.find(({ error }) => error !== undefined)?.error;
  const storedCount = results.filter(({ captureId }) => captureId !== undefined).length;
  const state =
    first === undefined
      ? 'done'
      : storedCount > 0
        ? 'partial'
        : first.code === 'PNM_CANCELLED'
          ? 'cancelled'
          : 'failed';
  return { state, error: first, steps: steps.list };
}
