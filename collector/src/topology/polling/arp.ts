import { ipFromBytes } from '../../lib/ip.js';
import { isGroupMac, isZeroMac } from '../../lib/mac.js';
import * as ipMib from '../../snmp/tables/ip-mib.js';
import type { ArpFact } from '../facts.js';
import { readTable, type Cycle, type TableReading } from './table-log.js';
import { ipOfIndex, macOrNull } from './values.js';

const TYPE: Readonly<Record<number, ArpFact['type']>> = { 3: 'dynamic', 4: 'static' };

/** Both ARP tables: 233 of 455 recorded devices have only the old one, 25 only the new one. */
export async function readArp(cycle: Cycle): Promise<ArpFact[]> {
  const facts = new Map<string, ArpFact>();
  const note = (table: TableReading, row: number, ip: string | undefined, type: number | undefined) => {
    const ifIndex = table.rows.index(row)[0];
    const mac = macOrNull(table.rows.bytes(0, row));
    if (ip === undefined || ifIndex === undefined || ifIndex <= 0) table.drop('no address or interface');
    else if (type === 2) table.drop('invalid');
    else if (mac === null || isZeroMac(mac)) table.drop('no MAC');
    else if (isGroupMac(mac) || isUnusableIp(ip)) table.drop('group or link-local address');
    else {
      table.use();
      facts.set(`${ifIndex} ${ip} ${mac}`, { ifIndex, ip, mac, type: TYPE[type ?? 0] ?? 'other' });
    }
  };

  const legacy = await readTable(cycle, 'arp', 'ipNetToMediaTable', [
    ipMib.ipNetToMediaPhysAddress,
    ipMib.ipNetToMediaType,
  ]);
  for (let row = 0; row < legacy.rows.length; row++) {
    note(legacy, row, ipFromBytes(legacy.rows.index(row).slice(1)), legacy.rows.number(1, row));
  }
  const current = await readTable(cycle, 'arp', 'ipNetToPhysicalTable', [
    ipMib.ipNetToPhysicalPhysAddress,
    ipMib.ipNetToPhysicalType,
    ipMib.ipNetToPhysicalState,
  ]);
  for (let row = 0; row < current.rows.length; row++) {
    const state = current.rows.number(2, row);
    if (state === 5 || state === 7) current.drop('invalid or incomplete');
    else note(current, row, ipOfIndex(current.rows.index(row), 1), current.rows.number(1, row));
  }
  return [...facts.values()];
}

/** Not an address of one station of this network (R16). */
const isUnusableIp = (ip: string): boolean =>
  /^(169\.254\.|22[4-9]\.|23\d\.|0\.|255\.)/.test(ip) || /^(fe[89ab]|ff)/.test(ip);
