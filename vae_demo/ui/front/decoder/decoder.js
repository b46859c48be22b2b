// A decoder: the layers of one checkpoint, bound to one shape of latent, their buffers used again and again.

import { makeLayer, numbersOf, writePixels } from './layers.js';
import { readSafetensors } from './safetensors.js';

export class Decoder {
  #layers;
  #bound = null; // the layers on their buffers
  #shape = '';
  #codes = null; // {first, last, share} as they were decoded last
  #pixels;

  /** From a file with the layers' description in its metadata. Throws for what cannot be computed here. */
  constructor(buffer) {
    const { metadata, tensors } = readSafetensors(buffer);
    this.#layers = JSON.parse(metadata.layers).map((layer) => makeLayer(layer, tensors));
  }

  /** The picture of a latent: its `width`, `height` and `pixels`, RGBA; and its `numbers` in [0, 1], not rounded. */
  decodeLatent(latent) {
    const input = { data: Float32Array.from(latent), length: latent.length };
    this.#bind(input);
    const picture = this.#run(input, null);
    return { ...picture, numbers: numbersOf(this.#bound.at(-1).output) };
  }

  /**
   * The picture of a code map, `rows` by `columns`: `first` in raster order, or what lies at a `share` of the way from
   * its vectors to those of `last`. Only what changed since the last map is computed.
   */
  decodeCodes({ rows, columns, first, last = first, share = 0 }) {
    if (this.#bind({ height: rows, width: columns })) this.#codes = null;
    const region = this.#changed(rows, columns, { first, last, share });
    this.#codes = { first: first.slice(), last: last.slice(), share };
    return this.#run(this.#codes, region);
  }

  #bind(input) {
    const shape = `${input.length} ${input.height} ${input.width}`;
    if (shape === this.#shape) return false;
    this.#shape = shape;
    this.#bound = [];
    let place = input;
    for (const layer of this.#layers) {
      const bound = layer(place);
      this.#bound.push(bound);
      place = bound.output;
    }
    this.#pixels = new Uint8ClampedArray(4 * place.width * place.height);
    return true;
  }

  /** The smallest region with all codes that differ from the last ones. */
  #changed(rows, columns, { first, last, share }) {
    const before = this.#codes;
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

  #run(input, region) {
    let [place, reached] = [input, region];
    for (const { output, run } of this.#bound) {
      reached = run(place, reached);
      place = output;
    }
    writePixels(place, reached, this.#pixels);
    return { width: place.width, height: place.height, pixels: this.#pixels.slice() };
  }
}
