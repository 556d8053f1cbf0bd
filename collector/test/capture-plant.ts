import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Operation } from '../src/pnm/schemas.js';
import { createAgents, type Agents } from '../src/simulator/agent.js';
import { createPlant, type Plant } from '../src/simulator/plant.js';
import type { PlantPlace, Pnm } from './capture-world.js';

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** A simulated plant that answers, and a folder for a collector that measures it. */
export interface RunningPlant {
  readonly plant: Plant;
  readonly agents: Agents;
  readonly place: PlantPlace;
  readonly dataDir: string;
}

/** Two fibre nodes with two legs each, on addresses 127.`network`.0.0/16. */
export async function startPlant(network: string, modemCount: number): Promise<RunningPlant> {
  const tftpPort = await freePort();
  const port = await freePort();
  const half = modemCount / 2;
  const plant = createPlant({
    nodes: [
      { name: 'N1', legs: { A: half / 2, B: half / 2 } },
      { name: 'N2', legs: { A: half / 2, B: half / 2 } },
    ],
    cmtsAddress: `127.${network}.0.1`,
    firstModemAddress: `127.${network}.1.1`,
    port,
    tftpPort,
    measureMs: 300,
  });
  const agents = createAgents(plant.agents);
  await agents.start();
  const place = { cmts: agents.endpoint('cmts-1'), modemPort: port, tftpPort };
  return { plant, agents, place, dataDir: await mkdtemp(join(tmpdir(), 'plantgraph-capture-')) };
}

export async function stopPlant({ plant, agents, dataDir }: RunningPlant): Promise<void> {
  await plant.stop();
  await agents.stop();
  await rm(dataDir, { recursive: true, force: true });
}

/** The operations as they ended. */
export async function settled(pnm: Pnm, ids: readonly string[], limitMs: number): Promise<Operation[]> {
  const untilMs = performance.now() + limitMs;
  const operations: Operation[] = [];
  for (const id of ids) {
    for (;;) {
      const operation = await pnm.service.operation(id);
      if (operation !== undefined && operation.finishedAt !== null) {
        operations.push(operation);
        break;
      }
      if (performance.now() > untilMs) throw new Error(`operation ${operations.length} did not end in ${limitMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return operations;
}
