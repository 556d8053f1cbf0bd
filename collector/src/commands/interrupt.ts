/** Ctrl-C as an AbortSignal: what runs ends in a defined state and says what it has. A second one ends the process. */
export function interruptSignal(): { readonly signal: AbortSignal; release(): void } {
  const controller = new AbortController();
  const onInterrupt = () => controller.abort();
  process.once('SIGINT', onInterrupt);
  return {
    signal: controller.signal,
    release: () => void process.off('SIGINT', onInterrupt),
  };
}
