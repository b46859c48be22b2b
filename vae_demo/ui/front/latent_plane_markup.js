// The parts of the plane of latents around its drawing.

import { colour } from './latent_plane_chart.js';
import { each, image, text } from './parts.js';

/** Where an answer that has a plane shows it. */
export const planePlace = ({ plane }) => (plane ? '<div class="at-plane"></div>' : '');

/** The pictures that were kept, behind the `count` of samples. */
export const keptTiles = (kept, count, chosen) => `
  <h4>Kept</h4>
  <div class="some">${each(
    kept,
    (picture, i) => `
      <button type="button" class="tile" data-index="${count + i}" aria-label="Kept ${i + 1}"
        tabindex="${i ? -1 : 0}" aria-pressed="${count + i === chosen}">${image(picture, `Kept ${i + 1}`)}</button>`,
  )}</div>`;

/** The labels by their colours: each a button that shows its points alone. */
export const legend = (plane) => `
  <div class="labels" role="group" aria-label="Show the test pictures of one ${text(plane.label.name)}">
    <span>${text(plane.label.name[0].toUpperCase() + plane.label.name.slice(1))}</span>
    ${each(
      plane.label.values,
      (value, i) => `
        <button type="button" data-label="${i}" aria-pressed="false" ${colour(plane, i)}>
          <i></i>${text(value)}</button>`,
    )}</div>`;

/** What there is to see and to do, in words. */
export const explained = ({ hasMixture }) =>
  `Each dot is where the encoder puts a test picture. Point anywhere: of all latents at that place the decoder draws
  the one that is nearest to the mean of the dots. A click keeps it, to be moved by hand or walked to. Rings are the
  samples above. ${hasMixture ? 'Solid ellipses are the Gaussian mixture, dashed ones' : 'Dashed ellipses are'} the
  prior N(0, I), at one and two deviations.`;

const axisMenu = (title, side) => `<label><span>${title}</span> <select data-side="${side}"></select></label>`;

/** What is filled when the plane is here. */
export const BODY = `
  <div class="field" tabindex="0" role="application" aria-roledescription="plane"
    aria-label="Plane of latents: arrow keys move the cross, Enter keeps the picture there"></div>
  <div class="at-cross">
    <canvas class="crisp live" role="img" aria-label="The picture at the cross" width="1" height="1"></canvas>
    <div><p class="where small"></p>
      <div class="tools"><button type="button" class="keep">Keep this picture</button></div></div>
  </div>
  <div class="about-plane">
    <div class="legend"></div>
    <div class="kept"></div>
    <div class="axes">${axisMenu('Across', 0)}${axisMenu('Up', 1)}</div>
  </div>
  <p class="explained small"></p>`;
