import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { SlotTable } from './slots.js';

const random = (bits: number) => randomInt(2 ** bits);

test('an id finds its request until it is released, and is late afterwards', () => {
  const slots = new SlotTable<string>(2, random);
  const id = slots.claim('walk') as number;
  expect(slots.find(id)).toEqual({ kind: 'open', value: 'walk' });
  expect(slots.release(id)).toBe(true);
  expect(slots.release(id)).toBe(false);
  expect(slots.find(id).kind).toBe('late');
});

test('an answer to the last use of a slot is late, whatever chance gives', () => {
  const slots = new SlotTable<string>(0, () => 5);
  const first = slots.claim('first') as number;
  slots.release(first);
  const second = slots.claim('second') as number;
  expect(second).not.toBe(first);
  expect(slots.find(first).kind).toBe('late');
  expect(slots.find(second)).toEqual({ kind: 'open', value: 'second' });
});

test('ids are request-ids, never two at once, and no more than there are slots', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 6 }), fc.array(fc.boolean(), { maxLength: 300 }), (bits, steps) => {
      const slots = new SlotTable<number>(bits, random);
      const open: number[] = [];
      steps.forEach((isClaim, step) => {
        if (!isClaim) {
          const id = open.shift();
          if (id !== undefined) expect(slots.release(id)).toBe(true);
          return;
        }
        const id = slots.claim(step);
        expect(id === undefined).toBe(open.length === 2 ** bits);
        if (id === undefined) return;
        expect(id).toBeGreaterThanOrEqual(0);
        expect(id).toBeLessThan(2 ** 31);
        expect(open).not.toContain(id);
        open.push(id);
      });
      expect(slots.openCount).toBe(open.length);
      expect(open.every((id) => slots.find(id).kind === 'open')).toBe(true);
    }),
  );
});

test.each([-1, 2 ** 31, 2 ** 40])('%p was never an id', (id) => {
  expect(new SlotTable<string>(4, () => 1).find(id).kind).toBe('unknown');
});
