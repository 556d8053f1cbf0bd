import { css } from '@emotion/css';
import { dateTime, dateTimeFormat, type GrafanaTheme2, isDateTime, rangeUtil, type TimeRange } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { Alert, Button, Combobox, Field, Icon, RadioButtonGroup, TimeRangeInput, useStyles2 } from '@grafana/ui';
import type { ChurnAnswer, DiffAnswer, Difference, FlapsAnswer } from '../../../../collector/src/contract.js';
import { collector } from '../../api/client';
import { testIds } from '../../lib/testIds';
import { colorsOf } from '../../lib/theme';
import { CHANGE, CHANGE_ORDER } from '../changes/change-looks';
import { ChurnChart } from '../changes/ChurnChart';
import { DifferenceList } from '../changes/DifferenceList';
import { windowSecFor } from '../changes/windows';
import { Answer } from '../components/Answer';
import { DataTable } from '../components/DataTable';
import { since } from '../components/time';
import { useQueryState } from '../components/useQueryState';
import { useRequest } from '../components/useRequest';

const REFRESH_MS = 30_000;
const MAX_DIFFERENCES = 2000;
type Subject = 'link' | 'host' | 'both';

const SUBJECTS: { label: string; value: Subject }[] = [
  { label: 'Links', value: 'link' },
  { label: 'Hosts', value: 'host' },
  { label: 'Both', value: 'both' },
];

/** The end of a range as it stands in the address: `now-24h`, or an instant. */
const rawText = (raw: TimeRange['raw']['from']): string => (isDateTime(raw) ? raw.toISOString() : raw);

const rangeOf = (from: string, to: string): TimeRange => {
  const raw = (text: string) => (text.startsWith('now') ? text : dateTime(text));
  return rangeUtil.convertRawToRange({ from: raw(from), to: raw(to) });
};

