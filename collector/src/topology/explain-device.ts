import { isWhole } from '../snmp/reader.js';
import { compareText } from './correlate/drafts.js';
import type { Inference } from './correlate/inference.js';
import type { DeviceView, World } from './correlate/world.js';
import type { DeviceWarning, IdentityEvidence, SourceState, TableExplanation } from './explain-schemas.js';
import { agreement, cdpKeys, lldpKeys, meantBy, type Attempts } from './explain-sources.js';
import { indexDevices, subjectOf, type IndexedDevices, type KnownNode, type Subject } from './explain-subjects.js';
import { count, few, listed, tableTitle } from './explain-words.js';
import type { DeviceFacts, TableReport } from './facts.js';

/** What is known of one node beside its links: how it was read, why it is taken for one device, what is odd. */
export interface DeviceExplanation {
  readonly tables: TableExplanation[];
  readonly identity: IdentityEvidence[];
  readonly warnings: DeviceWarning[];
}

export interface DeviceInput {
  readonly facts: readonly DeviceFacts[];
  readonly inference: Inference;
  readonly attempts?: Attempts;
  readonly known?: KnownNode;
  /** Made of `facts` when absent. */
  readonly indexed?: IndexedDevices;
}

export function explainDevice(input: DeviceInput, id: string): DeviceExplanation {
  const { facts: all, inference, attempts, known } = input;
  const { world, twins } = input.indexed ?? indexDevices(all);
  const facts = all.find(({ deviceId }) => deviceId === id);
  const subject = subjectOf(world, inference, twins.get(id)?.same ?? id, known);
  const merged = [...twins].filter(([twin, { same }]) => twin === id || same === id);
  return {
    tables: facts === undefined ? [] : tablesOf(facts, attempts?.get(id) ?? {}),
    identity: [
      ...(facts === undefined ? [] : ownKeys(facts)),
      ...merged.map(([twin, { same, evidence }]): IdentityEvidence => ({
        by: 'inventory',
        table: 'entPhysicalTable',
        key: 'second entry',
        value: twin === id ? same : twin,
        text: `one device, polled under two names: ${evidence}`,
        agrees: true,
      })),
      ...namedByOthers(world, subject),
      ...collisions(world, subject),
    ],
    warnings: inference.warnings.filter(({ device }) => device === id).map(({ kind, text }) => ({ kind, text })),
  };
}

/** Every table that was read or tried, sorted by name. */
export function tablesOf(facts: DeviceFacts, last: Readonly<Record<string, TableReport>>): TableExplanation[] {
  const names = [...new Set([...Object.keys(facts.tables), ...Object.keys(last)])].sort(compareText);
  return names.map((table) => {
    const kept = facts.tables[table];
    const newest = last[table] ?? kept;
    const shown = (kept ?? newest) as TableReport;
    return {
      table,
      kind: shown.kind,
      title: tableTitle(table),
      state: stateOf(kept, newest),
      outcome: newest?.outcome ?? shown.outcome,
      detail: newest?.detail ?? null,
      readAt: kept !== undefined && isWhole(kept.outcome) ? kept.readAt : null,
      attemptedAt: newest?.readAt ?? null,
      rows: shown.rows,
      used: shown.used,
      dropped: Object.entries(shown.dropped)
        .map(([reason, rows]) => ({ reason, rows }))
        .sort((x, y) => y.rows - x.rows || compareText(x.reason, y.reason)),
    };
  });
}

function stateOf(kept: TableReport | undefined, newest: TableReport | undefined): SourceState {
  if (kept === undefined || !isWhole(kept.outcome)) return 'unread';
  if (newest !== undefined && !isWhole(newest.outcome)) return 'outdated';
  return kept.rows === 0 ? 'empty' : 'read';
}

