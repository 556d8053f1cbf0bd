import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpError, type Problem } from '../http/problem.js';
import type { CaptureRequest, Operation } from '../pnm/schemas.js';
import { interruptSignal } from './interrupt.js';
import type { CaptureFlags } from './pnm-capture.js';
import { EXIT } from './register.js';
import { UsageError } from './snmp-target.js';
import { formatTable } from './text-table.js';

const ANSWER_MS = 10_000;
const POLL_MS = 500;

/** Asks for the measurement and follows it. Ctrl-C cancels it. Resolves with the exit code. */
export async function captureModem(mac: string, flags: CaptureFlags): Promise<number> {
  const ask = client(flags);
  const request: CaptureRequest = {
    mac,
    test: flags.test,
    channelIds: [...flags.channel],
    ...(flags.reason === undefined ? {} : { reason: flags.reason }),
  };
  const interrupt = interruptSignal();
  try {
    let operation = await ask('POST', '/captures', request);
    const untilMs = performance.now() + flags.timeLimit * 1000;
    const told = new Set<string>();
    let isCancelled = false;
    for (;;) {
      tell(operation, told);
      if (operation.finishedAt !== null) break;
      if (performance.now() > untilMs) {
        process.stderr.write(`still ${operation.state} after ${flags.timeLimit} s; it goes on as ${operation.id}\n`);
        break;
      }
      await sleep(POLL_MS, undefined, isCancelled ? {} : { signal: interrupt.signal }).catch(() => undefined);
      const mustCancel: boolean = interrupt.signal.aborted && !isCancelled;
      isCancelled ||= mustCancel;
      operation = await ask(mustCancel ? 'DELETE' : 'GET', `/captures/${operation.id}`);
    }
    print(operation, flags.output);
    return exitCodeOf(operation);
  } finally {
    interrupt.release();
  }
}

function client({ api, tokenFile }: CaptureFlags) {
  let token: string;
  try {
    token = readFileSync(tokenFile, 'utf8').trim();
  } catch {
    throw new UsageError(`the token cannot be read from ${tokenFile}; name its file with --token-file`);
  }
  const base = api.replace(/\/+$/, '');
  return async (method: 'POST' | 'GET' | 'DELETE', path: string, body?: CaptureRequest): Promise<Operation> => {
    let response: Response;
    try {
      response = await fetch(`${base}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    } catch (error) {
      throw new HttpError(503, 'HTTP_UNREACHABLE', `no collector answers at ${base}: ${reasonOf(error)}`);
    }
    const answer: unknown = await response.json().catch(() => undefined);
    if (response.ok) return answer as Operation;
    const problem = answer as Partial<Problem> | undefined;
    throw new HttpError(
      response.status,
      problem?.code ?? 'HTTP_UNREACHABLE',
      problem?.detail ?? `${base} answers with ${response.status} and no reason; is it a collector?`,
    );
  };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** Each step once as it ends, on stderr. */
function tell({ steps }: Operation, told: Set<string>): void {
  for (const { name, channelId, state, detail } of steps) {
    if (state === 'waiting' || state === 'running') continue;
    const key = `${name} ${channelId ?? ''} ${state}`;
    if (told.has(key)) continue;
    told.add(key);
    const mark = state === 'done' ? '✓' : state === 'failed' ? '✗' : '–';
    process.stderr.write(
      `${mark} ${name}${channelId === null ? '' : ` channel ${channelId}`}${detail === null ? '' : `: ${detail}`}\n`,
    );
  }
}

function print(operation: Operation, output: CaptureFlags['output']): void {
  if (output === 'json') {
    process.stdout.write(`${JSON.stringify(operation)}\n`);
    return;
  }
  const { id, mac, test, state, error, captureIds } = operation;
  const reason = error === null ? '' : `${error.code}: ${error.message}`;
  process.stdout.write(
    formatTable(
      ['operation', 'modem', 'test', 'state', 'captures', 'reason'],
      [[id, mac, test, state, String(captureIds.length), reason]],
    ),
  );
}

function exitCodeOf({ state }: Operation): number {
  if (state === 'done') return EXIT.ok;
  return state === 'partial' ? EXIT.partial : EXIT.failure;
}
