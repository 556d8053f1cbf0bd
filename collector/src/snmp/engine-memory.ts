import { readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { Component } from '../lib/component.js';
import type { EngineClient } from './engine/client.js';
import type { KnownEngine } from './engine/engine-clock.js';

/**
 * The v3 engines that are known, kept in a file of the data directory, so that the first request after a restart needs no
 * discovery. No secret stands in it: ids, boots and times travel in plain text in every v3 message. A file that is lost or
 * damaged costs two exchanges a device.
 */
const VERSION = 1;
const MAX_ENGINES = 100_000;
const MAX_BYTES = 32 * 1024 * 1024;
const KEEP_MS = 30 * 86_400_000;
const SAVE_EVERY_MS = 300_000;
const OCTETS = /^([0-9a-f]{2}){5,32}$/;

interface StoredEngine {
  readonly engineId: string;
  readonly boots: number;
  readonly time: number;
  readonly at: string;
}

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

/** What the file holds; nothing when it is not there or not ours. Older than a month is forgotten. */
export function readKnownEngines(file: string, nowMs: number): Record<string, KnownEngine> {
  let stored: { version?: unknown; engines?: Record<string, StoredEngine> };
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length > MAX_BYTES) return {};
    stored = JSON.parse(text) as typeof stored;
  } catch {
    return {};
  }
  if (stored?.version !== VERSION || typeof stored.engines !== 'object' || stored.engines === null) return {};
  const known: [string, KnownEngine][] = [];
  for (const [key, engine] of Object.entries(stored.engines).slice(0, MAX_ENGINES)) {
    const atMs = Date.parse(String(engine?.at));
    const isSound =
      isCount(engine?.boots) && isCount(engine.time) && OCTETS.test(String(engine.engineId)) && atMs <= nowMs;
    if (!isSound || nowMs - atMs > KEEP_MS) continue;
    const engineId = Uint8Array.from(Buffer.from(engine.engineId, 'hex'));
    known.push([key, { engineId, boots: engine.boots, time: engine.time, atMs }]);
  }
  return Object.fromEntries(known);
}

/** Writes the file anew; readers see the old one or the new one. */
export async function writeKnownEngines(file: string, engines: Readonly<Record<string, KnownEngine>>): Promise<void> {
  const stored = Object.fromEntries(
    Object.entries(engines).map(([key, { engineId, boots, time, atMs }]): [string, StoredEngine] => [
      key,
      { engineId: Buffer.from(engineId).toString('hex'), boots, time, at: new Date(atMs).toISOString() },
    ]),
  );
  const part = `${file}.part`;
  await writeFile(part, `${JSON.stringify({ version: VERSION, engines: stored })}\n`, { mode: 0o600 });
  await rename(part, file);
}

export interface EngineMemoryOptions {
  readonly file: string;
  readonly engine: Pick<EngineClient, 'knownEngines'>;
  readonly onError: (error: unknown, what: string) => void;
  readonly everyMs?: number;
}

/** Saves what the engine knows now and then and at the end. Stop it before the engine. */
export function engineMemory({ file, engine, onError, everyMs = SAVE_EVERY_MS }: EngineMemoryOptions): Component {
  let timer: NodeJS.Timeout | undefined;
  let saving = Promise.resolve();
  const save = async () => {
    try {
      const engines = await engine.knownEngines();
      // a thread that has just been started again knows nobody yet: what is stored is worth more
      if (Object.keys(engines).length > 0) await writeKnownEngines(file, engines);
    } catch (error) {
      onError(error, 'saving the known SNMPv3 engines');
    }
  };
  return {
    name: 'snmp engines',
    start: () => {
      timer = setInterval(() => (saving = saving.then(save)), everyMs);
      timer.unref();
      return Promise.resolve();
    },
    async stop() {
      clearInterval(timer);
      await saving;
      await save();
    },
  };
}
