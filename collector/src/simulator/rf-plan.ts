/** What is on the cable beside the OFDM channels: the same for every modem of a plant. */

/** One upstream OFDMA channel. */
export interface UpstreamChannel {
  readonly ifIndex: number;
  readonly channelId: number;
  readonly zeroSubcarrierHz: number;
  readonly firstActiveSubcarrier: number;
  readonly spacingHz: 25_000 | 50_000;
  readonly count: number;
}

/** One single-carrier QAM channel. */
export interface ScQamChannel {
  readonly ifIndex: number;
  readonly channelId: number;
  readonly centreHz: number;
  readonly widthHz: number;
}

export const UPSTREAM_OFDMA: UpstreamChannel = {
  ifIndex: 60,
  channelId: 9,
  zeroSubcarrierHz: 38_400_000,
  firstActiveSubcarrier: 148,
  spacingHz: 50_000,
  count: 720,
};

/** Eight channels of 6 MHz below the OFDM channels. */
export const DOWNSTREAM_SC_QAM: readonly ScQamChannel[] = Array.from({ length: 8 }, (_, at) => ({
  ifIndex: at === 0 ? 3 : 100 + at,
  channelId: at + 1,
  centreHz: 453e6 + at * 6e6,
  widthHz: 6e6,
}));

/** Four ATDMA channels of 6.4 MHz. */
export const UPSTREAM_SC_QAM: readonly ScQamChannel[] = Array.from({ length: 4 }, (_, at) => ({
  ifIndex: at === 0 ? 4 : 80 + at,
  channelId: at + 1,
  centreHz: 10.4e6 + at * 6.4e6,
  widthHz: 6.4e6,
}));

/** Edges of the modem's diplexer in MHz. */
export const DIPLEXER = { upstreamUpperMhz: 85, downstreamLowerMhz: 108, downstreamUpperMhz: 1002 } as const;

/** Level at which a modem receives and sends where nothing is wrong. */
export interface ModemLevels {
  /** In 6 MHz at the middle of the band. */
  readonly rxPowerDbMv: number;
  /** Over 6 MHz from there, up the band. */
  readonly rxTiltDbPerMhz: number;
  /** Of one ATDMA channel. */
  readonly txPowerDbMv: number;
}

export const DEFAULT_LEVELS: ModemLevels = { rxPowerDbMv: 1.5, rxTiltDbPerMhz: -0.004, txPowerDbMv: 42 };
export const CMTS_MAC_OCTETS = [0x3c, 0x7a, 0x8a, 0x00, 0x00, 0x01];
