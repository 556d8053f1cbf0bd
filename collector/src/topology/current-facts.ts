import {
  emptyFacts,
  wholeKinds,
  type DeviceFacts,
  type FactKind,
  type InterfaceFact,
  type LldpFact,
  type LocalPortFact,
} from './facts.js';

/**
 * What is known of a device now: each kind as it was last read whole. A kind that was not read whole stays as it was
 * (promise P3), so that a timeout can neither add nor remove anything.
 */
export function mergeFacts(
  previous: DeviceFacts | undefined,
  polled: DeviceFacts,
  asked: ReadonlySet<FactKind>,
): { readonly facts: DeviceFacts; readonly whole: ReadonlySet<FactKind> } {
  const base = previous ?? emptyFacts(polled.deviceId, polled.polledAt);
  const answered = wholeKinds(polled);
  const whole = new Set([...answered].filter((kind) => kind === 'system' || asked.has(kind)));
  const of = (kind: FactKind): DeviceFacts => (whole.has(kind) ? polled : base);
  const facts: DeviceFacts = {
    deviceId: polled.deviceId,
    site: polled.site,
    polledAt: whole.size > 0 ? polled.polledAt : base.polledAt,
    sysUpTimeMs: of('system').sysUpTimeMs,
    system: {
      sysName: of('system').system.sysName,
      sysDescr: of('system').system.sysDescr,
      sysObjectId: of('system').system.sysObjectId,
      chassisSerial: of('chassis').system.chassisSerial,
      chassisModel: of('chassis').system.chassisModel,
    },
    interfaces: of('interfaces').interfaces,
    bridge: of('bridge').bridge,
    arp: of('arp').arp,
    mac: of('mac').mac,
    localIdentity: { ...of('lldp').localIdentity, cdpDeviceId: of('cdp').localIdentity.cdpDeviceId },
    localPorts: [...portsOf(of('lldp'), 'lldp'), ...portsOf(of('cdp'), 'cdp')],
    lldp: of('lldp').lldp,
    cdp: of('cdp').cdp,
    stp: of('stp').stp,
    lag: of('lag').lag,
    stack: of('lag').stack,
    routing: of('routing').routing,
    virtualMacs: of('routing').virtualMacs,
    routes: of('routes').routes,
    tables: mergeTables(base, polled, whole),
  };
  return { facts, whole };
}

const portsOf = (facts: DeviceFacts, source: LocalPortFact['source']) =>
  facts.localPorts.filter((port) => port.source === source);

/**
 * Reports belong to the facts they made: those of a kind that was read whole are replaced together. That a table is
 * too large to be read is an answer too, which says that the facts of its kind are not to be relied on any more.
 */
