import { Refusals } from './refusals.js';
import type { EngineCredential } from './task.js';

const user = (password: string): EngineCredential => ({
  version: '3',
  user: 'operator',
  context: '',
  auth: { protocol: 'sha', password },
});

test('three refusals in a row hold a credential back for five minutes, then one more try each', () => {
  const refusals = new Refusals();
  for (let i = 0; i < 2; i++) {
    refusals.note(user('wrong'), 0);
    expect(refusals.waitSec(user('wrong'), 0)).toBe(0);
  }
  refusals.note(user('wrong'), 0);
  expect(refusals.waitSec(user('wrong'), 0)).toBe(300);
  expect(refusals.waitSec(user('other'), 0)).toBe(0);
  expect(refusals.waitSec(user('wrong'), 300_000)).toBe(0);
  refusals.note(user('wrong'), 300_000);
  expect(refusals.waitSec(user('wrong'), 300_000)).toBe(300);
});

test('an answer ends it', () => {
  const refusals = new Refusals();
  for (let i = 0; i < 3; i++) refusals.note(user('a'), 0);
  refusals.clear(user('a'));
  expect(refusals.waitSec(user('a'), 0)).toBe(0);
});

test('passwords that were rotated do not pile up', () => {
  const refusals = new Refusals();
  for (let i = 0; i < 100; i++) for (let again = 0; again < 3; again++) refusals.note(user(`p${i}`), 0);
  expect(refusals.waitSec(user('p0'), 0)).toBe(0);
  expect(refusals.waitSec(user('p99'), 0)).toBe(300);
});