/** What changed between two instants, how much in between, and which links come and go. */
export default function ChangesPage() {
  const [{ from = 'now-24h', to = 'now', site, subject: asked, change, first }, setState] = useQueryState();
  const subject = SUBJECTS.find(({ value }) => value === asked)?.value ?? 'link';
  const range = rangeOf(from, to);
  const isLive = to.startsWith('now');
  const request = useRequest(
    `${from} ${to} ${site ?? ''} ${subject}`,
    async () => {
      const span = rangeOf(from, to);
      const limits = {
        from: span.from.toISOString(),
        ...(to === 'now' ? {} : { to: span.to.toISOString() }),
        ...(site ? { site } : {}),
      };
      const [diff, churn, flaps] = await Promise.all([
        collector.diff({ ...limits, limit: MAX_DIFFERENCES, ...(subject === 'both' ? {} : { subject }) }),
        collector.churn({ ...limits, windowSec: windowSecFor(span.from.valueOf(), span.to.valueOf()) }),
        collector.flaps(site ? { site } : {}),
      ]);
      return { diff, churn, flaps };
    },
    isLive ? REFRESH_MS : undefined,
  );
  const sites = useRequest('sites', () => collector.sites());
  const styles = useStyles2(stylesOf);
  return (
    <PluginPage subTitle="What is not as it was: between two instants, per window, and what comes and goes">
      <div className={styles.controls}>
        <Field label="From and to" htmlFor="changes-range" noMargin>
          <div className={styles.range}>
            <TimeRangeInput
              value={range}
              onChange={({ raw }) => setState({ from: rawText(raw.from), to: rawText(raw.to) })}
              hideTimeZone
              showIcon
            />
          </div>
        </Field>
        <Field label="Site" htmlFor="changes-site" noMargin>
          <Combobox
            id="changes-site"
            width={24}
            isClearable
            placeholder="All sites"
            value={site ?? null}
            options={(sites.answer?.sites ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(option) => setState({ site: option?.value })}
          />
        </Field>
        <Field label="Of" noMargin>
          <RadioButtonGroup options={SUBJECTS} value={subject} onChange={(value) => setState({ subject: value })} />
        </Field>
      </div>
      <Answer request={request} what="the changes">
        {({ diff, churn, flaps }) => (
          <div data-testid={testIds.changes.page}>
            <ChurnChart
              churn={churn}
              onZoom={(fromMs, toMs) =>
                setState({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() })
              }
            />
            <Differences
              diff={diff}
              churn={churn}
              flapCount={flaps.flaps.length}
              change={change}
              withFirst={first === '1'}
              onFilter={(value) => setState({ change: value === change ? undefined : value })}
              onFirst={(isShown) => setState({ first: isShown ? '1' : undefined })}
            />
            <Flaps flaps={flaps.flaps} />
          </div>
        )}
      </Answer>
    </PluginPage>
  );
}

interface DifferencesProps {
  diff: DiffAnswer;
  churn: ChurnAnswer;
  flapCount: number;
  change: string | undefined;
  withFirst: boolean;
  onFilter: (change: string) => void;
  onFirst: (isShown: boolean) => void;
}

function Differences({ diff, churn, flapCount, change, withFirst, onFilter, onFirst }: DifferencesProps) {
  const styles = useStyles2(stylesOf);
  const first = diff.differences.filter(({ firstDiscovery }) => firstDiscovery);
  const counted = withFirst ? diff.differences : diff.differences.filter(({ firstDiscovery }) => !firstDiscovery);
  const shown = counted.filter((difference) => !change || difference.change === change);
  const ofSubject = (subject: Difference['subject']) => shown.filter((difference) => difference.subject === subject);
  return (
    <section aria-label="Differences">
      <p className={styles.span}>
        {dateTimeFormat(diff.from)} compared with {dateTimeFormat(diff.to)}
      </p>
      <div className={styles.tiles} role="group" aria-label="Show one kind of change">
        {CHANGE_ORDER.map((kind) => {
          const many = counted.filter((difference) => difference.change === kind).length;
          return (
            <button
              key={kind}
              type="button"
              className={styles.tile}
              aria-pressed={change === kind}
              onClick={() => onFilter(kind)}
            >
              <span className={styles.number}>{many}</span>
              <span>
                <Icon name={CHANGE[kind].icon} /> {CHANGE[kind].text}
              </span>
            </button>
          );
        })}
      </div>
      {first.length > 0 ? (
        <p className={styles.weak}>
          {first.length} {first.length === 1 ? 'is' : 'are'} new only because a device was polled for the first time:
          new to us, not to the network.{' '}
          <Button size="sm" fill="text" onClick={() => onFirst(!withFirst)}>
            {withFirst ? 'Leave them out' : 'Show them'}
          </Button>
        </p>
      ) : null}
      {diff.silentDevices.length > 0 ? (
        <Alert
          severity="warning"
          title={`${diff.silentDevices.length} ${diff.silentDevices.length === 1 ? 'device' : 'devices'} did not answer at the later time`}
        >
          {diff.silentDevices.slice(0, 8).join(', ')}
          {diff.silentDevices.length > 8 ? ` and ${diff.silentDevices.length - 8} more` : ''}: what only they report is
          unknown, not gone.
        </Alert>
      ) : null}
      {diff.truncated ? <p className={styles.weak}>{diff.truncated}</p> : null}
      {shown.length === 0 ? <Nothing change={change} churn={churn} flapCount={flapCount} /> : null}
      {ofSubject('link').length > 0 ? <DifferenceList title="Links" differences={ofSubject('link')} /> : null}
      {ofSubject('host').length > 0 ? <DifferenceList title="Hosts" differences={ofSubject('host')} /> : null}
    </section>
  );
}

/** Nothing differs: say what that means, and what it does not. */
function Nothing({ change, churn, flapCount }: { change: string | undefined; churn: ChurnAnswer; flapCount: number }) {
  const styles = useStyles2(stylesOf);
  const between = churn.totals.link + churn.totals.host;
  if (change) return <p className={styles.weak}>No difference of this kind. Choose it again to see all.</p>;
  return (
    <div className={styles.nothing}>
      <Icon name="check-circle" size="xl" />
      <p>
        <strong>The network is as it was.</strong>{' '}
        {between > 0
          ? `In between there were ${between} changes, which the chart shows; at the end everything stands as at the start.`
          : 'Nothing came, went or moved for good in between.'}
        {flapCount > 0 ? ' Links that only came and went are below.' : ''}
      </p>
    </div>
  );
}

function Flaps({ flaps }: { flaps: FlapsAnswer['flaps'] }) {
  const styles = useStyles2(stylesOf);
  return (
    <section aria-label="Links that come and go" className={styles.flaps}>
      <h3 className={styles.title}>Links that come and go</h3>
      {flaps.length === 0 ? (
        <p className={styles.weak}>None: no link went away or down within the last 24 hours.</p>
      ) : (
        <DataTable
          caption=""
          columns={['Link', 'Last hour', 'Last 24 hours', 'Last change', 'Site']}
          rows={flaps.map(({ edge, a, b, flaps1h, flaps24h, lastChange, site }) => ({
            key: edge,
            cells: [
              <strong key="link">
                {a} – {b}
              </strong>,
              flaps1h,
              flaps24h === 0 ? 'went, and is not back' : flaps24h,
              <span key="time" title={dateTimeFormat(lastChange)}>
                {since(lastChange)}
              </span>,
              site ?? '',
            ],
          }))}
        />
      )}
    </section>
  );
}

const stylesOf = (theme: GrafanaTheme2) => {
  const colors = colorsOf(theme);
  return {
    controls: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(2), alignItems: 'flex-end' }),
    range: css({ minWidth: 320 }),
    span: css({ margin: theme.spacing(1, 0), color: colors.text.secondary }),
    weak: css({ color: colors.text.secondary }),
    tiles: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), marginBottom: theme.spacing(2) }),
    tile: css({
      display: 'flex',
      flexDirection: 'column',
      alignItems: 'flex-start',
      minWidth: 132,
      padding: theme.spacing(1, 1.5),
      border: `1px solid ${colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      background: colors.background.primary,
      color: colors.text.primary,
      '&:hover': { background: colors.action.hover },
      '&[aria-pressed="true"]': { borderColor: colors.primary.border, background: colors.action.selected },
    }),
    number: css({ fontSize: theme.typography.h2.fontSize, fontWeight: theme.typography.fontWeightMedium }),
    nothing: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1.5),
      padding: theme.spacing(2),
      border: `1px dashed ${colors.border.medium}`,
      borderRadius: theme.shape.radius.default,
      '& p': { margin: 0 },
      '& svg': { color: colors.success.text },
    }),
    flaps: css({ marginTop: theme.spacing(4) }),
    title: css({ margin: 0, fontSize: theme.typography.h4.fontSize }),
  };
};
