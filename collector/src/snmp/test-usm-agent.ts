import { createCipheriv, createHmac } from 'node:crypto';
import { AnswerView } from './engine/answer.js';
import type { EngineCredential } from './engine/task.js';
import { UsmKeyring, type UsmKeys } from './engine/usm-keys.js';
import { decryptData, hasDigest, readScoped, readUsmMessage, UsmView } from './engine/usm-message.js';
import { decodeMessage, encodeMessage, TAG, type Message, type PlainPdu, type Varbind } from './ber.js';
import { parseOid } from './recording.js';
import type { Behaviour } from './test-agents.js';

/** An SNMPv3 agent with keys of its own (RFC 3414), for tests only. */

type V3 = EngineCredential & { version: '3' };

/** usmStats of RFC 3414, 5. */
export const USM_STAT = { level: 1, window: 2, user: 3, engine: 4, digest: 5, decryption: 6 } as const;

export interface V3Request {
  readonly pdu: Message['pdu'] & { requestId: number };
  readonly context: string;
}

/** What an answer claims, other than the truth. */
export interface Tampering {
  readonly level?: 0 | 1 | 3;
  readonly boots?: number;
  readonly time?: number;
  readonly context?: string;
  readonly contextEngineId?: Buffer;
  readonly requestId?: number;
  /** Octets of the digest that are sent. */
  readonly digestLength?: number;
  readonly wrongDigest?: boolean;
  /** Octets of the encrypted data that are sent. */
  readonly cutData?: number;
}

const tlv = (tag: number, ...parts: Uint8Array[]): Buffer => {
  const contents = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag, 0x82, contents.length >> 8, contents.length & 0xff), contents]);
};
const int = (value: number): Buffer => {
  const octets = Buffer.alloc(4);
  octets.writeInt32BE(value);
  return tlv(0x02, octets);
};
const octets = (bytes: Uint8Array): Buffer => tlv(0x04, bytes);
const EMPTY = Buffer.alloc(0);

const COMMUNITY_HEAD = 2 + 3 + 2;
/** A PDU on its own: a v2c message without its head, which is short where the community is empty. */
const encodePdu = (pdu: PlainPdu): Buffer => {
  const message = encodeMessage({ version: '2c', community: '', pdu });
  const first = message[1] as number;
  return message.subarray(COMMUNITY_HEAD + (first < 0x80 ? 0 : first & 0x7f));
};
const decodePdu = (pdu: Uint8Array): V3Request['pdu'] =>
  decodeMessage(tlv(0x30, Buffer.of(0x02, 1, 1, 0x04, 0), pdu)).pdu as V3Request['pdu'];

export class UsmAgent {
  engineId = Buffer.from('80001f888001020304', 'hex');
  boots = 3;
  time = 1_000;
  /** Requests by what they were: discovery, report (refused) or data. */
  readonly seen = { discovery: 0, data: 0, reports: 0 };
  readonly contexts: string[] = [];
  readonly #credentials: readonly V3[];
  readonly #keyring = new UsmKeyring();
  #salt = 1n;

  constructor(...credentials: readonly V3[]) {
    this.#credentials = credentials;
  }

  /** Answers as an honest agent would; `answer` gives the varbinds and how the answer is tampered with. */
  behaviour(answer: (request: V3Request) => { varbinds: readonly Varbind[]; change?: Tampering }[]): Behaviour {
    return (datagram) => {
      const view = new UsmView();
      const message = Buffer.from(datagram);
      if (!readUsmMessage(message, view)) throw new Error('not a v3 message');
      const id = view.messageId;
      if (view.engineStart === view.engineEnd) {
        this.seen.discovery++;
        return [this.report(id, USM_STAT.engine)];
      }
      const refused = this.#refusalOf(message, view);
      if (refused) {
        this.seen.reports++;
        const isTimely = refused.stat === USM_STAT.window;
        return [this.report(id, refused.stat, isTimely ? refused.keys : undefined)];
      }
      const keys = this.#keysOf(message, view) as UsmKeys;
      this.seen.data++;
      const request = this.#requestOf(message, view, keys);
      this.contexts.push(request.context);
      return answer(request).map(({ varbinds, change = {} }) => {
        const { requestId } = request.pdu;
        const pdu: PlainPdu = {
          type: 'response',
          requestId: change.requestId ?? requestId,
          errorStatus: 0,
          errorIndex: 0,
          varbinds,
        };
        return this.write(id, keys, encodePdu(pdu), change.context ?? request.context, change);
      });
    };
  }

