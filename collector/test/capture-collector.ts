// A collector's PNM side as a process of its own, so that a test can kill it. Arguments: database URL, data directory,
// the plant as JSON, modems at once.
import { createPool } from '../src/db/pool.js';
import { pnmAt, type PlantPlace } from './capture-world.js';

const [url = '', dataDir = '', place = '{}', parallelModems = '1'] = process.argv.slice(2);
const pool = createPool(url, { maxConnections: 10, onError: () => undefined });
const pnm = pnmAt(pool, dataDir, JSON.parse(place) as PlantPlace, Number(parallelModems));
for (const component of pnm.components) await component.start();
process.stdout.write('ready\n');
