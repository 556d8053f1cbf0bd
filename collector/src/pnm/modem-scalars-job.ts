import { PlantgraphError } from '../lib/errors.js';
import type { SnmpReader } from '../snmp/reader.js';
import { decodeAtdmaPreEq } from './formats/atdma-preeq.js';
import { PnmFormatError } from './formats/errors.js';
import { atdmaMetrics } from './measures/atdma.js';
import { readModemScalars, type PreEqualiserReading } from './modem-scalars.js';
import type { DecodedPreEqualiser, DueModem, ModemScalarsStore } from './modem-scalars-store.js';

export interface ModemScalarsOptions {
  readonly store: ModemScalarsStore;
  /** The modem's agent, with the credential that its CMTS's entry names; undefined where none is named. */
  readonly openReader: (modem: DueModem) => SnmpReader | undefined;
  readonly everySec: number;
  /** Modems read at the same time. */
  readonly parallel: number;
  readonly now: () => Date;
  readonly onCount?: (result: string) => void;
}

/** Modems taken from the database in one go, for each that is read at the same time. */
const CLAIM_FACTOR = 4;
/** An upstream channel of ATDMA sends its width divided by 1.25 in symbols. */
const EXCESS_BANDWIDTH = 1.25;

/** Reads the modems that are due, a bounded number at once, until none is left or `untilMs` of the monotonic clock. */
export async function pollDueModems(
  options: ModemScalarsOptions,
  signal: AbortSignal,
  untilMs: number,
): Promise<number> {
  const { store, everySec, parallel, now } = options;
  let count = 0;
  while (!signal.aborted && performance.now() < untilMs) {
    const at = now();
    const due = await store.claim(at, everySec, parallel * CLAIM_FACTOR);
    if (due.length === 0) break;
    count += due.length;
    const queue = due[Symbol.iterator]();
    const run = async () => {
      for (const modem of queue) await pollModem(modem, at, options, signal);
    };
    await Promise.all(Array.from({ length: Math.min(parallel, due.length) }, run));
  }
  return count;
}

/** One modem's failure costs no other anything; what the database refuses ends the job. */
async function pollModem(
  modem: DueModem,
  at: Date,
  { store, openReader, everySec, onCount }: ModemScalarsOptions,
  signal: AbortSignal,
): Promise<void> {
  const reader = openReader(modem);
  if (reader === undefined) return;
  try {
    const reading = await readModemScalars(reader, modem.mac, signal).catch((error: unknown) => {
      if (error instanceof PlantgraphError) return error.code;
      throw error;
    });
    if (typeof reading === 'string') {
      onCount?.(reading);
      await store.failed(modem.mac, reading, everySec, at);
      return;
    }
    await store.stored(modem.mac, reading, reading.preEqualisers.flatMap(decoded), at);
    onCount?.(reading.isWhole ? 'ok' : 'partial');
  } finally {
    reader.close();
  }
}

/** None where the octets are no pre-equaliser: agents send empty or cut ones while it is off. */
function decoded({ channelId, octets, widthHz }: PreEqualiserReading): DecodedPreEqualiser[] {
  try {
    const preEq = decodeAtdmaPreEq(octets);
    const symbolRate = widthHz === undefined || widthHz === 0 ? {} : { symbolRateHz: widthHz / EXCESS_BANDWIDTH };
    return [{ channelId, octets, preEq, metrics: atdmaMetrics(preEq, symbolRate) }];
  } catch (error) {
    if (error instanceof PnmFormatError) return [];
    throw error;
  }
}