function mergeTables(base: DeviceFacts, polled: DeviceFacts, whole: ReadonlySet<FactKind>): DeviceFacts['tables'] {
  const reports = Object.values(polled.tables);
  const told = new Set([...whole, ...reports.filter(({ capped }) => capped).map(({ kind }) => kind)]);
  const kept = Object.entries(base.tables).filter(([, report]) => !told.has(report.kind));
  const fresh = Object.entries(polled.tables).filter(([, report]) => told.has(report.kind));
  return Object.fromEntries([...kept, ...fresh].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The tables that facts are stored in. */
export const FACT_TABLES = [
  'facts_device',
  'facts_interfaces',
  'facts_arp',
  'facts_mac',
  'facts_lldp',
  'facts_cdp',
  'facts_stp',
  'facts_lag',
  'facts_routing',
  'facts_routes',
] as const;
export type FactTable = (typeof FACT_TABLES)[number];

/** One fact as it is stored: `key` identifies it within its device and table, `body` is all of it as JSON. */
export interface FactRow {
  readonly table: FactTable;
  readonly key: string;
  readonly body: string;
}

/** JSON with sorted keys: two facts are equal when their texts are, wherever they come from (jsonb reorders keys). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join()}}`;
}

/** The facts of some kinds as rows. */
export function toRows(facts: DeviceFacts, kinds: Iterable<FactKind>): FactRow[] {
  const rows: FactRow[] = [];
  const seen = new Map<string, number>();
  const add = (table: FactTable, naturalKey: string, value: unknown) => {
    // Broken agents repeat an index; each row stays one of its own.
    const times = (seen.get(`${table} ${naturalKey}`) ?? 0) + 1;
    seen.set(`${table} ${naturalKey}`, times);
    rows.push({ table, key: times === 1 ? naturalKey : `${naturalKey} #${times}`, body: canonicalJson(value) });
  };
  for (const kind of kinds) addKind(facts, kind, add);
  return rows;
}

/** Some agents give a row another time mark with every read: that is no change of the neighbour. */
function withoutTime(fact: LldpFact): LldpFact {
  const { ...stored }: { -readonly [K in keyof LldpFact]: LldpFact[K] } = fact;
  delete stored.changedAtMs;
  return stored;
}

function addKind(
  facts: DeviceFacts,
  kind: FactKind,
  add: (table: FactTable, key: string, value: unknown) => void,
): void {
  const { chassisSerial, chassisModel, ...system } = facts.system;
  const { cdpDeviceId, ...identity } = facts.localIdentity;
  const { ports, vlans, ...bridge } = facts.bridge;
  switch (kind) {
    case 'system':
      return add('facts_device', 'system', system);
    case 'chassis':
      return add('facts_device', 'chassis', { chassisSerial, chassisModel });
    case 'bridge':
      // apart, so that a counter that moves does not write the port map again
      add('facts_device', 'bridge', bridge);
      add('facts_device', 'bridge ports', ports);
      return add('facts_device', 'bridge vlans', vlans);
    case 'interfaces':
      // counters move with every read; they are a series of their own
      for (const fact of facts.interfaces) {
        const stored: { -readonly [K in keyof InterfaceFact]: InterfaceFact[K] } = {
          ...fact,
          inOctets: null,
          outOctets: null,
        };
        delete stored.sampledUptimeMs;
        add('facts_interfaces', String(fact.ifIndex), stored);
      }
      return;
    case 'arp':
      for (const fact of facts.arp) add('facts_arp', `${fact.ifIndex} ${fact.ip} ${fact.mac}`, fact);
      return;
    case 'mac':
      for (const fact of facts.mac) add('facts_mac', `${fact.vlan ?? '-'} ${fact.fdbId ?? '-'} ${fact.mac}`, fact);
      return;
    case 'lldp':
      add('facts_device', 'lldp identity', identity);
      add('facts_device', 'lldp ports', portsOf(facts, 'lldp'));
      for (const fact of facts.lldp) add('facts_lldp', `${fact.localPortNum} ${fact.remIndex}`, withoutTime(fact));
      return;
    case 'cdp':
      add('facts_device', 'cdp identity', { cdpDeviceId });
      add('facts_device', 'cdp ports', portsOf(facts, 'cdp'));
      for (const fact of facts.cdp) add('facts_cdp', `${fact.ifIndex} ${fact.deviceIndex}`, fact);
      return;
    case 'stp':
      for (const fact of facts.stp.bridges) add('facts_stp', `bridge ${fact.vlan ?? '-'}`, fact);
      for (const fact of facts.stp.ports) add('facts_stp', `port ${fact.vlan ?? '-'} ${fact.port}`, fact);
      return;
    case 'lag':
      for (const fact of facts.lag) add('facts_lag', `${fact.aggregateIfIndex} ${fact.memberIfIndex}`, fact);
      return add('facts_device', 'stack', facts.stack);
    case 'routing':
      facts.routing.forEach((fact) => add('facts_routing', routingKey(fact), fact));
      return add('facts_device', 'virtual macs', facts.virtualMacs);
    case 'routes':
      for (const fact of facts.routes) {
        add('facts_routes', `${fact.network}/${fact.prefixLength} ${fact.nextHop ?? '-'} ${fact.ifIndex ?? '-'}`, fact);
      }
      return;
  }
}

const routingKey = (fact: DeviceFacts['routing'][number]): string => {
  switch (fact.protocol) {
    case 'ospf':
      return `ospf ${fact.neighbourIp ?? '-'} ${fact.neighbourRouterId ?? '-'} ${fact.ifIndex ?? '-'}`;
    case 'isis':
      return `isis ${fact.circuit} ${fact.neighbourSystemId ?? '-'}`;
    case 'bgp':
      return `bgp ${fact.neighbourIp}`;
  }
};

/** A stored fact as it comes back. */
export interface StoredRow {
  readonly table: FactTable;
  readonly key: string;
  readonly body: unknown;
}

/** The mirror of `toRows`. Interfaces come back without counters. */
export function fromRows(
  deviceId: string,
  rows: readonly StoredRow[],
  head: Pick<DeviceFacts, 'site' | 'polledAt' | 'sysUpTimeMs' | 'tables'>,
): DeviceFacts {
  const empty = emptyFacts(deviceId, head.polledAt);
  const parts = new Map(rows.filter(({ table }) => table === 'facts_device').map(({ key, body }) => [key, body]));
  const part = <T>(key: string, otherwise: T): T => (parts.get(key) as T | undefined) ?? otherwise;
  const all = <T>(table: FactTable, prefix = ''): T[] =>
    rows.filter((row) => row.table === table && row.key.startsWith(prefix)).map(({ body }) => body as T);
  return {
    ...empty,
    ...head,
    system: { ...empty.system, ...part('system', {}), ...part('chassis', {}) },
    interfaces: all('facts_interfaces'),
    bridge: {
      ...empty.bridge,
      ...part('bridge', {}),
      ports: part('bridge ports', empty.bridge.ports),
      vlans: part('bridge vlans', empty.bridge.vlans),
    },
    arp: all('facts_arp'),
    mac: all('facts_mac'),
    localIdentity: { ...empty.localIdentity, ...part('lldp identity', {}), ...part('cdp identity', {}) },
    localPorts: [...part('lldp ports', empty.localPorts), ...part('cdp ports', empty.localPorts)],
    lldp: all('facts_lldp'),
    cdp: all('facts_cdp'),
    stp: { bridges: all('facts_stp', 'bridge '), ports: all('facts_stp', 'port ') },
    lag: all('facts_lag'),
    stack: part('stack', empty.stack),
    routing: all('facts_routing'),
    virtualMacs: part('virtual macs', empty.virtualMacs),
    routes: all('facts_routes'),
  };
}

/** What has to be written so that the stored rows become the current ones. */
export interface FactDifference {
  readonly appeared: readonly FactRow[];
  /** Rows that are gone or have another body now. */
  readonly gone: readonly FactRow[];
}

export function differenceOf(before: readonly FactRow[], after: readonly FactRow[]): FactDifference {
  const id = ({ table, key }: FactRow) => `${table} ${key}`;
  const old = new Map(before.map((row) => [id(row), row.body]));
  const now = new Map(after.map((row) => [id(row), row.body]));
  return {
    appeared: after.filter((row) => old.get(id(row)) !== row.body),
    gone: before.filter((row) => now.get(id(row)) !== row.body),
  };
}
