import { pageUrl } from './links';

test.each([
  ['no query', pageUrl('find'), '/a/plantgraph-network-app/find'],
  [
    'a MAC in the query',
    pageUrl('modem', { mac: '00:10:95:aa:00:01' }),
    '/a/plantgraph-network-app/modem?mac=00%3A10%3A95%3Aaa%3A00%3A01',
  ],
  [
    'what is not given',
    pageUrl('path', { from: 'core-1', to: undefined }),
    '/a/plantgraph-network-app/path?from=core-1',
  ],
])('builds an address with %s', (_name, url, expected) => {
  expect(url).toBe(expected);
});
