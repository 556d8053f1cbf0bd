import {
  booleanOverrideProcessor,
  dataLinksOverrideProcessor,
  displayNameOverrideProcessor,
  EventBusSrv,
  FieldConfigProperty,
  type FieldConfigPropertyItem,
  identityOverrideProcessor,
  locationUtil,
  numberOverrideProcessor,
  setTimeZoneResolver,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  stringOverrideProcessor,
  thresholdsOverrideProcessor,
  unitOverrideProcessor,
  valueMappingsOverrideProcessor,
} from '@grafana/data';
import {
  type BackendSrv,
  type BackendSrvRequest,
  config,
  type DataSourceSrv,
  FakeEchoSrv,
  type FetchError,
  type FetchResponse,
  locationService,
  setAppEvents,
  setBackendSrv,
  setChromeHeaderHeightHook,
  setCurrentUser,
  setDataSourceSrv,
  setEchoSrv,
  setLocationSrv,
  setPluginComponentHook,
  setPluginComponentsHook,
  setPluginLinksHook,
  setReturnToPreviousHook,
  setTemplateSrv,
  type TemplateSrv,
} from '@grafana/runtime';
import { setPanelDataErrorView } from 'grafana-runtime-panel-data-error-view';
import { setPanelRenderer } from 'grafana-runtime-panel-renderer';
import { setPluginPage } from 'grafana-runtime-plugin-page';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { PluginPageView } from './PluginPageView';
import { RenderedPanel } from './RenderedPanel';

async function request<T>(options: BackendSrvRequest): Promise<FetchResponse<T>> {
  const url = new URL(options.url, window.location.origin);
  for (const [name, value] of Object.entries(options.params ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const response = await fetch(url, {
    method: options.method ?? 'GET',
    headers: {
      accept: 'application/json',
      ...(options.data === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.data === undefined ? {} : { body: JSON.stringify(options.data) }),
    ...(options.abortSignal ? { signal: options.abortSignal } : {}),
  });
  const text = await response.text();
  let data: unknown = text;
  try {
    data = text === '' ? undefined : JSON.parse(text);
  } catch {
    // Some other text than JSON: handed over as it is.
  }
  const { status, statusText, headers, redirected, type } = response;
  if (!response.ok) {
    const failure: FetchError = { status, statusText, data, config: options };
    throw failure;
  }
  return {
    status,
    statusText,
    headers,
    redirected,
    type,
    ok: true,
    url: response.url,
    data: data as T,
    config: options,
  };
}

const send = (options: BackendSrvRequest) => lastValueFrom(from(request(options))).then(({ data }) => data);

const backendSrv = {
  fetch: <T,>(options: BackendSrvRequest): Observable<FetchResponse<T>> => from(request<T>(options)),
  request: send,
  get: (url: string, params?: Record<string, unknown>) => send({ url, ...(params ? { params } : {}) }),
  post: (url: string, data?: unknown) => send({ url, method: 'POST', data }),
  put: (url: string, data?: unknown) => send({ url, method: 'PUT', data }),
  patch: (url: string, data?: unknown) => send({ url, method: 'PATCH', data }),
  delete: (url: string, data?: unknown) => send({ url, method: 'DELETE', data }),
};

const templateSrv: TemplateSrv = {
  getVariables: () => [],
  replace: (text) => text ?? '',
  containsTemplate: () => false,
  updateTimeRange: () => undefined,
};

/** Editors are not shown here, but options cannot be registered without a name for each. */
const EDITORS = [
  'number',
  'slider',
  'text',
  'boolean',
  'select',
  'radio',
  'multi-select',
  'color',
  'fieldColor',
  'unit',
  'field-name',
  'strings',
  'links',
  'actions',
  'mappings',
  'thresholds',
  'timezone',
  'stats-picker',
  'dashboard-uid',
  'cell-type',
];

const PROCESSORS: Record<FieldConfigProperty, FieldConfigPropertyItem['process']> = {
  [FieldConfigProperty.Unit]: unitOverrideProcessor,
  [FieldConfigProperty.Min]: numberOverrideProcessor,
  [FieldConfigProperty.Max]: numberOverrideProcessor,
  [FieldConfigProperty.FieldMinMax]: booleanOverrideProcessor,
  [FieldConfigProperty.Decimals]: numberOverrideProcessor,
  [FieldConfigProperty.DisplayName]: displayNameOverrideProcessor,
  [FieldConfigProperty.NoValue]: stringOverrideProcessor,
  [FieldConfigProperty.Thresholds]: thresholdsOverrideProcessor,
  [FieldConfigProperty.Mappings]: valueMappingsOverrideProcessor,
  [FieldConfigProperty.Links]: dataLinksOverrideProcessor,
  [FieldConfigProperty.Actions]: identityOverrideProcessor,
  [FieldConfigProperty.Color]: identityOverrideProcessor,
  [FieldConfigProperty.Filterable]: booleanOverrideProcessor,
};

const NoEditor = () => null;

/** Everything that Grafana's own start sets before a plugin runs. */
export function installServices(): void {
  setTimeZoneResolver(() => 'browser');
  locationUtil.initialize({
    // The class lacks three settings of its own interface.
    config: config as unknown as Parameters<typeof locationUtil.initialize>[0]['config'],
    getVariablesUrlParams: () => ({}),
    getTimeRangeForUrl: () => ({ from: 'now-6h', to: 'now' }),
  });
  setBackendSrv(backendSrv as unknown as BackendSrv);
  setTemplateSrv(templateSrv);
  setDataSourceSrv({
    getList: () => [],
    getInstanceSettings: () => undefined,
    get: () => Promise.reject(new Error('The preview has no data sources')),
  } as unknown as DataSourceSrv);
  setLocationSrv(locationService);
  setEchoSrv(new FakeEchoSrv());
  setAppEvents(new EventBusSrv());
  setCurrentUser(config.bootData.user);
  setPluginLinksHook(() => ({ links: [], isLoading: false }));
  setPluginComponentHook(() => ({ component: null, isLoading: false }));
  setPluginComponentsHook(() => ({ components: [], isLoading: false }));
  setReturnToPreviousHook(() => () => undefined);
  setChromeHeaderHeightHook(() => 40);
  setPluginPage(PluginPageView);
  setPanelRenderer(RenderedPanel);
  setPanelDataErrorView(({ message }) => (
    <div
      role="alert"
      style={{ display: 'grid', placeItems: 'center', height: '100%', textAlign: 'center', padding: 16 }}
    >
      {message ?? 'There is no data.'}
    </div>
  ));
  standardEditorsRegistry.setInit(() => EDITORS.map((id) => ({ id, name: id, editor: NoEditor })));
  standardFieldConfigEditorRegistry.setInit(() =>
    Object.entries(PROCESSORS).map(([id, process]): FieldConfigPropertyItem => ({
      id,
      path: id,
      name: id,
      editor: NoEditor,
      override: NoEditor,
      process,
      shouldApply: () => true,
    })),
  );
}
