import type { DraftEnd } from './drafts.js';
import type { SegmentPort } from './inference.js';
import type { World } from './world.js';

/** The attachment of a segment as it is told. */
export const segmentPort = (world: World, end: DraftEnd, label?: string): SegmentPort => ({
  device: end.device,
  bridgePort:
    end.ifIndex === null
      ? bridgePortOfLabel(end.label)
      : (world.byId.get(end.device)?.portOfIfIndex.get(end.ifIndex) ?? null),
  ifIndex: end.ifIndex,
  ifName: world.label(end.device, end.ifIndex) ?? end.label ?? label ?? null,
});

export const bridgePortOfLabel = (label: string | null): number | null => {
  const port = /^port (\d+)$/.exec(label ?? '')?.[1];
  return port === undefined ? null : Number(port);
};

/** Named after its first polled port: stable while that port stays on it. */
export function segmentId(world: World, ends: readonly DraftEnd[], suffix = ''): string {
  const polled = ends.filter((end) => world.byId.has(end.device));
  const [first] = polled.length > 0 ? polled : ends;
  return `seg:${first?.device ?? ''}:${first?.ifIndex ?? first?.label ?? ''}${suffix}`;
}
