import { compareText } from './correlate/drafts.js';
import type { Inference } from './correlate/inference.js';
import { missingEvidence, openSources, type Side } from './explain-advice.js';
import type { ExplainedLink, LinkExplanation, ThroughHop, VerdictCode } from './explain-schemas.js';
import { statementsOf, type Attempts, type LeadsTo } from './explain-sources.js';
import { indexDevices, subjectOf, type IndexedDevices, type KnownNode, type Subject } from './explain-subjects.js';
import { portName, shortestWay, type ExplainEdge } from './explain-way.js';
import { count, few, listed, timeText } from './explain-words.js';
import type { DeviceFacts } from './facts.js';
import { methodRank } from './score.js';
import type { EdgeEndpoint } from './sightings.js';

export interface ExplainInput {
  readonly facts: readonly DeviceFacts[];
  readonly inference: Inference;
  /** Everything that joins nodes now: links, attachments of segments, host placements, the plant. */
  readonly edges: readonly ExplainEdge[];
  /** Titles and kinds beside the facts: the inventory and the plant. */
  readonly known?: ReadonlyMap<string, KnownNode>;
  /** Devices of the inventory, whether or not they ever answered; when absent those with facts. */
  readonly inventory?: ReadonlySet<string>;
  readonly attempts?: Attempts;
  /** What maps show by default. */
  readonly minConfidence: number;
  /** Made of `facts` when absent. */
  readonly indexed?: IndexedDevices;
}

/** The two nodes with everything that their explanation looks at. */
interface Question {
  readonly input: ExplainInput;
  /** The edges that end on one of both. */
  readonly touching: readonly ExplainEdge[];
  readonly a: Subject;
  readonly b: Subject;
  readonly sides: readonly [Side, Side];
  readonly links: readonly ExplainedLink[];
  readonly through: readonly ThroughHop[];
  readonly same: string | undefined;
}

interface Verdict {
  readonly code: VerdictCode;
  readonly text: string;
}

/**
 * "Why is there no link between these two?" The answer first, then what each source of proof on each side says, then
 * what is missing and how to get it. Unknown is said as unknown: a table that was not read may hold the proof.
 */
export function explainLink(input: ExplainInput, first: string, second: string): LinkExplanation {
  const { world, twins } = input.indexed ?? indexDevices(input.facts);
  const [a, b] = [first, second].map((id) => twins.get(id)?.same ?? id) as [string, string];
  const names = new Map(input.inference.devices.map(({ id, sysName }) => [id, sysName]));
  const titleOf = (id: string): string => input.known?.get(id)?.title ?? names.get(id) ?? id;
  const touching = input.edges.filter((edge) => [a, b].includes(edge.a.node) || [a, b].includes(edge.b.node));
  const leadsTo = neighboursOf(touching, titleOf);
  const [one, other] = [a, b].map((id) => subjectOf(world, input.inference, id, input.known?.get(id))) as [
    Subject,
    Subject,
  ];
  const sideOf = (subject: Subject, far: Subject): Side => ({
    subject,
    other: far,
    statements: subject.view === undefined ? [] : statementsOf(world, subject.view, far, input.attempts, leadsTo),
    inInventory: subject.view !== undefined || (input.inventory?.has(subject.node.id) ?? false),
    isPlaced: touching.some((edge) => [edge.a.node, edge.b.node].includes(subject.node.id)),
  });
  const links = directLinks(touching, a, b);
  const question: Question = {
    input,
    touching,
    a: one,
    b: other,
    sides: [sideOf(one, other), sideOf(other, one)],
    links,
    through: links.length > 0 ? [] : shortestWay(input.edges, a, b, titleOf),
    same: a !== b ? undefined : (twins.get(first)?.evidence ?? twins.get(second)?.evidence ?? 'it was named twice'),
  };
  const verdict = verdictOf(question);
  const settled = verdict.code === 'link' || verdict.code === 'same-device' || verdict.code === 'placed';
  return {
    a: one.node,
    b: other.node,
    verdict,
    links: [...links],
    through: [...question.through],
    said: question.sides.flatMap(({ statements }) =>
      statements.map((statement) => ({
        ...statement,
        mentions: statement.mentions.map(({ port, text }) => ({ port, text })),
      })),
    ),
    missing: settled ? [] : missingEvidence(question.sides),
    warnings: warningsOf(input.inference, one, other),
  };
}

