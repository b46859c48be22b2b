// The layers that a decoder is made of. Maps are channels last, with a border of zeros one pixel wide.
//
// A layer is made from its description and the tensors, and bound to the shape of its input, which gives the `output`
// and `run(input, region)`: it computes what the region of the input reaches, and returns the region of the output.
// A region is [top, left, bottom, right], the last two exclusive. A vector has none.

import { multiplyFourRows, multiplyRow, pack } from './product.js';

const vector = (length) => ({ data: new Float32Array(length), length });

const map = (height, width, channels) => ({
  data: new Float32Array((height + 2) * (width + 2) * channels),
  height,
  width,
  channels,
});

/** Where a map's pixel begins. */
const at = (map, row, column) => ((row + 1) * (map.width + 2) + column + 1) * map.channels;

/** Handle the first and the end of every run of numbers in a region. */
function forRuns(place, region, handle) {
  if (!region) return handle(0, place.length);
  const [top, left, bottom, right] = region;
  for (let row = top; row < bottom; row++) handle(at(place, row, left), at(place, row, right));
}

function elementwise(change) {
  const run = (input, region) => {
    forRuns(input, region, (start, end) => change(input.data, start, end));
    return region;
  };
  return (input) => ({ output: input, run });
}

const relu = elementwise((data, start, end) => {
  for (let i = start; i < end; i++) if (data[i] < 0) data[i] = 0;
});

const sigmoid = elementwise((data, start, end) => {
  for (let i = start; i < end; i++) data[i] = 1 / (1 + Math.exp(-data[i]));
});

const clamp = elementwise((data, start, end) => {
  for (let i = start; i < end; i++) data[i] = Math.min(1, Math.max(0, data[i]));
});

/** Codes to their vectors; or to what lies between two maps' vectors, at a `share` of the way. */
function lookup({ weight: { shape, values } }) {
  const [, length] = shape;
  return ({ height, width }) => {
    const output = map(height, width, length);
    const run = ({ first, last, share }, [top, left, bottom, right]) => {
      for (let row = top; row < bottom; row++)
        for (let column = left; column < right; column++) {
          const place = at(output, row, column);
          const [a, b] = [first, last].map((codes) => codes[row * width + column] * length);
          for (let k = 0; k < length; k++)
            output.data[place + k] = values[a + k] + share * (values[b + k] - values[a + k]);
        }
      return [top, left, bottom, right];
    };
    return { output, run };
  };
}

function linear({ weight: { shape, values }, bias }) {
  const [outputs, inputs] = shape;
  const packed = pack(inputs, outputs, (input, output) => values[output * inputs + input]);
  return () => {
    const output = vector(outputs);
    const run = (input) => {
      multiplyRow(input.data, packed, bias.values, output.data, inputs, outputs);
      return null;
    };
    return { output, run };
  };
}

/** A vector, channels first, to a map. */
function unflatten({ shape: [channels, height, width] }) {
  return () => {
    const output = map(height, width, channels);
    const run = ({ data }) => {
      for (let channel = 0, i = 0; channel < channels; channel++)
        for (let row = 0; row < height; row++)
          for (let column = 0; column < width; column++, i++) output.data[at(output, row, column) + channel] = data[i];
      return [0, 0, height, width];
    };
    return { output, run };
  };
}

function pointwiseConvolution({ weight: { shape, values }, bias }) {
  const [outputs, inputs] = shape;
  const packed = pack(inputs, outputs, (input, output) => values[output * inputs + input]);
  return (input) => {
    const output = map(input.height, input.width, outputs);
    const run = (input, region) => {
      const [top, left, bottom, right] = region;
      for (let row = top; row < bottom; row++)
        fourByFour(left, right, (columns) => {
          const [from, to] = [input, output].map((place) => columns.map((column) => at(place, row, column)));
          multiplyFourRows(input.data, from, 1, 0, inputs, packed, bias.values, output.data, to, outputs);
        });
      return region;
    };
    return { output, run };
  };
}

/** Call with four numbers at a time from `first` to below `end`; where there are fewer, the last is repeated. */
function fourByFour(first, end, handle) {
  for (let i = first; i < end; i += 4) handle([i, i + 1, i + 2, i + 3].map((number) => Math.min(number, end - 1)));
}

/**
 * A transposed convolution of 4 x 4, stride 2, padding 1, as a product for each of its four phases.
 *
 * Along a side the even outputs 2m are made of the inputs m - 1 and m, by the kernel's places 3 and 1, the odd ones
 * 2m + 1 of the inputs m and m + 1, by the places 2 and 0.
 */
function transposedConvolution({ weight: { shape, values }, bias }) {
  const [inputs, outputs] = shape;
  const places = [
    [3, 1],
    [2, 0],
  ];
  const phases = [0, 1, 2, 3].map((phase) => {
    const [down, across] = [phase >> 1, phase & 1];
    const weight = (input, output) => {
      const [tap, channel] = [Math.floor(input / inputs), input % inputs];
      const [y, x] = [places[down][tap >> 1], places[across][tap & 1]];
      return values[((channel * outputs + output) * 4 + y) * 4 + x];
    };
    return { down, across, packed: pack(4 * inputs, outputs, weight) };
  });
  return (input) => {
    const output = map(2 * input.height, 2 * input.width, outputs);
    const stride = (input.width + 2) * inputs; // from one row of the input to the next
    const run = (input, [top, left, bottom, right]) => {
      const region = [
        Math.max(0, 2 * top - 1),
        Math.max(0, 2 * left - 1),
        Math.min(output.height, 2 * bottom + 1),
        Math.min(output.width, 2 * right + 1),
      ];
      for (const { down, across, packed } of phases) {
        // The m of this phase's outputs 2m + down that lie in the region; and alike across.
        const [firstRow, firstColumn] = [(region[0] - down + 1) >> 1, (region[1] - across + 1) >> 1];
        const [endRow, endColumn] = [(region[2] - down + 1) >> 1, (region[3] - across + 1) >> 1];
        for (let row = firstRow; row < endRow; row++)
          fourByFour(firstColumn, endColumn, (columns) => {
            const from = columns.map((column) => at(input, row + down - 1, column + across - 1));
            const to = columns.map((column) => at(output, 2 * row + down, 2 * column + across));
            multiplyFourRows(
              input.data, from, 2, stride, 2 * inputs, packed, bias.values, output.data, to, outputs,
            ); // prettier-ignore
          });
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
  const colours = picture.channels === 3 ? [0, 1, 2] : [0, 0, 0];
  for (let row = top; row < bottom; row++) {
    let from = at(picture, row, left);
    let to = 4 * (row * picture.width + left);
    for (let column = left; column < right; column++, from += picture.channels, to += 4) {
      for (let k = 0; k < 3; k++) pixels[to + k] = 255 * picture.data[from + colours[k]];
      pixels[to + 3] = 255;
    }
  }
}

/** The numbers of a map, row by row, a pixel's channels side by side. */
export function numbersOf(place) {
  const length = place.width * place.channels;
  const numbers = new Float32Array(place.height * length);
  for (let row = 0; row < place.height; row++) {
    const from = at(place, row, 0);
    numbers.set(place.data.subarray(from, from + length), row * length);
  }
  return numbers;
}
