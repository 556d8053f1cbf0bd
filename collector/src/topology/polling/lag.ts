import * as lagMib from '../../snmp/tables/ieee8023-lag-mib.js';
import { pagpGroupIfIndex } from '../../snmp/tables/cisco-pagp-mib.js';
import { IF_TYPE } from '../../snmp/tables/if-mib.js';
import type { InterfaceFact, LagFact, StackFact } from '../facts.js';
import { readTable, type Cycle } from './table-log.js';
import { macOrNull } from './values.js';

/** Members of aggregates: IEEE8023-LAG-MIB, then PAgP, then ifStack; the first source that knows a member decides. */
export async function readLag(
  cycle: Cycle,
  interfaces: readonly InterfaceFact[],
  stack: readonly StackFact[],
): Promise<LagFact[]> {
  const facts = new Map<number, LagFact>();
  const table = await readTable(cycle, 'lag', 'dot3adAggPortTable', [
    lagMib.dot3adAggPortAttachedAggID,
    lagMib.dot3adAggPortActorSystemID,
    lagMib.dot3adAggPortActorPort,
    lagMib.dot3adAggPortPartnerOperSystemID,
    lagMib.dot3adAggPortPartnerOperPort,
  ]);
  for (let row = 0; row < table.rows.length; row++) {
    const memberIfIndex = table.rows.index(row)[0] ?? 0;
    const aggregateIfIndex = table.rows.number(0, row) ?? 0;
    if (memberIfIndex <= 0 || aggregateIfIndex <= 0 || aggregateIfIndex === memberIfIndex) {
      table.drop('in no aggregate');
      continue;
    }
    table.use();
    const partnerSystem = macOrNull(table.rows.bytes(3, row));
    facts.set(memberIfIndex, {
      aggregateIfIndex,
      memberIfIndex,
      source: 'dot3ad',
      actorSystem: macOrNull(table.rows.bytes(1, row)),
      actorPort: table.rows.number(2, row) ?? null,
      partnerSystem,
      partnerPort: partnerSystem === null ? null : (table.rows.number(4, row) ?? null),
    });
  }

  const note = (memberIfIndex: number, aggregateIfIndex: number, source: LagFact['source']) => {
    if (facts.has(memberIfIndex)) return;
    const nothing = { actorSystem: null, actorPort: null, partnerSystem: null, partnerPort: null };
    facts.set(memberIfIndex, { aggregateIfIndex, memberIfIndex, source, ...nothing });
  };
  const pagp = await readTable(cycle, 'lag', 'pagpEtherChannelTable', [pagpGroupIfIndex]);
  for (let row = 0; row < pagp.rows.length; row++) {
    const member = pagp.rows.index(row)[0] ?? 0;
    const group = pagp.rows.number(0, row) ?? 0;
    if (member <= 0 || group <= 0 || group === member) pagp.drop('in no aggregate');
    else {
      pagp.use();
      note(member, group, 'pagp');
    }
  }
  for (const [member, aggregate] of stackedMembers(interfaces, stack)) note(member, aggregate, 'ifStack');
  return [...facts.values()].sort((a, b) => a.memberIfIndex - b.memberIfIndex);
}

const AGGREGATE_NAME = /^(po|port-channel|ae|bond|lag|trk|bundle-ether|eth-trunk|bridge-aggregation|be)[- ]?\d+$/i;

const isAggregate = (fact: InterfaceFact | undefined): boolean =>
  fact?.ifType === IF_TYPE.lag ||
  (fact?.ifType === IF_TYPE.propVirtual && AGGREGATE_NAME.test(fact.ifName ?? fact.ifDescr ?? ''));

/** Ethernet ports below an aggregate, also through the logical unit that Juniper puts between them. */
function stackedMembers(
  interfaces: readonly InterfaceFact[],
  stack: readonly StackFact[],
): readonly (readonly [number, number])[] {
  const byIndex = new Map(interfaces.map((fact) => [fact.ifIndex, fact]));
  const below = new Map<number, number[]>();
  for (const { higherIfIndex, lowerIfIndex } of stack) {
    below.set(higherIfIndex, [...(below.get(higherIfIndex) ?? []), lowerIfIndex]);
  }
  const isPort = (ifIndex: number) => byIndex.get(ifIndex)?.ifType === IF_TYPE.ethernet;
  return [...below].flatMap(([higher, lowers]) =>
    isAggregate(byIndex.get(higher))
      ? lowers
          .flatMap((lower) => (isPort(lower) ? [lower] : (below.get(lower) ?? []).filter(isPort)))
          .map((member) => [member, higher] as const)
      : [],
  );
}
