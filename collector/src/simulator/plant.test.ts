import { macFromBytes } from '../lib/mac.js';
import { createAgents, type Agents } from './agent.js';
import { dateAndTime } from './cmts-tables.js';
import { createPlant, type Plant } from './plant.js';
import { createTestClient, type TestClient } from './test-client.js';

const REGISTRATION = '1.3.6.1.4.1.4491.2.1.20.1.3.1';
const NODE_STATUS = '1.3.6.1.4.1.4491.2.1.20.1.12.1';
const cleanups: (() => unknown)[] = [];
let plant: Plant;
let agents: Agents;

async function serve(): Promise<TestClient> {
  plant = createPlant({
    nodes: [
      { name: 'N1', legs: { A: 2, B: 2 } },
      { name: 'Nine', legs: { A: 1 } },
    ],
    cmtsAddress: '127.30.20.1',
    firstModemAddress: '127.30.20.254',
    port: 0,
  });
  agents = createAgents(plant.agents);
  await agents.start();
  const client = createTestClient(agents.endpoint('cmts-1'));
  cleanups.push(agents.stop, plant.stop, client.close);
  return client;
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('the CMTS names each modem with its address and the fibre node it hangs on', async () => {
  const client = await serve();
  const column = async (number: number) => (await client.walk(`${REGISTRATION}.${number}`)).map(({ value }) => value);
  expect((await column(2)).map((mac) => macFromBytes(mac as Uint8Array))).toEqual(plant.modems.map(({ mac }) => mac));
  expect((await column(5)).map((address) => (address as Uint8Array).join('.'))).toEqual(
    plant.modems.map(({ address }) => address),
  );
  expect(plant.modems.map(({ address }) => address).slice(1, 3)).toEqual(['127.30.20.255', '127.30.21.0']);
  expect(await column(6)).toEqual([8, 8, 8, 8, 8]);
  const nodes = await client.walk(`${NODE_STATUS}.3`);
  const nameOf = new Map(
    nodes.map(({ oid }) => {
      const [macDomain, , ...rest] = oid.slice(14);
      return [macDomain, Buffer.from(rest.slice(0, -1)).toString()];
    }),
  );
  expect((await column(7)).map((macDomain) => nameOf.get(macDomain as number))).toEqual([
    'N1',
    'N1',
    'N1',
    'N1',
    'Nine',
  ]);
  const ifTypes = await client.walk('1.3.6.1.2.1.2.2.1.3');
  expect(ifTypes.filter(({ value }) => value === 127)).toHaveLength(2);
});

test('shows a modem that lost its registration', async () => {
  const client = await serve();
  plant.register((plant.modems[1] as { mac: string }).mac, false);
  const states = await client.walk(`${REGISTRATION}.6`);
  expect(states.map(({ value }) => value)).toEqual([8, 1, 8, 8, 8]);
});

test('a fault of a leg is on all its modems and on no other, a home fault on one', () => {
  plant = createPlant({ nodes: [{ name: 'N1', legs: { A: 2, B: 2 } }] });
  plant.impairLeg('N1', 'B', [{ kind: 'notch', centreHz: 700e6, widthHz: 4e6, depthDb: 10 }]);
  plant.impairHome((plant.modems[3] as { mac: string }).mac, [{ kind: 'loss', depthDb: 2 }]);
  expect(plant.modems.map((modem) => modem.impairments().map(({ kind }) => kind))).toEqual([
    [],
    [],
    ['notch'],
    ['notch', 'loss'],
  ]);
  plant.impairLeg('N1', 'B', []);
  expect(plant.modems.flatMap((modem) => modem.impairments().map(({ kind }) => kind))).toEqual(['loss']);
  expect(() => plant.impairLeg('N1', 'C', [])).toThrow(RangeError);
  expect(() => plant.modem('none')).toThrow(RangeError);
});

test('writes times as SNMPv2-TC has them', () => {
  expect([...dateAndTime(Date.UTC(2026, 10, 20, 13, 5, 6, 700))]).toEqual([0x07, 0xea, 11, 20, 13, 5, 6, 7]);
});
