import { World, type DeviceView } from './correlate/world.js';
import type { Inference } from './correlate/inference.js';
import type { DeviceFacts } from './facts.js';
import { findTwins, nameKey } from './identity.js';
import type { ExplainedNode } from './explain-schemas.js';
import type { NodeKind } from './schemas.js';

/** A node as other devices may know it. */
export interface Subject {
  readonly node: ExplainedNode;
  readonly macs: ReadonlySet<string>;
  /** As `nameKey` spells them. */
  readonly names: ReadonlySet<string>;
  readonly ips: ReadonlySet<string>;
  readonly chassisIds: ReadonlySet<string>;
  /** Its own tables; undefined when nobody ever read them. */
  readonly view: DeviceView | undefined;
}

/** All devices with their ports and keys indexed, as inference has them; the same for every question about one state. */
export interface IndexedDevices {
  readonly world: World;
  /** Second entries of the inventory for one device, see `findTwins`. */
  readonly twins: ReturnType<typeof findTwins>;
}

export function indexDevices(facts: readonly DeviceFacts[]): IndexedDevices {
  const twins = findTwins(facts);
  return { twins, world: new World(facts.filter(({ deviceId }) => !twins.has(deviceId))) };
}

/** What is known of nodes beside the facts: the inventory and the plant. */
export interface KnownNode {
  readonly title: string;
  readonly kind: NodeKind;
  readonly address: string | null;
}

const PREFIXES: Readonly<Record<string, NodeKind>> = {
  ext: 'external',
  seg: 'segment',
  host: 'host',
  cm: 'modem',
  node: 'fibre_node',
};

const kindOf = (id: string): NodeKind => PREFIXES[/^(ext|seg|host|cm|node):/.exec(id)?.[1] ?? ''] ?? 'device';

const present = (values: readonly (string | null | undefined)[]): string[] =>
  values.filter((value): value is string => value != null && value !== '');

/** Everything under which the node may stand in a row of another device. */
export function subjectOf(world: World, inference: Inference, id: string, known: KnownNode | undefined): Subject {
  const view = world.byId.get(id);
  if (view !== undefined) return polledSubject(world, view, known);
  const device = inference.devices.find((one) => one.id === id);
  const kind = known?.kind ?? (device?.polled === false ? 'external' : kindOf(id));
  const bareId = id.replace(/^(ext|host|cm):/, '');
  const mac = /^(host|cm):/.test(id) ? bareId : null;
  const host = mac === null ? undefined : inference.hosts.find((one) => one.mac === mac);
  return {
    node: { id, title: known?.title ?? device?.sysName ?? bareId, kind, polled: false },
    macs: new Set(present([mac, ...(device?.macs ?? [])])),
    names: new Set(present([device?.sysName, kind === 'device' ? id : null]).map(nameKey)),
    ips: new Set(present([known?.address, ...(device?.ips ?? []), ...(host?.ips ?? [])])),
    chassisIds: new Set(kind === 'external' ? [bareId] : []),
    view: undefined,
  };
}

function polledSubject(world: World, view: DeviceView, known: KnownNode | undefined): Subject {
  const { facts, id } = view;
  const { localIdentity, system } = facts;
  return {
    node: { id, title: known?.title ?? system.sysName ?? id, kind: 'device', polled: true },
    macs: world.identities.macsOf(id),
    names: new Set(present([system.sysName, localIdentity.sysName, localIdentity.cdpDeviceId]).map(nameKey)),
    ips: new Set(facts.interfaces.flatMap(({ addresses }) => addresses.map(({ ip }) => ip))),
    chassisIds: new Set(present([localIdentity.chassisMac === null ? localIdentity.chassisId : null]).map(nameKey)),
    view,
  };
}

/** A name with and without its domain means one device. */
export function hasName(subject: Subject, name: string | null): boolean {
  if (name === null) return false;
  const key = nameKey(name);
  const label = (text: string): string => text.split('.')[0] ?? text;
  return [...subject.names].some(
    (own) => own === key || (label(own) === label(key) && (!own.includes('.') || !key.includes('.'))),
  );
}
