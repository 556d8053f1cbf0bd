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
const NAME = 'values on Debian’s snmpd that snmpbulkwalk or net-snmp read otherwise';
/** What comes and goes while it is read is read again. */
const MOST_READINGS = 3;

/**
 * Row 11: each name, type and value. The library reads before and after us: what is then the same must be the same for us
 * and for snmpbulkwalk, and a number that has moved must lie between.
 */
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
  const seen: Seen = { values: 0, moving: 0, other: 0, tags: new Set() };
  try {
    for (const root of SUBTREES) {
      const column = parseOid(root);
      const read = async (reader: Reader) => wordsOf(instancesOf([column], (await reader.walk([root])).rows));
      for (let reading = 1; ; reading++) {
        const before = await read(library);
        const mine = await read(ours);
        const said = wordsSaid(agent.port, root);
        const found = compare(before, mine, said, await read(library));
        if (found.other > 0 && reading < MOST_READINGS) continue;
        seen.values += found.values;
        seen.moving += found.moving;
        seen.other += found.other;
        for (const tag of found.tags) seen.tags.add(tag);
        break;
      }
    }
  } finally {
    library.close();
    await engine.close();
    await agent.stop();
  }
  const { values, moving, other, tags } = seen;
  const name = `${NAME}, of ${values} with ${tags.size} types (${moving} moved meanwhile)`;
  return [{ id: '11', name, ours: other, peer: null, ratio: null, bound: 0, holds: other === 0 && values > 0 }];
}

interface Seen {
  values: number;
  moving: number;
  other: number;
  readonly tags: Set<string>;
}

type Reader = Pick<ReturnType<typeof createEngineReader>, 'walk'>;
/** Value by name, each as `type|value`. */
type Words = ReadonlyMap<string, string>;

function compare(before: Words, mine: Words, said: Words, after: Words): Seen {
  const found: Seen = { values: mine.size, moving: 0, other: 0, tags: new Set() };
  for (const name of new Set([...before.keys(), ...mine.keys(), ...said.keys(), ...after.keys()])) {
    const [first, last] = [before.get(name), after.get(name)];
    found.tags.add((first ?? last ?? '').split('|')[0] as string);
    if (first !== last) found.moving++;
    if (!isBetween(first, mine.get(name), last) || !isBetween(first, said.get(name), last)) found.other++;
  }
  return found;
}

function isBetween(first: string | undefined, value: string | undefined, last: string | undefined): boolean {
  if (value === undefined || first === undefined || last === undefined) return false;
  if (value === first || value === last) return true;
  const [type, from] = first.split('|') as [string, string];
  const [, to] = last.split('|') as [string, string];
  const [ownType, own] = value.split('|') as [string, string];
  // text that moves, such as an average of load in words, has nothing between
  if (type === '4' || ownType !== type || first === last) return type === ownType && first !== last;
  const [low, high] = [Math.min(Number(from), Number(to)), Math.max(Number(from), Number(to))];
  return Number(own) >= low && Number(own) <= high;
}

const wordsOf = (instances: readonly Instance[]): Words =>
  new Map(instances.map((one) => [one.oid.join('.'), `${one.tag}|${valueOf(one)}`]));

function valueOf({ tag, value }: Instance): string {
  if (!(value instanceof Uint8Array)) return Array.isArray(value) ? value.join('.') : String(value);
  const octets = Buffer.from(value);
  if (tag === IP_ADDRESS) return octets.join('.');
  if (tag === OPAQUE && octets[1] === FLOAT) return octets.readFloatBE(3).toFixed(6);
  return octets.toString('hex');
}

const IP_ADDRESS = 64;
const OPAQUE = 68;
/** Net-SNMP's float inside an Opaque: 9F 78 04, then four octets. */
const FLOAT = 0x78;
const TYPES: Readonly<Record<string, number>> = {
  INTEGER: 2,
  'Hex-STRING': 4,
  OID: 6,
  IpAddress: IP_ADDRESS,
  Counter32: 65,
  Gauge32: 66,
  Opaque: OPAQUE,
  Counter64: 70,
};

/** What snmpbulkwalk prints, with octets as hex and ticks as a number. */
function wordsSaid(port: number, root: string): Words {
  const said = execFileSync(
    'snmpbulkwalk',
    ['-v2c', '-c', 'public', '-m', '', '-M', '', '-One', '-Oxt', '-OU', '-Cr25', `127.0.0.1:${port}`, root],
    { encoding: 'utf8', maxBuffer: 1 << 26 },
  );
  const words = new Map<string, string>();
  // long octets go on in lines of their own
  for (const line of said.replaceAll(/\n(?!\.\d)/g, '').split('\n')) {
    const [, name, text] = /^\.([\d.]+) = (.*)$/.exec(line) ?? [];
    if (name === undefined || text === undefined || !name.startsWith(`${root}.`)) continue;
    words.set(name, wordOfSaid(text.trim()));
  }
  return words;
}

function wordOfSaid(text: string): string {
  if (text === '""') return '4|';
  if (/^\d+$/.test(text)) return `67|${text}`;
  const [, type = '', value = ''] = /^([\w-]+): (?:Float: )?(.*)$/.exec(text) ?? [];
  const tag = TYPES[type];
  if (tag === 4) return `4|${value.replaceAll(' ', '').toLowerCase()}`;
  return tag === undefined ? text : `${tag}|${value.replace(/^\./, '')}`;
}
