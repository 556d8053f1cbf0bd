import { deviceText } from '../lib/device-text.js';
import { ipFromBytes, type Ip } from '../lib/ip.js';
import { isGroupMac, isZeroMac, macFromBytes, type Mac } from '../lib/mac.js';
import { isWhole, type SnmpReader, type WalkLimits } from '../snmp/reader.js';
import * as docsIf3 from '../snmp/tables/docs-if3-mib.js';
import * as docsIf from '../snmp/tables/docs-if-mib.js';

export type ModemStatus = 'online' | 'offline' | 'unknown';

/** One modem as its CMTS has it registered. */
export interface RegisteredModem {
  readonly mac: Mac;
  readonly address: Ip | undefined;
  /** ifIndex of the MAC domain. */
  readonly macDomain: number | undefined;
  /** Undefined where the CMTS names none for the modem's service group. */
  readonly fibreNode: string | undefined;
  /** CmtsCmRegState; undefined from the legacy table. */
  readonly registration: number | undefined;
  readonly status: ModemStatus;
}

export interface CmtsInventory {
  readonly modems: readonly RegisteredModem[];
  /** Only a whole reading says that a modem not in it is gone. */
  readonly isWhole: boolean;
  /** False when the node table could not be read: then nothing is known of fibre nodes, old or new. */
  readonly knowsNodes: boolean;
  readonly outcome: string;
  readonly detail: string | undefined;
  readonly droppedRows: number;
}

/** A registration table may be large (pnm-control 10.1: 20,000 modems × 6 columns). */
export const CMTS_WALK_LIMITS: WalkLimits = { rows: 200_000, bytes: 64 * 1024 * 1024, pdus: 100_000, timeMs: 180_000 };

const REGISTRATION_COLUMNS = [
  docsIf3.docsIf3CmtsCmRegStatusMacAddr,
  docsIf3.docsIf3CmtsCmRegStatusIPv4Addr,
  docsIf3.docsIf3CmtsCmRegStatusIPv6Addr,
  docsIf3.docsIf3CmtsCmRegStatusValue,
  docsIf3.docsIf3CmtsCmRegStatusMdIfIndex,
  docsIf3.docsIf3CmtsCmRegStatusMdCmSgId,
] as const;

const LEGACY_COLUMNS = [
  docsIf.docsIfCmtsCmStatusMacAddress,
  docsIf.docsIfCmtsCmStatusIpAddress,
  docsIf.docsIfCmtsCmStatusValue,
] as const;

/** CmtsCmRegState: registrationComplete, operational, forwardingDisabled (suspended, yet manageable). */
const ONLINE = new Set([6, 8, 17]);
const LEGACY_ONLINE = new Set([6, 8]);

/** Every registered state has a number of its own, so `other` is what a modem that went away shows. */
const statusOf = (value: number | undefined, online: ReadonlySet<number>): ModemStatus =>
  value === undefined ? 'unknown' : online.has(value) ? 'online' : 'offline';

const groupKey = (macDomain: number, serviceGroup: number) => `${macDomain} ${serviceGroup}`;

/** Reads who is registered where (pnm-control 10.1, 10.2); falls back to the legacy table where the newer one is empty. */
export async function readCmts(
  reader: SnmpReader,
  options: { signal?: AbortSignal; limits?: WalkLimits } = {},
): Promise<CmtsInventory> {
  const walkOptions = { limits: options.limits ?? CMTS_WALK_LIMITS, ...(options.signal && { signal: options.signal }) };
  const registered = await reader.walk(REGISTRATION_COLUMNS, walkOptions);
  if (registered.rows.length === 0 && isWhole(registered.outcome)) return readLegacy(reader, walkOptions);

  const nodes = await readNodes(reader, walkOptions);
  const best = new Map<Mac, RegisteredModem>();
  let droppedRows = 0;
  const { rows } = registered;
  for (let row = 0; row < rows.length; row += 1) {
    const mac = stationMac(rows.bytes(0, row));
    if (mac === undefined) {
      droppedRows += 1;
      continue;
    }
    const macDomain = rows.number(4, row) || undefined;
    const serviceGroup = rows.number(5, row);
    const registration = rows.number(3, row);
    keepBest(best, {
      mac,
      address: hostAddress(rows.bytes(1, row)) ?? hostAddress(rows.bytes(2, row)),
      macDomain,
      fibreNode: macDomain && serviceGroup ? nodes.byGroup.get(groupKey(macDomain, serviceGroup)) : undefined,
      registration,
      status: statusOf(registration, ONLINE),
    });
  }
  return {
    modems: [...best.values()],
    isWhole: isWhole(registered.outcome),
    knowsNodes: nodes.isWhole,
    outcome: registered.outcome,
    detail: registered.detail ?? nodes.detail,
    droppedRows,
  };
}

type WalkOptions = { limits: WalkLimits; signal?: AbortSignal };

async function readLegacy(reader: SnmpReader, options: WalkOptions): Promise<CmtsInventory> {
  const { rows, outcome, detail } = await reader.walk(LEGACY_COLUMNS, options);
  const best = new Map<Mac, RegisteredModem>();
  let droppedRows = 0;
  for (let row = 0; row < rows.length; row += 1) {
    const mac = stationMac(rows.bytes(0, row));
    if (mac === undefined) {
      droppedRows += 1;
      continue;
    }
    keepBest(best, {
      mac,
      address: hostAddress(rows.bytes(1, row)),
      macDomain: undefined,
      fibreNode: undefined,
      registration: undefined,
      status: statusOf(rows.number(2, row), LEGACY_ONLINE),
    });
  }
  return { modems: [...best.values()], isWhole: isWhole(outcome), knowsNodes: false, outcome, detail, droppedRows };
}

/** Fibre node by MAC domain and service group. Several nodes of one group cannot be told apart and stay together. */
async function readNodes(reader: SnmpReader, options: WalkOptions) {
  const { rows, outcome, detail } = await reader.walk([docsIf3.docsIf3MdNodeStatusMdDsSgId], options);
  const namesOf = new Map<string, Set<string>>();
  for (let row = 0; row < rows.length; row += 1) {
    const index = rows.index(row);
    const [macDomain, length] = index;
    if (macDomain === undefined || length === undefined || index.length !== length + 3) continue;
    const name = deviceText(Uint8Array.from(index.slice(2, 2 + length)));
    if (name === '') continue;
    const key = groupKey(macDomain, index[index.length - 1] as number);
    namesOf.set(key, (namesOf.get(key) ?? new Set()).add(name));
  }
  const byGroup = new Map([...namesOf].map(([key, names]) => [key, [...names].sort().join('+')]));
  return { byGroup, isWhole: isWhole(outcome), detail };
}

function stationMac(bytes: Uint8Array | undefined): Mac | undefined {
  if (bytes?.length !== 6) return undefined;
  const mac = macFromBytes(bytes);
  return isZeroMac(mac) || isGroupMac(mac) ? undefined : mac;
}

function hostAddress(bytes: Uint8Array | undefined): Ip | undefined {
  if (bytes === undefined || bytes.every((octet) => octet === 0)) return undefined;
  return ipFromBytes(bytes);
}

const RANK: Readonly<Record<ModemStatus, number>> = { online: 2, offline: 1, unknown: 0 };

/** A modem that registered anew may have an old row too: the better status wins, then the later row. */
function keepBest(best: Map<Mac, RegisteredModem>, modem: RegisteredModem): void {
  const known = best.get(modem.mac);
  if (known === undefined || RANK[modem.status] >= RANK[known.status]) best.set(modem.mac, modem);
}
