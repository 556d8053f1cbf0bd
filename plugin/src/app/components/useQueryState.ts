import { useCallback } from 'react';
import { useSearchParams } from 'react-router-dom';

/** Fields kept in the address, so that a page can be handed over by its link. */
export function useQueryState(): [
  Readonly<Record<string, string | undefined>>,
  (change: Record<string, string | undefined>) => void,
] {
  const [params, setParams] = useSearchParams();
  const change = useCallback(
    (fields: Record<string, string | undefined>) =>
      setParams((before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(fields)) {
          if (value === undefined || value === '') next.delete(name);
          else next.set(name, value);
        }
        return next;
      }),
    [setParams],
  );
  return [Object.fromEntries(params), change];
}
