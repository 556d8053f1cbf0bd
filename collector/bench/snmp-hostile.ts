import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { decodeMessage, encodeMessage, TAG, type Varbind } from '../src/snmp/ber.js';
import { ResultBlock } from '../src/snmp/engine/block.js';
import { rowsOfBlock } from '../src/snmp/engine/block-rows.js';
import { Engine } from '../src/snmp/engine/engine.js';
import { DEFAULT_ENGINE_CONFIG, type EngineCredential } from '../src/snmp/engine/task.js';
import type { BenchRow } from './report.js';

const ROOT = [1, 3, 6, 1, 2, 1, 2, 2, 1, 2];
const ROWS = 40;
const UPTIME: Varbind = { oid: [1, 3, 6, 1, 2, 1, 1, 3, 0], tag: TAG.timeTicks, value: 12_345 };
const BEHIND: Varbind = { oid: [1, 3, 6, 1, 2, 1, 2, 2, 1, 3, 1], tag: TAG.integer, value: 6 };
const rowAt = (index: number): Varbind => ({ oid: [...ROOT, index], tag: TAG.integer, value: index });
const MUTATED = 1_000_000;
const WALK_LIMIT_MS = 2_000;
/** Longer than any walk may take. */
const HANG_MS = 15_000;
const V2C: EngineCredential = { version: '2c', community: 'public' };

type Change = Partial<{ errorStatus: number; errorIndex: number; requestId: number; community: string; type: 'set' }>;
type Behaviour = (request: Buffer, count: number) => Buffer[];

function respond(request: Buffer, varbinds: Varbind[], { community, ...change }: Change = {}): Buffer {
  const message = decodeMessage(request);
  const requestId = 'requestId' in message.pdu ? message.pdu.requestId : 0;
  return encodeMessage({
    ...message,
    community: community ?? message.community,
    pdu: { type: 'response', requestId, errorStatus: 0, errorIndex: 0, varbinds, ...change },
  });
}

/** What an honest agent with `ROWS` rows answers. */
function honest(request: Buffer): Buffer {
  const { pdu } = decodeMessage(request);
  const last = pdu.varbinds.at(-1)?.oid ?? [];
  const after = last.length > ROOT.length ? (last[ROOT.length] ?? 0) : 0;
  const repetitions = pdu.type === 'getBulk' ? pdu.maxRepetitions : 1;
  const rows = Array.from({ length: repetitions }, (_, i) => after + 1 + i);
  const varbinds = rows.map((index) => (index <= ROWS ? rowAt(index) : BEHIND));
  return respond(request, pdu.type === 'getBulk' && pdu.nonRepeaters === 1 ? [UPTIME, ...varbinds] : varbinds);
}

const cutsOf = (message: Buffer): Buffer[] => Array.from({ length: message.length }, (_, i) => message.subarray(0, i));
const swapped = (message: Buffer, from: Buffer, to: Buffer): Buffer => {
  const at = message.indexOf(from);
  return at < 0 ? message : Buffer.concat([message.subarray(0, at), to, message.subarray(at + from.length)]);
};

/** Reference, section 13. */
const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  garbage: () => [Buffer.from([255, 254, 253, 0, 1, 2])],
  'syslog text': () => [Buffer.from('<34>Oct 11 22:14:15 core-1 su: failed')],
  'one octet': () => [Buffer.of(0x30)],
  'every cut of an answer': (request) => cutsOf(honest(request)),
  'another community': (request) => [respond(request, [UPTIME, BEHIND], { community: 'other' })],
  'another id': (request) => [respond(request, [UPTIME, BEHIND], { requestId: 7 })],
  'another type of PDU': (request) => [respond(request, [UPTIME, BEHIND], { type: 'set' })],
  'an SNMPv1 answer': (request) => [
    encodeMessage({ ...decodeMessage(respond(request, [UPTIME, BEHIND])), version: '1' }),
  ],
  'an SNMPv3 version': (request) => [swapped(honest(request), Buffer.of(2, 1, 1), Buffer.of(2, 1, 3))],
  'an empty list': (request) => [respond(request, [])],
  'more than was asked': (request) => [
    respond(request, [UPTIME, ...Array.from({ length: 500 }, (_, i) => rowAt(i + 1)), BEHIND]),
  ],
  'one OID for ever': (request) => [respond(request, [UPTIME, rowAt(1), rowAt(1)])],
  'a cycle': (request, count) => [respond(request, [UPTIME, rowAt(1 + (count % 2)), rowAt(2 - (count % 2))])],
  'an endless column': (request, count) => [respond(request, [UPTIME, rowAt(2 * count + 1), rowAt(2 * count + 2)])],
  'noSuchObject in a walk': (request) => [
    respond(request, [UPTIME, { ...rowAt(1), tag: TAG.noSuchObject, value: null }]),
  ],
  'tooBig always': (request) => [respond(request, [], { errorStatus: 1 })],
  'an error-index out of range': (request) => [respond(request, [rowAt(1)], { errorStatus: 5, errorIndex: 999_999 })],
  'a sub-identifier over 32 bits': (request) => [
    swapped(
      respond(request, [UPTIME, { oid: [...ROOT, 2 ** 32 - 1], tag: TAG.integer, value: 1 }, BEHIND]),
      Buffer.of(0x8f, 0xff, 0xff, 0xff, 0x7f),
      Buffer.of(0xff, 0xff, 0xff, 0xff, 0x7f),
    ),
  ],
  'boots and clock going back': (request, count) => [
    respond(request, [{ ...UPTIME, value: Math.max(0, 1_000_000 - count * 500_000) }, rowAt(count + 1)]),
  ],
  silence: () => [],
};

