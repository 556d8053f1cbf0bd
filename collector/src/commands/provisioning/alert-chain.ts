/** One condition of a threshold expression as provisioning files write it (Grafana 12.4: pkg/expr/threshold.go). */
export interface Threshold {
  readonly evaluator: { readonly type: string; readonly params: readonly number[] };
  /** Stated as the recovered condition. */
  readonly unloadEvaluator?: { readonly type: string; readonly params: readonly number[] };
}

export type AlertState = 'normal' | 'pending' | 'alerting' | 'recovering';

export interface AlertTiming {
  readonly forMs: number;
  readonly keepFiringForMs: number;
}

/** One alert instance between evaluations. */
export interface AlertInstance {
  readonly state: AlertState;
  /** When the present state began. */
  readonly sinceMs: number;
  /** Whether the threshold held at the last evaluation: hysteresis looks at it. */
  readonly loaded: boolean;
}

export const QUIET: AlertInstance = { state: 'normal', sinceMs: 0, loaded: false };

function holds({ type, params }: Threshold['evaluator'], value: number): boolean {
  const [low = NaN, high = NaN] = params;
  switch (type) {
    case 'gt':
      return value > low;
    case 'gte':
      return value >= low;
    case 'lt':
      return value < low;
    case 'lte':
      return value <= low;
    case 'eq':
      return value === low;
    case 'ne':
      return value !== low;
    case 'within_range':
      return value > low && value < high;
    case 'outside_range':
      return value < low || value > high;
    default:
      throw new RangeError(`unknown evaluator ${type}`);
  }
}

/** The next state of an instance: threshold with hysteresis, then pending period, then keep firing for. NaN is never firing. */
export function evaluateAlert(
  instance: AlertInstance,
  value: number,
  atMs: number,
  threshold: Threshold,
  timing: AlertTiming,
): AlertInstance {
  const unloaded = threshold.unloadEvaluator !== undefined && holds(threshold.unloadEvaluator, value);
  const loaded =
    instance.loaded && threshold.unloadEvaluator
      ? !unloaded && !Number.isNaN(value)
      : holds(threshold.evaluator, value);
  const enter = (state: AlertState): AlertInstance =>
    state === instance.state ? { ...instance, loaded } : { state, sinceMs: atMs, loaded };

  if (loaded) {
    if (instance.state === 'alerting' || instance.state === 'recovering') return enter('alerting');
    if (instance.state === 'pending')
      return atMs - instance.sinceMs >= timing.forMs ? enter('alerting') : enter('pending');
    return enter(timing.forMs > 0 ? 'pending' : 'alerting');
  }
  if (instance.state === 'alerting' && timing.keepFiringForMs > 0) return enter('recovering');
  if (instance.state === 'recovering' && atMs - instance.sinceMs < timing.keepFiringForMs) return enter('recovering');
  return enter('normal');
}
