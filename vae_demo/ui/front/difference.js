// Difference maps under a chosen gain: small errors, as a photograph's mostly are, are black without one.

import { each, sizedImage } from './parts.js';
import { state } from './state.js';

const GAINS = [1, 4, 16];
const TAB = 'reconstruction';

/** The gain in use. */
export const gain = () => state.get(TAB).gain ?? 1;

/** The difference map of a variant's answer. */
export const difference = (v) => `
  <figure class="difference">
    ${sizedImage(v.difference, `Absolute error of ${v.title}, brighter is larger`, v.size)}
    <figcaption>difference</figcaption>
  </figure>`;

/** What the colours mean, and the choice of a gain; `place` tells two of them on one page apart. */
export const legend = (limit, place) => `
  <p class="small"><b>Difference</b><span class="times"></span>: absolute error of a pixel in [0, 1], one scale for all
  </p>
  <div class="legend"><span>0</span><i class="scale" aria-hidden="true"></i><span class="limit" data-limit="${limit}">
    </span></div>
  <fieldset class="gain"><legend>Gain</legend>${each(
    GAINS,
    (value) => `<label><input type="radio" name="gain-${place}" value="${value}"><span>${value}</span></label>`,
  )}</fieldset>`;

/** Choose a gain; null is 1, and stays out of the address. */
export const chooseGain = (value) => state.set(TAB, { gain: value === 1 ? null : value });

/** Draw all difference maps of a panel under the gain in use, and say so. */
export async function showGain(element) {
  const chosen = gain();
  for (const radio of element.querySelectorAll('.gain input')) radio.checked = Number(radio.value) === chosen;
  for (const told of element.querySelectorAll('.times')) told.textContent = chosen === 1 ? '' : ` × ${chosen}`;
  for (const end of element.querySelectorAll('.limit'))
    end.textContent = Number((end.dataset.limit / chosen).toPrecision(2));
  for (const image of element.querySelectorAll('.difference img')) {
    image.dataset.plain ??= image.src;
    const { plain } = image.dataset;
    const brighter = chosen === 1 ? plain : await brightened(plain, chosen);
    if (chosen === gain()) image.src = brighter;
  }
}

/** The colour map's 256 colours, as the server interpolates them between its anchors. */
export function palette() {
  const written = getComputedStyle(document.documentElement).getPropertyValue('--difference-scale');
  const anchors = written.match(/#[0-9a-f]{6}/gi).map((hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  return Array.from({ length: 256 }, (_, level) => {
    const place = (level / 255) * (anchors.length - 1);
    const below = Math.min(Math.floor(place), anchors.length - 2);
    return anchors[below].map((band, i) => Math.round(band + (place - below) * (anchors[below + 1][i] - band)));
  });
}

/** A map whose errors are `times` as large: a pixel's colour tells its error, in 255ths of the limit. */
async function brightened(address, times) {
  const image = Object.assign(new Image(), { src: address });
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), {
    width: image.naturalWidth,
    height: image.naturalHeight,
  });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const picture = context.getImageData(0, 0, canvas.width, canvas.height);
  const { data } = picture;
  const colours = palette();
  const packed = (red, green, blue) => (red << 16) | (green << 8) | blue;
  const levels = new Map(colours.map((colour, level) => [packed(...colour), level]));
  for (let i = 0; i < data.length; i += 4) {
    const level = levels.get(packed(data[i], data[i + 1], data[i + 2])) ?? 0;
    data.set(colours[Math.min(255, level * times)], i);
  }
  context.putImageData(picture, 0, 0);
  return canvas.toDataURL();
}
