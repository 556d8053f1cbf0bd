import { ipToBytes, type Ip } from '../lib/ip.js';
import { SnmpError } from '../snmp/errors.js';
import type { Scalars, SetVarbind } from '../snmp/reader.js';
import * as pnm from '../snmp/tables/docs-pnm-mib.js';
import { CaptureError } from './errors.js';
import type { ModemSession } from './modem-session.js';

/** Where modems are told to upload: one address a family at most, and a path that ends in its delimiter. */
export interface UploadDestination {
  readonly addresses: readonly Ip[];
  readonly path: string;
}

const AUTO_UPLOAD = 3;
const OBJECTS = [
  pnm.docsPnmBulkDestIpAddrType,
  pnm.docsPnmBulkDestIpAddr,
  pnm.docsPnmBulkDestPath,
  pnm.docsPnmBulkUploadControl,
] as const;

/** Tells the modem where to upload, unless it knows already; what it answers is read back. Returns a word for people. */
export async function setDestination(
  session: ModemSession,
  modemAddress: Ip,
  destination: UploadDestination,
): Promise<string> {
  const isV6 = modemAddress.includes(':');
  const address = destination.addresses.find((one) => one.includes(':') === isV6);
  if (address === undefined) {
    throw new CaptureError(
      'PNM_NO_DESTINATION',
      `the modem has an ${isV6 ? 'IPv6' : 'IPv4'} address, and no upload address of that family is configured`,
    );
  }
  const octets = ipToBytes(address);
  const path = Buffer.from(destination.path, 'latin1');
  const current = await session.get(OBJECTS);
  if (isSet(current, octets, path)) return `already ${address}`;

  // an agent that lacks the upload control uploads by itself; type before address, since some check the length against it
  const wanted: SetVarbind[] = [
    { oid: pnm.docsPnmBulkDestIpAddrType, type: 'integer', value: isV6 ? 2 : 1 },
    { oid: pnm.docsPnmBulkDestIpAddr, type: 'octets', value: octets },
    { oid: pnm.docsPnmBulkDestPath, type: 'octets', value: path },
    ...(current.has(pnm.docsPnmBulkUploadControl)
      ? [{ oid: pnm.docsPnmBulkUploadControl, type: 'integer', value: AUTO_UPLOAD } as const]
      : []),
  ];
  try {
    await session.setTogetherOrSingly(wanted, 'upload destination');
  } catch (error) {
    if (!(error instanceof SnmpError) || error.code !== 'SNMP_ERROR_STATUS') throw error;
    throw new CaptureError(
      'PNM_DESTINATION_REFUSED',
      `the modem refuses the upload destination ${address} (error-status ${error.errorStatus ?? 'unknown'}); check that the write credential may change docsPnmBulkCtl`,
    );
  }
  if (!isSet(await session.get(OBJECTS), octets, path)) {
    throw new CaptureError(
      'PNM_DESTINATION_REFUSED',
      `the modem accepted the upload destination ${address} but does not keep it; check its firmware and configuration file`,
    );
  }
  return `set to ${address}`;
}

function isSet(current: Scalars, octets: Uint8Array, path: Uint8Array): boolean {
  const control = current.number(pnm.docsPnmBulkUploadControl);
  return (
    current.number(pnm.docsPnmBulkDestIpAddrType) === (octets.length === 16 ? 2 : 1) &&
    equal(current.bytes(pnm.docsPnmBulkDestIpAddr), octets) &&
    equal(current.bytes(pnm.docsPnmBulkDestPath), path) &&
    (control === undefined || control === AUTO_UPLOAD)
  );
}

const equal = (a: Uint8Array | undefined, b: Uint8Array): boolean => a !== undefined && Buffer.compare(a, b) === 0;
