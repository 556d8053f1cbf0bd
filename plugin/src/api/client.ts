import { getBackendSrv, isFetchError } from '@grafana/runtime';
import { lastValueFrom } from 'rxjs';
import type {
  ChurnAnswer,
  ChurnQuery,
  DeviceAnswer,
  DiffAnswer,
  DiffQuery,
  ExplainAnswer,
  ExplainQuery,
  FlapsAnswer,
  FlapsQuery,
  CaptureRequest,
  DevicesAnswer,
  EdgesAnswer,
  EdgesQuery,
  EventsAnswer,
  EventsQuery,
  FindAnswer,
  ImpactAnswer,
  ImpactQuery,
  InterfaceAnswer,
  InterfaceQuery,
  MeasurementData,
  MeasurementsAnswer,
  MeasurementsQuery,
  ModemsAnswer,
  ModemsQuery,
  NodesAnswer,
  NodesQuery,
  Operation,
  PathAnswer,
  PathQuery,
  SitesAnswer,
} from '../../../collector/src/contract.js';
import { APP_ID } from '../lib/links.js';

/** The one place that knows how the collector is reached: through Grafana's plugin proxy, which adds the token. */
const COLLECTOR = `/api/plugin-proxy/${APP_ID}/collector/api/v1`;

/** The collector, or the proxy before it, said no. `message` is for people and says what to do where that is known. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

type Query = Record<string, string | number | undefined>;

/** RFC 9457 problem details, as far as they are shown. */
interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  message?: string;
}

const HINTS: Record<number, string> = {
  401: 'The collector refused the token: enter it again on the configuration page of Plantgraph.',
  403: 'You may not do this: it needs a right that your role in Grafana does not have.',
  502: 'The collector did not answer: is it running, and is its address on the configuration page right?',
  503: 'The collector is not ready yet.',
  504: 'The collector did not answer in time.',
};

function toApiError(error: unknown): unknown {
  if (!isFetchError<Problem>(error)) return error;
  const { status, data } = error;
  const said = data?.detail ?? data?.title ?? data?.message ?? error.statusText ?? `HTTP ${status}`;
  const hint = HINTS[status];
  return new ApiError(status, data?.code ?? `HTTP_${status}`, hint ? `${hint} (${said})` : said);
}

interface Call {
  method?: 'GET' | 'POST' | 'DELETE';
  query?: Query;
  body?: unknown;
}

async function call<T>(path: string, { method = 'GET', query = {}, body }: Call = {}): Promise<T> {
  const params = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined && value !== ''));
  try {
    const response = await lastValueFrom(
      getBackendSrv().fetch<T>({
        url: `${COLLECTOR}${path}`,
        method,
        params,
        ...(body === undefined ? {} : { data: body }),
        showErrorAlert: false,
        showSuccessAlert: false,
      }),
    );
    return response.data;
  } catch (error) {
    throw toApiError(error);
  }
}

const segment = encodeURIComponent;

export const collector = {
  nodes: (query: NodesQuery = {}) => call<NodesAnswer>('/topology/nodes', { query }),
  edges: (query: Partial<EdgesQuery> = {}) => call<EdgesAnswer>('/topology/edges', { query }),
  path: (query: Omit<PathQuery, 'layer'> & { layer?: 2 | 3 }) => call<PathAnswer>('/topology/path', { query }),
  impact: (query: ImpactQuery) => call<ImpactAnswer>('/topology/impact', { query }),
  interface: (query: InterfaceQuery) => call<InterfaceAnswer>('/topology/interface', { query }),
  find: (q: string) => call<FindAnswer>('/topology/find', { query: { q } }),
  events: (query: Partial<EventsQuery> = {}) => call<EventsAnswer>('/topology/events', { query }),
  diff: (query: Omit<DiffQuery, 'limit'> & { limit?: number }) => call<DiffAnswer>('/topology/diff', { query }),
  churn: (query: Partial<ChurnQuery> = {}) => call<ChurnAnswer>('/topology/churn', { query }),
  flaps: (query: Partial<FlapsQuery> = {}) => call<FlapsAnswer>('/topology/flaps', { query }),
  explain: (query: Omit<ExplainQuery, 'minConfidence'>) => call<ExplainAnswer>('/topology/explain', { query }),
  device: (id: string) => call<DeviceAnswer>('/topology/device', { query: { id } }),
  devices: () => call<DevicesAnswer>('/devices'),
  sites: () => call<SitesAnswer>('/sites'),
  modems: (query: ModemsQuery = {}) => call<ModemsAnswer>('/modems', { query }),
  startCapture: (request: CaptureRequest) => call<Operation>('/captures', { method: 'POST', body: request }),
  operation: (id: string) => call<Operation>(`/captures/${segment(id)}`),
  cancelCapture: (id: string) => call<Operation>(`/captures/${segment(id)}`, { method: 'DELETE' }),
  measurements: (query: Partial<MeasurementsQuery> = {}) => call<MeasurementsAnswer>('/measurements', { query }),
  measurement: (id: string) => call<MeasurementData>(`/measurements/${segment(id)}`),
};
