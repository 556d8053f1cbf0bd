import { createSocket, type Socket } from 'node:dgram';
import { decodePnm } from '../pnm/formats/decode.js';
import { merDbOf } from '../pnm/formats/rxmer.js';
import { macFromBytes, parseMac } from '../lib/mac.js';
import { TAG, type Varbind } from '../snmp/ber.js';
import { parseOid } from '../snmp/recording.js';
import { createAgents, type Agents } from './agent.js';
import { createModem, type Modem, type ModemOptions } from './modem.js';
import { createTestClient, type TestClient } from './test-client.js';
import type { OfdmChannel } from './channel.js';

const PNM = '1.3.6.1.4.1.4491.2.1.27.1';
const CTL_STATUS = `${PNM}.2.1.3.0`;
const RXMER = `${PNM}.2.5.1`;
const CONSTELLATION = `${PNM}.2.4.1`;
const MAC = parseMac('3c:7a:8a:00:00:01');

const channel: OfdmChannel = {
  ifIndex: 48,
  channelId: 33,
  zeroSubcarrierHz: 631_100_000,
  firstActiveSubcarrier: 356,
  spacingHz: 25_000,
  count: 7480,
  levelMerDb: 42,
  tiltDbPerMhz: 0,
  noiseDb: 0.78,
  excludedHz: [[700e6, 700.2e6]],
  modulationOrders: [256, 1024, 4096],
};

const integer = (oid: string, value: number): Varbind => ({ oid: parseOid(oid), tag: TAG.integer, value });
const gauge = (oid: string, value: number): Varbind => ({ oid: parseOid(oid), tag: TAG.gauge32, value });
const octets = (oid: string, value: string | number[]): Varbind => ({
  oid: parseOid(oid),
  tag: TAG.octets,
  value: Uint8Array.from(Buffer.from(value)),
});
const destination = (path = ''): Varbind[] => [
  integer(`${PNM}.1.1.1.0`, 1),
  octets(`${PNM}.1.1.2.0`, [127, 0, 0, 1]),
  octets(`${PNM}.1.1.3.0`, path),
  integer(`${PNM}.1.1.4.0`, 3),
];

/** Takes files by plain TFTP; `answers` false: hears the request and says nothing. */
async function tftpServer(): Promise<{ port: number; files: Map<string, Buffer>; sources: string[]; close(): void }> {
  const files = new Map<string, Buffer>();
  const sources: string[] = [];
  const sockets: Socket[] = [];
  const bound = async () => {
    const socket = createSocket('udp4');
    socket.on('error', () => undefined);
    sockets.push(socket);
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return socket;
  };
  const listener = await bound();
  listener.on('message', (request, from) => {
    const [name = '', , ...words] = request.subarray(2).toString('latin1').split('\0');
    const blockSize = words[0] === 'blksize' ? Number(words[1]) : 512;
    sources.push(from.address);
    void bound().then((transfer) => {
      const parts: Buffer[] = [];
      transfer.on('message', (datagram) => {
        const block = datagram.readUInt16BE(2);
        if (block === parts.length + 1) parts.push(datagram.subarray(4));
        if (datagram.length < 4 + blockSize) files.set(name, Buffer.concat(parts));
        transfer.send(Buffer.of(0, 4, datagram[2] as number, datagram[3] as number), from.port, from.address);
      });
      const ready = blockSize === 512 ? Buffer.of(0, 4, 0, 0) : Buffer.from(`\0\x06blksize\0${blockSize}\0`);
      transfer.send(ready, from.port, from.address);
    });
  });
  return { port: listener.address().port, files, sources, close: () => sockets.forEach((socket) => socket.close()) };
}

