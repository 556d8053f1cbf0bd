const MAX_LENGTH = 255;
// C0 and C1 controls, zero-width and bidirectional overrides: nothing a device may put on somebody's screen.
const UNWANTED = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const decoder = new TextDecoder('utf-8', { fatal: false });

/**
 * Text that a device sent, made harmless once on entry: UTF-8 with U+FFFD for invalid octets, no control or
 * bidirectional characters, white space folded, at most 255 characters. Escaping stays the business of each exit.
 */
export function deviceText(bytes: Uint8Array | string): string {
  const text = decoder.decode(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
  return text.replace(UNWANTED, '').replace(/\s+/g, ' ').trim().slice(0, MAX_LENGTH);
}
