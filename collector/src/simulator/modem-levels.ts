import { encodeAtdmaPreEq } from '../pnm/formats/atdma-preeq.js';
import { TAG } from '../snmp/ber.js';
import { frequencyHz, type Impairment, type OfdmChannel } from './channel.js';
import type { ServedInstance } from './mib-view.js';
import { MAC_LAYER_IF_INDEX, MIB2 } from './modem-identity.js';
import type { Random } from './random.js';
import { coaxialResponse, levelLossDb, powerDb } from './response.js';
import { DOWNSTREAM_SC_QAM, UPSTREAM_OFDMA, UPSTREAM_SC_QAM, type ModemLevels, type ScQamChannel } from './rf-plan.js';

/** What a modem states of its levels and quality (pnm-control reference, 9), all of it from the same plant. */
export interface LevelOptions {
  readonly channels: readonly OfdmChannel[];
  readonly levels: ModemLevels;
  readonly random: Random;
  impairments(): readonly Impairment[];
}

const IF3 = [1, 3, 6, 1, 4, 1, 4491, 2, 1, 20, 1];
const IF31 = [1, 3, 6, 1, 4, 1, 4491, 2, 1, 28, 1];
const DOWN_ENTRY = [...MIB2, 10, 127, 1, 1, 1, 1];
const UP_ENTRY = [...MIB2, 10, 127, 1, 1, 2, 1];
const QUALITY_ENTRY = [...MIB2, 10, 127, 1, 1, 4, 1];
const US_ENTRY = [...IF3, 2, 1];
const OPERATIONAL = 12;
const QAM256 = 4;
const MIDDLE_HZ = 550e6;
const BAND_HZ = 6e6;
/** MER of a single carrier at the usual level; it falls with the level once the tuner's noise counts. */
const SC_QAM_MER_DB = 40;
const TAPS = 24;
const MAIN_TAP = 8;
const TAP_SCALE = 1900;
const SYMBOL_SEC = 1 / 5.12e6;
/** Against the main tap: what receiver filters leave beside it, and what changes from reading to reading. */
const NEIGHBOUR_GAIN = 0.012;
const JITTER_GAIN = 0.0008;

export function levelInstances(options: LevelOptions): ServedInstance[] {
  const { channels, levels, random } = options;
  const fixed = (oid: readonly number[], tag: number, value: number): ServedInstance => ({ oid, tag, value });
  const live = (oid: readonly number[], tag: number, read: () => number): ServedInstance => ({
    oid,
    tag,
    value: 0,
    read,
  });
  const tenths = (value: number) => Math.round(value * 10);
  const levelAt = (hz: number): number => {
    const response = coaxialResponse(options.impairments(), { firstHz: hz, stepHz: 0, count: 1 });
    const flat = levels.rxPowerDbMv + (levels.rxTiltDbPerMhz * (hz - MIDDLE_HZ)) / 1e6;
    return flat + powerDb(response, 0) - levelLossDb(options.impairments());
  };
  const merAt = (hz: number) => SC_QAM_MER_DB - Math.max(0, -8 - levelAt(hz)) + 0.1 * random.normal();
  const txPower = () => levels.txPowerDbMv + 0.6 * levelLossDb(options.impairments()) + 0.1 * random.normal();

  const down = DOWNSTREAM_SC_QAM.flatMap(({ ifIndex, centreHz, widthHz }) => [
    fixed([...DOWN_ENTRY, 2, ifIndex], TAG.integer, centreHz),
    fixed([...DOWN_ENTRY, 3, ifIndex], TAG.integer, widthHz),
    fixed([...DOWN_ENTRY, 4, ifIndex], TAG.integer, QAM256),
    live([...DOWN_ENTRY, 6, ifIndex], TAG.integer, () => tenths(levelAt(centreHz) + 0.1 * random.normal())),
    live([...QUALITY_ENTRY, 5, ifIndex], TAG.integer, () => tenths(merAt(centreHz))),
    live([...IF3, 24, 1, 1, ifIndex], TAG.integer, () => tenths(merAt(centreHz))),
  ]);
  const up = UPSTREAM_SC_QAM.flatMap((channel): ServedInstance[] => [
    fixed([...UP_ENTRY, 2, channel.ifIndex], TAG.integer, channel.centreHz),
    fixed([...UP_ENTRY, 3, channel.ifIndex], TAG.integer, channel.widthHz),
    live([...US_ENTRY, 1, channel.ifIndex], TAG.integer, () => tenths(txPower())),
    fixed([...US_ENTRY, 2, channel.ifIndex], TAG.counter32, 0),
    fixed([...US_ENTRY, 3, channel.ifIndex], TAG.counter32, 0),
    {
      oid: [...US_ENTRY, 6, channel.ifIndex],
      tag: TAG.octets,
      value: null,
      read: () => preEqualiser(channel, options.impairments(), random),
    },
  ]);
  const ofdm = channels.flatMap((channel) =>
    bandsOf(channel).flatMap(({ band, centreHz }) => [
      fixed([...IF31, 11, 1, 2, channel.ifIndex, band], TAG.gauge32, centreHz),
      live([...IF31, 11, 1, 3, channel.ifIndex, band], TAG.integer, () => tenths(levelAt(centreHz))),
    ]),
  );
  return [
    ...down,
    ...up,
    ...ofdm,
    fixed([...IF3, 1, 1, 1, MAC_LAYER_IF_INDEX], TAG.integer, OPERATIONAL),
    // quarters of dBmV in 1.6 MHz: a quarter of what an ATDMA channel of 6.4 MHz has
    live([...IF31, 13, 1, 10, UPSTREAM_OFDMA.ifIndex], TAG.integer, () => Math.round((txPower() - 6) * 4)),
  ];
}

