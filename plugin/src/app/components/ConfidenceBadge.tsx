import { Badge } from '@grafana/ui';
import { bandOf } from '../../graph/confidence';

const BANDS = {
  high: { color: 'green', icon: 'check-circle' },
  medium: { color: 'orange', icon: 'info-circle' },
  low: { color: 'red', icon: 'exclamation-triangle' },
  unrated: { color: 'darkgrey', icon: 'question-circle' },
} as const;

/** Method and confidence of an edge: number, icon and colour, so that no colour carries it alone. */
export function ConfidenceBadge({ method, confidence }: { method: string | null; confidence: number | null }) {
  const { color, icon } = BANDS[bandOf(confidence ?? undefined)];
  const text = [method?.toUpperCase(), confidence === null ? undefined : confidence.toFixed(2)]
    .filter(Boolean)
    .join(' ');
  return <Badge color={color} icon={icon} text={text || 'unknown'} />;
}
