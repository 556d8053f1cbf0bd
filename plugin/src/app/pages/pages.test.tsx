import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router-dom';
import type { FindAnswer, ImpactAnswer, Modem, Operation, PathAnswer } from '../../../../collector/src/contract.js';
import { ApiError, collector } from '../../api/client';
import FindPage from './FindPage';
import ImpactPage from './ImpactPage';
import ModemPage from './ModemPage';
import PathPage from './PathPage';

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  PluginPage: ({ children, subTitle }: { children: ReactNode; subTitle: string }) => (
    <main>
      <p>{subTitle}</p>
      {children}
    </main>
  ),
  PanelRenderer: ({ title }: { title: string }) => <figure aria-label={title} />,
}));

const open = (page: ReactNode, address = '/') =>
  render(
    <MemoryRouter initialEntries={[address]} future={{ v7_startTransition: true, v7_relativeSplatPath: true }}>
      {page}
    </MemoryRouter>,
  );
const answer = <K extends keyof typeof collector>(name: K, ...values: unknown[]) => {
  const spy = jest.spyOn(collector, name);
  for (const value of values) {
    if (value instanceof Error) spy.mockRejectedValueOnce(value as never);
    else spy.mockResolvedValue(value as never);
  }
  return spy;
};

beforeEach(() => {
  // Grafana's Combobox measures its text on a canvas, which jsdom does not have
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue({ measureText: () => ({ width: 1 }) } as never);
});

afterEach(() => jest.restoreAllMocks());

const hit: FindAnswer['hits'][number] = {
  kind: 'host',
  id: 'host:00:1d:b3:c5:09:60',
  title: 'printer-3',
  mac: '00:1d:b3:c5:09:60',
  ips: ['10.0.0.5'],
  site: 'hq',
  device: 'access-2',
  ifName: 'Gi0/7',
  vlans: [20],
  confidence: 0.9,
  lastSeen: '2026-11-20T10:00:00.000Z',
  matchedBy: 'ip',
};

test('finds a host and says the port it hangs on', async () => {
  const find = answer('find', { query: '10.0.0.5', hits: [hit], reason: null });
  open(<FindPage />);
  await userEvent.type(screen.getByLabelText('Search for'), '10.0.0.5');
  await userEvent.click(screen.getByRole('button', { name: 'Find' }));
  expect(await screen.findByText('access-2 Gi0/7')).toBeInTheDocument();
  expect(find).toHaveBeenCalledWith('10.0.0.5');
  expect(screen.getByRole('link', { name: 'Path from here' })).toHaveAttribute(
    'href',
    expect.stringContaining('from=host'),
  );
});

test('says why nothing was found, and shows a failure with a way to try again', async () => {
  answer('find', new ApiError(502, 'HTTP_502', 'The collector did not answer'), {
    query: 'x',
    hits: [],
    reason: 'switch access-2 did not answer',
  });
  open(<FindPage />, '/?q=x');
  expect(await screen.findByText('The collector did not answer')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('switch access-2 did not answer')).toBeInTheDocument();
});

const freshness = { asOf: '2026-11-20T10:00:00.000Z', staleDevices: ['access-9'], partial: true };

test('a path names its hops, what it rests on and where it is blind', async () => {
  const hop = {
    node: 'a',
    title: 'access-1',
    inPort: null,
    outPort: 'Gi0/1',
    edge: 'e1',
    method: 'lldp' as const,
    confidence: 1,
    ageSec: 40,
  };
  const paths: PathAnswer['paths'] = [
    {
      basis: 'forwarding',
      minConfidence: 0.9,
      hops: [hop, { ...hop, node: 'b', title: 'core-1', outPort: null, edge: null, method: null }],
    },
  ];
  answer('path', { ...freshness, outcome: 'found', reason: null, paths });
  open(<PathPage />, '/?from=a&to=b');
  expect(await screen.findByText('core-1')).toBeInTheDocument();
  expect(screen.getByText(/the way frames really take/)).toBeInTheDocument();
  expect(screen.getByText(/unknown, not gone/)).toBeInTheDocument();
});

