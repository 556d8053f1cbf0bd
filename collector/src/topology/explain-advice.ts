import type { MissingEvidence } from './explain-schemas.js';
import type { Statement } from './explain-sources.js';
import type { Subject } from './explain-subjects.js';
import { count, few, listed, oidOf, sourceOf, type ProofKind } from './explain-words.js';

/** One side of the question with what it said about the other; no statements when it is not polled. */
export interface Side {
  readonly subject: Subject;
  readonly other: Subject;
  readonly statements: readonly Statement[];
  /** In the inventory, whether or not it ever answered. */
  readonly inInventory: boolean;
  /** Something on the map joins it with something else. */
  readonly isPlaced: boolean;
}

const isUnknown = ({ state }: Statement): boolean =>
  state === 'unread' || state === 'outdated' || state === 'not-asked';

const NEIGHBOUR_KINDS: ReadonlySet<ProofKind> = new Set(['lldp', 'cdp']);

/** A device that lists neighbours by LLDP or CDP would list this one too. */
export const speaks = (side: Side): boolean =>
  side.statements.some(({ kind, state }) => NEIGHBOUR_KINDS.has(kind) && state === 'read');

/**
 * The sources that could still hold the proof: LLDP and CDP; spanning tree, aggregates and forwarding tables as well
 * where a device speaks neither. Addresses and routing never show a cable.
 */
export const openSources = (side: Side): Statement[] =>
  speaks(side) ? [] : side.statements.filter((one) => isUnknown(one) && one.kind !== 'arp' && one.kind !== 'routing');

/** What would settle the question, and how to get it; most promising first. */
export function missingEvidence(sides: readonly [Side, Side]): MissingEvidence[] {
  return [
    ...sides.flatMap((side) => (side.statements.length === 0 ? notPolled(side) : unread(side))),
    ...sides.flatMap((side) => (side.statements.length === 0 ? [] : unsaid(side))),
    ...silentPair(sides),
  ];
}

function notPolled({ subject, other, inInventory, isPlaced }: Side): MissingEvidence[] {
  const { node, ips } = subject;
  const [address] = ips;
  switch (node.kind) {
    case 'segment':
    case 'fibre_node':
      return [];
    case 'host':
      if (isPlaced) return [];
      return [
        {
          device: node.id,
          text: `${node.title} is a host, and no polled switch has learned it on a port of its own`,
          action: `Let it send something, then look again; and poll the switch that it hangs on.`,
        },
      ];
    case 'modem':
      return [
        {
          device: node.id,
          text: `${node.title} is a modem: only its CMTS tells where it is`,
          action: `Look at its page, and at the CMTS that has it registered.`,
        },
      ];
    case 'external':
      return [
        {
          device: node.id,
          text: `${node.title} is not polled: only what others say of it is known`,
          action: `Add it to the inventory with its address${address === undefined ? '' : ` (${address})`} and an SNMP credential; then its own tables can name ${other.node.title}.`,
        },
      ];
    case 'device':
      return inInventory
        ? [
            {
              device: node.id,
              text: `${node.title} has never answered`,
              action: `Check its address and SNMP credential: \`plantgraph doctor\` says what it answers.`,
            },
          ]
        : [
            {
              device: node.id,
              text: `nothing is known of ${node.title}`,
              action: `Check the name; a device that is not in the inventory must be added there.`,
            },
          ];
  }
}

function unread(side: Side): MissingEvidence[] {
  const { node } = side.subject;
  const silent = side.statements.filter(isUnknown);
  const broken = silent.filter(({ state }) => state !== 'not-asked');
  if (silent.length === 0) return [];
  if (broken.length === 0) {
    return [
      {
        device: node.id,
        text: `${listed(silent.map(({ source }) => source))} of ${node.title} not asked for yet`,
        action: `Wait for the next poll, or check which tables its profile leaves out.`,
      },
    ];
  }
  const refused = broken.some(({ text }) => /credential|auth/i.test(text));
  const first = broken[0] as Statement;
  return [
    {
      device: node.id,
      text: `${listed(broken.map(({ source }) => source))} of ${node.title} could not be read`,
      action: refused
        ? `Correct its SNMP credential in the inventory, and see that its view includes ${oidOf(first.kind)}.`
        : `See whether it answers: \`plantgraph snmp walk\` of ${oidOf(first.kind)}. If it times out, look at its access list and load; if it refuses, widen the SNMP view.`,
    },
  ];
}