/** Network equipment at the far ends of layer-2 links, by port. */
function neighboursOf(edges: readonly ExplainEdge[], titleOf: (id: string) => string): LeadsTo {
  const found = new Map<string, Set<string>>();
  for (const { a, b, layer } of edges) {
    if (layer !== 2) continue;
    for (const [near, far] of [
      [a, b],
      [b, a],
    ] as const) {
      if (near.ifIndex === null || /^(host|seg):/.test(far.node)) continue;
      const key = `${near.node}|${near.ifIndex}`;
      found.set(key, (found.get(key) ?? new Set()).add(titleOf(far.node)));
    }
  }
  return (device, ifIndex) => [...(found.get(`${device}|${ifIndex}`) ?? [])];
}

function directLinks(edges: readonly ExplainEdge[], a: string, b: string): ExplainedLink[] {
  return edges
    .filter((edge) => (edge.a.node === a && edge.b.node === b) || (edge.a.node === b && edge.b.node === a))
    .map((edge) => turned(edge, a))
    .sort(
      (x, y) =>
        x.layer - y.layer ||
        methodRank(x.method) - methodRank(y.method) ||
        y.confidence - x.confidence ||
        compareText(portName(x.a) ?? '', portName(y.a) ?? ''),
    );
}

/** With the end that was asked for first. */
function turned(edge: ExplainEdge, a: string): ExplainedLink {
  const [near, far] = edge.a.node === a ? [edge.a, edge.b] : [edge.b, edge.a];
  const end = ({ node, ifIndex, ifName }: EdgeEndpoint) => ({ node, ifIndex, ifName });
  return {
    a: end(near),
    b: end(far),
    layer: edge.layer,
    method: edge.method,
    sides: edge.sides,
    confidence: edge.confidence,
    blocked: edge.blocked,
    state: edge.state ?? 'current',
    stateReason: edge.stateReason ?? null,
    isDown: [edge.operStatus, edge.a.operStatus, edge.b.operStatus].includes('down'),
    evidence: [...edge.evidence],
    score: [...edge.score],
  };
}

function warningsOf(inference: Inference, a: Subject, b: Subject): string[] {
  const about = (text: string, subject: Subject): boolean =>
    text.includes(subject.node.id) || text.includes(subject.node.title);
  return inference.warnings
    .filter(({ device, text }) => (device === a.node.id && about(text, b)) || (device === b.node.id && about(text, a)))
    .map(({ device, text }) => `${device}: ${text}`);
}

function verdictOf(question: Question): Verdict {
  const { a, links, same } = question;
  if (same !== undefined) {
    return { code: 'same-device', text: `Both are one device, ${a.node.title}: ${same}.` };
  }
  const [best] = links;
  if (best !== undefined) return linkVerdict(question, best);
  return (
    sharedSegment(question) ?? contradicted(question) ?? unknown(question) ?? through(question) ?? noEvidence(question)
  );
}

const endText = (subject: Subject, end: EdgeEndpoint): string =>
  [subject.node.title, portName(end)].filter((part) => part !== null).join(' ');

