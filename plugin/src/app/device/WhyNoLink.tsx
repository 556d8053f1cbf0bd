import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Icon, LinkButton, Stack, useStyles2 } from '@grafana/ui';
import type {
  ExplainAnswer,
  MissingEvidence,
  SourceStatement,
  ThroughHop,
} from '../../../../collector/src/contract.js';
import { collector } from '../../api/client';
import { pageUrl } from '../../lib/links';
import { testIds } from '../../lib/testIds';
import { Answer } from '../components/Answer';
import { LookBadge } from '../components/LookBadge';
import { NodeLink } from '../components/NodeLink';
import { NodePicker } from '../components/NodePicker';
import { since } from '../components/time';
import { useRequest } from '../components/useRequest';
import { SOURCE_STATE, VERDICT } from '../components/words';
import { colorsOf } from '../../lib/theme';

interface Props {
  id: string;
  title: string;
  to: string | undefined;
  onChange: (to: string | undefined) => void;
}

/** "Why is there no link to …?": the answer in a sentence, what each side says, and what is missing. */
export function WhyNoLink({ id, title, to, onChange }: Props) {
  const styles = useStyles2(stylesOf);
  const request = useRequest(to ? `${id} ${to}` : undefined, () => collector.explain({ a: id, b: to ?? '' }));
  return (
    <section className={styles.box} aria-label="Why is there no link?" data-testid={testIds.device.why}>
      <div className={styles.question}>
        <NodePicker id="device-to" label={`Why is there no link from ${title} to …?`} value={to} onChange={onChange} />
        {to ? null : (
          <p className={styles.hint}>
            Choose another device, neighbour or host: the answer names what each side says of the other, what could not
            be read, and what would settle it.
          </p>
        )}
      </div>
      {to ? (
        <Answer request={request} what="the explanation">
          {(answer) => <Explanation answer={answer} />}
        </Answer>
      ) : null}
    </section>
  );
}

function Explanation({ answer }: { answer: ExplainAnswer }) {
  const styles = useStyles2(stylesOf);
  const { a, b, verdict, through, said, missing, warnings, previous } = answer;
  const look = VERDICT[verdict.code];
  return (
    <div aria-live="polite">
      <div className={styles.verdict} data-color={look.color}>
        <LookBadge look={look} />
        <p className={styles.sentence}>{verdict.text}</p>
        <LinkButton
          size="sm"
          variant="secondary"
          icon="arrow-right"
          href={pageUrl('path', { from: a.id, to: b.id })}
          className={styles.action}
        >
          Path
        </LinkButton>
      </div>
      {previous && verdict.code !== 'link' && verdict.code !== 'placed' ? (
        <p className={styles.note}>
          <Icon name="history" /> There was one until {dateTimeFormat(previous.lastSeen)} ({since(previous.lastSeen)}):{' '}
          {previous.a.node} {previous.a.ifName ?? ''} to {previous.b.node} {previous.b.ifName ?? ''} by{' '}
          {previous.method.toUpperCase()}
          {previous.reason ? `; ${previous.reason}` : ''}.
        </p>
      ) : null}
      {through.length > 2 ? <Way hops={through} /> : null}
      {missing.length > 0 ? <Missing missing={missing} /> : null}
      {warnings.map((text) => (
        <p key={text} className={styles.note}>
          <Icon name="exclamation-triangle" /> {text}
        </p>
      ))}
      {said.length > 0 ? <Said answer={answer} /> : null}
    </div>
  );
}

