import { Alert, Icon, type IconName } from '@grafana/ui';
import type { Operation, OperationStep } from '../../../../collector/src/contract.js';
import { TEST_NAMES } from './capture-tests';

const ICONS: Record<OperationStep['state'], IconName> = {
  waiting: 'circle',
  running: 'sync',
  done: 'check-circle',
  failed: 'exclamation-circle',
  skipped: 'minus-circle',
};

const SEVERITY: Record<Operation['state'], 'info' | 'success' | 'warning' | 'error'> = {
  queued: 'info',
  running: 'info',
  done: 'success',
  partial: 'warning',
  failed: 'error',
  cancelled: 'warning',
};

/** The steps of a measurement as they happen, and its reason when it ends otherwise than well. */
export function OperationSteps({ operation }: { operation: Operation }) {
  const { state, steps, progressRatio, error, test } = operation;
  return (
    <Alert
      severity={SEVERITY[state]}
      title={`${TEST_NAMES[test]}: ${state}`}
      topSpacing={2}
      data-testid="plantgraph-operation"
    >
      <progress value={progressRatio} max={1} aria-label="Progress" style={{ width: '100%' }} />
      {error ? <p>{error.message}</p> : null}
      <ol style={{ listStyle: 'none', display: 'flex', flexWrap: 'wrap', gap: '2px 16px' }}>
        {steps.map((step, index) => (
          <li key={index}>
            <Icon name={ICONS[step.state]} /> {step.name}
            {step.channelId === null ? '' : ` ch ${step.channelId}`}{' '}
            <em>{step.state === 'waiting' ? '' : step.state}</em>
            {step.detail ? ` (${step.detail})` : ''}
          </li>
        ))}
      </ol>
    </Alert>
  );
}
