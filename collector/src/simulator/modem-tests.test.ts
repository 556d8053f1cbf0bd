import { parseMac } from '../lib/mac.js';
import { TAG, type Varbind } from '../snmp/ber.js';
import { parseOid } from '../snmp/recording.js';
import { createAgents } from './agent.js';
import { createModem, type Modem, type ModemFaults } from './modem.js';
import { createTestClient, type TestClient } from './test-client.js';

const PNM = '1.3.6.1.4.1.4491.2.1.27.1';
const ANALYSER = '1.3.6.1.4.1.4491.2.1.20.1.34';
const AMPLITUDES = '1.3.6.1.4.1.4491.2.1.20.1.35.1.2';
const GATE = `${PNM}.2.1.3.0`;
const MAC = parseMac('3c:7a:8a:00:00:01');

const integer = (oid: string, value: number): Varbind => ({ oid: parseOid(oid), tag: TAG.integer, value });
const gauge = (oid: string, value: number): Varbind => ({ oid: parseOid(oid), tag: TAG.gauge32, value });
const octets = (oid: string, value: string): Varbind => ({
  oid: parseOid(oid),
  tag: TAG.octets,
  value: Uint8Array.from(Buffer.from(value)),
});

let modem: Modem;
let client: TestClient;
const cleanups: (() => unknown)[] = [];