/** The nodes between the two, each with the ports by which it is entered and left. */
function Way({ hops }: { hops: readonly ThroughHop[] }) {
  const styles = useStyles2(stylesOf);
  return (
    <ol className={styles.way} aria-label="The way between them">
      {hops.map(({ node, title, inPort, outPort, method }) => (
        <li key={node} className={styles.hop}>
          {inPort ? <span className={styles.port}>{inPort}</span> : null}
          <span className={styles.node}>
            <NodeLink id={node} title={title} />
          </span>
          {outPort ? <span className={styles.port}>{outPort}</span> : null}
          {method ? (
            <span className={styles.cable}>
              <span className={styles.method}>{method.toUpperCase()}</span>
            </span>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

function Missing({ missing }: { missing: readonly MissingEvidence[] }) {
  const styles = useStyles2(stylesOf);
  return (
    <section aria-label="What is missing" className={styles.missing}>
      <h4 className={styles.heading}>What is missing, and how to get it</h4>
      <ul className={styles.list}>
        {missing.map(({ device, text, action }) => (
          <li key={`${device} ${text}`}>
            <Icon name="cog" className={styles.listIcon} />
            <span>
              <strong>{text}.</strong> <Code text={action} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Words between backquotes are commands. */
const Code = ({ text }: { text: string }) => (
  <>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>
);

function Said({ answer: { a, b, said } }: { answer: ExplainAnswer }) {
  const styles = useStyles2(stylesOf);
  const sides = [a, b].filter(({ id }) => said.some(({ device }) => device === id));
  const kinds = [...new Set(said.map(({ kind }) => kind))];
  const of = (device: string, kind: string) => said.find((one) => one.device === device && one.kind === kind);
  return (
    <div className={styles.scroll} tabIndex={0} role="group" aria-label="What each side says">
      <table className={styles.table}>
        <caption className={styles.heading}>What each side says of the other</caption>
        <thead>
          <tr>
            <th scope="col">Source</th>
            {sides.map(({ id, title }) => (
              <th key={id} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {kinds.map((kind) => (
            <tr key={kind}>
              <th scope="row">{said.find((one) => one.kind === kind)?.source}</th>
              {sides.map(({ id }) => (
                <td key={id}>
                  <Statement said={of(id, kind)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {sides.length < 2 ? (
        <p className={styles.note}>
          {[a, b].find((node) => !sides.includes(node))?.title} is not polled: it has no tables of its own.
        </p>
      ) : null}
    </div>
  );
}

function Statement({ said }: { said: SourceStatement | undefined }) {
  const styles = useStyles2(stylesOf);
  if (said === undefined) return null;
  const look = SOURCE_STATE[said.state];
  const lost = said.dropped.reduce((sum, { rows }) => sum + rows, 0);
  return (
    <div className={said.mentions.length > 0 ? styles.speaks : styles.quiet}>
      <Stack direction="row" alignItems="center" gap={0.5}>
        <Icon name={look.icon} size="sm" title={look.text} />
        <span title={said.tables.join(', ')}>{said.text}</span>
      </Stack>
      {said.mentions.map(({ port, text }, index) => (
        <p key={index} className={styles.mention}>
          <span className={styles.own}>{port ?? 'unknown port'}</span> {text}
        </p>
      ))}
      {lost > 0 ? (
        <p className={styles.dropped}>
          dropped: {said.dropped.map(({ reason, rows }) => `${rows} ${reason}`).join(', ')}
        </p>
      ) : null}
    </div>
  );
}

const stylesOf = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  const edge = (color: string) => `4px solid ${color}`;
  return {
    box: css({
      border: `1px solid ${colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      background: colors.background.primary,
      padding: theme.spacing(2),
      marginBottom: theme.spacing(2),
    }),
    question: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(2), alignItems: 'flex-end' }),
    hint: css({ margin: 0, flex: '1 1 320px', color: colors.text.secondary }),
    verdict: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1.5),
      margin: theme.spacing(2, 0, 1),
      padding: theme.spacing(1.5, 2),
      background: colors.background.secondary,
      borderLeft: edge(colors.info.main),
      borderRadius: theme.shape.radius.default,
      '&[data-color="green"]': { borderLeft: edge(colors.success.main) },
      '&[data-color="orange"]': { borderLeft: edge(colors.warning.main) },
    }),
    sentence: css({ margin: 0, flex: '1 1 400px', fontSize: theme.typography.h5.fontSize, overflowWrap: 'anywhere' }),
    action: css({ marginLeft: 'auto' }),
    note: css({ margin: theme.spacing(1, 0), color: colors.text.secondary }),
    way: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      rowGap: theme.spacing(1),
      listStyle: 'none',
      margin: theme.spacing(1.5, 0),
    }),
    hop: css({ display: 'flex', alignItems: 'center' }),
    node: css({
      padding: theme.spacing(0.5, 1.25),
      border: `1px solid ${colors.border.strong}`,
      borderRadius: theme.shape.radius.pill,
      background: colors.background.canvas,
      whiteSpace: 'nowrap',
    }),
    port: css({
      padding: theme.spacing(0, 0.75),
      fontFamily: theme.typography.fontFamilyMonospace,
      fontSize: theme.typography.bodySmall.fontSize,
      color: colors.text.secondary,
    }),
    cable: css({
      display: 'inline-flex',
      justifyContent: 'center',
      minWidth: 56,
      borderTop: `2px solid ${colors.border.strong}`,
      height: 0,
    }),
    method: css({
      transform: 'translateY(-100%)',
      height: 18,
      fontSize: theme.typography.bodySmall.fontSize,
      color: colors.text.secondary,
    }),
    missing: css({ marginTop: theme.spacing(2) }),
    heading: css({
      captionSide: 'top',
      textAlign: 'left',
      color: colors.text.primary,
      fontSize: theme.typography.h6.fontSize,
      fontWeight: theme.typography.fontWeightMedium,
      margin: 0,
      padding: theme.spacing(0.5, 0),
    }),
    list: css({
      listStyle: 'none',
      '& li': { display: 'flex', gap: theme.spacing(1), padding: theme.spacing(0.5, 0) },
      '& code': { whiteSpace: 'nowrap' },
    }),
    listIcon: css({ flexShrink: 0, marginTop: 3, color: colors.text.secondary }),
    scroll: css({ overflowX: 'auto', marginTop: theme.spacing(2) }),
    table: css({
      width: '100%',
      'th, td': {
        padding: theme.spacing(0.75, 1),
        borderBottom: `1px solid ${colors.border.weak}`,
        textAlign: 'left',
        verticalAlign: 'top',
      },
      'thead th, tbody th': {
        color: colors.text.secondary,
        fontWeight: theme.typography.fontWeightMedium,
        whiteSpace: 'nowrap',
      },
      'thead th:first-of-type': { width: 1 },
    }),
    speaks: css({}),
    quiet: css({ color: colors.text.secondary }),
    own: css({
      fontFamily: theme.typography.fontFamilyMonospace,
      fontWeight: theme.typography.fontWeightMedium,
      marginRight: theme.spacing(0.5),
    }),
    mention: css({ margin: theme.spacing(0.25, 0, 0, 2.5), overflowWrap: 'anywhere' }),
    dropped: css({
      margin: theme.spacing(0.25, 0, 0, 2.5),
      color: colors.text.secondary,
      fontSize: theme.typography.bodySmall.fontSize,
    }),
  };
};
