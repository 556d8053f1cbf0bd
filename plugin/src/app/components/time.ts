import { dateTime } from '@grafana/data';

/** An age for people, with the instant behind it: `2 minutes ago`. */
export const since = (time: string): string => dateTime(time).fromNow();

/** A number of seconds for people. */
export function age(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 129_600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
