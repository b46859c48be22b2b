// The layers that a decoder is made of. Maps are channels last, with a border of zeros one pixel wide, and a pixel's
// numbers are a multiple of four: what is beyond its channels means nothing.
//
// A layer is made from its description and the tensors, and bound to the shape of its input and a heap, which gives the
// `output` and `run(input, region)`: it computes what the region of the input reaches, and returns the region of the
// output. A region is [top, left, bottom, right], the last two exclusive. A vector has none.

import { pack, upToFour } from './product.js';

const vector = (heap, length) => ({ heap, start: heap.reserve(upToFour(length)), length });

function map(heap, height, width, channels) {
  const depth = upToFour(channels); // numbers of a pixel
  return { heap, start: heap.reserve((height + 2) * (width + 2) * depth), height, width, channels, depth };
}

/** Where a map's pixel begins. */
const at = (map, row, column) => map.start + ((row + 1) * (map.width + 2) + column + 1) * map.depth;

/** Handle the first and the end of every run of numbers in a region. */
function forRuns(place, region, handle) {
  if (!region) return handle(place.start, place.start + place.length);
  const [top, left, bottom, right] = region;
  for (let row = top; row < bottom; row++) handle(at(place, row, left), at(place, row, right));
}

function elementwise(change) {
  const run = (input, region) => {
    const { numbers } = input.heap;
    forRuns(input, region, (start, end) => change(numbers, start, end));
    return region;
  };
  return (input) => ({ output: input, run });
}

const relu = elementwise((numbers, start, end) => {
  for (let i = start; i < end; i++) if (numbers[i] < 0) numbers[i] = 0;
});

const sigmoid = elementwise((numbers, start, end) => {
  for (let i = start; i < end; i++) numbers[i] = 1 / (1 + Math.exp(-numbers[i]));
});

const clamp = elementwise((numbers, start, end) => {
  for (let i = start; i < end; i++) numbers[i] = Math.min(1, Math.max(0, numbers[i]));
});

/** Codes to their vectors; or to what lies between two maps' vectors, at a `share` of the way. */
function lookup({ weight: { shape, values } }) {
  const [, length] = shape;
  return ({ heap, height, width }) => {
    const output = map(heap, height, width, length);
    const run = ({ first, last, share }, [top, left, bottom, right]) => {
      const { numbers } = heap;
      for (let row = top; row < bottom; row++)
        for (let column = left; column < right; column++) {
          const place = at(output, row, column);
          const [a, b] = [first, last].map((codes) => codes[row * width + column] * length);
          for (let k = 0; k < length; k++) numbers[place + k] = values[a + k] + share * (values[b + k] - values[a + k]);
        }
      return [top, left, bottom, right];
    };
    return { output, run };
  };
}

function linear({ weight: { shape, values }, bias }) {
  const [outputs, inputs] = shape;
  const packed = pack(inputs, outputs, (input, output) => values[output * inputs + input]);
  return ({ heap }) => {
    const [weights, biases] = [heap.keep(packed), heap.keep(padded(bias.values))];
    const output = vector(heap, outputs);
    const run = (input) => {
      heap.multiply({
        x: input.start, xStep: 0, count: 1, parts: 1, stride: 0, length: inputs, weights, bias: biases,
        y: output.start, yStep: 0, outputs: upToFour(outputs),
      }); // prettier-ignore
      return null;
    };
    return { output, run };
  };
}

/** As many values as the outputs that are computed. */
function padded(values) {
  const longer = new Float32Array(upToFour(values.length));
  longer.set(values);
  return longer;
}

/** A vector, channels first, to a map. */
function unflatten({ shape: [channels, height, width] }) {
  return ({ heap }) => {
    const output = map(heap, height, width, channels);
    const run = ({ start }) => {
      const { numbers } = heap;
      for (let channel = 0, i = start; channel < channels; channel++)
        for (let row = 0; row < height; row++)
          for (let column = 0; column < width; column++, i++) numbers[at(output, row, column) + channel] = numbers[i];
      return [0, 0, height, width];
    };
    return { output, run };
  };
}

function pointwiseConvolution({ weight: { shape, values }, bias }) {
  const [outputs, inputs] = shape;
  const packed = pack(inputs, outputs, (input, output) => values[output * inputs + input]);
  return (input) => {
    const { heap } = input;
    const [weights, biases] = [heap.keep(packed), heap.keep(padded(bias.values))];
    const output = map(heap, input.height, input.width, outputs);
    const run = (input, region) => {
      const [top, left, bottom, right] = region;
      for (let row = top; row < bottom; row++)
        heap.multiply({
          x: at(input, row, left), xStep: input.depth, count: right - left, parts: 1, stride: 0, length: inputs,
          weights, bias: biases, y: at(output, row, left), yStep: output.depth, outputs: output.depth,
        }); // prettier-ignore
      return region;
    };
    return { output, run };
  };
}

