import type { Mac } from '../lib/mac.js';
import { macFromBytes } from '../lib/mac.js';
import { isWhole, type SnmpReader, type Walk, type WalkOptions } from '../snmp/reader.js';
import * as docsIf from '../snmp/tables/docs-if-mib.js';
import * as docsIf3 from '../snmp/tables/docs-if3-mib.js';
import * as docsIf31 from '../snmp/tables/docs-if31-mib.js';
import { ifPhysAddress } from '../snmp/tables/if-mib.js';
import { sysUpTime } from '../snmp/tables/snmpv2-mib.js';
import { CaptureError } from './errors.js';

/** One number that a modem states of itself. Null channel: of the whole modem, or of a channel without an id. */
export interface ModemScalar {
  readonly channelId: number | null;
  readonly name:
    | 'uptime_sec'
    | 'registration_state'
    | 'rx_power_dbmv'
    | 'rx_mer_db'
    | 'tx_power_dbmv'
    | 't3_timeouts'
    | 't4_timeouts';
  readonly value: number;
}

/** DOCSIS 3.0 pre-equaliser of one upstream channel, as it came. */
export interface PreEqualiserReading {
  readonly channelId: number;
  readonly octets: Uint8Array;
  /** Of the channel; undefined where the modem does not name it. */
  readonly widthHz: number | undefined;
}

export interface ModemReading {
  readonly scalars: readonly ModemScalar[];
  readonly preEqualisers: readonly PreEqualiserReading[];
  /** Only then is what was not seen not there any more. */
  readonly isWhole: boolean;
}

/** A modem has some dozens of channels. */
const LIMITS = { rows: 600, bytes: 256 * 1024, pdus: 200, timeMs: 15_000 };
/** What no cable modem can receive or send: some agents fill absent values with extremes. */
const POWER_LIMIT_DBMV = 80;

/** Reads levels, quality and pre-equalisers (pnm-control 9): one GET and six short walks. Nothing is written. */
export async function readModemScalars(reader: SnmpReader, mac: Mac, signal: AbortSignal): Promise<ModemReading> {
  const options: WalkOptions = { signal, limits: LIMITS };
  const uptimeTicks = (await reader.get([sysUpTime], { signal })).number(sysUpTime);
  const addresses = await reader.walk([ifPhysAddress], options);
  requireMac(addresses, mac);
  const down = await reader.walk(
    [
      docsIf.docsIfDownChannelId,
      docsIf.docsIfDownChannelPower,
      docsIf.docsIfSigQSignalNoise,
      docsIf3.docsIf3SignalQualityExtRxMER,
    ],
    options,
  );
  const up = await reader.walk(
    [
      docsIf.docsIfUpChannelId,
      docsIf.docsIfUpChannelWidth,
      docsIf3.docsIf3CmStatusUsTxPower,
      docsIf3.docsIf3CmStatusUsT3Timeouts,
      docsIf3.docsIf3CmStatusUsT4Timeouts,
      docsIf3.docsIf3CmStatusUsEqData,
    ],
    options,
  );
  const modem = await reader.walk([docsIf3.docsIf3CmStatusValue, docsIf.docsIfCmStatusEqualizationData], options);
  const ofdm = await reader.walk([docsIf31.docsIf31CmDsOfdmChanChannelId], options);
  const bands = await reader.walk([docsIf31.docsIf31CmDsOfdmChannelPowerRxPower], options);
  const ofdma = await reader.walk(
    [docsIf31.docsIf31CmUsOfdmaChanTxPower, docsIf31.docsIf31CmUsOfdmaChanChannelId],
    options,
  );
  const whole: ModemScalar[] = uptimeTicks === undefined ? [] : [scalar(null, 'uptime_sec', uptimeTicks / 100)];
  return {
    scalars: [...whole, ...ofModem(modem), ...ofDown(down), ...ofUp(up), ...ofOfdm(ofdm, bands), ...ofOfdma(ofdma)],
    preEqualisers: preEqualisersOf(up, modem),
    isWhole: [addresses, down, up, modem, ofdm, bands, ofdma].every(({ outcome }) => isWhole(outcome)),
  };
}

const scalar = (channelId: number | null, name: ModemScalar['name'], value: number): ModemScalar => ({
  channelId,
  name,
  value,
});

function requireMac({ rows, outcome, detail }: Walk, mac: Mac): void {
  const found: Mac[] = [];
  for (let row = 0; row < rows.length; row += 1) {
    const bytes = rows.bytes(0, row);
    if (bytes?.length === 6) found.push(macFromBytes(bytes));
  }
  if (found.includes(mac)) return;
  if (!isWhole(outcome)) {
    throw new CaptureError(
      'PNM_IDENTITY_UNREADABLE',
      `reading its interfaces ended in ${outcome}${detail ? `: ${detail}` : ''}; try again when it answers`,
    );
  }
  throw new CaptureError(
    'PNM_IDENTITY_MISMATCH',
    `none of the interfaces at the address is ${mac}; nothing was stored. Try again after the next reading of the CMTS`,
  );
}

