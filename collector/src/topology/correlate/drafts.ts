import type { FactKind } from '../facts.js';
import type { Evidence, Method } from '../schemas.js';
import { methodRank } from '../score.js';
import type { EdgeWitness } from './inference.js';

/** One end of a link in the making. */
export interface DraftEnd {
  readonly device: string;
  readonly ifIndex: number | null;
  /** What the port is called where no interface of ours is known. */
  readonly label: string | null;
}

export interface Proof {
  readonly method: Method;
  /** The device that says it; null where nobody says it and two tables together show it. */
  readonly reporter: string | null;
  readonly evidence: readonly Evidence[];
  readonly witnesses: readonly EdgeWitness[];
  readonly sharedHosts?: number;
}

export interface LinkDraft {
  a: DraftEnd;
  b: DraftEnd;
  layer: 2 | 3;
  proofs: Proof[];
  members: (readonly [number | null, number | null])[];
  contradicted: boolean;
  vlans: Set<number>;
  /** Names of ports of devices that are not polled, by device. */
  labels: Map<string, string>;
}

const compareEnds = (a: DraftEnd, b: DraftEnd): number =>
  compareText(a.device, b.device) || (a.ifIndex ?? -1) - (b.ifIndex ?? -1) || compareText(a.label ?? '', b.label ?? '');

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const endKey = (end: DraftEnd): string => `${end.device}|${end.ifIndex ?? `?${end.label ?? ''}`}`;

/** Links in the making, one per layer and unordered pair of ends. */
export class LinkDrafts {
  readonly #drafts = new Map<string, LinkDraft>();

  add(one: DraftEnd, other: DraftEnd, layer: 2 | 3, proof: Proof): LinkDraft {
    const [a, b] = compareEnds(one, other) <= 0 ? [one, other] : [other, one];
    const key = `${layer} ${endKey(a)} ${endKey(b)}`;
    let draft = this.#drafts.get(key);
    if (!draft) {
      draft = { a, b, layer, proofs: [], members: [], contradicted: false, vlans: new Set(), labels: new Map() };
      this.#drafts.set(key, draft);
    }
    draft.proofs.push(proof);
    return draft;
  }

  remove(draft: LinkDraft): void {
    for (const [key, value] of this.#drafts) if (value === draft) this.#drafts.delete(key);
  }

  /** Links of two devices, in stable order. */
  between(one: string, other: string): LinkDraft[] {
    return this.all().filter(
      ({ a, b }) => (a.device === one && b.device === other) || (a.device === other && b.device === one),
    );
  }

  /** Links that end on this interface. */
  at(device: string, ifIndex: number): LinkDraft[] {
    const is = (end: DraftEnd) => end.device === device && end.ifIndex === ifIndex;
    return [...this.#drafts.values()].filter((draft) => is(draft.a) || is(draft.b));
  }

  all(): LinkDraft[] {
    return [...this.#drafts.values()].sort(
      (x, y) => x.layer - y.layer || compareEnds(x.a, y.a) || compareEnds(x.b, y.b),
    );
  }
}

/** The best method that shows the link. */
export function methodOf(draft: { proofs: readonly Proof[] }): Method {
  return draft.proofs.map((proof) => proof.method).sort((a, b) => methodRank(a) - methodRank(b))[0] ?? 'bridge';
}

const SAYS_NEIGHBOUR: ReadonlySet<Method> = new Set(['lldp', 'cdp']);

/** Ends that report the link themselves: by LLDP or CDP where one of them shows it, else by what does. */
export function sidesOf(draft: { proofs: readonly Proof[] }): 0 | 1 | 2 {
  const named = draft.proofs.filter((one) => SAYS_NEIGHBOUR.has(one.method));
  const counted = named.length > 0 ? named : draft.proofs;
  const reporters = new Set(counted.flatMap((one) => (one.reporter === null ? [] : [one.reporter])));
  return Math.min(2, reporters.size) as 0 | 1 | 2;
}

/** A sentence of proof with what it rests on. */
export function proof(
  method: Method,
  reporter: string | null,
  kind: FactKind,
  sentences: readonly { device: string; table: string; text: string; seenAt: string }[],
  extra: { sharedHosts?: number } = {},
): Proof {
  return {
    method,
    reporter,
    evidence: sentences,
    witnesses: [...new Set(sentences.map(({ device }) => device))].map((device) => ({ device, kind })),
    ...extra,
  };
}

export function uniqueEvidence(proofs: readonly Proof[]): Evidence[] {
  const seen = new Map<string, Evidence>();
  for (const { evidence } of proofs) {
    for (const sentence of evidence) seen.set(`${sentence.device} ${sentence.table} ${sentence.text}`, sentence);
  }
  return [...seen].sort(([a], [b]) => compareText(a, b)).map(([, sentence]) => sentence);
}

export function uniqueWitnesses(proofs: readonly Proof[]): EdgeWitness[] {
  const seen = new Map<string, EdgeWitness>();
  for (const { witnesses } of proofs) {
    for (const witness of witnesses) seen.set(`${witness.device} ${witness.kind}`, witness);
  }
  return [...seen].sort(([a], [b]) => compareText(a, b)).map(([, witness]) => witness);
}
