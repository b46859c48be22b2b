// A decoder: the layers of one checkpoint, bound to the shapes of the last latents, their buffers used again and again.

import { Heap } from './heap.js';
import { makeLayer, numbersOf, writePixels } from './layers.js';
import { readSafetensors } from './safetensors.js';

const MOST_BOUND = 2; // shapes at a time: a map, and a small one of a single code

export class Decoder {
  #layers;
  #product;
  #bound = new Map(); // by shape, the one that was used last at the end

  /**
   * From a file with the layers' description in its metadata. Throws for what cannot be computed here. `product` is the
   * compiled product of heap.js, or null.
   */
  constructor(buffer, product) {
    this.#product = product;
    const { metadata, tensors } = readSafetensors(buffer);
    this.#layers = JSON.parse(metadata.layers).map((layer) => makeLayer(layer, tensors));
  }

  /** The picture of a latent: its `width`, `height` and `pixels`, RGBA; and its `numbers` in [0, 1], not rounded. */
  decodeLatent(latent) {
    const bound = this.#bind({ length: latent.length });
    bound.input.heap.numbers.set(latent, bound.input.start);
    return { ...run(bound, bound.input, null), numbers: numbersOf(bound.layers.at(-1).output) };
  }

  /**
   * The picture of a code map, `rows` by `columns`: `first` in raster order, or what lies at a `share` of the way from
   * its vectors to those of `last`. Only what changed since the last map is computed.
   */
  decodeCodes({ rows, columns, first, last = first, share = 0 }) {
    const bound = this.#bind({ height: rows, width: columns });
    const region = changed(bound.codes, rows, columns, { first, last, share });
    bound.codes = { first: first.slice(), last: last.slice(), share };
    return run(bound, bound.codes, region);
  }

  /** The layers on the buffers of one shape, and the codes {first, last, share} that these hold. */
  #bind(input) {
    const shape = `${input.length} ${input.height} ${input.width}`;
    const bound = this.#bound.get(shape) ?? this.#bindAnew(input);
    this.#bound.delete(shape);
    this.#bound.set(shape, bound);
    if (this.#bound.size > MOST_BOUND) this.#bound.delete(this.#bound.keys().next().value);
    return bound;
  }

  #bindAnew(shape) {
    const heap = new Heap(this.#product);
    const input = { ...shape, heap, start: shape.length ? heap.reserve(shape.length) : null };
    const layers = [];
    let place = input;
    for (const layer of this.#layers) {
      const bound = layer(place);
      layers.push(bound);
      place = bound.output;
    }
    return { input, layers, codes: null, pixels: new Uint8ClampedArray(4 * place.width * place.height) };
  }
}

/** The smallest region with all codes that differ from those `before`. */
function changed(before, rows, columns, { first, last, share }) {
  if (!before || share || before.share) return [0, 0, rows, columns];
  let [top, left, bottom, right] = [rows, columns, 0, 0];
  for (let i = 0; i < first.length; i++) {
    if (first[i] === before.first[i] && last[i] === before.last[i]) continue;
    const [row, column] = [Math.floor(i / columns), i % columns];
    [top, left] = [Math.min(top, row), Math.min(left, column)];
    [bottom, right] = [Math.max(bottom, row + 1), Math.max(right, column + 1)];
  }
  return bottom ? [top, left, bottom, right] : [0, 0, 0, 0];
}

function run({ layers, pixels }, input, region) {
  let [place, reached] = [input, region];
  for (const { output, run } of layers) {
    reached = run(place, reached);
    place = output;
  }
  writePixels(place, reached, pixels);
  return { width: place.width, height: place.height, pixels: pixels.slice() };
}
