import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { MemoryRouter, useLocation } from 'react-router-dom';
import type {
  ChurnAnswer,
  DeviceAnswer,
  DiffAnswer,
  Difference,
  ExplainAnswer,
  FlapsAnswer,
} from '../../../../collector/src/contract.js';
import { ApiError, collector } from '../../api/client';
import ChangesPage from './ChangesPage';
import DevicePage from './DevicePage';

jest.mock('@grafana/runtime', () => ({
  ...jest.requireActual<object>('@grafana/runtime'),
  PluginPage: ({ children, pageNav }: { children: ReactNode; pageNav?: { text: string } }) => (
    <main>
      <h1>{pageNav?.text}</h1>
      {children}
    </main>
  ),
}));
jest.mock('react-use', () => ({
  ...jest.requireActual<object>('react-use'),
  useMeasure: () => [() => undefined, { width: 800 }],
}));

const Address = () => <output aria-label="address">{useLocation().search}</output>;
const open = (page: ReactNode, address: string) =>
  render(
    <MemoryRouter initialEntries={[address]} future={{ v7_startTransition: true, v7_relativeSplatPath: true }}>
      {page}
      <Address />
    </MemoryRouter>,
  );

beforeEach(() => {
  // Grafana's Combobox measures its text on a canvas, which jsdom does not have
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue({ measureText: () => ({ width: 1 }) } as never);
  jest.spyOn(collector, 'sites').mockResolvedValue({ sites: [] });
});
afterEach(() => jest.restoreAllMocks());

const AT = '2026-11-20T02:00:00.000Z';
const table = (name: string, more: Partial<DeviceAnswer['tables'][number]>): DeviceAnswer['tables'][number] => ({
  table: name,
  kind: 'mac',
  title: 'forwarding table',
  state: 'read',
  outcome: 'complete',
  detail: null,
  readAt: AT,
  attemptedAt: AT,
  rows: 10,
  used: 10,
  dropped: [],
  ...more,
});
const port = (ifIndex: number, more: Partial<DeviceAnswer['ports'][number]> = {}): DeviceAnswer['ports'][number] => ({
  ifIndex,
  ifName: `Gi0/${ifIndex}`,
  alias: null,
  operStatus: 'up',
  adminStatus: 'up',
  speedBps: 1e9,
  inBps: null,
  outBps: null,
  hostCount: 0,
  hosts: [],
  ...more,
});
const device: DeviceAnswer = {
  asOf: AT,
  staleDevices: [],
  partial: false,
  node: {
    id: 'access-1',
    title: 'access-1.example',
    kind: 'device',
    role: 'access',
    site: 'hq',
    address: '10.0.0.1',
    status: 'unknown',
    statusReason: 'has not answered since 01:55',
    lastSeen: AT,
    x: null,
    y: null,
  },
  polled: true,
  sysName: 'access-1.example',
  sysDescr: null,
  model: null,
  serial: null,
  uptimeMs: null,
  tables: [
    table('dot1dTpFdbTable@10', { title: 'forwarding table, VLAN 10' }),
    table('dot1dTpFdbTable@20', {
      title: 'forwarding table, VLAN 20',
      used: 7,
      dropped: [{ reason: 'port unknown', rows: 3 }],
    }),
    table('lldpRemTable', {
      kind: 'lldp',
      title: 'LLDP neighbours',
      state: 'outdated',
      outcome: 'timeout',
      detail: 'no answer within 5 s',
    }),
    table('cdpCacheTable', { kind: 'cdp', title: 'CDP neighbours', state: 'empty', rows: 0, used: 0 }),
  ],
  identity: [
    { by: 'access-1', table: 'system', key: 'name', value: 'access-1.example', text: 'sysName', agrees: true },
    {
      by: 'core-1',
      table: 'lldpRemTable',
      key: 'neighbour',
      value: 'x on Po1',
      text: 'joined: same name',
      agrees: true,
    },
    {
      by: 'core-1',
      table: 'lldpRemTable',
      key: 'neighbour',
      value: 'x on Po2',
      text: 'joined: same name',
      agrees: true,
    },
  ],
  ports: [port(1), port(2, { hostCount: 5, hosts: [{ id: 'host:1', title: '10.0.0.9' }] }), port(3)],
  links: [
    {
      id: 'e1',
      a: { node: 'access-1', ifIndex: 1, ifName: 'Gi0/1', operStatus: 'up' },
      b: { node: 'core-1', ifIndex: 7, ifName: 'Po1', operStatus: 'up' },
      layer: 2,
      method: 'lldp',
      sides: 2,
      confidence: 1,
      state: 'unknown',
      stateReason: 'access-1 did not answer',
      blocked: true,
      members: [],
      vlans: [],
      speedBps: 1e9,
      loadRatio: null,
      firstSeen: AT,
      lastSeen: AT,
      evidence: [],
      score: [],
    },
  ],
  nodes: [{ id: 'core-1', title: 'core-1', kind: 'device', polled: true }],
  warnings: [{ kind: 'self-neighbour', text: 'LLDP on Gi0/9 names the device itself' }],
  events: [],
};

