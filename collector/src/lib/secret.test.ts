import { inspect } from 'node:util';
import { Secret } from './secret.js';

test('shows itself nowhere but on request', () => {
  const secret = new Secret('hunter2');
  expect(`${secret} ${JSON.stringify({ secret })} ${inspect({ secret })} ${String(secret)}`).not.toContain('hunter2');
  expect(secret.reveal()).toBe('hunter2');
});
