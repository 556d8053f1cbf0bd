import {
  type AppPlugin,
  type AppPluginMeta,
  type KeyValue,
  PluginContextProvider,
  type PluginMeta,
} from '@grafana/data';
import { ErrorBoundaryAlert, LoadingPlaceholder } from '@grafana/ui';
import { useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import { loadPlugin } from './loader';
import { APP_ID } from './pages';

interface Loaded {
  plugin: AppPlugin<KeyValue>;
  meta: AppPluginMeta<KeyValue>;
}

function useApp(): Loaded | Error | undefined {
  const [app, setApp] = useState<Loaded | Error>();
  useEffect(() => {
    let isWanted = true;
    Promise.all([
      loadPlugin<AppPlugin<KeyValue>>(APP_ID),
      fetch(`/api/plugins/${APP_ID}/settings`).then((response) => response.json() as Promise<AppPluginMeta<KeyValue>>),
    ]).then(
      ([plugin, meta]) => {
        plugin.meta = meta;
        if (isWanted) setApp({ plugin, meta });
      },
      (error: unknown) => isWanted && setApp(error instanceof Error ? error : new Error(String(error))),
    );
    return () => {
      isWanted = false;
    };
  }, []);
  return app;
}

/** The root page of the app, or with `config` its configuration page. */
export function AppPage({ config = false }: { config?: boolean }) {
  const app = useApp();
  const { pathname, search } = useLocation();
  if (!app) return <LoadingPlaceholder text="Loading the plugin" />;
  if (app instanceof Error) return <p role="alert">The plugin could not be loaded: {app.message}</p>;
  const query = Object.fromEntries(new URLSearchParams(search));
  const { plugin, meta } = app;
  const Root = plugin.root;
  const Body = plugin.configPages?.[0]?.body;
  return (
    <PluginContextProvider meta={meta as PluginMeta}>
      <ErrorBoundaryAlert>
        {config
          ? Body && (
              <div style={{ padding: 24 }}>
                <h1>Plantgraph: configuration</h1>
                <Body plugin={plugin} query={query} />
              </div>
            )
          : Root && (
              <Root
                meta={meta}
                basename={`/a/${APP_ID}`}
                path={pathname}
                query={query}
                onNavChanged={() => undefined}
              />
            )}
      </ErrorBoundaryAlert>
    </PluginContextProvider>
  );
}
