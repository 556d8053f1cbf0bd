import { readFile } from 'node:fs/promises';
import { parentPort } from 'node:worker_threads';
import { stepBack } from '../../lib/thread-priority.js';
import { PnmFormatError } from '../formats/errors.js';
import { prepareCapture } from './prepare.js';
import type { DecodeAnswer, DecodeTask } from './messages.js';
import { buffersOf } from './transfer.js';

/** Files can wait, requests cannot. */
const BEHIND_NICE = 10;

/** Decodes one file after another on a thread of its own: `DecodeTask` in, `DecodeAnswer` out. */
const port = parentPort;
if (port === null) throw new Error('decode-worker runs as a worker thread only');
stepBack(BEHIND_NICE);

async function answerTo({ number, path, context }: DecodeTask): Promise<DecodeAnswer> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { number, outcome: 'unread', code, message };
  }
  try {
    return { number, outcome: 'decoded', capture: prepareCapture(bytes, context) };
  } catch (error) {
    if (!(error instanceof PnmFormatError)) throw error; // a defect: it ends the thread, and the pool counts it
    return { number, outcome: 'refused', code: error.code, offset: error.offset, message: error.message };
  }
}

port.on('message', (task: DecodeTask) => {
  void answerTo(task).then((answer) => {
    port.postMessage(answer, answer.outcome === 'decoded' ? buffersOf(answer.capture) : []);
  });
});
