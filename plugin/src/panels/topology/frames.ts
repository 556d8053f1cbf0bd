import {
  type DataFrame,
  type Field,
  FieldType,
  formattedValueToString,
  type LinkModel,
  ThresholdsMode,
} from '@grafana/data';
import { bandOf, DEFAULT_STEPS, type ThresholdStep } from '../../graph/confidence';
import type { Detail, Graph, GraphEdge, GraphNode, Status } from '../../graph/model';
import { numberOf, textOf, timeOf, truthOf } from '../../lib/cells';
import { evidenceOf, kindOf, scoreOf, stateOf, statusOf } from './values';

/** What a query's frames are to the panel. `empty` is a right answer without rows, `problem` a wrong one. */
export type FramesResult =
  | { kind: 'graph'; graph: Graph; thresholds: readonly ThresholdStep[]; linksOf: LinksOf }
  | { kind: 'empty'; message: string }
  | { kind: 'problem'; message: string };

/** Data links of the row that a node or an edge came from. */
export type LinksOf = (what: 'node' | 'edge', id: string) => LinkModel<Field>[];

type FieldsByName = ReadonlyMap<string, Field>;

/** The row of an id. */
type Rows = Map<string, number>;

const REQUIRED = 'One query has to return the column id (nodes), another one id, source and target (edges).';

/** Names are matched without case, but `source` is what tells edges from nodes: the rule of the core Node graph. */
const isEdges = (frame: DataFrame): boolean =>
  frame.name === 'edges' || frame.refId === 'edges' || frame.fields.some((field) => field.name === 'source');

const isGraph = (frame: DataFrame): boolean =>
  frame.meta?.preferredVisualisationType === 'nodeGraph' ||
  [frame.name, frame.refId].some((name) => name === 'nodes' || name === 'edges') ||
  frame.fields.some((field) => field.name.toLowerCase() === 'id');

/** The first field of a name wins, as in the core panel. */
function fieldsOf(frame: DataFrame): FieldsByName {
  const fields = new Map<string, Field>();
  for (const field of frame.fields) {
    const name = field.name.toLowerCase();
    if (!fields.has(name)) fields.set(name, field);
  }
  return fields;
}

/** Reads the first nodes frame and the first edges frame. Their column names are the contract with the SQL views. */
export function readFrames(frames: readonly DataFrame[]): FramesResult {
  const graphs = frames.filter(isGraph);
  if (graphs.length === 0) {
    return frames.some((frame) => frame.fields.length > 0)
      ? { kind: 'problem', message: REQUIRED }
      : { kind: 'empty', message: 'The query returned no rows.' };
  }
  const nodesFrame = graphs.find((frame) => !isEdges(frame));
  const edgesFrame = graphs.find(isEdges);
  if (!nodesFrame) return { kind: 'problem', message: `There is no nodes frame. ${REQUIRED}` };
  if (nodesFrame.length === 0) return { kind: 'empty', message: 'The query returned no nodes.' };

  const nodeFields = fieldsOf(nodesFrame);
  if (!nodeFields.has('id')) return { kind: 'problem', message: `The nodes frame has no column id. ${REQUIRED}` };
  const edgeFields = edgesFrame ? fieldsOf(edgesFrame) : new Map<string, Field>();
  const missing = ['id', 'source', 'target'].filter((name) => !edgeFields.has(name));
  // A query without rows gives a frame without fields: no edges, not a mistake.
  if (edgesFrame && edgesFrame.fields.length > 0 && missing.length > 0) {
    return { kind: 'problem', message: `The edges frame has no column ${missing.join(', ')}. ${REQUIRED}` };
  }

  const thresholds = thresholdsOf(edgeFields.get('confidence'));
  const nodeRows: Rows = new Map();
  const edgeRows: Rows = new Map();
  const notices: string[] = [];
  const nodes = readNodes(nodesFrame.length, nodeFields, nodeRows, notices);
  const edges =
    edgesFrame && missing.length === 0
      ? readEdges({ count: edgesFrame.length, fields: edgeFields, thresholds, nodeRows, edgeRows, notices })
      : [];
  return {
    kind: 'graph',
    graph: { nodes, edges, notices },
    thresholds,
    linksOf: (what, id) =>
      what === 'node' ? linksAt(nodeFields, nodeRows.get(id)) : linksAt(edgeFields, edgeRows.get(id)),
  };
}