const until = async <T>(look: () => T | Promise<T>, isRight: (value: T) => boolean): Promise<T> => {
  const endsAt = Date.now() + 5000;
  for (;;) {
    const value = await look();
    if (isRight(value)) return value;
    if (Date.now() > endsAt) throw new Error(`not in 5 s: ${String(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

let modem: Modem;
let agents: Agents;
let client: TestClient;
let server: Awaited<ReturnType<typeof tftpServer>>;
const cleanups: (() => unknown)[] = [];

async function serve(options: Partial<ModemOptions> = {}) {
  server = await tftpServer();
  modem = createModem({
    mac: MAC,
    vendor: 'Acme',
    model: 'CM31',
    hardware: '1.0',
    firmware: '5.7.1',
    serial: 'A1',
    address: '127.30.1.1',
    port: 0,
    readCommunity: 'public',
    writeCommunity: 'private',
    channels: [channel, { ...channel, ifIndex: 49, channelId: 34 }],
    seed: 1,
    measureMs: 20,
    tftpPort: server.port,
    tftpTimeoutMs: 100,
    tftpRetries: 2,
    impairments: [],
    now: () => new Date(),
    ...options,
  });
  agents = createAgents([modem.agent]);
  await agents.start();
  client = createTestClient(agents.endpoint(MAC));
  cleanups.push(server.close, agents.stop, modem.stop, client.close);
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const read = async (oid: string) => (await client.get(oid))[0]?.value;
const trigger = (name: string, ifIndex = 48) =>
  client.set(octets(`${RXMER}.8.${ifIndex}`, name), integer(`${RXMER}.1.${ifIndex}`, 1));
const uploadStatus = async (row: number) => Number((await read(`${PNM}.1.2.1.4.${row}`)) ?? 0);

test('says who it is and which channels it has', async () => {
  await serve();
  expect(Buffer.from((await read('1.3.6.1.2.1.1.1.0')) as Uint8Array).toString()).toContain(
    '<<HW_REV: 1.0; VENDOR: Acme; BOOTR: 2.4.0; SW_REV: 5.7.1; MODEL: CM31>>',
  );
  const types = await client.walk('1.3.6.1.2.1.2.2.1.3');
  expect(types.map(({ value }) => value)).toEqual(expect.arrayContaining([127, 128, 277, 278]));
  const macLayer = types.find(({ value }) => value === 127)?.oid.at(-1);
  expect(macFromBytes((await read(`1.3.6.1.2.1.2.2.1.6.${macLayer}`)) as Uint8Array)).toBe(MAC);
  const channels = await client.walk('1.3.6.1.4.1.4491.2.1.28.1.9.1.1');
  expect(channels.map(({ oid, value }) => [oid.at(-1), value])).toEqual([
    [48, 33],
    [49, 34],
  ]);
});

test.each([undefined, 1428])('measures RxMER and uploads it, block size %p', async (tftpBlockSize) => {
  await serve({
    impairments: [{ kind: 'notch', centreHz: 750e6, widthHz: 4e6, depthDb: 12 }],
    ...(tftpBlockSize ? { tftpBlockSize } : {}),
  });
  expect(await client.set(...destination('pnm/'))).toBe(0);
  expect(await trigger('run1.bin')).toBe(0);
  expect(await read(CTL_STATUS)).toBe(3);
  const file = await until(
    () => server.files.get('pnm/run1.bin'),
    (bytes) => bytes !== undefined,
  );
  const decoded = decodePnm(file as Buffer);
  if (decoded.kind !== 'ds_ofdm_rxmer') throw new Error(decoded.kind);
  expect(decoded).toMatchObject({ modemMac: MAC, channelId: 33, firstActiveSubcarrier: 356, spacingHz: 25_000 });
  const merDb = merDbOf(decoded.quarterDb);
  expect(merDb).toHaveLength(7480);
  expect(merDb.filter(Number.isNaN)).toHaveLength(9);
  const near = (hz: number) => merDb.slice((hz - 640e6) / 25e3 - 8, (hz - 640e6) / 25e3 + 8);
  expect(Math.abs(average(near(660e6)) - 42)).toBeLessThan(1);
  expect(Math.abs(average(near(750e6)) - 30)).toBeLessThan(1.5);
  expect(server.sources[0]).toBe('127.30.1.1');
  await until(
    () => uploadStatus(1),
    (status) => status === 4,
  );
  expect(await read(`${RXMER}.7.48`)).toBe(4);
  expect(
    Math.abs(Number(await read(`${RXMER}.3.48`)) / 100 - average(merDb.filter((mer) => !Number.isNaN(mer)))),
  ).toBeLessThan(0.1);
});

const average = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('shows a constellation of the order and size that were asked for', async () => {
  await serve();
  await client.set(...destination());
  const status = await client.set(
    octets(`${CONSTELLATION}.6.48`, 'const.bin'),
    gauge(`${CONSTELLATION}.2.48`, 2),
    gauge(`${CONSTELLATION}.3.48`, 1024),
    integer(`${CONSTELLATION}.1.48`, 1),
  );
  expect(status).toBe(0);
  const file = await until(
    () => server.files.get('const.bin'),
    (bytes) => bytes !== undefined,
  );
  expect(decodePnm(file as Buffer)).toMatchObject({
    kind: 'ds_constellation',
    modulationCode: 11,
    declaredSymbolCount: 1024,
  });
});

describe('the gate', () => {
  test.each<[string, () => Varbind[], number]>([
    ['a second test', () => [integer(`${RXMER}.1.49`, 1)], 12],
    ['a new name for the running test', () => [octets(`${RXMER}.8.48`, 'x')], 12],
    ['a new destination', () => destination(), 12],
    ['a name for another channel', () => [octets(`${RXMER}.8.49`, 'x')], 0],
  ])('while a test runs: %s', async (_name, varbinds, errorStatus) => {
    await serve({ measureMs: 60_000 });
    expect(await trigger('a')).toBe(0);
    expect(await read(`${RXMER}.7.48`)).toBe(3);
    expect(await read(`${RXMER}.1.48`)).toBe(1);
    expect(await client.set(...varbinds())).toBe(errorStatus);
    expect(await client.set(integer(`${RXMER}.1.48`, 2))).toBe(0);
    expect(await read(CTL_STATUS)).toBe(2);
    expect(await read(`${RXMER}.7.48`)).toBe(2);
  });

  test.each<[string, Varbind, number]>([
    ['an address of three octets', octets(`${PNM}.1.1.2.0`, [1, 2, 3]), 8],
    ['a gauge sent as INTEGER', integer(`${CONSTELLATION}.3.48`, 8192), 7],
    ['a read-only object', integer(`${RXMER}.7.48`, 4), 17],
    ['a channel that is not there', integer(`${RXMER}.1.50`, 1), 11],
    ['a truth value of 0', integer(`${RXMER}.1.48`, 0), 10],
  ])('refuses %s', async (_name, varbind, errorStatus) => {
    await serve();
    await client.set(integer(`${PNM}.1.1.1.0`, 1));
    expect(await client.set(varbind)).toBe(errorStatus);
  });

  test('does all of a SET or nothing', async () => {
    await serve();
    expect(await client.set(octets(`${RXMER}.8.48`, 'kept?'), integer(`${RXMER}.7.48`, 4))).toBe(17);
    expect(await read(`${RXMER}.8.48`)).toEqual(Buffer.alloc(0));
  });

  test('keeps the status of the last run, and forgets all at a reboot', async () => {
    await serve();
    await client.set(...destination());
    await trigger('a');
    await until(
      () => uploadStatus(1),
      (status) => status === 4,
    );
    expect(await read(`${RXMER}.7.48`)).toBe(4);
    await modem.reboot();
    expect(await read(`${RXMER}.7.48`)).toBe(2);
    expect(await client.walk(`${PNM}.1.2`)).toEqual([]);
  });
});

describe('fails on request:', () => {
  test('ignores the name', async () => {
    await serve({ faults: { ignoresFileName: true } });
    await client.set(...destination());
    await trigger('mine.bin');
    const names = await until(
      () => [...server.files.keys()],
      (all) => all.length > 0,
    );
    expect(names[0]).toMatch(/^PNMDsMer_3C7A8A000001_\d+$/);
  });

  test('another MAC in the file, in the older family, counted from boot', async () => {
    const other = parseMac('3c:7a:8a:00:00:99');
    await serve({ faults: { macInFile: other, sendsLegacyFiles: true, hasNoTimeOfDay: true } });
    await client.set(...destination());
    await trigger('x');
    const file = await until(
      () => server.files.get('x'),
      (bytes) => bytes !== undefined,
    );
    expect(decodePnm(file as Buffer)).toMatchObject({ family: 'PNM', modemMac: other, deviceTimeSec: 0 });
  });

  test('stops in the middle of the upload, and tries again when told to', async () => {
    await serve({ faults: { stopsUploadAfterBlocks: 3 } });
    await client.set(...destination());
    await trigger('x');
    await until(
      () => uploadStatus(1),
      (status) => status === 7,
    );
    expect(server.files.size).toBe(0);
    modem.fail({});
    expect(await client.set(integer(`${PNM}.1.2.1.3.1`, 2))).toBe(0);
    await until(
      () => uploadStatus(1),
      (status) => status === 4,
    );
    expect(modem.counters()).toMatchObject({ testsRun: 1, uploadsCompleted: 1, uploadsFailed: 1 });
  });

  test('no server: the upload ends in error', async () => {
    await serve({ tftpPort: 9, tftpTimeoutMs: 20 });
    await client.set(...destination());
    await trigger('x');
    await until(
      () => uploadStatus(1),
      (status) => status === 7,
    );
  });

  test('holds a file back without automatic upload', async () => {
    await serve();
    await client.set(...destination().slice(0, 3), integer(`${PNM}.1.1.4.0`, 2));
    await trigger('x');
    await until(
      () => uploadStatus(1),
      (status) => status === 2,
    );
    expect(await client.set(integer(`${PNM}.1.2.1.3.1`, 2))).toBe(0);
    await until(
      () => uploadStatus(1),
      (status) => status === 4,
    );
    expect(await client.set(integer(`${PNM}.1.2.1.3.1`, 4))).toBe(0);
    expect(await client.walk(`${PNM}.1.2`)).toEqual([]);
  });

  test('a stale status survives the trigger', async () => {
    await serve({ measureMs: 150 });
    await client.set(...destination());
    await trigger('a');
    await until(
      () => read(`${RXMER}.7.48`),
      (status) => status === 4,
    );
    modem.fail({ staleStatusMs: 100 });
    await trigger('b');
    expect(await read(`${RXMER}.7.48`)).toBe(4);
    await until(
      () => read(`${RXMER}.7.48`),
      (status) => status === 3,
    );
    await until(() => server.files.has('b'), Boolean);
  });

  test('no resources', async () => {
    await serve({ faults: { refusesResources: true } });
    expect(await trigger('a')).toBe(0);
    expect(await read(`${RXMER}.7.48`)).toBe(6);
  });
});

test('keeps a few files only', async () => {
  await serve({ measureMs: 1, faults: { neverUploads: true } });
  for (let run = 0; run < 10; run++) {
    await trigger(`run${run}`);
    await until(
      () => read(CTL_STATUS),
      (status) => status === 2,
    );
  }
  const names = await client.walk(`${PNM}.1.2.1.2`);
  expect(names.map(({ oid }) => oid.at(-1))).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
  expect(modem.counters().filesOverwritten).toBe(2);
});
