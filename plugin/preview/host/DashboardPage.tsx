import { css } from '@emotion/css';
import { type GrafanaTheme2, rangeUtil, type TimeRange } from '@grafana/data';
import { Combobox, LoadingPlaceholder, MultiCombobox, useStyles2 } from '@grafana/ui';
import { useEffect, useMemo, useState } from 'react';
import { useParams, useSearchParams } from './routing';
import { type Asked, type Dashboard, type DashboardVariable, runVariable, type VariableOption } from './dashboards';
import { PanelFrame } from './PanelFrame';

const RANGES = ['now-15m', 'now-1h', 'now-6h', 'now-24h', 'now-7d'];
const REFRESHES = [0, 10, 30, 60];
const GRID_COLUMNS = 24;
const GRID_CELL_PX = 30;
const GAP_PX = 8;

/** A provisioned dashboard: variables, time range, refresh, the panels on their grid. */
export function DashboardPage({ dashboards }: { dashboards: readonly Dashboard[] | undefined }) {
  const { uid } = useParams();
  if (!dashboards) return <LoadingPlaceholder text="Loading the dashboards" />;
  const dashboard = dashboards.find((candidate) => candidate.uid === uid) ?? dashboards[0];
  if (!dashboard) return <p role="alert">There are no dashboards in provisioning/dashboards.</p>;
  return <DashboardView key={dashboard.uid} dashboard={dashboard} />;
}

function DashboardView({ dashboard }: { dashboard: Dashboard }) {
  const styles = useStyles2(getStyles);
  const [range, setRange] = useState(dashboard.time?.from ?? 'now-6h');
  const [refreshSec, setRefreshSec] = useState(10);
  const [tick, setTick] = useState(0);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (refreshSec === 0) return undefined;
    const timer = setInterval(() => setTick((count) => count + 1), refreshSec * 1000);
    return () => clearInterval(timer);
  }, [refreshSec]);

  // The clock moves on with every refresh.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  const timeRange = useMemo<TimeRange>(() => rangeUtil.convertRawToRange({ from: range, to: 'now' }), [range, tick]);
  const { variables, options, choose, isReady } = useVariables(dashboard, timeRange);
  const asked: Asked = {
    dashboard: dashboard.uid,
    variables,
    from: timeRange.from.toISOString(),
    to: timeRange.to.toISOString(),
  };
  const cell = (width - GAP_PX) / GRID_COLUMNS;
  return (
    <div className={styles.page}>
      <div className={styles.bar}>
        <h1 className={styles.title}>{dashboard.title}</h1>
        {(dashboard.templating?.list ?? []).map((variable) => (
          <VariablePicker
            key={variable.name}
            variable={variable}
            options={options[variable.name] ?? []}
            value={variables[variable.name]}
            onChoose={(value) => choose(variable.name, value)}
          />
        ))}
        <span className={styles.right}>
          <span id="time-range" hidden>
            Time range
          </span>
          <Combobox
            aria-labelledby="time-range"
            width={16}
            options={RANGES.map((value) => ({ value, label: `Last ${value.slice(4)}` }))}
            value={range}
            onChange={({ value }) => setRange(value)}
          />
          <span id="refresh" hidden>
            Refresh
          </span>
          <Combobox
            aria-labelledby="refresh"
            width={16}
            options={REFRESHES.map((value) => ({ value, label: value === 0 ? 'No refresh' : `Every ${value} s` }))}
            value={refreshSec}
            onChange={({ value }) => setRefreshSec(value)}
          />
        </span>
      </div>
      <div
        ref={(element) => measure(element, setWidth)}
        className={styles.grid}
        style={{ height: gridHeight(dashboard) }}
      >
        {width > 0 && isReady
          ? dashboard.panels.map((panel) => {
              const { x, y, w, h } = panel.gridPos;
              return (
                <div
                  key={panel.id}
                  style={{ position: 'absolute', left: GAP_PX + x * cell, top: y * (GRID_CELL_PX + GAP_PX) }}
                >
                  <PanelFrame
                    panel={panel}
                    asked={asked}
                    tick={tick}
                    timeRange={timeRange}
                    width={w * cell - GAP_PX}
                    height={h * (GRID_CELL_PX + GAP_PX) - GAP_PX}
                  />
                </div>
              );
            })
          : null}
      </div>
    </div>
  );
}

