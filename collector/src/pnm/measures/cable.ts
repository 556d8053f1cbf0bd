/** Delay and length on a coaxial cable. */

export const LIGHT_SPEED_M_PER_S = 299_792_458;

/** RG-6, RG-11 and hardline; RG-59 has 0.82. */
export const DEFAULT_VELOCITY_FACTOR = 0.87;

/** Cables of one type differ by about this much of their velocity. */
const VELOCITY_TOLERANCE_RATIO = 0.02;

/** A length between two reflecting points with what is not known about it. */
export interface CableLength {
  readonly lengthM: number;
  readonly uncertaintyM: number;
  readonly velocityFactor: number;
}

/** Signals run the length twice: l = VF·c·Δt/2. The uncertainty adds that of the delay and of the cable's velocity. */
export function cableLength(
  delayNs: number,
  delayUncertaintyNs: number,
  velocityFactor: number = DEFAULT_VELOCITY_FACTOR,
): CableLength {
  const metresPerNs = (velocityFactor * LIGHT_SPEED_M_PER_S) / 2e9;
  const lengthM = delayNs * metresPerNs;
  const uncertaintyM = delayUncertaintyNs * metresPerNs + lengthM * VELOCITY_TOLERANCE_RATIO;
  return { lengthM, uncertaintyM, velocityFactor };
}
