import { AppPlugin, type PluginConfigPageProps, type AppPluginMeta } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import { lazy, Suspense } from 'react';
import type { AppSettings } from './app/settings';

const LazyApp = lazy(() => import('./app/App'));
const LazySettings = lazy(() => import('./app/pages/SettingsPage'));

const App = () => (
  <Suspense fallback={<LoadingPlaceholder text="Opening Plantgraph" />}>
    <LazyApp />
  </Suspense>
);

const Settings = (props: PluginConfigPageProps<AppPluginMeta<AppSettings>>) => (
  <Suspense fallback={<LoadingPlaceholder text="Opening the settings" />}>
    <LazySettings {...props} />
  </Suspense>
);

export const plugin = new AppPlugin<AppSettings>()
  .setRootPage(App)
  .addConfigPage({ title: 'Configuration', icon: 'cog', id: 'configuration', body: Settings });
