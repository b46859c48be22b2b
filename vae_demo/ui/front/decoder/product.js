// Products with a matrix of weights, four rows by four columns at a time, so that what is loaded is used four times.

/**
 * Weights as the products read them: for four outputs at a time, all their inputs. `weight(input, output)` gives one.
 * Outputs that there are not have weights of 0.
 */
export function pack(inputs, outputs, weight) {
  const blocks = Math.ceil(outputs / 4);
  const packed = new Float32Array(blocks * inputs * 4);
  for (let output = 0; output < outputs; output++) {
    const start = (output >> 2) * inputs * 4 + (output & 3);
    for (let input = 0; input < inputs; input++) packed[start + 4 * input] = weight(input, output);
  }
  return packed;
}

/** y = W x + bias for one row x of `inputs` numbers. */
export function multiplyRow(x, packed, bias, y, inputs, outputs) {
  for (let output = 0, w = 0; output < outputs; output += 4) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let k = 0; k < inputs; k++, w += 4) {
      const value = x[k];
      a += value * packed[w];
      b += value * packed[w + 1];
      c += value * packed[w + 2];
      d += value * packed[w + 3];
    }
    store(y, output, bias, output, outputs, a, b, c, d);
  }
}

/**
 * Four rows at once, each read from x in `parts` runs of `length` numbers that lie `stride` apart, and begin at
 * `from[0]` to `from[3]`; their `outputs` numbers go to y from `to[0]` to `to[3]` on.
 */
export function multiplyFourRows(x, from, parts, stride, length, packed, bias, y, to, outputs) {
  const [x0, x1, x2, x3] = from;
  for (let output = 0, w = 0; output < outputs; output += 4) {
    let a0 = 0, a1 = 0, a2 = 0, a3 = 0; // prettier-ignore
    let b0 = 0, b1 = 0, b2 = 0, b3 = 0; // prettier-ignore
    let c0 = 0, c1 = 0, c2 = 0, c3 = 0; // prettier-ignore
    let d0 = 0, d1 = 0, d2 = 0, d3 = 0; // prettier-ignore
    for (let part = 0; part < parts; part++) {
      for (let k = part * stride, end = k + length; k < end; k++, w += 4) {
        const w0 = packed[w];
        const w1 = packed[w + 1];
        const w2 = packed[w + 2];
        const w3 = packed[w + 3];
        const a = x[x0 + k];
        const b = x[x1 + k];
        const c = x[x2 + k];
        const d = x[x3 + k];
        a0 += a * w0;
        a1 += a * w1;
        a2 += a * w2;
        a3 += a * w3;
        b0 += b * w0;
        b1 += b * w1;
        b2 += b * w2;
        b3 += b * w3;
        c0 += c * w0;
        c1 += c * w1;
        c2 += c * w2;
        c3 += c * w3;
        d0 += d * w0;
        d1 += d * w1;
        d2 += d * w2;
        d3 += d * w3;
      }
    }
    store(y, to[0] + output, bias, output, outputs, a0, a1, a2, a3);
    store(y, to[1] + output, bias, output, outputs, b0, b1, b2, b3);
    store(y, to[2] + output, bias, output, outputs, c0, c1, c2, c3);
    store(y, to[3] + output, bias, output, outputs, d0, d1, d2, d3);
  }
}

function store(y, place, bias, output, outputs, a, b, c, d) {
  y[place] = a + bias[output];
  if (output + 1 < outputs) y[place + 1] = b + bias[output + 1];
  if (output + 2 < outputs) y[place + 2] = c + bias[output + 2];
  if (output + 3 < outputs) y[place + 3] = d + bias[output + 3];
}
