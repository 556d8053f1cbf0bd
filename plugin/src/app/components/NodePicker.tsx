import { Combobox, type ComboboxOption, Field } from '@grafana/ui';
import { collector } from '../../api/client';

interface Props {
  label: string;
  id: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

const MIN_CHARACTERS = 2;

/** Options for what was typed: devices and hosts by name, IP or MAC. What matches nothing can still be asked for. */
async function optionsFor(text: string): Promise<ComboboxOption[]> {
  if (text.trim().length < MIN_CHARACTERS) return [];
  try {
    const { hits } = await collector.find(text.trim());
    return hits.map(({ id, title, kind, ips, device, ifName }) => ({
      value: id,
      label: title,
      description: [kind.replace('_', ' '), ips.join(' '), device ? `on ${device} ${ifName ?? ''}` : '']
        .filter(Boolean)
        .join(' · '),
    }));
  } catch {
    return [];
  }
}

/** Chooses a node by name, IP or MAC. */
export function NodePicker({ label, id, value, onChange }: Props) {
  return (
    <Field label={label} htmlFor={id} noMargin>
      <Combobox
        id={id}
        width={36}
        createCustomValue
        isClearable
        placeholder="Name, IP or MAC"
        value={value ?? null}
        options={optionsFor}
        onChange={(option) => onChange(option?.value)}
      />
    </Field>
  );
}
