import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { encodeData, encodeWriteRequest, OPCODE } from './tftp-packets.js';

/** What came back. */
export interface Answer {
  readonly opcode: number;
  /** Block of an ACK, code of an ERROR. */
  readonly number: number;
  readonly text: string;
  readonly port: number;
  readonly address: string;
}

/** A sender for tests that does exactly what it is told, right or wrong. */
export class RawClient {
  readonly #socket: Socket;
  readonly #answers: Answer[] = [];
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (packet, { port, address }) => {
      this.#answers.push({
        opcode: packet.readUInt16BE(0),
        number: packet.length >= 4 ? packet.readUInt16BE(2) : -1,
        text: packet.subarray(2).toString('latin1'),
        port,
        address,
      });
      this.#wake();
    });
    socket.on('error', () => undefined);
  }

  static async open(address = '127.0.0.1'): Promise<RawClient> {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.bind({ address, port: 0 });
    await once(socket, 'listening');
    return new RawClient(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(port: number, packet: Uint8Array, address = '127.0.0.1'): void {
    this.#socket.send(packet, port, address);
  }

  /** The next answer; undefined when none came in time. */
  async next(timeoutMs = 1000): Promise<Answer | undefined> {
    const untilMs = performance.now() + timeoutMs;
    while (this.#answers.length === 0) {
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) return undefined;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#answers.shift();
  }

  /** Sends a whole file in lock-step; the answer to the last block, or the first that is no acknowledgement. */
  async upload(
    port: number,
    name: string,
    body: Uint8Array,
    options: { options?: [string, string][]; blockBytes?: number; address?: string } = {},
  ): Promise<Answer | undefined> {
    const address = options.address ?? '127.0.0.1';
    this.send(port, encodeWriteRequest(name, options.options ?? []), address);
    let answer = await this.next();
    if (answer === undefined || (answer.opcode !== OPCODE.ack && answer.opcode !== OPCODE.oack)) return answer;
    const granted = /blksize\0(\d+)/.exec(answer.text)?.[1];
    const blockBytes = options.blockBytes ?? (granted === undefined ? 512 : Number(granted));
    const transferPort = answer.port;
    for (let block = 1, at = 0; at <= body.length; block += 1, at += blockBytes) {
      this.send(transferPort, encodeData(block, body.subarray(at, at + blockBytes)), address);
      answer = await this.next();
      if (answer?.opcode !== OPCODE.ack || answer.number !== (block & 0xffff)) return answer;
    }
    return answer;
  }

  close(): void {
    this.#socket.close();
  }
}
