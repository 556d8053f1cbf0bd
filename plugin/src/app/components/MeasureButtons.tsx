import { Button, Dropdown, Menu } from '@grafana/ui';
import type { TriggerTest } from '../../../../collector/src/contract.js';
import { TEST_CHOICES, TEST_NAMES } from './capture-tests';

interface Props {
  readonly disabled: boolean;
  readonly onMeasure: (test: TriggerTest) => void;
}

/** RxMER and constellation at once, any other test from a menu. */
export function MeasureButtons({ disabled, onMeasure }: Props) {
  const others = (
    <Menu>
      {TEST_CHOICES.map(({ value, description }) => (
        <Menu.Item
          key={value}
          label={TEST_NAMES[value]}
          description={description}
          onClick={() => onMeasure(value)}
          disabled={disabled}
        />
      ))}
    </Menu>
  );
  return (
    <>
      <Button icon="play" onClick={() => onMeasure('rxmer')} disabled={disabled}>
        Measure RxMER now
      </Button>
      <Button icon="play" variant="secondary" onClick={() => onMeasure('constellation')} disabled={disabled}>
        Measure constellation now
      </Button>
      <Dropdown overlay={others} placement="bottom-start">
        <Button icon="angle-down" variant="secondary" disabled={disabled}>
          Another test
        </Button>
      </Dropdown>
    </>
  );
}
