import * as mib from '../../snmp/tables/bridge-mib.js';
import type { StpBridgeFact, StpFact, StpPortFact } from '../facts.js';
import { getScalars } from './scalars.js';
import { readTable, type Cycle } from './table-log.js';
import { macOrNull } from './values.js';

const STATE: Readonly<Record<number, StpPortFact['state']>> = {
  1: 'disabled',
  2: 'blocking',
  3: 'listening',
  4: 'learning',
  5: 'forwarding',
  6: 'broken',
};

/** MAC of a bridge identifier: two octets of priority stand before it. */
const bridgeMac = (bytes: Uint8Array | undefined) => (bytes?.length === 8 ? macOrNull(bytes.subarray(2)) : null);

async function readOne(
  cycle: Cycle,
  vlan: number | null,
  ifIndexOfPort: ReadonlyMap<number, number>,
): Promise<{ bridge: StpBridgeFact | undefined; ports: StpPortFact[]; whole: boolean }> {
  const context = vlan ?? undefined;
  const scalars = await getScalars(
    cycle,
    'stp',
    'dot1dStp',
    [mib.dot1dStpDesignatedRoot, mib.dot1dStpRootCost, mib.dot1dStpRootPort],
    context,
  );
  const table = await readTable(
    cycle,
    'stp',
    'dot1dStpPortTable',
    [
      mib.dot1dStpPortState,
      mib.dot1dStpPortDesignatedRoot,
      mib.dot1dStpPortDesignatedBridge,
      mib.dot1dStpPortDesignatedPort,
    ],
    context === undefined ? {} : { vlan: context },
  );
  const ports: StpPortFact[] = [];
  for (let row = 0; row < table.rows.length; row++) {
    const port = table.rows.index(row)[0] ?? 0;
    if (port <= 0) {
      table.drop('no port');
      continue;
    }
    table.use();
    const designated = table.rows.bytes(3, row);
    const raw = designated?.length === 2 ? ((designated[0] ?? 0) << 8) | (designated[1] ?? 0) : null;
    ports.push({
      vlan,
      port,
      ifIndex: ifIndexOfPort.get(port) ?? null,
      state: STATE[table.rows.number(0, row) ?? 0] ?? 'unknown',
      designatedRoot: bridgeMac(table.rows.bytes(1, row)),
      designatedBridge: bridgeMac(table.rows.bytes(2, row)),
      designatedPort: raw === null ? null : raw & 0x0fff,
      designatedPortRaw: raw,
    });
  }
  const root = bridgeMac(scalars?.bytes(mib.dot1dStpDesignatedRoot));
  const rootPort = scalars?.number(mib.dot1dStpRootPort);
  const bridge: StpBridgeFact | undefined =
    root === null && ports.length === 0
      ? undefined
      : {
          vlan,
          designatedRoot: root,
          rootCost: scalars?.number(mib.dot1dStpRootCost) ?? null,
          rootIfIndex: rootPort ? (ifIndexOfPort.get(rootPort) ?? null) : null,
        };
  return { bridge, ports, whole: table.whole && scalars !== undefined };
}

/** The spanning tree, of each VLAN where the agent has contexts. */
export async function readSpanningTree(
  cycle: Cycle,
  ifIndexOfPort: ReadonlyMap<number, number>,
  contexts: readonly number[],
): Promise<StpFact> {
  const bridges: StpBridgeFact[] = [];
  const ports: StpPortFact[] = [];
  let silent = 0;
  for (const vlan of [null, ...contexts.filter((id) => id !== 1)]) {
    const tree = await readOne(cycle, vlan, ifIndexOfPort);
    if (tree.bridge) bridges.push(tree.bridge);
    ports.push(...tree.ports);
    silent = tree.whole ? 0 : silent + 1;
    if (silent >= 3) break;
  }
  return { bridges, ports };
}
