import { build } from 'esbuild';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded } from '../src/db/embedded.js';
import { createPool, inTransaction } from '../src/db/pool.js';
import { isAlive } from '../src/db/server.js';

const dataDir = mkdtempSync(join(tmpdir(), 'plantgraph-embedded-'));
chmodSync(dataDir, 0o755);
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const query = async <T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
};

const until = async (condition: () => boolean) => {
  const limit = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > limit) throw new Error('the condition did not come true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const postmaster = () => Number(readFileSync(join(dataDir, 'database', 'postmaster.pid'), 'utf8').split('\n')[0]);

test('starts on loopback with a password of its own, and finds its data and port again', async () => {
  const first = startEmbedded({ dataDir });
  await first.start();
  const { url } = first;
  await query(url, 'create table kept as select 42 as answer');
  expect(statSync(join(dataDir, 'database.json')).mode & 0o777).toBe(0o600);
  const wrong = Object.assign(new URL(url), { password: 'wrong' }).href;
  await expect(query(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  const pid = postmaster();
  await first.stop();
  expect(isAlive(pid)).toBe(false);

  const second = startEmbedded({ dataDir });
  await second.start();
  expect(second.url).toBe(url);
  expect(await query(url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await second.stop();
});

test('takes another port when its own is taken', async () => {
  const { port } = JSON.parse(readFileSync(join(dataDir, 'database.json'), 'utf8')) as { port: number };
  const squatter = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => squatter.once('listening', resolve));
  const database = startEmbedded({ dataDir });
  await database.start();
  expect(Number(new URL(database.url).port)).not.toBe(port);
  await database.stop();
  squatter.close();
});

test('is not stopped by a pid file that outlived its server and names another process', async () => {
  writeFileSync(
    join(dataDir, 'database', 'postmaster.pid'),
    `${process.pid}\n${dataDir}/database\n0\n5432\n\n127.0.0.1\n`,
  );
  const database = startEmbedded({ dataDir });
  await database.start();
  await database.stop();
});

describe('another process', () => {
  const script = join(dataDir, 'child.mjs');
  let child: ChildProcess;

  const startChild = async () => {
    child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until(() => said.includes('ready'));
  };

  beforeAll(async () => {
    await build({
      stdin: {
        contents: `import { startEmbedded } from './src/db/embedded.js';
          const database = startEmbedded({ dataDir: process.argv[2] });
          await database.start();
          console.log('ready');
          setInterval(() => undefined, 1000);`,
        resolveDir: join(__dirname, '..'),
      },
      outfile: script,
      bundle: true,
      // found from the script's folder otherwise
      banner: {
        js: `import { createRequire as r } from 'node:module'; const require = r(${JSON.stringify(__filename)});`,
      },
      platform: 'node',
      format: 'esm',
      define: { 'import.meta.url': JSON.stringify(`file://${join(__dirname, '..', 'src', 'db', 'embedded.ts')}`) },
      logLevel: 'error',
    });
    await startChild();
  });
  afterAll(() => child.kill('SIGKILL'));

  test('that uses the directory is respected', async () => {
    await expect(startEmbedded({ dataDir }).start()).rejects.toMatchObject({
      code: 'DATABASE_IN_USE',
      message: expect.stringContaining(String(child.pid)),
    });
  });

  test('killed the hard way takes its server along, and what was committed is there', async () => {
    const { port, password } = JSON.parse(readFileSync(join(dataDir, 'database.json'), 'utf8')) as {
      port: number;
      password: string;
    };
    const url = `postgres://plantgraph:${password}@127.0.0.1:${port}/plantgraph`;
    await query(url, `insert into kept values (43)`);
    const pid = postmaster();
    child.kill('SIGKILL');
    await until(() => !isAlive(pid));
    const next = startEmbedded({ dataDir });
    await next.start();
    expect(await query(next.url, 'select answer from kept order by 1')).toEqual([{ answer: 42 }, { answer: 43 }]);
    await next.stop();
  });

  test('killed together with its watcher leaves a server, which the next start ends', async () => {
    await startChild();
    const pid = postmaster();
    process.kill(pid, 'SIGSTOP'); // the watcher's signal stays pending: the server survives its parent
    child.kill('SIGKILL');
    await until(() => child.signalCode !== null);
    const said: string[] = [];
    const next = startEmbedded({ dataDir, say: (text) => said.push(text) });
    const starting = next.start();
    await until(() => said.length > 0);
    process.kill(pid, 'SIGCONT');
    await starting;
    expect(said.join()).toContain(`process ${pid}`);
    await next.stop();
  });
});

describe('a server that goes away', () => {
  test('costs the query that ran and nothing else', async () => {
    const database = startEmbedded({ dataDir });
    await database.start();
    const errors: string[] = [];
    const pool = createPool(database.url, { onError: ({ message }) => errors.push(message), maxConnections: 2 });
    await pool.query('select 1');
    const pid = postmaster();
    process.kill(pid, 'SIGQUIT');
    await until(() => !isAlive(pid));
    await expect(inTransaction(pool, (client) => client.query('select 1'))).rejects.toThrow();
    const again = startEmbedded({ dataDir });
    await again.start();
    expect((await pool.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
    expect(errors.length).toBeGreaterThan(0);
    await pool.end();
    await again.stop();
    await database.stop();
  });

  test('that answers nothing is given up on in time', async () => {
    const database = startEmbedded({ dataDir });
    await database.start();
    const pool = createPool(database.url, { onError: () => undefined, queryTimeoutMs: 200, connectTimeoutMs: 200 });
    await expect(pool.query('select pg_sleep(5)')).rejects.toThrow(/timeout/i);
    await pool.end();
    await database.stop();
  });
});
