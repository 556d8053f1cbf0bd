import type { Edge, Evidence, NodeKind, ScoreInput } from '../../../../collector/src/contract.js';
import type { Status } from '../../graph/model';

/** Cells of a frame to our types: whatever a query returns, these answer with a value or undefined, and never throw. */

export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  return undefined;
}

/** Not measured stays undefined: null, NaN and text that is no number are not zero. */
export function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (value instanceof Date) return Number.isFinite(value.getTime()) ? value.getTime() : undefined;
  if (typeof value !== 'string') return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

/** Not said is undefined: a link whose blocking is not known is neither open nor blocked. */
export function truthOf(value: unknown): boolean | undefined {
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

const KINDS: readonly NodeKind[] = ['device', 'external', 'segment', 'host', 'modem', 'fibre_node'];
const STATUSES: readonly Status[] = ['up', 'down', 'unknown'];
const STATES: readonly Edge['state'][] = ['current', 'stale', 'unknown'];

export const kindOf = (value: unknown): NodeKind => KINDS.find((kind) => kind === value) ?? 'device';
export const statusOf = (value: unknown): Status => STATUSES.find((status) => status === value) ?? 'unknown';
export const stateOf = (value: unknown): Edge['state'] =>
  value === null || value === undefined ? 'current' : (STATES.find((state) => state === value) ?? 'unknown');

/** JSON columns arrive parsed or as text, depending on the data source. */
function listOf(value: unknown): Record<string, unknown>[] {
  let list = value;
  if (typeof value === 'string') {
    try {
      list = JSON.parse(value);
    } catch {
      return [];
    }
  }
  if (!Array.isArray(list)) return [];
  return list.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null);
}

export const evidenceOf = (value: unknown): Evidence[] =>
  listOf(value).map((item) => ({
    device: textOf(item['device']) ?? 'unknown device',
    table: textOf(item['table']) ?? '',
    text: textOf(item['text']) ?? '',
    seenAt: textOf(item['seenAt']) ?? '',
  }));

export const scoreOf = (value: unknown): ScoreInput[] =>
  listOf(value).flatMap((item) => {
    const number = numberOf(item['value']);
    if (number === undefined) return [];
    return [{ name: textOf(item['name']) ?? '', value: number, reason: textOf(item['reason']) ?? '' }];
  });
