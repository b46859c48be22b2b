// What a direction looks like: its two sides, the slider along it, and a picture by each variant.

import { each, image, text } from './parts.js';
import { SIDES } from './sides.js';

const side = (name) => `
  <div class="side" role="group" aria-label="Pictures ${name} it" data-side="${name}">
    <h4>${name === 'with' ? 'With it' : 'Without it'}</h4>
    <div class="chosen"></div>
    <div class="examples"></div>
    <div class="tools">
      <button type="button" class="present">This picture</button>
      <label class="load">Upload<input type="file" accept="image/*" multiple
        aria-label="Upload pictures ${name} it"></label>
    </div>
  </div>`;

export const MARKUP = `
  <summary>Directions: add with, take away without</summary>
  <p class="small">Choose pictures that have something, such as glasses or a slant, and pictures that lack it, up to 8
    of each. The mean latent of the ones minus that of the others is a direction: your picture moves along it.</p>
  <div class="sides">${each(SIDES, side)}</div>
  <p class="told small" role="status"></p>
  <div class="moving" hidden>
    <div class="way">
      <span>less</span>
      <span class="track" style="--mark:0.5"><s></s><input type="range" min="-2" max="2" step="0.05"
        aria-label="How far along the direction"></span>
      <span>more</span>
      <output></output>
      <button type="button" class="reset">Reset</button>
    </div>
    <div class="steps-between"></div>
    <p class="small">At 0 stands the picture’s own latent, at 1 the direction is added to it, at −1 taken away.
      <span class="of-codes">VQ-VAE is not here: its latent is a map of code indices, and these have no mean.</span></p>
  </div>`;

/** An example to add to a side, or to take away again. */
export const exampleButton = ({ name, picture }, place, of) => `
  <button type="button" class="example" data-name="${text(name)}" aria-label="Example ${text(name)}, ${of} it"
    aria-pressed="false" tabindex="${place ? -1 : 0}">${image(picture, '')}</button>`;

/** A picture of a side, to remove; there may be no `picture` to show yet. */
export const chosenButton = (picture, place, of) => `
  <button type="button" class="remove" data-place="${place}" aria-label="Remove picture ${place + 1} of those ${of} it"
    tabindex="${place ? -1 : 0}">${picture ? image(picture, '') : ''}<i aria-hidden="true">✕</i></button>`;

/** A variant's picture, moved along the direction. */
export const figure = ({ title, size: [width, height] }) => `
  <figure><canvas class="crisp live" width="${width}" height="${height}" role="img"
    aria-label="${text(title)}, moved along the direction"></canvas><figcaption>${text(title)}</figcaption></figure>`;

/** Whether a direction leads nowhere: the pictures of both sides are the same. */
export const leadsNowhere = (found) => found.length > 0 && found.every(({ direction }) => !direction.some(Boolean));

/** What is to be done next, of sides by their names, and of the direction by each variant, once it was found. */
export function advice({ with: plus, without: minus }, found) {
  if (!plus.length && !minus.length) return 'Add a picture to each side.';
  if (!plus.length) return 'Now add a picture with it.';
  if (!minus.length) return 'Now add a picture without it.';
  if (leadsNowhere(found)) return 'Both sides are the same: there is no direction.';
  return `${plus.length} with, ${minus.length} without.${found.length ? ' Move the slider.' : ''}`;
}
