import { ipFromBytes, tryParseIp } from '../../lib/ip.js';
import * as ifMib from '../../snmp/tables/if-mib.js';
import * as ipMib from '../../snmp/tables/ip-mib.js';
import type { InterfaceAddress, InterfaceFact, StackFact } from '../facts.js';
import { readTable, type Cycle } from './table-log.js';
import { ipOfIndex, macOrNull, textOrNull } from './values.js';

const statusWord = (value: number | undefined): 'up' | 'down' | 'unknown' => {
  if (value === 1 || value === 5) return 'up'; // dormant waits for traffic, the line is there
  return value === 2 || value === 6 || value === 7 ? 'down' : 'unknown';
};

/** ifSpeed saturates at 2^32 − 1. */
const speedBps = (highMbps: number | undefined, bps: number | undefined): number | null => {
  if (highMbps !== undefined && highMbps > 0) return highMbps * 1e6;
  return bps !== undefined && bps > 0 ? bps : null;
};

/** ifTable with ifXTable and the addresses of each interface. */
export async function readInterfaces(cycle: Cycle): Promise<InterfaceFact[]> {
  const addresses = await readAddresses(cycle);
  const extended = await readTable(cycle, 'interfaces', 'ifXTable', [
    ifMib.ifName,
    ifMib.ifHighSpeed,
    ifMib.ifAlias,
    ifMib.ifHCInOctets,
    ifMib.ifHCOutOctets,
    ifMib.ifCounterDiscontinuityTime,
  ]);
  const extendedRow = new Map<number, number>();
  for (let row = 0; row < extended.rows.length; row++) {
    extendedRow.set(extended.rows.index(row)[0] ?? 0, row);
    extended.use();
  }
  const table = await readTable(cycle, 'interfaces', 'ifTable', [
    ifMib.ifDescr,
    ifMib.ifType,
    ifMib.ifSpeed,
    ifMib.ifPhysAddress,
    ifMib.ifAdminStatus,
    ifMib.ifOperStatus,
    ifMib.ifLastChange,
    ifMib.ifInOctets,
    ifMib.ifOutOctets,
  ]);
  const facts: InterfaceFact[] = [];
  for (let row = 0; row < table.rows.length; row++) {
    const ifIndex = table.rows.index(row)[0];
    if (ifIndex === undefined || ifIndex <= 0) {
      table.drop('no ifIndex');
      continue;
    }
    table.use();
    const at = extendedRow.get(ifIndex) ?? -1;
    const lastChange = table.rows.number(6, row);
    const inHc = extended.rows.number(3, at);
    const discontinuity = extended.rows.number(5, at);
    const sampledUptimeMs = inHc === undefined ? table.sysUpTimeMs : extended.sysUpTimeMs;
    facts.push({
      ifIndex,
      ifName: textOrNull(extended.rows.bytes(0, at)),
      ifDescr: textOrNull(table.rows.bytes(0, row)),
      ifAlias: textOrNull(extended.rows.bytes(2, at)),
      ifType: table.rows.number(1, row) ?? null,
      mac: macOrNull(table.rows.bytes(3, row)),
      speedBps: speedBps(extended.rows.number(1, at), table.rows.number(2, row)),
      adminStatus: statusWord(table.rows.number(4, row)),
      operStatus: statusWord(table.rows.number(5, row)),
      lastChangeMs: lastChange === undefined ? null : lastChange * 10,
      inOctets: inHc ?? table.rows.number(7, row) ?? null,
      outOctets: (inHc === undefined ? table.rows.number(8, row) : extended.rows.number(4, at)) ?? null,
      counterBits: inHc === undefined ? 32 : 64,
      ...(discontinuity === undefined ? {} : { counterDiscontinuityMs: discontinuity * 10 }),
      ...(sampledUptimeMs === undefined ? {} : { sampledUptimeMs }),
      addresses: addresses.get(ifIndex) ?? [],
    });
  }
  return facts;
}

const prefixOfMask = (octets: Uint8Array | undefined): number | null => {
  if (octets?.length !== 4) return null;
  const bits = [...octets].map((octet) => octet.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.replace(/0/g, '').length : null;
};

/** ipAddressTable, then ipAddrTable for what it lacks. */
async function readAddresses(cycle: Cycle): Promise<Map<number, InterfaceAddress[]>> {
  const found = new Map<number, Map<string, number | null>>();
  const note = (ifIndex: number, ip: string, prefixLength: number | null) => {
    let addresses = found.get(ifIndex);
    if (!addresses) found.set(ifIndex, (addresses = new Map()));
    addresses.set(ip, addresses.get(ip) ?? prefixLength);
  };

  const current = await readTable(cycle, 'interfaces', 'ipAddressTable', [
    ipMib.ipAddressIfIndex,
    ipMib.ipAddressType,
    ipMib.ipAddressPrefix,
  ]);
  for (let row = 0; row < current.rows.length; row++) {
    const ip = ipOfIndex(current.rows.index(row), 0);
    const ifIndex = current.rows.number(0, row);
    const type = current.rows.number(1, row);
    if (ip === undefined || ifIndex === undefined) current.drop('no address or interface');
    else if (type !== undefined && type !== 1) current.drop('not unicast');
    else {
      const pointer = current.rows.oid(2, row);
      // zeroDotZero: the agent has no prefix for it
      const prefixLength = pointer && pointer.length > 2 ? (pointer[pointer.length - 1] ?? null) : null;
      note(ifIndex, ip, prefixLength);
      current.use();
    }
  }

  const legacy = await readTable(cycle, 'interfaces', 'ipAddrTable', [ipMib.ipAdEntIfIndex, ipMib.ipAdEntNetMask]);
  for (let row = 0; row < legacy.rows.length; row++) {
    const ip = ipFromBytes(legacy.rows.index(row));
    const ifIndex = legacy.rows.number(0, row);
    if (ip === undefined || ifIndex === undefined || !tryParseIp(ip)) legacy.drop('no address or interface');
    else {
      note(ifIndex, ip, prefixOfMask(legacy.rows.bytes(1, row)));
      legacy.use();
    }
  }
  return new Map(
    [...found].map(([ifIndex, addresses]) => [
      ifIndex,
      [...addresses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([ip, prefixLength]) => ({ ip, prefixLength })),
    ]),
  );
}

/** ifStackTable without the rows that say "nothing above" or "nothing below". */
export async function readStack(cycle: Cycle): Promise<StackFact[]> {
  const table = await readTable(cycle, 'lag', 'ifStackTable', [ifMib.ifStackStatus]);
  const facts: StackFact[] = [];
  for (let row = 0; row < table.rows.length; row++) {
    const [higherIfIndex = 0, lowerIfIndex = 0] = table.rows.index(row);
    if (higherIfIndex === 0 || lowerIfIndex === 0) table.drop('nothing above or below');
    else {
      facts.push({ higherIfIndex, lowerIfIndex });
      table.use();
    }
  }
  return facts;
}
