import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { PlantgraphError } from '../lib/errors.js';

/** A port that is needed is not to be had. */
export class PortError extends PlantgraphError {
  readonly code: 'PORT_TAKEN' | 'PORT_DENIED';
  readonly retryable = true;

  constructor(code: PortError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface NeededPort {
  readonly kind: 'tcp' | 'udp';
  readonly port: number;
  /** The option that chooses another. */
  readonly option: string;
  readonly what: string;
}

/** Tries every port on 127.0.0.1 before anything is started, so that a taken one is said at once and with its option. */
export async function requireFreePorts(ports: readonly NeededPort[]): Promise<void> {
  for (const needed of ports) {
    const code = await (needed.kind === 'tcp' ? tryTcp(needed.port) : tryUdp(needed.port));
    if (code === undefined) continue;
    const name = `${needed.kind.toUpperCase()} port ${needed.port} for ${needed.what}`;
    if (code === 'EACCES')
      throw new PortError('PORT_DENIED', `${name} needs more rights. Choose one above 1023 with ${needed.option}.`);
    throw new PortError('PORT_TAKEN', `${name} is taken. Stop what uses it, or choose another with ${needed.option}.`);
  }
}

const tryTcp = (port: number) =>
  new Promise<string | undefined>((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });

const tryUdp = (port: number) =>
  new Promise<string | undefined>((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      resolve(error.code ?? 'unknown');
    });
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(undefined)));
  });