test('a device: its state and why, its ports with what hangs on them, how each table was read', async () => {
  jest.spyOn(collector, 'device').mockResolvedValue(device);
  open(<DevicePage />, '/?id=access-1');
  expect(await screen.findByRole('heading', { name: 'access-1.example' })).toBeInTheDocument();
  expect(screen.getByText(/has not answered since 01:55.*unknown, not gone/)).toBeInTheDocument();
  expect(screen.getByText('LLDP on Gi0/9 names the device itself')).toBeInTheDocument();

  const ports = within(screen.getByRole('region', { name: 'Ports and links' }));
  expect(ports.getByRole('link', { name: 'core-1' })).toHaveAttribute(
    'href',
    expect.stringContaining('/device?id=core-1'),
  );
  expect(ports.getByText('blocked')).toBeInTheDocument();
  expect(ports.getByText('and 4 more')).toBeInTheDocument();
  expect(ports.queryByText('Gi0/3')).not.toBeInTheDocument();
  await userEvent.click(ports.getByRole('radio', { name: 'All' }));
  expect(ports.getByText('Gi0/3')).toBeInTheDocument();
  expect(screen.getByLabelText('address')).toHaveTextContent('ports=all');

  const tables = within(screen.getByRole('region', { name: 'How it was read' }));
  const [, first, second] = tables.getAllByRole('row').map((row) => row.textContent);
  expect(first).toMatch(/LLDP neighbours.*unknown for.*no answer within 5 s/);
  expect(second).toMatch(/forwarding table in 2 VLANs.*20.*17.*3 port unknown/);
  expect(tables.queryByText('CDP neighbours')).not.toBeInTheDocument();

  const identity = within(screen.getByRole('region', { name: 'Why it is taken for one node' }));
  expect(identity.getByText(/names x on Po1, Po2/)).toBeInTheDocument();
});

test('a node that nobody polls says so, instead of empty tables', async () => {
  const node = { ...device.node, id: 'ext:1', title: 'phone', kind: 'external' as const, status: 'up' as const };
  jest.spyOn(collector, 'device').mockResolvedValue({
    ...device,
    node,
    polled: false,
    tables: [],
    ports: [],
    links: [],
    identity: [],
    warnings: [],
  });
  open(<DevicePage />, '/?id=ext:1');
  expect(await screen.findByText(/none of its own tables is known/)).toBeInTheDocument();
  expect(screen.getByText(/only links that others report of it are known/)).toBeInTheDocument();
});