/** Tenths of dBmV as dBmV; undefined where it can be no level. */
function powerOf(tenths: number | undefined): number | undefined {
  const dbMv = tenths === undefined ? NaN : tenths / 10;
  return Math.abs(dbMv) <= POWER_LIMIT_DBMV ? dbMv : undefined;
}

function ofModem({ rows }: Walk): ModemScalar[] {
  for (let row = 0; row < rows.length; row += 1) {
    const state = rows.number(0, row);
    if (state !== undefined) return [scalar(null, 'registration_state', state)];
  }
  return [];
}

function ofDown({ rows }: Walk): ModemScalar[] {
  const scalars: ModemScalar[] = [];
  for (let row = 0; row < rows.length; row += 1) {
    const channelId = rows.number(0, row);
    if (channelId === undefined || channelId === 0) continue; // an OFDM channel in the table of the others
    const power = powerOf(rows.number(1, row));
    if (power !== undefined) scalars.push(scalar(channelId, 'rx_power_dbmv', power));
    const merTenths = rows.number(3, row) || rows.number(2, row) || 0;
    if (merTenths > 0) scalars.push(scalar(channelId, 'rx_mer_db', merTenths / 10));
  }
  return scalars;
}

function ofUp({ rows }: Walk): ModemScalar[] {
  const scalars: ModemScalar[] = [];
  for (let row = 0; row < rows.length; row += 1) {
    const channelId = rows.number(0, row);
    if (channelId === undefined || channelId === 0) continue;
    const power = powerOf(rows.number(2, row));
    if (power !== undefined) scalars.push(scalar(channelId, 'tx_power_dbmv', power));
    const t3 = rows.number(3, row);
    const t4 = rows.number(4, row);
    if (t3 !== undefined) scalars.push(scalar(channelId, 't3_timeouts', t3));
    if (t4 !== undefined) scalars.push(scalar(channelId, 't4_timeouts', t4));
  }
  return scalars;
}

/** Mean level over the bands of a channel; that of the link channel where a modem shows no other. */
function ofOfdm(channels: Walk, bands: Walk): ModemScalar[] {
  const levels = new Map<number, { band: number; dbMv: number }[]>();
  for (let row = 0; row < bands.rows.length; row += 1) {
    const [ifIndex, band] = bands.rows.index(row);
    const dbMv = powerOf(bands.rows.number(0, row));
    if (ifIndex === undefined || band === undefined || dbMv === undefined) continue;
    levels.set(ifIndex, [...(levels.get(ifIndex) ?? []), { band, dbMv }]);
  }
  const scalars: ModemScalar[] = [];
  for (let row = 0; row < channels.rows.length; row += 1) {
    const channelId = channels.rows.number(0, row);
    const all = levels.get(channels.rows.index(row)[0] ?? -1) ?? [];
    const numbered = all.filter(({ band }) => band > 0);
    const used = numbered.length > 0 ? numbered : all;
    if (channelId === undefined || used.length === 0) continue;
    const mean = used.reduce((sum, { dbMv }) => sum + dbMv, 0) / used.length;
    scalars.push(scalar(channelId, 'rx_power_dbmv', mean));
  }
  return scalars;
}

function ofOfdma({ rows }: Walk): ModemScalar[] {
  const scalars: ModemScalar[] = [];
  for (let row = 0; row < rows.length; row += 1) {
    const quarters = rows.number(0, row);
    const power = powerOf(quarters === undefined ? undefined : quarters * 2.5);
    const channelId = rows.number(1, row);
    // without its id a channel cannot be told from the modem as a whole
    if (power !== undefined && channelId !== undefined) scalars.push(scalar(channelId, 'tx_power_dbmv', power));
  }
  return scalars;
}

function preEqualisersOf(up: Walk, modem: Walk): PreEqualiserReading[] {
  const readings: PreEqualiserReading[] = [];
  for (let row = 0; row < up.rows.length; row += 1) {
    const channelId = up.rows.number(0, row);
    const octets = up.rows.bytes(5, row);
    if (channelId === undefined || channelId === 0 || octets === undefined || octets.length === 0) continue;
    readings.push({ channelId, octets, widthHz: up.rows.number(1, row) });
  }
  if (readings.length > 0 || up.rows.length !== 1) return readings;
  // a modem of DOCSIS 2.0 has one upstream channel and shows its pre-equaliser in the older table
  const channelId = up.rows.number(0, 0);
  const octets = modem.rows.length > 0 ? modem.rows.bytes(1, 0) : undefined;
  if (channelId === undefined || octets === undefined || octets.length === 0) return [];
  return [{ channelId, octets, widthHz: up.rows.number(1, 0) }];
}
