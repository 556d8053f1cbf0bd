import { Alert, Button, LoadingPlaceholder } from '@grafana/ui';
import type { ReactNode } from 'react';
import type { Request } from './useRequest';

interface Props<T> {
  request: Request<T>;
  /** What is being asked for, e.g. "the path". */
  what: string;
  children: (answer: T) => ReactNode;
}

/** One of: loading, a problem with a way to try again (over the last good answer when there is one), the answer. */
export function Answer<T>({ request, what, children }: Props<T>) {
  const { answer, problem, isLoading, reload } = request;
  return (
    <>
      {problem ? (
        <Alert title={`Could not get ${what}`} severity="error">
          <p>{problem}</p>
          <Button size="sm" variant="secondary" icon="sync" onClick={reload}>
            Try again
          </Button>
        </Alert>
      ) : null}
      {answer !== undefined ? children(answer) : isLoading ? <LoadingPlaceholder text={`Asking for ${what}`} /> : null}
    </>
  );
}
