import type { Mac } from '../lib/mac.js';
import { TAG } from '../snmp/ber.js';
import type { Instance } from '../snmp/recording.js';
import type { AgentSpec } from './agent.js';
import type { Impairment, OfdmChannel } from './channel.js';
import { mergeInstances, sortInstances, type MibView, type ServedInstance, type SetOutcome } from './mib-view.js';
import type { CaptureHead } from './modem-capture.js';
import { createFileStore } from './modem-files.js';
import { identityInstances, MAC_LAYER_IF_INDEX, MIB2, type ModemIdentity } from './modem-identity.js';
import { levelInstances } from './modem-levels.js';
import { createMeasurer, segmentCentres } from './modem-measure.js';
import { applySet, isOfSpectrumFile, modemObjects, SetRefused, type ModemAction } from './modem-objects.js';
import { bootState, CTL, MEAS, testOf, UPLOAD_CONTROL, type TestRows } from './modem-state.js';
import { AMPLITUDE_COLUMN, TEST_SPECS, type ModemTest } from './modem-tests.js';
import type { Misbehaviour } from './misbehaviour.js';
import { createRandom, deriveSeed } from './random.js';
import { DEFAULT_LEVELS, UPSTREAM_OFDMA, type ModemLevels } from './rf-plan.js';

/** How a modem is to fail beyond what any agent can (pnm-control reference, 8). */
export interface ModemFaults {
  /** Uploads under the default name, whatever name was set. */
  readonly ignoresFileName?: boolean;
  /** Falls silent in the middle of the upload after this many blocks. */
  readonly stopsUploadAfterBlocks?: number;
  /** Measures and says so, but never sends. */
  readonly neverUploads?: boolean;
  /** Another modem's MAC inside the file. */
  readonly macInFile?: Mac;
  /** After a trigger the status of the run before stays readable for so long. */
  readonly staleStatusMs?: number;
  /** Accepts the trigger, then says resourceUnavailable. */
  readonly refusesResources?: boolean;
  /** Sends files of the older family without version octets. */
  readonly sendsLegacyFiles?: boolean;
  /** Counts its capture times from boot. */
  readonly hasNoTimeOfDay?: boolean;
  /** Its spectrum analyser writes no file and shows its table only. */
  readonly lacksSpectrumFile?: boolean;
  /** Of the two files of a pre-equaliser the second is never made. */
  readonly lacksLastUpdate?: boolean;
}

export interface ModemOptions extends Omit<ModemIdentity, 'channels'> {
  readonly address: string;
  readonly port: number;
  readonly readCommunity: string;
  readonly writeCommunity: string;
  readonly channels: readonly OfdmChannel[];
  readonly seed: number;
  /** How long a test takes. */
  readonly measureMs: number;
  /** Where TFTP servers listen: real modems know 69 only. */
  readonly tftpPort: number;
  readonly tftpTimeoutMs: number;
  readonly tftpRetries: number;
  /** Asks for this block size; absent: sends no options. */
  readonly tftpBlockSize?: number;
  readonly impairments: readonly Impairment[];
  readonly levels?: ModemLevels;
  readonly faults?: ModemFaults;
  readonly misbehaviour?: Misbehaviour;
  readonly now: () => Date;
}

export interface ModemCounters {
  readonly testsRun: number;
  readonly uploadsCompleted: number;
  readonly uploadsFailed: number;
  readonly filesOverwritten: number;
  readonly setsRefused: number;
}

/** A DOCSIS 3.1 modem: its agent, its gate, its tests and its uploads. */
export interface Modem {
  readonly mac: Mac;
  readonly address: string;
  /** To be run by `createAgents`. */
  readonly agent: AgentSpec;
  impair(impairments: readonly Impairment[]): void;
  impairments(): readonly Impairment[];
  fail(faults: ModemFaults): void;
  /** Forgets files, tests and destination, and counts its time from zero. */
  reboot(): Promise<void>;
  counters(): ModemCounters;
  /** Ends tests and uploads; the agent is stopped by whoever runs it. */
  stop(): Promise<void>;
}

