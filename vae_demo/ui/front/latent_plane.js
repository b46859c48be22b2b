// The plane of latents: where test pictures lie along axes of the latent space, and what latent a place on it is. It
// knows nothing of the page.

import { readSafetensors } from './decoder/safetensors.js';

const PRIOR_REACH = 2.2; // deviations of the prior that are always in view
const MARGIN = 0.06; // of the width, around what is in view
const PARALLEL = 1e-3; // two axes are one where the determinant of their products is below it

const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** The plane of the checkpoint that an answer names. Throws where it cannot be had. */
export async function fetchPlane({ checkpoint, plane }) {
  const address = new URL(`planes/${encodeURIComponent(checkpoint)}/${plane}`, document.baseURI);
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return new LatentPlane(await response.arrayBuffer());
}

/** An axis of the file's metadata: its `id` in an address, its `name`, and a `title` that says more. */
function called({ component, share, latent }) {
  if (latent) return { id: `${latent}`, name: `Latent ${latent}`, title: `Latent ${latent}` };
  const name = `Principal component ${component}`;
  return { id: `pc${component}`, name, title: `${name}, ${(100 * share).toFixed(0)} % of the variance` };
}

export class LatentPlane {
  #points; // coordinates along all axes, point after point
  #directions; // of each axis, a unit vector
  #mean;
  #mixture = null; // {means, covariances} along all axes, or null

  /** From a file that the server made. */
  constructor(buffer) {
    const { metadata, tensors } = readSafetensors(buffer);
    const { axes, label = null } = JSON.parse(metadata.about);
    const size = tensors.mean.shape[0];
    this.axes = axes.map(called);
    /** What the points' labels count: {name, values}, or null. */
    this.label = label;
    /** Of every point which of those values it has, or null. */
    this.labels = tensors.labels?.values ?? null;
    this.count = tensors.points.shape[0];
    this.#points = tensors.points.values;
    this.#directions = axes.map((_, i) => tensors.axes.values.subarray(i * size, (i + 1) * size));
    this.#mean = tensors.mean.values;
    if (tensors.mixture_means)
      this.#mixture = { means: tensors.mixture_means.values, covariances: tensors.mixture_covariances.values };
  }

  /** A test picture's coordinates along two axes, given by their places in the list. */
  point(i, [first, second]) {
    const start = i * this.axes.length;
    return [this.#points[start + first], this.#points[start + second]];
  }

  /** The test picture that is nearest to a place; null where there are no labels to tell of it. */
  labelNear([x, y], axes) {
    if (!this.labels) return null;
    let [nearest, least] = [0, Infinity];
    for (let i = 0; i < this.count; i++) {
      const [px, py] = this.point(i, axes);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least) [nearest, least] = [i, distance];
    }
    return this.label.values[this.labels[nearest]];
  }

  /** Where a latent lies along two axes. */
  placeOf(latent, axes) {
    return axes.map((axis) => dot(this.#directions[axis], latent));
  }

  /** Where the mean of the test pictures lies. */
  middle(axes) {
    return this.placeOf(this.#mean, axes);
  }

  /** Of all latents at a place, the one nearest to the mean of the test pictures. */
  latentAt(place, axes) {
    const [u, v] = axes.map((axis) => this.#directions[axis]);
    const [a, b] = this.middle(axes).map((middle, i) => place[i] - middle);
    const [uu, uv, vv] = [dot(u, u), dot(u, v), dot(v, v)];
    const determinant = uu * vv - uv * uv;
    const [s, t] =
      determinant < PARALLEL
        ? [a / 2, (b * Math.sign(uv)) / 2]
        : [(vv * a - uv * b) / determinant, (uu * b - uv * a) / determinant];
    return Array.from(this.#mean, (value, i) => value + s * u[i] + t * v[i]);
  }

  get hasMixture() {
    return Boolean(this.#mixture);
  }

  /** One deviation of each Gaussian of the mixture, seen along two axes: ellipses. */
  mixture([first, second]) {
    const all = this.axes.length;
    const { means, covariances } = this.#mixture ?? { means: [] };
    return Array.from({ length: means.length / all }, (_, k) => {
      const covariance = (i, j) => covariances[(k * all + i) * all + j];
      const center = [means[k * all + first], means[k * all + second]];
      return ellipse(center, covariance(first, first), covariance(first, second), covariance(second, second));
    });
  }

  /** One deviation of the prior, N(0, I). */
  prior(axes) {
    const [u, v] = axes.map((axis) => this.#directions[axis]);
    return ellipse([0, 0], dot(u, u), dot(u, v), dot(v, v));
  }

  /** The square that is shown: [left, bottom, side], around all points and what the prior usually gives. */
  frame(axes) {
    const [low, high] = [[-PRIOR_REACH, -PRIOR_REACH], [PRIOR_REACH, PRIOR_REACH]]; // prettier-ignore
    for (let i = 0; i < this.count; i++)
      this.point(i, axes).forEach((value, side) => {
        low[side] = Math.min(low[side], value);
        high[side] = Math.max(high[side], value);
      });
    const side = (1 + 2 * MARGIN) * Math.max(high[0] - low[0], high[1] - low[1]);
    return [(low[0] + high[0] - side) / 2, (low[1] + high[1] - side) / 2, side];
  }
}

/** The ellipse of a covariance [[a, b], [b, c]]: its half axes are deviations, its angle in degrees, anticlockwise. */
export function ellipse([x, y], a, b, c) {
  const middle = (a + c) / 2;
  const apart = Math.hypot((a - c) / 2, b);
  const [long, short] = [middle + apart, Math.max(0, middle - apart)].map(Math.sqrt);
  return { x, y, long, short, angle: (90 / Math.PI) * Math.atan2(2 * b, a - c) };
}
