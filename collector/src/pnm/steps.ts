import type { OperationStep } from './schemas.js';

export type StepName = OperationStep['name'];

const CHANNEL_STEPS: readonly StepName[] = ['trigger', 'measure', 'upload', 'decode', 'store'];
const MODEM_STEPS: readonly StepName[] = ['find', 'identify', 'ready', 'destination'];

/** The steps of one operation as people watch them. */
export class OperationSteps {
  readonly #now: () => Date;
  readonly #onChange: () => void;
  #steps: OperationStep[];

  constructor(now: () => Date, onChange: () => void) {
    this.#now = now;
    this.#onChange = onChange;
    this.#steps = [...MODEM_STEPS, ...CHANNEL_STEPS].map((name) => waiting(name, null));
  }

  get list(): readonly OperationStep[] {
    return this.#steps;
  }

  get progressRatio(): number {
    const ended = this.#steps.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
    return ended / this.#steps.length;
  }

  /** The channels are known now: each gets its steps. */
  setChannels(channelIds: readonly (number | null)[]): void {
    const ofModem = this.#steps.filter(({ name }) => MODEM_STEPS.includes(name));
    this.#steps = [
      ...ofModem,
      ...channelIds.flatMap((channelId) => CHANNEL_STEPS.map((name) => waiting(name, channelId))),
    ];
    this.#onChange();
  }

  start(name: StepName, channelId: number | null, detail: string | null = null): void {
    this.#change(name, channelId, { state: 'running', detail, startedAt: this.#now().toISOString(), finishedAt: null });
  }

  detail(name: StepName, channelId: number | null, detail: string): void {
    if (this.#find(name, channelId)?.detail !== detail) this.#change(name, channelId, { detail });
  }

  done(name: StepName, channelId: number | null, detail?: string): void {
    const change = detail === undefined ? {} : { detail };
    this.#change(name, channelId, { state: 'done', finishedAt: this.#now().toISOString(), ...change });
  }

  /** Whatever runs for the channel (or the modem) failed; what would have followed is skipped. Null: of every channel. */
  fail(channelId: number | null, detail: string): void {
    const finishedAt = this.#now().toISOString();
    this.#steps = this.#steps.map((step) => {
      if (channelId !== null && step.channelId !== channelId) return step;
      if (step.state === 'running') return { ...step, state: 'failed', detail, finishedAt };
      return step.state === 'waiting' ? { ...step, state: 'skipped' } : step;
    });
    this.#onChange();
  }

  #find(name: StepName, channelId: number | null): OperationStep | undefined {
    return this.#steps.find((step) => step.name === name && step.channelId === channelId);
  }

  #change(name: StepName, channelId: number | null, change: Partial<OperationStep>): void {
    this.#steps = this.#steps.map((step) =>
      step.name === name && step.channelId === channelId ? { ...step, ...change } : step,
    );
    this.#onChange();
  }
}

const waiting = (name: StepName, channelId: number | null): OperationStep => ({
  name,
  channelId,
  state: 'waiting',
  detail: null,
  startedAt: null,
  finishedAt: null,
});
