import { createSocket } from 'node:dgram';
import { decodePnm } from '../pnm/formats/decode.js';
import { merDbOf } from '../pnm/formats/rxmer.js';
import { merShapeDb, type Impairment } from './channel.js';
import { createDemoNetwork, type DemoNetwork } from './demo.js';
import { captureRxMer } from './modem-capture.js';
import { createRandom } from './random.js';
import { createTestClient, type TestClient } from './test-client.js';

const LLDP_REMOTE_NAME = '1.0.8802.1.1.2.1.4.1.1.9';
const cleanups: (() => unknown)[] = [];
let demo: DemoNetwork;
let timeMs: number;

/** A port that is free on the demo's first address. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.10.4.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

async function serve() {
  timeMs = Date.UTC(2026, 10, 20);
  demo = createDemoNetwork({ port: await freePort(), incidentEveryMs: Infinity, now: () => new Date(timeMs) });
  await demo.start();
  cleanups.push(demo.stop);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const clientOf = (id: string): TestClient => {
  const client = createTestClient(demo.agents.endpoint(id));
  cleanups.push(client.close);
  return client;
};
const neighboursOf = async (id: string) =>
  (await clientOf(id).walk(LLDP_REMOTE_NAME)).map(({ value }) => Buffer.from(value as Uint8Array).toString()).sort();

test('is as big as promised and answers where the inventory says', async () => {
  await serve();
  const { devices, modemAccess } = demo.inventory;
  const count = (roles: string[]) => devices.filter(({ role }) => roles.includes(role)).length;
  expect(count(['core', 'distribution', 'access'])).toBeGreaterThanOrEqual(8);
  expect(count(['router'])).toBeGreaterThanOrEqual(2);
  expect(count(['cmts'])).toBe(1);
  expect(demo.network().plan.stations.filter(({ kind }) => kind === 'host').length).toBeGreaterThanOrEqual(60);
  expect(demo.plant.modems.length).toBeGreaterThanOrEqual(12);
  for (const { id, address, port, community } of devices) {
    const client = createTestClient({ address, port }, { community });
    cleanups.push(client.close);
    const [name] = await client.get('1.3.6.1.2.1.1.5.0');
    expect(Buffer.from(name?.value as Uint8Array).toString()).toBe(id);
  }
  const modem = createTestClient({ address: demo.plant.modems[0]?.address ?? '', port: modemAccess.port });
  cleanups.push(modem.close);
  expect(await modem.walk('1.3.6.1.4.1.4491.2.1.28.1.9.1.1')).toHaveLength(2);
});

test('the CMTS and its router see each other', async () => {
  await serve();
  expect(await neighboursOf('cmts-1')).toEqual(['router-1']);
  expect(await neighboursOf('router-1')).toContain('cmts-1');
});

test('an uplink fails and returns, by the same seed the same one', async () => {
  await serve();
  const before = demo.network();
  const { text } = demo.playIncident('uplink-fails');
  expect(text).toMatch(/^uplink \S+ .+ to \S+ .+ failed$/);
  expect(demo.playIncident('uplink-fails').text).toContain('already');
  const [, a = '', b = ''] = /^uplink (\S+) .+ to (\S+) /.exec(text) ?? [];
  const lost = (await neighboursOf(a)).filter((name) => name === b).length;
  demo.playIncident('uplink-returns');
  const back = (await neighboursOf(a)).filter((name) => name === b).length;
  expect(lost).toBe(0);
  expect(back).toBeGreaterThan(0);
  expect(demo.network().plan.cables).toEqual(before.plan.cables);
  const other = createDemoNetwork({ incidentEveryMs: Infinity });
  expect(other.playIncident('uplink-fails').text).toBe(text);
});

test.each([1, 2, 3, 4, 5, 6])('there is an uplink that may fail, seed %i', (seed) => {
  expect(createDemoNetwork({ seed }).playIncident('uplink-fails').text).toContain('failed');
});

test('a notch appears on every modem of one leg and pulls its 2nd percentile below 34 dB', async () => {
  demo = createDemoNetwork({ incidentEveryMs: Infinity });
  const heard: string[] = [];
  demo.onIncident(({ name }) => heard.push(name));
  const struck = () => demo.plant.modems.filter((modem) => percentile2(modem.impairments()) < 34).length;
  expect(struck()).toBe(0);
  demo.playIncident('notch-appears');
  expect(struck()).toBe(5);
  demo.playIncident('notch-gone');
  expect(struck()).toBe(0);
  expect(heard).toEqual(['notch-appears', 'notch-gone']);
  expect(() => demo.playIncident('no such thing')).toThrow('uplink-fails');
});

function percentile2(impairments: readonly Impairment[]): number {
  const channel = {
    ifIndex: 48,
    channelId: 33,
    zeroSubcarrierHz: 631_100_000,
    firstActiveSubcarrier: 356,
    spacingHz: 25_000,
    count: 7480,
    levelMerDb: 44,
    tiltDbPerMhz: 0,
    noiseDb: 0.78,
    excludedHz: [],
    modulationOrders: [1024],
  } as const;
  const mac = demo.plant.modems[0]?.mac;
  if (mac === undefined) throw new Error('the demo has no modem');
  const head = { family: 'PNN', modemMac: mac, deviceTimeSec: 1 } as const;
  const decoded = decodePnm(captureRxMer(head, channel, merShapeDb(channel, impairments), createRandom(1)).bytes);
  if (decoded.kind !== 'ds_ofdm_rxmer') throw new Error(decoded.kind);
  const rising = [...merDbOf(decoded.quarterDb)].sort((a, b) => a - b);
  return rising[Math.floor(rising.length * 0.02)] as number;
}

test('clocks and counters move with time', async () => {
  await serve();
  const client = clientOf('core-1');
  const sample = async () => {
    const octets = await client.walk('1.3.6.1.2.1.31.1.1.1.6');
    const [uptime] = await client.get('1.3.6.1.2.1.1.3.0');
    return { ticks: uptime?.value as number, octets: octets.reduce((sum, { value }) => sum + Number(value), 0) };
  };
  const first = await sample();
  timeMs += 60_000;
  const second = await sample();
  expect(second.ticks - first.ticks).toBe(6000);
  expect(second.octets).toBeGreaterThan(first.octets);
});

test('plays its incidents by the clock', async () => {
  jest.useFakeTimers();
  try {
    demo = createDemoNetwork({ port: 0, firstIncidentAfterMs: 1000, incidentEveryMs: 500 });
    const heard: string[] = [];
    demo.onIncident(({ name }) => heard.push(name));
    await demo.start();
    cleanups.push(demo.stop);
    jest.advanceTimersByTime(999);
    expect(heard).toEqual([]);
    jest.advanceTimersByTime(500 * demo.incidentNames.length + 1);
    expect(heard).toEqual([...demo.incidentNames, 'uplink-fails']);
  } finally {
    jest.useRealTimers();
  }
});
