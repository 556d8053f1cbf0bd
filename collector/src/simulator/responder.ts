import {
  decodeMessage,
  encodeName,
  encodeResponse,
  encodeValue,
  joinVarbind,
  SnmpDecodeError,
  TAG,
  type Message,
} from '../snmp/ber.js';
import { encodeInstance, findFrom, isUnder, type MibView, type ServedInstance } from './mib-view.js';
import type { Misbehaviour } from './misbehaviour.js';

/** Ethernet without fragments (snmp-engine reference: RFC 3417 recommends 1472). */
export const MAX_RESPONSE_BYTES = 1472;
/** Message, PDU and list headers, beside the community: never more than this. */
const HEADER_BYTES = 40;
/** Bounds the work of one request whatever it asks for. */
const MAX_VARBINDS = 2000;

const STATUS = { noError: 0, tooBig: 1, noSuchName: 2, noAccess: 6, notWritable: 17 } as const;

/** Whom an agent answers and what it shows. */
export interface AgentAccess {
  readonly readCommunity: string;
  readonly writeCommunity?: string;
  /** '' is the context without a name; undefined: no answer, as devices do for a VLAN they do not have. */
  view(context: string): MibView | undefined;
}

/** Why a datagram got no answer. */
export type Silence = 'malformed' | 'community' | 'context' | 'pduType' | 'misbehaviour';

export type Answer = { readonly response: Buffer } | { readonly silence: Silence };

interface Request {
  readonly message: Message;
  readonly instances: readonly ServedInstance[];
  readonly misbehaviour: Misbehaviour;
  readonly budgetBytes: number;
}

/** The answer of an agent to a datagram: pure but for the views it reads and the SETs it passes on. */
export function answerDatagram(datagram: Uint8Array, access: AgentAccess, misbehaviour: Misbehaviour): Answer {
  let message: Message;
  try {
    message = decodeMessage(datagram);
  } catch (error) {
    if (error instanceof SnmpDecodeError) return { silence: 'malformed' };
    throw error;
  }
  const { pdu, community } = message;
  const at = community.indexOf('@');
  const name = at < 0 ? community : community.slice(0, at);
  const mayRead = name === access.readCommunity || name === access.writeCommunity;
  if (!mayRead) return { silence: 'community' };
  const view = access.view(at < 0 ? '' : community.slice(at + 1));
  if (view === undefined) return { silence: 'context' };

  const request: Request = {
    message,
    instances: view.instances(),
    misbehaviour,
    budgetBytes: (misbehaviour.maxResponseBytes ?? MAX_RESPONSE_BYTES) - HEADER_BYTES - community.length,
  };
  switch (pdu.type) {
    case 'get':
      return answerGet(request);
    case 'getNext':
      return answerGetNext(request);
    case 'getBulk':
      return answerGetBulk(request);
    case 'set':
      return answerSet(request, view, access);
    default:
      return { silence: 'pduType' };
  }
}

const respond = (request: Request, varbinds: readonly Uint8Array[], errorStatus = 0, errorIndex = 0): Answer => {
  const { message, misbehaviour } = request;
  const community = misbehaviour.wrongCommunity === true ? `${message.community}x` : message.community;
  const { requestId } = message.pdu as { requestId: number };
  return {
    response: encodeResponse({ version: message.version, community, requestId, errorStatus, errorIndex }, varbinds),
  };
};

/** An error repeats the request's varbinds (RFC 3416, 4.2.1), but for tooBig, whose list is empty. */
const refuse = (request: Request, errorStatus: number, errorIndex: number): Answer => {
  if (errorStatus === STATUS.tooBig) return respond(request, [], errorStatus, 0);
  const echoed = request.message.pdu.varbinds.map(({ oid, tag, value }) =>
    joinVarbind(encodeName(oid), encodeValue(tag, value)),
  );
  return respond(request, echoed, errorStatus, errorIndex);
};

const exception = (oid: readonly number[], tag: number): Buffer => joinVarbind(encodeName(oid), encodeValue(tag, null));

const isLost = (oid: readonly number[], { lostSubtrees }: Misbehaviour): boolean =>
  lostSubtrees !== undefined && lostSubtrees.some((root) => isUnder(oid, root));

const fits = (varbinds: readonly Uint8Array[], request: Request): boolean =>
  varbinds.length <= (request.misbehaviour.tooBigAbove ?? MAX_VARBINDS) &&
  varbinds.reduce((sum, varbind) => sum + varbind.length, 0) <= request.budgetBytes;

function answerGet(request: Request): Answer {
  const { instances, message, misbehaviour } = request;
  const varbinds: Buffer[] = [];
  for (const [at, { oid }] of message.pdu.varbinds.entries()) {
    if (isLost(oid, misbehaviour)) return { silence: 'misbehaviour' };
    const place = findFrom(instances, oid, true);
    const found = instances[place];
    if (found !== undefined && found.oid.length === oid.length && isUnder(found.oid, oid)) {
      varbinds.push(encodeInstance(found));
    } else if (message.version === '1') {
      return refuse(request, STATUS.noSuchName, at + 1);
    } else {
      // an object with other instances exists: same column, another row
      const column = oid.slice(0, -1);
      const neighbours = [instances[place], instances[place - 1]];
      const exists = neighbours.some((neighbour) => neighbour !== undefined && isUnder(neighbour.oid, column));
      varbinds.push(exception(oid, exists ? TAG.noSuchInstance : TAG.noSuchObject));
    }
  }
  return fits(varbinds, request) ? respond(request, varbinds) : refuse(request, STATUS.tooBig, 0);
}

