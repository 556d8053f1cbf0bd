// @ts-check
/** Serves the preview on made-up data, without a collector, and prints its address. Ends with its parent. */
import { startPreview } from '../preview/server.mjs';
import { fixtureDatabase, fixturePlant } from './fixture.mjs';

const preview = await startPreview({
  port: 0,
  // Nobody listens on the discard port: the pages show what a silent collector looks like.
  apiUrl: 'http://127.0.0.1:9',
  token: 'not-a-secret',
  queryDatabase: fixtureDatabase(fixturePlant()),
});
process.stdout.write(`${preview.url}\n`);
process.stdin.on('end', () => void preview.stop()).resume();
