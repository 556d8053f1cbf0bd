import fc from 'fast-check';
import { ipToBytes, parseIp } from '../lib/ip.js';
import type { SetVarbind } from '../snmp/reader.js';
import * as docsIf3 from '../snmp/tables/docs-if3-mib.js';
import * as pnm from '../snmp/tables/docs-pnm-mib.js';
import { checkSet, describeSet } from './set-guard.js';

const octets = (oid: string, text: string): SetVarbind => ({ oid, type: 'octets', value: Buffer.from(text, 'latin1') });
const integer = (oid: string, value: number): SetVarbind => ({ oid, type: 'integer', value });
const gauge = (oid: string, value: number): SetVarbind => ({ oid, type: 'gauge', value });
const address = (text: string): SetVarbind => ({
  oid: pnm.docsPnmBulkDestIpAddr,
  type: 'octets',
  value: ipToBytes(parseIp(text)),
});

test.each<[string, SetVarbind]>([
  ['an upload address', address('10.1.2.3')],
  ['an IPv6 upload address', address('2001:db8::1')],
  ['an empty path', octets(pnm.docsPnmBulkDestPath, '')],
  ['a path', octets(pnm.docsPnmBulkDestPath, '/pnm/site-1/')],
  ['a file name', octets(`${pnm.docsPnmCmDsOfdmRxMerFileName}.48`, 'rxmer_001db3c50960_33_0a1b.bin')],
  ['a start', integer(`${pnm.docsPnmCmDsOfdmRxMerFileEnable}.48`, 1)],
  ['a stop', integer(`${pnm.docsPnmCmDsConstDispTrigEnable}.48`, 2)],
  ['symbols', gauge(`${pnm.docsPnmCmDsConstDispNumSampleSymb}.48`, 8192)],
  ['a histogram time', gauge(`${pnm.docsPnmCmDsHistTimeOut}.2`, 10)],
  ['ten minutes of codewords', integer(`${pnm.docsPnmCmDsOfdmFecSumType}.48`, 2)],
  ['the start of a spectrum', integer(`${docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdFileEnable}.0`, 1)],
  ['one latency report', gauge(`${pnm.docsCmLatencyRptCfgNumFiles}.2`, 1)],
  ['an upload', integer(`${pnm.docsPnmBulkFileControl}.3`, 2)],
])('lets through %s', (_name, varbind) => {
  expect(() => checkSet(varbind)).not.toThrow();
});

test.each<[string, SetVarbind]>([
  ['another object', integer('1.3.6.1.2.1.1.5.0', 1)],
  ['the reset of the modem', integer('1.3.6.1.2.1.69.1.1.3.0', 1)],
  ['an interface', integer('1.3.6.1.2.1.2.2.1.7.2', 2)],
  ['the column without a row', integer(pnm.docsPnmCmDsOfdmRxMerFileEnable, 1)],
  ['row 0', integer(`${pnm.docsPnmCmDsOfdmRxMerFileEnable}.0`, 1)],
  ['a row of two numbers', integer(`${pnm.docsPnmCmDsOfdmRxMerFileEnable}.48.1`, 1)],
  ['a longer column', integer(`${pnm.docsPnmCmDsOfdmRxMerFileEnable}1.48`, 1)],
  ['a file row that cannot be', integer(`${pnm.docsPnmBulkFileControl}.256`, 2)],
  ['a value that is no TruthValue', integer(`${pnm.docsPnmCmDsOfdmRxMerFileEnable}.48`, 0)],
  ['another type', gauge(`${pnm.docsPnmCmDsOfdmRxMerFileEnable}.48`, 1)],
  ['the unspecified address', address('0.0.0.0')],
  ['a group address', address('224.0.0.1')],
  ['the broadcast address', address('255.255.255.255')],
  ['an address of five octets', { oid: pnm.docsPnmBulkDestIpAddr, type: 'octets', value: new Uint8Array(5) }],
  ['a path upwards', octets(pnm.docsPnmBulkDestPath, '../../')],
  ['a file name with a directory', octets(`${pnm.docsPnmCmDsOfdmRxMerFileName}.48`, 'a/b')],
  ['a hidden file', octets(`${pnm.docsPnmCmDsOfdmRxMerFileName}.48`, '.x')],
  ['a file name with a line break', octets(`${pnm.docsPnmCmDsOfdmRxMerFileName}.48`, 'a\nb')],
  ['no file name', octets(`${pnm.docsPnmCmDsOfdmRxMerFileName}.48`, '')],
  ['a histogram that runs on', gauge(`${pnm.docsPnmCmDsHistTimeOut}.2`, 0)],
  ['a day of codewords', integer(`${pnm.docsPnmCmDsOfdmFecSumType}.48`, 3)],
  ['an endless wait for a symbol', gauge(`${pnm.docsPnmCmDsOfdmSymTrigEnableTimeout}.48`, 0)],
  ['an endless spectrum', integer(`${docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdInactivityTimeout}.0`, 0)],
  ['a row of a scalar', integer(`${docsIf3.docsIf3CmSpectrumAnalysisCtrlCmdFileEnable}.1`, 1)],
  ['latency reports for ever', gauge(`${pnm.docsCmLatencyRptCfgNumFiles}.2`, 255)],
  ['too many symbols', gauge(`${pnm.docsPnmCmDsConstDispNumSampleSymb}.48`, 65_536)],
])('refuses %s', (_name, varbind) => {
  expect(() => checkSet(varbind)).toThrow(expect.objectContaining({ code: 'PNM_SET_REFUSED' }));
});

test('no other object gets through, whatever it is', () => {
  const oid = fc.array(fc.nat(70_000), { minLength: 1, maxLength: 20 }).map((ids) => `1.3.6.1.${ids.join('.')}`);
  fc.assert(
    fc.property(oid, fc.nat(10), (any, value) => {
      fc.pre(!any.startsWith('1.3.6.1.4.1.4491.2.1.27.1'));
      expect(() => checkSet(integer(any, value))).toThrow();
    }),
  );
});

test('describes what was written for the audit log', () => {
  expect(describeSet(address('10.1.2.3'))).toMatchObject({ object: 'docsPnmBulkDestIpAddr', value: '10.1.2.3' });
  expect(describeSet(integer('1.2.3', 4))).toEqual({ object: '1.2.3', oid: '1.2.3', value: 4 });
});
