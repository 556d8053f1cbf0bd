import fc from 'fast-check';
import { parseRecording } from '../../snmp/recording.js';
import { recordingReader } from '../../snmp/recording-reader.js';
import { MAX_ROUTES } from '../../snmp/tables/ip-forward-mib.js';
import { mergeFacts } from '../current-facts.js';
import { FACT_KINDS, wholeKinds, type DeviceFacts } from '../facts.js';
import { pollDevice } from '../poll.js';
import { routingView } from '../routing-view.js';

const now = () => new Date('2026-01-01T00:00:00.000Z');
const kinds = new Set(['system', 'interfaces', 'routes'] as const);
const poll = (lines: readonly string[], lost: string[] = []) =>
  pollDevice('r', recordingReader({ instances: parseRecording(lines.join('\n')), lost }), { now, kinds });
const told = ({ routes }: DeviceFacts) =>
  routes.map(
    ({ network, prefixLength, nextHop, ifIndex, type, protocol, metric }) =>
      `${network}/${prefixLength} ${nextHop ?? '-'} ${ifIndex ?? '-'} ${type} ${protocol} ${metric ?? '-'}`,
  );

const INET = '1.3.6.1.2.1.4.24.7.1';
const CIDR = '1.3.6.1.2.1.4.24.4.1';
const OLD = '1.3.6.1.2.1.4.21.1';
const inet = (index: string, [ifIndex, type, protocol, metric]: readonly number[]) => [
  `${INET}.7.${index}|2|${ifIndex}`,
  `${INET}.8.${index}|2|${type}`,
  `${INET}.9.${index}|2|${protocol}`,
  `${INET}.12.${index}|2|${metric}`,
];
const cidr = (index: string, [ifIndex, type, protocol, metric]: readonly number[]) => [
  `${CIDR}.5.${index}|2|${ifIndex}`,
  `${CIDR}.6.${index}|2|${type}`,
  `${CIDR}.7.${index}|2|${protocol}`,
  `${CIDR}.11.${index}|2|${metric}`,
];
const old = (to: string, [ifIndex, metric, type, protocol]: readonly number[], hop: string, mask: string) => [
  `${OLD}.2.${to}|2|${ifIndex}`,
  `${OLD}.3.${to}|2|${metric}`,
  `${OLD}.7.${to}|64|${hop}`,
  `${OLD}.8.${to}|2|${type}`,
  `${OLD}.9.${to}|2|${protocol}`,
  `${OLD}.11.${to}|64|${mask}`,
];

test.each<[string, string[], string[]]>([
  [
    'equal-cost next hops, a policy of two sub-identifiers, a connected network, IPv6 and a black hole',
    [
      ...inet('1.4.10.2.0.0.16.2.0.0.1.4.10.0.0.2', [1, 4, 13, 20]),
      ...inet('1.4.10.2.0.0.16.2.0.0.1.4.10.0.0.3', [2, 4, 13, 20]),
      ...inet('1.4.10.0.0.0.24.0.0.0', [1, 3, 2, 0]),
      ...inet('2.16.32.1.13.184.0.0.0.0.0.0.0.0.0.0.0.0.32.0.2.16.32.1.13.184.0.1.0.0.0.0.0.0.0.0.0.9', [3, 4, 9, 10]),
      ...inet('1.4.192.0.2.0.24.0.1.4.0.0.0.0', [0, 5, 3, -1]),
    ],
    [
      '10.0.0.0/24 - 1 local local 0',
      '10.2.0.0/16 10.0.0.2 1 remote ospf 20',
      '10.2.0.0/16 10.0.0.3 2 remote ospf 20',
      '192.0.2.0/24 - - reject static -',
      '2001:db8::/32 2001:db8:1::9 3 remote isis 10',
    ],
  ],
  [
    'the deprecated table where the newer has no row; groups are no network of ours',
    [
      ...cidr('10.0.0.0.255.255.255.0.0.0.0.0.0', [1, 3, 2, 0]),
      ...cidr('0.0.0.0.0.0.0.0.0.10.0.0.1', [0, 4, 3, 1]),
      ...cidr('224.0.0.5.255.255.255.255.0.0.0.0.0', [0, 1, 2, 0]),
      ...cidr('10.9.0.0.255.0.255.0.0.10.0.0.1', [1, 4, 3, 1]),
      ...old('10.0.0.0', [1, 0, 3, 2], '10.0.0.1', '255.255.255.0'),
    ],
    ['0.0.0.0/0 10.0.0.1 - remote static 1', '10.0.0.0/24 - 1 local local 0'],
  ],
  [
    'the oldest table where there is no other',
    [
      ...old('10.0.0.0', [1, 0, 3, 2], '10.0.0.9', '255.255.255.0'),
      ...old('10.1.0.0', [1, 2, 4, 8], '10.0.0.1', '255.255.0.0'),
      ...old('10.2.0.0', [1, 2, 2, 8], '10.0.0.1', '255.255.0.0'),
    ],
    ['10.0.0.0/24 - 1 local local 0', '10.1.0.0/16 10.0.0.1 1 remote rip 2'],
  ],
  ['a switch without routes', [], []],
])('reads %s', async (_name, lines, expected) => {
  const facts = await poll(lines);
  expect(told(facts)).toEqual(expected);
  expect(wholeKinds(facts).has('routes')).toBe(true);
});

