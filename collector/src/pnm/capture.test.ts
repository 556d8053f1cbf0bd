import { parseIp } from '../lib/ip.js';
import { parseMac } from '../lib/mac.js';
import type { SetVarbind } from '../snmp/reader.js';
import * as pnm from '../snmp/tables/docs-pnm-mib.js';
import { runCapture } from './capture.js';
import { DEFAULT_CAPTURE_TIMERS, type AskedCapture, type CaptureDeps } from './capture-run.js';
import { CaptureError } from './errors.js';
import { FakeModem, FakeReceiver, MODEM_ADDRESS, MODEM_MAC, VirtualClock, type Misbehaviour } from './fake-modem.js';
import type { AuditEntry } from './modem-session.js';
import { OperationSteps } from './steps.js';

function setUp(misbehaviour: Misbehaviour = {}) {
  const clock = new VirtualClock();
  const receiver = new FakeReceiver(clock);
  const modem = new FakeModem(clock, receiver, misbehaviour);
  const log: string[] = [];
  const asked: AskedCapture[] = [];
  const failed: { captureId: string; code: string }[] = [];
  const audited: AuditEntry[] = [];
  const set = modem.set.bind(modem);
  modem.set = async (varbinds) => {
    log.push('set');
    await set(varbinds);
  };
  const get = modem.get.bind(modem);
  modem.get = async (oids) => {
    if (oids.some((oid) => oid.startsWith('1.3.6.1.2.1.2.2.1.6.'))) log.push('mac');
    return get(oids);
  };
  const steps = new OperationSteps(clock.now, () => undefined);
  const abort = new AbortController();
  const deps: CaptureDeps = {
    reader: modem,
    receiver,
    destination: { addresses: [parseIp('127.0.0.1')], path: 'pnm/' },
    audit: {
      begin: async (entry) => {
        audited.push(entry);
        log.push('audit');
        return String(audited.length);
      },
      end: async () => void log.push('audited'),
    },
    clock,
    timers: DEFAULT_CAPTURE_TIMERS,
    steps,
    identified: async () => undefined,
    asked: async (capture) => void asked.push(capture),
    failed: async (captureId, { code }) => void failed.push({ captureId, code }),
    deposit: async () => {
      throw new Error('nothing is read as a table here');
    },
    ingest: async (file) => file.id,
  };
  const run = (channelIds: number[] = []) =>
    runCapture(
      {
        operationId: 'op',
        mac: MODEM_MAC,
        address: MODEM_ADDRESS,
        test: 'rxmer',
        channelIds,
        actor: 'noc',
        signal: abort.signal,
      },
      deps,
    );
  return { clock, receiver, modem, log, asked, failed, audited, steps, abort, deps, run };
}

const trigger = (varbinds: readonly SetVarbind[]) =>
  varbinds.some(({ oid }) => oid.startsWith(pnm.docsPnmCmDsOfdmRxMerFileEnable));

test('measures every channel one after the other', async () => {
  const world = setUp();
  const results = await world.run();
  expect(results.map(({ channelId, error }) => [channelId, error])).toEqual([
    [33, undefined],
    [34, undefined],
  ]);
  expect(results.map(({ captureId }) => captureId)).toEqual(world.asked.map(({ captureId }) => captureId));
  expect(new Set(world.asked.map(({ askedName }) => askedName)).size).toBe(2);
  expect(world.receiver.expected.map(({ name }) => name)).toEqual(world.asked.map(({ askedName }) => askedName));
  expect(world.steps.list.filter(({ name }) => name !== 'find').every(({ state }) => state === 'done')).toBe(true);
});

test('reads the MAC back and commits an audit row before every SET', async () => {
  const world = setUp();
  await world.run([33]);
  const order = world.log.join(' ');
  expect(order.match(/mac audit set audited/g)?.length).toBe(world.modem.sets.length);
  expect(world.modem.sets).toHaveLength(3); // destination, name, trigger
  expect(world.audited[0]?.detail.objects).toContainEqual({
    object: 'docsPnmBulkDestIpAddr',
    oid: pnm.docsPnmBulkDestIpAddr,
    value: '127.0.0.1',
  });
});

test('leaves a destination alone that is right', async () => {
  const world = setUp();
  await world.run([33]);
  world.modem.sets.length = 0;
  await world.run([34]);
  expect(world.modem.sets.flat().some(({ oid }) => oid === pnm.docsPnmBulkDestIpAddr)).toBe(false);
});

test('falls back to single SETs, type before address', async () => {
  const world = setUp({ refuses: (varbinds) => (varbinds.length > 1 ? 5 : undefined) });
  expect((await world.run([33]))[0]?.error).toBeUndefined();
  const singles = world.modem.sets.filter((varbinds) => varbinds.length === 1).map(([varbind]) => varbind?.oid);
  expect(singles.slice(0, 4)).toEqual([
    pnm.docsPnmBulkDestIpAddrType,
    pnm.docsPnmBulkDestIpAddr,
    pnm.docsPnmBulkDestPath,
    pnm.docsPnmBulkUploadControl,
  ]);
});

