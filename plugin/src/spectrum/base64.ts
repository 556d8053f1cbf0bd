/** The bytes of a base64 column; undefined when it is no base64. PostgreSQL breaks lines every 76 characters. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replace(/\s/g, '')), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Big-endian 16-bit numbers, as in PNM files; undefined when there are none, or half a one. */
export function int16OfBase64(text: string): Int16Array | undefined {
  const view = viewOf(text, 2);
  return view && Int16Array.from({ length: view.byteLength / 2 }, (_, i) => view.getInt16(2 * i));
}

/** Big-endian 32-bit counters; undefined when there are none, or a broken one. */
export function wordsOfBase64(text: string): Uint32Array | undefined {
  const view = viewOf(text, 4);
  return view && Uint32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getUint32(4 * i));
}

function viewOf(text: string, wordBytes: number): DataView | undefined {
  const bytes = bytesOfBase64(text);
  if (!bytes || bytes.length === 0 || bytes.length % wordBytes !== 0) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