const gridHeight = ({ panels }: Dashboard): number =>
  Math.max(0, ...panels.map(({ gridPos }) => (gridPos.y + gridPos.h) * (GRID_CELL_PX + GAP_PX)));

const observers = new WeakMap<Element, ResizeObserver>();

function measure(element: HTMLElement | null, onWidth: (width: number) => void): void {
  if (!element || observers.has(element)) return;
  const observer = new ResizeObserver(() => onWidth(element.clientWidth));
  observer.observe(element);
  observers.set(element, observer);
}

/** The values of the dashboard's variables: from the address, else all of a list, else its first entry. */
function useVariables(dashboard: Dashboard, { from, to }: TimeRange) {
  const [search, setSearch] = useSearchParams();
  const [options, setOptions] = useState<Record<string, VariableOption[]>>({});
  const [isReady, setReady] = useState(false);
  const list = dashboard.templating?.list ?? [];
  const variables = Object.fromEntries(
    list.map((variable) => [
      variable.name,
      valueOf(variable, options[variable.name] ?? [], search.getAll(`var-${variable.name}`)),
    ]),
  );
  useEffect(() => {
    let isWanted = true;
    const load = async () => {
      const known: Record<string, VariableOption[]> = {};
      const values: Record<string, string | string[]> = {};
      for (const variable of list) {
        const asked = { dashboard: dashboard.uid, variables: values, from: from.toISOString(), to: to.toISOString() };
        known[variable.name] = await runVariable({ ...asked, name: variable.name }).then(
          (answer) => answer.options,
          () => [],
        );
        values[variable.name] = valueOf(variable, known[variable.name] ?? [], search.getAll(`var-${variable.name}`));
      }
      if (!isWanted) return;
      setOptions(known);
      setReady(true);
    };
    void load();
    return () => {
      isWanted = false;
    };
    // Options are read again when a choice changes what another variable offers, and with the dashboard.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [dashboard.uid, search.toString()]);
  const choose = (name: string, values: string[]) => {
    const next = new URLSearchParams(search);
    next.delete(`var-${name}`);
    for (const value of values) next.append(`var-${name}`, value);
    setSearch(next);
  };
  return { variables, options, choose, isReady };
}

function valueOf(
  { multi, includeAll }: DashboardVariable,
  options: readonly VariableOption[],
  chosen: string[],
): string | string[] {
  if (multi || includeAll) return chosen.length > 0 ? chosen : options.map(({ value }) => value);
  return chosen[0] ?? options[0]?.value ?? '';
}

function VariablePicker({
  variable,
  options,
  value,
  onChoose,
}: {
  variable: DashboardVariable;
  options: readonly VariableOption[];
  value: string | string[] | undefined;
  onChoose: (values: string[]) => void;
}) {
  const label = variable.label ?? variable.name;
  const choices = options.map(({ value: own, text }) => ({ value: own, label: text }));
  if (!variable.multi) {
    const single = Array.isArray(value) ? value[0] : value;
    return (
      <Combobox
        aria-label={label}
        prefixIcon="gf-layout-simple"
        width={30}
        options={choices}
        value={single === undefined || single === '' ? null : single}
        placeholder={label}
        onChange={(choice) => onChoose([choice.value])}
      />
    );
  }
  const chosen = Array.isArray(value) && value.length < options.length ? value : [];
  return (
    <MultiCombobox
      aria-label={label}
      width="auto"
      minWidth={16}
      maxWidth={40}
      options={choices}
      value={chosen}
      placeholder={`${label}: all`}
      onChange={(choices) => onChoose(choices.map((choice) => choice.value))}
    />
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({ padding: theme.spacing(1) }),
  bar: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1.5),
    padding: theme.spacing(0.5, 1, 1),
  }),
  title: css({ margin: 0, fontSize: theme.typography.h4.fontSize }),
  right: css({ marginLeft: 'auto', display: 'flex', gap: theme.spacing(1) }),
  grid: css({ position: 'relative' }),
});
