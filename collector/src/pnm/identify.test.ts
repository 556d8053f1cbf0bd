import { parseModemDescription, readIdentity } from './identify.js';
import { recordingReader } from '../snmp/recording-reader.js';
import { parseRecording } from '../snmp/recording.js';

test.each([
  [
    'Acme <<HW_REV: 1.0; VENDOR: Acme; BOOTR: 2.4; SW_REV: 7.1-x; MODEL: A-31>>',
    { vendor: 'Acme', model: 'A-31', firmware: '7.1-x' },
  ],
  ['<<SW_REV:7;MODEL:  B >>', { vendor: undefined, model: 'B', firmware: '7' }],
  ['<<HW_REV: 1; VENDOR: ; MODEL A>>', { vendor: undefined, model: undefined, firmware: undefined }],
  ['Linux 5.4', { vendor: undefined, model: undefined, firmware: undefined }],
  ['', { vendor: undefined, model: undefined, firmware: undefined }],
])('reads %j', (text, description) => {
  expect(parseModemDescription(text)).toEqual(description);
});

const SYSTEM = ['1.3.6.1.2.1.1.1.0|4|<<MODEL: A-31>>', '1.3.6.1.2.1.1.3.0|67|1234'];
const MAC = ['1.3.6.1.2.1.2.2.1.3.2|2|127', '1.3.6.1.2.1.2.2.1.6.2|4x|001db3c50960'];
const CHANNELS = [
  '1.3.6.1.2.1.2.2.1.3.48|2|277',
  '1.3.6.1.2.1.2.2.1.3.49|2|277',
  '1.3.6.1.2.1.2.2.1.3.3|2|128',
  '1.3.6.1.4.1.4491.2.1.28.1.9.1.1.48|66|194',
  '1.3.6.1.4.1.4491.2.1.28.1.9.1.1.49|66|193',
  '1.3.6.1.4.1.4491.2.1.28.1.9.1.1.3|66|0',
];
const modem = (lines: string[]) => recordingReader({ instances: parseRecording(lines.join('\n')) });

test('finds the MAC and the OFDM channels', async () => {
  const identity = await readIdentity(modem([...SYSTEM, ...MAC, ...CHANNELS]), new AbortController().signal);
  expect(identity).toMatchObject({ mac: '00:1d:b3:c5:09:60', macIfIndex: 2, uptimeMs: 12_340 });
  expect(identity.channels).toEqual([
    { channelId: 193, ifIndex: 49 },
    { channelId: 194, ifIndex: 48 },
  ]);
});

test('a modem without OFDM has none, something else is no modem', async () => {
  const { signal } = new AbortController();
  expect((await readIdentity(modem([...SYSTEM, ...MAC]), signal)).channels).toEqual([]);
  await expect(readIdentity(modem(SYSTEM), signal)).rejects.toMatchObject({ code: 'PNM_IDENTITY_UNREADABLE' });
});