function readNodes(count: number, fields: FieldsByName, rows: Rows, notices: string[]): GraphNode[] {
  const nodes: GraphNode[] = [];
  let unusable = 0;
  for (let row = 0; row < count; row++) {
    const id = textOf(fields.get('id')?.values[row]);
    if (id === undefined || rows.has(id)) {
      unusable++;
      continue;
    }
    rows.set(id, row);
    nodes.push(readNode(id, fields, row));
  }
  if (unusable > 0) notices.push(`${unusable} node rows have no id, or one that was there before; they are not drawn.`);
  return nodes;
}

function readNode(id: string, fields: FieldsByName, row: number): GraphNode {
  const value = (name: string): unknown => fields.get(name)?.values[row];
  const x = numberOf(value('fixedx'));
  const y = numberOf(value('fixedy'));
  return {
    id,
    title: textOf(value('title')) ?? id,
    subtitle: displayed(fields.get('subtitle'), row),
    kind: kindOf(value('kind')),
    site: textOf(value('site')),
    role: textOf(value('role')),
    status: statusOf(value('status') ?? (fields.has('status') ? undefined : 'up')),
    statusReason: textOf(value('statusreason')),
    address: textOf(value('address')),
    lastSeenMs: timeOf(value('lastseen')),
    mainStat: displayed(fields.get('mainstat'), row),
    secondaryStat: displayed(fields.get('secondarystat'), row),
    color: textOf(value('color')),
    fixed: x !== undefined && y !== undefined ? { x, y } : undefined,
    details: detailsOf(fields, row),
  };
}

interface EdgesSource {
  count: number;
  fields: FieldsByName;
  thresholds: readonly ThresholdStep[];
  nodeRows: Rows;
  edgeRows: Rows;
  notices: string[];
}

function readEdges({ count, fields, thresholds, nodeRows, edgeRows, notices }: EdgesSource): GraphEdge[] {
  const edges: GraphEdge[] = [];
  let unusable = 0;
  let dangling = 0;
  for (let row = 0; row < count; row++) {
    const id = textOf(fields.get('id')?.values[row]);
    const source = textOf(fields.get('source')?.values[row]);
    const target = textOf(fields.get('target')?.values[row]);
    if (id === undefined || source === undefined || target === undefined || edgeRows.has(id)) {
      unusable++;
    } else if (!nodeRows.has(source) || !nodeRows.has(target)) {
      dangling++;
    } else {
      edgeRows.set(id, row);
      edges.push(readEdge({ id, source, target }, fields, row, thresholds));
    }
  }
  if (unusable > 0)
    notices.push(`${unusable} edge rows lack id, source or target, or repeat an id; they are not drawn.`);
  if (dangling > 0)
    notices.push(`${dangling} links lead to nodes that the nodes query did not return; they are not drawn.`);
  return edges;
}

