import { randomUUID } from 'node:crypto';
import { PlantgraphError } from '../lib/errors.js';
import { CTL_STATUS, docsPnmCmCtlStatus } from '../snmp/tables/docs-pnm-mib.js';
import type { AskedFile, AskedRow, CaptureDeps, ChannelResult, ChannelRun } from './capture-run.js';
import type { TestScope } from './capture-tests.js';
import { CaptureError } from './errors.js';
import { readIdentity, type ModemIdentity, type TestRow } from './identify.js';
import { measure } from './measure.js';
import type { ModemSession } from './modem-session.js';
import type { ReceivedFile } from './receive/receiver.js';
import { readSpectrumTable } from './spectrum-table.js';
import { awaitUpload } from './upload.js';

/** Waits for the gate; a modem runs one test at a time. */
export async function waitUntilReady(
  session: ModemSession,
  { clock, timers }: Pick<CaptureDeps, 'clock' | 'timers'>,
  signal: AbortSignal,
): Promise<void> {
  const endMs = clock.monotonicMs() + timers.readyMs;
  for (;;) {
    const status = (await session.get([docsPnmCmCtlStatus])).number(docsPnmCmCtlStatus);
    if (status === CTL_STATUS.ready) return;
    if (status === undefined) {
      throw new CaptureError(
        'PNM_NOT_SUPPORTED',
        'the modem has no PNM objects, or this credential may not see them (DOCS-PNM-MIB)',
      );
    }
    if (clock.monotonicMs() >= endMs) {
      throw status === CTL_STATUS.tempReject
        ? new CaptureError(
            'PNM_TEMP_REJECT',
            'the modem refuses tests for now (its channels are being changed); try again later',
          )
        : new CaptureError(
            'PNM_BUSY',
            `another test runs on the modem (gate status ${status}); try again when it has ended`,
          );
    }
    await clock.sleep(timers.pollMs, signal);
  }
}

/** One row, repeated where the modem says that a repetition helps. A result for each file. */
export async function runRow(run: ChannelRun, asked: TestRow): Promise<ChannelResult[]> {
  const { channelId } = asked;
  let row = asked;
  let hasRediscovered = false;
  let backoffs = 0;
  for (;;) {
    const captureIds = run.card.files.map(() => randomUUID());
    const failAll = async (failure: { code: string; message: string }) => {
      for (const captureId of captureIds) await run.failed(captureId, failure);
    };
    try {
      return await captureRow(run, row, captureIds);
    } catch (error) {
      const isOurs = error instanceof PlantgraphError && !run.order.signal.aborted;
      if (isOurs && error.code === 'PNM_INTERFACE_CHANGED' && !hasRediscovered) {
        hasRediscovered = true;
        await failAll(error);
        const found = await rediscover(run, row);
        if (found !== undefined) {
          row = found;
          continue;
        }
      }
      const backoffMs = run.timers.resourceBackoffMs[backoffs];
      if (isOurs && error.code === 'PNM_RESOURCE_UNAVAILABLE' && backoffMs !== undefined) {
        backoffs += 1;
        await failAll(error);
        run.steps.start('trigger', channelId, `no resources on the modem, again in ${backoffMs / 1000} s`);
        if (await sleepOrFalse(run, backoffMs)) continue;
      }
      const failure = failureOf(error, run.order.signal);
      await failAll(failure);
      run.steps.fail(channelId, failure.message);
      if (!(error instanceof PlantgraphError) && !run.order.signal.aborted) throw error; // a bug, or the database
      return captureIds.map(() => ({ channelId, captureId: undefined, error: failure }));
    }
  }
}

const sleepOrFalse = (run: ChannelRun, ms: number): Promise<boolean> =>
  run.clock.sleep(ms, run.order.signal).then(
    () => true,
    () => false,
  );

/** Interface numbers changed: the same channel may sit elsewhere now. */
async function rediscover(run: ChannelRun, { channelId }: TestRow): Promise<TestRow | undefined> {
  try {
    const identity = await readIdentity(run.reader, run.order.signal);
    run.session.macIfIndex = identity.macIfIndex;
    return rowsOf(identity, run.card.scope).find((row) => row.channelId === channelId);
  } catch {
    return undefined; // the first failure is the one to report
  }
}

/** The rows on which a test of that scope can run. */
export function rowsOf({ channels, upstreams, macIfIndex }: ModemIdentity, scope: TestScope): readonly TestRow[] {
  switch (scope) {
    case 'downstream':
      return channels;
    case 'upstream':
      return upstreams;
    case 'mac':
      return [{ channelId: null, ifIndex: macIfIndex }];
    case 'scalar':
      return [{ channelId: null, ifIndex: 0 }];
  }
}

/** The failure of a run as people and the API see it. */
export function failureOf(error: unknown, signal: AbortSignal): { code: string; message: string } {
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    if (reason instanceof PlantgraphError) return { code: reason.code, message: reason.message };
    return { code: 'PNM_CANCELLED', message: 'cancelled' };
  }
  if (error instanceof PlantgraphError) return { code: error.code, message: error.message };
  if (isOfDatabase(error)) {
    return { code: 'PNM_DATABASE_AWAY', message: 'the database did not answer in time; ask again when it does' };
  }
  return { code: 'INTERNAL', message: 'something failed in the collector; its log says what' };
}

/** Errors of the server have a severity; those of the connection are known by their text only. */
const isOfDatabase = (error: unknown): boolean =>
  error instanceof Error &&
  ('severity' in error ||
    /ECONNREFUSED|ECONNRESET|Connection terminated|timeout exceeded when trying to connect|Query read timeout/.test(
      error.message,
    ));

