// What the Random sampling tab shows: all pictures, and one of them with what it was decoded from.

import { nameOf } from './kept_samples.js';
import { planePlace } from './latent_plane_markup.js';
import { each, image, linkButton, number, text } from './parts.js';
import { rowButtons } from './sample_rows.js';
import { useButtons } from './use_picture.js';

export const caption = ({ pictures, checkpoint, prior_title: title, prior, seed, temperature }) =>
  `${pictures.length} samples of <b>${text(checkpoint)}</b> under <b>${text(title)}</b>, seed ${seed}${
    prior === 'uniform-codes' ? '' : `, temperature ${number(temperature)}`
  }.`;

/** Whether codes are still being drawn. */
const isUnfinished = ({ codes }) => codes?.[0].some((row) => row.includes(-1));

export function tiles(value) {
  const tile = (picture, i) => `
    <button type="button" class="tile" data-index="${i}" aria-label="Sample ${i + 1}" aria-pressed="false"
      tabindex="${i ? -1 : 0}">
      ${image(picture, `Sample ${i + 1}`)}
    </button>`;
  return `
    <p class="small">${caption(value)} The same settings give the same pictures.</p>
    <div class="tiles">${each(value.pictures, tile)}</div>
    <div class="tools"><button type="button" class="sheet">Download all as PNG</button>
      ${linkButton('Copy a link to these')}${isUnfinished(value) ? '' : rowButtons(value)}</div>
    <div class="at-rows"></div>
    ${planePlace(value)}
    <div class="detail card"></div>`;
}

/** A sample, the latent it came from, and what can be done with it once all its codes are drawn. */
export function detail(samples, chosen, goal) {
  const { pictures, latents, codes, colours, count } = samples;
  const name = nameOf(samples, chosen);
  const unfinished = isUnfinished(samples);
  const option = (_, i) =>
    `<option value="${i}" ${i === goal ? 'selected' : ''}>${nameOf(samples, i).toLowerCase()}</option>`;
  const actions = `
    <div class="tools">${useButtons()}
      ${chosen < count ? '' : '<button type="button" class="forget">Remove</button>'}</div>
    <div class="tools walking">
      <label>Walk to <select class="goal">${each(pictures, option)}</select></label>
      <button type="button" class="walk">Walk</button>
    </div>
    <div class="path" aria-live="polite"></div>`;
  return `
    <div class="opened">${image(pictures[chosen], name)}</div>
    <div><h3>${name}</h3>
      ${latents ? latentOf(latents[chosen].length) : codeMap(codes[chosen], colours)}
      ${unfinished ? '' : actions}
    </div>`;
}

const latentOf = (size) => `
  <p class="small">It was decoded from a latent of ${size} numbers. Move one: the line is where it was drawn, the band
    the prior’s 0 ± 1.</p>
  <div class="latents"></div>`;

function codeMap(codes, colours) {
  const known = codes.filter((row) => row[0] >= 0).length;
  const [rows, columns] = [codes.length, codes[0].length];
  const cell = (code) => `<i ${code < 0 ? '' : `style="background:${text(colours[code])}" title="code ${code}"`}></i>`;
  const progress =
    known < rows
      ? `Drawing its codes: row ${known} of ${rows}`
      : `It was decoded from a map of ${rows} × ${columns} codes`;
  return `
    <p class="small">${progress}:</p>
    <div class="codes" role="img" aria-label="Code map: ${codes.map((row) => row.join(' ')).join('; ')}"
      style="grid-template-columns:repeat(${columns},1fr)">${each(codes.flat(), cell)}</div>`;
}
