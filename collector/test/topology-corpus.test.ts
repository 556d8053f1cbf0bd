import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { factsOfRecordings, inferenceJson } from '../src/commands/topology.js';
import { infer } from '../src/topology/correlate/infer.js';
import type { Inference, InferredLink } from '../src/topology/correlate/inference.js';
import { factLines, type FactLine } from '../src/topology/fact-lines.js';
import type { DeviceFacts } from '../src/topology/facts.js';
import { pollDevice } from '../src/topology/poll.js';
import { recordingReader } from '../src/snmp/recording-reader.js';
import { readRecordings } from '../src/commands/recordings.js';

const root = resolve(__dirname, '../..');
const walks = join(process.env['PLANTGRAPH_SHARED'] ?? join(root, '../shared'), 'data/walks');
const present = existsSync(walks);
if (!present) console.warn(`no recorded networks: ${walks} is absent, so the corpus test is skipped`);

interface TruthLink {
  a_dev: string;
  a_if: string;
  a_ifindex: number;
  b_dev: string;
  b_if: string;
  b_ifindex: number;
  kind: string;
  sides?: number;
}
interface Truth {
  links?: TruthLink[];
  not_links?: { a_dev?: string; b_dev?: string; dev?: string }[];
  allowed_links?: { a_dev: string; a_ifindex: number; b_dev: string }[];
  segments?: { ports: { dev: string; port: number }[]; macs: string[] }[];
  hosts?: { mac: string; dev: string; port: number }[];
  undecided_macs?: Record<string, string[]>;
  external_neighbours?: { dev: string; chassis?: string; neighbours?: { device: string }[] }[];
  per_vlan?: Record<string, { fdb: number }>;
}

/** Rows of a truth that the recording itself cannot support, with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'dlink_dgs-3627g PCM F16E SW 121.130 31 2F 32 35 00 (0015e93e151a)':
    'the source prints the octets of "1/25" with its closing NUL; the port is 1/25',
};

const readTruth = <T>(network: string): T => JSON.parse(readFileSync(join(walks, network, 'truth.json'), 'utf8')) as T;
const colons = (mac: string) => mac.toLowerCase().replace(/(..)(?!$)/g, '$1:');
const bare = (mac: string | null) => (mac ?? '').toLowerCase().replace(/[^0-9a-f]/g, '');

/** The link's own ends and its members': an LLDP pair on members counts as its member. */
function pairsOf(link: InferredLink): [number | null, number | null][] {
  return [[link.a.ifIndex, link.b.ifIndex], ...link.members.map(([a, b]): [number | null, number | null] => [a, b])];
}

const shows = (link: InferredLink, truth: TruthLink): boolean =>
  pairsOf(link).some(
    ([a, b]) =>
      (link.a.device === truth.a_dev &&
        a === truth.a_ifindex &&
        link.b.device === truth.b_dev &&
        b === truth.b_ifindex) ||
      (link.a.device === truth.b_dev &&
        a === truth.b_ifindex &&
        link.b.device === truth.a_dev &&
        b === truth.a_ifindex),
  );

const networks = present ? readdirSync(walks).filter((name) => name.startsWith('onms-')) : [];
const figures: string[] = [];
afterAll(() => {
  if (figures.length > 0) process.stdout.write(`topology corpus\n${figures.map((line) => `  ${line}\n`).join('')}`);
});

/** Two-ended segments without hosts are plain links of ours. */
function isAsLink(
  facts: readonly DeviceFacts[],
  inference: Inference,
  ports: { dev: string; port: number }[],
): boolean {
  const [x, y] = ports.map(({ dev, port }) => ({
    dev,
    ifIndex:
      facts.find(({ deviceId }) => deviceId === dev)?.bridge.ports.find((one) => one.port === port)?.ifIndex ?? -1,
  }));
  if (!x || !y || ports.length !== 2) return false;
  const wanted = {
    a_dev: x.dev,
    a_if: '',
    a_ifindex: x.ifIndex,
    b_dev: y.dev,
    b_if: '',
    b_ifindex: y.ifIndex,
    kind: 'bridge',
  };
  return inference.links.some((link) => shows(link, wanted));
}

