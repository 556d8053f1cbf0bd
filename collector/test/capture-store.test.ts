import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseIp } from '../src/lib/ip.js';
import { macFromBytes, parseMac, type Mac } from '../src/lib/mac.js';
import { auditLog, captureStore } from '../src/pnm/capture-store.js';
import type { CmtsInventory, RegisteredModem } from '../src/pnm/cmts.js';
import { inlineDecoder, type Decoder } from '../src/pnm/decoding/decoder.js';
import { DecodeError } from '../src/pnm/decoding/errors.js';
import { createFileKeeper } from '../src/pnm/file-keeper.js';
import { encodeModulationProfiles, modulationProfileOf } from '../src/pnm/formats/modulation-profile.js';
import { decodeRxMer, encodeRxMer } from '../src/pnm/formats/rxmer.js';
import { createIngest } from '../src/pnm/ingest.js';
import { forgetOld, queueScheduled } from '../src/pnm/jobs.js';
import { measurementStore } from '../src/pnm/measurement-store.js';
import { createModemLocks } from '../src/pnm/modem-lock.js';
import { operationStore, type NewOperation } from '../src/pnm/operation-store.js';
import type { ReceivedFile } from '../src/pnm/receive/receiver.js';
import { createSpool } from '../src/pnm/receive/spool.js';
import type { CaptureTest } from '../src/pnm/schemas.js';
import { modemStore } from '../src/pnm/store.js';
import { describeDatabase, useDatabase } from './database.js';

const MAC = parseMac('3c:7a:8a:10:00:00');
const OTHER = parseMac('3c:7a:8a:10:00:01');
const START = new Date('2026-11-20T12:00:00Z');
const later = (minutes: number) => new Date(START.getTime() + minutes * 60_000);

const registered = (mac: Mac, changes: Partial<RegisteredModem> = {}): RegisteredModem => ({
  mac,
  address: parseIp('127.20.1.1'),
  macDomain: 3000,
  fibreNode: 'N1',
  registration: 8,
  status: 'online',
  ...changes,
});
const reading = (modems: RegisteredModem[], changes: Partial<CmtsInventory> = {}): CmtsInventory => ({
  modems,
  isWhole: true,
  knowsNodes: true,
  outcome: 'endOfMib',
  detail: undefined,
  droppedRows: 0,
  ...changes,
});
const cmts = { id: 'cmts-1', site: 'hq' };

