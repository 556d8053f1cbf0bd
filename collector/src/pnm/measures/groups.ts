/** What one modem shows, in a form that can be compared with another modem. */
export type Signature =
  | {
      readonly kind: 'notch';
      readonly centerHz: number;
      readonly widthHz: number;
      readonly depthDb: number;
      /** Services of the air that hold the notch: each home may let them in by itself. */
      readonly bands?: readonly string[];
      /** A multiple of 125 MHz: the home's Ethernet, however many homes have it. */
      readonly clockHarmonicHz?: number | undefined;
    }
  | { readonly kind: 'echo'; readonly delayNs: number; readonly levelDb: number; readonly resolutionNs: number }
  | { readonly kind: 'ripple'; readonly periodHz: number; readonly amplitudeDb: number };

/** A modem's latest capture: what it shows and where it could have shown something. */
export interface ModemSignatures {
  readonly modem: string;
  readonly fromHz: number;
  readonly toHz: number;
  readonly signatures: readonly Signature[];
}

export interface SignatureGroup {
  readonly kind: Signature['kind'];
  /** The signature of the modem in the middle. */
  readonly typical: Signature;
  readonly modems: readonly string[];
  /** Modems of the node whose capture covers the place. */
  readonly comparableCount: number;
  readonly shareRatio: number;
  readonly verdict: 'home' | 'plant' | 'unknown';
  readonly reason: string;
}

/** Two homes may share a frequency by chance; three with the same width hardly do. */
const MIN_PLANT_MODEMS = 3;
const MIN_PLANT_SHARE = 0.15;
/**
 * What comes from the air gets into badly screened homes one by one, each with its own strength. Only several modems
 * with the same depth, or nearly all of a node, say plant.
 */
const MIN_AIR_SHARE = 0.8;
const MIN_ALIKE_MODEMS = 5;
const MAX_ALIKE_SPREAD_DB = 1.5;
/** One modem of fewer says nothing of the others. */
const MIN_COMPARABLE = 3;

/** Groups the modems of one node by what they have in common. */
export function groupModems(modems: readonly ModemSignatures[]): SignatureGroup[] {
  const all = modems.flatMap(({ modem, signatures }) => signatures.map((signature) => ({ modem, signature })));
  const groups: SignatureGroup[] = [];
  const free = new Set(all);
  // the signature with most company first, so that chains of near ones do not grow together
  while (free.size > 0) {
    let best: { members: typeof all; center: (typeof all)[number] } | undefined;
    for (const center of free) {
      const members = nearestPerModem(center, [...free]);
      if (best === undefined || members.length > best.members.length) best = { members, center };
    }
    if (best === undefined) break;
    for (const member of best.members) free.delete(member);
    groups.push(groupOf(best.center.signature, best.members, modems));
  }
  return groups;
}

type Member = { readonly modem: string; readonly signature: Signature };

function nearestPerModem(center: Member, candidates: readonly Member[]): Member[] {
  const byModem = new Map<string, Member>();
  for (const candidate of candidates) {
    const apart = distance(center.signature, candidate.signature);
    if (apart > 1) continue;
    const known = byModem.get(candidate.modem);
    if (known === undefined || apart < distance(center.signature, known.signature)) {
      byModem.set(candidate.modem, candidate);
    }
  }
  return [...byModem.values()];
}

/** At most 1 where two signatures may be of one cause. */
function distance(a: Signature, b: Signature): number {
  if (a.kind === 'notch' && b.kind === 'notch') {
    const center = Math.abs(a.centerHz - b.centerHz) / Math.max(300_000, 0.15 * Math.max(a.widthHz, b.widthHz));
    const width = Math.abs(Math.log(a.widthHz / b.widthHz)) / Math.log(2);
    return Math.max(center, width);
  }
  if (a.kind === 'echo' && b.kind === 'echo') {
    const delay = Math.abs(a.delayNs - b.delayNs) / Math.max(a.resolutionNs, b.resolutionNs, 0.01 * a.delayNs);
    return Math.max(delay, Math.abs(a.levelDb - b.levelDb) / 8);
  }
  if (a.kind === 'ripple' && b.kind === 'ripple') {
    return Math.abs(Math.log(a.periodHz / b.periodHz)) / Math.log(1.04);
  }
  return Infinity;
}

function groupOf(typical: Signature, members: readonly Member[], modems: readonly ModemSignatures[]): SignatureGroup {
  const comparable = modems.filter(
    ({ fromHz, toHz }) => typical.kind !== 'notch' || (fromHz <= typical.centerHz && toHz >= typical.centerHz),
  );
  const comparableCount = comparable.length;
  const shareRatio = comparableCount === 0 ? 0 : members.length / comparableCount;
  return {
    kind: typical.kind,
    typical,
    modems: members.map(({ modem }) => modem).sort(),
    comparableCount,
    shareRatio,
    ...verdictOf(typical, members, comparableCount, shareRatio),
  };
}

function verdictOf(
  typical: Signature,
  members: readonly Member[],
  comparable: number,
  share: number,
): Pick<SignatureGroup, 'verdict' | 'reason'> {
  const count = members.length;
  const of = `${count} of ${comparable} modems`;
  if (typical.kind === 'notch' && typical.clockHarmonicHz !== undefined) {
    const mhz = typical.clockHarmonicHz / 1e6;
    return { verdict: 'home', reason: `a multiple of 125 MHz (${mhz} MHz): Ethernet clock in the home, on ${of}` };
  }
  if (comparable < MIN_COMPARABLE) {
    return { verdict: 'unknown', reason: `only ${comparable} modems of the node were measured there` };
  }
  if (count === 1) return { verdict: 'home', reason: `${of}: no neighbour shares it` };
  const air = typical.kind === 'notch' && (typical.bands?.length ?? 0) > 0;
  if (air && share < MIN_AIR_SHARE && !alikeInDepth(members)) {
    const names = typical.kind === 'notch' ? (typical.bands ?? []).join(', ') : '';
    return { verdict: 'unknown', reason: `${of} in the range of ${names}: each home may let it in by itself` };
  }
  if (count >= MIN_PLANT_MODEMS && share >= MIN_PLANT_SHARE) {
    return { verdict: 'plant', reason: `${of} share it: the common point lies in the plant` };
  }
  return { verdict: 'unknown', reason: `${of}: may be chance` };
}

function alikeInDepth(members: readonly Member[]): boolean {
  const depths = members.flatMap(({ signature }) => (signature.kind === 'notch' ? [signature.depthDb] : []));
  return depths.length >= MIN_ALIKE_MODEMS && Math.max(...depths) - Math.min(...depths) <= MAX_ALIKE_SPREAD_DB;
}
