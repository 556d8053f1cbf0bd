import { groupModems } from './measures/groups.js';
import type { Direction, GroupStore, NodeGroup } from './group-store.js';

/** Older captures say nothing of what is wrong now. */
const MAX_AGE_MS = 48 * 3600 * 1000;
/** Nodes in one go; the next go takes the rest. */
const BATCH = 50;
/** A node whose modems all have faults of their own has as many groups as it has faults. */
const MAX_GROUPS = 200;
/** Signatures that are compared at most: the work grows with their square. */
const MAX_SIGNATURES = 3000;

export interface GroupRun {
  readonly groups: GroupStore;
  readonly now: () => Date;
}

/** Groups the modems of every node that has new captures. Resolves with the number of nodes. */
export async function groupNodes({ groups, now }: GroupRun, signal: AbortSignal): Promise<number> {
  const since = new Date(now().getTime() - MAX_AGE_MS);
  const nodes = await groups.due(since, BATCH);
  let count = 0;
  for (const node of nodes) {
    if (signal.aborted) break;
    const signatures = await groups.signatures(node, since);
    const found = (['downstream', 'upstream'] as const).flatMap((direction) =>
      groupsOf(direction, signatures[direction]),
    );
    const modemCount = new Set([...signatures.downstream, ...signatures.upstream].map(({ modem }) => modem)).size;
    await groups.save(node, found.sort(worstFirst).slice(0, MAX_GROUPS), modemCount, now());
    count += 1;
    await new Promise((resolve) => setImmediate(resolve)); // others have work on this thread
  }
  return count;
}

function groupsOf(direction: Direction, modems: Parameters<typeof groupModems>[0]): NodeGroup[] {
  const perModem = Math.max(1, Math.floor(MAX_SIGNATURES / Math.max(1, modems.length)));
  const bounded = modems.map((modem) => ({ ...modem, signatures: modem.signatures.slice(0, perModem) }));
  return groupModems(bounded).map((group) => ({ ...group, direction }));
}

const RANK = { plant: 0, unknown: 1, home: 2 } as const;
const worstFirst = (a: NodeGroup, b: NodeGroup): number =>
  RANK[a.verdict] - RANK[b.verdict] || b.modems.length - a.modems.length;
