import type { Mac } from '../lib/mac.js';
import { TAG } from '../snmp/ber.js';
import type { Instance } from '../snmp/recording.js';
import type { AgentSpec } from './agent.js';
import { merShapeDb, summariseMer, type Impairment, type OfdmChannel } from './channel.js';
import { sortInstances, type MibView, type ServedInstance, type SetOutcome } from './mib-view.js';
import { captureConstellation, captureRxMer, selectOrder, type CaptureHead } from './modem-capture.js';
import { createFileStore } from './modem-files.js';
import { identityInstances, MIB2, type ModemIdentity } from './modem-identity.js';
import { applySet, modemObjects, SetRefused, type ModemAction } from './modem-objects.js';
import { bootState, CTL, CTL_TEST, MEAS, UPLOAD_CONTROL, type ModemTest, type TestState } from './modem-state.js';
import type { Misbehaviour } from './misbehaviour.js';
import { createRandom, deriveSeed } from './random.js';

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
const DEFAULT_PREFIX: Readonly<Record<ModemTest, string>> = { rxmer: 'PNMDsMer', constellation: 'PNMDSConDisp' };

export function createModem(options: ModemOptions): Modem {
  const { mac, channels } = options;
  const now = () => options.now().getTime();
  const random = createRandom(deriveSeed(options.seed, mac));
  const objects = new Map(modemObjects(channels, now).map((object) => [object.oid.join('.'), object]));
  const counters = { testsRun: 0, setsRefused: 0 };
  const timers = new Set<NodeJS.Timeout>();
  let running: NodeJS.Timeout | undefined;
  let state = bootState(channels);
  let bootedAtMs = now();
  let impairments = options.impairments;
  let faults = options.faults ?? {};
  let view: readonly ServedInstance[] | undefined;
  let fixed: readonly ServedInstance[] | undefined;
  let shapes = new Map<OfdmChannel, Float32Array>();
  const files = createFileStore({
    ...options,
    destination: () => state.destination,
    faults: () => faults,
    onChange: () => (view = undefined),
  });

  /** Made when somebody first asks: a plant may have thousands of modems. */
  const makeFixed = (): readonly ServedInstance[] => [
    ...identityInstances(options),
    { oid: [...MIB2, 1, 3, 0], tag: TAG.timeTicks, value: 0, read: () => ((now() - bootedAtMs) / 10) >>> 0 },
    ...[...objects.values()].map(({ oid, tag, read }) => ({ oid, tag, value: null, read: () => read(state) })),
  ];

  const after = (delayMs: number, action: () => void): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, delayMs);
    timers.add(timer);
    return timer;
  };

  const shapeOf = (channel: OfdmChannel): Float32Array => {
    const shape = shapes.get(channel) ?? merShapeDb(channel, impairments);
    shapes.set(channel, shape);
    return shape;
  };

  const measure = (test: ModemTest, channel: OfdmChannel): Uint8Array => {
    const head: CaptureHead = {
      family: faults.sendsLegacyFiles === true ? 'PNM' : 'PNN',
      modemMac: faults.macInFile ?? mac,
      deviceTimeSec: Math.floor((now() - (faults.hasNoTimeOfDay === true ? bootedAtMs : 0)) / 1000),
    };
    if (test === 'rxmer') {
      const { bytes, merDb } = captureRxMer(head, channel, shapeOf(channel), random);
      const row = state.rxmer.get(channel.ifIndex);
      if (row !== undefined) Object.assign(row, summariseMer(channel, merDb, row.percentile));
      return bytes;
    }
    const row = state.constellation.get(channel.ifIndex);
    const selected = selectOrder(channel, row?.orderOffset ?? 0);
    if (row !== undefined) row.modulationCode = selected.code;
    const symbolCount = row?.symbolCount ?? 0;
    return captureConstellation(head, channel, shapeOf(channel), { ...selected, symbolCount }, random);
  };

  const finishTest = (test: ModemTest, channel: OfdmChannel) => {
    const row = state[test].get(channel.ifIndex);
    if (row === undefined) return;
    const bytes = measure(test, channel);
    row.enabled = false;
    row.status = MEAS.sampleReady;
    state.control.status = CTL.ready;
    state.control.durationSec = (now() - state.control.startedAtMs) / 1000;
    counters.testsRun++;
    const isNamed = row.fileName !== '' && faults.ignoresFileName !== true;
    const defaultName = `${DEFAULT_PREFIX[test]}_${mac.replaceAll(':', '').toUpperCase()}_${Math.floor(now() / 1000)}`;
    const isToUpload = state.destination.control === UPLOAD_CONTROL.autoUpload;
    files.keep(isNamed ? row.fileName : defaultName, bytes, isToUpload);
  };

  const perform = ({ kind, test, ifIndex }: ModemAction) => {
    // a later SET replaces the state, so a row is looked up when it is needed and never kept
    const row = () => state[test].get(ifIndex) as TestState;
    const channel = channels.find((candidate) => candidate.ifIndex === ifIndex) as OfdmChannel;
    if (running !== undefined) {
      clearTimeout(running);
      timers.delete(running);
      running = undefined;
    }
    if (kind === 'abort') {
      Object.assign(row(), { enabled: false, status: MEAS.inactive });
      state.control.status = CTL.ready;
      return;
    }
    if (faults.refusesResources === true) {
      row().status = MEAS.resourceUnavailable;
      return;
    }
    row().enabled = true;
    state.control = { test: CTL_TEST[test], status: CTL.testInProgress, startedAtMs: now(), durationSec: 0 };
    const setBusy = () => {
      if (row().enabled) row().status = MEAS.busy;
    };
    if (faults.staleStatusMs === undefined) setBusy();
    else after(faults.staleStatusMs, setBusy);
    running = after(options.measureMs, () => {
      running = undefined;
      finishTest(test, channel);
    });
  };

  const set = (varbinds: readonly Instance[]): SetOutcome => {
    let at = 0;
    try {
      const [first] = varbinds;
      if (varbinds.length === 1 && first !== undefined && files.control(first)) return DONE;
      const draft = structuredClone(state);
      const actions = applySet(objects, draft, varbinds, (varbind) => (at = varbind));
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
    instances: () => (view ??= sortInstances([...(fixed ??= makeFixed()), ...files.instances()])),
    set,
  };

  const stop = async () => {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    running = undefined;
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
      shapes = new Map();
    },
    impairments: () => impairments,
    fail: (next) => (faults = next),
    async reboot() {
      await stop();
      state = bootState(channels);
      bootedAtMs = now();
    },
    counters: () => ({ ...counters, ...files.counters() }),
    stop,
  };
}
