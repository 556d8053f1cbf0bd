import { magnitudeRuns } from '../src/pnm/measures/channel.js';
import { findEchoes } from '../src/pnm/measures/echoes.js';
import { groupModems, type Signature } from '../src/pnm/measures/groups.js';
import { findNotches } from '../src/pnm/measures/notches.js';
import { standingWave } from '../src/pnm/measures/shape.js';
import { FIRST_HZ, LAST_HZ, makeChannel, makeMer, randomOf, type Random } from './pnm-plant.js';

/** How well impairments of known place and size are found: one row a kind, size and signal-to-noise ratio. */
export interface AccuracyRow {
  readonly kind: 'notch' | 'ripple' | 'echo' | 'suckOut' | 'group';
  readonly condition: string;
  /** Null where nothing was made. */
  readonly recall: number | null;
  /** Null where nothing was found, so that nothing was wrong either. */
  readonly precision: number | null;
  /** Largest error of a length, where the kind has one. */
  readonly maxErrorM: number | null;
}

interface Trial {
  readonly made: number;
  readonly foundOfMade: number;
  readonly found: number;
  readonly errorsM?: readonly number[];
}

function rowOf(kind: AccuracyRow['kind'], condition: string, trials: readonly Trial[]): AccuracyRow {
  const sum = (pick: (trial: Trial) => number) => trials.reduce((total, trial) => total + pick(trial), 0);
  const found = sum((trial) => trial.found);
  const made = sum((trial) => trial.made);
  const errors = trials.flatMap((trial) => trial.errorsM ?? []);
  return {
    kind,
    condition,
    recall: made === 0 ? null : sum((trial) => trial.foundOfMade) / made,
    precision: found === 0 ? null : sum((trial) => trial.foundOfMade) / found,
    maxErrorM: errors.length === 0 ? null : Math.max(...errors),
  };
}

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const EDGE_HZ = 5e6;
const NODE_MODEMS = 16;

function notchTrial(random: Random, widthHz: number, depthDb: number): Trial {
  const centerHz = random.between(FIRST_HZ + widthHz / 2 + EDGE_HZ, LAST_HZ - widthHz / 2 - EDGE_HZ);
  const notches = depthDb === 0 ? [] : [{ centerHz, widthHz, depthDb }];
  const found = findNotches(makeMer(random, { notches, tiltDbPerMhz: random.between(-0.027, 0.002) }));
  const hits = found.filter(
    (notch) =>
      depthDb > 0 &&
      Math.abs(notch.centerHz - centerHz) <= Math.max(0.15e6, widthHz * 0.1) &&
      Math.abs(notch.widthHz - widthHz) <= Math.max(0.3e6, widthHz * 0.2),
  );
  return { made: notches.length, foundOfMade: Math.min(1, hits.length), found: found.length };
}

function rippleTrial(random: Random, amplitudeDb: number): Trial {
  const periodHz = random.between(0.8e6, 15e6);
  const found = standingWave(makeMer(random, amplitudeDb === 0 ? {} : { ripple: { periodHz, amplitudeDb } }));
  if (found === undefined) return { made: amplitudeDb === 0 ? 0 : 1, foundOfMade: 0, found: 0 };
  const right = amplitudeDb > 0 && Math.abs(found.periodHz - periodHz) <= 0.03 * periodHz;
  const trueM = (found.cavity.velocityFactor * 299_792_458) / (2 * periodHz);
  return {
    made: amplitudeDb === 0 ? 0 : 1,
    foundOfMade: right ? 1 : 0,
    found: 1,
    errorsM: right ? [Math.abs(found.cavity.lengthM - trueM)] : [],
  };
}

function echoTrial(random: Random, levelDb: number, snrDb: number): Trial {
  const delayNs = random.between(40, 1500);
  const channel = makeChannel(random, {
    snrDb,
    bulkDelayNs: random.between(-150, 2200),
    tiltDbPerMhz: random.between(-0.015, 0.015),
    echoes: [{ delayNs, levelDb }],
  });
  const echoes = findEchoes(channel)?.echoes ?? [];
  const hits = echoes.filter((echo) => Math.abs(echo.delayNs - delayNs) < 3 && Math.abs(echo.levelDb - levelDb) < 3);
  const errorsM = hits.map((echo) => {
    return Math.abs(echo.distance.lengthM - (echo.distance.velocityFactor * 299_792_458 * delayNs) / 2e9);
  });
  return { made: 1, foundOfMade: Math.min(1, hits.length), found: echoes.length, errorsM };
}

