import type { RxMerCapture } from './frames';

/** The newest captures, shared out evenly over modems and channels, newest first. */
export function newestPerChannel(captures: readonly RxMerCapture[], most: number): RxMerCapture[] {
  const ranks = new Map<string, number>();
  const ranked = captures.map((capture) => {
    const key = keyOf(capture);
    const rank = ranks.get(key) ?? 0;
    ranks.set(key, rank + 1);
    return { capture, rank };
  });
  const groups = Math.max(1, ranks.size);
  return ranked
    .filter(({ rank }) => rank < Math.max(1, Math.floor(most / groups)))
    .slice(0, Math.max(most, groups))
    .map(({ capture }) => capture);
}

/** A modem's channel. */
export const keyOf = ({ mac, channelId }: Pick<RxMerCapture, 'mac' | 'channelId'>): string => `${mac} ${channelId}`;

/** How far the 2nd percentile lies above what the modulation needs; undefined where one of them is not known. */
export const headroomOf = ({ percentile2MerDb, requiredMerDb }: RxMerCapture): number | undefined =>
  percentile2MerDb === undefined || requiredMerDb === undefined ? undefined : percentile2MerDb - requiredMerDb;

/** The least headroom among captures, in words. */
export function worstOf(captures: readonly RxMerCapture[]): { headroomDb: number; text: string } | undefined {
  let worst: { headroomDb: number; channelId: string } | undefined;
  for (const capture of captures) {
    const headroomDb = headroomOf(capture);
    if (headroomDb !== undefined && headroomDb < (worst?.headroomDb ?? Infinity))
      worst = { headroomDb, channelId: capture.channelId };
  }
  if (!worst) return undefined;
  const amount = Math.abs(worst.headroomDb).toFixed(2);
  return {
    headroomDb: worst.headroomDb,
    text:
      worst.headroomDb < 0
        ? `▼ channel ${worst.channelId} is ${amount} dB below required`
        : `▲ least headroom ${amount} dB, channel ${worst.channelId}`,
  };
}
