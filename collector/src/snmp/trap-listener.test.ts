import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Secret } from '../lib/secret.js';
import { decodeMessage, encodeMessage, TAG, type Message, type Pdu, type Varbind } from './ber.js';
import type { SnmpCredential } from './credential.js';
import type { EngineCredential } from './engine/task.js';
import { UsmKeyring } from './engine/usm-keys.js';
import { engineCredentialOf } from './engine-reader.js';
import { parseOid } from './recording.js';
import { closeAfterEach, opened, UPTIME, until } from './test-agents.js';
import { UsmAgent, type Tampering } from './test-usm-agent.js';
import { createTrapListener, type TrapCounter } from './trap-listener.js';

closeAfterEach();

const LINK_DOWN = '1.3.6.1.6.3.1.1.5.3';
const varbinds = (trap: string): Varbind[] => [
  UPTIME,
  { oid: parseOid('1.3.6.1.6.3.1.1.4.1.0'), tag: TAG.oid, value: parseOid(trap) },
];
const pduOf = (type: 'trap' | 'inform' | 'get', trap = LINK_DOWN): Pdu => ({
  type,
  requestId: 9,
  errorStatus: 0,
  errorIndex: 0,
  varbinds: varbinds(trap),
});
const message = (pdu: Pdu, community = 's3cret', version: Message['version'] = '2c'): Buffer =>
  Buffer.from(encodeMessage({ version, community, pdu }));
const v1 = (genericTrap: number): Pdu => ({
  type: 'trapV1',
  enterprise: [1, 3, 6, 1, 4, 1, 9],
  agentAddress: Uint8Array.of(10, 9, 9, 9),
  genericTrap,
  specificTrap: 0,
  timestamp: 1,
  varbinds: [],
});

const V2C: SnmpCredential = { version: '2c', community: new Secret('s3cret') };
const V3: SnmpCredential = {
  version: '3',
  user: 'operator',
  auth: { protocol: 'sha256', password: new Secret('authentic-pass') },
  priv: { protocol: 'aes', password: new Secret('private-pass') },
};

/** A listener that knows one device, at 127.0.0.1, and a socket of that device. */
async function lab(credential: SnmpCredential = V2C, lookAgainMs = 10_000) {
  const hints: string[] = [];
  let nowMs = 1_000_000;
  const listener = createTrapListener({
    listen: ['127.0.0.1'],
    port: 0,
    sourceOf: (address) => (address === '127.0.0.1' ? { id: 'core-1', credential } : undefined),
    onHint: (id) => hints.push(id),
    clockMs: () => nowMs,
    lookAgainMs,
  });
  await listener.start();
  opened({ close: () => listener.stop() });
  const socketAt = async (address: string) => {
    const socket = opened(createSocket('udp4'));
    socket.bind(0, address);
    await once(socket, 'listening');
    return socket;
  };
  const device = await socketAt('127.0.0.1');
  const counted = () => Object.entries(listener.counters).filter(([, count]) => count > 0);
  const total = () => Object.values(listener.counters).reduce((sum, count) => sum + count, 0);
  /** Sends datagrams one after another and gives the counters when all have been judged. */
  const send = async (datagrams: readonly Buffer[], from = device) => {
    const end = total() + datagrams.length;
    for (const datagram of datagrams) from.send(datagram, listener.ports[0] as number, '127.0.0.1');
    await until(() => total() >= end);
    return Object.fromEntries(counted()) as Partial<Record<TrapCounter, number>>;
  };
  return { hints, send, socketAt, device, forward: (ms: number) => (nowMs += ms) };
}

test.each([
  ['linkDown of v2c', message(pduOf('trap'))],
  ['linkUp of v2c', message(pduOf('trap', '1.3.6.1.6.3.1.1.5.4'))],
  ['coldStart of v1', message(v1(0), 's3cret', '1')],
  ['linkDown of v1', message(v1(2), 's3cret', '1')],
])('%s makes the collector look', async (_name, datagram) => {
  const { hints, send } = await lab();
  expect(await send([datagram])).toEqual({ hint: 1 });
  expect(hints).toEqual(['core-1']);
});

test('a storm is one reason to look, then there is another', async () => {
  const { hints, send, forward } = await lab();
  expect(await send(Array.from({ length: 10 }, () => message(pduOf('trap'))))).toEqual({ hint: 1, held: 9 });
  forward(10_000);
  await send([message(pduOf('trap'))]);
  expect(hints).toEqual(['core-1', 'core-1']);
});

