import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { Alert, LinkButton, Stack, useStyles2 } from '@grafana/ui';
import type { DeviceAnswer } from '../../../../collector/src/contract.js';
import { collector } from '../../api/client';
import { pageUrl } from '../../lib/links';
import { testIds } from '../../lib/testIds';
import { Answer } from '../components/Answer';
import { EventList } from '../components/EventList';
import { LookBadge } from '../components/LookBadge';
import { NodePicker } from '../components/NodePicker';
import { age, since } from '../components/time';
import { useQueryState } from '../components/useQueryState';
import { useRequest } from '../components/useRequest';
import { NODE_STATUS } from '../components/words';
import { DeviceIdentity } from '../device/DeviceIdentity';
import { DevicePorts } from '../device/DevicePorts';
import { DeviceTables, type TableFilter } from '../device/DeviceTables';
import type { PortFilter } from '../device/ports';
import { WhyNoLink } from '../device/WhyNoLink';
import { colorsOf } from '../../lib/theme';

const REFRESH_MS = 15_000;

const oneOf = <T extends string>(words: readonly T[], text: string | undefined): T =>
  words.find((word) => word === text) ?? (words[0] as T);

/** One node: what it is, what hangs on it, how it was read, and why there is no link where one is missed. */
export default function DevicePage() {
  const [{ id, to, ports, tables }, change] = useQueryState();
  const request = useRequest(id || undefined, () => collector.device(id ?? ''), REFRESH_MS);
  const title = request.answer?.node.title;
  return (
    <PluginPage
      {...(title ? { pageNav: { text: title } } : {})}
      subTitle="What it is, what hangs on it, how it was read, and why a link is missing"
    >
      <NodePicker id="device-id" label="Device" value={id} onChange={(value) => change({ id: value, to: undefined })} />
      {id ? (
        <Answer request={request} what={id}>
          {(device) => (
            <Device
              device={device}
              to={to}
              ports={oneOf<PortFilter>(['used', 'up', 'all'], ports)}
              tables={oneOf<TableFilter>(['rows', 'unknown', 'all'], tables)}
              onChange={change}
            />
          )}
        </Answer>
      ) : (
        <p style={{ marginTop: 16 }}>
          Choose a device, or come here from a node of the topology, a hop of a path or a match of the search.
        </p>
      )}
    </PluginPage>
  );
}

interface Props {
  device: DeviceAnswer;
  to: string | undefined;
  ports: PortFilter;
  tables: TableFilter;
  onChange: (fields: Record<string, string | undefined>) => void;
}

function Device({ device, to, ports, tables, onChange }: Props) {
  const styles = useStyles2(stylesOf);
  const { node, identity, warnings, events } = device;
  return (
    <div data-testid={testIds.device.page}>
      <Head device={device} />
      {warnings.map(({ kind, text }) => (
        <Alert key={`${kind} ${text}`} severity="warning" title={kind.replaceAll('-', ' ')}>
          {text}
        </Alert>
      ))}
      <WhyNoLink id={node.id} title={node.title} to={to} onChange={(value) => onChange({ to: value })} />
      <div className={styles.columns}>
        <div className={styles.wide}>
          <DevicePorts device={device} filter={ports} onFilter={(value) => onChange({ ports: value })} />
          <div className={styles.gap}>
            <DeviceTables tables={device.tables} filter={tables} onFilter={(value) => onChange({ tables: value })} />
          </div>
        </div>
        <aside className={styles.narrow}>
          <section aria-label="What changed">
            <div className={styles.row}>
              <h3 className={styles.title}>What changed</h3>
              <LinkButton
                size="sm"
                variant="secondary"
                fill="text"
                href={pageUrl('changes', { ...(node.site ? { site: node.site } : {}) })}
              >
                All changes
              </LinkButton>
            </div>
            <EventList
              events={events.slice(0, 12)}
              empty="None of its links has appeared, gone or moved since it was first seen."
            />
          </section>
          <div className={styles.gap}>
            <DeviceIdentity id={node.id} title={node.title} identity={identity} />
          </div>
        </aside>
      </div>
    </div>
  );
}

