import { PluginPage } from '@grafana/runtime';
import { Alert, Button, Field, Input, LinkButton, Stack } from '@grafana/ui';
import { type FormEvent, useState } from 'react';
import type { FindHit } from '../../../../collector/src/contract.js';
import { collector } from '../../api/client';
import { pageUrl } from '../../lib/links';
import { Answer } from '../components/Answer';
import { ConfidenceBadge } from '../components/ConfidenceBadge';
import { DataTable } from '../components/DataTable';
import { since } from '../components/time';
import { useQueryState } from '../components/useQueryState';
import { useRequest } from '../components/useRequest';

export default function FindPage() {
  const [{ q }, change] = useQueryState();
  const [text, setText] = useState(q ?? '');
  const request = useRequest(q || undefined, () => collector.find(q ?? ''));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change({ q: text.trim() });
  };
  return (
    <PluginPage subTitle="An address, a MAC in any spelling, a name or a modem: the port it hangs on">
      <form onSubmit={submit} role="search">
        <Stack direction="row" alignItems="flex-end">
          <Field label="Search for" htmlFor="find-text" noMargin>
            <Input
              id="find-text"
              width={50}
              value={text}
              placeholder="10.0.0.5, 00:1d:b3:c5:09:60, 001d.b3c5.0960 or a name"
              onChange={(event) => setText(event.currentTarget.value)}
            />
          </Field>
          <Button type="submit" icon="search" disabled={text.trim() === ''}>
            Find
          </Button>
        </Stack>
      </form>
      {q ? (
        <Answer request={request} what={`where ${q} is`}>
          {({ hits, reason }) => (hits.length === 0 ? <Nothing q={q} reason={reason} /> : <Hits hits={hits} />)}
        </Answer>
      ) : (
        <p>Hosts are found on the access port that they were learned on; modems by their fibre node.</p>
      )}
    </PluginPage>
  );
}

const Nothing = ({ q, reason }: { q: string; reason: string | null }) => (
  <Alert severity="info" title={`Nothing is known of ${q}`}>
    {reason ?? 'No device reported it. It may be silent, or behind a device that is not polled.'}
  </Alert>
);

const Hits = ({ hits }: { hits: readonly FindHit[] }) => (
  <DataTable
    caption={`${hits.length} ${hits.length === 1 ? 'match' : 'matches'}`}
    columns={['What', 'Address', 'Hangs on', 'VLAN', 'How sure', 'Last seen', '']}
    rows={hits.map((hit) => ({
      key: `${hit.kind} ${hit.id}`,
      cells: [
        <span key="title">
          <strong>{hit.title}</strong> ({hit.kind.replace('_', ' ')})
        </span>,
        [...hit.ips, hit.mac].filter(Boolean).join(' · '),
        hit.device ? (
          <strong key="port">
            {hit.device} {hit.ifName ?? 'port not known'}
          </strong>
        ) : (
          'not known'
        ),
        hit.vlans.join(', '),
        hit.confidence === null ? '' : <ConfidenceBadge key="confidence" method={null} confidence={hit.confidence} />,
        hit.lastSeen ? since(hit.lastSeen) : 'never',
        <Stack key="links" direction="row" gap={0.5}>
          {hit.kind === 'modem' && hit.mac ? (
            <LinkButton size="sm" variant="secondary" href={pageUrl('modem', { mac: hit.mac })}>
              Modem
            </LinkButton>
          ) : null}
          <LinkButton size="sm" variant="secondary" href={pageUrl('device', { id: hit.device ?? hit.id })}>
            {hit.device ? 'Its switch' : 'Details'}
          </LinkButton>
          <LinkButton size="sm" variant="secondary" href={pageUrl('path', { from: hit.id })}>
            Path from here
          </LinkButton>
          <LinkButton size="sm" variant="secondary" href={pageUrl('impact', { node: hit.device ?? hit.id })}>
            Impact
          </LinkButton>
        </Stack>,
      ],
    }))}
  />
);
