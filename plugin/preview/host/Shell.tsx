import { css, cx } from '@emotion/css';
import { createTheme, type GrafanaTheme2, ThemeContext } from '@grafana/data';
import { config, locationService, LocationServiceProvider } from '@grafana/runtime';
import { Button, GlobalStyles, PortalContainer, useStyles2 } from '@grafana/ui';
import { type MouseEvent, type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { Navigate, Route, Router, Routes, useLocation } from 'react-router';
import { AppPage } from './AppPage';
import { DashboardPage } from './DashboardPage';
import { type Dashboard, loadDashboards } from './dashboards';
import { APP_ID, PAGES, SETTINGS_PATH } from './pages';

const history = locationService.getHistory();

type Mode = 'dark' | 'light';

function initialMode(): Mode {
  const asked =
    new URLSearchParams(window.location.search).get('theme') ?? window.localStorage.getItem('plantgraph.theme');
  return asked === 'light' ? 'light' : 'dark';
}

export function Shell() {
  const [mode, setMode] = useState<Mode>(initialMode);
  const [theme, setTheme] = useState(() => themeOf(mode));
  const location = useSyncExternalStore(
    (onChange) => history.listen(onChange),
    () => history.location,
  );
  const [dashboards, setDashboards] = useState<Dashboard[]>();
  useEffect(() => {
    void loadDashboards().then(setDashboards, () => setDashboards([]));
  }, []);
  const toggle = () => {
    const next = mode === 'dark' ? 'light' : 'dark';
    window.localStorage.setItem('plantgraph.theme', next);
    setMode(next);
    setTheme(themeOf(next));
  };
  return (
    <ThemeContext.Provider value={theme}>
      <GlobalStyles />
      <LocationServiceProvider service={locationService}>
        <Router location={location} navigator={history as never}>
          <Frame mode={mode} onToggle={toggle} dashboards={dashboards}>
            <Routes>
              <Route path={`/a/${APP_ID}/*`} element={<AppPage />} />
              <Route path={SETTINGS_PATH} element={<AppPage config />} />
              <Route path="/d/:uid/*" element={<DashboardPage dashboards={dashboards} />} />
              <Route path="/panels" element={<DashboardPage dashboards={dashboards} />} />
              <Route path="*" element={<Navigate to={`/a/${APP_ID}/topology`} replace />} />
            </Routes>
          </Frame>
          <PortalContainer />
        </Router>
      </LocationServiceProvider>
    </ThemeContext.Provider>
  );
}

function themeOf(mode: Mode): GrafanaTheme2 {
  const theme = createTheme({ colors: { mode } });
  // Parts of Grafana's library read the theme from here and not from the context.
  config.theme2 = theme;
  config.bootData.user.lightTheme = mode === 'light';
  document.documentElement.style.colorScheme = mode;
  return theme;
}

/** Plain links within the page do not reload it. */
function followLink(event: MouseEvent<HTMLDivElement>): void {
  const link = (event.target as Element).closest('a');
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.defaultPrevented;
  const href = link?.getAttribute('href');
  if (!isPlain || !href?.startsWith('/') || link?.target === '_blank' || href.startsWith('/public/')) return;
  event.preventDefault();
  locationService.push(href);
}

interface FrameProps {
  mode: Mode;
  onToggle: () => void;
  dashboards: readonly Dashboard[] | undefined;
  children: ReactNode;
}

function Frame({ mode, onToggle, dashboards = [], children }: FrameProps) {
  const styles = useStyles2(getStyles);
  const { pathname } = useLocation();
  const link = (path: string, title: string) => (
    <a
      key={path}
      href={path}
      className={cx(styles.link, pathname === path && styles.current)}
      aria-current={pathname === path ? 'page' : undefined}
    >
      {title}
    </a>
  );
  return (
    <div className={styles.shell} onClick={followLink}>
      <header className={styles.header}>
        <img src={`/public/plugins/${APP_ID}/img/logo.svg`} alt="" width="24" height="24" />
        <strong>Plantgraph</strong>
        <nav aria-label="Pages" className={styles.nav}>
          {PAGES.map(({ path, title }) => link(path, title))}
          <span className={styles.divider} aria-hidden="true" />
          {dashboards.map(({ uid, title }) => link(`/d/${uid}`, title.replace(/^Plantgraph: /, 'Panels: ')))}
          <span className={styles.divider} aria-hidden="true" />
          {link(SETTINGS_PATH, 'Settings')}
        </nav>
        <Button
          size="sm"
          variant="secondary"
          fill="text"
          icon={mode === 'dark' ? 'eye' : 'eye-slash'}
          onClick={onToggle}
        >
          {mode === 'dark' ? 'Light' : 'Dark'}
        </Button>
      </header>
      <main className={styles.main}>{children}</main>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  shell: css({
    display: 'flex',
    flexDirection: 'column',
    minHeight: '100vh',
    background: theme.colors.background.canvas ?? '',
  }),
  header: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    minHeight: 40,
    padding: theme.spacing(0, 2),
    background: theme.colors.background.primary,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    position: 'sticky',
    top: 0,
    zIndex: 10,
  }),
  nav: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(0.5),
    marginLeft: theme.spacing(2),
    flex: 1,
  }),
  link: css({
    padding: theme.spacing(0.75, 1.25),
    borderRadius: theme.shape.radius.default,
    color: theme.colors.text.primary,
  }),
  current: css({ background: theme.colors.action.selected, fontWeight: theme.typography.fontWeightMedium }),
  divider: css({ width: 1, height: 18, margin: theme.spacing(0, 1), background: theme.colors.border.medium }),
  main: css({ flex: 1, display: 'flex', flexDirection: 'column', minWidth: 0 }),
});
