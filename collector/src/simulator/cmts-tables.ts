import { macToBytes, type Mac } from '../lib/mac.js';
import { TAG } from '../snmp/ber.js';
import type { ServedInstance } from './mib-view.js';
import { interfaceInstances, MIB2 } from './modem-identity.js';

/** A modem as its CMTS knows it. */
export interface RegisteredModem {
  readonly mac: Mac;
  /** IPv4 octets. */
  readonly address: Uint8Array;
  /** Its fibre node, counted from 0. */
  readonly nodeIndex: number;
  readonly isOnline: boolean;
}

/** MAC domains have the ifIndexes from here on, one a fibre node; channels follow. */
export const FIRST_MAC_DOMAIN_IF_INDEX = 3000;
const FIRST_OFDM_IF_INDEX = 3500;
const CLAB = [1, 3, 6, 1, 4, 1, 4491, 2, 1];
const REGISTRATION = [...CLAB, 20, 1, 3, 1];
const NODE_STATUS = [...CLAB, 20, 1, 12, 1];
const LEGACY_STATUS = [...MIB2, 10, 127, 1, 3, 3, 1];
const SERVICE_GROUP = 1;
/** docsIf3CmtsCmRegStatusValue and docsIfCmtsCmStatusValue: both say operational with 8. */
const STATUS = { other: 1, operational: 8 } as const;

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value, 'utf8'));
const octets = (oid: readonly number[], value: Uint8Array): ServedInstance => ({ oid, tag: TAG.octets, value });
const integer = (oid: readonly number[], value: number): ServedInstance => ({ oid, tag: TAG.integer, value });
const gauge = (oid: readonly number[], value: number): ServedInstance => ({ oid, tag: TAG.gauge32, value });

/** DateAndTime of SNMPv2-TC, in UTC. */
export function dateAndTime(atMs: number): Uint8Array {
  const at = new Date(atMs);
  const year = at.getUTCFullYear();
  return Uint8Array.of(
    year >> 8,
    year & 0xff,
    at.getUTCMonth() + 1,
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
    Math.floor(at.getUTCMilliseconds() / 100),
  );
}

/** Fibre nodes: the name is in the index only (docsIf3MdNodeStatusTable). */
function nodeInstances(name: string, at: number): ServedInstance[] {
  const ifIndex = FIRST_MAC_DOMAIN_IF_INDEX + at;
  const octetsOfName = [...text(name)];
  const index = [ifIndex, octetsOfName.length, ...octetsOfName, SERVICE_GROUP];
  return [
    gauge([...NODE_STATUS, 3, ...index], at + 1),
    gauge([...NODE_STATUS, 4, ...index], at + 1),
    ...interfaceInstances({ ifIndex, ifType: 127, descr: `Cable-Mac ${at + 1}`, name: `Md${at + 1}` }),
    ...[0, 1].flatMap((channel) =>
      interfaceInstances({
        ifIndex: FIRST_OFDM_IF_INDEX + 2 * at + channel,
        ifType: 277,
        descr: `OFDM ${at + 1}/${channel}`,
        name: `Ofd${at + 1}/${channel}`,
      }),
    ),
  ];
}

/** One row of docsIf3CmtsCmRegStatusTable, and of the older table, which numbers its rows otherwise. */
function modemInstances(modem: RegisteredModem, at: number, registeredAtMs: number): ServedInstance[] {
  const index = at + 1;
  const legacyIndex = 100_001 + at;
  const mac = macToBytes(modem.mac);
  const address = modem.isOnline ? modem.address : new Uint8Array(4);
  const status = modem.isOnline ? STATUS.operational : STATUS.other;
  const column = (number: number) => [...REGISTRATION, number, index];
  return [
    octets(column(2), mac),
    octets(column(3), new Uint8Array(16)),
    octets(column(4), new Uint8Array(16)),
    octets(column(5), address),
    integer(column(6), status),
    integer(column(7), FIRST_MAC_DOMAIN_IF_INDEX + modem.nodeIndex),
    gauge(column(8), SERVICE_GROUP),
    octets(column(14), dateAndTime(registeredAtMs)),
    octets([...LEGACY_STATUS, 2, legacyIndex], mac),
    { oid: [...LEGACY_STATUS, 3, legacyIndex], tag: TAG.ipAddress, value: address },
    integer([...LEGACY_STATUS, 9, legacyIndex], status),
  ];
}

/** The cable side of a CMTS, unsorted. */
export const cmtsInstances = (
  nodes: readonly string[],
  modems: readonly RegisteredModem[],
  registeredAtMs: number,
): ServedInstance[] => [
  octets([...MIB2, 1, 1, 0], text('Northbridge NB-CX8 CCAP, release 9.3.1')),
  { oid: [...MIB2, 1, 2, 0], tag: TAG.oid, value: [1, 3, 6, 1, 4, 1, 4491, 2, 4, 2] },
  ...nodes.flatMap(nodeInstances),
  ...modems.flatMap((modem, at) => modemInstances(modem, at, registeredAtMs)),
];
