import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateNetwork } from '../simulator/campus/generate.js';
import { DEFAULTS } from '../simulator/campus/parameters.js';
import { truthOf } from '../simulator/campus/truth.js';
import { infer } from '../topology/correlate/infer.js';
import { explainLink } from '../topology/explain.js';
import { sightingsOf } from '../topology/sightings.js';
import { buildProgram } from './program.js';
import { factsOfRecordings } from './topology.js';
import { writeNetwork } from './topology-polls.js';

/** Real agents' answers of generated networks: every pair of devices is explained, and held against the truth. */
const parameters = {
  ...DEFAULTS,
  seed: 5,
  distribution: 2,
  accessPerDistribution: 3,
  portsPerAccess: [4, 8] as [number, number],
  vlans: 4,
  lostTableRatio: 0.15,
  oneSidedRatio: 0.2,
};

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plantgraph-explain-'));
  await writeNetwork(parameters, folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const LINKED = ['link', 'link-one-sided', 'link-contradicted', 'link-filtered', 'segment'];

test('every pair of a generated network is explained as it is, or what hides it is named', async () => {
  const facts = await factsOfRecordings([join(folder, 'poll-1')]);
  const inference = infer(facts);
  const edges = sightingsOf(inference);
  const { links } = truthOf(generateNetwork(parameters));
  const ids = facts.map(({ deviceId }) => deviceId);
  const wrong: string[] = [];
  for (const [at, a] of ids.entries()) {
    for (const b of ids.slice(at + 1)) {
      const { verdict, missing } = explainLink({ facts, inference, edges, minConfidence: 0.5 }, a, b);
      const isTrue = links.some((link) => [a, b].every((id) => [link.a.device, link.b.device].includes(id)));
      const isShown = LINKED.includes(verdict.code);
      if (!isTrue && isShown && verdict.code !== 'segment' && !verdict.text.includes('routing adjacency')) {
        wrong.push(`not there: ${verdict.text}`);
      }
      if (isTrue && !isShown && verdict.code !== 'unknown' && missing.length === 0)
        wrong.push(`hidden: ${verdict.text}`);
      if (!verdict.text.endsWith('.')) wrong.push(`no sentence: ${verdict.text}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('the order of devices and rows changes no answer', async () => {
  const facts = await factsOfRecordings([join(folder, 'poll-1')]);
  const turned = [...facts].reverse();
  const explain = (all: typeof facts) => {
    const inference = infer(all);
    return JSON.stringify(
      explainLink({ facts: all, inference, edges: sightingsOf(inference), minConfidence: 0.5 }, 'access-1-1', 'core-1'),
    );
  };
  expect(explain(turned)).toBe(explain(facts));
});

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const catching = (stream: 'stdout' | 'stderr', into: 'out' | 'err') =>
    jest.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      written[into] += String(chunk);
      return true;
    });
  const spies = [catching('stdout', 'out'), catching('stderr', 'err')];
  try {
    const code = await buildProgram().run(['node', 'plantgraph', 'topology', 'explain', ...args]);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

test('the command answers for two nodes, for one, and says what to do when there is none', async () => {
  const recordings = join(folder, 'poll-1');
  const pair = await run('dist-1', 'core-1', recordings, '--output', 'json');
  expect(pair.code).toBe(0);
  expect(JSON.parse(pair.out)).toMatchObject({ a: { id: 'dist-1' }, b: { id: 'core-1' }, verdict: { code: 'link' } });
  const table = await run('dist-1', 'core-1', recordings);
  expect(table.out).toMatch(/^Yes: there is a link, dist-1 /);
  const device = await run('core-1', recordings, '--output', 'json');
  expect(JSON.parse(device.out)).toMatchObject({ device: 'core-1', warnings: expect.any(Array) as unknown[] });
  expect((await run('core-1', recordings)).out).toContain('forwarding table');
  const nobody = await run('core-1', 'nobody-at-all', recordings);
  expect(nobody).toMatchObject({ code: 2, err: expect.stringContaining('USAGE_NO_NODE') as string });
});
