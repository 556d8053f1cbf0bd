import { css } from '@emotion/css';
import { type GrafanaTheme2, LoadingState, type PanelProps } from '@grafana/data';
import { PanelDataErrorView } from '@grafana/runtime';
import { Icon, useStyles2 } from '@grafana/ui';
import { useMemo } from 'react';
import { TopologyView } from '../../graph/TopologyView';
import { testIds } from '../../lib/testIds';
import { colorsOf } from '../../lib/theme';
import { readFrames } from './frames';
import type { TopologyOptions } from './options';

/** Frames in, model out, drawing from the model. It fetches nothing, so it works in any dashboard. */
export function TopologyPanel(props: PanelProps<TopologyOptions>) {
  const { data, options, width, height, timeZone, replaceVariables, id, fieldConfig } = props;
  const result = useMemo(() => readFrames(data.series), [data.series]);
  const focus = replaceVariables(options.focus ?? '');
  const failure = data.errors?.[0]?.message ?? data.error?.message;
  const isFailed = data.state === LoadingState.Error || failure !== undefined;

  if (result.kind !== 'graph') {
    if (data.state === LoadingState.Loading)
      return <Message title="Reading the topology" text="The query is running." />;
    if (isFailed)
      return <Message title="The query failed" text={failure ?? 'The data source gave no reason.'} isAlert />;
    if (result.kind === 'problem') {
      return <PanelDataErrorView panelId={id} data={data} fieldConfig={fieldConfig} message={result.message} />;
    }
    return (
      <Message
        title="No nodes"
        text={`${result.message} Is the collector running, has it polled a device yet, and does a variable of this dashboard filter everything away?`}
      />
    );
  }
  const banner = isFailed ? 28 : 0;
  return (
    <>
      {isFailed ? (
        <Banner text={`The last refresh failed, this is the one before: ${failure ?? 'no reason given'}`} />
      ) : null}
      <TopologyView
        graph={result.graph}
        thresholds={result.thresholds}
        linksOf={result.linksOf}
        width={width}
        height={height - banner}
        options={options}
        timeZone={timeZone}
        {...(focus ? { focus } : {})}
      />
    </>
  );
}

function Message({ title, text, isAlert = false }: { title: string; text: string; isAlert?: boolean }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.message} role={isAlert ? 'alert' : 'status'} data-testid={testIds.topology.message}>
      <div>
        <h3>{title}</h3>
        <p>{text}</p>
      </div>
    </div>
  );
}

function Banner({ text }: { text: string }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.banner} role="alert">
      <Icon name="exclamation-triangle" /> {text}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  message: css({
    height: '100%',
    display: 'grid',
    placeItems: 'center',
    textAlign: 'center',
    padding: theme.spacing(2),
    color: colorsOf(theme).text.secondary,
    '& h3': { color: colorsOf(theme).text.primary, fontSize: theme.typography.h4.fontSize },
    '& > div': { maxWidth: 480 },
  }),
  banner: css({
    height: 28,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    color: colorsOf(theme).warning.text,
  }),
});