test('a table that timed out is not replaced by an older one, and not whole', async () => {
  const facts = await poll(old('10.0.0.0', [1, 0, 3, 2], '10.0.0.9', '255.255.255.0'), [INET]);
  expect(told(facts)).toEqual([]);
  expect(wholeKinds(facts).has('routes')).toBe(false);
});

describe('a full BGP table', () => {
  const rows = Array.from({ length: MAX_ROUTES + 1 }, (_, i) => `${INET}.7.1.4.20.${i >> 8}.${i & 255}.0.24.0.0.0|2|1`);
  const walkedOf = (lines: readonly string[]) => {
    const reader = recordingReader({ instances: parseRecording(lines.join('\n')) });
    const walked: string[] = [];
    const limits: (number | undefined)[] = [];
    const counting = {
      ...reader,
      walk: async (columns: readonly string[], options: Parameters<typeof reader.walk>[1] = {}) => {
        if (columns.some((column) => column.startsWith('1.3.6.1.2.1.4.2'))) {
          walked.push(columns[0] ?? '');
          limits.push(options.limits?.rows);
        }
        const walk = await reader.walk(columns, options);
        const isOver = walk.rows.length > (options.limits?.rows ?? Infinity);
        return isOver
          ? { ...walk, outcome: 'deadline' as const, detail: `more than ${options.limits?.rows} rows` }
          : walk;
      },
    };
    return { walked, limits, facts: pollDevice('r', counting, { now, kinds: new Set(['system', 'routes'] as const) }) };
  };

  test('is not walked where its size is told', async () => {
    const { walked, facts } = walkedOf(['1.3.6.1.2.1.4.24.6.0|66|912345', ...rows]);
    const polled = await facts;
    expect(walked).toEqual([]);
    expect(polled.tables['inetCidrRouteTable']).toMatchObject({
      outcome: 'deadline',
      detail: `912345 routes: a table of more than ${MAX_ROUTES} is not read`,
      capped: true,
    });
  });

  test('is cut where it is not, and then nothing of it is believed', async () => {
    const { walked, limits, facts } = walkedOf(rows);
    const polled = await facts;
    expect(walked).toEqual([`${INET}.7`]);
    expect(limits).toEqual([MAX_ROUTES]);
    expect(polled.tables['inetCidrRouteTable']).toMatchObject({ outcome: 'deadline', capped: true });
    const before = await poll(inet('1.4.10.0.0.0.24.0.0.0', [1, 3, 2, 0]));
    const { facts: merged, whole } = mergeFacts(before, polled, new Set(FACT_KINDS));
    expect(whole.has('routes')).toBe(false);
    expect(merged.routes).toEqual(before.routes);
    const view = routingView(new Map([['r', merged]]));
    expect(view.routes('r')).toBeNull();
    expect(view.whyNoRoutes('r')).toBe('the routing table of r is not known: more than 5000 rows');
  });
});

test('any index gives a route or a reason', async () => {
  const anyIndex = fc.array(fc.oneof(fc.nat(40), fc.nat(300)), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(anyIndex, { maxLength: 5, selector: (index) => index.join('.') }), async (all) => {
      const facts = await poll(all.map((index) => `${INET}.7.${index.join('.')}|2|1`));
      const report = facts.tables['inetCidrRouteTable'];
      const dropped = Object.values(report?.dropped ?? {}).reduce((sum, n) => sum + n, 0);
      expect((report?.used ?? 0) + dropped).toBe(report?.rows);
      for (const { prefixLength } of facts.routes) expect(prefixLength).toBeLessThanOrEqual(128);
    }),
    { numRuns: 200 },
  );
});
