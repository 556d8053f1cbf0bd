import { runAll, type Component } from './component.js';

const recorder =
  (log: string[], fails?: string) =>
  (name: string): Component => ({
    name,
    start: async () => {
      log.push(`start ${name}`);
      if (fails === name) throw new Error(`${name} failed`);
    },
    stop: async () => {
      log.push(`stop ${name}`);
    },
  });

test('stops in reverse what it started', async () => {
  const log: string[] = [];
  const until = new AbortController();
  const running = runAll(['a', 'b'].map(recorder(log)), until.signal, () => undefined);
  await Promise.resolve();
  until.abort();
  await running;
  expect(log.at(-1)).toBe('stop a');
});

test('a failing start stops those before it and is reported', async () => {
  const log: string[] = [];
  const components = ['a', 'b', 'c'].map(recorder(log, 'b'));
  await expect(runAll(components, new AbortController().signal, () => undefined)).rejects.toThrow('b failed');
  expect(log).toEqual(['start a', 'start b', 'stop a']);
});
