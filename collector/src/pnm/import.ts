import { createHash, randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isGroupMac, isZeroMac, type Mac } from '../lib/mac.js';
import type { CaptureStore } from './capture-store.js';
import type { Decoder } from './decoding/decoder.js';
import type { DecodedCapture } from './decoding/series.js';
import { CaptureError } from './errors.js';
import { PnmFormatError } from './formats/errors.js';
import { isCaptureTimePlausible, MAX_FILE_BYTES } from './formats/header.js';
import { KINDS, type Ingest } from './ingest.js';
import type { Spool } from './receive/spool.js';
import type { CaptureTest } from './schemas.js';

/** What a person knows of the files they bring; what the files say themselves need not be given. */
export interface ImportHints {
  readonly mac?: Mac | undefined;
  readonly channelId?: number | undefined;
  /** Where the modem hangs, when no CMTS of the inventory has it. */
  readonly site?: string | undefined;
  readonly fibreNode?: string | undefined;
}

export interface Imported {
  readonly captureId: string;
  readonly test: CaptureTest;
  readonly mac: Mac;
  readonly channelId: number | null;
  readonly receivedAt: Date;
  /** The same bytes were there before. */
  readonly isDuplicate: boolean;
}

export interface ImporterOptions {
  readonly captures: CaptureStore;
  readonly ingest: Ingest;
  /** Of its own: files of people are no business of the collector's sweep. */
  readonly spool: Spool;
  readonly decoder: Decoder;
  readonly now: () => Date;
}

/** Takes files that modems sent to somebody else through the same ingest as their own uploads. */
export function createImporter({ captures, ingest, spool, decoder, now }: ImporterOptions) {
  return async function importFile(path: string, hints: ImportHints = {}): Promise<Imported> {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) {
      throw new PnmFormatError('PNM_TOO_LARGE', 0, `${size} bytes are more than ${MAX_FILE_BYTES}`);
    }
    const decoded = await decoder.decode(path, { nowSec: now().getTime() / 1000, past: [] });
    const test = testOf(decoded);
    const mac = macOf(decoded, hints);
    const channelId = decoded.channelId ?? hints.channelId ?? null;
    const receivedAt = await timeOf(path, decoded, now());
    const captureId = randomUUID();
    const { site, fibreNode } = hints;
    const name = basename(path);
    await captures.brought({ captureId, mac, test, channelId, name, at: now(), site, fibreNode });
    const bytes = await readFile(path);
    const write = spool.write();
    await write.append(bytes);
    const published = await (await write.finish()).publish(captureId);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const file = { id: captureId, path: published, sha256, bytes: bytes.length, name, receivedAt };
    const stored = await ingest.store(file, { truncated: false });
    return { captureId: stored, test, mac, channelId, receivedAt, isDuplicate: stored !== captureId };
  };
}

function testOf({ kind }: DecodedCapture): CaptureTest {
  const test = (Object.keys(KINDS) as CaptureTest[]).find((candidate) => KINDS[candidate].includes(kind));
  if (test !== undefined) return test;
  throw new CaptureError(
    'PNM_IMPORT_KIND',
    `${kind} is measured by a CCAP: it can be decoded, but is no capture of a modem`,
  );
}

function macOf({ modemMac }: DecodedCapture, hints: ImportHints): Mac {
  const own = modemMac === undefined || isZeroMac(modemMac) || isGroupMac(modemMac) ? undefined : modemMac;
  const mac = own ?? hints.mac;
  if (mac === undefined) throw new CaptureError('PNM_MAC_UNUSABLE', 'the file names no modem: give it with --mac');
  return mac;
}

/** When it was taken: by the modem's clock where that can be right, else when the file was last written. */
async function timeOf(path: string, { deviceTimeSec }: DecodedCapture, now: Date): Promise<Date> {
  if (deviceTimeSec !== undefined && isCaptureTimePlausible(deviceTimeSec, { nowSec: now.getTime() / 1000 })) {
    return new Date(deviceTimeSec * 1000);
  }
  const { mtime } = await stat(path);
  return mtime < now ? mtime : now;
}
