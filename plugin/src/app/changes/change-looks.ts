import type { IconName } from '@grafana/ui';
import type { Difference } from '../../../../collector/src/contract.js';

/** How a kind of change looks: a word and an icon; the colour repeats them and is told apart without red and green. */
export interface ChangeLook {
  readonly text: string;
  readonly icon: IconName;
  /** Name of a colour of the theme's palette. */
  readonly color: string;
}

export const CHANGE: Readonly<Record<Difference['change'], ChangeLook>> = {
  removed: { text: 'removed', icon: 'minus-circle', color: 'orange' },
  added: { text: 'added', icon: 'plus-circle', color: 'blue' },
  moved: { text: 'moved', icon: 'exchange-alt', color: 'purple' },
  changed: { text: 'changed', icon: 'pen', color: 'text' },
  unknown: { text: 'unknown', icon: 'question-circle', color: 'text' },
};

/** Worst news first. */
export const CHANGE_ORDER = ['removed', 'moved', 'added', 'changed', 'unknown'] as const;
