import { css } from '@emotion/css';
import type { GrafanaTheme2, TimeZone } from '@grafana/data';
import { Button, IconButton, LinkButton, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';
import { pageUrl } from '../lib/links';
import { testIds } from '../lib/testIds';
import { colorsOf } from '../lib/theme';
import type { LeafGroup } from './aggregation';
import { methodBadge } from './edge-style';
import { type GraphEdge, type GraphNode, KIND_NAMES } from './model';
import { edgeStateText, endText, timeText } from './words';

/** A data link as Grafana resolved it. */
export interface GraphLink {
  title: string;
  href: string;
  target?: string | undefined;
  onClick?: ((event: unknown) => void) | undefined;
}

/** Details for the core Node graph that stand above under a better name. */
const SAID_ABOVE = new Set(['address', 'lastseen', 'last seen']);

interface Shared {
  links: readonly GraphLink[];
  timeZone: TimeZone | undefined;
  onClose: () => void;
}

export function NodeDetails({
  node,
  group,
  edges,
  titleOf,
  onSelectEdge,
  onSelectNode,
  onToggleGroup,
  links,
  timeZone,
  onClose,
}: Shared & {
  node: GraphNode;
  group: LeafGroup | undefined;
  edges: readonly GraphEdge[];
  titleOf: (id: string) => string;
  onSelectEdge: (id: string) => void;
  onSelectNode: (id: string) => void;
  onToggleGroup: () => void;
}) {
  const mac = node.kind === 'modem' ? node.id.replace(/^cm:/, '') : undefined;
  return (
    <Panel title={node.title} kind={[node.role, KIND_NAMES[node.kind].one].filter(Boolean).join(' ')} onClose={onClose}>
      <Facts
        facts={[
          ['Status', node.statusReason ? `${node.status}: ${node.statusReason}` : node.status],
          ['Site', node.site],
          ['Address', node.address],
          ['Last seen', node.lastSeenMs === undefined ? undefined : timeText(node.lastSeenMs, timeZone)],
          ...node.details
            .filter(({ label }) => !SAID_ABOVE.has(label.toLowerCase()))
            .map(({ label, text }): [string, string] => [label, text]),
          ['Id', node.id],
        ]}
      />
      <Actions links={links}>
        <LinkButton size="sm" variant="secondary" icon="info-circle" href={pageUrl('device', { id: node.id })}>
          Open device
        </LinkButton>
        <LinkButton size="sm" variant="secondary" icon="bolt" href={pageUrl('impact', { node: node.id })}>
          Impact
        </LinkButton>
        <LinkButton size="sm" variant="secondary" icon="arrow-right" href={pageUrl('path', { from: node.id })}>
          Path from here
        </LinkButton>
        <LinkButton size="sm" variant="secondary" icon="arrow-left" href={pageUrl('path', { to: node.id })}>
          Path to here
        </LinkButton>
        {mac === undefined ? null : (
          <LinkButton size="sm" variant="secondary" icon="signal" href={pageUrl('modem', { mac })}>
            Open modem
          </LinkButton>
        )}
      </Actions>
      <Section title={`Links (${edges.length})`} empty="No link of it is shown.">
        {edges.slice(0, 100).map((edge) => {
          const isSource = edge.source === node.id;
          const own = isSource ? edge.sourcePort : edge.targetPort;
          const other = endText(
            titleOf(isSource ? edge.target : edge.source),
            isSource ? edge.targetPort : edge.sourcePort,
          );
          return (
            <Row
              key={edge.id}
              onClick={() => onSelectEdge(edge.id)}
              aside={`${methodBadge(edge.method) ?? ''} ${edge.confidenceText}`}
            >
              {own ? `${own} → ` : ''}
              {other} ({edgeStateText(edge)})
            </Row>
          );
        })}
      </Section>
      {group ? (
        <Section title={group.summary}>
          <Button size="sm" variant="secondary" onClick={onToggleGroup}>
            {group.expanded ? 'Fold on the map' : 'Show on the map'}
          </Button>
          {group.leaves.slice(0, 200).map((leaf) => (
            <Row key={leaf.id} onClick={() => onSelectNode(leaf.id)} aside={leaf.status}>
              {leaf.title}
              {leaf.address && leaf.address !== leaf.title ? ` (${leaf.address})` : ''}
            </Row>
          ))}
        </Section>
      ) : null}
    </Panel>
  );
}

export function EdgeDetails({
  edge,
  source,
  target,
  onSelectNode,
  links,
  timeZone,
  onClose,
}: Shared & {
  edge: GraphEdge;
  source: GraphNode | undefined;
  target: GraphNode | undefined;
  onSelectNode: (id: string) => void;
}) {
  const sides = edge.sides === undefined ? undefined : `${edge.sides} of 2 ends report it`;
  return (
    <Panel
      title="Link"
      kind={[methodBadge(edge.method), edgeStateText(edge)].filter(Boolean).join(', ')}
      onClose={onClose}
    >
      <Row onClick={() => onSelectNode(edge.source)}>{endText(source?.title ?? edge.source, edge.sourcePort)}</Row>
      <Row onClick={() => onSelectNode(edge.target)}>{endText(target?.title ?? edge.target, edge.targetPort)}</Row>
      <Facts
        facts={[
          ['Confidence', edge.confidenceText],
          ['Reported by', sides],
          ['Up or down', edge.operStatus],
          ['Freshness', edge.stateReason ? `${edge.state}: ${edge.stateReason}` : edge.state],
          ['Spanning tree', edge.blocked === undefined ? 'not known' : edge.blocked ? 'blocked' : 'forwarding'],
          ['Speed', edge.speedText],
          ['Load', edge.loadText ?? 'not known'],
          [
            'Aggregate',
            edge.memberCount !== undefined && edge.memberCount > 1 ? `${edge.memberCount} cables` : undefined,
          ],
          ['VLANs', edge.vlans],
          ['First seen', timeText(edge.firstSeenMs, timeZone)],
          ['Last seen', timeText(edge.lastSeenMs, timeZone)],
          ...edge.details.map(({ label, text }): [string, string] => [label, text]),
        ]}
      />
      <Actions links={links}>
        <LinkButton
          size="sm"
          variant="secondary"
          icon="bolt"
          href={pageUrl('impact', { node: edge.source, port: edge.sourcePort })}
        >
          Impact of this link
        </LinkButton>
        <LinkButton
          size="sm"
          variant="secondary"
          icon="question-circle"
          href={pageUrl('device', { id: edge.source, to: edge.target })}
        >
          What each side says
        </LinkButton>
      </Actions>
      <Section title="Evidence" empty="The query sent no evidence with this link.">
        {edge.evidence.map(({ device, table, text, seenAt }, index) => (
          <p key={index}>
            <strong>{device}</strong> {text}
            <Small>
              {table}
              {seenAt ? `, read ${timeText(Date.parse(seenAt), timeZone)}` : ''}
            </Small>
          </p>
        ))}
      </Section>
      <Section title="How the confidence came about" empty="The query sent no score with this link.">
        {edge.score.map(({ name, value, reason }, index) => (
          <p key={index}>
            <strong>
              {name} {value > 0 && index > 0 ? '+' : ''}
              {Number(value.toFixed(3))}
            </strong>
            <Small>{reason}</Small>
          </p>
        ))}
      </Section>
    </Panel>
  );
}

function Panel({
  title,
  kind,
  onClose,
  children,
}: {
  title: string;
  kind: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const styles = useStyles2(getStyles);
  return (
    <aside
      className={styles.panel}
      aria-label={`Details of ${title}`}
      data-testid={testIds.topology.details}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <header className={styles.header}>
        <div>
          <h2 className={styles.title}>{title}</h2>
          <Small>{kind}</Small>
        </div>
        <IconButton name="times" aria-label="Close the details" onClick={onClose} />
      </header>
      <div className={styles.body} tabIndex={0} role="group" aria-label="All details">
        {children}
      </div>
    </aside>
  );
}

function Facts({ facts }: { facts: readonly (readonly [string, string | undefined])[] }) {
  const styles = useStyles2(getStyles);
  return (
    <dl className={styles.facts}>
      {facts.map(([label, text]) =>
        text === undefined || text === '' ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{text}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function Actions({ links, children }: { links: readonly GraphLink[]; children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.actions}>
      {children}
      {links.map(({ title, href, target, onClick }) => (
        <LinkButton
          key={`${title} ${href}`}
          size="sm"
          variant="secondary"
          fill="outline"
          icon="link"
          href={href}
          target={target === '_blank' ? '_blank' : '_self'}
          {...(onClick ? { onClick: (event) => onClick(event) } : {})}
        >
          {title}
        </LinkButton>
      ))}
    </div>
  );
}

function Section({ title, empty, children }: { title: string; empty?: string; children: ReactNode }) {
  const styles = useStyles2(getStyles);
  const isEmpty = Array.isArray(children) && children.length === 0;
  return (
    <section className={styles.section}>
      <h3 className={styles.heading}>{title}</h3>
      {isEmpty ? <Small>{empty}</Small> : children}
    </section>
  );
}

function Row({ onClick, aside, children }: { onClick: () => void; aside?: string; children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <button type="button" className={styles.row} onClick={onClick}>
      <span>{children}</span>
      {aside ? <span className={styles.aside}>{aside}</span> : null}
    </button>
  );
}

function Small({ children }: { children: ReactNode }) {
  return <span className={useStyles2(getStyles).small}>{children}</span>;
}

const getStyles = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    panel: css({
      position: 'absolute',
      top: 0,
      right: 0,
      bottom: 0,
      width: 'min(360px, 100%)',
      display: 'flex',
      flexDirection: 'column',
      background: colors.background.primary,
      borderLeft: `1px solid ${colors.border.medium}`,
      boxShadow: theme.shadows.z3,
      zIndex: 3,
    }),
    header: css({
      display: 'flex',
      justifyContent: 'space-between',
      padding: theme.spacing(1.5, 2, 1),
      gap: theme.spacing(1),
    }),
    title: css({ margin: 0, fontSize: theme.typography.h5.fontSize, overflowWrap: 'anywhere' }),
    body: css({ overflow: 'auto', padding: theme.spacing(0, 2, 2), flex: 1 }),
    facts: css({
      margin: theme.spacing(0, 0, 1.5),
      '& > div': {
        display: 'grid',
        gridTemplateColumns: '104px 1fr',
        gap: theme.spacing(1),
        padding: theme.spacing(0.25, 0),
      },
      '& dt': { color: colors.text.secondary, fontWeight: 'normal' },
      '& dd': { margin: 0, overflowWrap: 'anywhere' },
    }),
    actions: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), marginBottom: theme.spacing(2) }),
    section: css({ marginBottom: theme.spacing(2), '& p': { margin: theme.spacing(0, 0, 1) } }),
    heading: css({ fontSize: theme.typography.h6.fontSize, margin: theme.spacing(0, 0, 0.75) }),
    row: css({
      display: 'flex',
      justifyContent: 'space-between',
      gap: theme.spacing(1),
      width: '100%',
      padding: theme.spacing(0.5, 0.5),
      border: 0,
      background: 'none',
      textAlign: 'left',
      borderRadius: theme.shape.radius.default,
      overflowWrap: 'anywhere',
      '&:hover': { background: colors.action.hover },
    }),
    aside: css({ color: colors.text.secondary, whiteSpace: 'nowrap' }),
    small: css({ display: 'block', color: colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  };
};
