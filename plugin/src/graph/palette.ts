import type { GrafanaTheme2 } from '@grafana/data';
import { colorsOf } from '../lib/theme';
import { DEFAULT_STEPS, type ThresholdStep } from './confidence';
import type { Band } from './model';

/** Every colour of the map, from the theme and the thresholds of the confidence column. */
export interface Palette {
  background: string;
  surface: string;
  border: string;
  text: string;
  textWeak: string;
  up: string;
  down: string;
  unknown: string;
  focus: string;
  bands: Record<Band, string>;
  isLight: boolean;
  fontFamily: string;
}

/** On a light ground the plain yellow and green are too pale for a thin line. */
const ON_LIGHT: Record<string, string> = {
  green: 'semi-dark-green',
  yellow: 'dark-yellow',
  red: 'semi-dark-red',
  orange: 'semi-dark-orange',
};

export function paletteOf(theme: GrafanaTheme2, steps: readonly ThresholdStep[] = DEFAULT_STEPS): Palette {
  const colors = colorsOf(theme);
  const named = (color: string): string =>
    theme.visualization.getColorByName(theme.isLight ? (ON_LIGHT[color] ?? color) : color);
  const first = steps[0]?.color ?? 'red';
  const last = steps.at(-1)?.color ?? 'green';
  const middle = steps.at(Math.ceil((steps.length - 1) / 2))?.color ?? 'yellow';
  return {
    background: colors.background.primary,
    surface: colors.background.secondary,
    border: colors.border.medium,
    text: colors.text.primary,
    textWeak: colors.text.secondary,
    up: named('green'),
    down: named('red'),
    unknown: colors.text.secondary,
    focus: colors.primary.text,
    bands: { high: named(last), medium: named(middle), low: named(first), unrated: colors.text.secondary },
    isLight: theme.isLight,
    fontFamily: theme.typography.fontFamily,
  };
}
