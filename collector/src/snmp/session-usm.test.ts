import { Secret } from '../lib/secret.js';
import { encodeMessage, TAG, type Varbind } from './ber.js';
import type { SnmpCredential, SnmpTarget } from './credential.js';
import { readMessageHead } from './message-head.js';
import { parseOid } from './recording.js';
import { agent, closeAfterEach, drops, readerOf, ROOT, row, WAYS, type Behaviour } from './test-agents.js';

closeAfterEach();

describe.each(WAYS)('SNMPv3 through %s', (way) => {
  const reader = (port: number, change: Partial<SnmpTarget> = {}) => readerOf(way, port, change);

  const tlv = (tag: number, ...parts: Uint8Array[]): Buffer => {
    const contents = Buffer.concat(parts);
    return Buffer.concat([Buffer.of(tag, 0x82, contents.length >> 8, contents.length & 0xff), contents]);
  };
  const int = (value: number) => {
    const octets = Buffer.alloc(4);
    octets.writeInt32BE(value);
    return tlv(0x02, octets);
  };
  const octets = (bytes: Uint8Array) => tlv(0x04, bytes);
  const ENGINE = Buffer.from('80001f888001020304', 'hex');

  /** A v3 message with a plain scoped PDU and whatever security it claims. */
  const plain = (id: number, flags: number, user: string, pduTag: number, varbind: Varbind, digest = Buffer.alloc(0)) =>
    tlv(
      0x30,
      int(3),
      tlv(0x30, int(id), int(1472), octets(Buffer.of(flags)), int(3)),
      octets(
        tlv(0x30, octets(ENGINE), int(1), int(100), octets(Buffer.from(user)), octets(digest), octets(Buffer.alloc(0))),
      ),
      tlv(0x30, octets(ENGINE), octets(Buffer.alloc(0)), tlv(pduTag, int(id), int(0), int(0), listOf(varbind))),
    );
  const listOf = (varbind: Varbind) => {
    const message = encodeMessage({
      version: '2c',
      community: '',
      pdu: { type: 'response', requestId: 0, errorStatus: 0, errorIndex: 0, varbinds: [varbind] },
    });
    // the varbind list is the tail of the message
    return message.subarray(message.indexOf(Buffer.of(0x02, 1, 0, 0x02, 1, 0, 0x02, 1, 0, 0x30)) + 9);
  };
  const usmStats = (kind: number): Varbind => ({
    oid: parseOid(`1.3.6.1.6.3.15.1.1.${kind}.0`),
    tag: TAG.counter32,
    value: 1,
  });
  const headOf = (datagram: Buffer) => {
    const head = readMessageHead(datagram);
    if (head?.version !== 3) throw new Error('not a v3 message');
    return head;
  };
  const credential: SnmpCredential = {
    version: '3',
    user: 'operator',
    auth: { protocol: 'sha256', password: new Secret('authentic-pass') },
    priv: { protocol: 'aes', password: new Secret('private-pass') },
  };

  /** Answers discovery, then each authenticated request as told. */
  const afterDiscovery =
    (then: (id: number) => Buffer): Behaviour =>
    (datagram) => {
      const head = headOf(datagram);
      return [head.engineId.length === 0 ? plain(head.id, 0, '', 0xa8, usmStats(4)) : then(head.id)];
    };

  test.each([
    ['in plain text', 0, 'operator', Buffer.alloc(0), 'level'],
    ['in plain text for nobody', 0, '', Buffer.alloc(0), 'level'],
    ['authenticated but in plain text', 1, 'operator', Buffer.alloc(24), 'level'],
  ] as const)('data %s is no answer to an authPriv request', async (_name, flags, user, digest, counted) => {
    const behaviour = afterDiscovery((id) => plain(id, flags, user, 0xa2, row(777), digest));
    const { snmp, counters } = reader(await agent(behaviour), { credential });
    const walk = await snmp.walk([ROOT]);
    expect(walk).toMatchObject({ outcome: 'timeout', rows: { length: 0 } });
    expect(drops(counters)).toEqual([counted]);
  });

  test('a wrong digest or user is dropped before it can end the request', async () => {
    const forged = (user: string): Behaviour =>
      afterDiscovery((id) => {
        const message = plain(id, 3, user, 0xa2, row(777), Buffer.alloc(24));
        // an encrypted scoped PDU is an OCTET STRING
        const scopedAt = message.lastIndexOf(Buffer.concat([Buffer.of(0x04, 0x82, 0x00, ENGINE.length), ENGINE])) - 4;
        message[scopedAt] = 0x04;
        return message;
      });
    const digest = reader(await agent(forged('operator')), { credential });
    expect((await digest.snmp.walk([ROOT])).outcome).toBe('timeout');
    expect(drops(digest.counters)).toEqual(['digest']);
    const user = reader(await agent(forged('intruder')), { credential });
    expect((await user.snmp.walk([ROOT])).outcome).toBe('timeout');
    expect(drops(user.counters)).toEqual(['user']);
  });

  test.each([1, 3, 5, 6])('the Report usmStats %i says that the credential is refused', async (kind) => {
    const behaviour = afterDiscovery((id) => plain(id, 0, 'operator', 0xa8, usmStats(kind)));
    const walk = await reader(await agent(behaviour), { credential }).snmp.walk([ROOT]);
    expect(walk.outcome).toBe('authFailure');
  });

  test('a Report that holds data is no Report', async () => {
    const behaviour = afterDiscovery((id) => plain(id, 0, 'operator', 0xa8, row(777)));
    const { snmp, counters } = reader(await agent(behaviour), { credential });
    expect((await snmp.walk([ROOT])).outcome).toBe('timeout');
    expect(drops(counters)).toEqual(['level']);
  });

  test('an agent that only ever asks to synchronise ends in a failure', async () => {
    const behaviour = afterDiscovery((id) => plain(id, 0, 'operator', 0xa8, usmStats(2)));
    const { snmp, counters } = reader(await agent(behaviour), { credential });
    expect((await snmp.walk([ROOT])).outcome).toBe('authFailure');
    expect(counters.sent).toBeLessThan(12);
  });

  test('a v2c answer to a v3 request is dropped', async () => {
    const behaviour: Behaviour = (datagram) => [
      encodeMessage({
        version: '2c',
        community: '',
        pdu: { type: 'response', requestId: headOf(datagram).id, errorStatus: 0, errorIndex: 0, varbinds: [row(1)] },
      }),
    ];
    const { snmp, counters } = reader(await agent(behaviour), { credential });
    expect((await snmp.walk([ROOT])).outcome).toBe('timeout');
    expect(drops(counters)).toEqual(['version']);
  });
});