test('what comes right after a look is looked at once more at the end of the pause', async () => {
  const { hints, send } = await lab(V2C, 20);
  const up = message(pduOf('trap', '1.3.6.1.6.3.1.1.5.4'));
  expect(await send([message(pduOf('trap')), up, up])).toMatchObject({ held: 2 });
  await until(() => hints.length === 2);
});

test('more than a device may send is dropped before it is read', async () => {
  const { send } = await lab();
  expect(await send(Array.from({ length: 30 }, () => Buffer.of(0)))).toEqual({ decode: 20, rate: 10 });
});

test.each<[string, Buffer, TrapCounter]>([
  ['another community', message(pduOf('trap'), 'other'), 'community'],
  ['no notification', message(pduOf('get')), 'pdu'],
  ['a notification that says nothing of links', message(pduOf('trap', '1.3.6.1.4.1.9.9.1')), 'other'],
  ['an enterprise trap of v1', message(v1(6), 's3cret', '1'), 'other'],
  ['syslog text', Buffer.from('<34>Oct 11 core-1 su: failed'), 'decode'],
  ['a trap cut off', message(pduOf('trap')).subarray(0, -3), 'decode'],
])('%s is counted and nothing else', async (_name, datagram, counter) => {
  const { hints, send } = await lab();
  expect(await send([datagram])).toEqual({ [counter]: 1 });
  expect(hints).toEqual([]);
});

test('a stranger is not heard, whatever it knows', async () => {
  const { hints, send, socketAt } = await lab();
  expect(await send([message(pduOf('trap'))], await socketAt('127.0.0.9'))).toEqual({ source: 1 });
  expect(hints).toEqual([]);
});

test('an inform is acknowledged, one without the community is not', async () => {
  const { send, device } = await lab();
  const answers: Buffer[] = [];
  device.on('message', (datagram) => answers.push(datagram));
  await send([message(pduOf('inform'), 'other'), message(pduOf('inform'))]);
  await until(() => answers.length > 0);
  expect(answers).toHaveLength(1);
  expect(decodeMessage(answers[0] as Buffer)).toMatchObject({
    community: 's3cret',
    pdu: { type: 'response', requestId: 9, errorStatus: 0 },
  });
});

describe('SNMPv3', () => {
  const credential = engineCredentialOf(V3) as EngineCredential & { version: '3' };
  const sender = () => new UsmAgent(credential);
  const trapOf = (usm: UsmAgent, change: Tampering = {}, tag = 0xa7): Buffer => {
    const keys = new UsmKeyring().localize(credential, usm.engineId);
    const plain = message(pduOf('trap'), '');
    const pdu = Buffer.from(plain.subarray(plain.indexOf(Buffer.of(0x04, 0)) + 2));
    pdu[0] = tag;
    return usm.write(77, keys, pdu, '', change);
  };

  test('a trap of the configured user makes the collector look', async () => {
    const { hints, send } = await lab(V3);
    expect(await send([trapOf(sender())])).toEqual({ hint: 1 });
    expect(hints).toEqual(['core-1']);
  });

  test.each<[string, Tampering, TrapCounter]>([
    ['in plain text', { level: 0 }, 'level'],
    ['authenticated only', { level: 1 }, 'level'],
    ['with a wrong digest', { wrongDigest: true }, 'digest'],
    ['with a digest cut short', { digestLength: 4 }, 'digest'],
  ])('one %s is dropped', async (_name, change, counter) => {
    const { hints, send } = await lab(V3);
    expect(await send([trapOf(sender(), change)])).toEqual({ [counter]: 1 });
    expect(hints).toEqual([]);
  });

  test('one of an earlier life or time of the engine is dropped', async () => {
    const { send } = await lab(V3);
    const usm = sender();
    const old = [trapOf(usm, { boots: 2 }), trapOf(usm, { time: usm.time - 151 })];
    expect(await send([trapOf(usm), ...old])).toEqual({ hint: 1, window: 2 });
  });

  test('an inform is not taken: the collector is no authoritative engine', async () => {
    const { send } = await lab(V3);
    expect(await send([trapOf(sender(), {}, 0xa6)])).toEqual({ pdu: 1 });
  });

  test('a community does not do for a device with SNMPv3', async () => {
    const { send } = await lab(V3);
    expect(await send([message(pduOf('trap'))])).toEqual({ version: 1 });
  });
});

test('a port that cannot be had is told with its reason', async () => {
  const taken = opened(createSocket('udp4'));
  taken.bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address();
  const listener = createTrapListener({
    listen: ['127.0.0.1'],
    port,
    sourceOf: () => undefined,
    onHint: () => undefined,
  });
  await expect(listener.start()).rejects.toMatchObject({ code: 'SNMP_SOCKET' });
  await listener.stop();
});
