/** Big-endian words of wire bytes, and back. A rest shorter than a word is left out. */

export function uint32Of(wire: Uint8Array): Uint32Array {
  const view = new DataView(wire.buffer, wire.byteOffset, wire.byteLength);
  const values = new Uint32Array(wire.length >> 2);
  for (let i = 0; i < values.length; i++) values[i] = view.getUint32(i * 4);
  return values;
}

export function wireOfUint32(values: ArrayLike<number>): Uint8Array {
  const wire = new Uint8Array(values.length * 4);
  const view = new DataView(wire.buffer);
  for (let i = 0; i < values.length; i++) view.setUint32(i * 4, values[i] as number);
  return wire;
}
