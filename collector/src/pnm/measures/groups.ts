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

/** Where a modem's newest captures could have shown a signature of a kind. */
export interface Coverage {
  readonly kind: Signature['kind'];
  readonly fromHz: number;
  readonly toHz: number;
}

/** A modem's newest captures: what they show and where they could have shown something. */
export interface ModemSignatures {
  readonly modem: string;
  readonly coverage: readonly Coverage[];
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

/** Two homes may share a frequency by chance; three with the same shape hardly do. */
const MIN_PLANT_MODEMS = 3;
const MIN_PLANT_SHARE = 0.15;
/** Fewer than this many must agree in place and width to within what one capture can tell. */
const SURE_MODEMS = 5;
/** Screening of homes differs by this much, so that their depths spread over it; one entry point gives all the same. */
const HOME_DEPTH_RANGE_DB = 9;
/**
 * How well depths must agree: within a stretch, and so that homes would hardly do so by chance. Strict where a radio
 * service is on the air for every home; elsewhere something that many homes own may still be the cause.
 */
const ON_THE_AIR = { spreadDb: 1.5, chance: 0.002 };
const OFF_THE_AIR = { spreadDb: 3, chance: 0.1 };
/** A depth is the difference of two medians of quarter decibels: equal ones may differ by this much. */
const DEPTH_STEP_DB = 0.25;
/** One modem of fewer says nothing of the others. */
const MIN_COMPARABLE = 3;

/** Groups the modems of one node by what they have in common. */
export function groupModems(modems: readonly ModemSignatures[]): SignatureGroup[] {
  const all = modems.flatMap(({ modem, signatures }) => signatures.map((signature) => ({ modem, signature })));
  const near = neighbours(all.map(({ signature }) => signature));
  const isFree = all.map(() => true);
  const company = (i: number) => new Set(near[i]!.flatMap((j) => (isFree[j] ? [all[j]!.modem] : []))).size;
  // the signature with most company first, so that chains of near ones do not grow together; company only shrinks
  const queue = all.map((_, i) => ({ i, count: company(i) })).sort(byCompany);
  const groups: SignatureGroup[] = [];
  for (let best = queue.shift(); best !== undefined; best = queue.shift()) {
    if (!isFree[best.i]) continue;
    const count = company(best.i);
    if (count < best.count && queue.length > 0 && byCompany({ i: best.i, count }, queue[0]!) > 0) {
      insert(queue, { i: best.i, count });
      continue;
    }
    const center = all[best.i]!;
    const around = near[best.i]!.filter((j) => isFree[j]);
    // a modem may show one cause on two channels: its nearest sight counts, the others are no group of their own
    for (const j of around) isFree[j] = false;
    const members = nearestPerModem(
      center,
      around.map((j) => all[j]!),
    );
    groups.push(groupOf(center.signature, members, modems));
  }
  return groups;
}

interface Waiting {
  readonly i: number;
  readonly count: number;
}

const byCompany = (a: Waiting, b: Waiting): number => b.count - a.count || a.i - b.i;

/** Keeps the queue in order. */
function insert(queue: Waiting[], one: Waiting): void {
  let from = 0;
  let to = queue.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (byCompany(queue[middle]!, one) < 0) from = middle + 1;
    else to = middle;
  }
  queue.splice(from, 0, one);
}

/** For each signature those of the same kind that may be of one cause, itself included. Only near keys are compared. */
function neighbours(signatures: readonly Signature[]): number[][] {
  const near: number[][] = signatures.map(() => []);
  for (const kind of ['notch', 'echo', 'ripple'] as const) {
    const own = signatures.flatMap((signature, i) => (signature.kind === kind ? [i] : []));
    own.sort((a, b) => keyOf(signatures[a]!) - keyOf(signatures[b]!));
    const reach = Math.max(0, ...own.map((i) => reachOf(signatures[i]!)));
    own.forEach((i, at) => {
      near[i]!.push(i);
      for (let next = at + 1; next < own.length; next++) {
        const j = own[next]!;
        if (keyOf(signatures[j]!) - keyOf(signatures[i]!) > reach) break;
        if (distance(signatures[i]!, signatures[j]!) > 1) continue;
        near[i]!.push(j);
        near[j]!.push(i);
      }
    });
  }
  for (const list of near) list.sort((a, b) => a - b);
  return near;
}

const keyOf = (signature: Signature): number =>
  signature.kind === 'notch' ? signature.centerHz : signature.kind === 'echo' ? signature.delayNs : signature.periodHz;

/** How far apart keys may be for a distance of at most 1. */
function reachOf(signature: Signature): number {
  if (signature.kind === 'notch') return Math.max(MIN_APART_HZ, APART_OF_WIDTH * signature.widthHz);
  if (signature.kind === 'echo') return Math.max(signature.resolutionNs, APART_OF_DELAY * signature.delayNs);
  return (RIPPLE_RATIO - 1) * signature.periodHz;
}

type Member = { readonly modem: string; readonly signature: Signature };

function nearestPerModem(center: Member, candidates: readonly Member[]): Member[] {
  const byModem = new Map<string, Member>();
  for (const candidate of candidates) {
    const known = byModem.get(candidate.modem);
    const apart = distance(center.signature, candidate.signature);
    if (known === undefined || apart < distance(center.signature, known.signature)) {
      byModem.set(candidate.modem, candidate);
    }
  }
  return [...byModem.values()];
}

const MIN_APART_HZ = 300_000;
const APART_OF_WIDTH = 0.15;
const APART_OF_DELAY = 0.01;
const RIPPLE_RATIO = 1.04;