function linkVerdict({ a, b, links, input, sides }: Question, link: ExplainedLink): Verdict {
  const ends = `${endText(a, link.a)} – ${endText(b, link.b)}`;
  const kind = link.layer === 3 ? 'a routing adjacency' : 'a link';
  const more = links.length > 1 ? ` (and ${count(links.length - 1, 'more')})`.replace('mores', 'more') : '';
  const proof = `by ${link.method.toUpperCase()}, confidence ${link.confidence.toFixed(2)}${link.blocked ? ', blocked by spanning tree' : ''}${link.isDown ? ', down now' : ''}${more}`;
  const host = [a, b].find(({ node }) => node.kind === 'host');
  if (link.state !== 'current') {
    return {
      code: 'link-unconfirmed',
      text: `There is ${kind}, ${ends} ${proof}, but it is not confirmed now: ${link.stateReason ?? link.state}.`,
    };
  }
  if (link.score.some(({ name }) => name === 'contradicted')) {
    return {
      code: 'link-contradicted',
      text: `There may be ${kind}, ${ends} ${proof}, but the two ends contradict each other: one port names another neighbour.`,
    };
  }
  if (link.confidence < input.minConfidence) {
    return {
      code: 'link-filtered',
      text: `There is ${kind}, ${ends}, but with confidence ${link.confidence.toFixed(2)} (${link.method.toUpperCase()}) it is below the ${input.minConfidence.toFixed(2)} that is shown.`,
    };
  }
  if (host !== undefined) {
    const place = host === a ? endText(b, link.b) : endText(a, link.a);
    return { code: 'placed', text: `Yes: ${host.node.title} hangs on ${place}, known ${proof}.` };
  }
  if (link.sides === 1 && (link.method === 'lldp' || link.method === 'cdp')) {
    return oneSided({ ends, proof, kind }, link, sides);
  }
  return { code: 'link', text: `Yes: there is ${kind}, ${ends}, known ${proof}.` };
}

function oneSided(
  { ends, proof, kind }: { ends: string; proof: string; kind: string },
  link: ExplainedLink,
  sides: readonly [Side, Side],
): Verdict {
  const silent = sides.find(
    ({ statements }) =>
      !statements.some((one) => one.kind === link.method && one.mentions.some(({ namesNeighbour }) => namesNeighbour)),
  );
  const reason =
    silent === undefined
      ? 'one end only'
      : silent.statements.length === 0
        ? `one end: ${silent.subject.node.title} is not polled`
        : `one end: ${silent.subject.node.title} does not name the other`;
  return {
    code: 'link-one-sided',
    text: `Yes: there is ${kind}, ${ends}, known ${proof}; it is reported by ${reason}.`,
  };
}

const mediumOf = (edges: readonly ExplainEdge[], node: string, onLayer: number): Map<string, EdgeEndpoint> =>
  new Map(
    edges.flatMap((edge) => {
      if (edge.layer !== onLayer) return [];
      const near = edge.a.node === node ? edge.a : edge.b.node === node ? edge.b : undefined;
      const far = near === edge.a ? edge.b : edge.a;
      return near !== undefined && far.node.startsWith('seg:') ? [[far.node, near] as const] : [];
    }),
  );

function sharedSegment({ a, b, touching }: Question): Verdict | undefined {
  const mine = mediumOf(touching, a.node.id, 2);
  const theirs = mediumOf(touching, b.node.id, 2);
  const shared = [...mine.keys()].find((id) => theirs.has(id));
  if (shared === undefined) return undefined;
  const [near, far] = [mine.get(shared), theirs.get(shared)] as [EdgeEndpoint, EdgeEndpoint];
  return {
    code: 'segment',
    text: `No cable between just the two: ${endText(a, near)} and ${endText(b, far)} hang on one shared medium (${shared}), with others or with equipment that nobody polls between them.`,
  };
}

/** A subnet that both have an interface in: they reach each other on layer 3, which shows no cable. */
function sharedSubnet({ a, b, touching }: Question): string {
  const mine = mediumOf(touching, a.node.id, 3);
  const theirs = mediumOf(touching, b.node.id, 3);
  const shared = [...mine.keys()].find((id) => theirs.has(id));
  if (shared === undefined) return '';
  const [near, far] = [mine.get(shared), theirs.get(shared)] as [EdgeEndpoint, EdgeEndpoint];
  return ` They share a subnet (${endText(a, near)} and ${endText(b, far)}), which shows no cable.`;
}

