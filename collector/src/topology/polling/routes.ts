import { ipFromBytes } from '../../lib/ip.js';
import type { WalkLimits } from '../../snmp/reader.js';
import * as mib from '../../snmp/tables/ip-forward-mib.js';
import type { RouteFact, RouteProtocol } from '../facts.js';
import { getScalars } from './scalars.js';
import { readTable, type Cycle, type TableReading } from './table-log.js';
import { ipOfIndex, ipOrNull } from './values.js';

const { MAX_ROUTES } = mib;
/** Half a table gives wrong longest prefixes: one over the cap is not read, or not believed. */
const ROUTE_LIMITS: Partial<WalkLimits> = { rows: MAX_ROUTES, bytes: 2 * 1024 * 1024, pdus: 2_000 };

/** IANAipRouteProtocol. */
const PROTOCOL: Readonly<Record<number, RouteProtocol>> = {
  2: 'local',
  3: 'static',
  8: 'rip',
  9: 'isis',
  13: 'ospf',
  14: 'bgp',
  16: 'eigrp',
};

/** One row before it is judged; `type` in the words of inetCidrRouteType. */
interface Row {
  readonly network: string | undefined;
  readonly prefixLength: number | undefined;
  readonly nextHop: string | null;
  readonly ifIndex: number | undefined;
  readonly type: number | undefined;
  readonly protocol: number | undefined;
  readonly metric: number | undefined;
}

/** The routing table in the newest form that the agent fills; an older one is read only where a newer has no row. */
export async function readRoutes(cycle: Cycle): Promise<RouteFact[]> {
  const sizes = await getScalars(cycle, 'routes', 'ipForward', [mib.inetCidrRouteNumber, mib.ipCidrRouteNumber]);
  const inetRows = sizes?.number(mib.inetCidrRouteNumber) ?? 0;
  const cidrRows = sizes?.number(mib.ipCidrRouteNumber) ?? 0;
  if (Math.max(inetRows, cidrRows) > MAX_ROUTES) {
    const table = inetRows > MAX_ROUTES ? 'inetCidrRouteTable' : 'ipCidrRouteTable';
    const detail = `${Math.max(inetRows, cidrRows)} routes: a table of more than ${MAX_ROUTES} is not read`;
    cycle.log.open('routes', table, 'deadline', detail, cycle.now(), 0).capped = true;
    return [];
  }
  const facts = new RouteRows();
  for (const read of [readInetCidr, readIpCidr, readIpRoute]) {
    const table = await read(cycle, facts);
    if (!table.whole && table.rows.length >= MAX_ROUTES) table.cap();
    if (!table.whole || table.rows.length > 0) break;
  }
  return facts.all();
}

class RouteRows {
  readonly #facts = new Map<string, RouteFact>();

  note(table: TableReading, { network, prefixLength, nextHop, ifIndex, type, protocol, metric }: Row): void {
    const bits = network?.includes(':') ? 128 : 32;
    if (network === undefined || prefixLength === undefined || prefixLength > bits) table.drop('no network');
    else if (/^(22[4-9]|23\d|255)\./.test(network) || /^ff/.test(network)) table.drop('group network');
    else {
      const isReject = type === 2 || type === 5;
      const isConnected = type === 3 || nextHop === null;
      table.use();
      const fact: RouteFact = {
        network,
        prefixLength,
        nextHop: isConnected || isReject ? null : nextHop,
        ifIndex: ifIndex !== undefined && ifIndex > 0 ? ifIndex : null,
        type: isReject ? 'reject' : isConnected ? 'local' : 'remote',
        protocol: PROTOCOL[protocol ?? 0] ?? 'other',
        metric: metric !== undefined && metric >= 0 ? metric : null,
      };
      this.#facts.set(`${network}/${prefixLength} ${fact.nextHop ?? ''} ${fact.ifIndex ?? ''}`, fact);
    }
  }

  all(): RouteFact[] {
    return [...this.#facts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fact]) => fact);
  }
}

/** 0.0.0.0 and :: say that there is none. */
const hopOrNull = (ip: string | null | undefined): string | null =>
  ip === undefined || ip === '0.0.0.0' || ip === '::' ? null : ip;

async function readInetCidr(cycle: Cycle, facts: RouteRows): Promise<TableReading> {
  const columns = [mib.inetCidrRouteIfIndex, mib.inetCidrRouteType, mib.inetCidrRouteProto, mib.inetCidrRouteMetric1];
  const table = await readTable(cycle, 'routes', 'inetCidrRouteTable', columns, { limits: ROUTE_LIMITS });
  for (let row = 0; row < table.rows.length; row++) {
    const index = table.rows.index(row);
    const prefixAt = 2 + (index[1] ?? 0);
    const hopAt = prefixAt + 2 + (index[prefixAt + 1] ?? 0);
    facts.note(table, {
      network: ipOfIndex(index, 0),
      prefixLength: index[prefixAt],
      nextHop: hopOrNull(ipOfIndex(index, hopAt)),
      ...cells(table, row),
    });
  }
  return table;
}

async function readIpCidr(cycle: Cycle, facts: RouteRows): Promise<TableReading> {
  const columns = [mib.ipCidrRouteIfIndex, mib.ipCidrRouteType, mib.ipCidrRouteProto, mib.ipCidrRouteMetric1];
  const table = await readTable(cycle, 'routes', 'ipCidrRouteTable', columns, { limits: ROUTE_LIMITS });
  for (let row = 0; row < table.rows.length; row++) {
    const index = table.rows.index(row);
    facts.note(table, {
      network: ipv4(index.slice(0, 4)),
      prefixLength: prefixOfMask(index.slice(4, 8)),
      nextHop: hopOrNull(ipv4(index.slice(9, 13))),
      ...cells(table, row),
    });
  }
  return table;
}

const cells = (table: TableReading, row: number): Pick<Row, 'ifIndex' | 'type' | 'protocol' | 'metric'> => ({
  ifIndex: table.rows.number(0, row),
  type: table.rows.number(1, row),
  protocol: table.rows.number(2, row),
  metric: table.rows.number(3, row),
});

/** Here 2 is "invalid", and a connected network names the device's own address as next hop. */
async function readIpRoute(cycle: Cycle, facts: RouteRows): Promise<TableReading> {
  const columns = [
    mib.ipRouteIfIndex,
    mib.ipRouteType,
    mib.ipRouteProto,
    mib.ipRouteMetric1,
    mib.ipRouteNextHop,
    mib.ipRouteMask,
  ];
  const table = await readTable(cycle, 'routes', 'ipRouteTable', columns, { limits: ROUTE_LIMITS });
  for (let row = 0; row < table.rows.length; row++) {
    const mask = table.rows.bytes(5, row);
    if (table.rows.number(1, row) === 2) table.drop('invalid');
    else {
      facts.note(table, {
        network: ipv4(table.rows.index(row)),
        prefixLength: mask && prefixOfMask([...mask]),
        nextHop: hopOrNull(ipOrNull(table.rows.bytes(4, row))),
        ...cells(table, row),
      });
    }
  }
  return table;
}

const ipv4 = (octets: readonly number[]): string | undefined =>
  octets.length === 4 && octets.every((octet) => octet <= 255) ? ipFromBytes(octets) : undefined;

/** Undefined when the ones do not stand together. */
function prefixOfMask(octets: readonly number[]): number | undefined {
  if (octets.length !== 4) return undefined;
  const bits = octets.map((octet) => octet.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) && bits.length === 32 ? bits.replaceAll('0', '').length : undefined;
}
