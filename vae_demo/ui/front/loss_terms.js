// The two terms of a variant's loss, distortion and rate, for the picture that its latent gives just now.

import { pixelsOf } from './live.js';
import { each, number } from './parts.js';

const LARGEST_LOGARITHM = 100; // as PyTorch limits it

/**
 * The reconstruction term in nats, as metrics.py has it: of a `decoded` picture's numbers in [0, 1], channels side by
 * side, and the `pixels` of the model's input, RGBA. The cross-entropy, or else the squared error.
 */
export function distortionOf(likelihood, decoded, pixels) {
  const channels = decoded.length / (pixels.length / 4);
  const logarithm = (share) => Math.max(Math.log(share), -LARGEST_LOGARITHM);
  const crossEntropy = (y, x) => -x * logarithm(y) - (1 - x) * logarithm(1 - y);
  const squaredError = (y, x) => (y - x) ** 2;
  const term = likelihood === 'bernoulli' ? crossEntropy : squaredError;
  return decoded.reduce((sum, y, i) => {
    const place = 4 * Math.floor(i / channels) + (i % channels);
    return sum + term(y, pixels[place] / 255);
  }, 0);
}

const nats = (value) => `${number(value, 1)} nats`;

/** The terms beside one variant's latents: `rate` is the KL of its posterior, in nats. */
export class LossTerms {
  #place;
  #answer;
  #cost; // what the rate adds to the loss
  #input; // a promise of the model's input
  #distortion; // null where it is not known

  constructor(place, answer, rate) {
    this.#place = place;
    this.#answer = answer;
    this.#cost = answer.beta * rate;
    this.#input = pixelsOf(answer.model_input);
    place.innerHTML = markup(answer, rate);
    this.reset();
  }

  /** The answer's own latent is decoded. */
  reset() {
    this.#write(this.#answer.distortion);
  }

  /** Another latent is: `numbers` are its picture's, or null where only the server's rounded ones came. */
  async show(numbers) {
    const { pixels } = await this.#input;
    this.#write(numbers && distortionOf(this.#answer.likelihood, numbers, pixels));
  }

  /** The loss in words to add, where it is known. */
  get said() {
    if (this.#distortion === null) return '';
    const [now, before] = [this.#distortion, this.#answer.distortion].map((value) => nats(value + this.#cost));
    return ` Loss: ${now}, ${before} before.`;
  }

  #write(distortion) {
    this.#distortion = distortion;
    const before = { distortion: this.#answer.distortion, rate: this.#cost };
    const now = { distortion, rate: this.#cost };
    for (const terms of [before, now]) terms.loss = terms.distortion === null ? null : terms.distortion + terms.rate;
    const scale = Math.max(before.loss, now.loss);
    for (const row of this.#place.querySelectorAll('[data-term]')) {
      const { term } = row.dataset;
      row.querySelector('b').textContent = now[term] === null ? '–' : nats(now[term]);
      row.style.setProperty('--now', now[term] / scale);
      row.style.setProperty('--before', before[term] / scale);
    }
  }
}

function markup({ likelihood, beta }, rate) {
  const isBernoulli = likelihood === 'bernoulli';
  const rows = [
    ['distortion', 'Distortion'],
    ['rate', beta === 1 ? 'Rate' : `β × rate, ${beta} × ${number(rate, 1)}`],
    ['loss', 'Loss'],
  ];
  const row = ([name, title]) => `<div data-term="${name}"><dt>${title}</dt><dd><i></i><b></b></dd></div>`;
  const measure = isBernoulli ? ', the cross-entropy with' : ' up to a constant, the squared error from';
  return `
    <dl>${each(rows, row)}</dl>
    <p class="small">Distortion: −log p(x|z)${measure} the input’s 8-bit pixels. Rate: the posterior’s KL, the same
      whatever the noise. Lines: before a latent moved.</p>`;
}