(present ? describe : describe.skip).each(present ? networks : ['recorded networks'])('%s', (network) => {
  let truth: Truth;
  let facts: DeviceFacts[];
  let inference: Inference;
  beforeAll(async () => {
    truth = readTruth(network);
    facts = await factsOfRecordings([join(walks, network)]);
    inference = infer(facts);
  });

  test('finds every link with both interfaces', () => {
    const links = truth.links ?? [];
    const missing = links
      .filter((wanted) => !inference.links.some((link) => shows(link, wanted)))
      .map(({ kind, a_dev, a_if, b_dev, b_if }) => `${network}: ${kind} ${a_dev} ${a_if} -- ${b_dev} ${b_if}`)
      .filter((row) => EXCEPTIONS[row] === undefined);
    figures.push(
      `${network}: links ${links.length - missing.length} of ${links.length}, hosts ${truth.hosts?.length ?? 0}`,
    );
    expect(missing).toEqual([]);
  });

  test('claims no link between polled devices that the truth does not have', () => {
    const polled = new Set(inference.devices.filter((device) => device.polled).map(({ id }) => id));
    const wrong = inference.links.filter((link) => {
      if (!polled.has(link.a.device) || !polled.has(link.b.device)) return false;
      if ((truth.links ?? []).some((wanted) => shows(link, wanted))) return false;
      const allowed = (truth.allowed_links ?? []).some(
        ({ a_dev, a_ifindex, b_dev }) =>
          link.a.device === a_dev && link.a.ifIndex === a_ifindex && link.b.device === b_dev,
      );
      return !allowed && !(truth.segments ?? []).some(({ ports }) => isSegmentLink(facts, link, ports));
    });
    expect(wrong.map(({ a, b, method }) => ({ a, b, method }))).toEqual([]);
    for (const { a_dev, b_dev, dev } of truth.not_links ?? []) {
      const devices = new Set([a_dev ?? dev, b_dev ?? dev]);
      expect(inference.links.filter(({ a, b }) => devices.has(a.device) && devices.has(b.device))).toEqual([]);
    }
  });

  test('finds the segments with the MACs on them', () => {
    for (const { ports, macs } of truth.segments ?? []) {
      const wanted = ports.map(({ dev, port }) => `${dev} ${port}`).sort();
      const found = inference.segments.find(
        (segment) =>
          JSON.stringify(segment.ports.map((port) => `${port.device} ${port.bridgePort}`).sort()) ===
          JSON.stringify(wanted),
      );
      if (found) expect(found.macs).toEqual(macs.map(colons).sort());
      else expect({ wanted, asLink: isAsLink(facts, inference, ports) }).toEqual({ wanted, asLink: true });
    }
  });

  test('places every host, and none that is undecided', () => {
    const placed = new Map(inference.hosts.map((host) => [host.mac, `${host.device} ${host.bridgePort}`]));
    for (const { mac, dev, port } of truth.hosts ?? [])
      expect([mac, placed.get(colons(mac))]).toEqual([mac, `${dev} ${port}`]);
    for (const mac of Object.values(truth.undecided_macs ?? {}).flat()) expect(placed.get(colons(mac))).toBeUndefined();
    if (truth.hosts) expect(placed.size).toBe(truth.hosts.length);
  });

  test('shows neighbours that nobody polls as one device each', () => {
    const known = inference.devices.filter((device) => !device.polled);
    for (const { chassis, neighbours } of truth.external_neighbours ?? []) {
      if (chassis !== undefined && /^[0-9a-f]{12}$/.test(chassis)) {
        expect(known.filter(({ macs }) => macs.includes(colons(chassis)))).toHaveLength(1);
      }
      for (const { device } of neighbours ?? []) {
        expect(known.filter(({ sysName }) => sysName === device)).toHaveLength(1);
      }
    }
  });

  test('prints the same whatever the order of devices and rows', async () => {
    const printed = JSON.stringify(inferenceJson(inference));
    const shuffled = facts.map(reverseRows).reverse();
    expect(JSON.stringify(inferenceJson(infer(shuffled)))).toBe(printed);
  });

  test('every sentence of evidence is of a device that was given', () => {
    const given = new Set(facts.map(({ deviceId }) => deviceId));
    for (const { evidence } of [...inference.links, ...inference.segments, ...inference.hosts]) {
      expect(evidence.length).toBeGreaterThan(0);
      for (const { device, table } of evidence) {
        expect(given.has(device)).toBe(true);
        expect(table).toMatch(/^\w+Table$/);
      }
    }
  });

  test('reads every VLAN context', () => {
    const rows = facts.flatMap(({ tables }) =>
      Object.entries(tables).flatMap(([name, report]) => {
        const vlan = /^dot1dTpFdbTable@(\d+)$/.exec(name)?.[1];
        return vlan === undefined ? [] : [[vlan, report.rows] as const];
      }),
    );
    const wanted = Object.entries(truth.per_vlan ?? {}).filter(([vlan]) => Number(vlan) < 1002 || Number(vlan) > 1005);
    if (rows.length > 0)
      expect(Object.fromEntries(rows)).toMatchObject(Object.fromEntries(wanted.map(([vlan, { fdb }]) => [vlan, fdb])));
  });
});

