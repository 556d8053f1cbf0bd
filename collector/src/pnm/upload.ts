import { SnmpError } from '../snmp/errors.js';
import { isWhole } from '../snmp/reader.js';
import {
  docsPnmBulkFileControl,
  docsPnmBulkFileName,
  docsPnmBulkFileUploadStatus,
  FILE_CONTROL,
  UPLOAD_STATUS,
} from '../snmp/tables/docs-pnm-mib.js';
import type { AskedFile, ChannelRun } from './capture-run.js';
import { CaptureError } from './errors.js';
import { isExpectedName } from './receive/expectations.js';
import type { ReceivedFile, UploadEnd, UploadWait } from './receive/receiver.js';

interface AwaitedUpload extends AskedFile {
  readonly channelId: number | null;
}

/** `availableForUpload` this often in a row: the modem does not upload by itself. */
const AVAILABLE_LIMIT = 2;
/** `uploadCompleted` this often in a row with nothing here: it went elsewhere. */
const COMPLETED_LIMIT = 2;

/** Waits for the file; asks the modem to send it again where its file table says so (pnm-control 3.1). */
export async function awaitUpload(run: ChannelRun, upload: AwaitedUpload): Promise<ReceivedFile> {
  const { steps, clock, timers, order } = run;
  const { channelId, wait } = upload;
  const startedAtMs = clock.monotonicMs();
  const ladder = new UploadLadder(run, upload);
  let end: UploadEnd | undefined;
  const ended = wait.ended.then((value) => {
    end = value;
  });
  let waitMs = timers.uploadGraceMs;
  for (;;) {
    await Promise.race([clock.sleep(waitMs, order.signal), ended]);
    waitMs = timers.uploadPollMs;
    if (end?.outcome === 'complete') return end.file;
    if (end !== undefined || clock.monotonicMs() - startedAtMs > timers.uploadMs) throw missing(run, wait);
    if (wait.bytes > 0) steps.detail('upload', channelId, `${wait.bytes} bytes so far`);
    await ladder.step().catch((error: unknown) => {
      // the file may come although the modem does not answer; the deadline decides
      if (!(error instanceof SnmpError) || error.code !== 'SNMP_TIMEOUT') throw error;
    });
  }
}

function missing({ destination }: ChannelRun, wait: UploadWait): CaptureError {
  const failure = wait.lastFailure;
  return new CaptureError(
    'PNM_UPLOAD_MISSING',
    failure
      ? `the upload was incomplete at ${failure.bytes} bytes (${failure.detail}); check loss between modem and collector`
      : `nothing arrived from the modem; check that it can reach UDP port 69 of ${destination.addresses.join(' or ')}`,
  );
}

/** What the modem says of the file, and what is done about it. */
class UploadLadder {
  readonly #run: ChannelRun;
  readonly #upload: AwaitedUpload;
  #row: number | undefined;
  #sameStatus = { value: 0, count: 0 };
  #againCount = 0;
  #notBeforeMs = 0;

  constructor(run: ChannelRun, upload: AwaitedUpload) {
    this.#run = run;
    this.#upload = upload;
  }

  async step(): Promise<void> {
    const { session, steps, destination } = this.#run;
    const { channelId } = this.#upload;
    this.#row ??= await this.#findRow();
    if (this.#row === undefined) return; // an empty table means not yet
    const oid = `${docsPnmBulkFileUploadStatus}.${this.#row}`;
    const status = (await session.get([oid])).number(oid) ?? UPLOAD_STATUS.other;
    this.#sameStatus = {
      value: status,
      count: this.#sameStatus.value === status ? this.#sameStatus.count + 1 : 1,
    };
    const { count } = this.#sameStatus;
    switch (status) {
      case UPLOAD_STATUS.completed:
        if (count <= COMPLETED_LIMIT) return;
        throw new CaptureError(
          'PNM_UPLOAD_ELSEWHERE',
          `the modem says it has uploaded, but nothing arrived here; check that ${destination.addresses.join(' or ')} is this collector and that no other TFTP server has the address`,
        );
      case UPLOAD_STATUS.inProgress:
      case UPLOAD_STATUS.pending:
        steps.detail('upload', channelId, status === UPLOAD_STATUS.pending ? 'queued on the modem' : 'on its way');
        return;
      case UPLOAD_STATUS.available:
      case UPLOAD_STATUS.other:
        if (count >= AVAILABLE_LIMIT) await this.#askAgain('the modem does not upload by itself');
        return;
      default:
        await this.#askAgain('the upload failed on the modem');
    }
  }

  async #askAgain(why: string): Promise<void> {
    const { session, steps, clock, timers, destination } = this.#run;
    const { channelId } = this.#upload;
    if (clock.monotonicMs() < this.#notBeforeMs) return;
    const pauseMs = timers.uploadAgainMs[this.#againCount];
    if (pauseMs === undefined) {
      throw new CaptureError(
        'PNM_UPLOAD_FAILED',
        `the modem could not upload to ${destination.addresses.join(' or ')} after ${this.#againCount} tries; check the way from the modem network to UDP port 69 there`,
      );
    }
    this.#againCount += 1;
    this.#notBeforeMs = clock.monotonicMs() + pauseMs;
    steps.detail('upload', channelId, `${why}, asked to send again (${this.#againCount})`);
    await session.set(
      [{ oid: `${docsPnmBulkFileControl}.${this.#row}`, type: 'integer', value: FILE_CONTROL.upload }],
      'upload again',
    );
  }

  async #findRow(): Promise<number | undefined> {
    const { reader, order, card } = this.#run;
    const { file, fileName } = this.#upload;
    const walk = await reader.walk([docsPnmBulkFileName], { signal: order.signal, limits: { rows: 300 } });
    if (!isWhole(walk.outcome)) return undefined;
    const defaultPrefix = card.isNamePrefix ? fileName : file.defaultPrefix;
    const expected = { name: fileName, defaultPrefix, mac: order.mac };
    let found: number | undefined;
    for (let row = 0; row < walk.rows.length; row += 1) {
      const name = Buffer.from(walk.rows.bytes(0, row) ?? []).toString('latin1');
      const base = name.slice(name.lastIndexOf('/') + 1);
      const index = walk.rows.index(row)[0];
      if (base === expected.name) return index;
      if (isExpectedName(base, expected)) found = index; // the newest default name, when the asked one is ignored
    }
    return found;
  }
}