/**
 * A transposed convolution of 4 x 4, stride 2, padding 1, as a product for each of its four phases.
 *
 * Along a side the even outputs 2m are made of the inputs m - 1 and m, by the kernel's places 3 and 1, the odd ones
 * 2m + 1 of the inputs m and m + 1, by the places 2 and 0.
 */
function transposedConvolution({ weight: { shape, values }, bias }) {
  const [inputs, outputs] = shape;
  const depth = upToFour(inputs);
  const places = [
    [3, 1],
    [2, 0],
  ];
  const phases = [0, 1, 2, 3].map((phase) => {
    const [down, across] = [phase >> 1, phase & 1];
    const weight = (input, output) => {
      const [tap, channel] = [Math.floor(input / depth), input % depth];
      if (channel >= inputs) return 0;
      const [y, x] = [places[down][tap >> 1], places[across][tap & 1]];
      return values[((channel * outputs + output) * 4 + y) * 4 + x];
    };
    return { down, across, packed: pack(4 * depth, outputs, weight) };
  });
  return (input) => {
    const { heap } = input;
    const weights = phases.map(({ packed }) => heap.keep(packed));
    const biases = heap.keep(padded(bias.values));
    const output = map(heap, 2 * input.height, 2 * input.width, outputs);
    const stride = (input.width + 2) * depth; // from one row of the input to the next
    const run = (input, [top, left, bottom, right]) => {
      const region = [
        Math.max(0, 2 * top - 1),
        Math.max(0, 2 * left - 1),
        Math.min(output.height, 2 * bottom + 1),
        Math.min(output.width, 2 * right + 1),
      ];
      for (const [phase, { down, across }] of phases.entries()) {
        // The m of this phase's outputs 2m + down that lie in the region; and alike across.
        const [firstRow, firstColumn] = [(region[0] - down + 1) >> 1, (region[1] - across + 1) >> 1];
        const [endRow, endColumn] = [(region[2] - down + 1) >> 1, (region[3] - across + 1) >> 1];
        if (firstColumn >= endColumn) continue;
        for (let row = firstRow; row < endRow; row++)
          heap.multiply({
            x: at(input, row + down - 1, firstColumn + across - 1), xStep: depth, count: endColumn - firstColumn,
            parts: 2, stride, length: 2 * depth, weights: weights[phase], bias: biases,
            y: at(output, 2 * row + down, 2 * firstColumn + across), yStep: 2 * output.depth, outputs: output.depth,
          }); // prettier-ignore
      }
      return region;
    };
    return { output, run };
  };
}

const KINDS = {
  lookup,
  linear,
  relu: () => relu,
  sigmoid: () => sigmoid,
  clamp: () => clamp,
  unflatten,
  'pointwise-convolution': pointwiseConvolution,
  'transposed-convolution': transposedConvolution,
};

/** A layer from its description. Throws a TypeError for a kind that is not known. */
export function makeLayer({ kind, weight, bias, shape }, tensors) {
  if (!Object.hasOwn(KINDS, kind)) throw new TypeError(`${kind} is no known layer`);
  return KINDS[kind]({ weight: tensors[weight], bias: tensors[bias], shape });
}

/** Write a region of a map of 1 or 3 channels in [0, 1] into pixels, RGBA. */
export function writePixels(picture, [top, left, bottom, right], pixels) {
  const { numbers } = picture.heap;
  const colours = picture.channels === 3 ? [0, 1, 2] : [0, 0, 0];
  for (let row = top; row < bottom; row++) {
    let from = at(picture, row, left);
    let to = 4 * (row * picture.width + left);
    for (let column = left; column < right; column++, from += picture.depth, to += 4) {
      for (let k = 0; k < 3; k++) pixels[to + k] = 255 * numbers[from + colours[k]];
      pixels[to + 3] = 255;
    }
  }
}

/** The numbers of a map, row by row, a pixel's channels side by side. */
export function numbersOf(place) {
  const { height, width, channels, heap } = place;
  const numbers = new Float32Array(height * width * channels);
  for (let row = 0, to = 0; row < height; row++)
    for (let column = 0, from = at(place, row, 0); column < width; column++, from += place.depth, to += channels)
      for (let k = 0; k < channels; k++) numbers[to + k] = heap.numbers[from + k];
  return numbers;
}
