// The variants of a dataset at a glance: rate against PSNR as a chart, and all that was measured of them as a table.

import { along, placeNames } from './label_places.js';
import { POINT_AT, each, number, on, text } from './parts.js';
import { atLeastOne, axes, fives, powersOfTwo } from './plane.js';
import { rove } from './roving.js';
import { state } from './state.js';

const MARGIN = { left: 46, right: 14, top: 14, bottom: 42 };
const TYPE = 12; // pixels, as page.css has it
const MISSING = 'not measured';

const chartSize = () => (matchMedia('(max-width: 800px)').matches ? [330, 280] : [520, 320]);

/** The part of a panel that shows it, until a TradeOff fills it: the choice of a dataset. */
export const tradeOff = (all) => `
  <section class="trade-off card" aria-label="The trade-off at a glance">
    <h3>The trade-off at a glance</h3>
    <fieldset><legend class="unseen">Dataset</legend>${each(datasetsOf(all), radio)}</fieldset>
    <div class="measured"></div>
  </section>`;

const datasetsOf = (all) => [...new Set(all.map((t) => t.dataset))];

const radio = (dataset) => `
  <label><input type="radio" name="trade-off" value="${text(dataset)}"><span>${text(dataset)}</span></label>`;

/** What `tradeOff` is the markup of. */
export class TradeOff {
  #element;
  #all = []; // the trade-offs of all datasets
  #shown = null; // the dataset that is drawn

