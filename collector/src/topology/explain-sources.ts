import type { DeviceView, World } from './correlate/world.js';
import { isWhole } from '../snmp/reader.js';
import type { CdpFact, DeviceFacts, FactKind, LldpFact, TableReport } from './facts.js';
import type { DroppedRows, Mention, SourceState, SourceStatement } from './explain-schemas.js';
import { hasName, type Subject } from './explain-subjects.js';
import { brokenTexts, count, few, listed, PROOFS, sourceOf, timeText, type ProofKind } from './explain-words.js';

/** The last reading of each table of a device, whole or not; facts themselves keep the last whole one. */
export type Attempts = ReadonlyMap<string, Readonly<Record<string, TableReport>>>;

/** A row about the other, with what the far end says of the same cable. */
export interface Hint extends Mention {
  /** Neighbour protocols, aggregates and spanning tree name the device at the other end of a cable; tables do not. */
  readonly namesNeighbour: boolean;
  readonly ifIndex: number | null;
  /** Set when the far end names somebody else on that port. */
  readonly contradiction: string | null;
  /** Titles of what is known to hang on the port: the other may be behind it. */
  readonly leadsTo: readonly string[];
}

/** What is known to hang on an interface of a device, by title. */
export type LeadsTo = (device: string, ifIndex: number) => readonly string[];

export interface Statement extends SourceStatement {
  readonly kind: ProofKind;
  readonly mentions: Hint[];
}

/** How the tables of one kind were read; shared by all who tell unknown from empty. */
export function readingOf(
  facts: DeviceFacts,
  kind: FactKind,
  attempts: Attempts | undefined,
): { state: SourceState; readAt: string | null; broken: string[]; tables: string[] } {
  const ofKind = (reports: Readonly<Record<string, TableReport>>) =>
    Object.entries(reports).filter(([, report]) => report.kind === kind);
  const kept = ofKind(facts.tables);
  const last = ofKind(attempts?.get(facts.deviceId) ?? {});
  const brokenOf = (reports: typeof kept) => brokenTexts(reports.filter(([, { outcome }]) => !isWhole(outcome)));
  const tables = [...new Set([...kept, ...last].map(([table]) => table))].sort();
  const readAt = kept.map(([, report]) => report.readAt).sort()[0] ?? null;
  if (tables.length === 0) return { state: 'not-asked', readAt: null, broken: [], tables };
  const brokenKept = brokenOf(kept);
  if (brokenKept.length > 0) return { state: 'unread', readAt: null, broken: brokenKept, tables };
  const brokenLast = brokenOf(last);
  if (kept.length === 0) return { state: 'unread', readAt: null, broken: brokenLast, tables };
  if (brokenLast.length > 0) return { state: 'outdated', readAt, broken: brokenLast, tables };
  return { state: rowsOf(facts, kind) === 0 ? 'empty' : 'read', readAt, broken: [], tables };
}

export function rowsOf(facts: DeviceFacts, kind: FactKind): number {
  if (kind === 'stp') return facts.stp.ports.length;
  if (kind === 'interfaces') return facts.interfaces.length;
  if (kind === 'bridge') return facts.bridge.ports.length;
  return kind === 'system' || kind === 'chassis' ? 0 : facts[kind].length;
}

/** Reasons why rows of a kind became no facts, over all its tables. */
export function droppedOf(reports: Iterable<TableReport>): DroppedRows[] {
  const sums = new Map<string, number>();
  for (const { dropped } of reports) {
    for (const [reason, rows] of Object.entries(dropped)) sums.set(reason, (sums.get(reason) ?? 0) + rows);
  }
  return [...sums].map(([reason, rows]) => ({ reason, rows })).sort((x, y) => (x.reason < y.reason ? -1 : 1));
}

