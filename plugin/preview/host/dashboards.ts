import type { FieldConfigSource } from '@grafana/data';

/** The parts of a provisioned dashboard (Grafana's classic JSON model) that the preview draws. */
export interface Dashboard {
  uid: string;
  title: string;
  description?: string;
  panels: DashboardPanel[];
  time?: { from: string; to: string };
  templating?: { list: DashboardVariable[] };
}

export interface DashboardPanel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  options?: Record<string, unknown>;
  fieldConfig?: FieldConfigSource;
}

export interface DashboardVariable {
  name: string;
  label?: string;
  multi?: boolean;
  includeAll?: boolean;
}

export interface VariableOption {
  value: string;
  text: string;
}

async function post<T>(url: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
  const answer = (await response.json()) as T & { message?: string };
  if (!response.ok) throw new Error(answer.message ?? `HTTP ${response.status}`);
  return answer;
}

export interface PanelAnswer {
  results: { frames: unknown[]; error?: string }[];
}

export interface Asked {
  dashboard: string;
  variables: Record<string, string | string[]>;
  from: string;
  to: string;
}

export const loadDashboards = async (): Promise<Dashboard[]> =>
  (await (await fetch('/api/preview/dashboards')).json()) as Dashboard[];

export const runPanel = (asked: Asked & { panel: number }, signal: AbortSignal): Promise<PanelAnswer> =>
  post('/api/ds/query', asked, signal);

export const runVariable = (asked: Asked & { name: string }): Promise<{ options: VariableOption[] }> =>
  post('/api/preview/variable', asked);
