import type { Impairment } from './channel.js';

/** A band with edges, as roll-off needs them. */
export interface Band {
  readonly lowHz: number;
  readonly highHz: number;
}

/** Voltage gain of an echo whose ripple in dB swings by `amplitudeDb` to both sides. */
function gainOfRipple(amplitudeDb: number): number {
  const ratio = 10 ** (amplitudeDb / 10);
  return (ratio - 1) / (ratio + 1);
}

/**
 * The coaxial way as the impairments leave it: the voltage response of `count` frequencies, pairs re, im. 1 is a way
 * with nothing wrong. What adds noise only (ingress, spurs, impulses) and what gain control takes back (loss) is not in it.
 */
export function coaxialResponse(
  impairments: readonly Impairment[],
  frequencies: { readonly firstHz: number; readonly stepHz: number; readonly count: number },
  band?: Band,
): Float64Array {
  const { firstHz, stepHz, count } = frequencies;
  const response = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) response[2 * i] = 1;
  const multiply = (i: number, re: number, im: number) => {
    const was = { re: response[2 * i] as number, im: response[2 * i + 1] as number };
    response[2 * i] = was.re * re - was.im * im;
    response[2 * i + 1] = was.re * im + was.im * re;
  };
  const scale = (lossDb: (hz: number) => number) => {
    for (let i = 0; i < count; i++) {
      const gain = 10 ** (-lossDb(firstHz + i * stepHz) / 20);
      response[2 * i]! *= gain;
      response[2 * i + 1]! *= gain;
    }
  };
  /** Multiplies by 1 + gain·e^(−j2πfτ). */
  const reflect = (gain: number, delaySec: number) => {
    for (let i = 0; i < count; i++) {
      const phase = -2 * Math.PI * ((firstHz + i * stepHz) * delaySec);
      multiply(i, 1 + gain * Math.cos(phase), gain * Math.sin(phase));
    }
  };
  /** A stub that takes power at one frequency: causal, so that it rings on without looking like an echo. */
  const resonate = ({ centreHz, widthHz, depthDb }: Extract<Impairment, { kind: 'notch' }>) => {
    const floor = 10 ** (-depthDb / 20);
    // half the depth in dB a quarter of the width away, as the dip in MER has it
    const halfWidthHz = widthHz / 4 / Math.sqrt(floor);
    for (let i = 0; i < count; i++) {
      const x = (firstHz + i * stepHz - centreHz) / halfWidthHz;
      const share = (1 - floor) / (1 + x * x);
      multiply(i, 1 - share, share * x);
    }
  };
  for (const impairment of impairments) {
    switch (impairment.kind) {
      case 'notch':
        resonate(impairment);
        break;
      case 'rollOff':
        if (band !== undefined) scale(rollOffLoss(impairment, band));
        break;
      case 'ripple':
        reflect(-gainOfRipple(impairment.amplitudeDb), 1 / impairment.periodHz);
        break;
      case 'echo':
        reflect(10 ** (impairment.levelDb / 20), impairment.delayNs * 1e-9);
        break;
      default:
    }
  }
  return response;
}

function rollOffLoss(impairment: Extract<Impairment, { kind: 'rollOff' }>, { lowHz, highHz }: Band) {
  const edgeHz = impairment.edge === 'low' ? lowHz : highHz;
  return (hz: number) => {
    const share = 1 - Math.abs(hz - edgeHz) / impairment.widthHz;
    return share <= 0 ? 0 : impairment.depthDb * share * share;
  };
}

/** Power in dB at each frequency of a response. */
export const powerDb = (response: Float64Array, at: number): number =>
  10 * Math.log10((response[2 * at] as number) ** 2 + (response[2 * at + 1] as number) ** 2);

/** dB that the level at the modem is lower by. */
export const levelLossDb = (impairments: readonly Impairment[]): number =>
  impairments.reduce((sum, one) => (one.kind === 'loss' ? sum + one.depthDb : sum), 0);
