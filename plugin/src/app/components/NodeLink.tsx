import { TextLink } from '@grafana/ui';
import { pageUrl } from '../../lib/links';

/** The name of a node, leading to its page. */
export const NodeLink = ({ id, title }: { id: string; title?: string | undefined }) => (
  <TextLink href={pageUrl('device', { id })} color="link" inline={false}>
    {title ?? id}
  </TextLink>
);