function suckOutTrial(random: Random, depthDb: number): Trial {
  const widthHz = random.between(5e6, 18e6);
  const centerHz = random.between(FIRST_HZ + 30e6, LAST_HZ - 30e6);
  const dips = [{ centerHz, widthHz, depthDb }];
  const runs = magnitudeRuns(makeChannel(random, { dips, tiltDbPerMhz: random.between(-0.02, 0.02), snrDb: 40 }));
  const hits = runs.filter((run) => run.kind === 'suckOut' && run.startHz <= centerHz && run.stopHz >= centerHz);
  return { made: 1, foundOfMade: Math.min(1, hits.length), found: runs.length };
}

/** A node of 16 modems: five share a notch of the plant, others have one of their own, or let in the same LTE carrier. */
function groupTrial(random: Random, faulty: number): Trial {
  const plantModems = new Set<number>();
  while (plantModems.size < faulty) plantModems.add(Math.floor(random.uniform() * NODE_MODEMS));
  const place = () => ({
    centerHz: random.between(FIRST_HZ + 10e6, LAST_HZ - 10e6),
    widthHz: random.between(0.6e6, 6e6),
  });
  const shared = { ...place(), depthDb: random.between(4, 10) };
  const carrier = { centerHz: 942e6, widthHz: 9e6 };
  const modems = times(NODE_MODEMS, (modem) => {
    const notches = plantModems.has(modem) ? [{ ...shared, depthDb: shared.depthDb + random.between(-0.5, 0.5) }] : [];
    if (random.uniform() < 0.3) notches.push({ ...place(), depthDb: random.between(4, 10) });
    if (random.uniform() < 0.25) notches.push({ ...carrier, depthDb: random.between(3, 12) });
    const found = findNotches(makeMer(random, { notches, spursHz: random.uniform() < 0.5 ? [875e6, 1000e6] : [] }));
    const signatures = found.map((notch): Signature => ({ kind: 'notch', ...notch }));
    return {
      modem: `cm:${modem}`,
      coverage: [{ kind: 'notch' as const, fromHz: FIRST_HZ, toHz: LAST_HZ }],
      signatures,
    };
  });
  const plants = groupModems(modems).filter((group) => group.verdict === 'plant');
  const right = plants.filter(
    ({ typical }) => faulty > 0 && typical.kind === 'notch' && Math.abs(typical.centerHz - shared.centerHz) < 1e6,
  );
  const made = faulty > 0 ? 1 : 0;
  const foundOfMade = Math.min(made, right.length);
  return { made, foundOfMade, found: plants.length - right.length + foundOfMade };
}

const NOTCH_DEPTHS_DB = [3, 4, 6, 10];
const NOTCH_WIDTHS_MHZ = [0.5, 1, 3, 5, 10, 20];

/** All rows for one seed; `trials` of each. `every` above 1 takes only each n-th condition of a kind. */
export function measureAccuracy(trials: number, seed = 1, every = 1): AccuracyRow[] {
  const random = randomOf(seed);
  const rows: AccuracyRow[] = [];
  const add = (kind: AccuracyRow['kind'], conditions: readonly [string, () => Trial][]) => {
    conditions.forEach(([condition, trial], i) => {
      if (i % every === 0) rows.push(rowOf(kind, condition, times(trials, trial)));
    });
  };
  add('notch', [
    ['none made', () => notchTrial(random, 1e6, 0)],
    ...NOTCH_WIDTHS_MHZ.flatMap((mhz) =>
      NOTCH_DEPTHS_DB.map((db): [string, () => Trial] => [
        `${mhz} MHz wide, ${db} dB deep`,
        () => notchTrial(random, mhz * 1e6, db),
      ]),
    ),
  ]);
  add(
    'ripple',
    [0, 0.1, 0.2, 0.4, 1].map((db) => [db === 0 ? 'none made' : `${db} dB`, () => rippleTrial(random, db)]),
  );
  add(
    'echo',
    [-20, -30, -36, -40].flatMap((levelDb) =>
      [30, 40, 50].map((snrDb): [string, () => Trial] => [
        `${levelDb} dB, SNR ${snrDb} dB`,
        () => echoTrial(random, levelDb, snrDb),
      ]),
    ),
  );
  add(
    'suckOut',
    [4, 6, 10].map((db) => [`${db} dB deep`, () => suckOutTrial(random, db)]),
  );
  add(
    'group',
    [0, 3, 5, 12].map((faulty) => [`16 modems, ${faulty} of a shared fault`, () => groupTrial(random, faulty)]),
  );
  return rows;
}