test.each<[string, Misbehaviour, string | undefined]>([
  ['a file under its default name', { upload: 'default-name' }, undefined],
  ['a modem that uploads only when asked', { upload: 'on-request' }, undefined],
  ['a sample that was cut short', { endStatus: pnm.MEAS_STATUS.sampleTruncated }, undefined],
  ['an old sampleReady', { oldStatus: pnm.MEAS_STATUS.sampleReady, testMs: 4000 }, undefined],
  ['an old error', { oldStatus: pnm.MEAS_STATUS.error }, undefined],
  ['a test faster than the poll', { oldStatus: pnm.MEAS_STATUS.sampleReady, testMs: 10 }, undefined],
  ['a lost answer to the trigger', { losesTriggerAnswer: true }, undefined],
  ['a test that fails', { endStatus: pnm.MEAS_STATUS.error }, 'PNM_MEASURE_ERROR'],
  ['no resources', { endStatus: pnm.MEAS_STATUS.resourceUnavailable }, 'PNM_RESOURCE_UNAVAILABLE'],
  ['renumbered interfaces', { endStatus: pnm.MEAS_STATUS.interfaceModification }, 'PNM_INTERFACE_CHANGED'],
  ['a test that never ends', { testMs: 1e9 }, 'PNM_MEASURE_TIMEOUT'],
  ['a trigger that starts nothing', { endStatus: pnm.MEAS_STATUS.inactive, testMs: 1 }, 'PNM_TRIGGER_REFUSED'],
  ['a trigger without right', { refuses: (varbinds) => (trigger(varbinds) ? 6 : undefined) }, 'PNM_TRIGGER_REFUSED'],
  ['a trigger at a bad time', { refuses: (v) => (trigger(v) ? 12 : undefined) }, 'PNM_RESOURCE_UNAVAILABLE'],
  ['no upload although done', { upload: 'elsewhere' }, 'PNM_UPLOAD_ELSEWHERE'],
  ['an upload that fails', { upload: 'error' }, 'PNM_UPLOAD_FAILED'],
  ['an upload that never comes', { upload: 'never' }, 'PNM_UPLOAD_FAILED'],
])('%s', async (_name, misbehaviour, code) => {
  const world = setUp(misbehaviour);
  const [result] = await world.run([33]);
  expect(result?.error?.code).toBe(code);
  if (code === undefined) return;
  expect(world.failed.at(-1)?.code).toBe(code);
  const states = world.steps.list.filter(({ channelId }) => channelId === 33).map(({ state }) => state);
  expect(states.filter((state) => state === 'failed')).toHaveLength(1);
  expect(states).not.toContain('running');
  expect(states).not.toContain('waiting');
});

test.each<[string, Misbehaviour, string]>([
  ['a gate that stays shut', { gate: pnm.CTL_STATUS.testInProgress }, 'PNM_BUSY'],
  ['a modem that rejects for now', { gate: pnm.CTL_STATUS.tempReject }, 'PNM_TEMP_REJECT'],
  ['a destination that is not kept', { ignoresDestination: true }, 'PNM_DESTINATION_REFUSED'],
  ['a destination without right', { refuses: () => 6 }, 'PNM_DESTINATION_REFUSED'],
])('starts nothing: %s', async (_name, misbehaviour, code) => {
  const world = setUp(misbehaviour);
  await expect(world.run()).rejects.toMatchObject({ code });
  expect(world.asked).toEqual([]);
});

test('never writes to a modem that is another one now', async () => {
  const world = setUp();
  world.modem.becomes(parseMac('00:1d:b3:00:00:01'));
  await expect(world.run()).rejects.toMatchObject({ code: 'PNM_IDENTITY_MISMATCH' });
  expect(world.modem.sets).toEqual([]);
});

test('stops writing when the address changes hands in the middle', async () => {
  const world = setUp();
  world.clock.at(300, () => world.modem.becomes(parseMac('00:1d:b3:00:00:01')));
  const results = await world.run();
  expect(results.map(({ error }) => error?.code)).toEqual([undefined, 'PNM_IDENTITY_MISMATCH']);
  expect(world.modem.sets).toHaveLength(3);
});

test.each([
  [[33], undefined],
  [[99], 'PNM_NO_CHANNEL'],
])('measures the channels asked for: %j', async (channelIds, code) => {
  const world = setUp();
  if (code) await expect(world.run(channelIds)).rejects.toMatchObject({ code });
  else expect((await world.run(channelIds)).map(({ channelId }) => channelId)).toEqual(channelIds);
});

test('triggers nothing while the disk is full', async () => {
  const world = setUp();
  world.receiver.isFull = true;
  expect((await world.run([33]))[0]?.error?.code).toBe('PNM_SPOOL_FULL');
  expect(world.modem.sets.some(trigger)).toBe(false);
});

test('a cancelled run ends with its reason, what is stored stays', async () => {
  const world = setUp({ testMs: 3000 });
  world.clock.at(6000, () => world.abort.abort(new CaptureError('PNM_CANCELLED', 'cancelled on request')));
  const results = await world.run();
  expect(results.map(({ error }) => error?.code)).toEqual([undefined, 'PNM_CANCELLED']);
});

test('one channel of two may fail', async () => {
  let count = 0;
  const world = setUp({ refuses: (varbinds) => (trigger(varbinds) && (count += 1) === 1 ? 6 : undefined) });
  const results = await world.run();
  expect(results.map(({ error }) => error?.code)).toEqual(['PNM_TRIGGER_REFUSED', undefined]);
});
