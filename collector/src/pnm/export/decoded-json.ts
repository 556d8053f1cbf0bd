import type { PnmFile, PnmKind } from '../formats/decode.js';
import type { PnmFamily, PnmWarning } from '../formats/header.js';
import { valueCount, valueStatistics } from '../measures/values.js';
import { valuesSha256 } from './canonical.js';

/** What `plantgraph pnm decode` prints of a decoded file; its keys are a contract (design, section 6). */
export interface DecodedJson {
  readonly type: PnmKind;
  readonly family: PnmFamily | null;
  readonly mac: string | null;
  readonly captureTime: number | null;
  readonly channelId: number | null;
  readonly subcarrierZeroHz: number | null;
  readonly firstActiveSubcarrier: number | null;
  readonly spacingHz: number | null;
  readonly count: number | null;
  readonly stats: {
    readonly n: number;
    readonly mean: number | null;
    readonly min: number | null;
    readonly max: number | null;
    readonly stddev: number | null;
  } | null;
  readonly valuesSha256: string | null;
  readonly warnings: readonly PnmWarning[];
}

export function decodedJson(file: PnmFile): DecodedJson {
  const stats = valueStatistics(file);
  return {
    type: file.kind,
    family: file.family ?? null,
    mac: file.modemMac ?? null,
    captureTime: file.deviceTimeSec ?? null,
    // the unversioned histogram has one, but a histogram is of the whole downstream band
    channelId: file.kind === 'ds_histogram' ? null : (file.channelId ?? null),
    subcarrierZeroHz: 'zeroSubcarrierHz' in file ? file.zeroSubcarrierHz : null,
    firstActiveSubcarrier: 'firstActiveSubcarrier' in file ? (file.firstActiveSubcarrier ?? null) : null,
    spacingHz: 'spacingHz' in file ? file.spacingHz : null,
    count: valueCount(file) ?? null,
    stats:
      stats === undefined
        ? null
        : {
            n: stats.n,
            mean: stats.mean ?? null,
            min: stats.min ?? null,
            max: stats.max ?? null,
            stddev: stats.stdDev ?? null,
          },
    valuesSha256: valuesSha256(file) ?? null,
    warnings: file.warnings,
  };
}
