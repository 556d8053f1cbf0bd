import type { Impairment } from '../channel.js';
import type { Scenario } from './scenario.js';

/** A leg of the coaxial plant that suffers. */
export interface LegRef {
  readonly node: string;
  readonly leg: string;
}

/** Deep and wide enough to pull the 2nd percentile of the channel under what 1024-QAM needs (34 dB). */
const WATER_IN_TAP: Impairment = { kind: 'notch', centreHz: 712e6, widthHz: 14e6, depthDb: 18 };

/** Water in a tap: every modem of the leg has the same notch, those of the other legs have none. */
export function notchScenario({ node, leg }: LegRef, lasting: readonly Impairment[] = []): Scenario {
  return {
    begins: 'notch-appears',
    ends: 'notch-gone',
    begin({ plant }) {
      plant.impairLeg(node, leg, [...lasting, WATER_IN_TAP]);
      const count = plant.modems.filter((modem) => modem.node === node && modem.leg === leg).length;
      return `a notch at 712 MHz appeared on the ${count} modems of ${node}, leg ${leg}`;
    },
    end({ plant }) {
      plant.impairLeg(node, leg, lasting);
      return `the notch on ${node}, leg ${leg}, is gone`;
    },
  };
}
