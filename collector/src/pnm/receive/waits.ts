import type { Ip } from '../../lib/ip.js';
import { isExpectedName, type ExpectedUpload } from './expectations.js';
import type { ReceivedFile, UploadEnd, UploadWait } from './receiver.js';
import type { WrittenFile } from './spool.js';
import { TFTP_ERROR } from './tftp-packets.js';
import { TransferRefused, type Transfer } from './transfer.js';

/** A modem whose last ACK was lost may send the whole file again. */
const LINGER_MS = 60_000;

interface Clock {
  readonly monotonicMs: () => number;
  readonly now: () => Date;
}

/** The files asked for, by source address. */
export class UploadWaits {
  readonly #clock: Clock;
  readonly #bySource = new Map<Ip, Set<ActiveWait>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(upload: ExpectedUpload): UploadWait {
    if (this.find(upload.sourceAddress, upload.name)?.isPending) {
      throw new RangeError(`already waiting for ${upload.name}`);
    }
    const wait = new ActiveWait(upload, this.#clock, () => this.#remove(wait));
    const waits = this.#bySource.get(upload.sourceAddress) ?? new Set();
    this.#bySource.set(upload.sourceAddress, waits.add(wait));
    return wait;
  }

  /**
   * The wait that this name from this source belongs to. A name that was received before is a repetition of that file,
   * even when it is a default name that would fit the next capture as well.
   */
  find(source: Ip, name: string): ActiveWait | undefined {
    const waits = [...(this.#bySource.get(source) ?? [])];
    return (
      waits.find((wait) => wait.receivedName === name) ??
      waits.find((wait) => wait.isPending && isExpectedName(name, wait.upload)) ??
      waits.find((wait) => isExpectedName(name, wait.upload))
    );
  }

  /**
   * Gives a whole file to its wait. Default names carry seconds, so two quick captures may share one: a file that differs
   * from what came under the name before belongs to the wait that is still open.
   */
  async settle(wait: ActiveWait, written: WrittenFile, name: string): Promise<boolean> {
    const stored = wait.storedSha256;
    if (stored !== undefined && stored !== written.sha256) {
      const open = [...(this.#bySource.get(wait.upload.sourceAddress) ?? [])].find(
        (other) => other !== wait && other.storedSha256 === undefined && isExpectedName(name, other.upload),
      );
      if (open !== undefined) return open.settle(written, name);
    }
    return wait.settle(written, name);
  }

  transfersFrom(source: Ip): number {
    let count = 0;
    for (const wait of this.#bySource.get(source) ?? []) count += wait.transferCount;
    return count;
  }

  tick(nowMs: number): void {
    for (const waits of this.#bySource.values()) for (const wait of waits) wait.tick(nowMs);
  }

  cancelAll(): void {
    for (const waits of this.#bySource.values()) for (const wait of waits) wait.cancel();
  }

  #remove(wait: ActiveWait): void {
    const { sourceAddress } = wait.upload;
    const waits = this.#bySource.get(sourceAddress);
    waits?.delete(wait);
    if (waits?.size === 0) this.#bySource.delete(sourceAddress);
  }
}

/** One file asked for: open until it is there, given up or late; then known for a while in case it is sent again. */
export class ActiveWait implements UploadWait {
  readonly upload: ExpectedUpload;
  readonly transfers = new Set<Transfer>();
  readonly ended: Promise<UploadEnd>;
  readonly #clock: Clock;
  readonly #remove: () => void;
  #resolve: (end: UploadEnd) => void = () => undefined;
  #endsAtMs: number;
  #isPending = true;
  #isOpen = true;
  #hasStarted = false;
  #bytes = 0;
  #stored: { sha256: string; bytes: number; published: Promise<string> } | undefined;
  #receivedName: string | undefined;
  #lastFailure: UploadWait['lastFailure'];

  constructor(upload: ExpectedUpload, clock: Clock, remove: () => void) {
    this.upload = upload;
    this.#clock = clock;
    this.#remove = remove;
    this.#endsAtMs = clock.monotonicMs() + upload.waitMs;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get isPending(): boolean {
    return this.#isPending;
  }

  /** Requests for it are let in, be it for a repetition. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get hasStarted(): boolean {
    return this.#hasStarted || this.transferCount > 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The name it came under, once it is there. */
  get receivedName(): string | undefined {
    return this.#receivedName;
  }

  get storedSha256(): string | undefined {
    return this.#stored?.sha256;
  }

  get lastFailure() {
    return this.#lastFailure;
  }

  get transferCount(): number {
    let count = 0;
    for (const transfer of this.transfers) if (transfer.isActive) count += 1;
    return count;
  }

  progress(bytes: number): void {
    this.#hasStarted = true;
    this.#bytes = bytes;
  }

  transferFailed(failure: { reason: string; detail: string; bytes: number }): void {
    this.#hasStarted = true;
    this.#lastFailure = failure;
  }

  /** Keeps the first whole file; a repetition must be equal to it. True for a new file. */
  async settle(written: WrittenFile, name: string): Promise<boolean> {
    if (this.#stored !== undefined) {
      await written.discard();
      await this.#stored.published;
      if (this.#stored.sha256 === written.sha256) return false;
      throw new TransferRefused(TFTP_ERROR.exists, 'already received');
    }
    if (!this.#isOpen) {
      await written.discard();
      throw new TransferRefused(TFTP_ERROR.access, 'no longer asked for');
    }
    const published = written.publish(this.upload.id);
    this.#stored = { sha256: written.sha256, bytes: written.bytes, published };
    let path: string;
    try {
      path = await published;
    } catch (error) {
      this.#stored = undefined;
      throw error;
    }
    this.#receivedName = name;
    const { sha256, bytes } = written;
    const file: ReceivedFile = { id: this.upload.id, path, sha256, bytes, name, receivedAt: this.#clock.now() };
    this.#end({ outcome: 'complete', file });
    return true;
  }

  cancel(): void {
    if (this.#stored !== undefined) return; // ends by itself
    this.#isOpen = false;
    this.#end({ outcome: 'cancelled' });
    this.#remove();
    for (const transfer of this.transfers) transfer.abort('cancelled', 'no longer asked for');
  }

  tick(nowMs: number): void {
    if (nowMs < this.#endsAtMs || this.transferCount > 0) return;
    this.#isOpen = false;
    this.#remove();
    const failure = this.#lastFailure ?? { reason: 'absent', detail: 'nothing arrived', bytes: 0 };
    this.#end({ outcome: 'failed', ...failure });
  }

  #end(end: UploadEnd): void {
    if (!this.#isPending) return;
    this.#isPending = false;
    this.#endsAtMs = this.#clock.monotonicMs() + LINGER_MS;
    this.#resolve(end);
  }
}
