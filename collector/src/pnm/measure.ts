import { SnmpError } from '../snmp/errors.js';
import type { SetVarbind } from '../snmp/reader.js';
import { docsPnmCmCtlStatus, MEAS_STATUS } from '../snmp/tables/docs-pnm-mib.js';
import type { AskedRow, ChannelRun } from './capture-run.js';
import { CaptureError } from './errors.js';
import type { UploadWait } from './receive/receiver.js';

const INCONSISTENT_VALUE = 12;

/** Triggers the test and waits until its sample is ready, or its file is there. */
export async function measure(run: ChannelRun, channel: AskedRow): Promise<{ truncated: boolean }> {
  const { steps, clock, timers, card } = run;
  const { channelId, files } = channel;
  const before = await readStatus(run, channel);
  const triggeredAtMs = await trigger(run, channel);
  steps.done('trigger', channelId);
  steps.start('measure', channelId);

  const isThere = endsComplete(files[0].wait);
  let hasSeenBusy = false;
  for (;;) {
    const ageMs = clock.monotonicMs() - triggeredAtMs;
    await Promise.race([
      clock.sleep(ageMs < timers.fastPollForMs ? timers.fastPollMs : timers.pollMs, run.order.signal),
      isThere.promise,
    ]);
    // the file may be faster than the next poll; its name is of this run only
    if (isThere.value) {
      steps.done('measure', channelId, 'its file came before the status was seen');
      return { truncated: false };
    }
    const status = await readStatus(run, channel).catch((error: unknown) => {
      if (error instanceof SnmpError && error.code === 'SNMP_TIMEOUT') return 'silent' as const; // the deadline decides
      throw error;
    });
    const elapsedMs = clock.monotonicMs() - triggeredAtMs;
    if (status === MEAS_STATUS.busy) hasSeenBusy = true;
    // MeasStatus keeps the value of the run before
    const mayBeStale = !hasSeenBusy && status === before && elapsedMs < timers.staleMs;
    if (!mayBeStale) {
      if (status === MEAS_STATUS.sampleReady || status === MEAS_STATUS.sampleTruncated) {
        steps.done('measure', channelId);
        return { truncated: status === MEAS_STATUS.sampleTruncated };
      }
      throwIfFailed(status);
    }
    if (card.endsInactive === true && hasSeenBusy && status === MEAS_STATUS.inactive) {
      steps.done('measure', channelId);
      return { truncated: false };
    }
    if (status === MEAS_STATUS.inactive && elapsedMs > timers.refusedMs) {
      throw new CaptureError(
        'PNM_TRIGGER_REFUSED',
        'the modem took the trigger but did not start; it may be on battery, in light sleep or changing channels',
      );
    }
    if (elapsedMs > card.measureMs) {
      throw new CaptureError(
        'PNM_MEASURE_TIMEOUT',
        status === 'silent'
          ? `the modem stopped answering during the measurement (${Math.round(elapsedMs / 1000)} s)`
          : `the measurement did not end within ${card.measureMs / 1000} s (status ${status ?? 'absent'})${card.timeoutHint === undefined ? '' : `; ${card.timeoutHint}`}`,
      );
    }
  }
}

function throwIfFailed(status: number | 'silent' | undefined): void {
  switch (status) {
    case undefined:
    case MEAS_STATUS.interfaceModification:
      throw new CaptureError(
        'PNM_INTERFACE_CHANGED',
        "the modem's channels were renumbered during the test; try again",
      );
    case MEAS_STATUS.error:
      throw new CaptureError(
        'PNM_MEASURE_ERROR',
        'the modem reports that the measurement failed; check that the channel is in use and locked',
      );
    case MEAS_STATUS.resourceUnavailable:
      throw new CaptureError(
        'PNM_RESOURCE_UNAVAILABLE',
        'the modem has no resources for the test now; try again later',
      );
    default:
  }
}

/** Status of the test and of the gate in one GET, as the MIB's authors advise. */
async function readStatus({ session, card }: ChannelRun, { ifIndex }: AskedRow): Promise<number | undefined> {
  const oid = `${card.status}.${ifIndex}`;
  return (await session.get([oid, docsPnmCmCtlStatus])).number(oid);
}

/** Writes name and parameters, then starts. Resolves with the moment of the start. */
async function trigger(run: ChannelRun, channel: AskedRow): Promise<number> {
  const { session, card, clock, order, band, timers } = run;
  const { ifIndex, channelId, files } = channel;
  const reason = channelId === null ? order.test : `${order.test} of channel ${channelId}`;
  try {
    await session.setTogetherOrSingly(
      [
        ...files.map(({ file, fileName }): SetVarbind => {
          const value = Buffer.from(fileName, 'latin1');
          return { oid: `${file.fileName}.${ifIndex}`, type: 'octets', value };
        }),
        ...card.parameters(ifIndex, band),
      ],
      `${reason}: file and parameters`,
    );
    for (const varbind of card.arm ?? []) {
      await session.set([varbind], `${reason}: arm`);
      await clock.sleep(timers.armMs, order.signal);
    }
    const triggeredAtMs = clock.monotonicMs();
    await session.set([{ oid: `${card.enable}.${ifIndex}`, ...card.enableAs }], `${reason}: start`);
    return triggeredAtMs;
  } catch (error) {
    if (!(error instanceof SnmpError)) throw error;
    // a lost answer makes the repeated start look refused although the first one runs
    if (error.code === 'SNMP_TIMEOUT' || error.errorStatus === INCONSISTENT_VALUE) {
      if (await isOursRunning(run, channel)) return clock.monotonicMs();
    }
    if (error.code !== 'SNMP_ERROR_STATUS') throw error;
    throw error.errorStatus === INCONSISTENT_VALUE
      ? new CaptureError(
          'PNM_RESOURCE_UNAVAILABLE',
          'the modem refuses the test for now (inconsistentValue); try again later',
        )
      : new CaptureError(
          'PNM_TRIGGER_REFUSED',
          `the modem refuses the test (error-status ${error.errorStatus ?? 'unknown'}); check that the write credential may change its PNM objects`,
        );
  }
}

async function isOursRunning(run: ChannelRun, { ifIndex, files: [{ file, fileName }] }: AskedRow): Promise<boolean> {
  const { session, card } = run;
  const nameOid = `${file.fileName}.${ifIndex}`;
  const statusOid = `${card.status}.${ifIndex}`;
  const values = await session.get([nameOid, statusOid]);
  const name = Buffer.from(values.bytes(nameOid) ?? []).toString('latin1');
  return name === fileName && values.number(statusOid) === MEAS_STATUS.busy;
}

/** A promise and a flag for a file that has come. */
function endsComplete(wait: UploadWait): { readonly promise: Promise<void>; readonly value: boolean } {
  let isComplete = false;
  const promise = wait.ended.then((end) => {
    isComplete = end.outcome === 'complete';
  });
  return {
    promise,
    get value() {
      return isComplete;
    },
  };
}
