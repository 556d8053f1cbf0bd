import { searchNodes } from './search';
import { node } from './testing';

const nodes = [
  node('core-1', { title: 'core-1.hq', site: 'hq', address: '10.0.0.1' }),
  node('acc-10', { title: 'Access 10', address: '10.0.0.10' }),
  node('acc-2', { title: 'Access 2', address: '10.0.0.2' }),
  node('host:00:10:95:aa:00:01', { title: 'camera', kind: 'host', address: '10.1.0.7' }),
  node('cm:00:10:95:bb:00:02', { title: '00:10:95:bb:00:02', kind: 'modem' }),
];

test.each([
  ['', []],
  ['   ', []],
  ['core', ['core-1']],
  ['CORE-1', ['core-1']],
  ['access', ['acc-2', 'acc-10']],
  ['10.0.0.1', ['core-1', 'acc-10']],
  ['10.1.0.7', ['host:00:10:95:aa:00:01']],
  ['00:10:95:aa:00:01', ['host:00:10:95:aa:00:01']],
  ['0010.95aa.0001', ['host:00:10:95:aa:00:01']],
  ['00-10-95-AA-00-01', ['host:00:10:95:aa:00:01']],
  ['001095aa0001', ['host:00:10:95:aa:00:01']],
  ['00:10:95', ['cm:00:10:95:bb:00:02', 'host:00:10:95:aa:00:01']],
  ['nobody', []],
])('%p finds %j', (text, ids) => {
  expect(searchNodes(nodes, text).map((hit) => hit.node.id)).toEqual(ids);
});

test('gives no more than asked', () => {
  expect(searchNodes(nodes, '10', 2)).toHaveLength(2);
});
