import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlantgraphError } from '../lib/errors.js';

/** The Grafana app could not be built. */
export class BuildError extends PlantgraphError {
  readonly code = 'BUILD_FAILED';
  readonly retryable = false;
}

/** The repository, from `collector/dist/commands` as from `collector/src/commands`. */
export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));

const BUILD_DEADLINE_MS = 300_000;

function newestMs(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Math.max(0, ...entries.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

const builtMs = (file: string) => (existsSync(file) ? statSync(file).mtimeMs : 0);

/** What of the app has to be built before the preview can show it. */
export function staleParts(): ('app' | 'preview')[] {
  const plugin = join(repositoryRoot, 'plugin');
  const parts: ('app' | 'preview')[] = [];
  if (newestMs(join(plugin, 'src')) > builtMs(join(plugin, 'dist', 'module.js'))) parts.push('app');
  if (newestMs(join(plugin, 'preview', 'host')) > builtMs(join(plugin, 'preview', 'dist', 'main.js')))
    parts.push('preview');
  return parts;
}

/** Builds a part; the output is shown only when it fails. */
export async function buildPart(part: 'app' | 'preview'): Promise<void> {
  const folder = join(repositoryRoot, 'plugin');
  const [command, args] =
    part === 'app' ? ['npm', ['run', 'build']] : [process.execPath, [join(folder, 'preview', 'build.mjs')]];
  const output: string[] = [];
  const code = await new Promise<number | null>((resolve) => {
    const child = spawn(command as string, args as string[], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), BUILD_DEADLINE_MS);
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
    child.on('error', () => resolve(null));
    child.on('exit', (exitCode) => {
      clearTimeout(limit);
      resolve(exitCode);
    });
  });
  if (code !== 0)
    throw new BuildError(`building the ${part} failed; run "npm ci" and try again\n${output.join('').slice(-2000)}`);
}
