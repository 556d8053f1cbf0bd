import { createTheme, type DataFrame, type Field, getDisplayProcessor, toDataFrame } from '@grafana/data';
import { readFrames } from './frames';

const theme = createTheme();

interface Column {
  [name: string]: unknown[];
}

function frame(refId: string, columns: Column, change?: (field: Field) => void): DataFrame {
  const made = toDataFrame({ refId, fields: Object.entries(columns).map(([name, values]) => ({ name, values })) });
  made.fields.forEach((field) => {
    field.display = getDisplayProcessor({ field, theme });
    change?.(field);
  });
  return made;
}

const graphOf = (...frames: DataFrame[]) => {
  const result = readFrames(frames);
  if (result.kind !== 'graph') throw new Error(`${result.kind}: ${result.message}`);
  return result;
};

const nodes = frame('nodes', { id: ['a', 'b'], title: ['Core', null] });
const edges = frame('edges', { id: ['e'], source: ['a'], target: ['b'], confidence: [0.9] });

describe('which frames are taken', () => {
  test.each<[string, DataFrame[], string]>([
    ['nothing', [], 'empty'],
    ['a frame without fields, as an empty SQL answer is', [toDataFrame({ refId: 'nodes', fields: [] })], 'empty'],
    ['no rows', [frame('nodes', { id: [] })], 'empty'],
    ['a frame of something else', [frame('A', { time: [1], value: [2] })], 'problem'],
    ['edges without nodes', [edges], 'problem'],
    ['nodes without id', [frame('nodes', { name: ['a'] })], 'problem'],
    ['edges without target', [nodes, frame('edges', { id: ['e'], source: ['a'] })], 'problem'],
    ['nodes alone', [nodes], 'graph'],
    ['nodes and an empty edges answer', [nodes, toDataFrame({ refId: 'edges', fields: [] })], 'graph'],
    ['both, edges first', [edges, nodes], 'graph'],
    [
      'both, named by letters',
      [
        { ...nodes, refId: 'A' },
        { ...edges, refId: 'B' },
      ],
      'graph',
    ],
  ])('%s', (_name, frames, kind) => {
    expect(readFrames(frames).kind).toBe(kind);
  });

  test('says which column is missing', () => {
    expect(readFrames([nodes, frame('edges', { id: ['e'], source: ['a'] })])).toMatchObject({
      kind: 'problem',
      message: expect.stringContaining('no column target'),
    });
  });
});

test('reads every column of the contract', () => {
  const { graph } = graphOf(
    frame('nodes', {
      id: ['sw-1', 'sw-2'],
      title: ['Switch 1', 'Switch 2'],
      kind: ['device', 'external'],
      site: ['hq', null],
      role: ['access', null],
      status: ['down', 'nonsense'],
      statusreason: ['does not answer since 10:02', null],
      fixedx: [10, null],
      fixedy: [20, 5],
      lastseen: [1700000000000, null],
      detail__address: ['10.0.0.1', null],
    }),
    frame('edges', {
      id: ['e'],
      source: ['sw-1'],
      target: ['sw-2'],
      method: ['lldp'],
      confidence: [0.97],
      sides: [2],
      source_port: ['Gi0/1'],
      oper_status: ['down'],
      load_ratio: [0.425],
      speed_bps: [10e9],
      blocked: ['unknown'],
      state: ['stale'],
      first_seen: ['2026-01-01T00:00:00Z'],
      evidence: [JSON.stringify([{ device: 'sw-1', table: 'lldpRemTable', text: 'sees sw-2', seenAt: 'x' }, 7])],
      score: [[{ name: 'base', value: 0.9, reason: 'LLDP' }, { name: 'bad' }]],
      strokedasharray: ['4 2'],
    }),
  );
  expect(graph.nodes[0]).toMatchObject({
    title: 'Switch 1',
    site: 'hq',
    status: 'down',
    statusReason: 'does not answer since 10:02',
    fixed: { x: 10, y: 20 },
    lastSeenMs: 1700000000000,
    details: [{ label: 'address', text: '10.0.0.1' }],
  });
  expect(graph.nodes[1]).toMatchObject({ kind: 'external', status: 'unknown', fixed: undefined, details: [] });
  expect(graph.edges[0]).toMatchObject({
    method: 'lldp',
    band: 'high',
    confidenceText: '0.97',
    operStatus: 'down',
    loadText: '43 %',
    speedText: '10 Gbit/s',
    blocked: undefined,
    state: 'stale',
    firstSeenMs: Date.UTC(2026, 0, 1),
    evidence: [{ device: 'sw-1', table: 'lldpRemTable', text: 'sees sw-2', seenAt: 'x' }],
    score: [{ name: 'base', value: 0.9, reason: 'LLDP' }],
    dash: [4, 2],
  });
});

