import { randomUUID } from 'node:crypto';
import { PlantgraphError } from '../lib/errors.js';
import { CTL_STATUS, docsPnmCmCtlStatus } from '../snmp/tables/docs-pnm-mib.js';
import type { CaptureDeps, CaptureOrder, ChannelResult, ChannelRun } from './capture-run.js';
import { TEST_CARDS } from './capture-tests.js';
import { setDestination } from './destination.js';
import { CaptureError } from './errors.js';
import { readIdentity, type ModemIdentity, type OfdmChannel } from './identify.js';
import { measure } from './measure.js';
import { ModemSession } from './modem-session.js';
import { awaitUpload } from './upload.js';

/**
 * Measures one modem, channel by channel (pnm-control, section 5). Throws when nothing could be started; a channel's
 * own failure is in its result, so that one channel does not cost another.
 */
export async function runCapture(order: CaptureOrder, deps: CaptureDeps): Promise<ChannelResult[]> {
  const { steps, reader } = deps;
  const { signal } = order;
  steps.start('identify', null);
  const identity = await identify(order, deps);
  await deps.identified(identity);
  const channels = chooseChannels(identity, order.channelIds);
  steps.setChannels(channels.map(({ channelId }) => channelId));
  steps.done('identify', null, describe(identity, channels));

  const session = new ModemSession({ ...order, reader, macIfIndex: identity.macIfIndex, audit: deps.audit });
  steps.start('ready', null);
  await waitUntilReady(session, deps, signal);
  steps.done('ready', null);
  steps.start('destination', null);
  steps.done('destination', null, await setDestination(session, order.address, deps.destination));

  const run: ChannelRun = { ...deps, order, session, card: TEST_CARDS[order.test] };
  const results: ChannelResult[] = [];
  for (const channel of channels) results.push(await runChannel(run, channel));
  return results;
}

async function identify(order: CaptureOrder, { reader }: CaptureDeps): Promise<ModemIdentity> {
  const identity = await readIdentity(reader, order.signal);
  if (identity.mac === order.mac) return identity;
  throw new CaptureError(
    'PNM_IDENTITY_MISMATCH',
    `${order.address} is ${identity.mac} now, not ${order.mac}; nothing was sent. Try again after the next reading of the CMTS`,
  );
}

function chooseChannels(identity: ModemIdentity, channelIds: readonly number[]): readonly OfdmChannel[] {
  const chosen =
    channelIds.length === 0
      ? identity.channels
      : identity.channels.filter(({ channelId }) => channelIds.includes(channelId));
  if (chosen.length > 0) return chosen;
  const present = identity.channels.map(({ channelId }) => channelId).join(', ');
  throw new CaptureError(
    'PNM_NO_CHANNEL',
    present === ''
      ? 'the modem has no downstream OFDM channel; it may be older than DOCSIS 3.1 or not fully registered'
      : `the modem has no such channel; its OFDM channels are ${present}`,
  );
}

const describe = ({ description, mac }: ModemIdentity, channels: readonly OfdmChannel[]): string =>
  `${[description.vendor, description.model, description.firmware].filter(Boolean).join(' ') || 'modem'} ${mac}, channels ${channels.map(({ channelId }) => channelId).join(', ')}`;

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

/** One channel, repeated where the modem says that a repetition helps. */
async function runChannel(run: ChannelRun, asked: OfdmChannel): Promise<ChannelResult> {
  const { channelId } = asked;
  let channel = asked;
  let hasRediscovered = false;
  let backoffs = 0;
  for (;;) {
    const captureId = randomUUID();
    try {
      return { channelId, captureId: await captureChannel(run, channel, captureId), error: undefined };
    } catch (error) {
      const isOurs = error instanceof PlantgraphError && !run.order.signal.aborted;
      if (isOurs && error.code === 'PNM_INTERFACE_CHANGED' && !hasRediscovered) {
        hasRediscovered = true;
        await run.failed(captureId, error);
        const found = await rediscover(run, channelId);
        if (found !== undefined) {
          channel = found;
          continue;
        }
      }
      const backoffMs = run.timers.resourceBackoffMs[backoffs];
      if (isOurs && error.code === 'PNM_RESOURCE_UNAVAILABLE' && backoffMs !== undefined) {
        backoffs += 1;
        await run.failed(captureId, error);
        run.steps.start('trigger', channelId, `no resources on the modem, again in ${backoffMs / 1000} s`);
        if (await sleepOrFalse(run, backoffMs)) continue;
      }
      const failure = failureOf(error, run.order.signal);
      await run.failed(captureId, failure);
      run.steps.fail(channelId, failure.message);
      if (!(error instanceof PlantgraphError) && !run.order.signal.aborted) throw error; // a bug, or the database
      return { channelId, captureId: undefined, error: failure };
    }
  }
}

const sleepOrFalse = (run: ChannelRun, ms: number): Promise<boolean> =>
  run.clock.sleep(ms, run.order.signal).then(
    () => true,
    () => false,
  );

/** Interface numbers changed: the same channel may sit elsewhere now. */
async function rediscover(run: ChannelRun, channelId: number): Promise<OfdmChannel | undefined> {
  try {
    const identity = await readIdentity(run.reader, run.order.signal);
    run.session.macIfIndex = identity.macIfIndex;
    return identity.channels.find((channel) => channel.channelId === channelId);
  } catch {
    return undefined; // the first failure is the one to report
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

async function captureChannel(run: ChannelRun, channel: OfdmChannel, captureId: string): Promise<string> {
  const { order, card, session, steps, clock, receiver } = run;
  const { channelId, ifIndex } = channel;
  steps.start('trigger', channelId);
  if (!(await receiver.hasRoom(card.maxFileBytes))) {
    throw new CaptureError(
      'PNM_SPOOL_FULL',
      "the collector's disk is nearly full; free space under its data directory",
    );
  }
  await waitUntilReady(session, run, order.signal);

  const runId = captureId.replaceAll('-', '').slice(0, 12);
  const fileName = `${order.test}_${order.mac.replaceAll(':', '')}_${channelId}_${runId}.bin`;
  const askedName = `${run.destination.path}${fileName}`;
  const { operationId, mac, address, test } = order;
  await run.asked({
    captureId,
    operationId,
    mac,
    address,
    test,
    channelId,
    ifIndex,
    askedName,
    requestedAt: clock.now(),
  });
  const wait = receiver.expect({
    id: captureId,
    name: askedName,
    defaultPrefix: card.defaultPrefix,
    mac,
    sourceAddress: address,
    maxBytes: card.maxFileBytes,
    waitMs: run.timers.refusedMs + card.measureMs + run.timers.uploadMs,
  });
  try {
    const { truncated } = await measure(run, { channelId, ifIndex, fileName, wait });
    const file = await awaitUpload(run, { channelId, fileName, wait });
    steps.start('decode', channelId);
    const stored = await run.ingest(file, { truncated });
    steps.done('decode', channelId);
    steps.start('store', channelId);
    steps.done('store', channelId, truncated ? 'the modem cut the sample short' : undefined);
    return stored;
  } finally {
    wait.cancel();
  }
}
