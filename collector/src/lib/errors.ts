/** Every failure we raise on purpose. `code` is the contract; the message is for people and says what to do next. */
export abstract class PlantgraphError extends Error {
  abstract readonly code: string;
  /** True when the same call may succeed later with nothing changed by an operator. */
  abstract readonly retryable: boolean;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The stable code of any failure; `INTERNAL` for one that nobody raised on purpose. */
export const codeOf = (error: unknown): string => (error instanceof PlantgraphError ? error.code : 'INTERNAL');