function Head({ device: { node, polled, sysDescr, model, serial, uptimeMs, tables } }: { device: DeviceAnswer }) {
  const styles = useStyles2(stylesOf);
  const isModem = node.kind === 'modem';
  const unread = tables.filter(({ state }) => state === 'outdated' || state === 'unread');
  const facts: (readonly [string, string | null])[] = [
    ['Address', node.address],
    ['Site', node.site],
    ['Model', [model, serial].filter(Boolean).join(', ') || null],
    ['Up since', uptimeMs === null ? null : `${age(uptimeMs / 1000)} ago`],
    ['Last answer', node.lastSeen ? `${since(node.lastSeen)} (${dateTimeFormat(node.lastSeen)})` : 'never'],
    ['Software', sysDescr],
  ];
  return (
    <header className={styles.head}>
      <Stack direction="row" alignItems="center" wrap="wrap" gap={1.5}>
        <span className={styles.kind}>{[node.role, node.kind.replace('_', ' ')].filter(Boolean).join(' ')}</span>
        <LookBadge look={NODE_STATUS[node.status]} />
        {polled || node.kind !== 'device' ? null : <LookBadge look={NODE_STATUS.unknown} text="never answered" />}
        <div className={styles.actions}>
          <LinkButton size="sm" variant="secondary" icon="bolt" href={pageUrl('impact', { node: node.id })}>
            Impact
          </LinkButton>
          <LinkButton size="sm" variant="secondary" icon="arrow-right" href={pageUrl('path', { from: node.id })}>
            Path from here
          </LinkButton>
          {isModem ? (
            <LinkButton
              size="sm"
              variant="secondary"
              icon="signal"
              href={pageUrl('modem', { mac: node.id.replace(/^cm:/, '') })}
            >
              Measure
            </LinkButton>
          ) : null}
        </div>
      </Stack>
      <dl className={styles.facts}>
        {facts.map(([label, value]) =>
          value ? (
            <div key={label}>
              <dt>{label}</dt>
              <dd title={value}>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {node.status !== 'up' && node.statusReason ? (
        <Alert
          severity={node.status === 'down' ? 'error' : 'warning'}
          title={`It ${node.status === 'down' ? 'is down' : 'does not answer'}`}
        >
          {node.statusReason}. What only it reports is unknown, not gone.
        </Alert>
      ) : unread.length > 0 ? (
        <Alert severity="warning" title={`${unread.length} of its tables could not be read`}>
          {unread
            .slice(0, 4)
            .map(({ title }) => title)
            .join(', ')}
          : what they held is kept as it was last read, and what they would show now is unknown.
        </Alert>
      ) : null}
    </header>
  );
}

const stylesOf = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    head: css({ margin: theme.spacing(2, 0) }),
    kind: css({ fontSize: theme.typography.h5.fontSize }),
    actions: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), marginLeft: 'auto' }),
    facts: css({
      display: 'flex',
      flexWrap: 'wrap',
      gap: theme.spacing(0.5, 4),
      margin: theme.spacing(1, 0, 2),
      '& dt': { color: colors.text.secondary, fontWeight: 'normal', fontSize: theme.typography.bodySmall.fontSize },
      '& dd': {
        margin: 0,
        maxWidth: 420,
        overflow: 'hidden',
        textOverflow: 'ellipsis',
        whiteSpace: 'nowrap',
      },
    }),
    columns: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(4), alignItems: 'flex-start' }),
    wide: css({ flex: '1 1 640px', minWidth: 0 }),
    narrow: css({ flex: '0 1 400px', minWidth: 280 }),
    gap: css({ marginTop: theme.spacing(4) }),
    row: css({ display: 'flex', justifyContent: 'space-between', alignItems: 'center' }),
    title: css({ margin: theme.spacing(0, 0, 1), fontSize: theme.typography.h4.fontSize }),
  };
};
