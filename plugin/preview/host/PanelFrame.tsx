import {
  type DataFrame,
  type DataFrameJSON,
  dataFrameFromJSON,
  dateTime,
  EventBusSrv,
  getPanelOptionsWithDefaults,
  LoadingState,
  type PanelData,
  type PanelPlugin,
  PluginContextProvider,
  type PluginMeta,
  type TimeRange,
  useFieldOverrides,
} from '@grafana/data';
import { ErrorBoundaryAlert, PanelChrome, PanelContextProvider, useTheme2 } from '@grafana/ui';
import { useEffect, useMemo, useState } from 'react';
import { CorePanel } from './CorePanel';
import { type Asked, type DashboardPanel, runPanel } from './dashboards';
import { loadPlugin } from './loader';

const NO_FIELD_CONFIG = { defaults: {}, overrides: [] };

export interface PanelFrameProps {
  panel: DashboardPanel;
  asked: Asked;
  /** Changes with every refresh. */
  tick: number;
  timeRange: TimeRange;
  width: number;
  height: number;
}

/** One panel in its frame, fed by the query of its dashboard, as Grafana would feed it. */
export function PanelFrame({ panel, asked, tick, timeRange, width, height }: PanelFrameProps) {
  const data = usePanelData(panel, asked, tick, timeRange);
  const isOurs = panel.type.startsWith('plantgraph-');
  const plugin = usePlugin(isOurs ? panel.type : undefined);
  return (
    <PanelChrome
      title={panel.title}
      {...(panel.description ? { description: panel.description } : {})}
      width={width}
      height={height}
      loadingState={data.state}
      padding="md"
    >
      {(innerWidth, innerHeight) =>
        isOurs ? (
          plugin && <OwnPanel panel={panel} plugin={plugin} data={data} width={innerWidth} height={innerHeight} />
        ) : (
          <CorePanel panel={panel} data={data} width={innerWidth} height={innerHeight} />
        )
      }
    </PanelChrome>
  );
}

export function usePlugin(id: string | undefined): PanelPlugin | undefined {
  const [plugin, setPlugin] = useState<PanelPlugin>();
  useEffect(() => {
    if (id === undefined) return undefined;
    let isWanted = true;
    void loadPlugin<PanelPlugin>(id).then((loaded) => {
      loaded.meta = { id, name: id, type: 'panel', module: '', baseUrl: '', info: {} } as never;
      if (isWanted) setPlugin(() => loaded);
    });
    return () => {
      isWanted = false;
    };
  }, [id]);
  return plugin;
}

function usePanelData(panel: DashboardPanel, asked: Asked, tick: number, timeRange: TimeRange): PanelData {
  const [series, setSeries] = useState<{ frames: DataFrame[]; error?: string }>();
  const [isLoading, setLoading] = useState(true);
  const key = JSON.stringify(asked);
  useEffect(() => {
    const abort = new AbortController();
    const run = async () => {
      setLoading(true);
      try {
        const { results } = await runPanel({ ...asked, panel: panel.id }, abort.signal);
        const failed = results.find(({ error }) => error !== undefined)?.error;
        const frames = results.flatMap((result) =>
          result.frames.map((frame) => dataFrameFromJSON(frame as DataFrameJSON)),
        );
        setSeries((before) => (failed === undefined ? { frames } : { frames: before?.frames ?? [], error: failed }));
      } catch (error) {
        if (abort.signal.aborted) return;
        setSeries((before) => ({
          frames: before?.frames ?? [],
          error: error instanceof Error ? error.message : String(error),
        }));
      }
      setLoading(false);
    };
    void run();
    return () => abort.abort();
    // The key stands for what is asked.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [panel.id, key, tick]);
  return useMemo<PanelData>(
    () => ({
      state: isLoading ? LoadingState.Loading : series?.error === undefined ? LoadingState.Done : LoadingState.Error,
      series: series?.frames ?? [],
      timeRange,
      ...(series?.error === undefined ? {} : { errors: [{ message: series.error }] }),
    }),
    [isLoading, series, timeRange],
  );
}

interface OwnPanelProps {
  panel: DashboardPanel;
  plugin: PanelPlugin;
  data: PanelData;
  width: number;
  height: number;
}

export function OwnPanel({ panel, plugin, data, width, height }: OwnPanelProps) {
  const theme = useTheme2();
  const { options, fieldConfig } = useMemo(
    () =>
      getPanelOptionsWithDefaults({
        plugin,
        currentOptions: panel.options ?? {},
        currentFieldConfig: panel.fieldConfig ?? NO_FIELD_CONFIG,
        isAfterPluginChange: false,
      }),
    [plugin, panel],
  );
  const [eventBus] = useState(() => new EventBusSrv());
  const shown = useFieldOverrides(plugin, fieldConfig, data, 'browser', theme, (text) => text);
  const Panel = plugin.panel;
  if (!shown || !Panel) return null;
  return (
    <PanelContextProvider value={{ eventsScope: 'preview', eventBus }}>
      <PluginContextProvider meta={plugin.meta as PluginMeta}>
        <ErrorBoundaryAlert dependencies={[data]}>
          <Panel
            id={panel.id}
            data={shown}
            title={panel.title}
            timeRange={data.timeRange ?? { from: dateTime(), to: dateTime(), raw: { from: 'now', to: 'now' } }}
            timeZone="browser"
            options={options}
            fieldConfig={fieldConfig}
            transparent={false}
            width={width}
            height={height}
            renderCounter={0}
            replaceVariables={(text) => text}
            onOptionsChange={() => undefined}
            onFieldConfigChange={() => undefined}
            onChangeTimeRange={() => undefined}
            eventBus={eventBus}
          />
        </ErrorBoundaryAlert>
      </PluginContextProvider>
    </PanelContextProvider>
  );
}
