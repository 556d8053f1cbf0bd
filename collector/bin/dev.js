// `npm run dev`: the demo, built and started again whenever a source changes.
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('../..', import.meta.url));
const launcher = join(root, 'collector', 'bin', 'plantgraph.js');
const SETTLE_MS = 300;

let child = start();
let timer;
let isStopping = false;

function start() {
  const started = spawn(process.execPath, [launcher, 'demo', ...process.argv.slice(2)], {
    stdio: 'inherit',
    cwd: root,
  });
  started.on('exit', (code) => {
    if (isStopping) process.exit(code ?? 0);
  });
  return started;
}

function restart() {
  const old = child;
  if (old.exitCode !== null) {
    child = start();
    return;
  }
  old.once('exit', () => {
    if (!isStopping) child = start();
  });
  old.kill('SIGINT');
}

for (const folder of ['collector/src', 'plugin/src', 'plugin/preview/host', 'migrations']) {
  watch(join(root, folder), { recursive: true }, (_event, name) => {
    if (name?.endsWith('.test.ts') || name?.endsWith('.test.tsx')) return;
    clearTimeout(timer);
    timer = setTimeout(restart, SETTLE_MS);
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    isStopping = true;
    if (child.exitCode !== null) process.exit(0);
    child.kill('SIGINT');
  });
}
