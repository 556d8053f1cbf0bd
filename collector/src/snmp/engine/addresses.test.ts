import { agent, closeAfterEach, drops, engineOf, honest, run } from '../test-agents.js';
import { BLOCK_FLAG } from './block.js';

closeAfterEach();

const OTHER = { address: '127.0.0.9', port: 'same' } as const;
const config = { timeoutMs: 40, retries: 0 };
const HOUR_MS = 3_600_000;

test('a device that answers from another of its addresses is silent unless it may', async () => {
  const port = await agent((datagram) => [honest(datagram, 5)], OTHER);
  const { engine, counters } = engineOf();
  expect((await run(engine, { port, config })).head).toMatchObject({ outcome: 'timeout', flags: 0 });
  expect(drops(counters)).toEqual(['source']);
});

test('with its exception it is read, which the counter and the result show', async () => {
  const port = await agent((datagram) => [honest(datagram, 5)], OTHER);
  const { engine, counters } = engineOf();
  const { rows, head } = await run(engine, { port, config: { anyAddressUntilMs: Date.now() + HOUR_MS } });
  expect(rows).toEqual([1, 2, 3, 4, 5]);
  expect(head.flags & BLOCK_FLAG.otherAddress).toBeTruthy();
  expect(counters.otherAddress).toBe(1);
  expect(drops(counters)).toEqual(['otherAddress']);
});

test('the exception ends by itself, and holds for its device only', async () => {
  const port = await agent((datagram) => [honest(datagram, 5)], OTHER);
  const another = await agent((datagram) => [honest(datagram, 5)], OTHER);
  const { engine, counters } = engineOf();
  const over = await run(engine, { port, config: { ...config, anyAddressUntilMs: Date.now() - 1 } });
  expect(over.head).toMatchObject({ outcome: 'timeout', flags: 0 });
  await run(engine, { port, config: { anyAddressUntilMs: Date.now() + HOUR_MS } });
  expect((await run(engine, { port: another, config })).head.outcome).toBe('timeout');
  expect(counters.otherAddress).toBe(1);
});

test('another port is never taken', async () => {
  const port = await agent((datagram) => [honest(datagram, 5)], { address: '127.0.0.1' });
  const { engine, counters } = engineOf();
  const { head } = await run(engine, { port, config: { ...config, anyAddressUntilMs: Date.now() + HOUR_MS } });
  expect(head.outcome).toBe('timeout');
  expect(drops(counters)).toEqual(['source']);
});
