import { createDataFrame, type DataFrame, dateTime, LoadingState, type PanelProps } from '@grafana/data';
import { fireEvent, render, screen } from '@testing-library/react';
import type { ComponentType } from 'react';
import { FecPanel } from './fec/FecPanel';
import { RxMerPanel } from './rxmer/RxMerPanel';
import { SpectrumPanel } from './spectrum/SpectrumPanel';

/** What every panel of measurements does with every state of its data. */
const range = { from: dateTime(0), to: dateTime(1), raw: { from: '0', to: '1' } };

function show<T extends object>(
  Panel: ComponentType<PanelProps<T>>,
  series: DataFrame[],
  more: { options?: T; state?: LoadingState; error?: string } = {},
) {
  const props = {
    data: {
      state: more.state ?? LoadingState.Done,
      series,
      timeRange: range,
      ...(more.error === undefined ? {} : { errors: [{ message: more.error }] }),
    },
    options: more.options ?? {},
    width: 900,
    height: 400,
    timeZone: 'utc',
    id: 1,
  };
  return render(<Panel {...(props as unknown as PanelProps<T>)} />);
}

const mer = btoa(String.fromCharCode(...Array<number>(64).fill(160)));
const captures = createDataFrame({
  fields: [
    { name: 'id', values: ['1', '2', '3'] },
    { name: 'time', values: [1000, 2000, 3000] },
    { name: 'mac', values: ['aa', 'aa', 'bb'] },
    { name: 'channel_id', values: ['193', '193', '193'] },
    { name: 'first_frequency_hz', values: [6e8, 6e8, 6e8] },
    { name: 'spacing_hz', values: [25e3, 25e3, 25e3] },
    { name: 'percentile2_mer_db', values: [40, 40, 36] },
    { name: 'required_mer_db', values: [37, 37, 37] },
    { name: 'mer_base64', values: [mer, mer, mer] },
  ],
});

describe.each([
  ['RxMER', RxMerPanel, 'grafana.rxmer_captures'],
  ['spectrum', SpectrumPanel, 'grafana.spectrum_captures'],
  ['codewords', FecPanel, 'grafana.fec_intervals'],
] as [string, ComponentType<PanelProps<object>>, string][])('%s', (_name, Panel, view) => {
  test('says that it reads, what failed, what is missing and how to get it', () => {
    const first = show(Panel, [], { state: LoadingState.Loading });
    expect(screen.getByRole('status')).toHaveTextContent(/^Reading/);
    first.unmount();
    const second = show(Panel, [], { state: LoadingState.Error, error: 'no such view' });
    expect(screen.getByRole('alert')).toHaveTextContent('The query failed: no such view');
    second.unmount();
    const third = show(Panel, []);
    expect(screen.getByRole('status')).toHaveTextContent(/in this time range\. Start .* on the modem page/);
    third.unmount();
    show(Panel, [createDataFrame({ fields: [{ name: 'x', values: [1] }] })]);
    expect(screen.getByRole('alert')).toHaveTextContent(view);
  });
});

test('the modes of RxMER are switched in the panel, and a row leads to the curve of its modem and back', () => {
  show(RxMerPanel, [captures]);
  expect(screen.getByRole('img')).toHaveAccessibleName(
    /RxMER of 3 captures\. ▼ channel 193 is 1\.00 dB below required/,
  );
  fireEvent.click(screen.getByRole('radio', { name: 'Over time' }));
  expect(screen.getByRole('img')).toHaveAccessibleName(/2 captures of aa 193, coloured by the distance/);
  fireEvent.click(screen.getByRole('radio', { name: 'Side by side' }));
  const picture = screen.getByRole('img');
  expect(picture).toHaveAccessibleName(/RxMER by frequency, 2 modems/);
  fireEvent.keyDown(picture, { key: 'ArrowDown' });
  fireEvent.keyDown(picture, { key: 'ArrowRight' });
  expect(screen.getByText(/\(\+3\.00 dB to required\)/)).toBeInTheDocument();
  fireEvent.keyDown(picture, { key: 'Enter' });
  expect(screen.getByRole('img')).toHaveAccessibleName(/RxMER of 2 captures/);
  fireEvent.click(screen.getByRole('button', { name: /back to all modems/ }));
  expect(screen.getByRole('img')).toHaveAccessibleName(/2 modems/);
});

test('keys zoom into a curve and out again', () => {
  show(RxMerPanel, [captures]);
  const picture = screen.getByRole('img');
  fireEvent.keyDown(picture, { key: 'ArrowRight' });
  expect(screen.getByText(/^600\.\d{3} MHz$/)).toBeInTheDocument();
  fireEvent.keyDown(picture, { key: '+' });
  expect(screen.getByRole('button', { name: 'Show everything' })).toBeInTheDocument();
  fireEvent.keyDown(picture, { key: '0' });
  expect(screen.queryByRole('button', { name: 'Show everything' })).not.toBeInTheDocument();
});

test('codewords: a profile that sent none is not called clean', () => {
  show(FecPanel, [
    createDataFrame({
      fields: [
        { name: 'time', values: [0, 1000, 0, 1000] },
        { name: 'profile_id', values: ['0', '0', '3', '3'] },
        { name: 'total_codewords', values: [24_000, 24_000, 0, 0] },
        { name: 'corrected_codewords', values: [5, 0, 0, 0] },
        { name: 'uncorrectable_codewords', values: [0, 2, 0, 0] },
      ],
    }),
  ]);
  const picture = screen.getByRole('img');
  expect(picture).toHaveAccessibleName(
    /Profile 0: 2 of 48\.0 k uncorrectable \(4\.2·10⁻⁵\), in 1 of 2 intervals; Profile 3: no codewords sent/,
  );
  fireEvent.keyDown(picture, { key: 'ArrowRight' });
  expect(screen.getByText(/Profile 3: .*not enough to tell/)).toBeInTheDocument();
});
