import {
  type DataFrame,
  dateTime,
  EventBusSrv,
  type Field,
  getDefaultTimeRange,
  LoadingState,
  type PanelData,
  type PanelProps,
  toDataFrame,
} from '@grafana/data';
import { act, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { testIds } from '../../lib/testIds';
import { DEFAULT_OPTIONS, type TopologyOptions } from './options';
import { TopologyPanel } from './TopologyPanel';

jest.mock('@grafana/runtime', () => ({
  PanelDataErrorView: ({ message }: { message: string }) => <div role="alert">{message}</div>,
}));

const frame = (refId: string, columns: Record<string, unknown[]>): DataFrame =>
  toDataFrame({ refId, fields: Object.entries(columns).map(([name, values]) => ({ name, values })) });

const nodes = frame('nodes', {
  id: ['sw-1', 'sw-2', 'host:02:00:00:00:00:01', 'cm:02:00:00:00:00:02'],
  title: ['Switch 1', 'Switch 2', '10.0.0.7', 'modem 2'],
  kind: ['device', 'device', 'host', 'modem'],
  status: ['up', 'unknown', 'up', 'up'],
  statusreason: [null, 'no answer since 11:42', null, null],
  site: ['hq', 'branch', 'hq', 'hq'],
});
const edges = frame('edges', {
  id: ['link', 'placed', 'unsure'],
  source: ['sw-1', 'sw-1', 'sw-2'],
  target: ['sw-2', 'host:02:00:00:00:00:01', 'cm:02:00:00:00:00:02'],
  method: ['lldp', 'arp', 'docsis'],
  confidence: [0.97, 0.9, 0.3],
  source_port: ['Gi0/1', 'Gi0/7', null],
  state: ['unknown', 'current', 'current'],
  state_reason: ['sw-2 does not answer', null, null],
  evidence: [[{ device: 'sw-1', table: 'lldpRemTable', text: 'sees Switch 2 on Gi0/1', seenAt: '' }], null, null],
  score: [[{ name: 'base', value: 0.9, reason: 'LLDP names both ports' }], null, null],
});

function show(data: Partial<PanelData>, options: Partial<TopologyOptions> = {}) {
  const props: PanelProps<TopologyOptions> = {
    id: 1,
    data: { state: LoadingState.Done, series: [nodes, edges], timeRange: getDefaultTimeRange(), ...data },
    options: { ...DEFAULT_OPTIONS, ...options },
    fieldConfig: { defaults: {}, overrides: [] },
    width: 1000,
    height: 600,
    timeRange: { from: dateTime(), to: dateTime(), raw: { from: 'now', to: 'now' } },
    timeZone: 'utc',
    title: '',
    transparent: false,
    renderCounter: 0,
    eventBus: new EventBusSrv(),
    replaceVariables: (text) => text.replace('$device', 'sw-1'),
    onOptionsChange: () => undefined,
    onFieldConfigChange: () => undefined,
    onChangeTimeRange: () => undefined,
  };
  return render(<TopologyPanel {...props} />);
}

describe('states', () => {
  test.each<[string, Partial<PanelData>, RegExp]>([
    ['loading', { state: LoadingState.Loading, series: [] }, /query is running/],
    ['empty', { series: [] }, /No nodes.*Is the collector running/],
    [
      'a failed query',
      { state: LoadingState.Error, series: [], errors: [{ message: 'permission denied' }] },
      /permission denied/,
    ],
    ['a frame of something else', { series: [frame('A', { value: [1] })] }, /has to return the column id/],
  ])('%s explains itself', (_name, data, text) => {
    show(data);
    expect(document.body).toHaveTextContent(text);
  });

  test('a failed refresh keeps the map and says so', () => {
    show({ state: LoadingState.Error, errors: [{ message: 'timeout' }] });
    expect(screen.getByRole('alert')).toHaveTextContent('timeout');
    expect(screen.getByTestId(testIds.topology.canvas)).toBeInTheDocument();
  });

  test('refreshing keeps the map', () => {
    show({ state: LoadingState.Loading });
    expect(screen.getByTestId(testIds.topology.canvas)).toBeInTheDocument();
  });
});

test('says what is drawn, hidden and silent', () => {
  show({});
  const status = screen.getByTestId(testIds.topology.status);
  expect(status).toHaveTextContent('3 nodes · 2 links');
  expect(status).toHaveTextContent('hidden by filters: 1 nodes, 1 links');
  expect(status).toHaveTextContent('1 device does not answer');
});

test('says what is too much', () => {
  show({}, { maxNodes: 1 });
  expect(screen.getByTestId(testIds.topology.status)).toHaveTextContent('2 more nodes are not drawn');
});

test('search opens what it finds, with links to the pages', async () => {
  show({});
  await userEvent.type(screen.getByTestId(testIds.topology.search), 'switch 2{Enter}');
  const details = screen.getByTestId(testIds.topology.details);
  expect(details).toHaveTextContent('no answer since 11:42');
  expect(within(details).getByRole('link', { name: /Impact/ })).toHaveAttribute(
    'href',
    '/a/plantgraph-network-app/impact?node=sw-2',
  );
  expect(within(details).getByRole('link', { name: /Path from here/ })).toHaveAttribute(
    'href',
    '/a/plantgraph-network-app/path?from=sw-2',
  );
});

test('a modem opens its page', async () => {
  show({}, { minConfidence: 0 });
  await userEvent.type(screen.getByTestId(testIds.topology.search), '0200.0000.0002{Enter}');
  expect(screen.getByRole('link', { name: /Open modem/ })).toHaveAttribute(
    'href',
    '/a/plantgraph-network-app/modem?mac=02%3A00%3A00%3A00%3A00%3A02',
  );
});

test('a link shows its evidence and the inputs of its score', async () => {
  show({});
  await userEvent.click(screen.getByRole('button', { name: 'Show as a table' }));
  await userEvent.click(screen.getByRole('button', { name: 'Evidence of Switch 1 – Switch 2' }));
  const details = screen.getByTestId(testIds.topology.details);
  expect(details).toHaveTextContent('sees Switch 2 on Gi0/1');
  expect(details).toHaveTextContent('LLDP names both ports');
  expect(details).toHaveTextContent('unknown: sw-2 does not answer');
  expect(details).toHaveTextContent('not known');
});

test('the table says in words what the map draws', async () => {
  show({});
  await userEvent.click(screen.getByRole('button', { name: 'Show as a table' }));
  const table = screen.getByTestId(testIds.topology.table);
  expect(table).toHaveTextContent('Switch 1 Gi0/1');
  expect(table).toHaveTextContent('state unknown');
});

test('opens the node that a variable names', () => {
  show({}, { focus: '$device' });
  expect(screen.getByTestId(testIds.topology.details)).toHaveTextContent('Switch 1');
});

test('offers the data links of a node once', () => {
  const linked = frame('nodes', { id: ['sw-1'], title: ['Switch 1'] });
  linked.fields.forEach((field: Field) => {
    field.getLinks = () => [{ title: 'Runbook', href: '/runbook', target: '_blank', origin: field }];
  });
  show({ series: [linked] }, { focus: 'sw-1' });
  expect(screen.getAllByRole('link', { name: /Runbook/ })).toHaveLength(1);
});

test('the keyboard goes from node to node and out again', async () => {
  show({});
  const map = screen.getByRole('application');
  act(() => map.focus());
  await userEvent.tab();
  expect(screen.getByTestId(testIds.topology.announcement)).toHaveTextContent(/at (hq|branch)/);
  await userEvent.keyboard('{Enter}');
  expect(screen.getByTestId(testIds.topology.details)).toBeInTheDocument();
  act(() => map.focus());
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByTestId(testIds.topology.details)).not.toBeInTheDocument();
  expect(screen.getByTestId(testIds.topology.announcement)).toBeEmptyDOMElement();
});