/** The port to look at: the one behind which the other was learned, as far as nothing else is known to hang on it. */
function placeOf(title: string, other: string, behind: readonly Statement['mentions'][number][]): string {
  const ports = behind.filter(({ leadsTo }) => leadsTo.length === 0).map(({ port }) => port ?? '?');
  return ports.length > 0
    ? `${title} ${few(ports, 2)} (${other} was learned there)`
    : `the port of ${title} towards ${other}`;
}

/** Both list their neighbours and neither lists the other: a cable would have to be silent at both ends. */
function silentPair([one, other]: readonly [Side, Side]): MissingEvidence[] {
  const named = [one, other].some(({ statements }) => statements.some(({ mentions }) => mentions.length > 0));
  if (named || !speaks(one) || !speaks(other)) return [];
  const [a, b] = [one.subject.node, other.subject.node];
  return [
    {
      device: a.id,
      text: `${a.title} and ${b.title} both list neighbours, and neither lists the other`,
      action: `If there is a cable between them: see that its ports are up and that LLDP sends and receives on both.`,
    },
  ];
}

/** Everything was answered, and still nothing names the other. */
function unsaid(side: Side): MissingEvidence[] {
  const { subject, other, statements } = side;
  const { node } = subject;
  const said = (kind: ProofKind) => statements.find((one) => one.kind === kind);
  const found: MissingEvidence[] = [];
  const behind = said('mac')?.mentions ?? [];
  const neighbourTables = statements.filter(({ kind }) => NEIGHBOUR_KINDS.has(kind));
  const named = neighbourTables.some(({ mentions }) => mentions.length > 0);
  const where = placeOf(node.title, other.node.title, behind);
  if (neighbourTables.every(({ state }) => state === 'empty')) {
    found.push({
      device: node.id,
      text: `${node.title} lists no neighbour at all, by LLDP or CDP`,
      action: `Enable LLDP on it, to send and receive, at least on ${where}; and see that its SNMP view includes ${oidOf('lldp')}.`,
    });
  } else if (!named && speaks(side) && behind.some(({ leadsTo }) => leadsTo.length === 0)) {
    found.push({
      device: node.id,
      text: `${node.title} has learned ${other.node.title} on a port where it lists no neighbour`,
      action: `Enable LLDP, to send and receive, on ${where} and on the other end; something between the two may also swallow it.`,
    });
  }
  const forwarding = said('mac');
  if (forwarding?.state === 'empty' && !speaks(side)) {
    found.push({
      device: node.id,
      text: `${node.title} answered no forwarding rows`,
      action: `If it is a switch: allow ${oidOf('mac')} in its SNMP view, and the VLAN contexts on Cisco IOS. A router has none.`,
    });
  } else if (
    forwarding?.state === 'read' &&
    behind.length === 0 &&
    other.macs.size === 0 &&
    other.node.kind !== 'segment'
  ) {
    found.push({
      device: other.node.id,
      text: `no MAC of ${other.node.title} is known, so that it cannot be found in forwarding tables`,
      action: `See that it answers ${sourceOf('interfaces')} (1.3.6.1.2.1.2.2) and dot1dBaseBridgeAddress.`,
    });
  }
  for (const { kind, dropped, source } of statements) {
    const lost = dropped.filter(({ reason }) => DOUBTFUL.has(reason) && NEIGHBOUR_KINDS.has(kind));
    for (const { reason, rows } of lost) {
      found.push({
        device: node.id,
        text: `${count(rows, 'row')} of the ${source} of ${node.title} could not be used: ${reason}`,
        action: `\`plantgraph topology infer --facts\` on a recording of it shows them; \`plantgraph record\` makes one.`,
      });
    }
  }
  return found;
}

/** Reasons to drop a row that may hide a neighbour; the others are rows that say nothing. */
const DOUBTFUL: ReadonlySet<string> = new Set(['names nobody', 'port unknown', 'no interface', 'no port number']);