/** Each answered more than once, late, or by a second copy: the rows must be whole all the same. */
const HARMLESS: Readonly<Record<string, Behaviour>> = {
  'every answer twice': (request) => [honest(request), honest(request)],
  'answers among garbage': (request) => [
    Buffer.from('garbage'),
    honest(request),
    ...cutsOf(honest(request)).slice(0, 30),
  ],
  'each first request lost': (request, count) => (count % 2 === 0 ? [] : [honest(request)]),
};

interface Ended {
  readonly outcome: string;
  readonly rows: number;
}

async function agent(behaviour: Behaviour): Promise<{ port: number; socket: Socket }> {
  const socket = createSocket('udp4');
  let count = 0;
  socket.on('error', () => undefined);
  socket.on('message', (request, from) => {
    let answers: Buffer[];
    try {
      answers = behaviour(request, count++);
    } catch {
      return; // a v3 request, which these agents do not read
    }
    for (const answer of answers) socket.send(answer, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { port: socket.address().port, socket };
}

/** Undefined when the walk did not end. */
function walk(engine: Engine, port: number, timeoutMs: number, retries: number): Promise<Ended | undefined> {
  return new Promise((resolve) => {
    const hang = setTimeout(() => resolve(undefined), HANG_MS);
    engine.submit(
      {
        type: 'walk',
        id: '',
        host: '127.0.0.1',
        port,
        credential: V2C,
        oids: [ROOT],
        ranges: [],
        limits: { rows: 300, bytes: 1e6, pdus: 200, timeMs: WALK_LIMIT_MS },
        config: { ...DEFAULT_ENGINE_CONFIG, timeoutMs, retries, maxRepetitions: 10 },
      },
      (octets) => {
        clearTimeout(hang);
        const block = new ResultBlock(octets);
        resolve({ outcome: block.head.outcome, rows: rowsOfBlock(block).length });
      },
    );
  });
}

/** A small generator, so that a failure can be repeated. */
function chances(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function mutate(message: Buffer, chance: (below: number) => number): Buffer {
  const changed = Buffer.from(message);
  for (let i = chance(4); i >= 0; i--) changed[chance(changed.length)] = chance(256);
  return chance(4) === 0 ? changed.subarray(0, chance(changed.length)) : changed;
}

/** Row 9: hostile agents, and a million mutated datagrams at a walking engine. */
export async function hostileRows(log: (line: string) => void): Promise<BenchRow[]> {
  let uncaught = 0;
  const onUncaught = () => void uncaught++;
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
  let hangs = 0;
  let cut = 0;
  const judge = (name: string, ended: Ended | undefined, mustBeWhole: boolean) => {
    if (!ended) hangs++;
    const isWhole = ended?.outcome === 'complete' || ended?.outcome === 'endOfMib';
    if (mustBeWhole && !(isWhole && ended?.rows === ROWS)) cut++;
    if (!mustBeWhole && isWhole && name !== 'more than was asked') cut++;
    log(`hostile: ${name}: ${ended ? `${ended.outcome}, ${ended.rows} rows` : 'did not end'}`);
  };
  const cases = [
    ...Object.entries(BEHAVIOURS).map(([name, behaviour]) => ({ name, behaviour, mustBeWhole: false })),
    ...Object.entries(HARMLESS).map(([name, behaviour]) => ({ name, behaviour, mustBeWhole: true })),
  ];
  for (const { name, behaviour, mustBeWhole } of cases) {
    const engine = new Engine();
    const { port, socket } = await agent(behaviour);
    judge(name, await walk(engine, port, mustBeWhole ? 150 : 100, mustBeWhole ? 3 : 2), mustBeWhole);
    engine.close();
    socket.close();
  }
  const bad = uncaught + hangs + cut;
  const fuzz = await mutatedRow(() => uncaught);
  process.off('uncaughtException', onUncaught);
  process.off('unhandledRejection', onUncaught);
  const name = `hostile agents of ${cases.length}: uncaught ${uncaught}, hangs ${hangs}, wrong ends ${cut}`;
  return [{ id: '9', name, ours: bad, peer: null, ratio: null, bound: 0, holds: bad === 0 }, fuzz];
}

/** Every request is answered by mutated copies and then honestly: the right answer must survive the wrong ones. */
async function mutatedRow(uncaught: () => number): Promise<BenchRow> {
  const chance = chances(7);
  const copies = 60;
  let sent = 0;
  const { port, socket } = await agent((request) => {
    const answer = honest(request);
    const answers = Array.from({ length: copies }, () => mutate(answer, chance));
    sent += copies;
    return [...answers, answer];
  });
  let hangs = 0;
  let walks = 0;
  const before = uncaught();
  const engine = new Engine({ silentStepsToClose: Infinity });
  const lanes = Array.from({ length: 4 }, async () => {
    while (sent < MUTATED) {
      walks++;
      if (!(await walk(engine, port, 50, 1))) hangs++;
    }
  });
  await Promise.all(lanes);
  const { sent: asked, accepted, decode } = engine.counters;
  engine.close();
  socket.close();
  const bad = hangs + uncaught() - before;
  const name = `${sent} mutated datagrams in ${walks} walks (${asked} asked, ${accepted} taken, ${decode} not decoded): uncaught and hangs`;
  return { id: '9-mutated', name, ours: bad, peer: null, ratio: null, bound: 0, holds: bad === 0 };
}