  constructor(element) {
    this.#element = element;
    on(element, 'change', { '.trade-off input': ({ value }) => state.set('about', { dataset: value }) });
    on(element, 'mouseover focusin click', { '.trade-off [data-of]': ({ dataset }) => this.#pointAt(dataset.of) });
    rove(element, '.points', '.point', () => 1);
    state.subscribe(() => this.#chosen !== this.#shown && this.#draw());
  }

  /** Other numbers came, and `tradeOff` of them is in the panel. */
  show(all) {
    this.#all = all;
    this.#draw();
  }

  /** The dataset of the address, or the first. */
  get #chosen() {
    const datasets = datasetsOf(this.#all);
    const { dataset } = state.get('about');
    return datasets.includes(dataset) ? dataset : (datasets[0] ?? null);
  }

  #draw() {
    this.#shown = this.#chosen;
    const place = this.#element.querySelector('.trade-off');
    for (const input of place.querySelectorAll('input')) input.checked = input.value === this.#shown;
    place.querySelector('.measured').innerHTML = measured(this.#all.filter((t) => t.dataset === this.#shown));
  }

  #pointAt(checkpoint) {
    const place = this.#element.querySelector('.trade-off');
    for (const part of place.querySelectorAll('[data-of]'))
      part.classList.toggle('pointed', part.dataset.of === checkpoint);
    place.querySelector('.readout').textContent = describe(this.#all.find((t) => t.checkpoint === checkpoint));
  }
}

const unbroken = (title) => title.replaceAll(' = ', '\u00a0=\u00a0');
const shortName = (t) => (t.beta === null ? t.title : `β = ${t.beta}`);
const written = (value, digits, unit = '') => (value === null ? MISSING : number(value, digits) + unit);
const bits = (t) => written(t.rate, t.rate < 100 ? 1 : 0);

/** All that is known of a checkpoint, in a sentence or two. */
export function describe(t) {
  const rate = t.rate === null ? 'its rate was not measured' : `${bits(t)} bits a picture (${t.rate_of})`;
  const samples = t.frechet === null ? MISSING : `${number(t.frechet, 1)} from the test pictures (${t.prior})`;
  const mig = t.mig === null ? '' : ` MIG ${number(t.mig, 3)}.`;
  return `${t.title}, ${t.checkpoint}: ${rate}; PSNR ${written(t.psnr, 2, ' dB')}. Samples: ${samples}.${mig}`;
}

function measured(all) {
  if (!all.length) return '';
  const placed = all.filter((t) => t.rate !== null && t.psnr !== null);
  const left = all.filter((t) => !placed.includes(t)).map((t) => t.checkpoint);
  const missing = left.length
    ? `<p class="small">Not in the chart, for its rate or its PSNR was ${MISSING}: ${left.map(text).join(', ')}.</p>`
    : '';
  const drawnAtOne = placed.some((t) => t.rate < 1) ? ' Less than 1 bit is drawn at 1.' : '';
  return `
    <p class="gist">${gist(all)}</p>
    <div class="side-by-side">
      <div>${placed.length ? chart(placed) : ''}${missing}
        <p class="readout small">${POINT_AT} a point, or go to it by arrow key: its checkpoint is named here.</p></div>
      ${table(all)}
    </div>
    <p class="small">Means over the test split; each checkpoint at its own input size. Bits are the KL from the prior,
      measured in nats and divided by ln 2, or −log₂ of the codes’ probability under their learned prior, or the codes
      at equal length where there is none.${drawnAtOne}</p>`;
}

/** Who is best at what, as far as it was measured. */
export function gist(all) {
  const best = (key, isBetter) =>
    all.filter((t) => t[key] !== null).reduce((a, b) => (a && !isBetter(b[key], a[key]) ? a : b), null);
  const kept = best('psnr', (a, b) => a > b);
  const nearest = best('frechet', (a, b) => a < b);
  const clearest = best('mig', (a, b) => a > b);
  const name = (t) => `<b>${text(t.title)}</b>`;
  const floor = nearest?.frechet_floor ?? null;
  return [
    kept
      ? `Most of a picture is kept by ${name(kept)}: ${number(kept.psnr, 1)} dB${
          kept.rate === null ? '' : ` in ${bits(kept)} bits`
        }.`
      : '',
    nearest
      ? `The samples of ${name(nearest)} come nearest to test pictures: a Fréchet distance of
         ${number(nearest.frechet, 1)}${floor === null ? '' : `, where train pictures have ${number(floor, 1)}`}.`
      : 'How near samples come to test pictures was not measured on this dataset.',
    clearest
      ? `One latent follows one factor best in ${name(clearest)}: MIG ${number(clearest.mig, 3)}, of 1.`
      : 'Disentanglement was not measured: the factors behind these pictures are not known.',
  ].join(' ');
}

/** The small chart: each checkpoint a point, the betas of a family joined by a line. */
function chart(all) {
  const [width, height] = chartSize();
  const { left, right, top, bottom } = MARGIN;
  const rates = all.map((t) => atLeastOne(t.rate));
  const octaves = powersOfTwo(Math.min(...rates), Math.max(...rates));
  const steps = fives(Math.min(...all.map((t) => t.psnr)), Math.max(...all.map((t) => t.psnr)));
  const [low, high] = [octaves[0], octaves.at(-1)].map(Math.log2);
  const x = (rate) => left + ((Math.log2(atLeastOne(rate)) - low) / (high - low)) * (width - left - right);
  const y = (psnr) => height - bottom - ((psnr - steps[0]) / (steps.at(-1) - steps[0])) * (height - top - bottom);
  const ordered = [...all].sort((a, b) => a.rate - b.rate);
  const places = ordered.map((t) => [x(t.rate), y(t.psnr)]);
  const family = places.filter((_, i) => ordered[i].beta !== null);
  const names = placeNames(
    ordered.map((t, i) => ({ name: shortName(t), points: [places[i]] })),
    [...places, ...along(family)],
    { left, right: width - 4, top: 4, bottom: height - bottom },
    TYPE,
  );
  const point = (t, i) => `
    <g class="point" role="img" tabindex="${i ? -1 : 0}" data-of="${text(t.checkpoint)}"
      aria-label="${text(describe(t))}">
      <circle cx="${places[i][0]}" cy="${places[i][1]}" r="5"><title>${text(t.checkpoint)}</title></circle>
      <text class="name" x="${names[i].x}" y="${names[i].y + TYPE / 3}"
        text-anchor="${names[i].anchor}">${text(shortName(t))}</text></g>`;
  return `
    <svg class="chart" viewBox="0 0 ${width} ${height}" role="group" aria-label="Rate in bits a picture against PSNR">
      ${axes({ x, y, across: octaves, up: steps, width, height, margin: MARGIN, title: 'Rate (bits a picture)' })}
      <polyline points="${family.join(' ')}"/>
      <g class="points">${each(ordered, point)}</g>
    </svg>`;
}

/** The same and the rest as a table, the distance of the samples as a bar too. */
function table(all) {
  const farthest = Math.max(...all.map((t) => t.frechet ?? 0));
  const hasMig = all.some((t) => t.mig !== null);
  const hasSamples = farthest > 0;
  const bar = (t) => (t.frechet === null ? '' : `<i style="width:${(100 * t.frechet) / farthest}%"></i>`);
  const row = (t) => `
    <tr data-of="${text(t.checkpoint)}"><th scope="row">${text(unbroken(t.title))}</th>
      <td>${bits(t)}</td><td>${written(t.psnr, 2)}</td>
      ${hasSamples ? `<td class="samples" title="${text(t.prior ?? '')}">${written(t.frechet, 1)}${bar(t)}</td>` : ''}
      ${hasMig ? `<td>${written(t.mig, 3)}</td>` : ''}</tr>`;
  return `
    <table><caption class="unseen">Each checkpoint’s rate, reconstruction, samples and disentanglement</caption>
      <thead><tr><th scope="col">Checkpoint</th><th scope="col">Bits</th><th scope="col">PSNR, dB</th>
        ${hasSamples ? '<th scope="col">Samples, distance</th>' : ''}
        ${hasMig ? '<th scope="col">MIG</th>' : ''}</tr></thead>
      <tbody>${each(all, row)}</tbody></table>`;
}