function isSegmentLink(
  facts: readonly DeviceFacts[],
  link: InferredLink,
  ports: { dev: string; port: number }[],
): boolean {
  const bridgePort = (device: string, ifIndex: number | null) =>
    facts.find(({ deviceId }) => deviceId === device)?.bridge.ports.find((port) => port.ifIndex === ifIndex)?.port;
  const ends = [link.a, link.b].map(({ device, ifIndex }) => `${device} ${bridgePort(device, ifIndex) ?? '?'}`);
  return ports.length === 2 && ports.every(({ dev, port }) => ends.includes(`${dev} ${port}`));
}

const reversed = <T>(rows: readonly T[]): T[] => [...rows].reverse();

function reverseRows(facts: DeviceFacts): DeviceFacts {
  return {
    ...facts,
    interfaces: reversed(facts.interfaces),
    arp: reversed(facts.arp),
    mac: reversed(facts.mac),
    localPorts: reversed(facts.localPorts),
    lldp: reversed(facts.lldp),
    cdp: reversed(facts.cdp),
    stp: { bridges: reversed(facts.stp.bridges), ports: reversed(facts.stp.ports) },
    lag: reversed(facts.lag),
    stack: reversed(facts.stack),
    routing: reversed(facts.routing),
  };
}

interface SingleDevice {
  device: string;
  file: string;
  links: { local_ifindex: number; protocol: string; remote_name: string; remote_port: string }[];
  fdb?: { mac: string; ifindex: number; vlan: number }[];
  arp?: { mac: string; ip: string }[];
  ospf?: { nbr_ip: string; router_id: string }[];
  stp_ports?: number;
}

/** A suffix in brackets is optional, case and the separators of a MAC do not matter. */
const portKey = (port: string | null) => {
  const plain = (port ?? '')
    .toLowerCase()
    .replace(/\s*\([^)]*\)\s*$/, '')
    .trim();
  return /^[0-9a-f]{2}([ :-][0-9a-f]{2}){5}$/.test(plain) ? bare(plain) : plain;
};
const nameKey = (name: string | null) =>
  (name ?? '')
    .toLowerCase()
    .replace(/\s*\([^)]*\)\s*$/, '')
    .trim();

const singles = present ? readTruth<{ devices: SingleDevice[] }>('lnms-single-devices').devices : [];

(present ? describe : describe.skip).each(present ? singles.map((one) => one.device) : ['recorded devices'])(
  '%s',
  (name) => {
    let lines: FactLine[];
    let facts: DeviceFacts;
    const truth = () => singles.find(({ device }) => device === name) as SingleDevice;
    beforeAll(async () => {
      const [recording] = await readRecordings([join(walks, 'lnms-single-devices', truth().file)]);
      if (!recording) throw new Error('no recording');
      facts = await pollDevice(recording.id, recordingReader(recording), { now: () => new Date(0) });
      lines = factLines(facts);
    });

    test('has every neighbour', () => {
      const missing = truth().links.filter(
        (wanted) =>
          !lines.some(
            (line) =>
              line.table === wanted.protocol &&
              line.ifIndex === wanted.local_ifindex &&
              nameKey(line.remoteName) === nameKey(wanted.remote_name) &&
              portKey(line.remotePort) === portKey(wanted.remote_port),
          ),
      );
      expect(
        missing.filter((row) => EXCEPTIONS[`${name} ${row.remote_name} ${row.remote_port}`] === undefined),
      ).toEqual([]);
    });

    test('has every forwarding, ARP and OSPF row', () => {
      const of = (table: string) => lines.filter((line) => line.table === table);
      const forwarding = new Set(of('mac').map((line) => `${bare(line.mac)} ${line.ifIndex ?? 0} ${line.vlan ?? 0}`));
      expect(
        (truth().fdb ?? []).filter(({ mac, ifindex, vlan }) => !forwarding.has(`${mac} ${ifindex} ${vlan}`)),
      ).toEqual([]);
      const arp = new Set(of('arp').map((line) => `${bare(line.mac)} ${line.ip ?? ''}`));
      expect((truth().arp ?? []).filter(({ mac, ip }) => !arp.has(`${mac} ${ip}`))).toEqual([]);
      const ospf = new Set(of('ospf').map((line) => `${line.ip ?? ''} ${line.remoteName ?? ''}`));
      expect((truth().ospf ?? []).filter(({ nbr_ip, router_id }) => !ospf.has(`${nbr_ip} ${router_id}`))).toEqual([]);
    });

    test('has every port of the spanning tree', () => {
      expect(facts.stp.ports.length).toBeGreaterThanOrEqual(truth().stp_ports ?? 0);
    });
  },
);