function readEdge(
  ends: { id: string; source: string; target: string },
  fields: FieldsByName,
  row: number,
  thresholds: readonly ThresholdStep[],
): GraphEdge {
  const value = (name: string): unknown => fields.get(name)?.values[row];
  const confidence = numberOf(value('confidence'));
  const loadRatio = numberOf(value('load_ratio'));
  const speedBps = numberOf(value('speed_bps'));
  const confidenceField = fields.get('confidence');
  return {
    ...ends,
    method: textOf(value('method')),
    confidence,
    confidenceText:
      confidence === undefined
        ? 'not rated'
        : confidenceField?.config.unit
          ? (displayed(confidenceField, row) ?? String(confidence))
          : confidence.toFixed(2),
    band: bandOf(confidence, thresholds),
    sides: numberOf(value('sides')),
    layer: numberOf(value('layer')),
    site: textOf(value('site')),
    sourcePort: textOf(value('source_port')),
    targetPort: textOf(value('target_port')),
    operStatus: operStatusOf(fields, row),
    loadRatio,
    loadText: loadRatio === undefined ? undefined : percent(loadRatio),
    speedText: speedBps === undefined ? undefined : bitsPerSecond(speedBps),
    blocked: truthOf(value('blocked')),
    state: stateOf(value('state')),
    stateReason: textOf(value('state_reason')),
    vlans: textOf(value('vlans')),
    firstSeenMs: timeOf(value('first_seen')),
    lastSeenMs: timeOf(value('last_seen')),
    evidence: evidenceOf(value('evidence')),
    score: scoreOf(value('score')),
    memberCount: numberOf(value('members')),
    mainStat: displayed(fields.get('mainstat'), row),
    secondaryStat: displayed(fields.get('secondarystat'), row),
    color: textOf(value('color')),
    thickness: numberOf(value('thickness')),
    dash: dashOf(textOf(value('strokedasharray'))),
    details: detailsOf(fields, row),
  };
}

/** A query that says nothing of a link's state has links, not unknown ones. */
const operStatusOf = (fields: FieldsByName, row: number): Status =>
  fields.has('oper_status') ? statusOf(fields.get('oper_status')?.values[row]) : 'up';

/** The text that field config (unit, decimals, mappings) makes of a value. */
function displayed(field: Field | undefined, row: number): string | undefined {
  const value: unknown = field?.values[row];
  if (!field || value === null || value === undefined || value === '') return undefined;
  return field.display ? formattedValueToString(field.display(value)) : textOf(value);
}

/** `detail__*` columns are rows of the details; the prefix is matched as the core panel does, with case. */
function detailsOf(fields: FieldsByName, row: number): Detail[] {
  const details: Detail[] = [];
  for (const field of fields.values()) {
    if (!field.name.startsWith('detail__')) continue;
    const text = displayed(field, row);
    const label = field.config.displayName ?? field.name.slice('detail__'.length);
    if (text !== undefined) details.push({ label, text });
  }
  return details;
}

/** Absolute thresholds of the confidence column; percentages of its range would move with the data. */
function thresholdsOf(field: Field | undefined): readonly ThresholdStep[] {
  const thresholds = field?.config.thresholds;
  if (thresholds?.mode !== ThresholdsMode.Absolute || thresholds.steps.length === 0) return DEFAULT_STEPS;
  // A base step above every other one comes as null after JSON, as -Infinity from the editor.
  return thresholds.steps.map(({ value, color }) => ({ value: Number.isFinite(value) ? value : null, color }));
}

/** A default link repeats on every field of a row; one of each is enough. */
function linksAt(fields: FieldsByName, row: number | undefined): LinkModel<Field>[] {
  if (row === undefined) return [];
  const links = new Map<string, LinkModel<Field>>();
  for (const field of fields.values()) {
    for (const link of field.getLinks?.({ valueRowIndex: row }) ?? [])
      links.set(`${link.title}\u0000${link.href}`, link);
  }
  return [...links.values()];
}

function dashOf(text: string | undefined): number[] | undefined {
  const dash = text?.split(/[\s,]+/).map(Number);
  return dash && dash.length > 0 && dash.every((length) => Number.isFinite(length) && length > 0) ? dash : undefined;
}

const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;

function bitsPerSecond(bps: number): string {
  const units = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bps, 1)) / 3)));
  return `${Number((bps / 1000 ** step).toFixed(1))} ${units[step]}`;
}

/** Whether a frame could be drawn, for Grafana's panel suggestions. */
export const hasGraphColumns = (frames: readonly DataFrame[]): boolean =>
  frames.some((frame) =>
    ['id', 'source', 'target'].every((name) =>
      frame.fields.some((field) => field.name.toLowerCase() === name && field.type === FieldType.string),
    ),
  );
