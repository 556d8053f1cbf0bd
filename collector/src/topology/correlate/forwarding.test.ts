import type { DeviceFacts, MacFact } from '../facts.js';
import { hex, macOf, hostMac, device, sees, learned, arp, text, hostsOf, segmentsOf } from './facts-fixtures.js';
import { infer } from './infer.js';

/** a:9 – 1:b:9 – 1:c, hosts 1 to 3 on a, 4 to 6 on b, 7 to 9 on c. */
function chain({ macsVisible }: { macsVisible: boolean }): DeviceFacts[] {
  const hosts = (...ids: number[]) => ids.map(hostMac);
  const bridges = (...ids: number[]) => (macsVisible ? ids.map((id) => macOf(id)) : []);
  const own = (...ids: number[]) => ids.flatMap((id, at) => learned(2 + at, hostMac(id)));
  return [
    device('a', 1, (d) => (d.mac = [...own(1, 2, 3), ...learned(9, ...hosts(4, 5, 6, 7, 8, 9), ...bridges(2, 3))])),
    device('b', 2, (d) => {
      d.mac = [
        ...own(4, 5, 6),
        ...learned(1, ...hosts(1, 2, 3), ...bridges(1)),
        ...learned(9, ...hosts(7, 8, 9), ...bridges(3)),
      ];
    }),
    device('c', 3, (d) => (d.mac = [...own(7, 8, 9), ...learned(1, ...hosts(1, 2, 3, 4, 5, 6), ...bridges(1, 2))])),
  ];
}

const CHAIN_HOSTS = ['a', 'b', 'c'].flatMap((id, at) => [1, 2, 3].map((n) => `${hex(at * 3 + n)} ${id}:${n + 1}`));

