import { dateTimeFormat } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { Alert, Badge, Button, Combobox, Field, Stack } from '@grafana/ui';
import { useEffect, useState } from 'react';
import type { CaptureRequest, Modem, Operation } from '../../../../collector/src/contract.js';
import { ApiError, collector } from '../../api/client';
import { Answer } from '../components/Answer';
import { TEST_NAMES } from '../components/capture-tests';
import { DataTable } from '../components/DataTable';
import { MeasureButtons } from '../components/MeasureButtons';
import { ModemCharts } from '../components/ModemCharts';
import { OperationSteps } from '../components/OperationSteps';
import { since } from '../components/time';
import { useQueryState } from '../components/useQueryState';
import { useRequest } from '../components/useRequest';

/** Well under the collector's 100 requests a minute and user. */
const POLL_MS = 1500;
const REFRESH_MS = 30_000;

const STATUS_COLORS = { online: 'green', offline: 'red', unknown: 'darkgrey' } as const;

export default function ModemPage() {
  const [{ mac }, change] = useQueryState();
  const modems = useRequest('modems', () => collector.modems(), REFRESH_MS);
  const modem = modems.answer?.modems.find((candidate) => candidate.mac === mac);
  return (
    <PluginPage subTitle="What a cable modem receives, measured now or before">
      <Field label="Modem" htmlFor="modem-mac" noMargin>
        <Combobox
          id="modem-mac"
          width={60}
          createCustomValue
          placeholder="MAC, model or fibre node"
          value={mac ?? null}
          options={(modems.answer?.modems ?? []).map(optionOf)}
          onChange={(option) => change({ mac: option.value })}
        />
      </Field>
      {modems.problem ? (
        <Alert severity="error" title="Could not get the modems">
          {modems.problem}
        </Alert>
      ) : null}
      {mac ? (
        <ModemDetails key={mac} mac={mac} modem={modem} />
      ) : (
        <p>Choose a modem. They are read from the CMTS every five minutes.</p>
      )}
    </PluginPage>
  );
}

const optionOf = ({ mac, model, fibreNode, status, address }: Modem) => ({
  value: mac,
  label: mac,
  description: [model, fibreNode ? `node ${fibreNode}` : undefined, address, status].filter(Boolean).join(' · '),
});

function ModemDetails({ mac, modem }: { mac: string; modem: Modem | undefined }) {
  const [operation, setOperation] = useState<Operation>();
  const [problem, setProblem] = useState<string>();
  const isRunning = operation?.state === 'queued' || operation?.state === 'running';
  const measurements = useRequest(
    `${mac} ${operation?.captureIds.length ?? 0}`,
    () => collector.measurements({ mac, limit: 40 }),
    REFRESH_MS,
  );

  useEffect(() => {
    if (!operation || !isRunning) return undefined;
    const timer = setTimeout(() => {
      collector.operation(operation.id).then(setOperation, (error: unknown) => {
        // one lost answer is no end: the state is asked for again with the next change
        setProblem(error instanceof Error ? error.message : String(error));
        setOperation({ ...operation });
      });
    }, POLL_MS);
    return () => clearTimeout(timer);
  }, [operation, isRunning]);

  const act = async (action: () => Promise<Operation>) => {
    setProblem(undefined);
    try {
      setOperation(await action());
    } catch (error) {
      setProblem(error instanceof ApiError ? `${error.message}` : String(error));
    }
  };
  const measure = (test: CaptureRequest['test']) =>
    act(() => collector.startCapture({ mac, test, channelIds: [], reason: 'asked for on the modem page' }));

  return (
    <>
      {modem ? (
        <Stack direction="row" alignItems="center" wrap="wrap">
          <h3 style={{ margin: '12px 0' }}>{modem.mac}</h3>
          <Badge color={STATUS_COLORS[modem.status]} text={modem.status} />
          <span>{[modem.model, modem.firmware, modem.address].filter(Boolean).join(' · ')}</span>
          <span>
            node {modem.fibreNode ?? 'unknown'} of {modem.cmts}, {modem.site ?? 'no site'}
          </span>
          <span>seen {modem.lastSeen ? since(modem.lastSeen) : 'never'}</span>
        </Stack>
      ) : (
        <Alert severity="info" title={`No CMTS has ${mac} registered`}>
          It may be offline or on a CMTS that is not in the inventory. Earlier measurements are shown below.
        </Alert>
      )}
      <Stack direction="row" wrap="wrap">
        <MeasureButtons disabled={isRunning} onMeasure={measure} />
        {operation && isRunning ? (
          <Button
            icon="times"
            variant="destructive"
            fill="outline"
            onClick={() => act(() => collector.cancelCapture(operation.id))}
          >
            Cancel
          </Button>
        ) : null}
      </Stack>
      {problem ? (
        <Alert severity="error" title="The measurement could not be started or followed">
          {problem}
        </Alert>
      ) : null}
      {operation ? <OperationSteps operation={operation} /> : null}
      <Answer request={measurements} what="the measurements">
        {({ measurements: list }) =>
          list.length === 0 ? (
            <p>Never measured. Measure RxMER now: it takes some seconds and does not disturb the service.</p>
          ) : (
            <>
              <ModemCharts measurements={list} />
              <DataTable
                caption="Measurements, newest first"
                columns={[
                  'Time',
                  'Test',
                  'Channel',
                  'Mean',
                  '2nd percentile',
                  'Required',
                  'Headroom',
                  'Measured subcarriers',
                ]}
                rows={list.map((measurement) => ({
                  key: measurement.id,
                  cells: [
                    dateTimeFormat(measurement.receivedAt),
                    TEST_NAMES[measurement.test],
                    measurement.channelId ?? '',
                    decibels(measurement.meanMerDb),
                    decibels(measurement.percentile2MerDb),
                    decibels(measurement.requiredMerDb),
                    <Headroom key="headroom" headroomDb={measurement.headroomDb} />,
                    `${measurement.measuredCount} of ${measurement.count}`,
                  ],
                }))}
              />
            </>
          )
        }
      </Answer>
    </>
  );
}

const decibels = (value: number | null) => (value === null ? '' : `${value.toFixed(2)} dB`);

function Headroom({ headroomDb }: { headroomDb: number | null }) {
  if (headroomDb === null) return null;
  return headroomDb < 0 ? (
    <Badge color="red" icon="arrow-down" text={decibels(headroomDb)} />
  ) : (
    <Badge color="green" icon="check" text={decibels(headroomDb)} />
  );
}