  /** A Report; authenticated when keys are given. */
  report(id: number, stat: number, keys?: UsmKeys): Buffer {
    const varbinds = [{ oid: parseOid(`1.3.6.1.6.3.15.1.1.${stat}.0`), tag: TAG.counter32, value: 1 }];
    const pdu = encodePdu({ type: 'report', requestId: 0, errorStatus: 0, errorIndex: 0, varbinds });
    return this.write(id, keys && { ...keys, level: 1, priv: undefined }, pdu, '', {});
  }

  write(id: number, keys: UsmKeys | undefined, pdu: Uint8Array, context: string, change: Tampering): Buffer {
    const level = change.level ?? keys?.level ?? 0;
    const boots = change.boots ?? this.boots;
    const time = change.time ?? this.time;
    const contextEngineId = change.contextEngineId ?? this.engineId;
    let data: Buffer = tlv(0x30, octets(contextEngineId), octets(Buffer.from(context)), pdu);
    const salt = Buffer.alloc(level === 3 ? 8 : 0);
    if (level === 3 && keys?.priv) {
      salt.writeBigUInt64BE(this.#salt++);
      const { preIv, cipher, key } = keys.priv;
      if (preIv) data = Buffer.concat([data, Buffer.alloc((8 - (data.length % 8)) % 8)]);
      const iv = Buffer.alloc(16);
      iv.writeUInt32BE(boots, 0);
      iv.writeUInt32BE(time, 4);
      iv.set(salt, 8);
      const encrypt = createCipheriv(cipher, key, preIv ? salt.map((octet, i) => octet ^ (preIv[i] as number)) : iv);
      encrypt.setAutoPadding(false);
      data = octets(encrypt.update(data).subarray(0, change.cutData));
    }
    const digestLength = level === 0 ? 0 : (keys?.auth?.digestLength ?? 0);
    const messageOf = (digest: Buffer) => {
      const security = [octets(this.engineId), int(boots), int(time), octets(Buffer.from(keys?.user ?? EMPTY))];
      return tlv(
        0x30,
        int(3),
        tlv(0x30, int(id), int(65_507), octets(Buffer.of(level)), int(3)),
        octets(tlv(0x30, ...security, octets(digest), octets(salt))),
        data,
      );
    };
    if (digestLength === 0 || !keys?.auth) return messageOf(EMPTY);
    const digest = createHmac(keys.auth.hash, keys.auth.key)
      .update(messageOf(Buffer.alloc(digestLength)))
      .digest()
      .subarray(0, change.digestLength ?? digestLength);
    if (change.wrongDigest) digest[0] = (digest[0] as number) ^ 1;
    return messageOf(digest);
  }

  #credentialOf(message: Buffer, view: UsmView): V3 | undefined {
    const user = message.toString('utf8', view.userStart, view.userEnd);
    return this.#credentials.find((credential) => credential.user === user);
  }

  #keysOf(message: Buffer, view: UsmView): UsmKeys | undefined {
    const credential = this.#credentialOf(message, view);
    return credential && this.#keyring.localize(credential, this.engineId);
  }

  #refusalOf(message: Buffer, view: UsmView): { stat: number; keys?: UsmKeys } | undefined {
    const engineId = message.subarray(view.engineStart, view.engineEnd);
    if (!engineId.equals(this.engineId)) return { stat: USM_STAT.engine };
    const keys = this.#keysOf(message, view);
    if (!keys) return { stat: USM_STAT.user };
    if ((view.flags & 3) !== keys.level) return { stat: USM_STAT.level };
    if (keys.level === 0) return undefined;
    if (!hasDigest(message, view, keys)) return { stat: USM_STAT.digest };
    const isTimely = view.boots === this.boots && Math.abs(view.time - this.time) <= 150;
    return isTimely ? undefined : { stat: USM_STAT.window, keys };
  }

  #requestOf(message: Buffer, view: UsmView, keys: UsmKeys): V3Request {
    const plain =
      keys.level === 3 ? (decryptData(message, view, keys) as Buffer) : message.subarray(view.dataStart, view.dataEnd);
    if (readScoped(plain, 0, plain.length, undefined, new AnswerView()) !== 'none') throw new Error('not a scoped PDU');
    // 30 82 hh ll, then the engine id and the context, each with such a head
    const contextAt = 4 + 4 + ((plain[6] as number) << 8) + (plain[7] as number);
    const contextLength = ((plain[contextAt + 2] as number) << 8) + (plain[contextAt + 3] as number);
    const pduAt = contextAt + 4 + contextLength;
    const scopedEnd = 4 + ((plain[2] as number) << 8) + (plain[3] as number);
    return {
      context: plain.toString('utf8', contextAt + 4, pduAt),
      pdu: decodePdu(plain.subarray(pduAt, scopedEnd)),
    };
  }
}
