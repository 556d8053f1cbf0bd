import { lookup } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import { isIP } from 'node:net';
import type { SnmpCredential, SnmpTarget } from './credential.js';
import { BLOCK_FLAG, ResultBlock } from './engine/block.js';
import { rowsOfBlock, valueOfEntry } from './engine/block-rows.js';
import type { EngineClient } from './engine/client.js';
import type { IndexRange } from './engine/names.js';
import { DEFAULT_ENGINE_CONFIG, type EngineConfig, type EngineCredential } from './engine/task.js';
import { SnmpError } from './errors.js';
import { DEFAULT_WALK_LIMITS, type Scalars, type SnmpReader, type WalkOptions } from './reader.js';
import { parseOid } from './recording.js';
import { bigintOf, bytesOf, numberOf, oidOf, type CellValue } from './rows.js';
import type { TaggedWalk } from './walk.js';

export interface EngineReaderOptions {
  readonly engine: EngineClient;
  readonly config?: Partial<EngineConfig>;
  /** Does what the engine leaves to the library: SET. */
  readonly writer?: Pick<SnmpReader, 'set' | 'close'>;
}

export interface EngineWalkOptions extends WalkOptions {
  readonly ranges?: readonly IndexRange[];
}

const LOOKUP_TIMEOUT_MS = 5_000;
const FIRST_EXCEPTION_TAG = 128;
const GET_LIMIT_MS = 60_000;

/** The credential for one VLAN's context: `community@vlan` in v2c, context `vlan-<id>` in v3. */
export function engineCredentialOf(credential: SnmpCredential, vlan?: number): EngineCredential {
  if (vlan !== undefined && !(Number.isInteger(vlan) && vlan >= 0 && vlan <= 4095)) {
    throw new RangeError(`not a VLAN: ${vlan}`);
  }
  if (credential.version !== '3') {
    const community = credential.community.reveal();
    return { version: credential.version, community: vlan === undefined ? community : `${community}@${vlan}` };
  }
  const { user, auth, priv } = credential;
  return {
    version: '3',
    user,
    context: vlan === undefined ? (credential.context ?? '') : `vlan-${vlan}`,
    ...(auth ? { auth: { protocol: auth.protocol, password: auth.password.reveal() } } : {}),
    ...(auth && priv ? { priv: { protocol: priv.protocol, password: priv.password.reveal() } } : {}),
  };
}

const configOf = (target: SnmpTarget, change: Partial<EngineConfig> | undefined): EngineConfig => ({
  ...DEFAULT_ENGINE_CONFIG,
  timeoutMs: target.timeoutMs,
  retries: target.retries,
  maxRepetitions: target.maxRepetitions,
  minGapMs: target.minGapMs ?? 0,
  maxPacketsPerSec: target.maxPacketsPerSec ?? 0,
  pinnedEngineId: target.engineId?.toLowerCase() ?? '',
  anyAddressUntilMs: target.anyAddressUntilMs ?? 0,
  ...change,
});

/** Name resolution has no deadline of its own. */
export async function addressOf(name: string): Promise<string> {
  if (isIP(name)) return name;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = Object.assign(new Error('name resolution took too long'), { code: 'ETIMEOUT' });
    timer = setTimeout(() => reject(error), LOOKUP_TIMEOUT_MS);
  });
  try {
    return (await Promise.race([lookup(name), late])).address;
  } finally {
    clearTimeout(timer);
  }
}

const emptyWalk = (outcome: 'timeout' | 'cancelled', detail: string): TaggedWalk => ({
  outcome,
  detail,
  rows: {
    length: 0,
    index: () => [],
    tag: () => undefined,
    value: () => undefined,
    bytes: () => undefined,
    number: () => undefined,
    bigint: () => undefined,
    oid: () => undefined,
  },
  startedAt: new Date(),
  durationMs: 0,
  sysUpTimeMs: undefined,
  pduCount: 0,
});

/** A walk of a block. */
export function walkOfBlock(octets: Uint8Array): TaggedWalk {
  const block = new ResultBlock(octets);
  const { outcome, detail, flags, startedAtMs, durationMs, sysUpTimeMs, sentCount } = block.head;
  return {
    outcome,
    ...(detail === '' ? {} : { detail }),
    rows: rowsOfBlock(block),
    startedAt: new Date(startedAtMs),
    durationMs,
    sysUpTimeMs,
    pduCount: sentCount,
    ...((flags & BLOCK_FLAG.restartedInside) !== 0
      ? { restarted: 'inside' as const }
      : (flags & BLOCK_FLAG.restarted) !== 0
        ? { restarted: 'before' as const }
        : {}),
  };
}

