import { parentPort, workerData } from 'node:worker_threads';
import { stepBack } from '../../lib/thread-priority.js';
import type { FromEngine, ToEngine } from './client.js';
import { Engine, type EngineOptions } from './engine.js';

const TALLY_MS = 1_000;
/** Answers wait in the socket's buffer for a moment; requests of the API wait for nobody. */
const BEHIND_NICE = 5;

stepBack(BEHIND_NICE);

/** The engine's thread: requests in, blocks out; a turn's results go in one message and are moved, not copied. */
const engine = new Engine(workerData as EngineOptions);
const jobs = new Map<number, number>();
let numbers: number[] = [];
let blocks: Uint8Array<ArrayBuffer>[] = [];

function flush(): void {
  const message: FromEngine = { kind: 'blocks', numbers, blocks };
  parentPort?.postMessage(
    message,
    blocks.map((block) => block.buffer),
  );
  numbers = [];
  blocks = [];
}

function run(number: number, request: Extract<ToEngine, { kind: 'run' }>['request']): void {
  let isDone = false;
  try {
    const job = engine.submit(request, (block) => {
      isDone = true;
      jobs.delete(number);
      if (numbers.length === 0) setImmediate(flush);
      numbers.push(number);
      blocks.push(block);
    });
    if (!isDone) jobs.set(number, job);
  } catch (error) {
    // a request that cannot be: an OID or a name where an address belongs
    const message: FromEngine = { kind: 'failed', number, message: error instanceof Error ? error.message : 'unknown' };
    parentPort?.postMessage(message);
  }
}

let talliedSent = -1;
setInterval(() => {
  // what arrives unasked is told with what is sent next
  if (engine.counters.sent === talliedSent) return;
  talliedSent = engine.counters.sent;
  parentPort?.postMessage({ kind: 'tally', counters: engine.counters } satisfies FromEngine);
}, TALLY_MS).unref();

parentPort?.on('message', (message: ToEngine) => {
  switch (message.kind) {
    case 'run':
      return run(message.number, message.request);
    case 'cancel': {
      const job = jobs.get(message.number);
      if (job !== undefined) engine.cancel(job);
      return;
    }
    case 'forget':
      return engine.forget(message.host, message.port);
    case 'counters':
    case 'engines': {
      const value = message.kind === 'counters' ? engine.counters : engine.knownEngines();
      parentPort?.postMessage({ kind: 'value', number: message.number, value } satisfies FromEngine);
    }
  }
});
