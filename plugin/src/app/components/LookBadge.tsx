import { Badge } from '@grafana/ui';
import type { Look } from './words';

/** A state as a badge: word, icon and colour together. */
export const LookBadge = ({ look, text }: { look: Look; text?: string }) => (
  <Badge color={look.color} icon={look.icon} text={text ?? look.text} />
);
