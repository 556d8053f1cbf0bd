/** Something with a life of its own. Building one opens nothing; `start` does. */
export interface Component {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts in order and, on failure or at the end, stops what had started, last first. */
export async function runAll(
  components: readonly Component[],
  until: AbortSignal,
  onStopError: (component: Component, error: unknown) => void,
): Promise<void> {
  const started: Component[] = [];
  try {
    for (const component of components) {
      if (until.aborted) break;
      await component.start();
      started.unshift(component);
    }
    if (!until.aborted) await new Promise((resolve) => until.addEventListener('abort', resolve, { once: true }));
  } finally {
    for (const component of started) {
      await component.stop().catch((error: unknown) => onStopError(component, error)); // the others must still stop
    }
  }
}