/** What each source of proof on one polled device says about the other. */
export function statementsOf(
  world: World,
  view: DeviceView,
  other: Subject,
  attempts: Attempts | undefined,
  leadsTo: LeadsTo,
): Statement[] {
  return PROOFS.map(({ kind }) => {
    const { facts } = view;
    const { state, readAt, broken, tables } = readingOf(facts, kind, attempts);
    const mentions = hintsOf(world, view, other, kind).map((one) => withNeighbours(one, view, other, kind, leadsTo));
    const rows = rowsOf(facts, kind);
    return {
      device: view.id,
      kind,
      source: sourceOf(kind),
      tables,
      state,
      readAt,
      rows,
      text: sentence(view.id, other.node.title, { state, readAt, broken, rows, mentions }),
      mentions,
      dropped: droppedOf(Object.values(facts.tables).filter((report) => report.kind === kind)),
    };
  });
}

/** A MAC behind a port whose neighbour is known is accounted for: it is behind that neighbour. */
function withNeighbours(one: Hint, view: DeviceView, other: Subject, kind: ProofKind, leadsTo: LeadsTo): Hint {
  if (kind !== 'mac' || one.ifIndex === null) return one;
  const known = leadsTo(view.id, view.logical(one.ifIndex)).filter((title) => title !== other.node.title);
  return known.length === 0 ? one : { ...one, text: `${one.text}, which leads to ${few(known, 2)}`, leadsTo: known };
}

interface Said {
  readonly state: SourceState;
  readonly readAt: string | null;
  readonly broken: readonly string[];
  readonly rows: number;
  readonly mentions: readonly Mention[];
}

function sentence(device: string, other: string, { state, readAt, broken, rows, mentions }: Said): string {
  const ports = [...new Set(mentions.map(({ port }) => port ?? 'an unknown port'))];
  const about = ports.length === 0 ? `nothing about ${other}` : `${other} on ${few(ports)}`;
  switch (state) {
    case 'not-asked':
      return `${device} has not been asked for it yet`;
    case 'empty':
      return `${device} answered: it has none`;
    case 'unread': {
      const part = rows === 0 ? '' : `; of ${count(rows, 'row')} that came: ${about}`;
      return `unknown: ${device} did not answer ${broken.join('; ')}${part}`;
    }
    case 'outdated':
      return `unknown since ${timeText(readAt ?? '')}: ${broken.join('; ')}; until then: ${count(rows, 'row')}, ${about}`;
    case 'read':
      return `${count(rows, 'row')}: ${about}`;
  }
}

function hintsOf(world: World, view: DeviceView, other: Subject, kind: ProofKind): Hint[] {
  switch (kind) {
    case 'lldp':
      return view.facts.lldp.flatMap((row) => lldpHint(world, view, other, row));
    case 'cdp':
      return view.facts.cdp.flatMap((row) => cdpHint(world, view, other, row));
    case 'lag':
      return view.facts.lag
        .filter(({ partnerSystem }) => partnerSystem !== null && other.macs.has(partnerSystem))
        .map((row) =>
          hint(
            view,
            row.memberIfIndex,
            true,
            `its LACP partner is ${row.partnerSystem}, which ${other.node.title} has`,
          ),
        );
    case 'stp':
      return spanningTreeHints(view, other);
    case 'mac':
      return forwardingHints(view, other);
    case 'arp':
      return view.facts.arp
        .filter((row) => other.macs.has(row.mac) || other.ips.has(row.ip))
        .map((row) => {
          const parts = [other.ips.has(row.ip) ? 'address' : null, other.macs.has(row.mac) ? 'MAC' : null];
          const own = parts.filter((part) => part !== null).join(' and ');
          return hint(view, row.ifIndex, false, `${row.ip} is at ${row.mac} (its ${own})`);
        });
    case 'routing':
      return routingHints(view, other);
  }
}

const hint = (
  view: DeviceView,
  ifIndex: number | null,
  namesNeighbour: boolean,
  text: string,
  contradiction: string | null = null,
): Hint => ({
  port: view.label(ifIndex) ?? (ifIndex === null ? null : `interface ${ifIndex}`),
  text: contradiction === null ? text : `${text}; but ${contradiction}`,
  namesNeighbour,
  ifIndex,
  contradiction,
  leadsTo: [],
});

interface RowKeys {
  readonly chassisMac: string | null;
  readonly chassisId: string | null;
  readonly names: readonly (string | null)[];
  readonly ips: readonly string[];
  readonly portMac: string | null;
}

