import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Component } from '../lib/component.js';
import { bindError } from './errors.js';
import { BEHAVED, type Misbehaviour } from './misbehaviour.js';
import { createRandom, deriveSeed, type Random } from './random.js';
import { answerDatagram, type AgentAccess, type Silence } from './responder.js';

/** One simulated SNMP agent (v1 and v2c) on an address of its own. Port 0: the system chooses. */
export interface AgentSpec extends AgentAccess {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly misbehaviour?: Misbehaviour;
}

export interface AgentEndpoint {
  readonly address: string;
  readonly port: number;
}

export type AgentCounter = 'received' | 'answered' | 'lost' | 'dropped' | 'failed' | 'socketErrors' | Silence;

/** Many agents in one process. */
export interface Agents extends Component {
  /** Where an agent listens; after `start` with its real port. Throws RangeError for a name that is not there. */
  endpoint(name: string): AgentEndpoint;
  /** From now on the agent fails in this way; undefined: it behaves again. */
  misbehave(name: string, misbehaviour: Misbehaviour | undefined): void;
  counters(): Readonly<Record<AgentCounter, number>>;
}

/** Answers held back at once by agents that are late; more are dropped and counted. */
const MAX_LATE_ANSWERS = 20_000;
const BINDS_AT_ONCE = 100;

interface RunningAgent {
  readonly spec: AgentSpec;
  misbehaviour: Misbehaviour;
  random: Random;
  socket: Socket | undefined;
  port: number;
}

export function createAgents(specs: readonly AgentSpec[]): Agents {
  const agents = new Map<string, RunningAgent>();
  for (const spec of specs) {
    if (agents.has(spec.name)) throw new RangeError(`two agents are named ${spec.name}`);
    const misbehaviour = spec.misbehaviour ?? BEHAVED;
    agents.set(spec.name, {
      spec,
      misbehaviour,
      random: lossOf(spec, misbehaviour),
      socket: undefined,
      port: spec.port,
    });
  }
  const late = new Set<NodeJS.Timeout>();
  const counters = newCounters();

  const named = (name: string): RunningAgent => {
    const agent = agents.get(name);
    if (agent === undefined) throw new RangeError(`no agent is named ${name}`);
    return agent;
  };

  const send = (agent: RunningAgent, response: Uint8Array, to: RemoteInfo) => {
    agent.socket?.send(response, to.port, to.address, (error) => {
      if (error) counters.socketErrors++;
      else counters.answered++;
    });
  };

  const receive = (agent: RunningAgent, datagram: Uint8Array, from: RemoteInfo) => {
    counters.received++;
    const { misbehaviour, random } = agent;
    const { lossRatio = 0, delayMs = 0, cutOffAtBytes } = misbehaviour;
    if (misbehaviour.silent === true || (lossRatio > 0 && random.uniform() < lossRatio)) {
      counters.lost++;
      return;
    }
    const answer = answerDatagram(datagram, agent.spec, misbehaviour);
    if ('silence' in answer) {
      counters[answer.silence]++;
      return;
    }
    if (lossRatio > 0 && random.uniform() < lossRatio) {
      counters.lost++;
      return;
    }
    const response = cutOffAtBytes === undefined ? answer.response : answer.response.subarray(0, cutOffAtBytes);
    if (delayMs <= 0) return send(agent, response, from);
    if (late.size >= MAX_LATE_ANSWERS) {
      counters.dropped++;
      return;
    }
    const timer = setTimeout(() => {
      late.delete(timer);
      send(agent, response, from);
    }, delayMs);
    late.add(timer);
  };

  const open = async (agent: RunningAgent): Promise<void> => {
    const { spec } = agent;
    const socket = createSocket({ type: spec.address.includes(':') ? 'udp6' : 'udp4' });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', (error) => {
        socket.close();
        reject(bindError(spec.name, spec.address, spec.port, error));
      });
      socket.bind({ address: spec.address, port: spec.port, exclusive: true }, resolve);
    });
    socket.removeAllListeners('error');
    socket.on('error', () => counters.socketErrors++);
    socket.on('message', (datagram, from) => {
      try {
        receive(agent, datagram, from);
      } catch {
        counters.failed++; // one device's bad value must not end the others
      }
    });
    agent.socket = socket;
    agent.port = socket.address().port;
  };

  const stop = async () => {
    for (const timer of late) clearTimeout(timer);
    late.clear();
    await Promise.all(
      [...agents.values()].map(async (agent) => {
        const { socket } = agent;
        agent.socket = undefined;
        agent.port = agent.spec.port;
        if (socket !== undefined) await new Promise<void>((resolve) => socket.close(() => resolve()));
      }),
    );
  };

  return {
    name: 'simulated agents',
    async start() {
      const all = [...agents.values()];
      for (let from = 0; from < all.length; from += BINDS_AT_ONCE) {
        const opened = await Promise.allSettled(all.slice(from, from + BINDS_AT_ONCE).map(open));
        const failed = opened.find((result) => result.status === 'rejected');
        if (failed !== undefined) {
          await stop();
          throw failed.reason;
        }
      }
    },
    stop,
    endpoint(name) {
      const { spec, port } = named(name);
      return { address: spec.address, port };
    },
    misbehave(name, misbehaviour = BEHAVED) {
      const agent = named(name);
      agent.misbehaviour = misbehaviour;
      agent.random = lossOf(agent.spec, misbehaviour);
    },
    counters: () => ({ ...counters }),
  };
}

const lossOf = (spec: AgentSpec, { seed = 1 }: Misbehaviour): Random => createRandom(deriveSeed(seed, spec.name));

const newCounters = (): Record<AgentCounter, number> => ({
  received: 0,
  answered: 0,
  lost: 0,
  dropped: 0,
  failed: 0,
  socketErrors: 0,
  malformed: 0,
  community: 0,
  context: 0,
  pduType: 0,
  misbehaviour: 0,
});
