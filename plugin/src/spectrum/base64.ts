/** The bytes of a base64 column; undefined when it is no base64. PostgreSQL breaks lines every 76 characters. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text.replace(/\s/g, '')), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