async function serve(measureMs: number, faults: ModemFaults = {}): Promise<void> {
  modem = createModem({
    mac: MAC,
    vendor: 'Acme',
    model: 'CM31',
    hardware: '1.0',
    firmware: '5.7.1',
    serial: 'A1',
    address: '127.30.2.1',
    port: 0,
    readCommunity: 'public',
    writeCommunity: 'private',
    channels: [
      {
        ifIndex: 48,
        channelId: 33,
        zeroSubcarrierHz: 831_000_000,
        firstActiveSubcarrier: 180,
        spacingHz: 50_000,
        count: 3780,
        levelMerDb: 42,
        tiltDbPerMhz: 0,
        noiseDb: 0.78,
        excludedHz: [],
        modulationOrders: [1024, 4096],
      },
    ],
    seed: 1,
    measureMs,
    tftpPort: 9,
    tftpTimeoutMs: 100,
    tftpRetries: 1,
    impairments: [],
    faults: { neverUploads: true, ...faults },
    now: () => new Date(),
  });
  const agents = createAgents([modem.agent]);
  await agents.start();
  client = createTestClient(agents.endpoint(MAC));
  cleanups.push(agents.stop, modem.stop, client.close);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const read = async (oid: string) => (await client.get(oid))[0]?.value;
const waitFor = async (isSo: () => Promise<boolean>): Promise<void> => {
  const endsAt = Date.now() + 5000;
  while (!(await isSo())) {
    if (Date.now() > endsAt) throw new Error('not so within 5 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
const until = (oid: string, value: number) => waitFor(async () => (await read(oid)) === value);
const fileNames = async (): Promise<string[]> =>
  (await client.walk(`${PNM}.1.2.1.2`)).map(({ value }) => Buffer.from(value as Uint8Array).toString());

test.each<[string, () => Varbind[], string, number, string[]]>([
  ['symbol capture', () => [integer(`${PNM}.2.2.1.1.48`, 1)], `${PNM}.2.2.1.8.48`, 4, ['PNMSymCap']],
  ['channel estimate', () => [integer(`${PNM}.2.3.1.1.48`, 1)], `${PNM}.2.3.1.7.48`, 4, ['PNMChEstCoef']],
  ['codeword summary', () => [integer(`${PNM}.2.7.1.2.48`, 1)], `${PNM}.2.7.1.3.48`, 4, ['PNMFecSum']],
  ['histogram', () => [integer(`${PNM}.2.9.1.1.2`, 1)], `${PNM}.2.9.1.3.2`, 4, ['PNMHist']],
  [
    'pre-equaliser',
    () => [integer(`${PNM}.2.10.1.1.60`, 1)],
    `${PNM}.2.10.1.8.60`,
    4,
    ['PNMUsPreEq', 'PNMUsPreEqLastUpdate'],
  ],
  ['modulation profile', () => [integer(`${PNM}.2.11.1.1.48`, 1)], `${PNM}.2.11.1.2.48`, 4, ['PNMModProfile']],
  ['latency report', () => [gauge(`${PNM}.4.1.1.3.2`, 1)], `${PNM}.4.1.1.4.2`, 2, ['UsLatencySum']],
])('%s ends in its files under their default names', async (_name, trigger, status, end, prefixes) => {
  await serve(10);
  expect(await client.set(...trigger())).toBe(0);
  await until(status, end);
  await waitFor(async () => (await fileNames()).length === prefixes.length);
  expect((await fileNames()).map((name) => name.split('_')[0])).toEqual(prefixes);
  expect(await read(GATE)).toBe(2);
});

test('names that are set are used; that of a latency report is the start of one', async () => {
  await serve(10);
  await client.set(octets(`${PNM}.2.10.1.10.60`, 'a.bin'), octets(`${PNM}.2.10.1.9.60`, 'b.bin'));
  await client.set(integer(`${PNM}.2.10.1.1.60`, 1));
  await until(`${PNM}.2.10.1.8.60`, 4);
  await client.set(octets(`${PNM}.4.1.1.5.2`, 'latency-7'), gauge(`${PNM}.4.1.1.3.2`, 1));
  await waitFor(async () => (await fileNames()).length === 3);
  expect(await fileNames()).toEqual(['a.bin', 'b.bin', expect.stringMatching(/^latency-7_3C7A8A000001_\d+$/)]);
});

test.each<[string, Varbind, number]>([
  ['a modulation profile', integer(`${PNM}.2.11.1.1.48`, 1), 0],
  ['a latency report', gauge(`${PNM}.4.1.1.3.2`, 1), 0],
  ['a histogram', integer(`${PNM}.2.9.1.1.2`, 1), 12],
  ['a pre-equaliser', integer(`${PNM}.2.10.1.1.60`, 1), 12],
])('beside a running test: %s', async (_name, varbind, errorStatus) => {
  await serve(60_000);
  expect(await client.set(integer(`${PNM}.2.5.1.1.48`, 1))).toBe(0);
  expect(await client.set(varbind)).toBe(errorStatus);
  expect(await read(GATE)).toBe(3);
});

test('the spectrum file needs the analyser on, and is of the settings at that moment', async () => {
  await serve(10);
  expect(await client.set(integer(`${ANALYSER}.10.0`, 1))).toBe(12);
  const settings = [gauge(`${ANALYSER}.3.0`, 111_750_000), gauge(`${ANALYSER}.4.0`, 134_250_000)];
  expect(await client.set(...settings, gauge(`${ANALYSER}.6.0`, 64), integer(`${ANALYSER}.1.0`, 1))).toBe(0);
  expect(await client.set(gauge(`${ANALYSER}.6.0`, 128), integer(`${ANALYSER}.10.0`, 1))).toBe(0);
  await until(`${ANALYSER}.11.0`, 4);
  expect((await fileNames())[0]).toMatch(/^PNMSpecAnData_/);
  await waitFor(async () => (await client.walk(AMPLITUDES)).length > 0);
  const rows = await client.walk(AMPLITUDES);
  expect(rows.map(({ oid, value }) => [oid.at(-1), (value as Uint8Array).length])).toEqual(
    [111_750_000, 119_250_000, 126_750_000, 134_250_000].map((centreHz) => [centreHz, 20 + 2 * 64]),
  );
  expect(await client.set(integer(`${ANALYSER}.1.0`, 2))).toBe(0);
  expect(await client.walk(AMPLITUDES)).toEqual([]);
});

test('an analyser without files has none of their objects', async () => {
  await serve(10, { lacksSpectrumFile: true });
  expect(await client.set(integer(`${ANALYSER}.10.0`, 1))).toBe(11);
  expect((await client.walk(ANALYSER)).map(({ oid }) => oid.at(-2))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