test('a name that nobody has is a problem with a way out', async () => {
  jest.spyOn(collector, 'device').mockRejectedValue(new ApiError(404, 'TOPOLOGY_NOT_FOUND', 'No node nope.'));
  open(<DevicePage />, '/?id=nope');
  expect(await screen.findByText('No node nope.')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeInTheDocument();
});

const explained: ExplainAnswer = {
  asOf: AT,
  staleDevices: [],
  partial: false,
  a: { id: 'access-1', title: 'access-1', kind: 'device', polled: true },
  b: { id: 'dist-1', title: 'dist-1', kind: 'device', polled: false },
  verdict: { code: 'unknown', text: 'Unknown whether they are linked, because access-1 did not answer.' },
  links: [],
  through: [
    { node: 'access-1', title: 'access-1', inPort: null, outPort: 'Gi0/1', method: 'lldp' },
    { node: 'core-1', title: 'core-1', inPort: 'Po1', outPort: 'Po2', method: 'lldp' },
    { node: 'dist-1', title: 'dist-1', inPort: 'Po1', outPort: null, method: null },
  ],
  said: [
    {
      device: 'access-1',
      kind: 'mac',
      source: 'forwarding table',
      tables: ['dot1dTpFdbTable'],
      state: 'outdated',
      readAt: AT,
      rows: 4,
      text: 'unknown since 02:00',
      mentions: [{ port: 'Gi0/1', text: 'its MAC was learned' }],
      dropped: [{ reason: 'port unknown', rows: 2 }],
    },
  ],
  missing: [{ device: 'access-1', text: 'LLDP could not be read', action: 'Try `plantgraph snmp walk` on it.' }],
  warnings: [],
  previous: {
    a: { node: 'access-1', ifIndex: 1, ifName: 'Gi0/1' },
    b: { node: 'dist-1', ifIndex: 2, ifName: 'Gi0/2' },
    method: 'lldp',
    firstSeen: AT,
    lastSeen: AT,
    reason: 'aged',
  },
};

test('why there is no link: the answer first, the way round, what is missing, what each side says', async () => {
  jest.spyOn(collector, 'device').mockResolvedValue(device);
  const explain = jest.spyOn(collector, 'explain').mockResolvedValue(explained);
  open(<DevicePage />, '/?id=access-1&to=dist-1');
  expect(await screen.findByText(explained.verdict.text)).toBeInTheDocument();
  expect(explain).toHaveBeenCalledWith({ a: 'access-1', b: 'dist-1' });
  expect(within(screen.getByRole('list', { name: 'The way between them' })).getAllByRole('link')).toHaveLength(3);
  expect(screen.getByText(/There was one until/)).toHaveTextContent('access-1 Gi0/1 to dist-1 Gi0/2 by LLDP; aged');
  expect(screen.getByText('plantgraph snmp walk').tagName).toBe('CODE');
  const said = within(screen.getByRole('group', { name: 'What each side says' }));
  expect(said.getByText(/its MAC was learned/)).toBeInTheDocument();
  expect(said.getByText('dropped: 2 port unknown')).toBeInTheDocument();
  expect(said.getByText(/dist-1 is not polled/)).toBeInTheDocument();
});

const then = (a: string, b: string): Difference['after'] => ({
  id: `${a} ${b}`,
  a: { node: a, ifIndex: 1, ifName: 'Gi0/1' },
  b: { node: b, ifIndex: 2, ifName: 'Gi0/2' },
  layer: 2,
  method: 'lldp',
  state: 'current',
  operStatus: 'up',
  blocked: false,
  speedBps: null,
});
const difference = (change: Difference['change'], text: string, firstDiscovery = false): Difference => ({
  change,
  subject: 'link',
  site: 'hq',
  text,
  fields: [],
  before: change === 'added' ? null : then('sw1', 'sw2'),
  after: change === 'removed' ? null : then('sw1', 'sw3'),
  firstDiscovery,
});
const diff = (differences: Difference[], more: Partial<DiffAnswer> = {}): DiffAnswer => ({
  from: '2026-11-19T02:00:00.000Z',
  to: AT,
  site: null,
  silentDevices: [],
  differences,
  total: differences.length,
  counts: {},
  churn: { link: 0, host: 0 },
  truncated: null,
  ...more,
});
const churn = (windows: ChurnAnswer['windows'] = []): ChurnAnswer => ({
  from: '2026-11-19T02:00:00.000Z',
  to: AT,
  windowSec: 900,
  site: null,
  windows,
  totals: { link: windows.length, host: 0 },
});
const changes = (answer: DiffAnswer, windows: ChurnAnswer['windows'] = [], flaps: FlapsAnswer['flaps'] = []) => ({
  diff: jest.spyOn(collector, 'diff').mockResolvedValue(answer),
  churn: jest.spyOn(collector, 'churn').mockResolvedValue(churn(windows)),
  flaps: jest.spyOn(collector, 'flaps').mockResolvedValue({ asOf: AT, flaps }),
});

test('what changed: sentences with both ends, one kind at a time, first discoveries apart', async () => {
  changes(
    diff(
      [
        difference('removed', 'sw1 to sw2 is gone'),
        difference('added', 'new port'),
        difference('added', 'new box', true),
      ],
      {
        silentDevices: ['sw9'],
      },
    ),
  );
  open(<ChangesPage />, '/');
  expect(await screen.findByText('sw1 to sw2 is gone')).toBeInTheDocument();
  expect(screen.getByText('new port')).toBeInTheDocument();
  expect(screen.queryByText('new box')).not.toBeInTheDocument();
  expect(screen.getByText(/sw9: what only they report is unknown, not gone/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Show them' }));
  expect(screen.getByText('new box')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: /^1 removed$/ }));
  expect(screen.queryByText('new port')).not.toBeInTheDocument();
  expect(screen.getByLabelText('address')).toHaveTextContent('first=1&change=removed');
  expect(screen.getByRole('link', { name: 'sw1' })).toHaveAttribute('href', expect.stringContaining('/device?id=sw1'));
});

test('nothing changed is an answer, and links that only came and went are named', async () => {
  const flap = { edge: 'e', site: 'hq', a: 'sw1 Gi0/1', b: 'sw2 Gi0/2', flaps1h: 1, flaps24h: 3, lastChange: AT };
  changes(diff([]), [], [flap]);
  open(<ChangesPage />, '/');
  expect(await screen.findByText('The network is as it was.')).toBeInTheDocument();
  expect(screen.getByText(/Links that only came and went are below/)).toBeInTheDocument();
  expect(screen.getByText('sw1 Gi0/1 – sw2 Gi0/2')).toBeInTheDocument();
  expect(screen.getByText(/no link and no host came, went or moved for good/)).toBeInTheDocument();
});

test('a bar of the churn says what happened and opens its window', async () => {
  const window = { time: '2026-11-19T12:00:00.000Z', site: 'hq', subject: 'link' as const, rate: null };
  const asked = changes(diff([]), [{ ...window, added: 1, removed: 2, moved: 0, total: 3 }]);
  open(<ChangesPage />, '/?site=hq&subject=both');
  const bar = await screen.findByRole('button', { name: /^Links, .*: 2 removed, 1 added/ });
  expect(asked.diff).toHaveBeenCalledWith(expect.not.objectContaining({ subject: expect.anything() as unknown }));
  expect(asked.churn).toHaveBeenCalledWith(expect.objectContaining({ site: 'hq', windowSec: 900 }));
  bar.focus();
  await userEvent.keyboard('{Enter}');
  const address = new URLSearchParams(screen.getByLabelText('address').textContent ?? '');
  expect([address.get('from'), address.get('to')]).toEqual(['2026-11-19T12:00:00.000Z', '2026-11-19T12:15:00.000Z']);
});
