import { createSocket } from 'node:dgram';
import { decodeMessage, encodeMessage, TAG, type Message, type Pdu, type Varbind } from '../snmp/ber.js';
import { compareOids, parseOid } from '../snmp/recording.js';

/** The least an SNMP manager can be: for tests of the agents, which must not rest on the reader they serve to test. */
export interface TestClient {
  /** The answer's PDU; undefined when none came in time. */
  request(
    pdu: Omit<RequestPdu, 'requestId'>,
    options?: { timeoutMs?: number; community?: string },
  ): Promise<Pdu | undefined>;
  get(...oids: string[]): Promise<readonly Varbind[]>;
  set(...varbinds: Varbind[]): Promise<number>;
  walk(root: string, maxRepetitions?: number): Promise<Varbind[]>;
  /** Every datagram as it came, the last one first. */
  readonly raw: Uint8Array[];
  close(): void;
}

interface RequestPdu {
  type: 'get' | 'getNext' | 'getBulk' | 'set';
  requestId: number;
  varbinds: readonly Varbind[];
  nonRepeaters?: number;
  maxRepetitions?: number;
}

export const nothing = (oid: string): Varbind => ({ oid: parseOid(oid), tag: TAG.null, value: null });

export function createTestClient(
  endpoint: { address: string; port: number },
  { community = 'public', writeCommunity = 'private', version = '2c' as Message['version'], localAddress = '' } = {},
): TestClient {
  const socket = createSocket('udp4');
  const waiting = new Map<number, (pdu: Pdu | undefined) => void>();
  const raw: Uint8Array[] = [];
  let lastId = 0;
  if (localAddress !== '') socket.bind(0, localAddress);
  socket.on('error', () => undefined);
  socket.on('message', (datagram) => {
    raw.unshift(datagram);
    try {
      const { pdu } = decodeMessage(datagram);
      if ('requestId' in pdu) waiting.get(pdu.requestId)?.(pdu);
    } catch {
      // a damaged answer is no answer; `raw` shows it
    }
  });

  const request: TestClient['request'] = (pdu, { timeoutMs = 2000, community: as = community } = {}) => {
    const requestId = ++lastId;
    const whole = (
      pdu.type === 'getBulk'
        ? { nonRepeaters: 0, maxRepetitions: 10, ...pdu, requestId }
        : { ...pdu, requestId, errorStatus: 0, errorIndex: 0 }
    ) as Pdu;
    const datagram = encodeMessage({ version, community: as, pdu: whole });
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(undefined), timeoutMs);
      const done = (answer: Pdu | undefined) => {
        clearTimeout(timer);
        waiting.delete(requestId);
        resolve(answer);
      };
      waiting.set(requestId, done);
      socket.send(datagram, endpoint.port, endpoint.address);
    });
  };

  return {
    raw,
    request,
    async get(...oids) {
      const answer = await request({ type: 'get', varbinds: oids.map(nothing) });
      return answer?.varbinds ?? [];
    },
    async set(...varbinds) {
      const answer = await request({ type: 'set', varbinds }, { community: writeCommunity });
      return answer !== undefined && 'errorStatus' in answer ? answer.errorStatus : -1;
    },
    async walk(root, maxRepetitions = 25) {
      const found: Varbind[] = [];
      const under = parseOid(root);
      let cursor: readonly number[] = under;
      for (;;) {
        const varbinds = [{ oid: cursor, tag: TAG.null, value: null }];
        const answer = await request({ type: 'getBulk', varbinds, maxRepetitions });
        if (answer === undefined || answer.varbinds.length === 0) return found;
        for (const varbind of answer.varbinds) {
          const isInside = under.every((value, at) => varbind.oid[at] === value);
          if (!isInside || varbind.tag === TAG.endOfMibView || compareOids(varbind.oid, cursor) <= 0) return found;
          found.push(varbind);
          cursor = varbind.oid;
        }
      }
    },
    close: () => socket.close(),
  };
}
