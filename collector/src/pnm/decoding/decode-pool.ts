import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Component } from '../../lib/component.js';
import { PnmFormatError } from '../formats/errors.js';
import { inlineDecoder, type Decoder } from './decoder.js';
import { DecodeError, type DecodeErrorCode } from './errors.js';
import type { DecodeAnswer, DecodeTask } from './messages.js';
import type { DecodeContext } from './prepare.js';
import type { DecodedCapture } from './series.js';

export interface DecodePoolOptions {
  readonly threads?: number;
  /** Of one file, from the moment a thread has it. */
  readonly deadlineMs?: number;
  /** Files that wait at most; more stay in the spool. */
  readonly queueLimit?: number;
  readonly heapMb?: number;
  readonly script?: URL;
  /** A thread ended in the middle of a file, was ended after its time, or was not to be had. */
  readonly onEvent?: (code: DecodeErrorCode) => void;
}

export interface DecodePool extends Decoder, Component {
  readonly waitingCount: number;
}

/** The largest file takes a second; what takes ten never ends. */
const DEADLINE_MS = 10_000;
const QUEUE_LIMIT = 256;
/** Arrays of a decoded file lie outside of the heap and are bounded by the size of a file. */
const HEAP_MB = 192;

interface Task {
  readonly path: string;
  readonly context: DecodeContext;
  resolve(capture: DecodedCapture): void;
  reject(error: Error): void;
}

/** Threads that decode, so that neither a slow nor a poisonous file holds up anything else of this process. */
export function createDecodePool(options: DecodePoolOptions = {}): DecodePool {
  return new ThreadPool(options);
}

const SCRIPT = new URL('./decode-worker.js', import.meta.url);

/** Threads; run from sources, where there is no script for them, the thread of the caller. */
export function createDecoder(options: DecodePoolOptions = {}): DecodePool {
  if (existsSync(options.script ?? SCRIPT)) return createDecodePool(options);
  return {
    ...inlineDecoder,
    name: 'decoder',
    waitingCount: 0,
    start: async () => undefined,
    stop: async () => undefined,
  };
}

class ThreadPool implements DecodePool {
  readonly name = 'decoders';
  readonly #options: DecodePoolOptions;
  readonly #waiting: Task[] = [];
  readonly #idle: Worker[] = [];
  readonly #busy = new Set<Worker>();
  #isStopped = false;
  #number = 0;

  constructor(options: DecodePoolOptions) {
    this.#options = options;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  async start(): Promise<void> {
    this.#isStopped = false; // threads start as they are needed
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const { reject } of this.#waiting.splice(0)) reject(stopped());
    await Promise.all([...this.#idle.splice(0), ...this.#busy].map((worker) => worker.terminate()));
  }

  decode(path: string, context: DecodeContext): Promise<DecodedCapture> {
    const { queueLimit = QUEUE_LIMIT, onEvent } = this.#options;
    if (this.#isStopped) return Promise.reject(stopped());
    if (this.#waiting.length >= queueLimit) {
      onEvent?.('PNM_DECODE_BUSY');
      return Promise.reject(new DecodeError('PNM_DECODE_BUSY', `${queueLimit} files wait to be decoded already`));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ path, context, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    const { threads = 1 } = this.#options;
    while (this.#waiting.length > 0 && this.#busy.size < threads) {
      const task = this.#waiting.shift() as Task;
      const worker = this.#idle.pop() ?? this.#started();
      this.#busy.add(worker);
      void this.#run(worker, task).finally(() => {
        this.#busy.delete(worker);
        this.#next();
      });
    }
  }

  #started(): Worker {
    const { script = SCRIPT, heapMb = HEAP_MB } = this.#options;
    const worker = new Worker(script, { resourceLimits: { maxOldGenerationSizeMb: heapMb, stackSizeMb: 4 } });
    worker.on('error', () => undefined); // also of an idle one; `exit` follows
    worker.on('exit', () => {
      const at = this.#idle.indexOf(worker);
      if (at !== -1) this.#idle.splice(at, 1);
    });
    worker.unref();
    return worker;
  }

  /** Never rejects: the end of the thread is the end of the task. */
  async #run(worker: Worker, task: Task): Promise<void> {
    const number = ++this.#number;
    const { deadlineMs = DEADLINE_MS } = this.#options;
    worker.ref();
    let end: ((how: DecodeAnswer | DecodeError) => void) | undefined;
    const ended = new Promise<DecodeAnswer | DecodeError>((resolve) => (end = resolve));
    const onMessage = (answer: DecodeAnswer) => {
      if (answer.number === number) end?.(answer);
    };
    const onError = (cause: Error) =>
      end?.(new DecodeError('PNM_DECODE_CRASHED', `the decoder ended: ${cause.message}`, { cause }));
    const onExit = () =>
      end?.(this.#isStopped ? stopped() : new DecodeError('PNM_DECODE_CRASHED', 'the decoder ended without an answer'));
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    const timer = setTimeout(
      () => end?.(new DecodeError('PNM_DECODE_TIMEOUT', `not decoded within ${deadlineMs} ms`)),
      deadlineMs,
    );
    worker.postMessage({ number, path: task.path, context: task.context } satisfies DecodeTask);
    const answer = await ended;
    clearTimeout(timer);
    worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    if (answer instanceof DecodeError) {
      if (answer.isOfFile) this.#options.onEvent?.(answer.code);
      await worker.terminate().catch(() => undefined); // it may have ended already
      task.reject(answer);
      return;
    }
    worker.unref();
    if (!this.#isStopped) this.#idle.push(worker);
    settle(task, answer);
  }
}

const stopped = () =>
  new DecodeError('PNM_DECODE_STOPPED', 'the collector is stopping; the file is decoded after its next start');

/** As it ends after every refusal's message. */
const BYTE_SUFFIX = / \(byte \d+\)$/;

function settle(task: Task, answer: DecodeAnswer): void {
  if (answer.outcome === 'decoded') task.resolve(answer.capture);
  else if (answer.outcome === 'refused') {
    task.reject(new PnmFormatError(answer.code, answer.offset, answer.message.replace(BYTE_SUFFIX, '')));
  } else task.reject(Object.assign(new Error(answer.message), { code: answer.code }));
}