test('no path is told apart from an end that is not known', async () => {
  answer('path', { ...freshness, outcome: 'unknown-endpoint', reason: 'nobody saw 10.9.9.9', paths: [] });
  open(<PathPage />, '/?from=a&to=10.9.9.9');
  expect(await screen.findByText('An end is not known')).toBeInTheDocument();
  expect(screen.getByText('nobody saw 10.9.9.9')).toBeInTheDocument();
});

test('impact counts what is cut off, what is at risk and what was not seen', async () => {
  const impact: ImpactAnswer = {
    ...freshness,
    subject: 'access-1',
    anchors: ['core-1'],
    anchorReason: 'named in the inventory',
    impacted: [{ id: 'host:1', title: 'printer-3', kind: 'host', site: 'hq' }],
    atRisk: [],
    counts: { host: 1 },
    gaps: ['access-9 did not answer'],
  };
  answer('impact', impact);
  answer('edges', { ...freshness, edges: [] });
  open(<ImpactPage />, '/?node=access-1');
  expect(await screen.findByText(/Without access-1, 1 host lose the network/)).toBeInTheDocument();
  expect(screen.getByText('printer-3')).toBeInTheDocument();
  expect(screen.getByText('access-9 did not answer')).toBeInTheDocument();
});

const modem: Modem = {
  mac: '00:10:18:00:00:01',
  address: '127.20.0.1',
  site: 'north',
  cmts: 'cmts-1',
  macDomain: 1,
  fibreNode: 'N1',
  status: 'online',
  model: 'SIM-31',
  firmware: '1.0',
  lastSeen: '2026-11-20T10:00:00.000Z',
};

const operation = (state: Operation['state'], captureIds: string[] = []): Operation => ({
  id: '7',
  mac: modem.mac,
  test: 'rxmer',
  state,
  progressRatio: state === 'done' ? 1 : 0.5,
  steps: [
    {
      name: 'measure',
      channelId: 193,
      state: state === 'done' ? 'done' : 'running',
      detail: null,
      startedAt: null,
      finishedAt: null,
    },
  ],
  captureIds,
  error: null,
  requestedBy: 'ann',
  createdAt: '2026-11-20T10:00:00.000Z',
  finishedAt: null,
});

test('measures a modem and follows it to its end', async () => {
  answer('modems', { modems: [modem] });
  answer('measurements', { measurements: [] });
  const start = answer('startCapture', operation('running'));
  answer('operation', operation('done', ['1']));
  open(<ModemPage />, `/?mac=${modem.mac}`);
  expect(await screen.findByText(/node N1 of cmts-1/)).toBeInTheDocument();
  await userEvent.click(await screen.findByRole('button', { name: 'Measure RxMER now' }));
  expect(start).toHaveBeenCalledWith(expect.objectContaining({ mac: modem.mac, test: 'rxmer' }));
  expect(await screen.findByText('RxMER: running')).toBeInTheDocument();
  await waitFor(() => expect(screen.getByText('RxMER: done')).toBeInTheDocument(), { timeout: 4000 });
});

test('any other test can be chosen', async () => {
  answer('modems', { modems: [modem] });
  answer('measurements', { measurements: [] });
  const start = answer('startCapture', { ...operation('done'), test: 'spectrum' });
  open(<ModemPage />, `/?mac=${modem.mac}`);
  await userEvent.click(await screen.findByRole('button', { name: 'Another test' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: /^Spectrum/ }));
  expect(start).toHaveBeenCalledWith(expect.objectContaining({ mac: modem.mac, test: 'spectrum', channelIds: [] }));
  expect(await screen.findByText('Spectrum: done')).toBeInTheDocument();
});

test('a user without the right is told so', async () => {
  answer('modems', { modems: [modem] });
  answer('measurements', { measurements: [] });
  answer('startCapture', new ApiError(403, 'AUTH_ROLE', 'This needs the role Editor.'));
  open(<ModemPage />, `/?mac=${modem.mac}`);
  await userEvent.click(await screen.findByRole('button', { name: 'Measure RxMER now' }));
  expect(await screen.findByText('This needs the role Editor.')).toBeInTheDocument();
});
