import type { CaptureTest, TriggerTest } from '../../../../collector/src/contract.js';

/** What people call a kind of measurement. */
export const TEST_NAMES: Readonly<Record<CaptureTest, string>> = {
  rxmer: 'RxMER',
  constellation: 'Constellation',
  channel_estimate: 'Channel estimate',
  pre_equaliser: 'Pre-equaliser',
  pre_equaliser_last_update: 'Pre-equaliser, last update',
  fec_summary: 'Codeword summary',
  histogram: 'Histogram',
  symbol_capture: 'Symbol capture',
  modulation_profile: 'Modulation profile',
  spectrum: 'Spectrum',
  latency_report: 'Latency report',
  upstream_rxmer: 'Upstream RxMER',
};

/** Tests to choose from beside those with a button of their own, with what a person should know before. */
export const TEST_CHOICES: readonly { readonly value: TriggerTest; readonly description: string }[] = [
  { value: 'channel_estimate', description: 'response and echoes downstream' },
  { value: 'pre_equaliser', description: 'response and echoes upstream' },
  { value: 'spectrum', description: 'the whole downstream band' },
  { value: 'modulation_profile', description: 'what each profile asks of each subcarrier' },
  { value: 'histogram', description: 'clipping; takes 10 s' },
  { value: 'fec_summary', description: 'codewords of ten minutes; most modems take as long' },
  { value: 'latency_report', description: 'upstream queues, where they are counted; takes a minute' },
  { value: 'symbol_capture', description: 'waits a minute for a trigger at the CMTS' },
];
