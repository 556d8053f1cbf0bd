import { dateTimeFormat } from '@grafana/data';
import { Alert } from '@grafana/ui';

interface Props {
  asOf: string;
  staleDevices: readonly string[];
}

const NAMED = 8;

/** How old the answer is, and which devices it is blind on: unknown is not gone. */
export function Freshness({ asOf, staleDevices }: Props) {
  const named = staleDevices.slice(0, NAMED).join(', ');
  const more = staleDevices.length - NAMED;
  return (
    <>
      <p style={{ margin: '12px 0' }}>As of {dateTimeFormat(asOf)}.</p>
      {staleDevices.length > 0 ? (
        <Alert
          severity="warning"
          title={`${staleDevices.length} ${staleDevices.length === 1 ? 'device does' : 'devices do'} not answer`}
        >
          {named}
          {more > 0 ? ` and ${more} more` : ''}: what hangs on them is unknown, not gone.
        </Alert>
      ) : null}
    </>
  );
}
