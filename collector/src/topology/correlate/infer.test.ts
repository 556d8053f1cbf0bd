import fc from 'fast-check';
import { hex, macOf, port, device, learned, text } from './facts-fixtures.js';
import { infer } from './infer.js';

/** A random tree of switches; hosts on every one, complete tables. */
const anyTree = fc
  .tuple(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), fc.integer({ min: 3, max: 5 }), fc.boolean())
  .map(([parents, hostsEach, macsVisible]) => {
    const count = parents.length + 1;
    const parentOf = [-1, ...parents.map((parent, at) => parent % (at + 1))];
    return { count, parentOf, hostsEach, macsVisible };
  });

/** Port 1 leads to the parent, 20 + n to child n, 50 + k to host k. */
function treeFacts({
  count,
  parentOf,
  hostsEach,
  macsVisible,
}: {
  count: number;
  parentOf: number[];
  hostsEach: number;
  macsVisible: boolean;
}) {
  const up = (node: number): number[] => (node < 0 ? [] : [node, ...up(parentOf[node] as number)]);
  const portTo = (from: number, to: number): number => {
    if (up(from).includes(to) || !up(to).includes(from)) return 1;
    const path = up(to);
    return 20 + (path[path.indexOf(from) - 1] as number);
  };
  const nodes = Array.from({ length: count }, (_, at) => at);
  return nodes.map((node) =>
    device(`s${node}`, node + 1, (d) => {
      const indexes = [
        1,
        ...nodes.map((child) => 20 + child),
        ...Array.from({ length: hostsEach }, (_, at) => 50 + at),
      ];
      d.interfaces = indexes.map((ifIndex) => port(node + 1, ifIndex));
      d.bridge = { ...d.bridge, ports: indexes.map((ifIndex) => ({ port: ifIndex, ifIndex })) };
      d.mac = nodes.flatMap((other) => {
        const hosts = Array.from({ length: hostsEach }, (_, at) => `00:20:00:00:${hex(other)}:${hex(at)}`);
        if (other === node) return hosts.flatMap((mac, at) => learned(50 + at, mac));
        return learned(portTo(node, other), ...hosts, ...(macsVisible ? [macOf(other + 1)] : []));
      });
    }),
  );
}

describe('properties', () => {
  test('any tree with complete tables is found whole, and every host on its port', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const found = infer(treeFacts(tree));
        const wanted = tree.parentOf
          .flatMap((parent, child) => (parent < 0 ? [] : [`s${parent}:${20 + child} s${child}:1`]))
          .sort();
        expect(
          text(found)
            .map((link) => link.replace(' bridge0', ''))
            .sort(),
        ).toEqual(wanted);
        expect(found.hosts).toHaveLength(tree.count * tree.hostsEach);
        expect(found.hosts.every(({ ifIndex }) => (ifIndex ?? 0) >= 50)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('the order of devices and rows does not matter, and a second run changes nothing', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const facts = treeFacts(tree);
        const printed = JSON.stringify(infer(facts));
        const shuffled = [...facts].reverse().map((one) => ({ ...one, mac: [...one.mac].reverse() }));
        expect(JSON.stringify(infer(shuffled))).toBe(printed);
        expect(JSON.stringify(infer(facts))).toBe(printed);
      }),
      { numRuns: 30 },
    );
  });

  test('no host hangs on a port that a link uses, and evidence names given devices', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        const facts = treeFacts(tree);
        const { links, hosts } = infer(facts);
        const used = new Set(links.flatMap(({ a, b }) => [`${a.device} ${a.ifIndex}`, `${b.device} ${b.ifIndex}`]));
        expect(hosts.filter(({ device: at, ifIndex }) => used.has(`${at} ${ifIndex}`))).toEqual([]);
        const given = new Set(facts.map(({ deviceId }) => deviceId));
        for (const { evidence } of [...links, ...hosts])
          expect(evidence.every((one) => given.has(one.device))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});
