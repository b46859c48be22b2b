// The latents of one picture as sliders, the strongest first: each with a mark where it began and a band of one
// deviation around the mean.

import { Motion } from './motion.js';
import { drawNormal } from './noise.js';
import { each, number, on, signedNumber, text } from './parts.js';

const SHOWN = 6; // until all are asked for
const GLIDE = 900; // milliseconds from one draw of the noise to the next, while it plays

/** KL from N(0, 1) in nats of a normal distribution. */
export const klOf = (mean, deviation) => 0.5 * (mean ** 2 + deviation ** 2 - 1 - 2 * Math.log(deviation));

class Latents {
  #place;
  #options;
  #order; // latents by number, the strongest first
  #motion;

  /** See drawLatents. */
  constructor(place, options) {
    this.#place = place;
    this.#options = options;
    this.values = [...(options.values ?? options.start)];
    const { strength } = options;
    this.#order = strength.map((_, i) => i).sort((a, b) => strength[b] - strength[a]);
    place.innerHTML = this.#markup();
    this.#motion = new Motion(place.querySelector('.play'));
    if (options.values) options.changed(this.values);
    on(place, 'input', {
      'input[data-latent]': (input) => this.#set(Number(input.dataset.latent), Number(input.value)),
    });
    on(place, 'click', {
      '.reset': () => this.#become(options.start),
      '.noise': () => this.#become(this.#drawn()),
      '.play': () => this.#togglePlay(),
      '.more': (button) => {
        const rows = [...place.querySelectorAll('[hidden]')];
        for (const row of rows) row.hidden = false;
        rows[0]?.querySelector('input')?.focus();
        button.remove();
      },
    });
  }

  /** Move nothing by itself any more. */
  stop() {
    this.#motion.stop();
  }

  #set(latent, value) {
    this.stop();
    this.values[latent] = value;
    this.#tell(latent, value);
    this.#options.changed(this.values);
  }

  #become(values) {
    this.stop();
    this.#show(values);
  }

  #show(values) {
    this.values = [...values];
    for (const input of this.#place.querySelectorAll('input[data-latent]')) {
      const latent = Number(input.dataset.latent);
      input.value = values[latent];
      this.#tell(latent, values[latent]);
    }
    this.#options.changed(this.values);
  }

  /** Write the number beside its slider. */
  #tell(latent, value) {
    const row = this.#place.querySelector(`[data-row="${latent}"]`);
    row.querySelector('output').textContent = signedNumber(value, 2);
    row.querySelector('input').setAttribute('aria-valuetext', signedNumber(value, 2));
  }

  /** A draw from the distribution. */
  #drawn() {
    return drawNormal(this.#options.mean, this.#options.deviation, Math.random);
  }

  #togglePlay() {
    if (this.#motion.running) return this.stop();
    let [from, to, began] = [this.values, this.#drawn(), performance.now()];
    this.#motion.start((now) => {
      const share = Math.min(1, Math.max(0, (now - began) / GLIDE));
      const eased = share * share * (3 - 2 * share);
      this.#show(from.map((value, i) => value + eased * (to[i] - value)));
      if (share === 1) [from, to, began] = [to, this.#drawn(), now];
    });
  }

  #markup() {
    const { checkpoint, start, mean, deviation, strength, isKl, draws } = this.#options;
    const reach = Math.ceil(
      Math.max(3, ...[...start, ...this.values].map(Math.abs), ...mean.map((m, i) => Math.abs(m) + deviation[i])),
    );
    const share = (value) => ((value + reach) / (2 * reach)).toFixed(4);
    const row = (i, place) => `
      <label class="mover" data-row="${i}" ${place < SHOWN ? '' : 'hidden'}
        style="--low:${share(mean[i] - deviation[i])};--high:${share(mean[i] + deviation[i])};
        --mark:${share(start[i])}">
        <span><b>${i + 1}</b>${isKl ? ` <small>${number(strength[i], 1)} nats</small>` : ''}</span>
        <span class="track"><i></i><s></s><input type="range" data-latent="${i}" min="${-reach}" max="${reach}"
          step="0.01" value="${this.values[i]}" aria-label="Latent ${i + 1} of ${text(checkpoint)}"
          aria-valuetext="${signedNumber(this.values[i], 2)}"></span>
        <output aria-live="off">${signedNumber(this.values[i], 2)}</output>
      </label>`;
    const button = (name, title, pressed = '') => `<button type="button" class="${name}" ${pressed}>${title}</button>`;
    return `
      <div class="movers" role="group" aria-label="Latents of ${text(checkpoint)}">${each(this.#order, row)}</div>
      <div class="tools">
        ${button('reset', 'Reset')}
        ${draws ? button('noise', 'Draw the noise again') : ''}
        ${draws ? button('play', 'Play', 'aria-pressed="false"') : ''}
        ${start.length > SHOWN ? button('more', `All ${start.length} latents`) : ''}
      </div>`;
  }
}

/**
 * Draw latents as sliders into `place`. `start` are the numbers that are decoded at first, `values` those that they
 * were moved to since, where they were; `mean` and `deviation` describe a
 * normal distribution, which they can be drawn from again where `draws`. `strength` sorts them, and is shown where it
 * `isKl`. `changed(values)` hears of every change.
 */
export const drawLatents = (place, options) => new Latents(place, options);
