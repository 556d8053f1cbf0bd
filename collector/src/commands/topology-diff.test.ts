import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contextsOf, instancesOf } from '../simulator/campus/agent.js';
import { advance, cutLink, moveHost } from '../simulator/campus/events.js';
import { generateNetwork } from '../simulator/campus/generate.js';
import type { Network } from '../simulator/campus/network.js';
import { DEMO } from '../simulator/campus/parameters.js';
import { stateOf } from '../simulator/campus/state.js';
import { truthOf } from '../simulator/campus/truth.js';
import { formatRecording } from '../snmp/recording.js';
import { buildProgram } from './program.js';
import { diffFolders } from './topology-diff.js';

const campus = generateNetwork({ ...DEMO, sites: 1, corePair: false, portsPerAccess: [4, 5] });
const hosts = truthOf(campus).hosts.filter(({ inTable, segment }) => inTable && segment === null);
const [host] = hosts;
const target = hosts.find(({ device }) => device !== host?.device);
const link = stateOf(campus.plan).links.find(({ a, b }) =>
  [a, b].every(({ device }) => device.includes('access') || device.includes('dist')),
);
const pair = [link?.a.device, link?.b.device].sort().join(' ');

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'plantgraph-diff-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, network: Network, without: readonly string[] = []): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const { id } of network.plan.devices.filter((device) => !without.includes(device.id))) {
    writeFileSync(join(path, `${id}.snmprec`), formatRecording(instancesOf(network, id)));
    for (const vlan of contextsOf(network, id)) {
      writeFileSync(join(path, `${id}@${vlan}.snmprec`), formatRecording(instancesOf(network, id, vlan)));
    }
  }
  return path;
}

const told = async (before: string, after: string, subject: 'link' | 'host') =>
  (await diffFolders(before, after)).differences
    .filter((one) => one.subject === subject && one.change !== 'changed')
    .map(({ change, before: old, after: now }) => {
      const edge = now ?? old;
      return `${change} ${[edge?.a.node, edge?.b.node].sort().join(' ')}`;
    });

test('a quiet network differs in nothing, a cut link is removed, a host that moves is one move', async () => {
  const before = write('before', campus);
  const quiet = write('quiet', advance(campus, 300));
  expect((await diffFolders(before, quiet)).differences).toEqual([]);

  const cut = write('cut', cutLink(campus, link?.id ?? ''));
  expect(await told(before, cut, 'link')).toContain(`removed ${pair}`);

  const mac = host?.mac ?? ('' as never);
  const moved = write('moved', moveHost(campus, mac, { device: target?.device ?? '', ifIndex: target?.ifIndex ?? 0 }));
  expect((await told(before, moved, 'host')).filter((text) => text.includes(mac))).toEqual([
    `moved ${[target?.device, `host:${mac}`].sort().join(' ')}`,
  ]);
  expect(await told(before, moved, 'link')).toEqual([]);
});

test('what only devices that are missing report is unknown; the command says so and ends with 3', async () => {
  const both = pair.split(' ');
  const before = write('all', campus);
  const after = write('some', cutLink(campus, link?.id ?? ''), both);
  const diff = await diffFolders(before, after);
  expect(diff.silentDevices).toEqual(both);
  expect(await told(before, after, 'link')).toContain(`unknown ${pair}`);
  expect((await told(before, after, 'link')).filter((text) => text.startsWith('removed'))).toEqual([]);

  const written: string[] = [];
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const err = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  try {
    const argv = ['node', 'plantgraph', 'topology', 'diff', before, after, '--output', 'json'];
    expect(await buildProgram().run(argv)).toBe(3);
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
  expect(written).toHaveLength(1);
  expect(JSON.parse(written[0] ?? '')).toMatchObject({
    from: before,
    to: after,
    silentDevices: both,
    churn: { link: 0 },
    counts: { unknown: expect.any(Number) },
  });
});
