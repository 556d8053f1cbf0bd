/** Lets one through at a time, in the order of arrival, and turns away when too many wait. */
export class Turnstile {
  readonly #maxWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  constructor(maxWaiting: number) {
    this.#maxWaiting = maxWaiting;
  }

  /** Resolves with the function that must be called to let the next one in. */
  enter(signal?: AbortSignal): Promise<(() => void) | 'full' | 'cancelled'> {
    if (signal?.aborted) return Promise.resolve('cancelled');
    if (!this.#isTaken) {
      this.#isTaken = true;
      return Promise.resolve(this.#leaveOnce());
    }
    if (this.#waiting.length >= this.#maxWaiting) return Promise.resolve('full');
    return new Promise((resolve) => {
      const onTurn = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve(this.#leaveOnce());
      };
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(onTurn), 1);
        resolve('cancelled');
      };
      this.#waiting.push(onTurn);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  #leaveOnce(): () => void {
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#isTaken = false;
    };
  }
}
