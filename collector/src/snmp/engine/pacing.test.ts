import { decodeMessage } from '../ber.js';
import {
  agent,
  closeAfterEach,
  engineOf,
  honest,
  respond,
  run,
  until,
  UPTIME,
  type TestRequest,
} from '../test-agents.js';

closeAfterEach();

describe('a device that does not answer', () => {
  const impatient: NonNullable<TestRequest['config']> = { timeoutMs: 20, retries: 0 };

  test('is left alone after some steps, then asked one cheap question, then read again', async () => {
    let isSilent = true;
    const asked: string[] = [];
    const port = await agent((datagram) => {
      const { pdu } = decodeMessage(datagram);
      asked.push(pdu.type);
      if (isSilent) return [];
      return [pdu.type === 'get' ? respond(datagram, [UPTIME]) : honest(datagram, 25)];
    });
    const { engine, counters } = engineOf({ silentStepsToClose: 2, closedForMs: 200 });
    const walk = (config: NonNullable<TestRequest['config']> = impatient) => run(engine, { port, config });
    for (let i = 0; i < 2; i++) expect((await walk()).head).toMatchObject({ outcome: 'timeout', sentCount: 1 });

    const refused = await walk();
    expect(refused.head).toMatchObject({ outcome: 'timeout', sentCount: 0 });
    expect(refused.head.detail).toContain('asked again in');
    expect(counters.refused).toBe(1);
    await until(() => asked.length === 2); // the last may still be under way
    expect(asked).toEqual(['getBulk', 'getBulk']);

    // the time is over: one GET, sent once, and no walk as long as it is not answered
    await until(async () => (await walk()) && asked.length > 2);
    expect(new Set(asked.slice(2))).toEqual(new Set(['get']));

    isSilent = false;
    await until(async () => (await walk({ timeoutMs: 5_000 })).head.outcome === 'complete');
    expect(asked.indexOf('getBulk', 2)).toBe(asked.lastIndexOf('get') + 1); // no walk before a probe was answered
    // nothing of it is held against the device afterwards
    const before = asked.length;
    expect((await walk({ timeoutMs: 5_000 })).head.outcome).toBe('complete');
    expect(asked.slice(before)).not.toContain('get');
  });

  test('is asked a GET all the same, once, and read as soon as it has answered one', async () => {
    let isSilent = true;
    const port = await agent((datagram) => {
      if (isSilent) return [];
      return [decodeMessage(datagram).pdu.type === 'get' ? respond(datagram, [UPTIME]) : honest(datagram, 25)];
    });
    const { engine } = engineOf({ silentStepsToClose: 1, closedForMs: 600_000 });
    await run(engine, { port, config: impatient });
    const get = (config: NonNullable<TestRequest['config']>) =>
      run(engine, { port, type: 'get', oids: [UPTIME.oid], config });
    expect((await get({ timeoutMs: 20, retries: 5 })).head).toMatchObject({ outcome: 'timeout', sentCount: 1 });
    expect((await run(engine, { port })).head.sentCount).toBe(0);
    isSilent = false;
    expect((await get({})).head.outcome).toBe('complete');
    expect((await run(engine, { port })).head.outcome).toBe('complete');
  });

  test('does not hold back another one on the same socket', async () => {
    const [dead, live] = [await agent(() => []), await agent((datagram) => [honest(datagram, 25)])];
    const { engine } = engineOf();
    const waiting = run(engine, { port: dead, config: { timeoutMs: 60_000 }, limits: { timeMs: 60_000 } });
    expect((await run(engine, { port: live })).head.outcome).toBe('complete');
    await engine.close();
    expect((await waiting).head.outcome).toBe('cancelled');
  });

  test('is forgotten on request', async () => {
    let isSilent = true;
    const port = await agent((datagram) => (isSilent ? [] : [honest(datagram, 5)]));
    const { engine } = engineOf({ silentStepsToClose: 1, closedForMs: 600_000 });
    await run(engine, { port, config: impatient });
    isSilent = false;
    expect((await run(engine, { port })).head).toMatchObject({ outcome: 'timeout', sentCount: 0 });
    engine.forget('127.0.0.1', port);
    expect((await run(engine, { port })).head.outcome).toBe('complete');
  });
});

describe('a weak device', () => {
  test.each([
    ['a minimum gap', { minGapMs: 40 }, 40, 1],
    ['a packet budget', { maxPacketsPerSec: 25 }, 40, 3],
    // a tenth of a second's worth may go at once
    ['a larger packet budget', { maxPacketsPerSec: 50 }, 20, 5],
  ])('is asked no faster than %s allows', async (_name, config, eachMs, atOnce) => {
    const port = await agent((datagram) => [honest(datagram, 100)]);
    const { engine } = engineOf();
    const { head } = await run(engine, { port, config });
    expect(head).toMatchObject({ outcome: 'complete', sentCount: 11 });
    expect(head.durationMs).toBeGreaterThanOrEqual((head.sentCount - atOnce) * eachMs - 1);
  });

  test('is not sent repeats beyond its gap, nor for longer than the patience', async () => {
    const port = await agent(() => []);
    const { engine } = engineOf();
    const { head } = await run(engine, { port, config: { timeoutMs: 40, retries: 3, minGapMs: 100 } });
    expect(head).toMatchObject({ outcome: 'timeout' });
    expect(head.sentCount).toBeLessThanOrEqual(2);
  });

  test('has no more requests in flight than the least of its callers says', async () => {
    let inFlight = 0;
    let most = 0;
    const held: (() => void)[] = [];
    const port = await agent((datagram) => {
      most = Math.max(most, ++inFlight);
      held.push(() => inFlight--);
      setImmediate(() => held.shift()?.());
      return [honest(datagram, 50)];
    });
    const { engine } = engineOf();
    const ranges = [1, 11, 21, 31, 41].map((first) => ({ start: [first], stop: [first + 9] }));
    const walks = [1, 8].map((maxInFlight) => run(engine, { port, ranges, config: { maxInFlight } }));
    for (const walk of await Promise.all(walks)) expect(walk.rows).toHaveLength(50);
    expect(most).toBe(1);
  });
});

test('more devices than are read in one turn of the event loop are all read', async () => {
  const ports = await Promise.all(Array.from({ length: 120 }, () => agent((datagram) => [honest(datagram, 12)])));
  const { engine } = engineOf();
  const results = await Promise.all(
    ports.map((port) => run(engine, { port, config: { maxRepetitions: 5, timeoutMs: 10_000 } })),
  );
  expect(new Set(results.map(({ head }) => head.outcome))).toEqual(new Set(['complete']));
  expect(results.every(({ rows }) => rows.length === 12)).toBe(true);
});
