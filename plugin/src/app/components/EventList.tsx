import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import type { EdgeEvent } from '../../../../collector/src/contract.js';
import { CHANGE } from '../changes/change-looks';
import { since } from './time';
import { colorsOf } from '../../lib/theme';

/** What happened, newest first: icon, word and sentence. */
export function EventList({ events, empty }: { events: readonly EdgeEvent[]; empty: string }) {
  const styles = useStyles2(stylesOf);
  if (events.length === 0) return <p className={styles.weak}>{empty}</p>;
  return (
    <ul className={styles.list}>
      {events.map(({ id, at, change, detail }) => (
        <li key={id}>
          <Icon name={CHANGE[change].icon} className={styles.icon} title={CHANGE[change].text} />
          <span>
            {detail}
            <span className={styles.small} title={dateTimeFormat(at)}>
              {CHANGE[change].text} {since(at)}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}

const stylesOf = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    weak: css({ color: colors.text.secondary }),
    list: css({
      listStyle: 'none',
      '& li': { display: 'flex', gap: theme.spacing(1), padding: theme.spacing(0.5, 0), overflowWrap: 'anywhere' },
    }),
    icon: css({ flexShrink: 0, marginTop: 3, color: colors.text.secondary }),
    small: css({ display: 'block', color: colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  };
};
