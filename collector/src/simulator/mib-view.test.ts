import fc from 'fast-check';
import { TAG } from '../snmp/ber.js';
import { mergeInstances, sortInstances, type ServedInstance } from './mib-view.js';

test('merging is sorting, and the second list wins', () => {
  const list = (value: number) =>
    fc
      .array(fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }), { maxLength: 12 })
      .map((oids): ServedInstance[] => oids.map((oid) => ({ oid, tag: TAG.integer, value })));
  fc.assert(
    fc.property(list(1), list(2), (stable, moving) => {
      const merged = mergeInstances(sortInstances(stable), sortInstances(moving));
      const expected = sortInstances([...stable, ...moving]);
      expect(merged.map(({ oid, value }) => [oid, value])).toEqual(expected.map(({ oid, value }) => [oid, value]));
    }),
  );
});
