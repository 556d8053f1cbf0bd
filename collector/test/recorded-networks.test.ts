import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAgents, type Agents } from '../src/simulator/agent.js';
import { readRecordedNetwork } from '../src/simulator/recorded.js';
import { freeUdpPort, startCollector, until, type TestCollector } from './collector.js';
import { describeDatabase, useDatabase } from './database.js';

/**
 * Recorded networks served over UDP, polled by a whole collector: what stands in the database is the links that their
 * truth asserts for LLDP and CDP, both ports right, and no link that is not there.
 */
const walks = join(process.env['PLANTGRAPH_SHARED'] ?? join(__dirname, '../../../shared'), 'data/walks');
const networks = ['onms-nms17216-cisco-lab', 'onms-nms7563-home', 'onms-nms0123-juniper-ring'];

interface Truth {
  links: { a_dev: string; a_ifindex: number; b_dev: string; b_ifindex: number; kind: string }[];
  not_links?: { a_dev?: string; b_dev?: string }[];
  allowed_links?: { a_dev: string; a_ifindex: number; b_dev: string; b_ifindex: number }[];
}

const pair = (aDevice: string, aIf: number | null, bDevice: string, bIf: number | null) =>
  [`${aDevice} ${aIf}`, `${bDevice} ${bIf}`].sort().join(' – ');

const isHere = existsSync(walks);
if (!isHere) {
  console.log(`SKIPPED: no recorded networks at ${walks}`);
  test.skip('recorded networks over UDP', () => undefined);
}

describeDatabase('recorded networks', (edition) => {
  if (!isHere) return;
  describe.each(networks)('%s', (network) => {
    const database = useDatabase(edition);
    // hooks of the inner block end before the database does
    describe('over UDP', () => {
      let agents: Agents;
      let running: TestCollector;

      beforeAll(async () => {
        const port = await freeUdpPort();
        const firstAddress = `127.${41 + networks.indexOf(network)}.${edition === 'plain' ? 1 : 2}.1`;
        const recorded = await readRecordedNetwork(join(walks, network), { port, firstAddress });
        agents = createAgents(recorded.agents);
        await agents.start();
        process.env['PLANTGRAPH_TEST_COMMUNITY'] = 'public';
        running = await startCollector(
          database.pool,
          JSON.stringify({
            api: { port: 0 },
            sites: [{ id: 'lab' }],
            credentials: { lab: { version: '2c', community: 'env:PLANTGRAPH_TEST_COMMUNITY' } },
            profiles: {
              fast: {
                tablesSec: 2,
                interfacesSec: 2,
                forwardingSec: 5,
                timeoutMs: 1000,
                retries: 2,
                vlanContexts: false,
              },
            },
            devices: [...recorded.addresses].map(([device, address]) => ({
              id: device.toLowerCase(),
              address,
              port,
              site: 'lab',
              credential: 'lab',
              profile: 'fast',
            })),
          }),
        );
      }, 60_000);

      afterAll(async () => {
        await running?.stop();
        await agents?.stop();
      }, 60_000);

      test('gives the links of its truth and no others', async () => {
        const truth = JSON.parse(await readFile(join(walks, network, 'truth.json'), 'utf8')) as Truth;
        const asPair = (link: Truth['links'][number]) =>
          pair(link.a_dev.toLowerCase(), link.a_ifindex, link.b_dev.toLowerCase(), link.b_ifindex);
        const wanted = [
          ...new Set(truth.links.filter(({ kind }) => kind === 'lldp' || kind === 'cdp').map(asPair)),
        ].sort();
        const allowed = new Set([...truth.links, ...((truth.allowed_links ?? []) as Truth['links'])].map(asPair));
        const read = async () => {
          const { rows } = await database.pool.query<{
            a_dev: string;
            a_if: number | null;
            b_dev: string;
            b_if: number | null;
            members: [number, number][];
          }>(
            `select a_dev, a_if, b_dev, b_if, members from edges
            where valid_to is null and subject = 'link' and layer = 2
              and a_dev in (select device_id from devices) and b_dev in (select device_id from devices)`,
          );
          // an aggregate stands for its cables
          return [
            ...new Set(
              rows.flatMap(({ a_dev, a_if, b_dev, b_if, members }) =>
                members.length > 0
                  ? members.map(([a, b]) => pair(a_dev, a, b_dev, b))
                  : [pair(a_dev, a_if, b_dev, b_if)],
              ),
            ),
          ].sort();
        };
        const found = await until(read, (links) => wanted.every((link) => links.includes(link)), 60_000);
        expect(found.filter((link) => !wanted.includes(link) && !allowed.has(link))).toEqual([]);
      }, 90_000);
    });
  });
});
