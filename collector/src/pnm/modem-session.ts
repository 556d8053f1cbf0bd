import type { Ip } from '../lib/ip.js';
import type { Mac } from '../lib/mac.js';
import { codeOf } from '../lib/errors.js';
import { SnmpError } from '../snmp/errors.js';
import type { Scalars, SetVarbind, SnmpReader } from '../snmp/reader.js';
import { CaptureError } from './errors.js';
import { readBackMac } from './identify.js';
import { checkSet, describeSet } from './set-guard.js';

/** Time as a run sees it. */
export interface CaptureClock {
  now(): Date;
  monotonicMs(): number;
  /** Rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface AuditEntry {
  readonly actor: string;
  readonly action: 'snmp.set';
  readonly subject: Mac;
  readonly address: Ip;
  readonly operationId: string;
  readonly detail: { readonly objects: readonly object[]; readonly reason: string };
}

/** The audit log. `begin` has committed when it resolves. */
export interface AuditLog {
  begin(entry: AuditEntry): Promise<string>;
  end(auditId: string, outcome: string): Promise<void>;
}

export interface ModemSessionOptions {
  readonly reader: SnmpReader;
  readonly mac: Mac;
  readonly macIfIndex: number;
  readonly address: Ip;
  readonly audit: AuditLog;
  readonly actor: string;
  readonly operationId: string;
  readonly signal: AbortSignal;
}

/** The only way by which anything is written to a modem: checked, identity read back, audited, then sent (P7). */
export class ModemSession {
  readonly #options: ModemSessionOptions;
  macIfIndex: number;

  constructor(options: ModemSessionOptions) {
    this.#options = options;
    this.macIfIndex = options.macIfIndex;
  }

  get(oids: readonly string[]): Promise<Scalars> {
    return this.#options.reader.get(oids, { signal: this.#options.signal });
  }

  /** Sends the varbinds in one PDU. Throws CaptureError or SnmpError. */
  async set(varbinds: readonly SetVarbind[], reason: string): Promise<void> {
    const { reader, mac, address, audit, actor, operationId, signal } = this.#options;
    varbinds.forEach(checkSet);
    const found = await readBackMac(reader, this.macIfIndex, signal);
    if (found !== mac) {
      throw new CaptureError(
        'PNM_IDENTITY_MISMATCH',
        `${address} is ${found ?? 'no cable modem'} now, not ${mac}; nothing was sent. Try again after the next reading of the CMTS`,
      );
    }
    const detail = { objects: varbinds.map(describeSet), reason };
    const auditId = await audit.begin({ actor, action: 'snmp.set', subject: mac, address, operationId, detail });
    try {
      await reader.set(varbinds, { signal });
    } catch (error) {
      await audit.end(auditId, outcomeOf(error));
      throw error;
    }
    await audit.end(auditId, 'done');
  }

  /** One PDU first; agents that refuse the whole get the varbinds one by one, in order (pnm-control 3.2). */
  async setTogetherOrSingly(varbinds: readonly SetVarbind[], reason: string): Promise<void> {
    try {
      await this.set(varbinds, reason);
    } catch (error) {
      if (varbinds.length < 2 || !(error instanceof SnmpError) || error.code !== 'SNMP_ERROR_STATUS') throw error;
      for (const varbind of varbinds) await this.set([varbind], `${reason}, one by one`);
    }
  }
}

const outcomeOf = (error: unknown): string =>
  error instanceof SnmpError && error.errorStatus !== undefined ? `${error.code} ${error.errorStatus}` : codeOf(error);
