import type { IconName } from '@grafana/ui';
import type { ExplainAnswer, SourceStatement, TopologyNode } from '../../../../collector/src/contract.js';

type BadgeColor = 'green' | 'orange' | 'red' | 'blue' | 'darkgrey' | 'purple';

/** How a state looks: a word and an icon, and a colour that repeats them. */
export interface Look {
  readonly text: string;
  readonly icon: IconName;
  readonly color: BadgeColor;
}

export const NODE_STATUS: Readonly<Record<TopologyNode['status'], Look>> = {
  up: { text: 'up', icon: 'check-circle', color: 'green' },
  down: { text: 'down', icon: 'times-circle', color: 'red' },
  unknown: { text: 'unknown', icon: 'question-circle', color: 'darkgrey' },
};

export const SOURCE_STATE: Readonly<Record<SourceStatement['state'], Look>> = {
  read: { text: 'read', icon: 'check-circle', color: 'green' },
  empty: { text: 'has none', icon: 'circle', color: 'blue' },
  outdated: { text: 'unknown since', icon: 'exclamation-triangle', color: 'orange' },
  unread: { text: 'unknown: not read', icon: 'question-circle', color: 'orange' },
  'not-asked': { text: 'not asked yet', icon: 'clock-nine', color: 'darkgrey' },
};

type Verdict = ExplainAnswer['verdict']['code'];

export const VERDICT: Readonly<Record<Verdict, Look>> = {
  link: { text: 'Linked', icon: 'check-circle', color: 'green' },
  placed: { text: 'Linked', icon: 'check-circle', color: 'green' },
  'link-one-sided': { text: 'Linked, seen by one side', icon: 'check', color: 'blue' },
  'link-contradicted': { text: 'The ends contradict each other', icon: 'exclamation-triangle', color: 'orange' },
  'link-filtered': { text: 'Linked, but hidden', icon: 'eye-slash', color: 'orange' },
  'link-unconfirmed': { text: 'Not confirmed now', icon: 'question-circle', color: 'orange' },
  segment: { text: 'One shared medium', icon: 'share-alt', color: 'blue' },
  'same-device': { text: 'One device', icon: 'link', color: 'blue' },
  contradicted: { text: 'The ends contradict each other', icon: 'exclamation-triangle', color: 'orange' },
  unknown: { text: 'Unknown', icon: 'question-circle', color: 'orange' },
  through: { text: 'No direct link', icon: 'minus-circle', color: 'blue' },
  'no-evidence': { text: 'No evidence', icon: 'minus-circle', color: 'blue' },
};

/** `10 Gbit/s`; the unit that leaves the shortest number. */
export function speedText(bps: number | null): string {
  if (bps === null || bps <= 0) return '';
  const [unit, scale] = bps >= 1e9 ? ['Gbit/s', 1e9] : bps >= 1e6 ? ['Mbit/s', 1e6] : ['kbit/s', 1e3];
  const value = bps / (scale as number);
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${unit as string}`;
}