/** Which keys of a neighbour row are the other's, and which are not though it has some of that kind. */
export function agreement(other: Subject, keys: RowKeys): { agree: string[]; differ: string[] } {
  const agree: string[] = [];
  const differ: string[] = [];
  const note = (isSame: boolean, isRival: boolean, text: string) => {
    if (isSame) agree.push(text);
    else if (isRival) differ.push(text);
  };
  if (keys.chassisMac !== null) {
    note(other.macs.has(keys.chassisMac), other.macs.size > 0, `chassis ${keys.chassisMac}`);
  } else if (keys.chassisId !== null) {
    note(other.chassisIds.has(keys.chassisId.toLowerCase()), other.chassisIds.size > 0, `chassis ${keys.chassisId}`);
  }
  const names = [...new Set(keys.names.filter((name) => name !== null))];
  const named = names.find((name) => hasName(other, name));
  if (named !== undefined) agree.push(`name ${named}`);
  else if (names[0] !== undefined && other.names.size > 0) differ.push(`name ${names[0]}`);
  const ips = keys.ips.filter((ip) => other.ips.has(ip));
  if (ips[0] !== undefined) agree.push(`address ${ips[0]}`);
  else if (keys.ips[0] !== undefined && other.ips.size > 0) differ.push(`address ${keys.ips[0]}`);
  if (keys.portMac !== null && other.macs.has(keys.portMac)) agree.push(`port MAC ${keys.portMac}`);
  return { agree, differ };
}

export const lldpKeys = (row: LldpFact): RowKeys => ({
  chassisMac: row.chassisMac,
  chassisId: row.chassisId,
  names: [row.sysName],
  ips: row.managementIps,
  portMac: row.portMac,
});

export const cdpKeys = (row: CdpFact): RowKeys => ({
  chassisMac: row.deviceMac,
  chassisId: null,
  names: [row.deviceId === row.deviceMac ? null : row.deviceId, row.sysName],
  ips: row.addresses,
  portMac: row.portMac,
});

/** The polled device that inference took a row for. */
export const meantBy = (world: World, keys: RowKeys, from: string): string | undefined =>
  world.identities.find({ ...keys, names: keys.names.filter((name) => name !== null) }, from);

function lldpHint(world: World, view: DeviceView, other: Subject, row: LldpFact): Hint[] {
  const keys = lldpKeys(row);
  const port = { subtype: row.portSubtype, id: row.portId, mac: row.portMac, descr: row.portDescr };
  const farPort = row.portMac !== null && row.portDescr !== null ? row.portDescr : (row.portId ?? row.portDescr);
  return neighbourHint(world, view, other, { keys, ifIndex: row.ifIndex, farPort, port, protocol: 'lldp' });
}

function cdpHint(world: World, view: DeviceView, other: Subject, row: CdpFact): Hint[] {
  const port = { subtype: null, id: row.portId, mac: row.portMac, descr: null };
  const farPort = row.portId;
  return neighbourHint(world, view, other, {
    keys: cdpKeys(row),
    ifIndex: row.ifIndex,
    farPort,
    port,
    protocol: 'cdp',
  });
}

interface NeighbourRow {
  readonly keys: RowKeys;
  readonly ifIndex: number | null;
  readonly farPort: string | null;
  readonly port: Parameters<DeviceView['resolvePort']>[0];
  readonly protocol: 'lldp' | 'cdp';
}

function neighbourHint(world: World, view: DeviceView, other: Subject, row: NeighbourRow): Hint[] {
  const meant = meantBy(world, row.keys, view.id);
  const { agree, differ } = agreement(other, row.keys);
  if (meant !== other.node.id && agree.length === 0) return [];
  const far = row.farPort === null ? 'a port that it does not name' : `its port ${row.farPort}`;
  const why =
    agree.length > 0 ? ` (agrees: ${listed(agree)}${differ.length > 0 ? `; differs: ${listed(differ)}` : ''})` : '';
  if (other.node.polled && meant !== other.node.id) {
    const taken = meant === undefined ? 'a device that is not polled' : meant;
    return [
      hint(
        view,
        row.ifIndex,
        false,
        `a neighbour with ${listed(agree)} but ${listed(differ) || 'nothing else of it'}: taken for ${taken}`,
      ),
    ];
  }
  return [hint(view, row.ifIndex, true, `it is the neighbour, ${far}${why}`, rivalAt(world, view, other, row))];
}

