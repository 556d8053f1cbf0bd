import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Badge, Icon, RadioButtonGroup, Stack, useStyles2 } from '@grafana/ui';
import type { DeviceAnswer, DevicePort } from '../../../../collector/src/contract.js';
import { ConfidenceBadge } from '../components/ConfidenceBadge';
import { DataTable } from '../components/DataTable';
import { LookBadge } from '../components/LookBadge';
import { NodeLink } from '../components/NodeLink';
import { NODE_STATUS, speedText } from '../components/words';
import { passes, type PortFilter, type PortLink, portRows } from './ports';
import { colorsOf } from '../../lib/theme';

const FILTERS: { label: string; value: PortFilter }[] = [
  { label: 'With something on it', value: 'used' },
  { label: 'Up', value: 'up' },
  { label: 'All', value: 'all' },
];

interface Props {
  device: DeviceAnswer;
  filter: PortFilter;
  onFilter: (filter: PortFilter) => void;
}

/** The ports of a device with what is known to hang on each. */
export function DevicePorts({ device, filter, onFilter }: Props) {
  const styles = useStyles2(stylesOf);
  const all = portRows(device);
  const shown = all.filter((row) => passes(row, filter));
  return (
    <section aria-label="Ports and links">
      <div className={styles.head}>
        <h3 className={styles.title}>
          Ports and links{' '}
          <span className={styles.weak}>
            {shown.length} of {all.length}
          </span>
        </h3>
        <RadioButtonGroup size="sm" options={FILTERS} value={filter} onChange={onFilter} aria-label="Which ports" />
      </div>
      {shown.length === 0 ? (
        <p className={styles.weak}>
          {all.length === 0
            ? device.polled
              ? 'It answered, and names no interface.'
              : 'It is not polled: only links that others report of it are known, and there is none.'
            : 'Nothing is known to hang on any port. Show all to see them.'}
        </p>
      ) : (
        <DataTable
          caption=""
          columns={['Port', 'State', 'Hangs on it', 'How sure', 'Speed', 'In / out']}
          rows={shown.map(({ key, name, port, links, members }) => ({
            key,
            cells: [
              <PortName key="name" name={name} alias={port?.alias ?? null} members={members} />,
              port ? <PortState key="state" port={port} /> : '',
              <div key="on">
                <Neighbours links={links} />
                {port ? <Hosts port={port} /> : null}
              </div>,
              <Stack key="sure" direction="column" gap={0.5}>
                {links.map(({ link }) => (
                  <ConfidenceBadge key={link.id} method={link.method} confidence={link.confidence} />
                ))}
              </Stack>,
              port ? speedText(port.speedBps) : '',
              port ? <Load key="load" port={port} /> : '',
            ],
          }))}
        />
      )}
    </section>
  );
}

function PortName({ name, alias, members }: { name: string; alias: string | null; members: readonly string[] }) {
  const styles = useStyles2(stylesOf);
  return (
    <>
      <strong className={styles.port}>{name}</strong>
      {alias ? <div className={styles.small}>{alias}</div> : null}
      {members.length > 0 ? <div className={styles.small}>cables: {members.join(', ')}</div> : null}
    </>
  );
}

const PortState = ({ port: { operStatus, adminStatus } }: { port: DevicePort }) =>
  adminStatus === 'down' ? (
    <Badge color="darkgrey" icon="minus-circle" text="switched off" />
  ) : (
    <LookBadge look={NODE_STATUS[operStatus]} />
  );

function Neighbours({ links }: { links: readonly PortLink[] }) {
  const styles = useStyles2(stylesOf);
  return (
    <>
      {links.map(({ link, far, farTitle }) => (
        <div key={link.id} className={styles.neighbour}>
          <NodeLink id={far.node} title={farTitle} />
          <span className={styles.port}>{far.ifName ?? ''}</span>
          {link.layer === 3 ? <span className={styles.small}>routing</span> : null}
          {link.blocked ? <Badge color="purple" icon="lock" text="blocked" /> : null}
          {link.state === 'current' ? null : (
            <span className={styles.small} title={link.stateReason ?? undefined}>
              <Icon name="question-circle" size="sm" /> {link.state}
            </span>
          )}
        </div>
      ))}
    </>
  );
}

/** The hosts placed on a port: few by name, many by their number. */
function Hosts({ port: { hostCount, hosts } }: { port: DevicePort }) {
  const styles = useStyles2(stylesOf);
  if (hostCount === 0) return null;
  const left = hostCount - hosts.length;
  return (
    <div className={styles.neighbour}>
      <Icon name="monitor" size="sm" title="Hosts" />
      {hosts.map(({ id, title }) => (
        <NodeLink key={id} id={id} title={title} />
      ))}
      {left > 0 ? <span className={styles.small}>and {left} more</span> : null}
    </div>
  );
}

function Load({ port: { inBps, outBps } }: { port: DevicePort }) {
  const styles = useStyles2(stylesOf);
  if (inBps === null && outBps === null) return null;
  return (
    <span className={styles.small}>
      {speedText(inBps) || '0'} / {speedText(outBps) || '0'}
    </span>
  );
}

const stylesOf = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    head: css({ display: 'flex', flexWrap: 'wrap', justifyContent: 'space-between', gap: theme.spacing(1) }),
    title: css({ margin: 0, fontSize: theme.typography.h4.fontSize }),
    weak: css({ color: colors.text.secondary, fontSize: theme.typography.body.fontSize }),
    small: css({ color: colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize, whiteSpace: 'nowrap' }),
    port: css({ fontFamily: theme.typography.fontFamilyMonospace, whiteSpace: 'nowrap' }),
    neighbour: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1), minHeight: 24 }),
  };
};
