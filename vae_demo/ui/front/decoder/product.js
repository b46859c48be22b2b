// The product with a matrix of weights, four rows by four outputs at a time, so that what is loaded is used four times.
// product.wat is the same in WebAssembly, which computes four numbers at once.

/**
 * y = W x + bias for `count` rows. All are places in `numbers`; a row of x begins at `x` and each next one `xStep`
 * further on, and is read in `parts` runs of `length` numbers that lie `stride` apart; y alike, its `outputs` numbers,
 * a multiple of four, side by side. The weights lie as `pack` gives them.
 */
export function multiply(numbers, { x, xStep, count, parts, stride, length, weights, bias, y, yStep, outputs }) {
  for (let row = 0; row < count; row += 4) {
    const [r1, r2, r3] = [1, 2, 3].map((i) => Math.min(row + i, count - 1)); // where there are fewer, the last again
    const [x0, x1, x2, x3] = [x + row * xStep, x + r1 * xStep, x + r2 * xStep, x + r3 * xStep];
    const [y0, y1, y2, y3] = [y + row * yStep, y + r1 * yStep, y + r2 * yStep, y + r3 * yStep];
    for (let output = 0, w = weights; output < outputs; output += 4) {
      let a0 = 0, a1 = 0, a2 = 0, a3 = 0; // prettier-ignore
      let b0 = 0, b1 = 0, b2 = 0, b3 = 0; // prettier-ignore
      let c0 = 0, c1 = 0, c2 = 0, c3 = 0; // prettier-ignore
      let d0 = 0, d1 = 0, d2 = 0, d3 = 0; // prettier-ignore
      for (let part = 0; part < parts; part++) {
        for (let k = part * stride, end = k + length; k < end; k++, w += 4) {
          const w0 = numbers[w];
          const w1 = numbers[w + 1];
          const w2 = numbers[w + 2];
          const w3 = numbers[w + 3];
          const a = numbers[x0 + k];
          const b = numbers[x1 + k];
          const c = numbers[x2 + k];
          const d = numbers[x3 + k];
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
      store(numbers, y0 + output, bias + output, a0, a1, a2, a3);
      store(numbers, y1 + output, bias + output, b0, b1, b2, b3);
      store(numbers, y2 + output, bias + output, c0, c1, c2, c3);
      store(numbers, y3 + output, bias + output, d0, d1, d2, d3);
    }
  }
}

function store(numbers, y, bias, a, b, c, d) {
  numbers[y] = a + numbers[bias];
  numbers[y + 1] = b + numbers[bias + 1];
  numbers[y + 2] = c + numbers[bias + 2];
  numbers[y + 3] = d + numbers[bias + 3];
}

/** The next multiple of four. */
export const upToFour = (number) => 4 * Math.ceil(number / 4);

/**
 * Weights as the product reads them: for four outputs at a time, all their inputs. `weight(input, output)` gives one;
 * outputs that there are not have weights of 0.
 */
export function pack(inputs, outputs, weight) {
  const packed = new Float32Array(inputs * upToFour(outputs));
  for (let output = 0; output < outputs; output++) {
    const start = (output >> 2) * inputs * 4 + (output & 3);
    for (let input = 0; input < inputs; input++) packed[start + 4 * input] = weight(input, output);
  }
  return packed;
}
