import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import type { IdentityEvidence } from '../../../../collector/src/contract.js';
import { NodeLink } from '../components/NodeLink';
import { colorsOf } from '../../lib/theme';

interface Props {
  id: string;
  title: string;
  identity: readonly IdentityEvidence[];
}

/** Why everything that was said is taken for one node: its own keys, then who names it and by which of them. */
export function DeviceIdentity({ id, title, identity }: Props) {
  const styles = useStyles2(stylesOf);
  const own = identity.filter(({ by, key }) => by === id || key === 'second entry');
  const others = identity.filter((one) => !own.includes(one));
  return (
    <section aria-label="Why it is taken for one node">
      <h3 className={styles.title}>Who it is</h3>
      {own.length > 0 ? (
        <dl className={styles.keys}>
          {own.map(({ key, value, text, table }, index) => (
            <div key={index} title={table}>
              <dt>{text}</dt>
              <dd>{key === 'second entry' ? <NodeLink id={value} /> : value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {others.length > 0 ? (
        <ul className={styles.list} aria-label={`Who else names ${title}`}>
          {grouped(others).map(({ by, table, value, text, agrees }) => (
            <li key={`${by} ${table} ${text}`}>
              <Icon
                name={agrees ? 'check-circle' : 'exclamation-triangle'}
                className={agrees ? styles.agrees : styles.differs}
                title={agrees ? 'joined with it' : 'speaks against it'}
              />
              <span>
                <strong>{by}</strong> names {value}
                <span className={styles.small}>
                  {text} · {table}
                </span>
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p className={styles.weak}>No other device names it.</p>
      )}
    </section>
  );
}

/** A device that names it alike on several ports says so once. */
function grouped(evidence: readonly IdentityEvidence[]): IdentityEvidence[] {
  const groups = new Map<string, IdentityEvidence>();
  for (const one of evidence) {
    const key = `${one.by} ${one.table} ${one.text}`;
    const before = groups.get(key);
    const port = one.value.split(' on ').at(-1) ?? one.value;
    groups.set(key, before ? { ...before, value: `${before.value}, ${port}` } : one);
  }
  return [...groups.values()];
}

const stylesOf = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    title: css({ margin: theme.spacing(0, 0, 1), fontSize: theme.typography.h4.fontSize }),
    weak: css({ color: colors.text.secondary }),
    small: css({ display: 'block', color: colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
    keys: css({
      margin: theme.spacing(0, 0, 1.5),
      '& > div': {
        display: 'grid',
        gridTemplateColumns: '132px 1fr',
        gap: theme.spacing(1),
        padding: theme.spacing(0.25, 0),
      },
      '& dt': { color: colors.text.secondary, fontWeight: 'normal' },
      '& dd': { margin: 0, overflowWrap: 'anywhere' },
    }),
    list: css({
      listStyle: 'none',
      '& li': { display: 'flex', gap: theme.spacing(1), padding: theme.spacing(0.5, 0), overflowWrap: 'anywhere' },
    }),
    agrees: css({ flexShrink: 0, marginTop: 3, color: colors.success.text }),
    differs: css({ flexShrink: 0, marginTop: 3, color: colors.warning.text }),
  };
};
