import { encodeName, encodeValue, joinVarbind } from '../snmp/ber.js';
import { compareOids, type Instance } from '../snmp/recording.js';

/** An instance whose value may be asked for at each answer instead of standing still. */
export interface ServedInstance extends Instance {
  readonly read?: () => Instance['value'];
}

/** What a SET ended in: error-status of RFC 3416 and the varbind it is about (1-based), 0 and 0 when it was done. */
export interface SetOutcome {
  readonly errorStatus: number;
  readonly errorIndex: number;
}

/** What one agent shows in one context. */
export interface MibView {
  /** Every instance in OID order. The same array as long as nothing came or went: the agent keeps what it derives from it. */
  instances(): readonly ServedInstance[];
  /** Does all of a SET or nothing. Absent: nothing is writable. */
  set?(varbinds: readonly Instance[]): SetOutcome;
}

/** A view that stands still. */
export const staticView = (instances: readonly ServedInstance[]): MibView => ({ instances: () => instances });

/** Sorts instances by OID; of equal OIDs the last wins. */
export function sortInstances(instances: readonly ServedInstance[]): ServedInstance[] {
  const sorted = instances.map((instance, order) => ({ instance, order }));
  sorted.sort((a, b) => compareOids(a.instance.oid, b.instance.oid) || a.order - b.order);
  return sorted
    .filter(({ instance }, at) => {
      const next = sorted[at + 1];
      return next === undefined || compareOids(instance.oid, next.instance.oid) !== 0;
    })
    .map(({ instance }) => instance);
}

/** Two sorted lists as one; of equal OIDs the second list's wins. */
export function mergeInstances(
  stable: readonly ServedInstance[],
  moving: readonly ServedInstance[],
): readonly ServedInstance[] {
  if (moving.length === 0) return stable;
  const merged: ServedInstance[] = [];
  let at = 0;
  for (const instance of moving) {
    const from = findFrom(stable, instance.oid, true);
    for (; at < from; at++) merged.push(stable[at] as ServedInstance);
    merged.push(instance);
    const same = stable[at];
    if (same !== undefined && compareOids(same.oid, instance.oid) === 0) at++;
  }
  for (; at < stable.length; at++) merged.push(stable[at] as ServedInstance);
  return merged;
}

const names = new WeakMap<ServedInstance, Buffer>();
const wholes = new WeakMap<ServedInstance, Buffer>();

/** The varbind of an instance; encoded once when it stands still, and by its name only when it moves. */
export function encodeInstance(instance: ServedInstance): Buffer {
  if (instance.read === undefined) {
    let whole = wholes.get(instance);
    if (whole === undefined) {
      whole = joinVarbind(encodeName(instance.oid), encodeValue(instance.tag, instance.value));
      wholes.set(instance, whole);
    }
    return whole;
  }
  let name = names.get(instance);
  if (name === undefined) {
    name = encodeName(instance.oid);
    names.set(instance, name);
  }
  return joinVarbind(name, encodeValue(instance.tag, instance.read()));
}

/** The place of the first instance after `oid`, or at it when `inclusive`. */
export function findFrom(instances: readonly ServedInstance[], oid: readonly number[], inclusive: boolean): number {
  let low = 0;
  let high = instances.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareOids((instances[middle] as ServedInstance).oid, oid);
    if (order < 0 || (order === 0 && !inclusive)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** True when `oid` is `root` or below it. */
export const isUnder = (oid: readonly number[], root: readonly number[]): boolean =>
  oid.length >= root.length && root.every((value, at) => oid[at] === value);
