import { deviceText } from '../lib/device-text.js';
import { macFromBytes, type Mac } from '../lib/mac.js';
import { isWhole, type SnmpReader, type Walk } from '../snmp/reader.js';
import { docsIf31CmDsOfdmChanChannelId } from '../snmp/tables/docs-if31-mib.js';
import { DOCSIS_IF_TYPE } from '../snmp/tables/docs-if-mib.js';
import { ifPhysAddress, ifType } from '../snmp/tables/if-mib.js';
import { sysDescr, sysUpTime } from '../snmp/tables/snmpv2-mib.js';
import { CaptureError } from './errors.js';

/** A downstream OFDM channel; its ifIndex is good for this registration only. */
export interface OfdmChannel {
  readonly channelId: number;
  readonly ifIndex: number;
}

export interface ModemIdentity {
  readonly mac: Mac;
  /** Interface whose address is the modem's MAC: read again before every SET. */
  readonly macIfIndex: number;
  readonly uptimeMs: number | undefined;
  readonly description: ModemDescription;
  readonly channels: readonly OfdmChannel[];
}

export interface ModemDescription {
  readonly vendor: string | undefined;
  readonly model: string | undefined;
  readonly firmware: string | undefined;
}

/** Reads `<<HW_REV: x; VENDOR: x; BOOTR: x; SW_REV: x; MODEL: x>>` out of sysDescr; keys may be missing, or all of it. */
export function parseModemDescription(text: string): ModemDescription {
  const block = /<<(.*?)>>/s.exec(text)?.[1] ?? '';
  const values = new Map<string, string>();
  for (const pair of block.split(';')) {
    const colon = pair.indexOf(':');
    if (colon < 0) continue;
    const value = pair.slice(colon + 1).trim();
    if (value !== '') values.set(pair.slice(0, colon).trim().toUpperCase(), value);
  }
  return { vendor: values.get('VENDOR'), model: values.get('MODEL'), firmware: values.get('SW_REV') };
}

/** Who answers at the address and what OFDM channels it has. Throws SnmpError or PNM_IDENTITY_UNREADABLE. */
export async function readIdentity(reader: SnmpReader, signal: AbortSignal): Promise<ModemIdentity> {
  const system = await reader.get([sysDescr, sysUpTime], { signal });
  const interfaces = readable(await reader.walk([ifType, ifPhysAddress], { signal }), 'its interfaces');
  const typeOf = new Map<number, number>();
  let own: { mac: Mac; macIfIndex: number } | undefined;
  for (let row = 0; row < interfaces.rows.length; row += 1) {
    const ifIndex = interfaces.rows.index(row)[0];
    const type = interfaces.rows.number(0, row);
    if (ifIndex === undefined || type === undefined) continue;
    typeOf.set(ifIndex, type);
    const address = interfaces.rows.bytes(1, row);
    if (type === DOCSIS_IF_TYPE.macLayer && address?.length === 6) {
      own ??= { mac: macFromBytes(address), macIfIndex: ifIndex };
    }
  }
  if (own === undefined) {
    throw new CaptureError(
      'PNM_IDENTITY_UNREADABLE',
      'it shows no cable interface with a MAC address; is this the management address of a cable modem?',
    );
  }
  const table = readable(await reader.walk([docsIf31CmDsOfdmChanChannelId], { signal }), 'its OFDM channels');
  const channels: OfdmChannel[] = [];
  for (let row = 0; row < table.rows.length; row += 1) {
    const ifIndex = table.rows.index(row)[0];
    const channelId = table.rows.number(0, row);
    if (ifIndex === undefined || channelId === undefined) continue;
    if (typeOf.has(ifIndex) && typeOf.get(ifIndex) !== DOCSIS_IF_TYPE.ofdmDownstream) continue;
    channels.push({ channelId, ifIndex });
  }
  const uptimeTicks = system.number(sysUpTime);
  return {
    ...own,
    uptimeMs: uptimeTicks === undefined ? undefined : uptimeTicks * 10,
    description: parseModemDescription(deviceText(system.bytes(sysDescr) ?? new Uint8Array())),
    channels: channels.sort((a, b) => a.channelId - b.channelId),
  };
}

/** The MAC at the address right now. */
export async function readBackMac(
  reader: SnmpReader,
  macIfIndex: number,
  signal: AbortSignal,
): Promise<Mac | undefined> {
  const oid = `${ifPhysAddress}.${macIfIndex}`;
  const bytes = (await reader.get([oid], { signal })).bytes(oid);
  return bytes?.length === 6 ? macFromBytes(bytes) : undefined;
}

function readable(walk: Walk, what: string): Walk {
  if (isWhole(walk.outcome)) return walk;
  throw new CaptureError(
    'PNM_IDENTITY_UNREADABLE',
    `reading ${what} ended in ${walk.outcome}${walk.detail ? `: ${walk.detail}` : ''}; try again when it answers`,
  );
}
