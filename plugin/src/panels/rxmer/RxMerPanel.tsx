import type { PanelProps } from '@grafana/data';
import { Button, RadioButtonGroup, useTheme2 } from '@grafana/ui';
import { useMemo, useState } from 'react';
import { PanelMessage } from '../../lib/PanelMessage';
import { readFindings, stretchesOf, type Finding } from '../../spectrum/findings';
import { newestPerChannel } from './captures';
import { CurveView } from './CurveView';
import { readCaptures, readProfiles, type RxMerCapture } from './frames';
import { HeatView } from './HeatView';
import { DEFAULTS, type RxMerMode, type RxMerOptions } from './options';

const MODES: { value: RxMerMode; label: string }[] = [
  { value: 'curve', label: 'Curve' },
  { value: 'history', label: 'Over time' },
  { value: 'modems', label: 'Side by side' },
];

export function RxMerPanel({ data, width, height, options: given, timeZone }: PanelProps<RxMerOptions>) {
  const theme = useTheme2();
  const options = { ...DEFAULTS, ...given };
  const result = useMemo(() => readCaptures(data.series), [data.series]);
  const profiles = useMemo(() => readProfiles(data.series), [data.series]);
  const findings = useMemo(() => readFindings(data.series), [data.series]);
  const [switched, setSwitched] = useState<{ from: RxMerMode; to: RxMerMode }>();
  const [openedMac, setOpenedMac] = useState<string>();

  // a change in the editor overrules what was switched in the panel
  const chosen = switched?.from === options.mode ? switched.to : options.mode;
  const mode = openedMac === undefined ? chosen : 'curve';
  const captures = useMemo(() => {
    if (result.kind !== 'captures') return [];
    return openedMac === undefined ? result.captures : result.captures.filter(({ mac }) => mac === openedMac);
  }, [result, openedMac]);
  const stretches = useMemo(
    () => stretchesOf(findingsOf(findings, captures, mode === 'history'), theme),
    [findings, captures, mode, theme],
  );
  if (result.kind !== 'captures') return <PanelMessage data={data} result={result} what="captures" />;

  const controls =
    openedMac !== undefined ? (
      <Button size="sm" variant="secondary" icon="arrow-left" onClick={() => setOpenedMac(undefined)}>
        {`${openedMac}: back to all modems`}
      </Button>
    ) : options.showModes ? (
      <RadioButtonGroup
        size="sm"
        value={chosen}
        options={MODES}
        onChange={(to) => setSwitched({ from: options.mode, to })}
        aria-label="Mode"
      />
    ) : null;
  const shared = { captures, stretches, options, timeZone, width, height, controls };
  if (mode === 'curve') return <CurveView {...shared} profiles={profiles} unreadable={result.unreadable} />;
  return <HeatView {...shared} mode={mode} onOpenModem={setOpenedMac} />;
}

/** Findings that belong to what is drawn: of the newest capture of each channel, or of all over time; groups always. */
function findingsOf(findings: readonly Finding[], captures: readonly RxMerCapture[], isHistory: boolean): Finding[] {
  const shown = new Set((isHistory ? captures : newestPerChannel(captures, 1)).map(({ id }) => id));
  return findings.filter(
    ({ captureId, group }) => group !== undefined || captureId === undefined || shown.has(captureId),
  );
}
