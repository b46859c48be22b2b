// Reads a safetensors file: a header's length, the header as JSON, then the tensors' numbers.

/** The file's `metadata`, and its `tensors` by name: each a `shape` and its `values` in a typed array. */
export function readSafetensors(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const { __metadata__: metadata = {}, ...described } = JSON.parse(
    new TextDecoder().decode(new Uint8Array(buffer, 8, length)),
  );
  const tensors = {};
  for (const [name, { dtype, shape, data_offsets: offsets }] of Object.entries(described)) {
    const [start, end] = offsets.map((offset) => 8 + length + offset);
    const bytes = buffer.slice(start, end); // where it begins in the file need not suit a typed array
    if (dtype === 'F16') tensors[name] = { shape, values: widen(new Uint16Array(bytes)) };
    else if (dtype === 'F32') tensors[name] = { shape, values: new Float32Array(bytes) };
    else if (dtype === 'U8') tensors[name] = { shape, values: new Uint8Array(bytes) };
    else throw new TypeError(`${name} is ${dtype}, none of F16, F32 and U8`);
  }
  return { metadata, tensors };
}

/** Half precision to single, exactly, for finite numbers; the exponent's bias differs by 112. */
export function widen(halves) {
  const values = new Float32Array(halves.length);
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < halves.length; i++) bits[i] = ((halves[i] & 0x8000) << 16) | ((halves[i] & 0x7fff) << 13);
  for (let i = 0; i < halves.length; i++) values[i] *= 2 ** 112;
  return values;
}
