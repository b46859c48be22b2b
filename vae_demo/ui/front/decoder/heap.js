// The numbers that a decoder works on, in one place, so that WebAssembly reads and writes them too.

import { multiply } from './product.js';

const BYTES = 4; // of a number
const PAGE = 65536; // bytes, what WebAssembly's memory grows by

/** The product in WebAssembly, compiled once; null where it cannot be, and JavaScript's is as good but slower. */
export async function compiledProduct() {
  try {
    const response = await fetch(new URL('./product.wasm', import.meta.url));
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch {
    return null;
  }
}

export class Heap {
  /** All numbers. Another array as soon as more are reserved. */
  numbers = new Float32Array(0);
  #memory = null;
  #product = null;
  #used = 0;

  /** `module` is the compiled product, or null. */
  constructor(module) {
    if (!module) return;
    try {
      this.#memory = new WebAssembly.Memory({ initial: 0 });
      this.#product = new WebAssembly.Instance(module, { heap: { memory: this.#memory } }).exports.multiply;
    } catch {
      this.#memory = null; // a browser has only so many of them
    }
  }

  /** The place of `length` zeros. */
  reserve(length) {
    const place = this.#used;
    this.#used += length;
    const missing = this.#used - this.numbers.length;
    if (missing > 0 && !this.#growMemory(missing)) {
      const before = this.numbers;
      this.numbers = new Float32Array(this.#used);
      this.numbers.set(before);
    }
    return place;
  }

  /** Whether WebAssembly's memory has room for so many numbers more; it is not used any more where it has not. */
  #growMemory(missing) {
    if (!this.#memory) return false;
    try {
      this.#memory.grow(Math.ceil((missing * BYTES) / PAGE));
      this.numbers = new Float32Array(this.#memory.buffer);
      return true;
    } catch {
      this.#memory = this.#product = null;
      return false;
    }
  }

  /** The place of a copy of these values. */
  keep(values) {
    const place = this.reserve(values.length);
    this.numbers.set(values, place);
    return place;
  }

  /** As `multiply` in product.js. */
  multiply(product) {
    if (!this.#product) return multiply(this.numbers, product);
    const { x, xStep, count, parts, stride, length, weights, bias, y, yStep, outputs } = product;
    const inBytes = (number) => BYTES * number;
    this.#product(
      inBytes(x), inBytes(xStep), count, parts, inBytes(stride), inBytes(length), inBytes(weights), inBytes(bias),
      inBytes(y), inBytes(yStep), inBytes(outputs),
    ); // prettier-ignore
  }
}