const DONE: SetOutcome = { errorStatus: 0, errorIndex: 0 };

export function createModem(options: ModemOptions): Modem {
  const { mac, channels, levels = DEFAULT_LEVELS } = options;
  const now = () => options.now().getTime();
  const random = createRandom(deriveSeed(options.seed, mac));
  const rows: TestRows = {
    downstream: channels.map(({ ifIndex }) => ifIndex),
    upstream: [UPSTREAM_OFDMA.ifIndex],
    mac: MAC_LAYER_IF_INDEX,
  };
  const all = modemObjects(rows, now);
  const objects = new Map(all.map((object) => [object.oid.join('.'), object]));
  const counters = { testsRun: 0, setsRefused: 0 };
  const timers = new Set<NodeJS.Timeout>();
  const running = new Map<string, NodeJS.Timeout>();
  let state = bootState(rows);
  let bootedAtMs = now();
  let impairments = options.impairments;
  let faults = options.faults ?? {};
  let view: readonly ServedInstance[] | undefined;
  let fixed: readonly ServedInstance[] | undefined;
  let amplitudes: readonly ServedInstance[] = [];
  let latestSweep = 0;
  const measurer = createMeasurer({
    mac,
    channels,
    upstream: UPSTREAM_OFDMA,
    levels,
    random,
    impairments: () => impairments,
  });
  const files = createFileStore({
    ...options,
    destination: () => state.destination,
    faults: () => faults,
    onChange: () => (view = undefined),
  });

  /** Made when somebody first asks: a plant may have thousands of modems. */
  const makeFixed = (): readonly ServedInstance[] => [
    ...identityInstances(options),
    ...levelInstances({ channels, levels, random, impairments: () => impairments }),
    { oid: [...MIB2, 1, 3, 0], tag: TAG.timeTicks, value: 0, read: () => ((now() - bootedAtMs) / 10) >>> 0 },
    ...all
      .filter((object) => faults.lacksSpectrumFile !== true || !isOfSpectrumFile(object))
      .map(({ oid, tag, read }) => ({ oid, tag, value: null, read: () => read(state) })),
  ];

  const after = (delayMs: number, action: () => void): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, delayMs);
    timers.add(timer);
    return timer;
  };

  const headNow = (): CaptureHead => ({
    family: faults.sendsLegacyFiles === true ? 'PNM' : 'PNN',
    modemMac: faults.macInFile ?? mac,
    deviceTimeSec: Math.floor((now() - (faults.hasNoTimeOfDay === true ? bootedAtMs : 0)) / 1000),
  });

  const nameOf = (test: ModemTest, given: string, prefix: string): string => {
    const isNamed = given !== '' && faults.ignoresFileName !== true;
    const suffix = `${mac.replaceAll(':', '').toUpperCase()}_${Math.floor(now() / 1000)}`;
    if (!isNamed) return `${prefix}_${suffix}`;
    return TEST_SPECS[test].isNamePrefix === true ? `${given}_${suffix}` : given;
  };

  const finishTest = (test: ModemTest, row: number) => {
    const { prefixes, gate } = TEST_SPECS[test];
    const at = testOf(state, test, row);
    const measured =
      test === 'spectrum'
        ? measurer.spectrum(state.analyser.settings, headNow())
        : measurer.measure(test, row, at, headNow());
    Object.assign(at.results, measured.results);
    at.enabled = false;
    // a latency report never says that it is ready
    at.status = test === 'latency_report' ? MEAS.inactive : MEAS.sampleReady;
    if (gate !== undefined) {
      state.control.status = CTL.ready;
      state.control.durationSec = (now() - state.control.startedAtMs) / 1000;
    }
    counters.testsRun++;
    const isToUpload = state.destination.control === UPLOAD_CONTROL.autoUpload;
    for (const [file, bytes] of measured.files.entries()) {
      if (file > 0 && faults.lacksLastUpdate === true) continue;
      files.keep(nameOf(test, at.fileNames[file] ?? '', prefixes[file] ?? ''), bytes, isToUpload);
    }
  };

  /** Rows of the amplitude table come when the analyser has swept once; each value is made when it is read. */
  const runAnalyser = () => {
    amplitudes = [];
    view = undefined;
    const sweep = ++latestSweep;
    if (!state.analyser.isOn) return;
    const { settings } = state.analyser;
    after(options.measureMs, () => {
      if (!state.analyser.isOn || sweep !== latestSweep) return;
      let rows: ReturnType<typeof measurer.amplitudeRows> | undefined;
      const made = () => (rows ??= measurer.amplitudeRows(settings));
      amplitudes = segmentCentres(settings).map((centreHz, at) => ({
        oid: [...AMPLITUDE_COLUMN, centreHz],
        tag: TAG.octets,
        value: null,
        read: () => made()[at]?.octets ?? null,
      }));
      view = undefined;
    });
  };

  const perform = (action: ModemAction) => {
    if (action.kind === 'analyser') return runAnalyser();
    const { kind, test, row } = action;
    const { gate } = TEST_SPECS[test];
    // a later SET replaces the state, so a row is looked up when it is needed and never kept
    const at = () => testOf(state, test, row);
    const key = gate === undefined ? `${test} ${row}` : 'gate';
    const timer = running.get(key);
    if (timer !== undefined) {
      clearTimeout(timer);
      timers.delete(timer);
      running.delete(key);
    }
    if (kind === 'abort') {
      Object.assign(at(), { enabled: false, status: MEAS.inactive });
      if (gate !== undefined) state.control.status = CTL.ready;
      return;
    }
    if (faults.refusesResources === true) {
      at().status = MEAS.resourceUnavailable;
      return;
    }
    at().enabled = true;
    if (gate !== undefined) {
      state.control = { test: gate, status: CTL.testInProgress, startedAtMs: now(), durationSec: 0 };
    }
    const setBusy = () => {
      if (at().enabled) at().status = MEAS.busy;
    };
    if (faults.staleStatusMs === undefined) setBusy();
    else after(faults.staleStatusMs, setBusy);
    const started = after(options.measureMs, () => {
      running.delete(key);
      finishTest(test, row);
    });
    running.set(key, started);
  };

  const set = (varbinds: readonly Instance[]): SetOutcome => {
    let at = 0;
    try {
      const [first] = varbinds;
      if (varbinds.length === 1 && first !== undefined && files.control(first)) return DONE;
      const draft = structuredClone(state);
      const isHidden = faults.lacksSpectrumFile === true ? isOfSpectrumFile : () => false;
      const actions = applySet(objects, isHidden, draft, varbinds, (varbind) => (at = varbind));
      state = draft;
      for (const action of actions) perform(action);
      return DONE;
    } catch (error) {
      if (!(error instanceof SetRefused)) throw error;
      counters.setsRefused++;
      return { errorStatus: error.errorStatus, errorIndex: at + 1 };
    }
  };

  const mib: MibView = {
    instances: () =>
      (view ??= mergeInstances(
        (fixed ??= sortInstances(makeFixed())),
        sortInstances([...files.instances(), ...amplitudes]),
      )),
    set,
  };

  const stop = async () => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    running.clear();
    await files.clear();
  };

  return {
    mac,
    address: options.address,
    agent: {
      name: mac,
      address: options.address,
      port: options.port,
      readCommunity: options.readCommunity,
      writeCommunity: options.writeCommunity,
      view: (context) => (context === '' ? mib : undefined),
      ...(options.misbehaviour === undefined ? {} : { misbehaviour: options.misbehaviour }),
    },
    impair(next) {
      impairments = next;
      measurer.forget();
    },
    impairments: () => impairments,
    fail(next) {
      faults = next;
      fixed = undefined;
      view = undefined;
    },
    async reboot() {
      await stop();
      state = bootState(rows);
      amplitudes = [];
      view = undefined;
      bootedAtMs = now();
    },
    counters: () => ({ ...counters, ...files.counters() }),
    stop,
  };
}