/** Whom the far end names on that very port, when it is somebody else. */
function rivalAt(world: World, view: DeviceView, other: Subject, { port, protocol }: NeighbourRow): string | null {
  const far = other.view;
  const farIfIndex = far?.resolvePort(port) ?? null;
  if (far === undefined || farIfIndex === null) return null;
  const rows =
    protocol === 'lldp'
      ? far.facts.lldp.map((row) => ({ ifIndex: row.ifIndex, keys: lldpKeys(row), name: row.sysName ?? row.chassisId }))
      : far.facts.cdp.map((row) => ({ ifIndex: row.ifIndex, keys: cdpKeys(row), name: row.deviceId }));
  const named = rows.filter(({ ifIndex }) => ifIndex === farIfIndex);
  if (named.length === 0) return null;
  const others = named.map(({ keys, name }) => meantBy(world, keys, far.id) ?? name ?? 'somebody else');
  if (others.includes(view.id)) return null;
  return `${far.id} names ${few([...new Set(others)], 2)} on ${far.label(farIfIndex) ?? farIfIndex}`;
}

function spanningTreeHints(view: DeviceView, other: Subject): Hint[] {
  const byPort = new Map<number, { ifIndex: number | null; states: Set<string>; vlans: number[]; bridge: string }>();
  for (const row of view.facts.stp.ports) {
    if (row.designatedBridge === null || !other.macs.has(row.designatedBridge)) continue;
    const known = byPort.get(row.port) ?? {
      ifIndex: row.ifIndex,
      states: new Set(),
      vlans: [],
      bridge: row.designatedBridge,
    };
    known.states.add(row.state);
    if (row.vlan !== null) known.vlans.push(row.vlan);
    byPort.set(row.port, known);
  }
  return [...byPort.values()].map(({ ifIndex, states, vlans, bridge }) => {
    const where = vlans.length > 0 ? ` in VLAN ${few(vlans.map(String))}` : '';
    return hint(view, ifIndex, true, `its designated bridge is ${bridge}${where}, the port is ${listed([...states])}`);
  });
}

function forwardingHints(view: DeviceView, other: Subject): Hint[] {
  const ports = new Map<number | null, { macs: Set<string>; vlans: Set<number> }>();
  for (const row of view.facts.mac) {
    if (!other.macs.has(row.mac) || row.status === 'self') continue;
    const known = ports.get(row.ifIndex) ?? { macs: new Set(), vlans: new Set() };
    known.macs.add(row.mac);
    if (row.vlan !== null) known.vlans.add(row.vlan);
    ports.set(row.ifIndex, known);
  }
  if (ports.size === 0) return [];
  const total = new Map<number | null, Set<string>>();
  for (const { ifIndex, mac } of view.facts.mac) {
    if (ports.has(ifIndex)) total.set(ifIndex, (total.get(ifIndex) ?? new Set()).add(mac));
  }
  return [...ports].map(([ifIndex, { macs, vlans }]) => {
    const besides = (total.get(ifIndex)?.size ?? macs.size) - macs.size;
    const where = vlans.size > 0 ? ` in VLAN ${few([...vlans].sort((x, y) => x - y).map(String))}` : '';
    const company = besides > 0 ? `, with ${count(besides, 'other MAC')}` : ', alone';
    return hint(
      view,
      ifIndex,
      false,
      `its MAC ${few([...macs], 2)} was learned${where}${company}: it is somewhere behind this port`,
    );
  });
}

function routingHints(view: DeviceView, other: Subject): Hint[] {
  return view.facts.routing.flatMap((row) => {
    const ips = row.protocol === 'isis' ? row.neighbourIps : row.neighbourIp === null ? [] : [row.neighbourIp];
    const ip = ips.find((one) => other.ips.has(one));
    if (ip === undefined) return [];
    const ifIndex = row.protocol === 'bgp' ? null : row.ifIndex;
    const state = row.up ? 'up' : 'not up: it makes no link';
    return [hint(view, ifIndex, false, `${row.protocol.toUpperCase()} neighbour ${ip}, ${state}`)];
  });
}