/** The names, ids and addresses that the device gives itself. */
function ownKeys(facts: DeviceFacts): IdentityEvidence[] {
  const { system, localIdentity, bridge, deviceId } = facts;
  const own: IdentityEvidence[] = [];
  const say = (table: string, key: string, value: string | null, text: string): void => {
    if (value !== null) own.push({ by: deviceId, table, key, value, text, agrees: true });
  };
  say('system', 'name', system.sysName, 'sysName');
  if (localIdentity.sysName !== system.sysName) {
    say('lldpLocalSystemData', 'name', localIdentity.sysName, 'its name in LLDP');
  }
  if (localIdentity.cdpDeviceId !== system.sysName) {
    say('cdpGlobal', 'name', localIdentity.cdpDeviceId, 'its name in CDP');
  }
  say('lldpLocalSystemData', 'chassis', localIdentity.chassisMac ?? localIdentity.chassisId, 'its chassis id in LLDP');
  say('dot1dBase', 'chassis', bridge.baseAddress, 'its bridge address');
  say(
    'entPhysicalTable',
    'serial',
    system.chassisSerial,
    `chassis serial${system.chassisModel === null ? '' : ` of ${system.chassisModel}`}`,
  );
  const ips = facts.interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip));
  if (ips.length > 0)
    say('ipAddressTable', 'addresses', few(ips, 6), count(ips.length, 'own address', 'own addresses'));
  const macs = new Set(facts.interfaces.map(({ mac }) => mac).filter((mac) => mac !== null));
  if (macs.size > 0) say('ifTable', 'MACs', few([...macs], 3), `${count(macs.size, 'MAC')} of its interfaces`);
  return own;
}

/** Rows of other devices that were joined with this one, or that look like it and were not. */
function namedByOthers(world: World, subject: Subject): IdentityEvidence[] {
  return world.devices.filter(({ id }) => id !== subject.node.id).flatMap((view) => rowsAbout(world, view, subject));
}

function rowsAbout(world: World, view: DeviceView, subject: Subject): IdentityEvidence[] {
  const rows = [
    ...view.facts.lldp.map((row) => ({ table: 'lldpRemTable', ifIndex: row.ifIndex, keys: lldpKeys(row) })),
    ...view.facts.cdp.map((row) => ({ table: 'cdpCacheTable', ifIndex: row.ifIndex, keys: cdpKeys(row) })),
  ];
  return rows.flatMap(({ table, ifIndex, keys }): IdentityEvidence[] => {
    const meant = meantBy(world, keys, view.id);
    const { agree, differ } = agreement(subject, keys);
    const isOther = meant !== undefined && meant !== subject.node.id;
    const isJoined = subject.node.polled ? meant === subject.node.id : meant === undefined && agree.length > 0;
    if (!isJoined && (agree.length === 0 || isOther)) return [];
    const port = view.label(ifIndex) ?? 'an unknown port';
    const called = keys.names.find((name) => name !== null) ?? keys.chassisMac ?? keys.chassisId ?? 'a neighbour';
    const because = agree.length > 0 ? `same ${listed(agree)}` : 'by its chassis block';
    const against = differ.length > 0 ? `; other ${listed(differ)}` : '';
    return [
      {
        by: view.id,
        table,
        key: 'neighbour',
        value: `${called} on ${port}`,
        text: isJoined ? `joined: ${because}${against}` : `not joined: ${because}, but other ${listed(differ)}`,
        agrees: isJoined,
      },
    ];
  });
}

/** Keys that several devices claim are never used to tell who is who. */
const collisions = (world: World, subject: Subject): IdentityEvidence[] =>
  world.identities
    .collisions()
    .filter(({ devices }) => devices.includes(subject.node.id))
    .map(({ key, devices }) => ({
      by: 'inventory',
      table: key.includes(':') && !key.includes('.') ? 'dot1dBase' : 'ipAddressTable',
      key: 'shared',
      value: key,
      text: `claimed by ${few(devices.filter((device) => device !== subject.node.id))} too: not used to tell who is who`,
      agrees: false,
    }));