function contradicted({ sides }: Question): Verdict | undefined {
  for (const { subject, other, statements } of sides) {
    const rival = statements
      .flatMap(({ mentions, kind }) => mentions.map((mention) => ({ mention, kind })))
      .find(({ mention }) => mention.contradiction !== null);
    if (rival === undefined) continue;
    return {
      code: 'contradicted',
      text: `No link is shown because the two contradict each other: ${subject.node.title} ${rival.mention.port ?? 'on an unknown port'} names ${other.node.title} by ${rival.kind.toUpperCase()}, but ${rival.mention.contradiction ?? ''}.`,
    };
  }
  return undefined;
}

function unknown(question: Question): Verdict | undefined {
  const { a, b, sides, through: way } = question;
  const open = sides.flatMap((side) => {
    const sources = openSources(side);
    if (sources.length > 0) return [`${side.subject.node.title} ${silence(sources)}`];
    return side.statements.length === 0 && side.inInventory ? [`${side.subject.node.title} has never answered`] : [];
  });
  if (open.length === 0) return undefined;
  const known = way.length > 2 ? ` As far as is known they are joined through ${throughText(way)}.` : '';
  return {
    code: 'unknown',
    text: `Unknown whether ${a.node.title} and ${b.node.title} are linked, because ${listed(open)}.${known}`,
  };
}

function silence(sources: ReturnType<typeof openSources>): string {
  const names = listed(sources.map(({ source }) => source));
  if (sources.every(({ state }) => state === 'not-asked')) return `has not been asked for its ${names} yet`;
  const since = sources.map(({ readAt }) => readAt).filter((time) => time !== null);
  const oldest = since.sort()[0];
  return `did not answer for its ${names}${oldest === undefined ? '' : ` since ${timeText(oldest)}`}`;
}

const throughText = (way: readonly ThroughHop[]): string => {
  const between = way.slice(1, -1).map(({ title }) => title);
  return between.length <= 3 ? listed(between) : `${between[0] ?? ''} and ${between.length - 1} more`;
};

function through(question: Question): Verdict | undefined {
  const { a, b, through: way, sides } = question;
  if (way.length < 3) return undefined;
  const [first, last] = [way[0], way.at(-1)];
  const ports = `${a.node.title}${first?.outPort ? ` ${first.outPort}` : ''} and ${b.node.title}${last?.inPort ? ` ${last.inPort}` : ''}`;
  const named = hintText(sides);
  return {
    code: 'through',
    text: `No direct link: ${ports} are joined through ${throughText(way)}${named === '' ? '' : `; ${named}`}.${sharedSubnet(question)}`,
  };
}

/** What was said of the other without making a link. */
function hintText(sides: readonly [Side, Side]): string {
  const hints = sides.flatMap(({ subject, other, statements }) =>
    statements
      .filter(({ mentions, kind }) => mentions.length > 0 && kind !== 'mac' && kind !== 'arp')
      .map(({ source }) => `the ${source} of ${subject.node.title} mention ${other.node.title}`),
  );
  return listed(hints);
}

function noEvidence({ a, b, sides }: Question): Verdict {
  const polled = sides.filter(({ statements }) => statements.length > 0);
  const hints = sides.flatMap(({ subject, other, statements }) =>
    statements
      .filter(({ mentions }) => mentions.length > 0)
      .map(
        ({ source, mentions }) =>
          `the ${source} of ${subject.node.title} has ${other.node.title} on ${few(
            mentions.map(({ port }) => port ?? 'an unknown port'),
            2,
          )}`,
      ),
  );
  const pair = `${a.node.title} and ${b.node.title}`;
  if (polled.length === 0) {
    return { code: 'no-evidence', text: `No evidence: neither of ${pair} is polled, and nobody else joins them.` };
  }
  if (hints.length > 0) {
    return { code: 'no-evidence', text: `No link: ${listed(hints)}, which alone does not show a cable.` };
  }
  const silent = sides.filter(({ statements }) => statements.length === 0).map(({ subject }) => subject.node.title);
  const blind = silent.length > 0 ? `; ${listed(silent)} is not polled` : '';
  return {
    code: 'no-evidence',
    text: `No evidence of a link: ${listed(polled.map(({ subject }) => subject.node.title))} answered and ${polled.length > 1 ? 'neither mentions' : 'does not mention'} the other${blind}.`,
  };
}
