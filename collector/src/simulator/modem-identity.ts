import { macToBytes, type Mac } from '../lib/mac.js';
import { TAG } from '../snmp/ber.js';
import type { OfdmChannel } from './channel.js';
import type { ServedInstance } from './mib-view.js';
import { DIPLEXER, DOWNSTREAM_SC_QAM, UPSTREAM_OFDMA, UPSTREAM_SC_QAM } from './rf-plan.js';

/** What stands still in a modem's MIB: who it is, its interfaces, its channels. */
export interface ModemIdentity {
  readonly mac: Mac;
  readonly vendor: string;
  readonly model: string;
  readonly hardware: string;
  readonly firmware: string;
  readonly serial: string;
  readonly channels: readonly OfdmChannel[];
}

const IF_TYPE = {
  ethernet: 6,
  macLayer: 127,
  scQamDownstream: 128,
  scQamUpstream: 129,
  ofdm: 277,
  ofdma: 278,
} as const;
export const MAC_LAYER_IF_INDEX = 2;
const SYSTEM_CFG_STATE = [1, 3, 6, 1, 4, 1, 4491, 2, 1, 28, 1, 18];
/** docsPnmCmDsOfdmReqMerQam16 … Qam16384, in quarter dB: the defaults of DOCS-PNM-MIB. */
const REQUIRED_MER_QUARTER_DB = [60, 84, 96, 108, 122, 136, 148, 164, 184, 208];

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'utf8'));
const octets = (oid: readonly number[], value: Uint8Array): ServedInstance => ({ oid, tag: TAG.octets, value });
const integer = (oid: readonly number[], value: number): ServedInstance => ({ oid, tag: TAG.integer, value });
const gauge = (oid: readonly number[], value: number): ServedInstance => ({ oid, tag: TAG.gauge32, value });

/** The 1.3.6.1.2.1 group's OIDs. */
export const MIB2 = [1, 3, 6, 1, 2, 1];

/** system group; sysDescr has the block in angle brackets that CM-OSSI demands. */
const systemInstances = ({ vendor, model, hardware, firmware }: ModemIdentity): ServedInstance[] => {
  const block = `HW_REV: ${hardware}; VENDOR: ${vendor}; BOOTR: 2.4.0; SW_REV: ${firmware}; MODEL: ${model}`;
  return [
    octets([...MIB2, 1, 1, 0], text(`${vendor} DOCSIS 3.1 Cable Modem <<${block}>>`)),
    { oid: [...MIB2, 1, 2, 0], tag: TAG.oid, value: [1, 3, 6, 1, 4, 1, 4491, 2, 4, 1] },
    octets([...MIB2, 1, 5, 0], text(`${model}`)),
  ];
};

/** One row of ifTable and the columns of ifXTable that matter. */
export function interfaceInstances(row: {
  readonly ifIndex: number;
  readonly ifType: number;
  readonly descr: string;
  readonly name: string;
  readonly mac?: Mac;
  readonly speedBps?: number;
}): ServedInstance[] {
  const { ifIndex, ifType, descr, name, mac, speedBps = 0 } = row;
  const column = (number: number) => [...MIB2, 2, 2, 1, number, ifIndex];
  const extended = (number: number) => [...MIB2, 31, 1, 1, 1, number, ifIndex];
  return [
    integer(column(1), ifIndex),
    octets(column(2), text(descr)),
    integer(column(3), ifType),
    gauge(column(5), Math.min(speedBps, 0xffffffff)),
    octets(column(6), mac === undefined ? new Uint8Array(0) : macToBytes(mac)),
    integer(column(7), 1),
    integer(column(8), 1),
    octets(extended(1), text(name)),
    gauge(extended(15), Math.round(speedBps / 1e6)),
    integer(extended(17), ifType === IF_TYPE.ethernet ? 1 : 2),
    octets(extended(18), new Uint8Array(0)),
  ];
}

