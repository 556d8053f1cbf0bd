import type { DeviceFacts } from '../facts.js';
import { type Draft, macOf, device, address } from './facts-fixtures.js';
import { infer } from './infer.js';

describe('identity', () => {
  const withSerial = (serial: string) => (d: Draft) =>
    (d.system = { ...d.system, chassisSerial: serial, chassisModel: 'X1' });

  test('one chassis polled under two names is one device, and says why', () => {
    const found = infer([device('a', 1, withSerial('S1')), device('b', 1, withSerial('S1'))]);
    expect(found.devices.map(({ id }) => id)).toEqual(['a']);
    expect(found.warnings).toMatchObject([{ kind: 'same-device', device: 'b' }]);
  });

  test.each<[string, DeviceFacts, DeviceFacts]>([
    [
      'an equal name',
      device('a', 1, (d) => (d.system = { ...d.system, sysName: 'x' })),
      device('b', 2, (d) => (d.system = { ...d.system, sysName: 'x' })),
    ],
    [
      'a cloned bridge address',
      device('a', 1),
      device('b', 2, (d) => (d.bridge = { ...d.bridge, baseAddress: macOf(1) })),
    ],
    [
      'an equal address',
      device('a', 1, (d) => (d.interfaces = [address(1, 1, '10.0.0.1')])),
      device('b', 2, (d) => (d.interfaces = [address(2, 1, '10.0.0.1')])),
    ],
    ['an equal serial number on other hardware', device('a', 1, withSerial('0')), device('b', 2, withSerial('0'))],
  ])('never merges on %s', (_name, a, b) => {
    expect(infer([a, b]).devices.map(({ id }) => id)).toEqual(['a', 'b']);
  });
});