/** Bands of 6 MHz of an OFDM channel; band 0 is the one of its link channel. */
function bandsOf(channel: OfdmChannel): { band: number; centreHz: number }[] {
  const lowHz = frequencyHz(channel, 0);
  const count = Math.floor((frequencyHz(channel, channel.count - 1) - lowHz) / BAND_HZ);
  const middleHz = Math.round(frequencyHz(channel, Math.floor(channel.count / 2)));
  return [
    { band: 0, centreHz: middleHz },
    ...Array.from({ length: count }, (_, at) => ({ band: at + 1, centreHz: lowHz + (at + 0.5) * BAND_HZ })),
  ];
}

/** Taps that undo the echoes of the way up: each has one of opposite sign behind the main tap, spread by its fraction. */
function preEqualiser({ centreHz }: ScQamChannel, impairments: readonly Impairment[], random: Random): Uint8Array {
  const re = new Float64Array(TAPS);
  const im = new Float64Array(TAPS);
  const main = MAIN_TAP - 1;
  re[main] = 1;
  re[main - 1]! += NEIGHBOUR_GAIN;
  re[main + 1]! -= NEIGHBOUR_GAIN;
  for (const { gain, delaySec } of echoesOf(impairments)) {
    const phase = -2 * Math.PI * centreHz * delaySec;
    for (let tap = 0; tap < TAPS; tap++) {
      const away = tap - main - delaySec / SYMBOL_SEC;
      const share = -gain * (away === 0 ? 1 : Math.sin(Math.PI * away) / (Math.PI * away));
      re[tap]! += share * Math.cos(phase);
      im[tap]! += share * Math.sin(phase);
    }
  }
  const taps = Int16Array.from({ length: 2 * TAPS }, (_, at) => {
    const value = (at % 2 === 0 ? re : im)[at >> 1] as number;
    return Math.round(TAP_SCALE * (value + JITTER_GAIN * random.normal()));
  });
  return encodeAtdmaPreEq({
    mainTapLocation: MAIN_TAP,
    tapsPerSymbol: 1,
    forwardTapCount: TAPS,
    reverseTapCount: 0,
    encoding: '16-bit',
    taps,
  });
}

function echoesOf(impairments: readonly Impairment[]): { gain: number; delaySec: number }[] {
  return impairments.flatMap((one) => {
    if (one.kind === 'echo') return [{ gain: 10 ** (one.levelDb / 20), delaySec: one.delayNs * 1e-9 }];
    if (one.kind !== 'ripple') return [];
    const ratio = 10 ** (one.amplitudeDb / 10);
    return [{ gain: -(ratio - 1) / (ratio + 1), delaySec: 1 / one.periodHz }];
  });
}
