import { blankInstances } from './blank.js';
import { formatRecording, parseRecording } from './recording.js';

const blank = (text: string, key = 'k', secrets: string[] = []) =>
  formatRecording(blankInstances(parseRecording(text), { key, secrets }));
const valueOf = (text: string, oid: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${oid}|`))
    ?.split('|')[2];

const SYS_DESCR = '1.3.6.1.2.1.1.1.0';
const SYS_NAME = '1.3.6.1.2.1.1.5.0';
const SERIAL = '1.3.6.1.2.1.47.1.1.1.1.11.1';
const REM_SYS_NAME = '1.0.8802.1.1.2.1.4.1.1.9.0.1.1';
const REM_CHASSIS = '1.0.8802.1.1.2.1.4.1.1.5.0.1.1';
const IF_DESCR = '1.3.6.1.2.1.2.2.1.2.1';

const recording = `
${SYS_DESCR}|4|Switch OS 1.2 on plant-core
${SYS_NAME}|4|plant-core.example.net
${SERIAL}|4|ABC12345
${IF_DESCR}|4|GigabitEthernet0/1
${REM_SYS_NAME}|4|Plant-Core
${REM_CHASSIS}|4x|00112233445a
1.3.6.1.2.1.2.2.1.6.1|4x|00112233445a
1.3.6.1.2.1.2.2.1.6.2|4x|0a55c3a9c37ff42f
1.3.6.1.2.1.2.2.1.6.3|4x|0a55d8a9ff6e
1.3.6.1.2.1.2.2.1.7.1|2|1
`;

test('takes names and serial numbers out and leaves addresses and interfaces', () => {
  const blanked = blank(recording);
  expect(blanked).not.toMatch(/plant-core|example\.net|ABC12345/i);
  expect(valueOf(blanked, IF_DESCR)).toBe('GigabitEthernet0/1');
  expect(valueOf(blanked, REM_CHASSIS)).toBe('00112233445a');
  expect(valueOf(blanked, '1.3.6.1.2.1.2.2.1.6.2')).toBe('0a55c3a9c37ff42f');
  expect(valueOf(blanked, '1.3.6.1.2.1.2.2.1.6.3')).toBe('0a55d8a9ff6e');
  expect(valueOf(blanked, SYS_DESCR)).toMatch(/^Switch OS 1\.2 on x[0-9a-f]{8}$/);
});

test('equal names stay equal, with or without the domain, under the same key only', () => {
  const blanked = blank(recording);
  const [host] = (valueOf(blanked, SYS_NAME) ?? '').split('.');
  expect(valueOf(blanked, REM_SYS_NAME)).toBe(host);
  expect(valueOf(blank(recording, 'other'), REM_SYS_NAME)).not.toBe(host);
});

test('takes a community out of any text', () => {
  expect(blank(`${SYS_DESCR}|4|snmp community s3cret ro`, 'k', ['s3cret'])).not.toContain('s3cret');
});