async function captureRow(run: ChannelRun, row: TestRow, captureIds: readonly string[]): Promise<ChannelResult[]> {
  const { order, card, session, steps, receiver } = run;
  const { channelId } = row;
  steps.start('trigger', channelId);
  if (!(await receiver.hasRoom(card.files.reduce((sum, { maxFileBytes }) => sum + maxFileBytes, 0)))) {
    throw new CaptureError(
      'PNM_SPOOL_FULL',
      "the collector's disk is nearly full; free space under its data directory",
    );
  }
  if (card.isGated) await waitUntilReady(session, run, order.signal);
  if (run.isTable) return [await captureTable(run, row, captureIds[0] as string)];
  const asked = await ask(run, row, captureIds);
  try {
    const { truncated } = await measure(run, asked);
    steps.start('upload', channelId);
    const uploads = await Promise.allSettled(asked.files.map((file) => awaitUpload(run, { ...file, channelId })));
    const files = uploads.flatMap((upload) => (upload.status === 'fulfilled' ? [upload.value] : []));
    if (files.length === uploads.length) {
      steps.done('upload', channelId, files.map(({ bytes }) => `${bytes} bytes`).join(' and '));
    }
    const results: ChannelResult[] = [];
    for (const [at, upload] of uploads.entries()) {
      const captureId = captureIds[at] as string;
      results.push(await keep(run, { channelId, captureId, truncated }, upload));
    }
    const error = results.find((result) => result.error !== undefined)?.error;
    if (error !== undefined) steps.fail(channelId, error.message);
    else steps.done('store', channelId, truncated ? 'the modem cut the sample short' : undefined);
    return results;
  } finally {
    for (const { wait } of asked.files) wait.cancel();
    await disarm(run);
  }
}

/** The way without a file: the rows of a table, kept as a file would be. */
async function captureTable(run: ChannelRun, row: TestRow, captureId: string): Promise<ChannelResult> {
  const { order, steps, clock } = run;
  const { channelId } = row;
  const { operationId, mac, address, test } = order;
  const name = nameOf(run, test, row, captureId);
  await run.asked({
    captureId,
    operationId,
    mac,
    address,
    test,
    ...row,
    askedName: name,
    requestedAt: clock.now(),
  });
  try {
    const { bytes, truncated } = await readSpectrumTable(run);
    steps.start('upload', channelId);
    const file = await run.deposit({ id: captureId, name, bytes });
    steps.done('upload', channelId, `read by SNMP, ${file.bytes} bytes`);
    const result = await keep(run, { channelId, captureId, truncated }, { status: 'fulfilled', value: file });
    steps.done('store', channelId, truncated ? 'not every segment was there' : undefined);
    return result;
  } finally {
    await disarm(run);
  }
}

/** Writes down what is asked for and opens the door for it, before the modem hears of it. */
async function ask(run: ChannelRun, row: TestRow, captureIds: readonly string[]): Promise<AskedRow> {
  const { order, card, clock, receiver, destination, timers } = run;
  const { operationId, mac, address } = order;
  const files: AskedFile[] = [];
  for (const [at, file] of card.files.entries()) {
    const captureId = captureIds[at] as string;
    const fileName = nameOf(run, file.test, row, captureId);
    const askedName = `${destination.path}${fileName}`;
    const { test } = file;
    await run.asked({ captureId, operationId, mac, address, test, ...row, askedName, requestedAt: clock.now() });
    const wait = receiver.expect({
      id: captureId,
      name: askedName,
      defaultPrefix: card.isNamePrefix === true ? fileName : file.defaultPrefix,
      mac,
      sourceAddress: address,
      maxBytes: file.maxFileBytes,
      waitMs: timers.refusedMs + card.measureMs + timers.uploadMs,
    });
    files.push({ captureId, file, fileName, wait });
  }
  return { ...row, files: files as [AskedFile, ...AskedFile[]] };
}

function nameOf({ order, card }: ChannelRun, test: string, { channelId }: TestRow, captureId: string): string {
  const runId = captureId.replaceAll('-', '').slice(0, 12);
  // the modem adds `_<mac>_<number>` to a prefix, which has no underscore of its own then
  if (card.isNamePrefix === true) return `latency-${runId}`;
  return `${test}_${order.mac.replaceAll(':', '')}_${channelId ?? 'modem'}_${runId}.bin`;
}

/** Decodes and stores one file. What is wrong with it costs its neighbour nothing. */
async function keep(
  run: ChannelRun,
  { channelId, captureId, truncated }: { channelId: number | null; captureId: string; truncated: boolean },
  upload: PromiseSettledResult<ReceivedFile>,
): Promise<ChannelResult> {
  const { steps } = run;
  try {
    if (upload.status === 'rejected') throw upload.reason;
    steps.start('decode', channelId);
    const stored = await run.ingest(upload.value, { truncated });
    steps.done('decode', channelId);
    steps.start('store', channelId);
    return { channelId, captureId: stored, error: undefined };
  } catch (error) {
    if (run.card.files.length === 1 || !(error instanceof PlantgraphError)) throw error;
    const failure = failureOf(error, run.order.signal);
    await run.failed(captureId, failure);
    return { channelId, captureId: undefined, error: failure };
  }
}

/** Best effort: what a test leaves running ends by itself as well. */
async function disarm({ card, session, order }: ChannelRun): Promise<void> {
  for (const varbind of card.disarm ?? []) {
    await session.set([varbind], `${order.test}: end`).catch(() => undefined);
  }
}
