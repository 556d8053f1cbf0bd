import { execFileSync } from 'node:child_process';
import { Secret } from '../src/lib/secret.js';
import { createEngineReader } from '../src/snmp/engine-reader.js';
import { createLocalEngine } from '../src/snmp/engine/client.js';
import { parseOid, type Instance } from '../src/snmp/recording.js';
import { instancesOf } from '../src/snmp/rows.js';
import { createSnmpReader } from '../src/snmp/session.js';
import { findSnmpd, startSnmpd } from '../test/snmp-agent.js';
import type { BenchRow } from './report.js';

/** system, interfaces, IP, ifXTable, UCD (Opaque floats, Counter64), SNMP engine: every type that snmpd serves. */
const SUBTREES = [
  '1.3.6.1.2.1.1',
  '1.3.6.1.2.1.2.2.1',
  '1.3.6.1.2.1.4',
  '1.3.6.1.2.1.31.1.1.1',
  '1.3.6.1.4.1.2021',
  '1.3.6.1.6.3.10',
];
/** Do not change while they are read. */
const STABLE_TAGS = new Set([6, 64]);
const NAME = 'rows on Debian’s snmpd that snmpbulkwalk or net-snmp read otherwise';

/** Row 11: names, types and what does not change from second to second. */
export async function sameRowsRow(): Promise<BenchRow[]> {
  const path = findSnmpd();
  if (path === undefined) {
    return [
      { id: '11', name: `${NAME}: snmpd is not installed`, ours: null, peer: null, ratio: null, bound: 0, holds: null },
    ];
  }
  const agent = await startSnmpd(path, 'rocommunity public\nsysName bench-agent\n');
  const engine = createLocalEngine();
  const credential = { version: '2c', community: new Secret('public') } as const;
  const target = { host: '127.0.0.1', port: agent.port, credential, timeoutMs: 2_000, retries: 2, maxRepetitions: 25 };
  const ours = createEngineReader(target, { engine });
  const library = createSnmpReader(target, { engine: 'none' });
  let rows = 0;
  let other = 0;
  const tags = new Set<number>();
  try {
    for (const root of SUBTREES) {
      const column = parseOid(root);
      const mine = instancesOf([column], (await ours.walk([root])).rows);
      const theirs = instancesOf([column], (await library.walk([root])).rows);
      const said = namesOf(agent.port, root);
      rows += mine.length;
      for (const { tag } of mine) tags.add(tag);
      other += differences(mine.map(wordsOf), theirs.map(wordsOf)) + differences(mine.map(nameOf), said);
    }
  } finally {
    library.close();
    await engine.close();
    await agent.stop();
  }
  const name = `${NAME}, of ${rows} with ${tags.size} types`;
  return [{ id: '11', name, ours: other, peer: null, ratio: null, bound: 0, holds: other === 0 && rows > 0 }];
}

const nameOf = ({ oid }: Instance): string => oid.join('.');
const wordsOf = (one: Instance): string =>
  `${nameOf(one)} ${one.tag}${STABLE_TAGS.has(one.tag) ? ` ${String(one.value)}` : ''}`;

function namesOf(port: number, root: string): string[] {
  const said = execFileSync(
    'snmpbulkwalk',
    ['-v2c', '-c', 'public', '-m', '', '-M', '', '-On', '-OQ', '-Cr25', `127.0.0.1:${port}`, root],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  return [...said.matchAll(/^\.([\d.]+) = /gm)]
    .map((match) => match[1] as string)
    .filter((name) => name.startsWith(`${root}.`));
}

function differences(a: readonly string[], b: readonly string[]): number {
  const [first, second] = [new Set(a), new Set(b)];
  return a.filter((one) => !second.has(one)).length + b.filter((one) => !first.has(one)).length;
}
