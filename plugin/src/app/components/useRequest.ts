import { useEffect, useRef, useState } from 'react';

export interface Request<T> {
  /** The last good answer; stays while a newer one is asked for or fails. */
  answer: T | undefined;
  problem: string | undefined;
  isLoading: boolean;
  reload: () => void;
}

interface State<T> {
  key: string | undefined;
  answer?: T | undefined;
  problem?: string | undefined;
}

/**
 * Asks when `key` changes and, with `everyMs`, again and again; nothing while there is no key. The key names the
 * question, so the answer to an older one is never shown.
 */
export function useRequest<T>(key: string | undefined, ask: () => Promise<T>, everyMs?: number): Request<T> {
  const [state, setState] = useState<State<T>>({ key: undefined });
  const [turn, setTurn] = useState(0);
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });

  useEffect(() => {
    if (key === undefined) return undefined;
    let isCurrent = true;
    const load = async () => {
      try {
        const answer = await latest.current();
        if (isCurrent) setState({ key, answer });
      } catch (error) {
        const problem = error instanceof Error ? error.message : 'The collector did not answer.';
        if (isCurrent) setState((before) => ({ key, answer: before.key === key ? before.answer : undefined, problem }));
      }
    };
    void load();
    const timer = everyMs === undefined ? undefined : setInterval(() => void load(), everyMs);
    return () => {
      isCurrent = false;
      clearInterval(timer);
    };
  }, [key, everyMs, turn]);

  const isMine = state.key === key;
  return {
    answer: isMine ? state.answer : undefined,
    problem: isMine ? state.problem : undefined,
    isLoading: key !== undefined && !isMine,
    reload: () => setTurn((before) => before + 1),
  };
}
