/** Equality of plain JSON; members of the names in `except` are not compared. */
export function isEqualJson(a: unknown, b: unknown, except: ReadonlySet<string> = NOTHING): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((value, at) => isEqualJson(value, b[at], except));
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => except.has(key) || (key in b && isEqualJson(valueOf(a, key), valueOf(b, key), except)))
  );
}

const NOTHING: ReadonlySet<string> = new Set();
const valueOf = (object: object, key: string): unknown => (object as Record<string, unknown>)[key];