/** Walks columns of one table through the engine. Never rejects for anything a device or a network does. */
export async function engineWalk(
  { engine, config }: EngineReaderOptions,
  target: SnmpTarget,
  columns: readonly string[],
  options: EngineWalkOptions = {},
): Promise<TaggedWalk> {
  const credential = engineCredentialOf(target.credential, options.vlan);
  const oids = columns.map(parseOid);
  let host: string;
  try {
    host = await addressOf(target.host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return emptyWalk('timeout', `${target.host} cannot be reached from here: ${code ?? 'unknown'}`);
  }
  if (options.signal?.aborted) return emptyWalk('cancelled', 'given up before it was sent');
  const request = {
    type: 'walk',
    id: '',
    host,
    port: target.port,
    credential,
    oids,
    ranges: options.ranges ?? [],
    limits: { ...DEFAULT_WALK_LIMITS, ...options.limits },
    config: configOf(target, config),
  } as const;
  try {
    return walkOfBlock(await engine.run(request, options.signal));
  } catch {
    return emptyWalk('cancelled', 'the SNMP engine has ended');
  }
}

/** A reader whose walks may also be limited to index ranges. */
export interface EngineReader extends SnmpReader {
  walk(columns: readonly string[], options?: EngineWalkOptions): Promise<TaggedWalk>;
}

/** A reader that walks and gets through the engine. */
export function createEngineReader(target: SnmpTarget, options: EngineReaderOptions): EngineReader {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // one for each request under way
  const signalOf = (signal: AbortSignal | undefined) =>
    signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
  return {
    walk: (columns, walkOptions = {}) =>
      engineWalk(options, target, columns, { ...walkOptions, signal: signalOf(walkOptions.signal) }),
    get: (oids, getOptions = {}) => engineGet(options, target, oids, signalOf(getOptions.signal), getOptions.vlan),
    set: (varbinds, setOptions) => {
      if (options.writer) return options.writer.set(varbinds, setOptions);
      throw new SnmpError('SNMP_NO_WRITE_CREDENTIAL', `${target.host} has no one to write to it`);
    },
    close: () => {
      closing.abort();
      options.writer?.close();
    },
  };
}

/** GETs scalars through the engine. Rejects with SnmpError. */
export async function engineGet(
  { engine, config }: EngineReaderOptions,
  target: SnmpTarget,
  oids: readonly string[],
  signal: AbortSignal,
  vlan: number | undefined,
): Promise<Scalars> {
  const parsed = oids.map(parseOid);
  const credential = engineCredentialOf(target.credential, vlan);
  const host = await addressOf(target.host).catch((error: NodeJS.ErrnoException) => {
    throw new SnmpError('SNMP_SOCKET', `${target.host} cannot be reached from here: ${error.code ?? 'unknown'}`);
  });
  const limits = { ...DEFAULT_WALK_LIMITS, timeMs: GET_LIMIT_MS };
  const settings = { ...configOf(target, config), maxResponseVarbinds: 25 };
  const { port } = target;
  const request = {
    type: 'get',
    id: '',
    host,
    port,
    credential,
    oids: parsed,
    ranges: [],
    limits,
    config: settings,
  } as const;
  const octets = await engine.run(request, signal).catch(() => {
    throw new SnmpError('SNMP_CANCELLED', `${target.host}: the SNMP engine has ended`);
  });
  const block = new ResultBlock(octets);
  const { outcome, detail, errorStatus } = block.head;
  const words = `${target.host}: ${detail}`;
  if (outcome === 'timeout' || outcome === 'deadline') throw new SnmpError('SNMP_TIMEOUT', words);
  if (outcome === 'cancelled') throw new SnmpError('SNMP_CANCELLED', words);
  if (outcome === 'authFailure') throw new SnmpError('SNMP_AUTH', words, errorStatus > 0 ? { errorStatus } : {});
  if (outcome !== 'complete') throw new SnmpError('SNMP_ERROR_STATUS', words, errorStatus > 0 ? { errorStatus } : {});
  const found = new Map<string, CellValue>();
  for (let entry = 0; entry < block.entryCount; entry++) {
    const name = parsed[block.root(entry)]?.join('.');
    if (name !== undefined && block.tag(entry) < FIRST_EXCEPTION_TAG) found.set(name, valueOfEntry(block, entry));
  }
  const value = (oid: string) => found.get(parseOid(oid).join('.'));
  return {
    has: (oid) => found.has(parseOid(oid).join('.')),
    bytes: (oid) => bytesOf(value(oid)),
    number: (oid) => numberOf(value(oid)),
    bigint: (oid) => bigintOf(value(oid)),
    oid: (oid) => oidOf(value(oid)),
  };
}