test('matches names without case', () => {
  const { graph } = graphOf(frame('nodes', { ID: ['a'], Title: ['Core'], FixedX: [1], fixedY: [2] }));
  expect(graph.nodes[0]).toMatchObject({ id: 'a', title: 'Core', fixed: { x: 1, y: 2 } });
});

test('a query with no more than the core columns has live links, not unknown ones', () => {
  const { graph } = graphOf(nodes, frame('edges', { id: ['e'], source: ['a'], target: ['b'] }));
  expect(graph.nodes[1]).toMatchObject({ title: 'b', kind: 'device', status: 'up' });
  expect(graph.edges[0]).toMatchObject({ operStatus: 'up', state: 'current', band: 'unrated', confidence: undefined });
});

test('keeps not measured apart from zero', () => {
  const { graph } = graphOf(
    nodes,
    frame('edges', {
      id: ['e', 'f'],
      source: ['a', 'a'],
      target: ['b', 'b'],
      load_ratio: [null, 0],
      blocked: [null, 'false'],
    }),
  );
  expect(graph.edges.map(({ loadText, blocked }) => [loadText, blocked])).toEqual([
    [undefined, undefined],
    ['0 %', false],
  ]);
});

test('says what it could not draw', () => {
  const { graph } = graphOf(
    frame('nodes', { id: ['a', 'b', 'a', null] }),
    frame('edges', { id: ['e', 'e', 'f'], source: ['a', 'a', 'a'], target: ['b', 'b', 'gone'] }),
  );
  expect(graph.nodes).toHaveLength(2);
  expect(graph.edges).toHaveLength(1);
  expect(graph.notices).toEqual([
    expect.stringContaining('2 node rows'),
    expect.stringContaining('1 edge rows'),
    expect.stringContaining('1 links lead to nodes'),
  ]);
});

test('an edge named like a node is no node', () => {
  const { graph } = graphOf(nodes, frame('edges', { id: ['x', 'y'], source: ['a', 'x'], target: ['b', 'b'] }));
  expect(graph.edges.map((edge) => edge.id)).toEqual(['x']);
});

test('follows units and thresholds of the field config', () => {
  const { graph, thresholds } = graphOf(
    frame('nodes', { id: ['a', 'b'], mainstat: [0.5, null] }, (field) => {
      field.config.unit = 'percentunit';
      field.display = getDisplayProcessor({ field, theme });
    }),
    frame('edges', { id: ['e'], source: ['a'], target: ['b'], confidence: [0.6] }, (field) => {
      field.config.thresholds = {
        mode: 'absolute' as never,
        steps: [
          { value: -Infinity, color: 'red' },
          { value: 0.5, color: 'blue' },
        ],
      };
    }),
  );
  expect(graph.nodes.map((node) => node.mainStat)).toEqual(['50%', undefined]);
  expect(graph.edges[0]?.band).toBe('high');
  expect(thresholds.map((step) => step.color)).toEqual(['red', 'blue']);
});

test('offers each data link once, of the right row', () => {
  const linked = (field: Field) => {
    field.getLinks = ({ valueRowIndex }) => [
      { title: 'Open', href: `/d/x?row=${valueRowIndex}`, target: '_self', origin: field },
    ];
  };
  const { linksOf } = graphOf(
    frame('nodes', { id: ['a', 'a', 'b'], title: ['1', '2', '3'] }, linked),
    frame('edges', { id: ['bad', 'e'], source: ['gone', 'a'], target: ['b', 'b'] }, linked),
  );
  expect(linksOf('node', 'b').map((link) => link.href)).toEqual(['/d/x?row=2']);
  expect(linksOf('edge', 'e').map((link) => link.href)).toEqual(['/d/x?row=1']);
  expect(linksOf('edge', 'nobody')).toEqual([]);
});

test('no cell makes it throw', () => {
  const oddities = [null, undefined, '', NaN, {}, [], 'not json', -1, true];
  const columns = Object.fromEntries(
    ['title', 'kind', 'status', 'lastseen', 'fixedx', 'fixedy', 'mainstat', 'color'].map((name) => [name, oddities]),
  );
  const edgeColumns = Object.fromEntries(
    ['confidence', 'evidence', 'score', 'load_ratio', 'blocked', 'state', 'first_seen', 'strokedasharray'].map(
      (name) => [name, oddities],
    ),
  );
  const ids = oddities.map((_value, index) => `n${index}`);
  const { graph } = graphOf(
    frame('nodes', { id: ids, ...columns }),
    frame('edges', { id: ids, source: ids, target: ids.map(() => 'n0'), ...edgeColumns }),
  );
  expect(graph.nodes).toHaveLength(ids.length);
  expect(graph.edges).toHaveLength(ids.length);
});
