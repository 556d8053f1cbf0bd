import { createCipheriv, hash, type Cipher, type KeyObject } from 'node:crypto';

/**
 * What USM does to each message, with the runtime's hash and block cipher but without its objects: to set up an Hmac or a
 * Cipher costs three times what hashing or encrypting a datagram does. Results equal those of the objects, which the
 * tests compare them with.
 */

const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;
const LONG_BLOCK = 128;
const SHORT_BLOCK = 64;
const AES_BLOCK = 16;
const MAX_MESSAGE = 0x10000;

/** Memory of one message at a time, whose first octets are written by its user. */
const scratch = Buffer.allocUnsafeSlow(LONG_BLOCK + MAX_MESSAGE);

/** HMAC (RFC 2104) under one key. */
export class KeyedHash {
  readonly #hash: string;
  readonly #inner: Uint8Array;
  /** The outer block of the key, and room for the inner digest. */
  readonly #outer: Buffer;

  constructor(name: string, key: Uint8Array) {
    const block = name === 'sha384' || name === 'sha512' ? LONG_BLOCK : SHORT_BLOCK;
    if (key.length > block) throw new RangeError(`a key of ${key.length} octets is no localised key`);
    this.#hash = name;
    this.#inner = new Uint8Array(block).fill(INNER_PAD);
    this.#outer = Buffer.alloc(block + hash(name, key, 'buffer').length, OUTER_PAD);
    key.forEach((octet, i) => {
      this.#inner[i] = octet ^ INNER_PAD;
      this.#outer[i] = octet ^ OUTER_PAD;
    });
  }

  /** Of the octets up to `length`, in which those from `blankStart` to `blankEnd` count as zero. */
  digest(message: Uint8Array, length: number, blankStart: number, blankEnd: number): Buffer {
    const block = this.#inner.length;
    scratch.set(this.#inner);
    scratch.set(length === message.length ? message : message.subarray(0, length), block);
    for (let at = block + blankStart; at < block + blankEnd; at++) scratch[at] = 0;
    this.#outer.set(hash(this.#hash, scratch.subarray(0, block + length), 'buffer'), block);
    return hash(this.#hash, this.#outer, 'buffer');
  }
}

/** AES in cipher feedback mode with a whole block of feedback (NIST SP 800-38A, 6.3) under one key. */
export class CipherFeedback {
  /** Encrypts blocks for themselves. */
  readonly #blocks: Cipher;
  /**
   * Encrypts blocks each with the result of the one before, over all messages: given IV xor the last result and then the
   * plain text, the results are the key stream, as the cipher text is plain text xor key stream.
   */
  readonly #chain: Cipher;
  #last: Uint8Array = new Uint8Array(AES_BLOCK);

  constructor(cipher: string, key: KeyObject) {
    const bits = cipher.slice(0, 'aes-128'.length);
    this.#blocks = createCipheriv(`${bits}-ecb`, key, null).setAutoPadding(false);
    this.#chain = createCipheriv(`${bits}-cbc`, key, this.#last).setAutoPadding(false);
  }

  /** Writes the cipher text of `plain` to `to` from `at`. */
  encrypt(iv: Uint8Array, plain: Uint8Array, to: Uint8Array, at: number): void {
    const { length } = plain;
    const whole = (length + AES_BLOCK - 1) & -AES_BLOCK;
    if (whole === 0) return;
    for (let i = 0; i < AES_BLOCK; i++) scratch[i] = (iv[i] as number) ^ (this.#last[i] as number);
    scratch.set(plain.subarray(0, whole - AES_BLOCK), AES_BLOCK);
    const stream = this.#chain.update(scratch.subarray(0, whole));
    this.#last = stream.subarray(whole - AES_BLOCK);
    for (let i = 0; i < length; i++) to[at + i] = (plain[i] as number) ^ (stream[i] as number);
  }

  /** The plain text of the octets from `start` to `end`, valid until the next call. */
  decrypt(iv: Uint8Array, bytes: Uint8Array, start: number, end: number): Buffer {
    const length = end - start;
    const whole = (length + AES_BLOCK - 1) & -AES_BLOCK;
    plainText.set(iv);
    plainText.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, length), AES_BLOCK);
    if (whole > 0) {
      const stream = this.#blocks.update(plainText.subarray(0, whole));
      const words = whole >> 2;
      const streamWords = new Int32Array(stream.buffer, stream.byteOffset, words);
      for (let i = 0, at = AES_BLOCK >> 2; i < words; i++, at++) {
        plainWords[at] = (plainWords[at] as number) ^ (streamWords[i] as number);
      }
    }
    return plainText.subarray(AES_BLOCK, AES_BLOCK + length);
  }
}

const plainText = Buffer.allocUnsafeSlow(2 * AES_BLOCK + MAX_MESSAGE);
const plainWords = new Int32Array(plainText.buffer);
