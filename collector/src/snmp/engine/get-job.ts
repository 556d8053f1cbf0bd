import type { AnswerView } from './answer.js';
import { Exchange, type Failure } from './exchange.js';
import { endOfErrorStatus, GENERAL_ERROR, Job, MAX_NAMES, NO_SUCH_NAME, TOO_BIG, type JobContext } from './job.js';
import { decodeOid, encodeOid } from './names.js';
import type { ReadPdu } from './request.js';
import type { EngineRequest } from './task.js';

interface Wanted {
  readonly name: Uint8Array;
  readonly nameLength: number;
  readonly root: number;
}

const VARBIND_OCTETS = 60;
const MESSAGE_OCTETS = 80;

/** Instances by name, some in each request. What is absent stands in the block with its exception. */
export class GetJob extends Job {
  #waiting: Wanted[];
  /** How many fit one answer; halves on tooBig. */
  #most: number;
  #exchange: GetExchange | undefined;

  constructor(request: EngineRequest, context: JobContext) {
    super(request, context);
    this.#most = Math.max(1, Math.min(request.config.maxResponseVarbinds, MAX_NAMES));
    this.#waiting = request.oids.map((oid, root) => {
      const name = encodeOid(oid);
      return { name, nameLength: name.length, root };
    });
  }

  start(): void {
    if (this.#waiting.length === 0) return this.end({ outcome: 'complete' });
    this.#exchange = new GetExchange(this, this.#waiting.splice(0, this.#most));
    this.context.ask(this.#exchange);
  }

  protected abandon(): void {
    if (this.#exchange) this.context.abandon(this.#exchange);
  }

  take(wanted: readonly Wanted[], octets: Uint8Array, view: AnswerView, nowMs: number): void {
    if (view.errorStatus !== 0) return this.#takeError(wanted, octets, view);
    const first = view.count > 0 ? view.nameStart(0) : 0;
    let last = first;
    for (const [at, { name, root }] of wanted.entries()) {
      if (at >= view.count) return this.end({ outcome: 'errorStatus', detail: 'the answer does not fit the request' });
      const start = view.nameStart(at);
      const end = view.nameEnd(at);
      if (Buffer.compare(octets.subarray(start, end), name) !== 0) {
        return this.end({ outcome: 'errorStatus', detail: 'the answer does not fit the request' });
      }
      this.builder.add(start - first, end - start, root);
      last = view.valueEnd(at);
    }
    this.builder.append(octets, first, last);
    this.builder.endSegment(last - first, this.wallMs(nowMs), undefined);
    this.start();
  }

  #takeError(wanted: readonly Wanted[], octets: Uint8Array, view: AnswerView): void {
    const at = view.errorIndex - 1;
    const broken = wanted[at];
    if (view.errorStatus === TOO_BIG && wanted.length > 1) {
      this.#most = wanted.length >> 1;
      this.#waiting.unshift(...wanted);
      return this.start();
    }
    // one broken object must not hide the others
    const isBroken = view.errorStatus === GENERAL_ERROR || view.errorStatus === NO_SUCH_NAME;
    if (isBroken && broken && (wanted.length > 1 || view.errorStatus === NO_SUCH_NAME)) {
      this.#waiting.unshift(...wanted.filter((one) => one !== broken));
      return this.start();
    }
    const isKnown = at >= 0 && at < view.count;
    this.end(
      endOfErrorStatus(view.errorStatus, isKnown ? decodeOid(octets, view.nameStart(at), view.nameEnd(at)) : undefined),
    );
  }
}

class GetExchange extends Exchange {
  readonly expectedOctets: number;
  readonly #job: GetJob;
  readonly #wanted: readonly Wanted[];

  constructor(job: GetJob, wanted: readonly Wanted[]) {
    const { device, security, expire } = job.context;
    super(device, security, job.request.config, expire);
    this.#job = job;
    this.#wanted = wanted;
    this.expectedOctets = MESSAGE_OCTETS + VARBIND_OCTETS * wanted.length;
  }

  pdu(id: number): ReadPdu {
    return { type: 'get', requestId: id, nonRepeaters: 0, maxRepetitions: 0, names: this.#wanted };
  }

  onSent(isRepeat: boolean): void {
    this.#job.noteSent(isRepeat);
  }

  onFailure(failure: Failure): void {
    this.#job.fail(failure);
  }

  onAnswer(octets: Uint8Array, view: AnswerView, nowMs: number): void {
    if (!this.#job.isDone) this.#job.take(this.#wanted, octets, view, nowMs);
  }
}