const interfaces = ({ mac, channels }: ModemIdentity): ServedInstance[] =>
  [
    { ifIndex: 1, ifType: IF_TYPE.ethernet, descr: 'Ethernet CPE', name: 'eth0', speedBps: 1e9 },
    { ifIndex: MAC_LAYER_IF_INDEX, ifType: IF_TYPE.macLayer, descr: 'RF MAC', name: 'cm0', mac },
    ...DOWNSTREAM_SC_QAM.map(({ ifIndex, channelId }) => ({
      ifIndex,
      ifType: IF_TYPE.scQamDownstream,
      descr: `RF Downstream ${channelId}`,
      name: `ds${channelId}`,
    })),
    ...UPSTREAM_SC_QAM.map(({ ifIndex, channelId }) => ({
      ifIndex,
      ifType: IF_TYPE.scQamUpstream,
      descr: `RF Upstream ${channelId}`,
      name: `us${channelId}`,
    })),
    { ifIndex: UPSTREAM_OFDMA.ifIndex, ifType: IF_TYPE.ofdma, descr: 'RF OFDMA Upstream 1', name: 'ofdma1' },
    ...channels.map(({ ifIndex }, at) => ({
      ifIndex,
      ifType: IF_TYPE.ofdm,
      descr: `RF OFDM Downstream ${at + 1}`,
      name: `ofdm${at + 1}`,
    })),
  ].flatMap((row) => interfaceInstances(row));

/** docsIf31CmDsOfdmChanTable; subcarriers excluded inside the channel do not count as active. */
function ofdmInstances(channel: OfdmChannel, isPrimary: boolean): ServedInstance[] {
  const { ifIndex, firstActiveSubcarrier, count, spacingHz, zeroSubcarrierHz } = channel;
  const column = (number: number) => [1, 3, 6, 1, 4, 1, 4491, 2, 1, 28, 1, 9, 1, number, ifIndex];
  const excluded = channel.excludedHz.reduce((sum, [low, high]) => sum + Math.floor((high - low) / spacingHz) + 1, 0);
  const plcAt = firstActiveSubcarrier + Math.floor(count / 2);
  return [
    gauge(column(1), channel.channelId),
    integer(column(2), isPrimary ? 2 : 4),
    gauge(column(3), zeroSubcarrierHz),
    gauge(column(4), firstActiveSubcarrier),
    gauge(column(5), firstActiveSubcarrier + count - 1),
    gauge(column(6), count - excluded),
    integer(column(7), spacingHz / 1000),
    integer(column(8), 512),
    integer(column(9), 128),
    gauge(column(10), zeroSubcarrierHz + plcAt * spacingHz),
    gauge(column(11), 48),
    gauge(column(12), 16),
  ];
}

/** All of it, unsorted. */
export const identityInstances = (identity: ModemIdentity): ServedInstance[] => [
  ...systemInstances(identity),
  ...interfaces(identity),
  octets([...MIB2, 69, 1, 1, 4, 0], text(identity.serial)),
  octets([...MIB2, 69, 1, 3, 5, 0], text(identity.firmware)),
  octets([...MIB2, 69, 1, 4, 5, 0], text(`gold-${identity.mac.replaceAll(':', '')}.cfg`)),
  integer([1, 3, 6, 1, 4, 1, 4491, 2, 1, 28, 1, 1, 0], 5),
  ...identity.channels.flatMap((channel, at) => ofdmInstances(channel, at === 0)),
  // older agents list OFDM channels in the SC-QAM table with id 0; a reader must drop these rows
  ...identity.channels.map(({ ifIndex }) => integer([...MIB2, 10, 127, 1, 1, 1, 1, 1, ifIndex], 0)),
  ...DOWNSTREAM_SC_QAM.map(({ ifIndex, channelId }) => integer([...MIB2, 10, 127, 1, 1, 1, 1, 1, ifIndex], channelId)),
  ...UPSTREAM_SC_QAM.map(({ ifIndex, channelId }) => integer([...MIB2, 10, 127, 1, 1, 2, 1, 1, ifIndex], channelId)),
  gauge([1, 3, 6, 1, 4, 1, 4491, 2, 1, 28, 1, 13, 1, 12, UPSTREAM_OFDMA.ifIndex], UPSTREAM_OFDMA.channelId),
  gauge([...SYSTEM_CFG_STATE, 2, 0], DIPLEXER.upstreamUpperMhz),
  gauge([...SYSTEM_CFG_STATE, 4, 0], DIPLEXER.downstreamLowerMhz),
  gauge([...SYSTEM_CFG_STATE, 6, 0], DIPLEXER.downstreamUpperMhz),
  ...REQUIRED_MER_QUARTER_DB.map((value, at) => integer([1, 3, 6, 1, 4, 1, 4491, 2, 1, 27, 1, 2, 8, at + 1, 0], value)),
];
