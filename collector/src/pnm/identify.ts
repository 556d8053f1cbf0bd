import { deviceText } from '../lib/device-text.js';
import { macFromBytes, type Mac } from '../lib/mac.js';
import { isWhole, type SnmpReader, type Walk } from '../snmp/reader.js';
import {
  docsIf31CmDsOfdmChanChannelId,
  docsIf31CmSystemCfgStateDiplexerCfgDsLowerBandEdge,
  docsIf31CmSystemCfgStateDiplexerCfgDsUpperBandEdge,
  docsIf31CmUsOfdmaChanChannelId,
} from '../snmp/tables/docs-if31-mib.js';
import { DOCSIS_IF_TYPE } from '../snmp/tables/docs-if-mib.js';
import { ifPhysAddress, ifType } from '../snmp/tables/if-mib.js';
import { sysDescr, sysUpTime } from '../snmp/tables/snmpv2-mib.js';
import { DEFAULT_BAND, type DownstreamBand } from './capture-tests.js';
import { CaptureError } from './errors.js';

/** A row that a test runs on; its ifIndex is good for this registration only. */
export interface TestRow {
  /** Null where the row is of the whole modem, or where firmware names no channel id. */
  readonly channelId: number | null;
  /** 0 for scalars. */
  readonly ifIndex: number;
}

/** A downstream OFDM channel. */
export interface OfdmChannel extends TestRow {
  readonly channelId: number;
}

export interface ModemIdentity {
  readonly mac: Mac;
  /** Interface whose address is the modem's MAC: read again before every SET. */
  readonly macIfIndex: number;
  readonly uptimeMs: number | undefined;
  readonly description: ModemDescription;
  readonly channels: readonly OfdmChannel[];
  /** Upstream OFDMA channels. */
  readonly upstreams: readonly TestRow[];
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

/** Who answers at the address and what channels it has. Throws SnmpError or PNM_IDENTITY_UNREADABLE. */
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
  const downstream = readable(await reader.walk([docsIf31CmDsOfdmChanChannelId], { signal }), 'its OFDM channels');
  const upstream = readable(await reader.walk([docsIf31CmUsOfdmaChanChannelId], { signal }), 'its OFDMA channels');
  const uptimeTicks = system.number(sysUpTime);
  return {
    ...own,
    uptimeMs: uptimeTicks === undefined ? undefined : uptimeTicks * 10,
    description: parseModemDescription(deviceText(system.bytes(sysDescr) ?? new Uint8Array())),
    channels: channelsIn(downstream, typeOf, DOCSIS_IF_TYPE.ofdmDownstream),
    upstreams: upstreamsOf(upstream, typeOf),
  };
}

/** Rows of a channel table by channel id; interfaces of another type, which some agents list as well, are left out. */
function channelsIn({ rows }: Walk, typeOf: ReadonlyMap<number, number>, type: number): OfdmChannel[] {
  const channels: OfdmChannel[] = [];
  for (let row = 0; row < rows.length; row += 1) {
    const ifIndex = rows.index(row)[0];
    const channelId = rows.number(0, row);
    if (ifIndex === undefined || channelId === undefined) continue;
    if (typeOf.has(ifIndex) && typeOf.get(ifIndex) !== type) continue;
    channels.push({ channelId, ifIndex });
  }
  return channels.sort((a, b) => a.channelId - b.channelId);
}

/** The column of channel ids came with a later revision of the MIB: without it the interfaces stand for the channels. */
function upstreamsOf(table: Walk, typeOf: ReadonlyMap<number, number>): TestRow[] {
  const channels = channelsIn(table, typeOf, DOCSIS_IF_TYPE.ofdmaUpstream);
  if (channels.length > 0) return channels;
  return [...typeOf]
    .filter(([, type]) => type === DOCSIS_IF_TYPE.ofdmaUpstream)
    .map(([ifIndex]) => ({ channelId: null, ifIndex }));
}

/** The downstream band of the modem's diplexer, as far as it names it. */
export async function readDownstreamBand(reader: SnmpReader, signal: AbortSignal): Promise<DownstreamBand> {
  const lower = docsIf31CmSystemCfgStateDiplexerCfgDsLowerBandEdge;
  const upper = docsIf31CmSystemCfgStateDiplexerCfgDsUpperBandEdge;
  const edges = await reader.get([lower, upper], { signal });
  const lowerHz = (edges.number(lower) ?? 0) * 1e6;
  const upperHz = (edges.number(upper) ?? 0) * 1e6;
  const isBand = lowerHz >= 50e6 && upperHz > lowerHz && upperHz <= 1800e6;
  return isBand ? { lowerHz, upperHz } : DEFAULT_BAND;
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
