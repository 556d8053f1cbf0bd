import { PlantgraphError } from '../lib/errors.js';

export type SimulatorErrorCode =
  | 'SIMULATOR_BIND' // an agent's address and port cannot be opened
  | 'SIMULATOR_RECORDING'; // a folder holds nothing that can be served

/** The simulator cannot run as asked; the message says what to change. */
export class SimulatorError extends PlantgraphError {
  readonly code: SimulatorErrorCode;
  readonly retryable = false;

  constructor(code: SimulatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const BIND_ADVICE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process has this port: stop it or choose another port',
  EACCES: 'ports below 1024 need rights that this process does not have: choose a higher port',
  EADDRNOTAVAIL: 'this machine has no such address: Linux has all of 127.0.0.0/8, elsewhere add it as a loopback alias',
  EMFILE: 'too many open files: raise the limit with `ulimit -n`',
};

/** A failed bind as a sentence with what to do. */
export function bindError(name: string, address: string, port: number, cause: unknown): SimulatorError {
  const reason = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : 'unknown reason';
  const advice = BIND_ADVICE[reason] ?? 'the system refuses it';
  return new SimulatorError('SIMULATOR_BIND', `${name} cannot listen on ${address}:${port} (${reason}); ${advice}`, {
    cause,
  });
}
