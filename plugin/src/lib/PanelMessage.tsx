import { css } from '@emotion/css';
import { type GrafanaTheme2, LoadingState, type PanelData } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';

interface Props {
  data: PanelData;
  /** Why there is nothing to draw. */
  result: { kind: 'empty' | 'problem'; message: string };
  /** What is being read. */
  what: string;
}

/** What a panel shows in place of a picture: that it loads, that the query failed and why, or what the query lacks. */
export function PanelMessage({ data, result, what }: Props) {
  const styles = useStyles2(stylesOf);
  const failure = data.errors?.[0]?.message ?? data.error?.message;
  const isFailed = data.state === LoadingState.Error || failure !== undefined;
  const isLoading = data.state === LoadingState.Loading && data.series.length === 0;
  const text = isFailed
    ? `The query failed: ${failure ?? 'the data source gave no reason'}`
    : isLoading
      ? `Reading ${what}`
      : result.message;
  return (
    <div className={styles.message} role={isFailed || (!isLoading && result.kind === 'problem') ? 'alert' : 'status'}>
      {text}
    </div>
  );
}

const stylesOf = (theme: GrafanaTheme2) => ({
  message: css({
    display: 'flex',
    height: '100%',
    alignItems: 'center',
    justifyContent: 'center',
    textAlign: 'center',
    color: theme.colors.text.secondary,
    padding: theme.spacing(2),
  }),
});
