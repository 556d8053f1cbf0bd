/** Tells on stderr what is being done, how far it is and how long it took. A terminal sees it live, a log one line each. */
export interface Progress {
  step<T>(what: string, work: (update: (detail: string) => void) => Promise<T>): Promise<T>;
  say(text: string): void;
}

const REDRAW_MS = 500;

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const live = stream.isTTY === true;
  return {
    say: (text) => void stream.write(`  ${text}\n`),
    async step(what, work) {
      const startedAt = performance.now();
      const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
      let detail = '';
      const draw = () => stream.write(`\r\u001b[K· ${what} ${detail} ${seconds()}`);
      if (live) draw();
      const timer = live ? setInterval(draw, REDRAW_MS) : undefined;
      try {
        const result = await work((text) => {
          detail = text;
        });
        stream.write(`${live ? '\r\u001b[K' : ''}✓ ${what} (${seconds()})\n`);
        return result;
      } catch (error) {
        stream.write(`${live ? '\r\u001b[K' : ''}✗ ${what} (${seconds()})\n`);
        throw error;
      } finally {
        clearInterval(timer);
      }
    },
  };
}
