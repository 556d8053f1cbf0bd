import { locationService } from '@grafana/runtime';
import { useLocation, useParams } from 'react-router';

/** The query of the address, and a way to change it. */
export function useSearchParams(): [URLSearchParams, (next: URLSearchParams) => void] {
  const { pathname, search } = useLocation();
  return [new URLSearchParams(search), (next) => locationService.push(`${pathname}?${next.toString()}`)];
}

export { useParams };
