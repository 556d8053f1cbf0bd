import type { Inference } from './correlate/inference.js';
import { wholeKinds, type DeviceFacts, type FactKind } from './facts.js';

/** One reason why two devices are, or are not, joined on the map. */
export interface LinkReason {
  readonly device: string;
  readonly kind: FactKind | 'link' | 'inventory';
  readonly text: string;
}

const TABLES: readonly (readonly [FactKind, string])[] = [
  ['lldp', 'lldpRemTable'],
  ['cdp', 'cdpCacheTable'],
  ['stp', 'dot1dStpPortTable'],
  ['lag', 'dot3adAggPortTable'],
  ['mac', 'dot1dTpFdbTable'],
  ['arp', 'ipNetToMediaTable'],
  ['routing', 'ospfNbrTable'],
];

/**
 * "Why is there no link between these two?": the links there are, and for each source of proof what each device said
 * or did not say. Unknown is said as unknown: a table that was not read may hold the proof.
 */
export function explainLink(all: readonly DeviceFacts[], inference: Inference, a: string, b: string): LinkReason[] {
  const byId = new Map(all.map((facts) => [facts.deviceId, facts]));
  const reasons: LinkReason[] = linksBetween(inference, a, b);
  for (const [id, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const facts = byId.get(id);
    if (!facts) {
      reasons.push({ device: id, kind: 'inventory', text: `${id} is not polled: only other devices can tell of it` });
      continue;
    }
    reasons.push(...TABLES.map(([kind, table]) => whatItSays(facts, byId.get(other), other, kind, table)));
  }
  return reasons;
}

function linksBetween({ links, segments }: Inference, a: string, b: string): LinkReason[] {
  const joined = links.filter(
    (link) => (link.a.device === a && link.b.device === b) || (link.a.device === b && link.b.device === a),
  );
  const shared = segments.filter(({ ports }) => [a, b].every((id) => ports.some(({ device }) => device === id)));
  return [
    ...joined.map((link): LinkReason => ({
      device: link.a.device,
      kind: 'link',
      text: `there is a link: ${link.a.ifName ?? '?'} to ${link.b.ifName ?? '?'} of ${link.b.device} by ${link.method}`,
    })),
    ...shared.map((segment): LinkReason => ({ device: a, kind: 'link', text: `both hang on segment ${segment.id}` })),
  ];
}

function whatItSays(
  facts: DeviceFacts,
  other: DeviceFacts | undefined,
  otherId: string,
  kind: FactKind,
  table: string,
): LinkReason {
  const say = (text: string): LinkReason => ({ device: facts.deviceId, kind, text });
  const reports = Object.values(facts.tables).filter((report) => report.kind === kind);
  if (reports.length === 0) return say(`${table} was not asked`);
  const broken = reports.find((report) => report.outcome !== 'complete' && report.outcome !== 'endOfMib');
  if (!wholeKinds(facts).has(kind))
    return say(`${table} is unknown: ${broken?.detail ?? broken?.outcome ?? 'not read'}`);
  const rows = rowsOf(facts, kind);
  if (rows === 0) return say(`${table} is empty`);
  const hits = other === undefined ? 0 : mentions(facts, other, kind);
  return say(`${table} has ${rows} rows, ${hits} about ${otherId}`);
}

function rowsOf(facts: DeviceFacts, kind: FactKind): number {
  if (kind === 'stp') return facts.stp.ports.length;
  return kind === 'lldp' || kind === 'cdp' || kind === 'lag' || kind === 'mac' || kind === 'arp' || kind === 'routing'
    ? facts[kind].length
    : 0;
}

/** Rows that name one of the other's MACs, addresses or names. */
function mentions(facts: DeviceFacts, other: DeviceFacts, kind: FactKind): number {
  const macs = new Set<string | null>([
    other.bridge.baseAddress,
    other.localIdentity.chassisMac,
    ...other.interfaces.map(({ mac }) => mac),
  ]);
  macs.delete(null);
  const names = new Set([other.system.sysName, other.localIdentity.sysName, other.localIdentity.cdpDeviceId]);
  names.delete(null);
  const ips = new Set<string | null>(other.interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)));
  switch (kind) {
    case 'lldp':
      return facts.lldp.filter((row) => macs.has(row.chassisMac) || names.has(row.sysName)).length;
    case 'cdp':
      return facts.cdp.filter((row) => macs.has(row.deviceMac) || names.has(row.deviceId)).length;
    case 'stp':
      return facts.stp.ports.filter((row) => macs.has(row.designatedBridge)).length;
    case 'lag':
      return facts.lag.filter((row) => macs.has(row.partnerSystem)).length;
    case 'mac':
      return facts.mac.filter((row) => macs.has(row.mac)).length;
    case 'arp':
      return facts.arp.filter((row) => macs.has(row.mac)).length;
    case 'routing':
      return facts.routing.filter((row) =>
        row.protocol === 'isis' ? row.neighbourIps.some((ip) => ips.has(ip)) : ips.has(row.neighbourIp),
      ).length;
    default:
      return 0;
  }
}
