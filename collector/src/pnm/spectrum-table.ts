import { isWhole, type SnmpReader } from '../snmp/reader.js';
import {
  docsIf3CmSpectrumAnalysisCtrlCmdEnable,
  docsIf3CmSpectrumAnalysisCtrlCmdFileEnable,
  docsIf3CmSpectrumAnalysisMeasAmplitudeData,
} from '../snmp/tables/docs-if3-mib.js';
import type { ChannelRun } from './capture-run.js';
import { segmentsWithin, SPECTRUM } from './capture-tests.js';
import { CaptureError } from './errors.js';

/** 20 octets of head and two a bin, in at most 2048 bins. */
const ROW_BYTES_MAX = 4116;
const ROW_BYTES_MIN = 22;
const TABLE_LIMITS = { rows: 2000, bytes: 8 * 1024 * 1024, pdus: 4000, timeMs: 60_000 };

/** True when the modem has a spectrum analyser that shows its table but writes no file. */
export async function hasTableOnly(reader: SnmpReader, signal: AbortSignal): Promise<boolean> {
  const enable = `${docsIf3CmSpectrumAnalysisCtrlCmdEnable}.0`;
  const fileEnable = `${docsIf3CmSpectrumAnalysisCtrlCmdFileEnable}.0`;
  const present = await reader.get([enable, fileEnable], { signal });
  return present.has(enable) && !present.has(fileEnable);
}

/**
 * Sweeps and reads the amplitude table (pnm-control 6.11): its rows one after another, as a file has them. MeasStatus says
 * nothing here; the table is whole when it has a row for every segment.
 */
export async function readSpectrumTable(run: ChannelRun): Promise<{ bytes: Uint8Array; truncated: boolean }> {
  const { session, card, band, clock, timers, order, steps } = run;
  const { count } = segmentsWithin(band, SPECTRUM.spanHz);
  await session.setTogetherOrSingly(card.parameters(0, band), 'spectrum: parameters');
  for (const varbind of card.arm ?? []) {
    await session.set([varbind], 'spectrum: arm');
    await clock.sleep(timers.armMs, order.signal);
  }
  steps.done('trigger', null);
  steps.start('measure', null);
  const startedAtMs = clock.monotonicMs();
  let before = 0;
  for (;;) {
    const rows = await readRows(run);
    const elapsedMs = clock.monotonicMs() - startedAtMs;
    const isLate = elapsedMs > card.measureMs;
    // a device may round the segments to others: a table that has stopped growing is whole as well
    if (rows.length >= count || (rows.length > 0 && (isLate || rows.length === before))) {
      const truncated = rows.length < count;
      steps.done('measure', null, `${rows.length} of ${count} segments, read as a table`);
      return { bytes: Buffer.concat(rows), truncated };
    }
    if (isLate) {
      throw new CaptureError(
        'PNM_MEASURE_TIMEOUT',
        `the spectrum analyser showed no row within ${card.measureMs / 1000} s`,
      );
    }
    before = rows.length;
    await clock.sleep(timers.uploadPollMs, order.signal);
  }
}

async function readRows({ reader, order }: ChannelRun): Promise<Uint8Array[]> {
  const walk = await reader.walk([docsIf3CmSpectrumAnalysisMeasAmplitudeData], {
    signal: order.signal,
    limits: TABLE_LIMITS,
  });
  if (!isWhole(walk.outcome)) return [];
  return Array.from({ length: walk.rows.length }, (_, row) => walk.rows.bytes(0, row)).filter(
    (bytes): bytes is Uint8Array =>
      bytes !== undefined && bytes.length >= ROW_BYTES_MIN && bytes.length <= ROW_BYTES_MAX,
  );
}
