import fc from 'fast-check';
import { TimerWheel, type Timed } from './wheel.js';

class Bell implements Timed {
  dueTick = -1;
  wheelTick = -1;
  readonly rungMs: number[] = [];
  onDue(nowMs: number): void {
    this.rungMs.push(nowMs);
  }
}

test('rings once, not before its time, at the first look after the tick that follows', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 50 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 100, maxLength: 150 }),
      (dues, steps) => {
        const startMs = 5_003;
        const wheel = new TimerWheel(startMs);
        const bells = dues.map((due) => ({ bell: new Bell(), atMs: startMs + due }));
        for (const { bell, atMs } of bells) wheel.arm(bell, atMs);
        const looksMs: number[] = [];
        let nowMs = startMs;
        for (const step of steps) {
          nowMs += step;
          looksMs.push(nowMs);
          wheel.advance(nowMs);
        }
        for (const { bell, atMs } of bells) {
          const first = looksMs.find((look) => look >= atMs + 2 * wheel.tickMs);
          if (first === undefined) expect(bell.rungMs.length).toBeLessThanOrEqual(1);
          else {
            expect(bell.rungMs).toHaveLength(1);
            expect(bell.rungMs[0]).toBeGreaterThanOrEqual(atMs);
            expect(bell.rungMs[0]).toBeLessThanOrEqual(first);
          }
        }
      },
    ),
  );
});

test('what is armed anew rings at the new time only, earlier or later', () => {
  const wheel = new TimerWheel(0);
  const [later, sooner] = [new Bell(), new Bell()];
  wheel.arm(later, 100);
  wheel.arm(later, 300);
  wheel.arm(sooner, 300);
  wheel.arm(sooner, 100);
  for (let nowMs = 10; nowMs <= 1_000; nowMs += 10) wheel.advance(nowMs);
  expect(later.rungMs).toEqual([300]);
  expect(sooner.rungMs).toEqual([100]);
});

test('what is disarmed does not ring, and may be armed again', () => {
  const wheel = new TimerWheel(0);
  const bell = new Bell();
  wheel.arm(bell, 100);
  wheel.disarm(bell);
  wheel.advance(200);
  expect(bell.rungMs).toEqual([]);
  wheel.arm(bell, 300);
  wheel.advance(400);
  expect(bell.rungMs).toEqual([400]);
});

test('a time more than one turn of the wheel away waits for its turn', () => {
  const wheel = new TimerWheel(0);
  const bell = new Bell();
  wheel.arm(bell, 60_000);
  for (let nowMs = 50; nowMs < 60_000; nowMs += 50) wheel.advance(nowMs);
  expect(bell.rungMs).toEqual([]);
  wheel.advance(60_010);
  expect(bell.rungMs).toHaveLength(1);
});

test('after a long pause of the process everything that is due rings', () => {
  const wheel = new TimerWheel(0);
  const bells = Array.from({ length: 100 }, () => new Bell());
  bells.forEach((bell, i) => wheel.arm(bell, 10 + i * 37));
  wheel.advance(3_600_000);
  expect(bells.every(({ rungMs }) => rungMs.length === 1)).toBe(true);
});
