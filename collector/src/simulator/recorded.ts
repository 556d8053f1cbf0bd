import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseOid, parseRecording } from '../snmp/recording.js';
import type { AgentSpec } from './agent.js';
import { SimulatorError } from './errors.js';
import { staticView, type MibView } from './mib-view.js';

export interface RecordedOptions {
  readonly port: number;
  /** The first device's address; the others follow it. */
  readonly firstAddress?: string;
  readonly community?: string;
}

/** Devices of a folder, each on an address of its own. */
export interface RecordedNetwork {
  /** For `createAgents`; named as the devices. */
  readonly agents: readonly AgentSpec[];
  /** Device → address. */
  readonly addresses: ReadonlyMap<string, string>;
}

const FIRST_ADDRESS = '127.40.0.1';
const RECORDING = /^(?<device>[^@]+?)(?:@(?<context>[^@]+))?\.(?<kind>snmprec|lost)$/;

/** The address `count` places after `first`. */
export function addressAfter(first: string, count: number): string {
  const value = first.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0) + count;
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}

/**
 * Reads every `NAME.snmprec`, `NAME@CONTEXT.snmprec` and `NAME.lost` (subtrees in which the device hangs) of a folder.
 * Devices get their addresses in the order of their names.
 */
export async function readRecordedNetwork(folder: string, options: RecordedOptions): Promise<RecordedNetwork> {
  const { port, firstAddress = FIRST_ADDRESS, community = 'public' } = options;
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new SimulatorError('SIMULATOR_RECORDING', `cannot read the folder ${folder}`, { cause });
  });
  const views = new Map<string, Map<string, MibView>>();
  const lost = new Map<string, number[][]>();
  for (const file of files.sort()) {
    const { device, context = '', kind } = RECORDING.exec(file)?.groups ?? {};
    if (device === undefined) continue;
    const text = await readFile(join(folder, file), 'utf8');
    if (kind === 'lost') {
      const subtrees = text.split(/\s+/).filter((word) => /^[.\d]+$/.test(word));
      lost.set(device, subtrees.map(parseOid));
      continue;
    }
    const contexts = views.get(device) ?? new Map<string, MibView>();
    contexts.set(context, staticView(parseOne(text, file)));
    views.set(device, contexts);
  }
  if (views.size === 0) {
    throw new SimulatorError('SIMULATOR_RECORDING', `${folder} has no *.snmprec files: name the folder of one network`);
  }
  const addresses = new Map([...views.keys()].map((device, at) => [device, addressAfter(firstAddress, at)]));
  const agents = [...views].map(([device, contexts]): AgentSpec => {
    const lostSubtrees = lost.get(device);
    return {
      name: device,
      address: addresses.get(device) as string,
      port,
      readCommunity: community,
      view: (context) => contexts.get(context),
      ...(lostSubtrees === undefined ? {} : { misbehaviour: { lostSubtrees } }),
    };
  });
  return { agents, addresses };
}

function parseOne(text: string, file: string) {
  try {
    return parseRecording(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SimulatorError('SIMULATOR_RECORDING', `${file}: ${reason}`, { cause });
  }
}
