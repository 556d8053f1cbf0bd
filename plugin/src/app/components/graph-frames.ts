import { createDataFrame, type DataFrame, FieldType } from '@grafana/data';
import type { Edge, TopologyNode } from '../../../../collector/src/contract.js';

/** The columns of grafana.nodes, from the API's answer. */
export function nodesFrame(nodes: readonly TopologyNode[], edges: readonly Edge[]): DataFrame {
  const degree = new Map<string, number>();
  for (const { a, b } of edges) for (const { node } of [a, b]) degree.set(node, (degree.get(node) ?? 0) + 1);
  const column = (name: string, type: FieldType, read: (node: TopologyNode) => unknown) => ({
    name,
    type,
    values: nodes.map(read),
  });
  return createDataFrame({
    name: 'nodes',
    refId: 'nodes',
    meta: { preferredVisualisationType: 'nodeGraph' },
    fields: [
      column('id', FieldType.string, ({ id }) => id),
      column('title', FieldType.string, ({ title }) => title),
      column('subtitle', FieldType.string, ({ role }) => role),
      column('mainstat', FieldType.number, ({ id }) => degree.get(id) ?? 0),
      column('secondarystat', FieldType.string, ({ status }) => status),
      column('kind', FieldType.string, ({ kind }) => kind),
      column('site', FieldType.string, ({ site }) => site),
      column('role', FieldType.string, ({ role }) => role),
      column('status', FieldType.string, ({ status }) => status),
      column('statusreason', FieldType.string, ({ statusReason }) => statusReason),
      column('address', FieldType.string, ({ address }) => address),
      column('lastseen', FieldType.time, ({ lastSeen }) => (lastSeen === null ? null : Date.parse(lastSeen))),
      column('fixedx', FieldType.number, ({ x }) => x),
      column('fixedy', FieldType.number, ({ y }) => y),
    ],
  });
}

/** The columns of grafana.edges, from the API's answer. */
export function edgesFrame(edges: readonly Edge[]): DataFrame {
  const column = (name: string, type: FieldType, read: (edge: Edge) => unknown) => ({
    name,
    type,
    values: edges.map(read),
  });
  return createDataFrame({
    name: 'edges',
    refId: 'edges',
    meta: { preferredVisualisationType: 'nodeGraph' },
    fields: [
      column('id', FieldType.string, ({ id }) => id),
      column('source', FieldType.string, ({ a }) => a.node),
      column('target', FieldType.string, ({ b }) => b.node),
      column('mainstat', FieldType.number, ({ confidence }) => confidence),
      column('secondarystat', FieldType.string, ({ method }) => method),
      column('method', FieldType.string, ({ method }) => method),
      column('confidence', FieldType.number, ({ confidence }) => confidence),
      column('sides', FieldType.number, ({ sides }) => sides),
      column('layer', FieldType.number, ({ layer }) => layer),
      column('source_port', FieldType.string, ({ a }) => a.ifName),
      column('target_port', FieldType.string, ({ b }) => b.ifName),
      column('oper_status', FieldType.string, operStatusOf),
      column('load_ratio', FieldType.number, ({ loadRatio }) => loadRatio),
      column('speed_bps', FieldType.number, ({ speedBps }) => speedBps),
      column('blocked', FieldType.string, ({ blocked }) => (blocked === null ? 'unknown' : String(blocked))),
      column('state', FieldType.string, ({ state }) => state),
      column('state_reason', FieldType.string, ({ stateReason }) => stateReason),
      column('vlans', FieldType.string, ({ vlans }) => vlans.join(', ')),
      column('first_seen', FieldType.time, ({ firstSeen }) => Date.parse(firstSeen)),
      column('last_seen', FieldType.time, ({ lastSeen }) => Date.parse(lastSeen)),
      column('evidence', FieldType.other, ({ evidence }) => evidence),
      column('score', FieldType.other, ({ score }) => score),
    ],
  });
}

/** Down when either end is, up when both say so. */
function operStatusOf({ a, b }: Edge): string {
  const ends = [a.operStatus, b.operStatus];
  if (ends.includes('down')) return 'down';
  return ends.includes('up') ? 'up' : 'unknown';
}
