import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import type { PluginPageProps } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import { useLocation } from 'react-router';
import { PAGES } from './pages';

/** The frame that Grafana draws around a page: its title, a sentence, its actions. */
export function PluginPageView({ children, pageNav, subTitle, actions, info, renderTitle }: PluginPageProps) {
  const styles = useStyles2(getStyles);
  const { pathname } = useLocation();
  const title = pageNav?.text ?? PAGES.find(({ path }) => path === pathname)?.title ?? 'Plantgraph';
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        {renderTitle ? renderTitle(title) : <h1 className={styles.title}>{title}</h1>}
        {info?.map(({ label, value }) => (
          <span key={label}>
            {label}: {value}
          </span>
        ))}
        {actions ? <div className={styles.actions}>{actions}</div> : null}
      </header>
      {subTitle ? <div className={styles.subTitle}>{subTitle}</div> : null}
      {children}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(2, 3), display: 'flex', flexDirection: 'column', flex: 1 }),
  header: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(2) }),
  title: css({ margin: 0, fontSize: theme.typography.h3.fontSize }),
  actions: css({ marginLeft: 'auto' }),
  subTitle: css({ opacity: 0.85, marginBottom: theme.spacing(2) }),
});
