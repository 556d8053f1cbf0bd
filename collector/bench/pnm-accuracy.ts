import { magnitudeRuns } from '../src/pnm/measures/channel.js';
import { findEchoes } from '../src/pnm/measures/echoes.js';
import { groupModems, type Signature } from '../src/pnm/measures/groups.js';
import { findNotches } from '../src/pnm/measures/notches.js';
import { standingWave } from '../src/pnm/measures/shape.js';
import { FIRST_HZ, LAST_HZ, makeChannel, makeMer, randomOf, type MadeChannel, type Random } from './pnm-plant.js';

/** How well impairments of known place and size are found: one row a kind, size and signal-to-noise ratio. */
export interface AccuracyRow {
  readonly kind: 'notch' | 'ripple' | 'echo' | 'echoBesideNotch' | 'suckOut' | 'group';
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
const MIN_ECHO_NS = 50;
const MAX_ECHO_NS = 3000;

function notchTrial(random: Random, widthHz: number, depthDb: number, noiseDb: number): Trial {
  const centerHz = random.between(FIRST_HZ + widthHz / 2 + EDGE_HZ, LAST_HZ - widthHz / 2 - EDGE_HZ);
  const notches = depthDb === 0 ? [] : [{ centerHz, widthHz, depthDb }];
  const found = findNotches(makeMer(random, { notches, noiseDb, tiltDbPerMhz: random.between(-0.027, 0.002) }));
  const hits = found.filter(
    (notch) =>
      depthDb > 0 &&
      Math.abs(notch.centerHz - centerHz) <= Math.max(0.15e6, widthHz * 0.1) &&
      Math.abs(notch.widthHz - widthHz) <= Math.max(0.3e6, widthHz * 0.2),
  );
  return { made: notches.length, foundOfMade: Math.min(1, hits.length), found: found.length };
}

function rippleTrial(random: Random, amplitudeDb: number, noiseDb: number): Trial {
  const periodHz = random.between(0.8e6, 15e6);
  const found = standingWave(
    makeMer(random, amplitudeDb === 0 ? { noiseDb } : { noiseDb, ripple: { periodHz, amplitudeDb } }),
  );
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

/** No echo at level null. */
function echoTrial(random: Random, levelDb: number | null, snrDb: number, beside: MadeChannel = {}): Trial {
  const delayNs = MIN_ECHO_NS * (MAX_ECHO_NS / MIN_ECHO_NS) ** random.uniform();
  const channel = makeChannel(random, {
    snrDb,
    bulkDelayNs: random.between(-150, 2200),
    tiltDbPerMhz: random.between(-0.015, 0.015),
    echoes: levelDb === null ? [] : [{ delayNs, levelDb }],
    ...beside,
  });
  const echoes = findEchoes(channel)?.echoes ?? [];
  if (levelDb === null) return { made: 0, foundOfMade: 0, found: echoes.length };
  const hits = echoes.filter((echo) => Math.abs(echo.delayNs - delayNs) < 3 && Math.abs(echo.levelDb - levelDb) < 3);
  const errorsM = hits.map((echo) => {
    return Math.abs(echo.distance.lengthM - (echo.distance.velocityFactor * 299_792_458 * delayNs) / 2e9);
  });
  return { made: 1, foundOfMade: Math.min(1, hits.length), found: echoes.length, errorsM };
}

/** One to three of them, anywhere in the channel. */
const notchesFor = (random: Random, widestHz: number) =>
  times(1 + Math.floor(3 * random.uniform()), () => ({
    centerHz: random.between(FIRST_HZ + EDGE_HZ, LAST_HZ - EDGE_HZ),
    widthHz: random.between(1e6, widestHz),
    depthDb: random.between(10, 30),
  }));

const BESIDE: readonly [string, (random: Random) => MadeChannel][] = [
  ['suck-outs', (random) => ({ dips: notchesFor(random, 30e6) })],
  ['resonances', (random) => ({ resonances: notchesFor(random, 30e6) })],
  ['exclusions', (random) => ({ excluded: notchesFor(random, 30e6) })],
];

function suckOutTrial(random: Random, depthDb: number, snrDb: number): Trial {
  const widthHz = random.between(5e6, 18e6);
  const centerHz = random.between(FIRST_HZ + 30e6, LAST_HZ - 30e6);
  const dips = [{ centerHz, widthHz, depthDb }];
  const runs = magnitudeRuns(makeChannel(random, { dips, tiltDbPerMhz: random.between(-0.02, 0.02), snrDb }));
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

/** Of the receiver's estimate. */
const SNRS_DB = [25, 35, 45];
/** Of one subcarrier's MER from capture to capture: 0.78 was measured, more is a weak signal. */
const CAPTURE_NOISES_DB = [0.4, 0.78, 1.5];
const NOTCH_DEPTHS_DB = [3, 4, 6, 10];
const NOTCH_WIDTHS_MHZ = [0.5, 1, 3, 5, 10, 20];

/** All rows for one seed; `trials` of each. `every` above 1 takes only each n-th condition of a kind. */
export function measureAccuracy(trials: number, seed = 1, every = 1): AccuracyRow[] {
  const random = randomOf(seed);
  const rows: AccuracyRow[] = [];
  const add = (kind: AccuracyRow['kind'], conditions: readonly (readonly [string, () => Trial])[]) => {
    conditions.forEach(([condition, trial], i) => {
      if (i % every === 0) rows.push(rowOf(kind, condition, times(trials, trial)));
    });
  };
  add(
    'notch',
    CAPTURE_NOISES_DB.flatMap((noiseDb) => [
      [`none made, noise ${noiseDb} dB`, () => notchTrial(random, 1e6, 0, noiseDb)] as const,
      ...NOTCH_WIDTHS_MHZ.flatMap((mhz) =>
        NOTCH_DEPTHS_DB.map((db): [string, () => Trial] => [
          `${mhz} MHz wide, ${db} dB deep, noise ${noiseDb} dB`,
          () => notchTrial(random, mhz * 1e6, db, noiseDb),
        ]),
      ),
    ]),
  );
  add(
    'ripple',
    CAPTURE_NOISES_DB.flatMap((noiseDb) =>
      [0, 0.1, 0.2, 0.4, 1].map((db): [string, () => Trial] => [
        `${db === 0 ? 'none made' : `${db} dB`}, noise ${noiseDb} dB`,
        () => rippleTrial(random, db, noiseDb),
      ]),
    ),
  );
  add(
    'echo',
    [null, -10, -20, -30, -36, -40].flatMap((levelDb) =>
      SNRS_DB.map((snrDb): [string, () => Trial] => [
        `${levelDb === null ? 'none made' : `${levelDb} dB`}, SNR ${snrDb} dB`,
        () => echoTrial(random, levelDb, snrDb),
      ]),
    ),
  );
  add(
    'echoBesideNotch',
    BESIDE.flatMap(([name, beside]) =>
      [null, -10, -20, -30, -40].flatMap((levelDb) =>
        SNRS_DB.map((snrDb): [string, () => Trial] => [
          `${levelDb === null ? 'none made' : `${levelDb} dB`}, 1 to 3 ${name}, SNR ${snrDb} dB`,
          () => echoTrial(random, levelDb, snrDb, beside(random)),
        ]),
      ),
    ),
  );
  add(
    'suckOut',
    [4, 6, 10].flatMap((db) =>
      SNRS_DB.map((snrDb): [string, () => Trial] => [
        `${db} dB deep, SNR ${snrDb} dB`,
        () => suckOutTrial(random, db, snrDb),
      ]),
    ),
  );
  add(
    'group',
    [0, 3, 5, 12].map((faulty) => [`16 modems, ${faulty} of a shared fault`, () => groupTrial(random, faulty)]),
  );
  return rows;
}
