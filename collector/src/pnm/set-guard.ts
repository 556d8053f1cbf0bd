import { ipFromBytes } from '../lib/ip.js';
import type { SetVarbind } from '../snmp/reader.js';
import * as docsIf3 from '../snmp/tables/docs-if3-mib.js';
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

const nameRow = (name: string, oid: string): Allowed => ({
  name,
  oid,
  rows: CHANNEL_ROWS,
  type: 'octets',
  isAllowed: isFileName,
});
const triggerRow = (name: string, oid: string): Allowed => ({
  name,
  oid,
  rows: CHANNEL_ROWS,
  type: 'integer',
  isAllowed: trueOrFalse,
});
const gaugeRow = (name: string, oid: string, isAllowed: Allowed['isAllowed']): Allowed => ({
  name,
  oid,
  rows: CHANNEL_ROWS,
  type: 'gauge',
  isAllowed,
});

const SPECTRUM_SCALARS: readonly Allowed[] = (
  [
    ['Enable', docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdEnable, 'integer', trueOrFalse],
    // zero would leave it running
    ['InactivityTimeout', docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdInactivityTimeout, 'integer', between(1, 86_400)],
    [
      'FirstSegmentCenterFrequency',
      docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdFirstSegmentCenterFrequency,
      'gauge',
      between(5_000_000, 2_000_000_000),
    ],
    [
      'LastSegmentCenterFrequency',
      docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdLastSegmentCenterFrequency,
      'gauge',
      between(5_000_000, 2_000_000_000),
    ],
    [
      'SegmentFrequencySpan',
      docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdSegmentFrequencySpan,
      'gauge',
      between(1_000_000, 900_000_000),
    ],
    ['NumBinsPerSegment', docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdNumBinsPerSegment, 'gauge', between(2, 2048)],
    [
      'EquivalentNoiseBandwidth',
      docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdEquivalentNoiseBandwidth,
      'gauge',
      between(50, 500),
    ],
    ['WindowFunction', docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdWindowFunction, 'integer', between(1, 7)],
    ['NumberOfAverages', docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdNumberOfAverages, 'gauge', between(1, 1000)],
    ['FileEnable', docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdFileEnable, 'integer', trueOrFalse],
    ['FileName', docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdFileName, 'octets', isFileName],
  ] as const
).map(([name, oid, type, isAllowed]) => ({
  name: `docsIf3CmSpectrumAnalysisCtrlCmd${name}`,
  oid: `${oid}.0`,
  type,
  isAllowed,
}));

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
  nameRow('docsPnmCmDsOfdmSymCaptFileName', pnm.docsPnmCmDsOfdmSymCaptFileName),
  // zero would hold the gate for ever
  gaugeRow('docsPnmCmDsOfdmSymTrigEnableTimeout', pnm.docsPnmCmDsOfdmSymTrigEnableTimeout, between(1, 300)),
  gaugeRow('docsPnmCmDsOfdmSymTrigGroupId', pnm.docsPnmCmDsOfdmSymTrigGroupId, between(0, 65_535)),
  triggerRow('docsPnmCmDsOfdmSymTrigEnable', pnm.docsPnmCmDsOfdmSymTrigEnable),
  nameRow('docsPnmCmOfdmChEstCoefFileName', pnm.docsPnmCmOfdmChEstCoefFileName),
  triggerRow('docsPnmCmOfdmChEstCoefTrigEnable', pnm.docsPnmCmOfdmChEstCoefTrigEnable),
  nameRow('docsPnmCmDsConstDispFileName', pnm.docsPnmCmDsConstDispFileName),
  gaugeRow('docsPnmCmDsConstDispModOrderOffset', pnm.docsPnmCmDsConstDispModOrderOffset, between(0, 10)),
  gaugeRow('docsPnmCmDsConstDispNumSampleSymb', pnm.docsPnmCmDsConstDispNumSampleSymb, between(1, 65_535)),
  triggerRow('docsPnmCmDsConstDispTrigEnable', pnm.docsPnmCmDsConstDispTrigEnable),
  nameRow('docsPnmCmDsOfdmRxMerFileName', pnm.docsPnmCmDsOfdmRxMerFileName),
  triggerRow('docsPnmCmDsOfdmRxMerFileEnable', pnm.docsPnmCmDsOfdmRxMerFileEnable),
  nameRow('docsPnmCmDsOfdmFecFileName', pnm.docsPnmCmDsOfdmFecFileName),
  // not the day-long run: it would hold the gate as long
  { ...triggerRow('docsPnmCmDsOfdmFecSumType', pnm.docsPnmCmDsOfdmFecSumType), isAllowed: oneOf(2) },
  triggerRow('docsPnmCmDsOfdmFecFileEnable', pnm.docsPnmCmDsOfdmFecFileEnable),
  nameRow('docsPnmCmDsHistFileName', pnm.docsPnmCmDsHistFileName),
  // zero would hold the gate for ever
  gaugeRow('docsPnmCmDsHistTimeOut', pnm.docsPnmCmDsHistTimeOut, between(1, 300)),
  triggerRow('docsPnmCmDsHistEnable', pnm.docsPnmCmDsHistEnable),
  nameRow('docsPnmCmUsPreEqFileName', pnm.docsPnmCmUsPreEqFileName),
  nameRow('docsPnmCmUsPreEqLastUpdateFileName', pnm.docsPnmCmUsPreEqLastUpdateFileName),
  triggerRow('docsPnmCmUsPreEqFileEnable', pnm.docsPnmCmUsPreEqFileEnable),
  nameRow('docsPnmCmDsOfdmModProfFileName', pnm.docsPnmCmDsOfdmModProfFileName),
  triggerRow('docsPnmCmDsOfdmModProfFileEnable', pnm.docsPnmCmDsOfdmModProfFileEnable),
  nameRow('docsCmLatencyRptCfgFileName', pnm.docsCmLatencyRptCfgFileName),
  gaugeRow('docsCmLatencyRptCfgSnapshotDuration', pnm.docsCmLatencyRptCfgSnapshotDuration, between(1, 3600)),
  gaugeRow('docsCmLatencyRptCfgNumSnapshots', pnm.docsCmLatencyRptCfgNumSnapshots, between(1, 2000)),
  // one file, or stop; 255 would never end
  gaugeRow('docsCmLatencyRptCfgNumFiles', pnm.docsCmLatencyRptCfgNumFiles, oneOf(0, 1)),
  ...SPECTRUM_SCALARS,
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
