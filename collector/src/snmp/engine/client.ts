import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { createSnmpCounters, type SnmpCounter, type SnmpCounters } from '../guard.js';
import { Engine, type EngineOptions } from './engine.js';
import type { KnownEngine } from './engine-clock.js';
import type { EngineRequest } from './task.js';

/** The engine as its callers see it, in this thread or in one of its own. */
export interface EngineClient {
  /** Resolves with the result's block, whatever happens on the network; rejects only when the engine itself has ended. */
  run(request: EngineRequest, signal?: AbortSignal): Promise<Uint8Array>;
  counters(): Promise<SnmpCounters>;
  /** v3 engines known now, for the next start. */
  knownEngines(): Promise<Record<string, KnownEngine>>;
  /** Forgets what is known of a device: its v3 engine, its silence. */
  forget(host: string, port: number): void;
  close(): Promise<void>;
}

/** The engine in the caller's thread: for tests and for commands that ask one device. */
export function createLocalEngine(options: EngineOptions = {}): EngineClient {
  const engine = new Engine(options);
  return {
    run: (request, signal) =>
      new Promise((resolve) => {
        const started: { number?: number } = {};
        const onAbort = () => {
          if (started.number !== undefined) engine.cancel(started.number);
        };
        started.number = engine.submit(request, (block) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(block);
        });
        if (signal?.aborted) onAbort();
        else signal?.addEventListener('abort', onAbort, { once: true });
      }),
    counters: () => Promise.resolve(engine.counters),
    knownEngines: () => Promise.resolve(engine.knownEngines()),
    forget: (host, port) => engine.forget(host, port),
    close: () => Promise.resolve(engine.close()),
  };
}

/** The engine in a thread of its own where that has been built; sources that run unbuilt, as in tests, share theirs. */
export function createEngine(options: EngineOptions = {}): EngineClient {
  const script = new URL('./worker.js', import.meta.url);
  return existsSync(script) ? createWorkerEngine(options, script) : createLocalEngine(options);
}

/** To the thread. `number` is the caller's. */
export type ToEngine =
  | { readonly kind: 'run'; readonly number: number; readonly request: EngineRequest }
  | { readonly kind: 'cancel'; readonly number: number }
  | { readonly kind: 'forget'; readonly host: string; readonly port: number }
  | { readonly kind: 'counters' | 'engines'; readonly number: number };

/** From the thread. */
export type FromEngine =
  | { readonly kind: 'blocks'; readonly numbers: readonly number[]; readonly blocks: readonly Uint8Array[] }
  | { readonly kind: 'tally'; readonly counters: SnmpCounters }
  | { readonly kind: 'failed'; readonly number: number; readonly message: string }
  | { readonly kind: 'value'; readonly number: number; readonly value: unknown };

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
}

/**
 * Room for young objects from the start. A walk's state outlives the small space that a thread begins with, and is then
 * copied to the old one, where it costs whole collections.
 */
export const ENGINE_HEAP_FLAG = '--min-semi-space-size=16';

/**
 * The engine in a thread of its own, so that neither waits for the other's work. A thread that ends is started again.
 * The given counters follow those of the thread, a second behind.
 */
export function createWorkerEngine(
  { counters: followed, ...options }: EngineOptions = {},
  script: URL = new URL('./worker.js', import.meta.url),
): EngineClient {
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let worker: Worker | undefined;
  let isClosed = false;
  let tallied = createSnmpCounters();

  const fail = (ended: Worker, error: Error) => {
    if (worker !== ended) return;
    worker = undefined;
    for (const one of waiting.values()) one.reject(error);
    waiting.clear();
  };
  const started = (): Worker => {
    if (worker) return worker;
    // read when the heap of a new thread is made; those that stand stay as they are
    setFlagsFromString(ENGINE_HEAP_FLAG);
    const made = new Worker(script, { workerData: options });
    tallied = createSnmpCounters();
    made.on('message', (message: FromEngine) => {
      if (message.kind === 'blocks') {
        message.numbers.forEach((number, at) => settle(number)?.resolve(message.blocks[at] as never));
      } else if (message.kind === 'tally') {
        follow(message.counters);
      } else if (message.kind === 'failed') {
        settle(message.number)?.reject(new RangeError(message.message));
      } else {
        settle(message.number)?.resolve(message.value as never);
      }
    });
    made.on('error', (error) => fail(made, error));
    made.on('exit', () => fail(made, new Error('the SNMP engine has ended')));
    made.unref();
    worker = made;
    return made;
  };
  const follow = (counters: SnmpCounters) => {
    if (!followed) return;
    for (const name of Object.keys(counters) as SnmpCounter[]) followed[name] += counters[name] - tallied[name];
    tallied = counters;
  };
  const settle = (number: number): Waiting | undefined => {
    const one = waiting.get(number);
    waiting.delete(number);
    if (waiting.size === 0) worker?.unref();
    return one;
  };
  const ask = <T>(message: (number: number) => ToEngine): Promise<T> =>
    new Promise((resolve, reject) => {
      if (isClosed) return reject(new Error('the SNMP engine is closed'));
      const number = next++;
      waiting.set(number, { resolve, reject });
      const thread = started();
      thread.ref();
      thread.postMessage(message(number));
    });

  return {
    run: async (request, signal) => {
      let number = 0;
      const onAbort = () => worker?.postMessage({ kind: 'cancel', number } satisfies ToEngine);
      const block = ask<Uint8Array>((given) => {
        number = given;
        return { kind: 'run', number, request };
      });
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
      try {
        return await block;
      } finally {
        signal?.removeEventListener('abort', onAbort);
      }
    },
    counters: () => (worker ? ask((number) => ({ kind: 'counters', number })) : Promise.resolve(createSnmpCounters())),
    knownEngines: () => (worker ? ask((number) => ({ kind: 'engines', number })) : Promise.resolve({})),
    forget: (host, port) => worker?.postMessage({ kind: 'forget', host, port } satisfies ToEngine),
    close: async () => {
      isClosed = true;
      const ending = worker;
      if (!ending) return;
      fail(ending, new Error('the SNMP engine is closed'));
      await ending.terminate();
    },
  };
}