/**
 * The place of the instance after `oid`; past the last at the end of the MIB. `hint` is the place of `oid` itself when
 * the answer before came from there: a walk then needs no search.
 */
function successorPlace({ instances, misbehaviour, message }: Request, oid: readonly number[], hint = -1): number {
  let place = instances[hint]?.oid === oid ? hint + 1 : findFrom(instances, oid, false);
  // v1 has no Counter64: its agents pass over such instances (RFC 2576, 4.2.2.1)
  while (message.version === '1' && instances[place]?.tag === TAG.counter64) place++;
  if (misbehaviour.nonIncreasing === 'repeat') {
    const at = findFrom(instances, oid, true);
    const here = instances[at];
    if (here !== undefined && place > 0 && isUnder(oid, here.oid)) return at;
  }
  if (misbehaviour.nonIncreasing === 'cycle' && place >= 3 && place % 3 === 0) return place - 3;
  return place;
}

function answerGetNext(request: Request): Answer {
  const { message, misbehaviour } = request;
  const varbinds: Buffer[] = [];
  for (const [at, { oid }] of message.pdu.varbinds.entries()) {
    const next = request.instances[successorPlace(request, oid)];
    if (isLost(oid, misbehaviour) || (next !== undefined && isLost(next.oid, misbehaviour))) {
      return { silence: 'misbehaviour' };
    }
    if (next === undefined && message.version === '1') return refuse(request, STATUS.noSuchName, at + 1);
    varbinds.push(next === undefined ? exception(oid, TAG.endOfMibView) : encodeInstance(next));
  }
  return fits(varbinds, request) ? respond(request, varbinds) : refuse(request, STATUS.tooBig, 0);
}

/** RFC 3416, 4.2.3: non-repeaters once, then the others again and again, cut where the response is full. */
function answerGetBulk(request: Request): Answer {
  const { pdu } = request.message;
  if (pdu.type !== 'getBulk') return { silence: 'pduType' };
  const { misbehaviour } = request;
  if (misbehaviour.tooBigAbove !== undefined) {
    const asked = pdu.nonRepeaters + pdu.maxRepetitions * (pdu.varbinds.length - pdu.nonRepeaters);
    if (asked > misbehaviour.tooBigAbove) return refuse(request, STATUS.tooBig, 0);
  }
  const varbinds: Buffer[] = [];
  let size = 0;
  const add = (varbind: Buffer): boolean => {
    if (size + varbind.length > request.budgetBytes || varbinds.length >= MAX_VARBINDS) return false;
    size += varbind.length;
    varbinds.push(varbind);
    return true;
  };
  const once = Math.max(0, Math.min(pdu.nonRepeaters, pdu.varbinds.length));
  const cursors = pdu.varbinds.map(({ oid }) => oid);
  const places = new Array<number>(cursors.length).fill(-1);
  /** Adds what follows a cursor; false ends the response. */
  const step = (column: number): 'added' | 'ended' | 'full' | 'lost' => {
    const oid = cursors[column] as readonly number[];
    const place = successorPlace(request, oid, places[column]);
    const next = request.instances[place];
    if (isLost(oid, misbehaviour) || (next !== undefined && isLost(next.oid, misbehaviour))) return 'lost';
    if (!add(next === undefined ? exception(oid, TAG.endOfMibView) : encodeInstance(next))) return 'full';
    if (next !== undefined) {
      cursors[column] = next.oid;
      places[column] = place;
    }
    return next === undefined ? 'ended' : 'added';
  };
  for (let column = 0; column < once; column++) {
    const ending = step(column);
    if (ending === 'lost') return { silence: 'misbehaviour' };
    if (ending === 'full') return respond(request, varbinds);
  }
  for (let repetition = 0; repetition < pdu.maxRepetitions; repetition++) {
    let isAllEnded = true;
    for (let column = once; column < cursors.length; column++) {
      const ending = step(column);
      if (ending === 'full') return respond(request, varbinds);
      // a device that hangs in a subtree still answers up to it
      if (ending === 'lost') return varbinds.length > once ? respond(request, varbinds) : { silence: 'misbehaviour' };
      if (ending === 'added') isAllEnded = false;
    }
    if (isAllEnded) break;
  }
  return respond(request, varbinds);
}

function answerSet(request: Request, view: MibView, access: AgentAccess): Answer {
  const { community, pdu } = request.message;
  const name = community.split('@')[0];
  if (access.writeCommunity === undefined || name !== access.writeCommunity) return refuse(request, STATUS.noAccess, 1);
  if (view.set === undefined) return refuse(request, STATUS.notWritable, 1);
  const { errorStatus, errorIndex } = view.set(pdu.varbinds);
  return refuse(request, errorStatus, errorIndex);
}
