import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { SlotTable } from './slots.js';

const random = (bits: number) => randomInt(2 ** bits);

test('an id finds its request until it is released, and is late afterwards', () => {
  const slots = new SlotTable<object>(2, random);
  const walk = {};
  const id = slots.claim(walk) as number;
  expect(slots.find(id)).toBe(walk);
  expect(slots.release(id)).toBe(true);
  expect(slots.release(id)).toBe(false);
  expect(slots.find(id)).toBeUndefined();
  expect(slots.isLate(id)).toBe(true);
});

test('an answer to the last use of a slot is late, whatever chance gives', () => {
  const slots = new SlotTable<object>(0, () => 5);
  const first = slots.claim({}) as number;
  slots.release(first);
  const other = {};
  const second = slots.claim(other) as number;
  expect(second).not.toBe(first);
  expect(slots.find(first)).toBeUndefined();
  expect(slots.isLate(first)).toBe(true);
  expect(slots.find(second)).toBe(other);
});

test('ids are request-ids, never two at once, and no more than there are slots', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), fc.array(fc.boolean(), { maxLength: 300 }), (bits, steps) => {
      const slots = new SlotTable<object>(bits, random);
      const open: number[] = [];
      steps.forEach((isClaim, step) => {
        if (!isClaim) {
          const id = open.shift();
          if (id !== undefined) expect(slots.release(id)).toBe(true);
          return;
        }
        const id = slots.claim({ step });
        expect(id === undefined).toBe(open.length === 2 ** bits);
        if (id === undefined) return;
        expect(id).toBeGreaterThanOrEqual(0);
        expect(id).toBeLessThan(2 ** 31);
        expect(open).not.toContain(id);
        open.push(id);
      });
      expect(slots.openCount).toBe(open.length);
      expect(open.every((id) => slots.find(id) !== undefined)).toBe(true);
    }),
  );
});

test.each([-1, 2 ** 31, 2 ** 40])('%p was never an id', (id) => {
  const slots = new SlotTable<object>(4, () => 1);
  slots.claim({});
  expect(slots.find(id)).toBeUndefined();
  expect(slots.isLate(id)).toBe(false);
});
