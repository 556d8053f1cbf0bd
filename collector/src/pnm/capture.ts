import { runRow, rowsOf, waitUntilReady } from './capture-channel.js';
import type { CaptureDeps, CaptureOrder, ChannelResult, ChannelRun } from './capture-run.js';
import { DEFAULT_BAND, TEST_CARDS, type TestScope } from './capture-tests.js';
import { setDestination } from './destination.js';
import { CaptureError } from './errors.js';
import { readDownstreamBand, readIdentity, type ModemIdentity, type TestRow } from './identify.js';
import { ModemSession } from './modem-session.js';
import { hasTableOnly } from './spectrum-table.js';

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
  const card = TEST_CARDS[order.test];
  const rows = chooseRows(identity, card.scope, order.channelIds);
  steps.setChannels(rows.map(({ channelId }) => channelId));
  steps.done('identify', null, describe(identity, rows));

  const session = new ModemSession({ ...order, reader, macIfIndex: identity.macIfIndex, audit: deps.audit });
  steps.start('ready', null);
  await waitUntilReady(session, deps, signal);
  steps.done('ready', null);
  steps.start('destination', null);
  steps.done('destination', null, await setDestination(session, order.address, deps.destination));

  const isSpectrum = order.test === 'spectrum';
  const band = isSpectrum ? await readDownstreamBand(reader, signal) : DEFAULT_BAND;
  const isTable = isSpectrum && (await hasTableOnly(reader, signal));
  const run: ChannelRun = { ...deps, order, session, card, band, isTable };
  const results: ChannelResult[] = [];
  for (const row of rows) results.push(...(await runRow(run, row)));
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

const DIRECTION = { downstream: 'downstream OFDM', upstream: 'upstream OFDMA' } as const;

function chooseRows(identity: ModemIdentity, scope: TestScope, channelIds: readonly number[]): readonly TestRow[] {
  const rows = rowsOf(identity, scope);
  if (channelIds.length === 0 && rows.length > 0) return rows;
  if (scope === 'mac' || scope === 'scalar') {
    throw new CaptureError('PNM_NO_CHANNEL', 'this test is of the whole modem; ask for it without channels');
  }
  const chosen = rows.filter(({ channelId }) => channelId !== null && channelIds.includes(channelId));
  if (chosen.length > 0) return chosen;
  throw new CaptureError(
    'PNM_NO_CHANNEL',
    rows.length === 0
      ? `the modem has no ${DIRECTION[scope]} channel; it may be older than DOCSIS 3.1 or not fully registered`
      : `the modem has no such channel; its ${DIRECTION[scope]} channels are ${idsOf(rows)}`,
  );
}

const idsOf = (rows: readonly TestRow[]): string =>
  rows.map(({ channelId, ifIndex }) => channelId ?? `of interface ${ifIndex}`).join(', ');

function describe({ description, mac }: ModemIdentity, rows: readonly TestRow[]): string {
  const model = [description.vendor, description.model, description.firmware].filter(Boolean).join(' ') || 'modem';
  const channels = rows.filter(({ channelId, ifIndex }) => channelId !== null || ifIndex > 0);
  return `${model} ${mac}${channels.length === 0 ? '' : `, channels ${idsOf(channels)}`}`;
}
