import { dateTimeFormat, dateTimeFormatTimeAgo, type TimeZone } from '@grafana/data';
import { glyphOf, methodBadge } from './edge-style';
import type { LeafGroup } from './aggregation';
import { type GraphEdge, type GraphNode, KIND_NAMES } from './model';

/** The sentences that stand for what is drawn: for the details, the table and those who hear the map. */

export const timeText = (timeMs: number | undefined, timeZone: TimeZone | undefined): string =>
  timeMs === undefined
    ? 'never'
    : `${dateTimeFormatTimeAgo(timeMs)} (${dateTimeFormat(timeMs, timeZone === undefined ? {} : { timeZone })})`;

export function nodeSentence(node: GraphNode, group?: LeafGroup): string {
  const parts = [
    `${node.title}, ${[node.role, KIND_NAMES[node.kind].one].filter(Boolean).join(' ')}`,
    node.site ? `at ${node.site}` : undefined,
    node.status === 'up' ? 'up' : (node.statusReason ?? node.status),
    group ? `carries ${group.summary}` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** up, down, blocked … in one word or two. */
export function edgeStateText(edge: GraphEdge): string {
  switch (glyphOf(edge)) {
    case 'down':
      return 'down';
    case 'unknown':
      return 'state unknown';
    case 'stale':
      return 'not confirmed by the last poll';
    case 'blocked':
      return 'blocked by spanning tree';
    case undefined:
      return edge.operStatus === 'unknown' ? 'up or down is not known' : 'up';
  }
}

export const endText = (title: string, port: string | undefined): string => (port ? `${title} ${port}` : title);

export function edgeSentence(edge: GraphEdge, source: GraphNode | undefined, target: GraphNode | undefined): string {
  const ends = `${endText(source?.title ?? edge.source, edge.sourcePort)} – ${endText(target?.title ?? edge.target, edge.targetPort)}`;
  const method = methodBadge(edge.method);
  return [
    ends,
    method,
    `confidence ${edge.confidenceText}`,
    edgeStateText(edge),
    edge.loadText && `load ${edge.loadText}`,
  ]
    .filter(Boolean)
    .join(', ');
}
