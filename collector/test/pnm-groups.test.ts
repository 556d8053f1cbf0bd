import { randomUUID } from 'node:crypto';
import { macFromBytes } from '../src/lib/mac.js';
import type { DecodedCapture, Finding } from '../src/pnm/decoding/series.js';
import { inTransaction } from '../src/db/pool.js';
import { groupNodes } from '../src/pnm/group-job.js';
import { groupStore } from '../src/pnm/group-store.js';
import { insertSeries } from '../src/pnm/series-store.js';
import { describeDatabase, useDatabase } from './database.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const never = new AbortController().signal;

const macOf = (at: number) => macFromBytes([0x3c, 0x7a, 0x8a, 0x30, 0, at]);
const notch = (mhz: number, depthDb = 6): Finding => ({
  kind: 'notch',
  direction: 'downstream',
  frequencyHz: mhz * 1e6,
  widthHz: 1e6,
  depthDb,
  detail: 'made',
});
const echo = (delayNs: number): Finding => ({
  kind: 'echo',
  direction: 'downstream',
  delayNs,
  levelDb: -25,
  resolutionNs: 5,
  detail: 'made',
});

function captureOf(kind: 'rxmer' | 'channel', findings: readonly Finding[]): DecodedCapture {
  const axis = { zeroFrequencyHz: 600e6, firstActive: 0, spacingHz: 50e3, count: 4000, measuredCount: 4000 };
  const no = undefined;
  return {
    kind: kind === 'rxmer' ? 'ds_ofdm_rxmer' : 'ds_ofdm_chan_est',
    modemMac: no,
    channelId: 33,
    deviceTimeSec: no,
    warnings: [],
    findings,
    series:
      kind === 'rxmer'
        ? {
            kind,
            ...axis,
            quarterDb: new Uint8Array(4000).fill(160),
            ...{ meanMerDb: 40, stdDevMerDb: 0, minMerDb: 40, percentile2MerDb: 40, notchCount: 0 },
            ...{ deepestNotchDb: no, tiltDb: no, capacityBps: no, rippleDb: no, ripplePeriodHz: no, margins: [] },
          }
        : {
            kind,
            ...axis,
            direction: 'downstream',
            form: 'estimate',
            fractionBits: 13,
            coefficients: new Uint8Array(16_000),
            ...{ meanMagnitudeDb: 0, rippleDb: no, tiltDb: no, groupDelayRippleNs: no, bulkDelayNs: no },
            ...{ echoCount: 0, strongestEcho: no },
          },
  };
}

describeDatabase('groups of modems', (edition) => {
  const database = useDatabase(edition);

  async function store(at: number, kind: 'rxmer' | 'channel', findings: readonly Finding[], receivedAt = NOW) {
    const owner = {
      captureId: randomUUID(),
      mac: macOf(at),
      test: kind === 'rxmer' ? ('rxmer' as const) : ('channel_estimate' as const),
      channelId: 33,
      receivedAt,
      clockOffsetSec: 0,
    };
    await inTransaction(database.pool, (client) => insertSeries(client, owner, captureOf(kind, findings), undefined));
  }

  test('name the plant where modems share a signature, the home where one is alone', async () => {
    await database.pool.query(
      `insert into modems (mac, cmts_id, site_id, fibre_node, status, first_seen, status_since)
       select mac, 'cmts-1', 'hq', 'N1', 'online', $2, $2 from unnest($1::text[]) as mac`,
      [Array.from({ length: 8 }, (_, at) => macOf(at)), NOW],
    );
    const groups = groupStore(database.pool);
    const run = { groups, now: () => NOW };
    expect(await groupNodes(run, never)).toBe(0);

    for (let at = 0; at < 8; at++) {
      const own = at < 4 ? [notch(700, 6 + 0.1 * at)] : at === 5 ? [notch(650)] : [];
      await store(at, 'rxmer', own);
      await store(at, 'channel', at > 4 ? [echo(200 + at)] : []);
    }
    expect(await groupNodes(run, never)).toBe(1);
    expect(await groupNodes(run, never)).toBe(0); // nothing new since

    const found = await groups.list({ node: 'N1' });
    expect(found).toMatchObject([
      { kind: 'notch', frequencyHz: 700e6, verdict: 'plant', comparableCount: 8, shareRatio: 0.5, site: 'hq' },
      { kind: 'echo', verdict: 'plant', comparableCount: 8, modems: [macOf(5), macOf(6), macOf(7)] },
      { kind: 'notch', frequencyHz: 650e6, verdict: 'home', modems: [macOf(5)] },
    ]);
    expect(await groups.list({ node: 'N2' })).toEqual([]);
    const { rows } = await database
      .poolAs('grafana_reader')
      .query('select kind, verdict, modem_count, modems from grafana.impairment_groups order by id');
    expect(rows[0]).toEqual({
      kind: 'notch',
      verdict: 'plant',
      modem_count: 4,
      modems: [0, 1, 2, 3].map(macOf).join(','),
    });
  });

  test('follow what the newest captures show', async () => {
    const later = new Date(NOW.getTime() + 60_000);
    const groups = groupStore(database.pool);
    for (let at = 0; at < 4; at++) await store(at, 'rxmer', [], later);
    expect(await groupNodes({ groups, now: () => later }, never)).toBe(1);
    expect((await groups.list({ node: 'N1' })).map(({ kind, verdict }) => `${kind} ${verdict}`)).toEqual([
      'echo plant',
      'notch home',
    ]);
  });

  test('do not rest on captures of long ago', async () => {
    const days = new Date(NOW.getTime() + 5 * 24 * 3600 * 1000);
    const groups = groupStore(database.pool);
    await store(0, 'rxmer', [notch(750)], days);
    expect(await groupNodes({ groups, now: () => days }, never)).toBe(1);
    expect(await groups.list({ node: 'N1' })).toMatchObject([{ verdict: 'unknown', comparableCount: 1 }]);
  });
});
