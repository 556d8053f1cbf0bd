import { EngineClock } from './engine-clock.js';

const ENGINE = Uint8Array.of(1, 2, 3, 4, 5);
/** A clock that an authenticated message has confirmed: boots 4, time 1000 at 0 ms. */
const clock = () => {
  const made = new EngineClock(ENGINE, 4, 1_000, 0);
  made.admit(4, 1_000, 0);
  return made;
};

/** RFC 3414, 3.2 step 7b. */
test.each([
  ['the same moment', 4, 1_000, 0, true],
  ['150 s behind', 4, 850, 0, true],
  ['151 s behind', 4, 849, 0, false],
  ['150 s behind, counted on by our own clock', 4, 1_000, 150_000, true],
  ['151 s behind, counted on by our own clock', 4, 1_000, 151_000, false],
  ['far ahead: newer is never rejected', 4, 900_000, 0, true],
  ['a later life, whose time begins anew', 5, 1, 0, true],
  ['an earlier life', 3, 1_000, 0, false],
  ['boots at their end', 2_147_483_647, 1, 0, false],
])('%s', (_name, boots, time, nowMs, admitted) => {
  expect(clock().admit(boots, time, nowMs)).toBe(admitted);
});

test('a later time moves the notion forward, an earlier one does not move it back', () => {
  const one = clock();
  one.admit(4, 2_000, 1_000);
  expect(one.timeAt(1_000)).toBe(2_000);
  one.admit(4, 1_900, 2_000);
  expect(one.timeAt(2_000)).toBe(2_001);
});

test('what discovery said in plain text is replaced by the first proof, lower boots included', () => {
  const one = new EngineClock(ENGINE, 90, 5_000, 0);
  expect(one.admit(2, 10, 0)).toBe(true);
  expect({ boots: one.boots, time: one.timeAt(0) }).toEqual({ boots: 2, time: 10 });
  expect(one.admit(1, 10, 0)).toBe(false);
});

test('the time counts on and does not pass its largest value', () => {
  const one = new EngineClock(ENGINE, 1, 2_147_483_640, 0);
  expect(one.timeAt(3_500)).toBe(2_147_483_643);
  expect(one.timeAt(100_000)).toBe(2_147_483_647);
});