describe('forwarding tables', () => {
  test.each([
    ['R8: with their own MACs visible', true],
    ['R9: with shared hosts only', false],
  ])('finds neighbours, and no third bridge skipped: %s', (_name, macsVisible) => {
    const found = infer(chain({ macsVisible }));
    expect(text(found)).toEqual(['a:9 b:1 bridge0', 'b:9 c:1 bridge0']);
    expect(hostsOf(found)).toEqual(CHAIN_HOSTS);
  });

  test('device MACs are worth more than shared hosts', () => {
    const [seen, shared] = [true, false].map((macsVisible) => infer(chain({ macsVisible })).links[0]?.score[0]?.value);
    expect([seen, shared]).toEqual([0.92, 0.86]);
  });

  test('without the middle bridge its hosts hang on a segment between the others', () => {
    const [a, , c] = chain({ macsVisible: false }) as [DeviceFacts, DeviceFacts, DeviceFacts];
    const found = infer([a, c]);
    expect(text(found)).toEqual([]);
    expect(segmentsOf(found)).toEqual(['a:9 c:1 3']);
    expect(found.segments[0]?.macs).toEqual([4, 5, 6].map(hostMac));
  });

  test('a bridge that nobody polls between three others is one segment', () => {
    const on = (...ids: number[]) => learned(9, ...ids.map(hostMac));
    const found = infer([
      device('a', 1, (d) => (d.mac = [...learned(2, hostMac(1)), ...learned(3, hostMac(2)), ...on(3, 4, 5, 6)])),
      device('b', 2, (d) => (d.mac = [...learned(2, hostMac(3)), ...learned(3, hostMac(4)), ...on(1, 2, 5, 6)])),
      device('c', 3, (d) => (d.mac = [...learned(2, hostMac(5)), ...learned(3, hostMac(6)), ...on(1, 2, 3, 4)])),
    ]);
    expect(text(found)).toEqual([]);
    expect(segmentsOf(found)).toEqual(['a:9 b:9 c:9 0']);
  });

  test('R9: a single shared host proves nothing', () => {
    const found = infer([
      device('a', 1, (d) => (d.mac = [...learned(1, hostMac(1)), ...learned(2, hostMac(2))])),
      device('b', 2, (d) => (d.mac = [...learned(5, hostMac(1)), ...learned(6, hostMac(3))])),
    ]);
    expect(text(found)).toEqual([]);
  });

  test('R9: a host that moved and left a row behind does not hide the link, and is placed where it is now', () => {
    const facts = Array.from({ length: 40 }, (_, at) => at + 1);
    const found = infer([
      device('a', 1, (d) => {
        d.mac = [
          ...facts.slice(0, 20).flatMap((id) => learned(2 + (id % 5), hostMac(id))),
          ...learned(9, ...facts.slice(20).map(hostMac)),
        ];
      }),
      device('b', 2, (d) => {
        d.mac = [
          ...facts.slice(20).flatMap((id) => learned(3 + (id % 5), hostMac(id))),
          ...learned(1, ...facts.slice(1, 20).map(hostMac)),
          ...learned(9, hostMac(1)),
        ];
      }),
    ]);
    expect(text(found)).toEqual(['a:9 b:1 bridge0']);
  });

  const VRRP = '00:00:5e:00:01:01';
  test.each<[string, [number, number] | null, string[]]>([
    ['nothing is claimed', null, []],
    ['R10: the gateway decides for one reading', [9, 4], ['a:9 b:1 bridge0']],
    ['R10: the gateway decides for the other', [2, 4], ['a:2 b:3 bridge0']],
    ['R10: the gateway fits both, and nothing is claimed', [9, 3], []],
  ])('R9: two bridges with two ports each could face either way: %s', (_name, gateway, links) => {
    const many = Array.from({ length: 40 }, (_, at) => hostMac(at + 1));
    const router = (port: number | undefined) => (port === undefined ? [] : learned(port, VRRP));
    const found = infer([
      device('a', 1, (d) => {
        d.mac = [...learned(2, ...many.slice(0, 20)), ...learned(9, ...many.slice(20)), ...router(gateway?.[0])];
      }),
      device('b', 2, (d) => {
        d.mac = [
          ...learned(1, ...many.slice(1, 20)),
          ...learned(3, ...many.slice(20)),
          ...learned(4, many[0] as string),
          ...router(gateway?.[1]),
        ];
      }),
    ]);
    expect(text(found)).toEqual(links);
  });

  test('R7: more MACs than cables on one port hang on a segment', () => {
    const found = infer([device('a', 1, (d) => (d.mac = learned(3, hostMac(1), hostMac(2), hostMac(3))))]);
    expect(segmentsOf(found)).toEqual(['a:3 3']);
    expect(found.hosts.map(({ segment }) => segment)).toEqual(Array(3).fill('seg:a:3'));
  });

  test.each<[string, MacFact[]]>([
    ['a virtual router', learned(3, '00:00:5e:00:01:0a')],
    ['the device itself', learned(3, macOf(1, 4))],
    ['a self row', [{ ...(learned(3, hostMac(1))[0] as MacFact), status: 'self' }]],
    ['a management row', [{ ...(learned(3, hostMac(1))[0] as MacFact), status: 'mgmt' }]],
    ['a row without a port', [{ ...(learned(3, hostMac(1))[0] as MacFact), ifIndex: null, bridgePort: null }]],
    ['one MAC on two ports of one VLAN', [...learned(3, hostMac(1)), ...learned(4, hostMac(1))]],
  ])('R16: places no host for %s', (_name, mac) => {
    expect(infer([device('a', 1, (d) => (d.mac = mac))]).hosts).toEqual([]);
  });

  test('names a host by any ARP table, and gives it its VLAN', () => {
    const { hosts } = infer([
      device('a', 1, (d) => (d.mac = learned(3, hostMac(1)))),
      device('gateway', 2, (d) => (d.arp = [arp(1, '10.0.0.5', hostMac(1))])),
    ]);
    expect(hosts).toMatchObject([{ ips: ['10.0.0.5'], method: 'arp', confidence: 0.9, vlans: [1] }]);
  });

  test('a polled router hangs where its MAC was learned, and is no host', () => {
    const router = device('router', 5, (d) => (d.bridge = { ...d.bridge, ports: [], baseAddress: null }));
    const found = infer([device('a', 1, (d) => (d.mac = learned(3, macOf(5, 2)))), router]);
    expect(text(found)).toEqual(['a:3 router:2 bridge0']);
    expect(found.hosts).toEqual([]);
  });

  test('hosts behind an LLDP bridge that is polled are not placed on the port to it', () => {
    const found = infer([
      device('a', 1, (d) => {
        d.lldp = [sees(1, { number: 2, port: 5 })];
        d.mac = learned(1, hostMac(1));
      }),
      device('b', 2),
    ]);
    expect(found.hosts).toEqual([]);
  });
});
