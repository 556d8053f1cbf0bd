import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The compose file as the tool itself reads it; no engine is needed for that. */
const tools: [string, string[]][] = [
  ['docker', ['compose']],
  ['docker-compose', []],
];
const tool = tools.find(([command, args]) => spawnSync(command, [...args, 'version']).status === 0);
if (!tool)
  console.log('SKIPPED: neither "docker compose" nor "docker-compose" is here; docker-compose.yml is not checked');

(tool ? test : test.skip)(
  'docker-compose.yml is valid, with and without the demo profile',
  () => {
    const [command, args] = tool as [string, string[]];
    const folder = mkdtempSync(join(tmpdir(), 'plantgraph-compose-'));
    cpSync(join(__dirname, '../../docker-compose.yml'), join(folder, 'docker-compose.yml'));
    mkdirSync(join(folder, 'secrets'));
    writeFileSync(join(folder, 'secrets/grafana.env'), '');
    for (const profile of [[], ['--profile', 'demo']]) {
      const { status, stderr } = spawnSync(command, [...args, ...profile, 'config', '-q'], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect({ status, stderr }).toMatchObject({ status: 0 });
    }
  },
  60_000,
);
