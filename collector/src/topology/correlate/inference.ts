import type { FactKind } from '../facts.js';
import type { Evidence, Method, OperStatus, ScoreInput } from '../schemas.js';

/** What a link or host rests on: it ages only when one of these was read whole and did not show it again. */
export interface EdgeWitness {
  readonly device: string;
  readonly kind: FactKind;
}

/** A polled device, or a neighbour that somebody named (`polled: false`, id `ext:…`). */
export interface InferredDevice {
  readonly id: string;
  readonly sysName: string | null;
  readonly polled: boolean;
  readonly ips: readonly string[];
  readonly macs: readonly string[];
  /** What neighbours or tables say it is: bridge, router, telephone … */
  readonly capabilities: readonly string[];
  readonly platform: string | null;
  readonly site: string | null;
}

export interface InferredEnd {
  readonly device: string;
  readonly ifIndex: number | null;
  readonly ifName: string | null;
}

/** One link: both ends in the order of their ids. */
export interface InferredLink {
  readonly a: InferredEnd;
  readonly b: InferredEnd;
  readonly layer: 2 | 3;
  readonly method: Method;
  /** Ends that report it by a neighbour protocol. */
  readonly sides: 0 | 1 | 2;
  readonly confidence: number;
  readonly members: readonly (readonly [number | null, number | null])[];
  readonly vlans: readonly number[];
  /** Spanning tree keeps it idle; null when no end tells. */
  readonly blocked: boolean | null;
  readonly operStatus: OperStatus;
  readonly evidence: readonly Evidence[];
  readonly score: readonly ScoreInput[];
  readonly witnesses: readonly EdgeWitness[];
}

export interface SegmentPort {
  readonly device: string;
  readonly bridgePort: number | null;
  readonly ifIndex: number | null;
  readonly ifName: string | null;
}

/** One shared medium: three or more attachments, or unknown equipment between them. Id `seg:<device>:<port>`. */
export interface InferredSegment {
  readonly id: string;
  readonly ports: readonly SegmentPort[];
  readonly macs: readonly string[];
  readonly layer: 2 | 3;
  readonly method: Method;
  readonly confidence: number;
  readonly vlans: readonly number[];
  readonly evidence: readonly Evidence[];
  readonly score: readonly ScoreInput[];
  readonly witnesses: readonly EdgeWitness[];
}

/** Where one MAC hangs. `segment` is set when it hangs behind unknown equipment on that port. */
export interface InferredHost {
  readonly mac: string;
  readonly ips: readonly string[];
  readonly device: string | null;
  readonly bridgePort: number | null;
  readonly ifIndex: number | null;
  readonly ifName: string | null;
  readonly vlans: readonly number[];
  readonly segment: string | null;
  /** `arp` when an ARP table names it, else `bridge`. */
  readonly method: Method;
  readonly confidence: number;
  readonly evidence: readonly Evidence[];
  readonly score: readonly ScoreInput[];
  readonly witnesses: readonly EdgeWitness[];
}

export interface InferenceWarning {
  readonly kind: string;
  readonly device: string;
  readonly text: string;
}

export interface ExplainRow {
  readonly device: string;
  readonly table: string;
  readonly rows: number;
  readonly used: number;
  readonly dropped: Readonly<Record<string, number>>;
}

/** What all facts together say. Sorted by stable ids: the same facts in any order give the same value. */
export interface Inference {
  readonly devices: readonly InferredDevice[];
  readonly links: readonly InferredLink[];
  readonly segments: readonly InferredSegment[];
  readonly hosts: readonly InferredHost[];
  readonly warnings: readonly InferenceWarning[];
  readonly explain: readonly ExplainRow[];
}

export interface InferOptions {
  /** A non-uplink port with more hosts than this leads to unknown equipment: its hosts hang on a segment (R7). */
  readonly maxHostsPerPort: number;
}

export const DEFAULT_INFER_OPTIONS: InferOptions = { maxHostsPerPort: 2 };
