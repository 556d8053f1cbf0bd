import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { infer } from '../topology/correlate/infer.js';
import { factsOfRecordings, inferenceJson } from './topology.js';

/** One switch with one port and one neighbour on it. */
const recording = (chassis: string, name: string, neighbour: string) =>
  [
    `1.0.8802.1.1.2.1.3.1.0|2|4`,
    `1.0.8802.1.1.2.1.3.2.0|4x|${chassis}`,
    `1.0.8802.1.1.2.1.3.3.0|4|${name}`,
    `1.0.8802.1.1.2.1.3.7.1.2.3|2|5`,
    `1.0.8802.1.1.2.1.3.7.1.3.3|4|Gi0/3`,
    `1.0.8802.1.1.2.1.4.1.1.4.0.3.1|2|4`,
    `1.0.8802.1.1.2.1.4.1.1.5.0.3.1|4x|${neighbour}`,
    `1.0.8802.1.1.2.1.4.1.1.6.0.3.1|2|5`,
    `1.0.8802.1.1.2.1.4.1.1.7.0.3.1|4|Gi0/3`,
    `1.3.6.1.2.1.17.4.3.1.2.2.0.0.0.0.${name.charCodeAt(0)}|2|7`,
    '',
  ].join('\n');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plantgraph-infer-'));
  await writeFile(join(folder, 'a.snmprec'), recording('020000000001', 'a', '020000000002'));
  await writeFile(join(folder, 'b.snmprec'), recording('020000000002', 'b', '020000000001'));
  await writeFile(join(folder, 'b.lost'), '1.3.6.1.2.1.17.4.3 timed out\n');
  await writeFile(join(folder, 'a@20.snmprec'), '');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('prints the keys that the design promises', async () => {
  const printed = inferenceJson(infer(await factsOfRecordings([folder]))) as Record<string, object[]>;
  expect(Object.keys(printed)).toEqual(['devices', 'links', 'segments', 'hosts', 'warnings', 'explain']);
  expect(printed['links']).toEqual([
    {
      a: { device: 'a', ifIndex: 3, ifName: 'Gi0/3' },
      b: { device: 'b', ifIndex: 3, ifName: 'Gi0/3' },
      layer: 2,
      method: 'lldp',
      sides: 2,
      confidence: 1,
      members: [],
      vlans: [],
      blocked: null,
    },
  ]);
  expect(Object.keys(printed['hosts']?.[0] ?? {})).toEqual([
    'mac',
    'ips',
    'device',
    'bridgePort',
    'ifIndex',
    'vlans',
    'segment',
    'confidence',
  ]);
});

test('prints the same for a folder and for its files in any order', async () => {
  const print = async (paths: string[]) => JSON.stringify(inferenceJson(infer(await factsOfRecordings(paths))));
  const whole = await print([folder]);
  expect(await print([join(folder, 'b.snmprec'), join(folder, 'a.snmprec')])).toBe(whole);
});

test('a lost subtree is not read whole', async () => {
  const [, b] = await factsOfRecordings([folder]);
  expect(b?.tables['dot1dTpFdbTable']?.outcome).toBe('timeout');
  expect(b?.tables['lldpRemTable']?.outcome).toBe('complete');
});

test('says what to do where there is nothing to read', async () => {
  await expect(factsOfRecordings([join(folder, 'absent')])).rejects.toMatchObject({ code: 'USAGE_NO_RECORDING' });
});
