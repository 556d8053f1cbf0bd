import { parentPort } from 'node:worker_threads';
import elk, { type ElkNode } from 'elkjs/lib/elk.bundled.js';
import { stepBack } from '../lib/thread-priority.js';

/**
 * Runs elkjs on a thread of its own: a layout can take minutes on an unlucky graph, and a thread can be killed.
 * One message in, `{ id, graph }`; one out, `{ id, graph }` or `{ id, error }`.
 */
interface Task {
  readonly id: number;
  readonly graph: ElkNode;
}

/** A drawing can wait, requests cannot. */
const BEHIND_NICE = 10;

const port = parentPort;
if (port === null) throw new Error('layout-worker runs as a worker thread only');
stepBack(BEHIND_NICE);
// the bundled build computes on the calling thread, which is this one
const engine = new elk.default();
port.on('message', ({ id, graph }: Task) => {
  engine.layout(graph).then(
    (laidOut) => port.postMessage({ id, graph: laidOut }),
    (error: unknown) => port.postMessage({ id, error: error instanceof Error ? error.message : String(error) }),
  );
});
