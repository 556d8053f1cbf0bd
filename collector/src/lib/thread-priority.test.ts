import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';
import { transformSync } from 'esbuild';

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('a thread steps back by itself, and no other with it', async () => {
  const source = readFileSync(join(__dirname, 'thread-priority.ts'), 'utf8');
  const { code } = transformSync(source, { loader: 'ts', format: 'cjs' });
  const said = await new Promise<{ done: boolean; nice: number }>((resolve, reject) => {
    const worker = new Worker(
      `${code}
       const done = module.exports.stepBack(7);
       const fields = require('node:fs').readFileSync('/proc/thread-self/stat', 'utf8').split(') ')[1].split(' ');
       require('node:worker_threads').parentPort.postMessage({ done, nice: Number(fields[16]) });`,
      { eval: true },
    );
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  expect(said).toEqual({ done: true, nice: getPriority() + 7 });
  expect(getPriority()).toBeLessThan(said.nice);
});
