import { type Draft, macOf, hostMac, device, sees, arp, address, replace, text, segmentsOf } from './facts-fixtures.js';
import { infer } from './infer.js';

describe('layer 3', () => {
  const ospf = (neighbourIp: string) => ({
    protocol: 'ospf' as const,
    up: true,
    state: 8,
    localRouterId: null,
    neighbourRouterId: null,
    neighbourIp,
    ifIndex: null,
  });
  const router = (id: string, number: number, addresses: [number, string][], fill: (d: Draft) => void = () => {}) =>
    device(id, number, (d) => {
      d.bridge = { ...d.bridge, ports: [], baseAddress: null };
      d.interfaces = replace(d.interfaces, ...addresses.map(([ifIndex, ip]) => address(number, ifIndex, ip)));
      fill(d);
    });

  test('R15: an adjacency is a link of its own layer, at the interface of the subnet', () => {
    const found = infer([
      router('a', 1, [[1, '10.0.0.1']], (d) => (d.routing = [ospf('10.0.0.2')])),
      router('b', 2, [[4, '10.0.0.2']], (d) => (d.routing = [ospf('10.0.0.1')])),
    ]);
    expect(text(found)).toEqual(['a:1 b:4 ospf2 L3']);
    expect(found.links[0]?.confidence).toBeLessThan(0.8);
  });

  test('R15: three routers in one network are a segment, not a mesh', () => {
    const all = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
    const found = infer(
      all.map((ip, at) =>
        router(`r${at + 1}`, at + 1, [[1, ip]], (d) => (d.routing = all.filter((other) => other !== ip).map(ospf))),
      ),
    );
    expect(text(found)).toEqual([]);
    expect(segmentsOf(found)).toEqual(['r1:1 r2:1 r3:1 0']);
  });

  test('an adjacency that is not up is none', () => {
    const down = { ...ospf('10.0.0.2'), up: false, state: 2 };
    expect(
      infer([router('a', 1, [[1, '10.0.0.1']], (d) => (d.routing = [down])), router('b', 2, [[1, '10.0.0.2']])]).links,
    ).toEqual([]);
  });

  test('R20: address and MAC of a far interface in the ARP table', () => {
    const found = infer([
      router('a', 1, [[1, '10.0.0.1']], (d) => (d.arp = [arp(1, '10.0.0.2', macOf(2, 4))])),
      router('b', 2, [[4, '10.0.0.2']], (d) => (d.arp = [arp(4, '10.0.0.1', macOf(1, 1))])),
    ]);
    expect(text(found)).toEqual(['a:1 b:4 arp2 L3']);
  });

  test('an address that is elsewhere with another MAC makes no link', () => {
    const found = infer([
      router('a', 1, [[1, '192.168.2.2']], (d) => (d.arp = [arp(1, '192.168.2.1', hostMac(9))])),
      router('b', 2, [[4, '192.168.2.1']]),
    ]);
    expect(found.links).toEqual([]);
  });

  test('an address that two devices own is no identity', () => {
    const found = infer([
      router('a', 1, [[1, '10.0.0.1']], (d) => (d.routing = [ospf('10.0.0.2')])),
      router('b', 2, [[1, '10.0.0.2']]),
      router('c', 3, [[1, '10.0.0.2']]),
    ]);
    expect(found.links.filter(({ b }) => !b.device.startsWith('ext:'))).toEqual([]);
  });

  test('ARP over a cable that is known is proof of the cable, not a second link', () => {
    const found = infer([
      device('a', 1, (d) => {
        d.lldp = [sees(1, { number: 2, port: 4 })];
        d.interfaces = replace(d.interfaces, address(1, 1, '10.0.0.1'));
        d.arp = [arp(1, '10.0.0.2', macOf(2, 4))];
      }),
      device('b', 2, (d) => (d.interfaces = replace(d.interfaces, address(2, 4, '10.0.0.2')))),
    ]);
    expect(text(found)).toEqual(['a:1 b:4 lldp1']);
    expect(found.links[0]?.evidence.map(({ table }) => table)).toContain('ipNetToMediaTable');
  });
});
