import type { GrafanaTheme2 } from '@grafana/data';

type Settled<T> = T extends (...given: never[]) => unknown
  ? T
  : { [K in keyof T]-?: Settled<Exclude<T[K], undefined>> };

/**
 * The theme's colours as they are at run time: all there. Their declaration comes from a schema whose every key is
 * optional, and `exactOptionalPropertyTypes` keeps the `undefined` that Grafana's own compiler drops.
 */
export const colorsOf = (theme: GrafanaTheme2): Settled<GrafanaTheme2['colors']> =>
  theme.colors as Settled<GrafanaTheme2['colors']>;
