const CELLULAR = /LTE|GSM/;

/** Over-the-air services that leak into cable plants. Frequencies of the 3GPP bands are public (TS 36.101, table 5.5-1). */
export interface Band {
  readonly name: string;
  readonly fromHz: number;
  readonly toHz: number;
  /** Narrower runs are not of this service. */
  readonly minWidthHz: number;
}

const mhz = (name: string, from: number, to: number): Band => ({
  name,
  fromHz: from * 1e6,
  toHz: to * 1e6,
  minWidthHz: CELLULAR.test(name) ? 2.5e6 : 0.1e6, // the narrowest common carrier occupies 2.7 MHz
});

export const BANDS: readonly Band[] = [
  mhz('FM radio', 87.5, 108),
  mhz('aeronautical radio', 108, 137),
  mhz('DAB', 174, 240),
  mhz('LTE/5G 71 down', 617, 652),
  mhz('LTE/5G 71 up', 663, 698),
  mhz('LTE 12/17/85 up', 698, 716),
  mhz('LTE/5G 28 up', 703, 748),
  mhz('LTE 12/17/85 down', 728, 746),
  mhz('LTE/5G 28 down', 758, 803),
  mhz('LTE 13 down', 746, 756),
  mhz('LTE 14 down', 758, 768),
  mhz('LTE 13 up', 777, 787),
  mhz('LTE 14 up', 788, 798),
  mhz('LTE 20 down', 791, 821),
  mhz('LTE 26/5 up', 814, 849),
  mhz('LTE 20 up', 832, 862),
  mhz('LTE 26/5 down', 859, 894),
  mhz('GSM/LTE 8 up', 880, 915),
  mhz('GSM/LTE 8 down', 925, 960),
];

/** Services that hold at least four fifths of a range. */
export function bandsOver(fromHz: number, toHz: number): string[] {
  const width = toHz - fromHz;
  return BANDS.filter((band) => {
    const shared = Math.min(toHz, band.toHz) - Math.max(fromHz, band.fromHz);
    return width >= band.minWidthHz && shared >= 0.8 * width;
  }).map((band) => band.name);
}

const CLOCK_HZ = 125_000_000;

/**
 * The multiple of 125 MHz within a subcarrier of a range: dips there look like harmonics of a Gigabit Ethernet clock in
 * the modem or its cabling, seen in four modems, and are the home and not the plant.
 */
export function clockHarmonicHz(fromHz: number, toHz: number, spacingHz: number): number | undefined {
  const harmonic = Math.round((fromHz + toHz) / 2 / CLOCK_HZ) * CLOCK_HZ;
  return harmonic > 0 && harmonic >= fromHz - spacingHz && harmonic <= toHz + spacingHz ? harmonic : undefined;
}
