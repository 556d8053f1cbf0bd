const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Ctrl-C and SIGTERM as an AbortSignal: what runs ends in a defined state and says what it has. A second one ends the process. */
export function interruptSignal(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onInterrupt = () => {
    release();
    controller.abort();
  };
  const release = () => {
    for (const name of SIGNALS) process.off(name, onInterrupt);
  };
  for (const name of SIGNALS) process.on(name, onInterrupt);
  return { signal: controller.signal, release };
}
