import type { Edge, Evidence, NodeKind, ScoreInput } from '../../../../collector/src/contract.js';
import type { Status } from '../../graph/model';
import { numberOf, textOf } from '../../lib/cells';

/** Cells of the graph's frames to the words of its model. */

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