describeDatabase('modems and captures in the database', (edition) => {
  const database = useDatabase(edition);
  let folder: string;

  beforeEach(async () => {
    await database.pool.query('truncate modems, modem_placements, cmts_polls, pnm_operations cascade');
    await database.pool.query('truncate pnm_rxmer');
    await database.pool.query('truncate pnm_rxmer_latest, audit_log');
    folder = await mkdtemp(join(tmpdir(), 'plantgraph-store-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const placements = async () =>
    (
      await database.pool.query<{ mac: string; fibre_node: string; is_open: boolean }>(
        `select mac, fibre_node, valid_to is null as is_open from modem_placements order by placement_id`,
      )
    ).rows.map(({ mac, fibre_node, is_open }) => `${mac} ${fibre_node}${is_open ? '' : ' closed'}`);
  const statusOf = async (mac: Mac) => (await modemStore(database.pool).find(mac))?.status;

  describe('CMTS readings', () => {
    test('change placements only when something moved', async () => {
      const store = modemStore(database.pool);
      await store.applyInventory(cmts, reading([registered(MAC)]), 1e9, START);
      await store.applyInventory(cmts, reading([registered(MAC)]), 1e9, later(5));
      expect(await placements()).toEqual([`${MAC} N1`]);
      await store.applyInventory(cmts, reading([registered(MAC, { fibreNode: 'N2' })]), 1e9, later(10));
      expect(await placements()).toEqual([`${MAC} N1 closed`, `${MAC} N2`]);
      // the node table could not be read: nothing is known, nothing moves
      const unread = reading([registered(MAC, { fibreNode: undefined })], { knowsNodes: false });
      await store.applyInventory(cmts, unread, 1e9, later(15));
      expect(await placements()).toEqual([`${MAC} N1 closed`, `${MAC} N2`]);
    });

    test('take a modem off only when they are whole', async () => {
      const store = modemStore(database.pool);
      await store.applyInventory(cmts, reading([registered(MAC), registered(OTHER)]), 1e9, new Date());
      await store.applyInventory(
        cmts,
        reading([registered(MAC)], { isWhole: false, outcome: 'timeout' }),
        1e9,
        new Date(),
      );
      expect(await statusOf(OTHER)).toBe('online');
      await store.applyInventory(cmts, reading([registered(MAC)]), 1e9, new Date());
      expect([await statusOf(MAC), await statusOf(OTHER)]).toEqual(['online', 'offline']);
    });

    test('of another CMTS take over only what is online there', async () => {
      const store = modemStore(database.pool);
      await store.applyInventory(cmts, reading([registered(MAC)]), 1e9, new Date());
      const second = { id: 'cmts-2', site: 'hq' };
      await store.applyInventory(second, reading([registered(MAC, { status: 'offline' })]), 1e9, new Date());
      expect((await store.find(MAC))?.cmts).toBe('cmts-1');
      await store.applyInventory(second, reading([registered(MAC)]), 1e9, new Date());
      expect((await store.find(MAC))?.cmts).toBe('cmts-2');
    });

    test('that stay away make status and edges unknown, not down', async () => {
      const store = modemStore(database.pool);
      await store.applyInventory(cmts, reading([registered(MAC)]), 1, new Date(Date.now() - 60_000));
      await store.applyInventory(cmts, reading([], { isWhole: false, detail: 'no answer' }), 1, new Date());
      expect(await statusOf(MAC)).toBe('unknown');
      const { rows } = await database.pool.query<{ state: string; state_reason: string; oper_status: string }>(
        `select state, state_reason, oper_status from grafana.edges where target = $1`,
        [`cm:${MAC}`],
      );
      expect(rows).toEqual([
        {
          state: 'unknown',
          oper_status: 'unknown',
          state_reason: expect.stringMatching(/cmts-1 has not answered since .*: no answer/),
        },
      ]);
    });

    test('every end of an edge on the map is a node on the map', async () => {
      await database.pool.query(`insert into sites values ('hq', 'HQ') on conflict do nothing`);
      await database.pool.query(
        `insert into devices (device_id, address, port, site_id, role, profile) values ('cmts-1', '127.20.0.1', 161, 'hq', 'cmts', 'default')
         on conflict do nothing`,
      );
      const modems = [registered(MAC), registered(OTHER, { fibreNode: undefined })];
      await modemStore(database.pool).applyInventory(cmts, reading(modems), 300, new Date());
      const { rows } = await database.pool.query(
        `select e.id from grafana.edges e
          where e.source not in (select id from grafana.nodes) or e.target not in (select id from grafana.nodes)`,
      );
      expect(rows).toEqual([]);
      const { rows: edges } = await database
        .poolAs('grafana_reader')
        .query<{ source: string; target: string }>(
          `select source, target from grafana.edges where method = 'docsis' order by source, target`,
        );
      expect(edges.map(({ source, target }) => `${source} > ${target}`)).toEqual([
        `cmts-1 > cm:${OTHER}`,
        'cmts-1 > node:cmts-1:N1',
        `node:cmts-1:N1 > cm:${MAC}`,
      ]);
      await database.pool.query(`delete from devices where device_id = 'cmts-1'`);
    });
  });

  const order = (changes: Partial<NewOperation> = {}): NewOperation => ({
    id: randomUUID(),
    mac: MAC,
    test: 'rxmer',
    channelIds: [],
    origin: 'user',
    requestedBy: 'noc',
    reason: undefined,
    ...changes,
  });

  describe('operations', () => {
    test('of people come first, one at a time for a modem', async () => {
      const store = operationStore(database.pool);
      await modemStore(database.pool).applyInventory(cmts, reading([registered(MAC), registered(OTHER)]), 300, START);
      const scheduled = order({ origin: 'schedule' });
      const asked = order();
      const other = order({ mac: OTHER });
      await store.create(scheduled, START);
      await store.create(asked, later(1));
      await store.create(other, later(2));
      expect(
        [await store.claim(START), await store.claim(START), await store.claim(START)].map((one) => one?.id),
      ).toEqual([asked.id, other.id, undefined]);
      await store.finish(asked.id, { state: 'done', error: undefined, steps: [] }, later(3));
      await store.finish(other.id, { state: 'done', error: undefined, steps: [] }, later(3));
      expect((await store.claim(later(3)))?.id).toBe(scheduled.id);
    });

    test('of the schedule take at most a tenth of a fibre node at once, or two modems', async () => {
      const store = operationStore(database.pool);
      const macs = Array.from({ length: 30 }, (_, at) => macFromBytes([0x3c, 0x7a, 0x8a, 0x20, 0, at]));
      const modems = macs.map((mac, at) => registered(mac, { fibreNode: at < 20 ? 'N1' : 'N2' }));
      await modemStore(database.pool).applyInventory(cmts, reading(modems), 1e9, START);
      const wake = jest.fn();
      const options = {
        operations: store,
        worker: { wake },
        everySec: { rxmer: 60, constellation: 0 },
        now: () => START,
      };
      expect(await queueScheduled(options)).toBe(30);
      expect(await queueScheduled(options)).toBe(0);
      expect(wake).toHaveBeenCalledTimes(1);
      const claimed: string[] = [];
      for (let one = await store.claim(START); one !== undefined; one = await store.claim(START)) claimed.push(one.mac);
      const ofFirst = claimed.filter((mac) => macs.slice(0, 20).some((one) => one === mac)).length;
      expect([ofFirst, claimed.length - ofFirst]).toEqual([2, 2]);
    });

    test('of codewords come last, one at a time in a small node', async () => {
      const store = operationStore(database.pool);
      const macs = Array.from({ length: 4 }, (_, at) => macFromBytes([0x3c, 0x7a, 0x8a, 0x21, 0, at]));
      await modemStore(database.pool).applyInventory(cmts, reading(macs.map((mac) => registered(mac))), 1e9, START);
      const options = { operations: store, worker: { wake: jest.fn() }, now: () => START };
      await queueScheduled({ ...options, everySec: { fec_summary: 60 } });
      await queueScheduled({ ...options, everySec: { spectrum: 60 } });
      const first = await store.claim(START);
      const second = await store.claim(START);
      expect([first?.test, second?.test, await store.claim(START)]).toEqual(['spectrum', 'spectrum', undefined]);
      for (let one: typeof first = first; one !== undefined; one = await store.claim(START)) {
        await store.finish(one.id, { state: 'done', error: undefined, steps: [] }, START);
      }
      // the second spectrum still runs: half of the places are its
      await store.finish(second?.id ?? '', { state: 'done', error: undefined, steps: [] }, START);
      expect([(await store.claim(START))?.test, await store.claim(START)]).toEqual(['fec_summary', undefined]);
    });

    test('are due again after their interval', async () => {
      const store = operationStore(database.pool);
      await modemStore(database.pool).applyInventory(cmts, reading([registered(MAC)]), 1e9, START);
      const once = order({ origin: 'schedule' });
      await store.create(once, START);
      await store.claim(START);
      await store.finish(once.id, { state: 'failed', error: { code: 'PNM_BUSY', message: 'busy' }, steps: [] }, START);
      expect(await store.due('rxmer', 300, later(4), 10)).toEqual([]);
      expect(await store.due('rxmer', 300, later(5), 10)).toEqual([MAC]);
      expect(await store.due('constellation', 300, later(0), 10)).toEqual([MAC]);
    });

    test('that wait end at once when cancelled, those that run are told', async () => {
      const store = operationStore(database.pool);
      const waiting = order();
      await store.create(waiting, START);
      expect(await store.cancel(waiting.id, later(1))).toBe('cancelled');
      expect(await store.get(waiting.id)).toMatchObject({ state: 'cancelled', error: { code: 'PNM_CANCELLED' } });
      const running = order();
      await store.create(running, START);
      await store.claim(START);
      expect(await store.cancel(running.id, later(1))).toBe('running');
      expect(await store.saveSteps(running.id, [], 0.5)).toBe(true);
      expect(await store.cancel(randomUUID(), START)).toBeUndefined();
    });
  });

  test('one modem has one lock, which a lost connection gives up and reports', async () => {
    const first = createModemLocks(database.pool);
    const second = createModemLocks(database.pool);
    const lost = jest.fn();
    expect(await first.tryLock(MAC, lost)).toBe(true);
    expect(await first.tryLock(MAC, lost)).toBe(false);
    expect(await second.tryLock(MAC, lost)).toBe(false);
    expect(await second.tryLock(OTHER, lost)).toBe(true);
    await database.pool.query(
      `select pg_terminate_backend(l.pid) from pg_locks l
        where l.locktype = 'advisory' and l.classid = $1 and l.objid = hashtext($2)::bigint & 4294967295 and l.granted`,
      [0x706e6d, MAC],
    );
    for (const untilMs = performance.now() + 5000; lost.mock.calls.length === 0;) {
      if (performance.now() > untilMs) throw new Error('the loss was not reported');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await second.tryLock(MAC, lost)).toBe(true);
    await second.unlock(MAC);
    expect(await first.tryLock(MAC, lost)).toBe(true);
    await first.close();
    await second.close();
    expect(lost).toHaveBeenCalledTimes(1);
  });

  test('the audit log is written before and cannot be rewritten', async () => {
    const writer = database.poolAs('plantgraph_writer');
    const log = auditLog(writer, () => START);
    const entry = {
      actor: 'noc',
      action: 'snmp.set' as const,
      subject: MAC,
      address: parseIp('127.20.1.1'),
      operationId: randomUUID(),
      detail: { objects: [{ object: 'x', value: 1 }], reason: 'test' },
    };
    const auditId = await log.begin(entry);
    await log.end(auditId, 'done');
    const { rows } = await database.pool.query('select actor, subject, outcome, detail from audit_log');
    expect(rows).toEqual([{ actor: 'noc', subject: MAC, outcome: 'done', detail: entry.detail }]);
    await expect(writer.query('delete from audit_log')).rejects.toMatchObject({ code: '42501' });
    await expect(writer.query(`update audit_log set actor = 'x'`)).rejects.toMatchObject({ code: '42501' });
    const reader = database.poolAs('grafana_reader');
    await expect(reader.query('select * from public.audit_log')).rejects.toMatchObject({ code: '42501' });
  });

  describe('ingest', () => {
    const rxmerFile = (mac: Mac, channelId = 33, seed = 1) =>
      encodeRxMer({
        family: 'PNN',
        version: { major: 1, minor: 0 },
        deviceTimeSec: START.getTime() / 1000 + seed,
        channelId,
        modemMac: mac,
        zeroSubcarrierHz: 600_000_000,
        firstActiveSubcarrier: 10,
        spacingHz: 25_000,
        quarterDb: Uint8Array.from({ length: 100 }, (_, at) => (at === 7 ? 0xff : 160)),
      });

    async function setUp(decoder: Decoder = inlineDecoder) {
      const spool = createSpool(join(folder, 'spool'), 0);
      await spool.prepare();
      const captures = captureStore(database.pool);
      const ingest = createIngest({
        captures,
        files: createFileKeeper(join(folder, 'pnm')),
        spool,
        decoder,
        now: () => later(1),
        defaultRequiredMerDb: 34,
        log: { warn: () => undefined },
      });
      await modemStore(database.pool).applyInventory(cmts, reading([registered(MAC)]), 300, START);
      const operation = order();
      await operationStore(database.pool).create(operation, START);
      const ask = async (asked: CaptureTest = 'rxmer'): Promise<string> => {
        const captureId = randomUUID();
        await captures.asked({
          captureId,
          operationId: operation.id,
          mac: MAC,
          address: parseIp('127.20.1.1'),
          test: asked,
          channelId: 33,
          ifIndex: 48,
          askedName: 'x',
          requestedAt: START,
        });
        return captureId;
      };
      const receive = async (id: string, body: Uint8Array): Promise<ReceivedFile> => {
        const write = spool.write();
        write.append(body);
        const path = await (await write.finish()).publish(id);
        const sha256 = createHash('sha256').update(body).digest('hex');
        return { id, path, sha256, bytes: body.length, name: 'x', receivedAt: later(1) };
      };
      return { spool, captures, ingest, ask, receive };
    }

    test('stores bytes as they came and numbers beside them', async () => {
      const { ingest, ask, receive, spool } = await setUp();
      const id = await ask();
      expect(await ingest.store(await receive(id, rxmerFile(MAC)), { truncated: false })).toBe(id);
      const data = await measurementStore(database.pool).get(id);
      expect(data).toMatchObject({
        mac: MAC,
        site: 'hq',
        fibreNode: 'N1',
        channelId: 33,
        firstFrequencyHz: 600_250_000,
        count: 100,
        measuredCount: 99,
        meanMerDb: 40,
        percentile2MerDb: 40,
        requiredMerDb: 34,
        headroomDb: 6,
      });
      expect(Buffer.from(data?.valuesBase64 ?? '', 'base64')[7]).toBe(0xff);
      const { rows } = await database.pool.query<{ mer_db: number | null }>(
        `select mer_db from grafana.rxmer_subcarriers where capture_id = $1 and frequency_hz in (600250000, 600425000) order by frequency_hz`,
        [id],
      );
      expect(rows).toEqual([{ mer_db: 40 }, { mer_db: null }]);
      expect(await spool.list()).toEqual([]);
      const kept = await readdir(join(folder, 'pnm', 'hq', '3c7a8a100000', '2026', '11', '20'));
      expect(kept).toEqual([expect.stringMatching(/^rxmer_33_\d+_[0-9a-f]{8}\.bin$/)]);
    });

    test.each([
      ['another modem inside', () => rxmerFile(OTHER), 'PNM_MAC_MISMATCH'],
      ['no modem inside', () => rxmerFile(parseMac('00:00:00:00:00:00')), 'PNM_MAC_UNUSABLE'],
      ['another channel inside', () => rxmerFile(MAC, 34), 'PNM_CHANNEL_MISMATCH'],
      ['half a file', () => rxmerFile(MAC).subarray(0, 60), 'PNM_TRUNCATED'],
      ['an error page', () => Buffer.from('<html>not found</html>'), 'PNM_UNKNOWN_TYPE'],
    ])('sets apart: %s', async (_name, body, code) => {
      const { ingest, ask, receive, spool } = await setUp();
      const id = await ask();
      await expect(ingest.store(await receive(id, body()), { truncated: false })).rejects.toMatchObject({ code });
      const { rows } = await database.pool.query('select state, error_code from pnm_captures where capture_id = $1', [
        id,
      ]);
      expect(rows).toEqual([{ state: 'quarantined', error_code: code }]);
      expect(await measurementStore(database.pool).list({ limit: 10 })).toEqual([]);
      expect(await spool.list()).toEqual([]);
      expect(await readdir(join(folder, 'pnm', 'quarantine', '2026-11-20'))).toEqual([`${id}_${code}.bin`]);
    });

    test('takes up what was acknowledged before a kill, once, and what nobody asked for never', async () => {
      const { ingest, ask, receive, spool } = await setUp();
      const [first, second] = [await ask(), await ask()];
      await receive(first, rxmerFile(MAC, 33, 1));
      await receive(randomUUID(), rxmerFile(MAC, 33, 2));
      await receive('not-ours', rxmerFile(MAC, 33, 3));
      // stored, but killed before the spool was tidied
      await ingest.store(await receive(second, rxmerFile(MAC, 33, 4)), { truncated: false });
      await receive(second, rxmerFile(MAC, 33, 4));
      expect(await ingest.recover()).toEqual({ stored: 2, quarantined: 2, waiting: 0 });
      expect((await measurementStore(database.pool).list({ limit: 10 })).map(({ id }) => id).sort()).toEqual(
        [first, second].sort(),
      );
      expect(await spool.list()).toEqual([]);
      expect(await ingest.recover()).toEqual({ stored: 0, quarantined: 0, waiting: 0 });
    });

    test('the same bytes again are no second measurement', async () => {
      const { ingest, ask, receive } = await setUp();
      const [first, second] = [await ask(), await ask()];
      await ingest.store(await receive(first, rxmerFile(MAC)), { truncated: false });
      expect(await ingest.store(await receive(second, rxmerFile(MAC)), { truncated: false })).toBe(first);
      expect(await measurementStore(database.pool).list({ limit: 10 })).toHaveLength(1);
    });

    test('while the database refuses, the file waits; then it is stored', async () => {
      const { ingest, ask, receive, spool } = await setUp();
      const id = await ask();
      const file = await receive(id, rxmerFile(MAC));
      await database.pool.query('alter table pnm_rxmer rename to pnm_rxmer_away');
      await expect(ingest.store(file, { truncated: false })).rejects.toMatchObject({ code: 'PNM_STORE_WAITING' });
      expect(await spool.list()).toHaveLength(1);
      await database.pool.query('alter table pnm_rxmer_away rename to pnm_rxmer');
      expect(await ingest.recover()).toEqual({ stored: 1, quarantined: 0, waiting: 0 });
      expect(await measurementStore(database.pool).get(id)).toMatchObject({ id });
    });

    test('a file that ends its decoder is tried again, set apart the third time, and holds up no other', async () => {
      const poison = encodeRxMer({ ...decodeRxMer(rxmerFile(MAC)), zeroSubcarrierHz: 666_000_000 });
      const decoder: Decoder = {
        decode: async (path, context) => {
          const capture = await inlineDecoder.decode(path, context);
          const { series } = capture;
          if (series.kind !== 'rxmer' || series.zeroFrequencyHz !== 666_000_000) return capture;
          throw new DecodeError('PNM_DECODE_CRASHED', 'the decoder ended');
        },
      };
      const { ingest, ask, receive, spool } = await setUp(decoder);
      const [bad, good] = [await ask(), await ask()];
      const file = await receive(bad, poison);
      await expect(ingest.store(file, { truncated: false })).rejects.toMatchObject({ code: 'PNM_STORE_WAITING' });
      expect(await spool.list()).toHaveLength(1);
      expect(await ingest.store(await receive(good, rxmerFile(MAC)), { truncated: false })).toBe(good);
      // the collector is started again in between: the count is in the database
      const again = await setUp(decoder);
      expect(await again.ingest.recover()).toEqual({ stored: 0, quarantined: 0, waiting: 1 });
      expect(await again.ingest.recover()).toEqual({ stored: 0, quarantined: 1, waiting: 0 });
      expect(await again.ingest.recover()).toEqual({ stored: 0, quarantined: 0, waiting: 0 });
      const { rows } = await database.pool.query(
        'select state, error_code, crash_count from pnm_captures where capture_id = $1',
        [bad],
      );
      expect(rows).toEqual([{ state: 'quarantined', error_code: 'PNM_FILE_POISONOUS', crash_count: 3 }]);
      const apart = await readdir(join(folder, 'pnm', 'quarantine'), { recursive: true });
      expect(apart.filter((name) => name.endsWith('PNM_FILE_POISONOUS.bin'))).toHaveLength(1);
    });

    test('a decoder that is busy or stopping counts against no file', async () => {
      const decoder: Decoder = {
        decode: () => Promise.reject(new DecodeError('PNM_DECODE_BUSY', 'too many wait')),
      };
      const { ingest, ask, receive } = await setUp(decoder);
      const id = await ask();
      const file = await receive(id, rxmerFile(MAC));
      await expect(ingest.store(file, { truncated: false })).rejects.toMatchObject({ code: 'PNM_STORE_WAITING' });
      for (let i = 0; i < 5; i++) {
        expect(await ingest.recover()).toEqual({ stored: 0, quarantined: 0, waiting: 1 });
      }
      expect(await (await setUp()).ingest.recover()).toEqual({ stored: 1, quarantined: 0, waiting: 0 });
    });

    test('a channel is compared with its own past', async () => {
      const { ingest, ask, receive } = await setUp();
      const at = (minutes: number, quarter: number, seed: number) => {
        const file = { ...decodeRxMer(rxmerFile(MAC, 33, seed)), quarterDb: new Uint8Array(100).fill(quarter) };
        return { body: encodeRxMer(file), receivedAt: later(minutes) };
      };
      const ids: string[] = [];
      for (const { body, receivedAt } of [at(-30, 160, 1), at(-20, 160, 2), at(-10, 161, 3), at(0, 152, 4)]) {
        const id = await ask();
        await ingest.store({ ...(await receive(id, body)), receivedAt }, { truncated: false });
        ids.push(id);
      }
      const { rows } = await database.pool.query(
        'select capture_id, mean_change_db, change_verdict, past_count from pnm_rxmer order by received_at',
      );
      expect(rows).toEqual([
        { capture_id: ids[0], mean_change_db: null, change_verdict: 'unknown', past_count: 0 },
        { capture_id: ids[1], mean_change_db: 0, change_verdict: 'same', past_count: 1 },
        { capture_id: ids[2], mean_change_db: 0.25, change_verdict: 'same', past_count: 2 },
        { capture_id: ids[3], mean_change_db: -2, change_verdict: 'worse', past_count: 3 },
      ]);
    });

    test('an RxMER capture is held against the profiles of its channel', async () => {
      const { ingest, ask, receive } = await setUp();
      const { modemMac, channelId, zeroSubcarrierHz, firstActiveSubcarrier, spacingHz, family, version } = decodeRxMer(
        rxmerFile(MAC),
      );
      const run = (mainCode: number, subcarrierCount: number) => ({ mainCode, skipCode: undefined, subcarrierCount });
      const profiles = encodeModulationProfiles({
        ...{ modemMac, channelId, zeroSubcarrierHz, firstActiveSubcarrier, spacingHz, family, version },
        deviceTimeSec: START.getTime() / 1000,
        declaredProfileCount: 2,
        profiles: [
          modulationProfileOf(4, [run(12, 50), run(1, 1), run(12, 49)]),
          modulationProfileOf(0, [run(8, 100)]),
        ],
      });
      const [asProfile, asMer] = [await ask('modulation_profile'), await ask()];
      await ingest.store(await receive(asProfile, profiles), { truncated: false });
      await ingest.store(await receive(asMer, rxmerFile(MAC)), { truncated: false });
      const { rows } = await database.poolAs('grafana_reader').query(
        `select profile_id, margin_db, headroom_db, fits, measured_count, data_subcarrier_count
           from grafana.profile_margins where capture_id = $1 order by profile_id`,
        [asMer],
      );
      expect(rows).toEqual([
        {
          profile_id: '0',
          margin_db: 13,
          headroom_db: 13,
          fits: 'true',
          measured_count: 99,
          data_subcarrier_count: 100,
        },
        {
          profile_id: '4',
          margin_db: -1,
          headroom_db: -1,
          fits: 'false',
          measured_count: 98,
          data_subcarrier_count: 99,
        },
      ]);
    });

    test('old captures go with their files, younger ones stay', async () => {
      const { ingest, ask, receive, captures } = await setUp();
      const [old, young] = [await ask(), await ask()];
      const file = await receive(old, rxmerFile(MAC, 33, 1));
      await ingest.store({ ...file, receivedAt: later(-60 * 24 * 10) }, { truncated: false });
      await ingest.store(await receive(young, rxmerFile(MAC, 33, 2)), { truncated: false });
      const files = createFileKeeper(join(folder, 'pnm'));
      const { signal } = new AbortController();
      expect(await forgetOld({ captures, files, days: 7 }, later(1), signal)).toBe(1);
      expect((await measurementStore(database.pool).list({ limit: 10 })).map(({ id }) => id)).toEqual([young]);
      const { rows } = await database.pool.query('select file_path from pnm_captures');
      expect(rows).toHaveLength(1);
      const left = await readdir(join(folder, 'pnm'), { recursive: true });
      expect(left.filter((name) => name.endsWith('.bin'))).toHaveLength(1);
    });

    test('the end of an interrupted operation says what was kept', async () => {
      const { ingest, ask, receive } = await setUp();
      const store = operationStore(database.pool);
      await store.claim(START);
      const [stored, open] = [await ask(), await ask()];
      await ingest.store(await receive(stored, rxmerFile(MAC)), { truncated: false });
      const [running] = await store.running(later(1));
      await store.interrupt(running?.id ?? '', { code: 'PNM_INTERRUPTED', message: 'stopped' }, later(2));
      expect(await store.get(running?.id ?? '')).toMatchObject({
        state: 'partial',
        captureIds: [stored],
        error: { code: 'PNM_INTERRUPTED' },
      });
      const { rows } = await database.pool.query('select state, error_code from pnm_captures where capture_id = $1', [
        open,
      ]);
      expect(rows).toEqual([{ state: 'failed', error_code: 'PNM_INTERRUPTED' }]);
    });
  });
});
