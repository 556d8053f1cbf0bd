import type { DeviceFacts } from '../facts.js';
import { createIncrementalInference } from './incremental.js';
import type { InferOptions, Inference } from './inference.js';

/**
 * Everything the facts of all devices say together (rules R1 to R20 of topology-discovery). Pure, and the same for
 * the same facts in any order. Whoever infers again and again keeps an incremental inference instead.
 */
export const infer = (all: readonly DeviceFacts[], options?: InferOptions): Inference =>
  createIncrementalInference(options).update(all);
