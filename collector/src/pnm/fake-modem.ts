import { parseIp, type Ip } from '../lib/ip.js';
import { macToBytes, parseMac, type Mac } from '../lib/mac.js';
import { SnmpError } from '../snmp/errors.js';
import type { Scalars, SetVarbind, SnmpReader, TableRows, Walk } from '../snmp/reader.js';
import { compareOids, parseOid } from '../snmp/recording.js';
import * as pnm from '../snmp/tables/docs-pnm-mib.js';
import { docsIf31CmDsOfdmChanChannelId } from '../snmp/tables/docs-if31-mib.js';
import { ifPhysAddress, ifType } from '../snmp/tables/if-mib.js';
import { sysDescr, sysUpTime } from '../snmp/tables/snmpv2-mib.js';
import type { CaptureClock } from './modem-session.js';
import type { ExpectedUpload } from './receive/expectations.js';
import type { ReceivedFile, UploadEnd, UploadReceiver, UploadWait } from './receive/receiver.js';

type Value = number | Uint8Array;

/** Time that passes only when somebody sleeps. */
export class VirtualClock implements CaptureClock {
  #ms = 0;
  #events: { atMs: number; run: () => void }[] = [];

  now = (): Date => new Date(Date.UTC(2026, 10, 20) + this.#ms);
  monotonicMs = (): number => this.#ms;

  at(delayMs: number, run: () => void): void {
    this.#events.push({ atMs: this.#ms + delayMs, run });
    this.#events.sort((a, b) => a.atMs - b.atMs);
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    const untilMs = this.#ms + ms;
    while ((this.#events[0]?.atMs ?? Infinity) <= untilMs) {
      const event = this.#events.shift() as { atMs: number; run: () => void };
      this.#ms = Math.max(this.#ms, event.atMs);
      event.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#ms = Math.max(this.#ms, untilMs);
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }
}

/** How the modem deviates from a good one. */
export interface Misbehaviour {
  /** Status that the run ends in; 4 by default. */
  readonly endStatus?: number;
  /** Status before the first run. */
  readonly oldStatus?: number;
  readonly testMs?: number;
  /** What becomes of the upload; 'sent' by default. */
  readonly upload?: 'sent' | 'default-name' | 'on-request' | 'never' | 'error' | 'elsewhere';
  readonly refuses?: (varbinds: readonly SetVarbind[]) => number | undefined;
  /** The SET of the trigger is done, its answer lost. */
  readonly losesTriggerAnswer?: boolean;
  readonly ignoresDestination?: boolean;
  readonly gate?: number;
}

export const MODEM_MAC = parseMac('00:1d:b3:c5:09:60');
export const MODEM_ADDRESS: Ip = parseIp('127.20.0.1');
const CABLE_INDEX = 2;

/** A modem in memory, for tests of the run itself. Its test cards are those of RxMER. */
export class FakeModem implements SnmpReader {
  readonly values = new Map<string, Value>();
  readonly sets: SetVarbind[][] = [];
  readonly #clock: VirtualClock;
  readonly #receiver: FakeReceiver;
  readonly #misbehaviour: Misbehaviour;
  #fileCount = 0;
  #gateHeld = false;

  constructor(clock: VirtualClock, receiver: FakeReceiver, misbehaviour: Misbehaviour = {}, channels = [33, 34]) {
    this.#clock = clock;
    this.#receiver = receiver;
    this.#misbehaviour = misbehaviour;
    this.values.set(sysDescr, Buffer.from('Modem <<HW_REV: 1; VENDOR: Acme; BOOTR: 2; SW_REV: 7.1; MODEL: A-31>>'));
    this.values.set(sysUpTime, 12_345);
    this.values.set(`${ifType}.${CABLE_INDEX}`, 127);
    this.values.set(`${ifPhysAddress}.${CABLE_INDEX}`, macToBytes(MODEM_MAC));
    this.values.set(pnm.docsPnmBulkDestIpAddrType, 0);
    this.values.set(pnm.docsPnmBulkDestIpAddr, new Uint8Array());
    this.values.set(pnm.docsPnmBulkDestPath, new Uint8Array());
    this.values.set(pnm.docsPnmBulkUploadControl, 2);
    this.values.set(pnm.docsPnmCmCtlStatus, misbehaviour.gate ?? pnm.CTL_STATUS.ready);
    channels.forEach((channelId, at) => {
      const ifIndex = 48 + at;
      this.values.set(`${ifType}.${ifIndex}`, 277);
      this.values.set(`${docsIf31CmDsOfdmChanChannelId}.${ifIndex}`, channelId);
      this.values.set(
        `${pnm.docsPnmCmDsOfdmRxMerMeasStatus}.${ifIndex}`,
        misbehaviour.oldStatus ?? pnm.MEAS_STATUS.inactive,
      );
      this.values.set(`${pnm.docsPnmCmDsOfdmRxMerFileName}.${ifIndex}`, new Uint8Array());
      this.values.set(`${pnm.docsPnmCmDsOfdmRxMerFileEnable}.${ifIndex}`, 2);
    });
  }

  becomes(mac: Mac): void {
    this.values.set(`${ifPhysAddress}.${CABLE_INDEX}`, macToBytes(mac));
  }

  async get(oids: readonly string[]): Promise<Scalars> {
    const at = (oid: string) => (oids.includes(oid) ? this.values.get(oid) : undefined);
    const number = (oid: string) => (typeof at(oid) === 'number' ? (at(oid) as number) : undefined);
    return {
      has: (oid) => at(oid) !== undefined,
      bytes: (oid) => (typeof at(oid) === 'number' ? undefined : (at(oid) as Uint8Array | undefined)),
      number,
      bigint: () => undefined,
      oid: () => undefined,
    };
  }

  async walk(columns: readonly string[]): Promise<Walk> {
    const indexes = new Map<string, number[]>();
    for (const oid of this.values.keys()) {
      const column = columns.find((prefix) => oid.startsWith(`${prefix}.`));
      if (column !== undefined) indexes.set(oid.slice(column.length + 1), parseOid(oid.slice(column.length + 1)));
    }
    const rows = [...indexes.values()].sort(compareOids);
    const cell = (column: number, row: number) => this.values.get(`${columns[column]}.${rows[row]?.join('.')}`);
    const table: TableRows = {
      length: rows.length,
      index: (row) => rows[row] as number[],
      bytes: (column, row) => {
        const value = cell(column, row);
        return typeof value === 'number' ? undefined : value;
      },
      number: (column, row) => {
        const value = cell(column, row);
        return typeof value === 'number' ? value : undefined;
      },
      bigint: () => undefined,
      oid: () => undefined,
    };
    return {
      outcome: 'complete',
      rows: table,
      startedAt: this.#clock.now(),
      durationMs: 1,
      sysUpTimeMs: 0,
      pduCount: 1,
    };
  }

  async set(varbinds: readonly SetVarbind[]): Promise<void> {
    this.sets.push([...varbinds]);
    const errorStatus = this.#misbehaviour.refuses?.(varbinds);
    if (errorStatus !== undefined) throw new SnmpError('SNMP_ERROR_STATUS', 'refused', { errorStatus });
    for (const { oid, value } of varbinds) {
      if (this.#misbehaviour.ignoresDestination && oid === pnm.docsPnmBulkDestIpAddr) continue;
      this.values.set(oid, value);
      if (oid.startsWith(`${pnm.docsPnmCmDsOfdmRxMerFileEnable}.`)) this.#run(Number(oid.split('.').at(-1)));
      if (oid.startsWith(`${pnm.docsPnmBulkFileControl}.`)) this.#upload(Number(oid.split('.').at(-1)), true);
    }
  }

  close(): void {
    // nothing is open
  }

  #run(ifIndex: number): void {
    const { testMs = 700, endStatus = pnm.MEAS_STATUS.sampleReady, losesTriggerAnswer } = this.#misbehaviour;
    if (this.#gateHeld) throw new SnmpError('SNMP_ERROR_STATUS', 'gate is shut', { errorStatus: 12 });
    const statusOid = `${pnm.docsPnmCmDsOfdmRxMerMeasStatus}.${ifIndex}`;
    this.#gateHeld = true;
    this.values.set(statusOid, pnm.MEAS_STATUS.busy);
    this.values.set(pnm.docsPnmCmCtlStatus, pnm.CTL_STATUS.testInProgress);
    this.#clock.at(testMs, () => {
      this.#gateHeld = false;
      this.values.set(statusOid, endStatus);
      this.values.set(pnm.docsPnmCmCtlStatus, pnm.CTL_STATUS.ready);
      const hasFile = endStatus === pnm.MEAS_STATUS.sampleReady || endStatus === pnm.MEAS_STATUS.sampleTruncated;
      if (hasFile) this.#store(ifIndex);
    });
    if (losesTriggerAnswer) throw new SnmpError('SNMP_TIMEOUT', 'no answer');
  }

  #store(ifIndex: number): void {
    const row = (this.#fileCount += 1);
    const asked = this.values.get(`${pnm.docsPnmCmDsOfdmRxMerFileName}.${ifIndex}`) as Uint8Array;
    const name =
      this.#misbehaviour.upload === 'default-name'
        ? Buffer.from(`PNMDsMer_${MODEM_MAC.replaceAll(':', '').toUpperCase()}_17${row}`)
        : asked;
    this.values.set(`${pnm.docsPnmBulkFileName}.${row}`, name);
    this.values.set(`${pnm.docsPnmBulkFileUploadStatus}.${row}`, pnm.UPLOAD_STATUS.available);
    this.#upload(row, false);
  }

  #upload(row: number, isRequest: boolean): void {
    const statusOid = `${pnm.docsPnmBulkFileUploadStatus}.${row}`;
    const { upload = 'sent' } = this.#misbehaviour;
    if (upload === 'never' || (upload === 'on-request' && !isRequest)) return;
    if (upload === 'error') {
      this.values.set(statusOid, pnm.UPLOAD_STATUS.error);
      return;
    }
    this.#clock.at(200, () => {
      this.values.set(statusOid, pnm.UPLOAD_STATUS.completed);
      if (upload !== 'elsewhere') {
        const name = this.values.get(`${pnm.docsPnmBulkFileName}.${row}`) as Uint8Array;
        this.#receiver.receive(Buffer.from(name).toString());
      }
    });
  }
}

