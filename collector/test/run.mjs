// Runs every suite of the product and ends with one line: N passed, N failed, N skipped.
// `node collector/test/run.mjs` runs all; names of suites run only those: lint types unit plugin database browser.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { installDebianPackages } from './debian.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const results = join(root, '.test-results');
mkdirSync(results, { recursive: true });

/** Runs a command with its output shown; resolves with the exit code. Suites are ended at their limit. */
function run(command, args, { cwd = root, env = {}, limitMinutes = 20 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
    const limit = setTimeout(() => child.kill('SIGKILL'), limitMinutes * 60_000);
    child.on('error', () => resolve(127));
    child.on('exit', (code) => {
      clearTimeout(limit);
      resolve(code ?? 1);
    });
  });
}

const bin = (name) => join(root, 'node_modules', '.bin', name);
const one = (code) => ({ passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 });

const add = (...counts) =>
  counts.reduce((sum, count) => ({
    passed: sum.passed + count.passed,
    failed: sum.failed + count.failed,
    skipped: sum.skipped + count.skipped,
  }));

async function jest(name, cwd, args = [], env = {}) {
  const outputFile = join(results, `${name}.json`);
  rmSync(outputFile, { force: true });
  const code = await run(process.execPath, [bin('jest'), '--json', `--outputFile=${outputFile}`, ...args], {
    cwd,
    env,
  });
  if (!existsSync(outputFile)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(outputFile, 'utf8'));
  const broken =
    report.numRuntimeErrorTestSuites +
    (code !== 0 && report.numFailedTests === 0 && report.numRuntimeErrorTestSuites === 0 ? 1 : 0);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

async function playwright() {
  const outputFile = join(results, 'browser.json');
  rmSync(outputFile, { force: true });
  if (!existsSync(process.env.CHROMIUM_PATH ?? '/usr/bin/chromium')) {
    console.log('SKIPPED: the browser suite needs chromium; run: apt-get install chromium');
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const code = await run(process.execPath, [bin('playwright'), 'test', '--reporter=list,json'], {
    cwd: join(root, 'plugin'),
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: outputFile },
  });
  if (!existsSync(outputFile)) return { passed: 0, failed: 1, skipped: 0 };
  const { stats } = JSON.parse(readFileSync(outputFile, 'utf8'));
  const failed = stats.unexpected + (code !== 0 && stats.unexpected === 0 ? 1 : 0);
  return { passed: stats.expected + stats.flaky, failed, skipped: stats.skipped };
}

const suites = {
  lint: async () =>
    add(
      one(
        await run(process.execPath, [
          bin('eslint'),
          '--cache',
          '--cache-location',
          '.cache/eslint',
          '--max-warnings',
          '0',
          '.',
        ]),
      ),
      one(await run(process.execPath, [bin('prettier'), '--check', '--log-level', 'warn', '.'])),
    ),
  types: async () =>
    add(
      one(await run(process.execPath, [bin('tsc'), '--noEmit', '-p', 'collector'])),
      one(await run(process.execPath, [bin('tsc'), '--noEmit', '-p', 'plugin'])),
    ),
  unit: () => jest('unit', join(root, 'collector')),
  plugin: () => jest('plugin', join(root, 'plugin')),
  build: async () =>
    add(
      one(await run('npm', ['run', 'build'])),
      one(await run(process.execPath, [join('plugin', 'preview', 'build.mjs')])),
    ),
  // a test that failed may have left a socket open: that must not hold up the suites after it
  database: () => jest('database', join(root, 'collector'), ['--config', 'jest.database.config.js', '--forceExit']),
  browser: playwright,
};

const quick = ['unit', 'plugin'];
const asked = process.argv.slice(2);
const chosen = asked.length === 0 ? Object.keys(suites) : asked.length === 1 && asked[0] === 'unit' ? quick : asked;
const unknown = chosen.filter((name) => !(name in suites));
if (unknown.length > 0) {
  console.error(`no suite ${unknown.join(', ')}; there is ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}

if (chosen.includes('database') || chosen.includes('browser')) installDebianPackages();
let total = { passed: 0, failed: 0, skipped: 0 };
for (const name of chosen) {
  console.log(`\n== ${name}`);
  const startedAt = Date.now();
  const counts = await suites[name]();
  total = add(total, counts);
  console.log(
    `== ${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${Math.round((Date.now() - startedAt) / 1000)} s`,
  );
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);
