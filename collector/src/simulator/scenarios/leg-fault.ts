import type { Impairment } from '../channel.js';
import type { LegRef } from './notch.js';
import type { Scenario } from './scenario.js';

/** A crushed hardline: a reflection from 54 m away that every modem of the leg hears. */
const CRUSHED_CABLE: Impairment = { kind: 'echo', delayNs: 415, levelDb: -17 };
/** A motor near an amplifier: two seconds of ruined codewords in every forty, while the mean MER stays well. */
const ARCING: Impairment = { kind: 'impulses', everySec: 40, lastingSec: 2, uncorrectableRatio: 0.3 };

/** Something that befalls one leg and goes again; `lasting` is what it suffers anyway. */
function legScenario(
  { node, leg }: LegRef,
  lasting: readonly Impairment[],
  fault: { readonly begins: string; readonly ends: string; readonly what: string; readonly impairment: Impairment },
): Scenario {
  const { begins, ends, what, impairment } = fault;
  return {
    begins,
    ends,
    begin({ plant }) {
      plant.impairLeg(node, leg, [...lasting, impairment]);
      const count = plant.modems.filter((modem) => modem.node === node && modem.leg === leg).length;
      return `${what} appeared on the ${count} modems of ${node}, leg ${leg}`;
    },
    end({ plant }) {
      plant.impairLeg(node, leg, lasting);
      return `${what} on ${node}, leg ${leg}, is gone`;
    },
  };
}

/** A reflection in the plant: all modems of the leg show the same echo, downstream and upstream. */
export const echoScenario = (leg: LegRef, lasting: readonly Impairment[] = []): Scenario =>
  legScenario(leg, lasting, {
    begins: 'echo-appears',
    ends: 'echo-gone',
    what: 'an echo of 415 ns',
    impairment: CRUSHED_CABLE,
  });

/** Impulse noise: codewords are lost in bursts although RxMER looks healthy. */
export const codewordScenario = (leg: LegRef, lasting: readonly Impairment[] = []): Scenario =>
  legScenario(leg, lasting, {
    begins: 'codewords-fail',
    ends: 'codewords-recover',
    what: 'bursts of lost codewords',
    impairment: ARCING,
  });
