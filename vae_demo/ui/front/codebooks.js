// One picture under every codebook of its dataset: what more codes buy, and what they cost.

import { say } from './messages.js';
import { allow, each, number, on, sizedImage, text } from './parts.js';
import { state } from './state.js';
import { askedOf } from './tabs.js';
import { Requests } from './transport.js';

/** The markup that a `CodebookComparison` fills; empty where there is nothing to compare. */
export const codebooks = ({ codebooks: count, model_input: picture }) =>
  picture && count > 1
    ? `<section class="codebooks card">
        <h4>Codebooks side by side</h4>
        <p class="small">The same picture by VQ-VAEs that differ in how many codes they can choose from.</p>
        <div class="tools"><button type="button" class="compare-codebooks">Compare ${count} codebooks</button></div>
        <div class="members"></div>
      </section>`
    : '';

export class CodebookComparison {
  #element;
  #requests = new Requests();

  constructor(element) {
    this.#element = element;
    on(element, 'click', { '.compare-codebooks': () => this.#ask() });
  }

  /** Give up what is asked for. */
  stop() {
    this.#requests.cancel();
  }

  async #ask() {
    const { checkpoint, example, picture } = state.get('code_maps');
    const place = this.#element.querySelector('.codebooks');
    const button = place.querySelector('button');
    allow(button, false);
    try {
      await this.#requests.ask('beside_codebooks', [{ checkpoint, ...askedOf({ picture, example }) }], (found) => {
        place.querySelector('.members').innerHTML = comparison(found);
      });
    } catch (error) {
      say(error.message);
    }
    allow(button, true);
  }
}

function comparison({ members }) {
  const figure = (m) => `
    <figure data-checkpoint="${text(m.checkpoint)}">
      ${sizedImage(m.reconstruction, `The picture by ${m.num_embeddings} codes`, m.size)}
      <figcaption><b>${number(m.num_embeddings, 0)} codes</b>
        <span>${number(m.psnr, 1)} dB, SSIM ${number(m.ssim, 2)}</span>
        <span>${number(m.bits / 8, 0)} bytes at fixed length</span>
        <span>${number(m.distinct, 0)} distinct ones in this picture</span></figcaption>
    </figure>`;
  return `<p class="winner">${gain(members)}</p><div class="codecs">${each(members, figure)}</div>`;
}

/** What the largest codebook buys over the smallest, in a sentence. */
export function gain(members) {
  const [least, most] = [members[0], members.at(-1)];
  const bought = most.psnr - least.psnr;
  const bits = number(Math.log2(most.num_embeddings) - Math.log2(least.num_embeddings), 0);
  return `${number(most.num_embeddings, 0)} codes instead of ${number(least.num_embeddings, 0)} cost ${bits} more bits a
    code and ${bought < 0 ? 'lose' : 'buy'} ${number(Math.abs(bought), 1)} dB.`;
}