/** A receiver that is told what arrives. */
export class FakeReceiver implements UploadReceiver {
  readonly expected: ExpectedUpload[] = [];
  isFull = false;
  readonly #clock: VirtualClock;
  readonly #open = new Map<string, { upload: ExpectedUpload; end: (end: UploadEnd) => void }>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  expect(upload: ExpectedUpload): UploadWait {
    this.expected.push(upload);
    let end: (end: UploadEnd) => void = () => undefined;
    const ended = new Promise<UploadEnd>((resolve) => (end = resolve));
    this.#open.set(upload.id, { upload, end });
    return {
      ended,
      hasStarted: false,
      bytes: 0,
      lastFailure: undefined,
      cancel: () => {
        this.#open.delete(upload.id);
        end({ outcome: 'cancelled' });
      },
    };
  }

  async hasRoom(): Promise<boolean> {
    return !this.isFull;
  }

  receive(name: string): void {
    for (const { upload, end } of this.#open.values()) {
      const isDefault = name.startsWith(`${upload.defaultPrefix}_`);
      if (!isDefault && !upload.name.endsWith(name)) continue;
      const file: ReceivedFile = {
        id: upload.id,
        path: `/spool/${upload.id}.bin`,
        sha256: '00',
        bytes: 7600,
        name,
        receivedAt: this.#clock.now(),
      };
      end({ outcome: 'complete', file });
    }
  }
}
