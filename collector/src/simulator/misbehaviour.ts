/** How an agent is to fail. Everything absent: it behaves. */
export interface Misbehaviour {
  /** Answers this much later. */
  readonly delayMs?: number;
  /** Share of datagrams that vanish, in either direction; which ones is decided by `seed`. */
  readonly lossRatio?: number;
  readonly seed?: number;
  /** Never answers. */
  readonly silent?: boolean;
  /** Sends only the first octets of each answer. */
  readonly cutOffAtBytes?: number;
  /** Answers under another community. */
  readonly wrongCommunity?: boolean;
  /** Says tooBig when more varbinds are asked for. */
  readonly tooBigAbove?: number;
  /** Trims answers to this size instead of 1472. */
  readonly maxResponseBytes?: number;
  /** GETNEXT and GETBULK name the same instance again, or run in a circle. */
  readonly nonIncreasing?: 'repeat' | 'cycle';
  /** Subtrees in which the device hangs: a request that would answer from one gets no answer. */
  readonly lostSubtrees?: readonly (readonly number[])[];
}

export const BEHAVED: Misbehaviour = {};
