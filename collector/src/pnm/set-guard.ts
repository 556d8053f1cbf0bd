import { ipFromBytes } from '../lib/ip.js';
import type { SetVarbind } from '../snmp/reader.js';
import * as pnm from '../snmp/tables/docs-pnm-mib.js';
import { CaptureError } from './errors.js';

interface Allowed {
  readonly name: string;
  /** Whole OID of a scalar, or column whose row is one number in the range. */
  readonly oid: string;
  readonly rows?: { readonly from: number; readonly to: number };
  readonly type: SetVarbind['type'];
  readonly isAllowed: (value: number | Uint8Array) => boolean;
}

const text = (value: number | Uint8Array) => (typeof value === 'number' ? '' : Buffer.from(value).toString('latin1'));
const oneOf =
  (...values: number[]) =>
  (value: number | Uint8Array) =>
    typeof value === 'number' && values.includes(value);
const between = (from: number, to: number) => (value: number | Uint8Array) =>
  typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;

const isFileName = (value: number | Uint8Array) => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(text(value));
const isPath = (value: number | Uint8Array) =>
  /^[A-Za-z0-9_./-]{0,100}$/.test(text(value)) && !text(value).includes('..');

/** An address that one host can have. */
function isHostAddress(value: number | Uint8Array): boolean {
  if (typeof value === 'number') return false;
  const first = value[0] ?? 0;
  if (value.length === 4) return first !== 0 && first < 224 && ipFromBytes(value) !== undefined;
  return value.length === 16 && first !== 0xff && value.some((octet) => octet !== 0);
}

const CHANNEL_ROWS = { from: 1, to: 0x7fffffff };
const trueOrFalse = oneOf(1, 2);

/** Everything that may ever be written to a modem (promise P7). Nothing here changes service. */
const ALLOWED: readonly Allowed[] = [
  { name: 'docsPnmBulkDestIpAddrType', oid: pnm.docsPnmBulkDestIpAddrType, type: 'integer', isAllowed: oneOf(1, 2) },
  { name: 'docsPnmBulkDestIpAddr', oid: pnm.docsPnmBulkDestIpAddr, type: 'octets', isAllowed: isHostAddress },
  { name: 'docsPnmBulkDestPath', oid: pnm.docsPnmBulkDestPath, type: 'octets', isAllowed: isPath },
  { name: 'docsPnmBulkUploadControl', oid: pnm.docsPnmBulkUploadControl, type: 'integer', isAllowed: oneOf(2, 3) },
  {
    name: 'docsPnmBulkFileControl',
    oid: pnm.docsPnmBulkFileControl,
    rows: { from: 1, to: 255 },
    type: 'integer',
    isAllowed: oneOf(pnm.FILE_CONTROL.upload, pnm.FILE_CONTROL.cancel, pnm.FILE_CONTROL.delete),
  },
  {
    name: 'docsPnmCmDsOfdmRxMerFileName',
    oid: pnm.docsPnmCmDsOfdmRxMerFileName,
    rows: CHANNEL_ROWS,
    type: 'octets',
    isAllowed: isFileName,
  },
  {
    name: 'docsPnmCmDsOfdmRxMerFileEnable',
    oid: pnm.docsPnmCmDsOfdmRxMerFileEnable,
    rows: CHANNEL_ROWS,
    type: 'integer',
    isAllowed: trueOrFalse,
  },
  {
    name: 'docsPnmCmDsConstDispFileName',
    oid: pnm.docsPnmCmDsConstDispFileName,
    rows: CHANNEL_ROWS,
    type: 'octets',
    isAllowed: isFileName,
  },
  {
    name: 'docsPnmCmDsConstDispModOrderOffset',
    oid: pnm.docsPnmCmDsConstDispModOrderOffset,
    rows: CHANNEL_ROWS,
    type: 'gauge',
    isAllowed: between(0, 10),
  },
  {
    name: 'docsPnmCmDsConstDispNumSampleSymb',
    oid: pnm.docsPnmCmDsConstDispNumSampleSymb,
    rows: CHANNEL_ROWS,
    type: 'gauge',
    isAllowed: between(1, 65_535),
  },
  {
    name: 'docsPnmCmDsConstDispTrigEnable',
    oid: pnm.docsPnmCmDsConstDispTrigEnable,
    rows: CHANNEL_ROWS,
    type: 'integer',
    isAllowed: trueOrFalse,
  },
];

function ruleFor(oid: string): Allowed | undefined {
  return ALLOWED.find((rule) => {
    if (rule.rows === undefined) return oid === rule.oid;
    if (!oid.startsWith(`${rule.oid}.`)) return false;
    const row = oid.slice(rule.oid.length + 1);
    return /^\d{1,10}$/.test(row) && Number(row) >= rule.rows.from && Number(row) <= rule.rows.to;
  });
}

/** The name of the object for people, e.g. in the audit log; the OID when it is none of ours. */
export function describeSet({ oid, value }: SetVarbind): { object: string; oid: string; value: string | number } {
  const rule = ruleFor(oid);
  const shown =
    typeof value === 'number'
      ? value
      : rule?.oid === pnm.docsPnmBulkDestIpAddr
        ? (ipFromBytes(value) ?? Buffer.from(value).toString('hex'))
        : text(value);
  return { object: rule?.name ?? oid, oid, value: shown };
}

/** Throws PNM_SET_REFUSED unless the object may be written with this type and value. */
export function checkSet(varbind: SetVarbind): void {
  const rule = ruleFor(varbind.oid);
  if (rule === undefined) {
    throw new CaptureError('PNM_SET_REFUSED', `${varbind.oid} is not among the objects that may be written to a modem`);
  }
  if (rule.type !== varbind.type || !rule.isAllowed(varbind.value)) {
    throw new CaptureError('PNM_SET_REFUSED', `the value for ${rule.name} is outside of what may be written`);
  }
}
