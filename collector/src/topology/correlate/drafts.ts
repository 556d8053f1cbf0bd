import type { FactKind } from '../facts.js';
import type { Method } from '../schemas.js';
import { isEqualJson } from './equal.js';
import { methodRank } from '../score.js';
import type { EdgeWitness } from './inference.js';

/** One end of a link in the making. */
export interface DraftEnd {
  readonly device: string;
  readonly ifIndex: number | null;
  /** What the port is called where no interface of ours is known. */
  readonly label: string | null;
}

/** Evidence before it is told: the time of reading is that of the device's tables at that moment. */
export interface Sentence {
  readonly device: string;
  readonly table: string;
  readonly text: string;
  /** Tables that the row may come from, where `table` names only the first of them. */
  readonly readFrom?: readonly string[];
}

export interface Proof {
  readonly method: Method;
  /** The device that says it; null where nobody says it and two tables together show it. */
  readonly reporter: string | null;
  readonly evidence: readonly Sentence[];
  readonly witnesses: readonly EdgeWitness[];
  readonly sharedHosts?: number;
  /** The reporter's sysUpTime at which its row became what it is, where it tells. */
  readonly changedAtMs?: number;
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
  readonly #ofEnd = new Map<string, Set<LinkDraft>>();
  readonly #ofPair = new Map<string, Set<LinkDraft>>();
  #sorted: readonly LinkDraft[] | undefined;

  add(one: DraftEnd, other: DraftEnd, layer: 2 | 3, proof: Proof): LinkDraft {
    const [a, b] = compareEnds(one, other) <= 0 ? [one, other] : [other, one];
    const key = draftKey(layer, a, b);
    let draft = this.#drafts.get(key);
    if (!draft) {
      draft = { a, b, layer, proofs: [], members: [], contradicted: false, vlans: new Set(), labels: new Map() };
      this.#keep(key, draft);
    }
    draft.proofs.push(proof);
    return draft;
  }

  #keep(key: string, draft: LinkDraft): void {
    this.#drafts.set(key, draft);
    this.#sorted = undefined;
    for (const [index, name] of this.#entries(draft)) {
      const known = index.get(name);
      if (known) known.add(draft);
      else index.set(name, new Set([draft]));
    }
  }

  #entries({ a, b }: LinkDraft) {
    return [
      [this.#ofEnd, endKey(a)],
      [this.#ofEnd, endKey(b)],
      [this.#ofPair, pairKey(a.device, b.device)],
    ] as const;
  }

  remove(draft: LinkDraft): void {
    if (!this.#drafts.delete(draftKey(draft.layer, draft.a, draft.b))) return;
    this.#sorted = undefined;
    for (const [index, name] of this.#entries(draft)) index.get(name)?.delete(draft);
  }

  /** The same link with the port of one of its devices that it lacked. */
  complete(draft: LinkDraft, end: DraftEnd): LinkDraft {
    const [near, far] = draft.a.device === end.device ? [draft.b, draft.a] : [draft.a, draft.b];
    this.remove(draft);
    const [first, ...others] = draft.proofs as [Proof, ...Proof[]];
    const whole = this.add(near, end, draft.layer, first);
    whole.proofs.push(...others);
    const isTurned = (whole.a.device === end.device) !== (draft.a.device === far.device);
    for (const [a, b] of draft.members) whole.members.push(isTurned ? [b, a] : [a, b]);
    for (const vlan of draft.vlans) whole.vlans.add(vlan);
    for (const [device, label] of draft.labels) whole.labels.set(device, label);
    return whole;
  }

  /** Links of two devices, in stable order. */
  between(one: string, other: string): LinkDraft[] {
    return [...(this.#ofPair.get(pairKey(one, other)) ?? [])].sort(compareDrafts);
  }

  /** Links that end on this interface. */
  at(device: string, ifIndex: number): Iterable<LinkDraft> {
    return this.#ofEnd.get(`${device}|${ifIndex}`) ?? [];
  }

  all(): readonly LinkDraft[] {
    this.#sorted ??= [...this.#drafts.values()].sort(compareDrafts);
    return this.#sorted;
  }

  /** For a next step that adds proofs of its own: nothing of it reaches this one. */
  copy(): LinkDrafts {
    const copied = new LinkDrafts();
    for (const [key, draft] of this.#drafts) {
      copied.#keep(key, {
        ...draft,
        proofs: [...draft.proofs],
        members: [...draft.members],
        vlans: new Set(draft.vlans),
        labels: new Map(draft.labels),
      });
    }
    return copied;
  }
}

/** True when both say the same of the same link. */
export const isSameDraft = (one: LinkDraft, other: LinkDraft): boolean =>
  one === other ||
  (one.layer === other.layer &&
    one.contradicted === other.contradicted &&
    isEqualJson([one.a, one.b, one.members, one.proofs], [other.a, other.b, other.members, other.proofs]) &&
    isEqualJson([...one.vlans, ...one.labels], [...other.vlans, ...other.labels]));

export const keyOfDraft = ({ layer, a, b }: LinkDraft): string => draftKey(layer, a, b);

const draftKey = (layer: 2 | 3, a: DraftEnd, b: DraftEnd): string => `${layer} ${endKey(a)} ${endKey(b)}`;
const pairKey = (one: string, other: string): string => (one < other ? `${one}|${other}` : `${other}|${one}`);
const compareDrafts = (x: LinkDraft, y: LinkDraft): number =>
  x.layer - y.layer || compareEnds(x.a, y.a) || compareEnds(x.b, y.b);

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
  sentences: readonly Sentence[],
  extra: Pick<Proof, 'sharedHosts' | 'changedAtMs'> = {},
): Proof {
  return {
    method,
    reporter,
    evidence: sentences,
    witnesses: [...new Set(sentences.map(({ device }) => device))].map((device) => ({ device, kind })),
    ...extra,
  };
}

export function uniqueEvidence(proofs: readonly Proof[]): Sentence[] {
  const seen = new Map<string, Sentence>();
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
