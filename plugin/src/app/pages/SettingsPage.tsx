import type { AppPluginMeta, PluginConfigPageProps } from '@grafana/data';
import { getBackendSrv } from '@grafana/runtime';
import { Button, Field, FieldSet, Input, SecretInput } from '@grafana/ui';
import { type FormEvent, useState } from 'react';
import type { AppSettings } from '../settings';

export default function SettingsPage({ plugin }: PluginConfigPageProps<AppPluginMeta<AppSettings>>) {
  const { id, enabled, pinned, jsonData, secureJsonFields } = plugin.meta;
  const [apiUrl, setApiUrl] = useState(jsonData?.apiUrl ?? '');
  const [apiKey, setApiKey] = useState('');
  const [hasKey, setHasKey] = useState(Boolean(secureJsonFields?.['apiKey']));
  const [problem, setProblem] = useState<string>();

  async function save(event: FormEvent) {
    // Without this the browser would also send the form by GET, with the token in the address.
    event.preventDefault();
    try {
      await getBackendSrv().post(`/api/plugins/${id}/settings`, {
        enabled: enabled ?? true,
        pinned: pinned ?? true,
        jsonData: { ...jsonData, apiUrl },
        ...(apiKey ? { secureJsonData: { apiKey } } : {}),
      });
      window.location.reload();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'The settings could not be saved.');
    }
  }

  return (
    <form onSubmit={save} autoComplete="off">
      <FieldSet label="Collector">
        <Field label="Address" description="Of the collector, as Grafana's server reaches it">
          <Input
            id="collector-address"
            width={60}
            value={apiUrl}
            placeholder="http://collector:8080"
            onChange={(event) => setApiUrl(event.currentTarget.value)}
          />
        </Field>
        <Field label="Token" description="Kept in Grafana's secret store; the browser never sees it again">
          <SecretInput
            id="collector-token"
            width={60}
            isConfigured={hasKey}
            value={apiKey}
            onReset={() => setHasKey(false)}
            onChange={(event) => setApiKey(event.currentTarget.value)}
          />
        </Field>
        {problem ? <p role="alert">{problem}</p> : null}
        <Button type="submit" disabled={!apiUrl || (!apiKey && !hasKey)}>
          Save
        </Button>
      </FieldSet>
    </form>
  );
}
