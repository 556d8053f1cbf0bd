import { compareText } from './correlate/drafts.js';
import type {
  EdgeWitness,
  Inference,
  InferredDevice,
  InferredEnd,
  InferredHost,
  InferredLink,
  InferredSegment,
} from './correlate/inference.js';
import type { Evidence, Method, OperStatus, ScoreInput } from './schemas.js';

/** One end of an edge: a node of the graph (design, "node ids") and, where known, its interface. */
export interface EdgeEndpoint {
  readonly node: string;
  readonly ifIndex: number | null;
  readonly ifName: string | null;
}

/** One edge of the graph as the facts say it now. */
export interface Sighting {
  readonly key: string;
  readonly subject: 'link' | 'host';
  readonly a: EdgeEndpoint;
  readonly b: EdgeEndpoint;
  readonly layer: 2 | 3;
  readonly method: Method;
  readonly sides: 0 | 1 | 2;
  readonly confidence: number;
  readonly blocked: boolean | null;
  readonly members: readonly (readonly [number | null, number | null])[];
  readonly vlans: readonly number[];
  readonly via: string | null;
  readonly ips: readonly string[];
  readonly operStatus: OperStatus;
  readonly evidence: readonly Evidence[];
  readonly score: readonly ScoreInput[];
  readonly witnesses: readonly EdgeWitness[];
}

/** An interface is its name: ifIndex may change with a restart. */
const portKey = (end: EdgeEndpoint): string => (end.ifIndex === null ? '' : (end.ifName ?? String(end.ifIndex)));
const endKey = (end: EdgeEndpoint): string => `${end.node}|${portKey(end)}`;

const toEndpoint = ({ device, ifIndex, ifName }: InferredEnd): EdgeEndpoint => ({ node: device, ifIndex, ifName });
const bare = (node: string): EdgeEndpoint => ({ node, ifIndex: null, ifName: null });

/** Links, the attachments of segments, and host placements. Keys are unique; a second edge of one key adds nothing. */
export function sightingsOf(inference: Inference): Sighting[] {
  const ownerOf = ownersOf(inference.devices);
  const placed = new Set(inference.hosts.map(({ mac }) => mac));
  const all = [
    ...inference.links.map(linkSighting),
    ...inference.segments.flatMap((segment) => [...attachments(segment), ...stationsOn(segment, placed, ownerOf)]),
    ...inference.hosts.map(hostSighting),
  ];
  const byKey = new Map<string, Sighting>();
  for (const sighting of all) if (!byKey.has(sighting.key)) byKey.set(sighting.key, sighting);
  return [...byKey.values()].sort((a, b) => compareText(a.key, b.key));
}

/** An inference shares what did not change with the one before it: neither is its sighting made again. */
function kept<Told extends object, Made>(make: (told: Told) => Made): (told: Told) => Made {
  const made = new WeakMap<Told, Made>();
  return (told) => {
    const known = made.get(told);
    if (known !== undefined) return known;
    const fresh = make(told);
    made.set(told, fresh);
    return fresh;
  };
}

const linkSighting = kept((link: InferredLink): Sighting => ({
  ...link,
  key: `link L${link.layer} ${endKey(toEndpoint(link.a))} ${endKey(toEndpoint(link.b))}`,
  subject: 'link',
  a: toEndpoint(link.a),
  b: toEndpoint(link.b),
  via: null,
  ips: [],
}));

const ownersOf = kept(
  (devices: readonly InferredDevice[]) =>
    new Map(devices.flatMap((device) => (device.polled ? device.macs.map((mac) => [mac, device.id] as const) : []))),
);

/** A medium with a single port is there because of its hosts: it comes and goes with them, not with the network. */
function attachments(segment: InferredSegment): Sighting[] {
  return segment.ports.map((port): Sighting => {
    const end: EdgeEndpoint = { node: port.device, ifIndex: port.ifIndex, ifName: port.ifName };
    const device = port.ifIndex === null ? `${port.device}|${port.ifName ?? ''}` : endKey(end);
    return {
      ...segmentFacts(segment),
      key: `link L${segment.layer} ${device} ${segment.id}|`,
      subject: segment.ports.length === 1 ? 'host' : 'link',
      a: end,
      b: bare(segment.id),
    };
  });
}

/** MACs on the medium itself: hosts, or polled devices that only their MAC shows there. */
function stationsOn(
  segment: InferredSegment,
  placed: ReadonlySet<string>,
  ownerOf: ReadonlyMap<string, string>,
): Sighting[] {
  const stations = segment.macs.filter((mac) => !placed.has(mac));
  return stations.map((mac): Sighting => {
    const device = ownerOf.get(mac);
    const node = device ?? `host:${mac}`;
    return {
      ...segmentFacts(segment),
      key: device === undefined ? `host ${mac} ${segment.id}` : `link L${segment.layer} ${device}| ${segment.id}|`,
      subject: device === undefined ? 'host' : 'link',
      a: bare(segment.id),
      b: bare(node),
    };
  });
}

const segmentFacts = (segment: InferredSegment): Omit<Sighting, 'key' | 'subject' | 'a' | 'b'> => ({
  layer: segment.layer,
  method: segment.method,
  sides: 0,
  confidence: segment.confidence,
  blocked: null,
  members: [],
  vlans: segment.vlans,
  via: null,
  ips: [],
  operStatus: 'unknown',
  evidence: segment.evidence,
  score: segment.score,
  witnesses: segment.witnesses,
});

const hostSighting = kept((host: InferredHost): Sighting => {
  const a: EdgeEndpoint = { node: host.device ?? host.segment ?? '', ifIndex: host.ifIndex, ifName: host.ifName };
  return {
    key: `host ${host.mac} ${endKey(a)}`,
    subject: 'host',
    a,
    b: bare(`host:${host.mac}`),
    layer: 2,
    method: host.method,
    sides: 0,
    confidence: host.confidence,
    blocked: null,
    members: [],
    vlans: host.vlans,
    via: host.device === null ? null : host.segment,
    ips: host.ips,
    operStatus: 'unknown',
    evidence: host.evidence,
    score: host.score,
    witnesses: host.witnesses,
  };
});
