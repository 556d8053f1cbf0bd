import type { DeviceAnswer, DevicePort } from '../../../../collector/src/contract.js';

type Link = DeviceAnswer['links'][number];
type End = Link['a'];

/** A link as the device's own port sees it. */
export interface PortLink {
  readonly link: Link;
  readonly near: End;
  readonly far: End;
  readonly farTitle: string;
}

export interface PortRow {
  readonly key: string;
  readonly name: string;
  readonly port: DevicePort | undefined;
  readonly links: readonly PortLink[];
  /** Cables of the aggregate that the port is. */
  readonly members: readonly string[];
}

const byName = (x: string, y: string): number => x.localeCompare(y, undefined, { numeric: true });

/** Every port of a device with what hangs on it; links whose own port nobody named stand at the end. */
export function portRows({
  node,
  ports,
  links,
  nodes,
}: Pick<DeviceAnswer, 'node' | 'ports' | 'links' | 'nodes'>): PortRow[] {
  const titleOf = new Map(nodes.map(({ id, title }) => [id, title]));
  const nameOf = new Map(ports.map(({ ifIndex, ifName }) => [ifIndex, ifName]));
  const rows = new Map<
    string,
    { name: string; port: DevicePort | undefined; links: PortLink[]; members: Set<string> }
  >();
  for (const port of ports) {
    rows.set(String(port.ifIndex), { name: port.ifName, port, links: [], members: new Set() });
  }
  for (const link of links) {
    const isA = link.a.node === node.id;
    const [near, far] = isA ? [link.a, link.b] : [link.b, link.a];
    const key = near.ifIndex === null ? `? ${near.ifName ?? ''}` : String(near.ifIndex);
    const name = near.ifName ?? (near.ifIndex === null ? 'port not known' : String(near.ifIndex));
    const row = rows.get(key) ?? { name, port: undefined, links: [], members: new Set<string>() };
    rows.set(key, row);
    row.links.push({ link, near, far, farTitle: titleOf.get(far.node) ?? far.node });
    for (const [a, b] of link.members) {
      const own = isA ? a : b;
      if (own !== null) row.members.add(nameOf.get(own) ?? String(own));
    }
  }
  return [...rows]
    .map(([key, row]) => ({ ...row, key, members: [...row.members].sort(byName) }))
    .sort((x, y) => Number(y.port !== undefined) - Number(x.port !== undefined) || byName(x.name, y.name));
}

export type PortFilter = 'used' | 'up' | 'all';

/** `used`: something is known to hang on it. `up`: it has a carrier. */
export const passes = ({ port, links }: PortRow, filter: PortFilter): boolean =>
  filter === 'all' || links.length > 0 || (port?.hostCount ?? 0) > 0 || (filter === 'up' && port?.operStatus === 'up');
