import fc from 'fast-check';
import { Device } from './device.js';
import { EngineClock } from './engine-clock.js';
import { DEFAULT_ENGINE_CONFIG } from './task.js';
import { UdpPort } from './udp-port.js';

const none = () => undefined;
const device = () =>
  new Device(
    '127.0.0.1|161',
    '127.0.0.1',
    161,
    new UdpPort(4, 'default', { receive: none, ready: none, error: none }),
    2_000,
    none,
  );

test('never more datagrams in a second than the budget and a tenth of it at once, nor closer than the gap', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.integer({ min: 0, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 }),
      (maxPacketsPerSec, minGapMs, waits) => {
        const one = device();
        const config = { ...DEFAULT_ENGINE_CONFIG, maxPacketsPerSec, minGapMs };
        const sentMs: number[] = [];
        let nowMs = 10_000;
        for (const wait of waits) {
          nowMs = Math.max(nowMs + wait, one.nextSendMs);
          one.pace(config, nowMs);
          sentMs.push(nowMs);
        }
        const allowed = maxPacketsPerSec + Math.max(1, maxPacketsPerSec / 10) + 1;
        for (const [at, ms] of sentMs.entries()) {
          expect(sentMs.slice(at).filter((later) => later < ms + 1_000).length).toBeLessThanOrEqual(allowed);
          if (at > 0) expect(ms - (sentMs[at - 1] as number)).toBeGreaterThanOrEqual(minGapMs);
        }
      },
    ),
  );
});

test.each([
  ['goes on', 1_000, 1_100, false],
  ['went back', 100_000, 50, true],
  ['was overtaken by an answer in flight beside it', 10_000, 9_800, false],
  ['went round after 497 days', 2 ** 32 - 100, 400, false],
])('the clock of an agent that %s', (_name, before, now, restarted) => {
  const one = device();
  expect(one.noteUptime(before)).toBe(false);
  expect(one.noteUptime(now)).toBe(restarted);
});

test('sizes are remembered for a bounded number of tables', () => {
  const one = device();
  for (let i = 0; i < 200; i++) one.remember(`table-${i}`, { repetitions: i, columns: 1, single: false });
  expect(one.sizeOf('table-0')).toBeUndefined();
  expect(one.sizeOf('table-199')?.repetitions).toBe(199);
});

test('an engine that is not the pinned one is forgotten', () => {
  const one = device();
  one.clock = new EngineClock(Uint8Array.of(1, 2, 3, 4, 5), 1, 1, 0);
  one.keepTo('');
  one.keepTo('0102030405');
  expect(one.clock).toBeDefined();
  one.keepTo('0102030406');
  expect(one.clock).toBeUndefined();
});