/** At most 1 where two signatures may be of one cause. */
function distance(a: Signature, b: Signature): number {
  if (a.kind === 'notch' && b.kind === 'notch') {
    const center =
      Math.abs(a.centerHz - b.centerHz) / Math.max(MIN_APART_HZ, APART_OF_WIDTH * Math.max(a.widthHz, b.widthHz));
    const width = Math.abs(Math.log(a.widthHz / b.widthHz)) / Math.log(2);
    return Math.max(center, width);
  }
  if (a.kind === 'echo' && b.kind === 'echo') {
    const delay =
      Math.abs(a.delayNs - b.delayNs) /
      Math.max(a.resolutionNs, b.resolutionNs, APART_OF_DELAY * Math.min(a.delayNs, b.delayNs));
    return Math.max(delay, Math.abs(a.levelDb - b.levelDb) / 8);
  }
  if (a.kind === 'ripple' && b.kind === 'ripple') {
    return Math.abs(Math.log(a.periodHz / b.periodHz)) / Math.log(RIPPLE_RATIO);
  }
  return Infinity;
}

function groupOf(typical: Signature, members: readonly Member[], modems: readonly ModemSignatures[]): SignatureGroup {
  const comparable = modems.filter(({ coverage }) =>
    coverage.some(
      ({ kind, fromHz, toHz }) =>
        kind === typical.kind && (typical.kind !== 'notch' || (fromHz <= typical.centerHz && toHz >= typical.centerHz)),
    ),
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
  if (count < MIN_PLANT_MODEMS || share < MIN_PLANT_SHARE)
    return { verdict: 'unknown', reason: `${of}: may be chance` };
  if (typical.kind !== 'notch')
    return { verdict: 'plant', reason: `${of} share it: the common point lies in the plant` };
  const notches = members.flatMap(({ signature }) => (signature.kind === 'notch' ? [signature] : []));
  const names = (typical.bands ?? []).join(', ');
  // as wide as a broad carrier is a carrier, also of a band that is not listed
  const onTheAir = mayBeCarrier(typical) && (names !== '' || typical.widthHz >= BROAD_HZ);
  const alike = agreeing(notches, onTheAir ? ON_THE_AIR : OFF_THE_AIR);
  if (alike.length < MIN_PLANT_MODEMS || alike.length < MIN_PLANT_SHARE * comparable) {
    const why = names === '' ? 'but not equally deep' : `in the range of ${names}`;
    return { verdict: 'unknown', reason: `${of} have it ${why}: each home may let it in by itself` };
  }
  if (alike.length < SURE_MODEMS && !isOneShape(alike)) {
    return { verdict: 'unknown', reason: `${of} have about this frequency, but not one shape: may be chance` };
  }
  const reason = `${alike.length} of ${comparable} modems share it, equally deep: the common point lies in the plant`;
  return { verdict: 'plant', reason };
}

type NotchSignature = Extract<Signature, { kind: 'notch' }>;

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

/** The same place and width to within what one capture can tell. */
function isOneShape(notches: readonly NotchSignature[]): boolean {
  const widest = Math.max(...notches.map(({ widthHz }) => widthHz));
  return (
    spread(notches.map(({ centerHz }) => centerHz)) <= 0.2e6 + 0.03 * widest &&
    spread(notches.map(({ widthHz }) => widthHz)) <= Math.max(0.4e6, 0.2 * widest)
  );
}

/** The most notches whose depths agree as those of homes would not by chance; the others may be homes among them. */
function agreeing(
  notches: readonly NotchSignature[],
  limit: { readonly spreadDb: number; readonly chance: number },
): readonly NotchSignature[] {
  const sorted = [...notches].sort((a, b) => a.depthDb - b.depthDb);
  for (let k = sorted.length; k >= MIN_PLANT_MODEMS; k--) {
    for (let from = 0; from + k <= sorted.length; from++) {
      const alike = sorted.slice(from, from + k);
      const spreadDb = alike.at(-1)!.depthDb - alike[0]!.depthDb;
      if (spreadDb > limit.spreadDb) continue;
      if (
        chosen(sorted.length, k) * chanceOfStretch((spreadDb + DEPTH_STEP_DB) / HOME_DEPTH_RANGE_DB, k) <=
        limit.chance
      )
        return alike;
    }
  }
  return [];
}

/** Of n values anywhere in 0…1: that all lie within a stretch. */
const chanceOfStretch = (stretch: number, n: number): number => n * stretch ** (n - 1) - (n - 1) * stretch ** n;

/** Ways to choose k of n. */
function chosen(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= k; i++) ways *= (n - k + i) / i;
  return ways;
}

/**
 * Occupied widths of cellular carriers in MHz, alone and side by side: nine tenths of channels of 3 … 20 MHz (3GPP TS
 * 36.101, table 5.6-1; NR a little more). Wider blocks are of several.
 */
const CARRIER_WIDTHS_MHZ = [
  { from: 2.5, to: 2.95 },
  { from: 4.1, to: 5.2 },
  { from: 8.3, to: 10.2 },
  { from: 12.4, to: 15.4 },
  { from: 16.6, to: Infinity },
] as const;

const BROAD_HZ = 8.3e6;

/** Cellular carriers have the widths of their standard; GSM base stations fill any block, as do other services. */
function mayBeCarrier({ widthHz, bands = [] }: NotchSignature): boolean {
  if (bands.some((band) => !band.includes('LTE') || (band.startsWith('GSM') && band.endsWith('down')))) return true;
  const mhz = widthHz / 1e6;
  return CARRIER_WIDTHS_MHZ.some(({ from, to }) => mhz >= from && mhz <= to);
}
