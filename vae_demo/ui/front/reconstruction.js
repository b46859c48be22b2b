// One picture through every variant of a dataset, side by side; photographs at their own size, before and after.

import { forwardPass, handleForwardPasses } from './forward_pass.js';
import { each, facts, linkButton, number, on, sizedImage, text } from './parts.js';
import { plane } from './plane.js';
import { state } from './state.js';
import { drawAnswers } from './panel.js';

export function mount(component) {
  let split = 50; // percent of the width that the picture covers; the rest shows its reconstruction
  const passes = handleForwardPasses(component);
  drawAnswers(component, {
    tab: 'reconstruction',
    render: (value) =>
      `${sideBySide(value)}
       ${plane(value)}
       ${value.whole ? beforeAndAfter(value, value.whole, split) : ''}
       <div class="tools">${linkButton()}</div>`,
    drawn: (value) => {
      const { dataset, posterior, seed } = value;
      state.answered('reconstruction', { dataset, posterior, seed });
      passes.openAgain(value);
    },
    linked: () => {
      passes.flush();
      return state.get('reconstruction').example === null ? 'Your own picture is not in it.' : '';
    },
  });
  on(component.element, 'input', {
    '.compare': (compare, { target }) => {
      split = Number(target.value);
      compare.style.setProperty('--split', `${split}%`);
      target.setAttribute('aria-valuetext', `${split} %`);
    },
  });
}

function sideBySide(value) {
  const fewer = value.variants.some((v) => v.size[0] < value.size[0]);
  const card = (v) => `
    <article class="card" data-checkpoint="${text(v.checkpoint)}">
      <h3>${text(v.title)}</h3>
      <div class="pair">
        <figure>
          ${sizedImage(v.reconstruction, `${v.title} reconstruction`, v.size)}<figcaption>reconstruction</figcaption>
        </figure>
        ${difference(v)}
      </div>
      ${forwardPass(v)}
      ${measures(v)}
    </article>`;
  return `
    <div class="cards">
      <article class="card seen">
        <h3>As the models see it</h3>
        <figure>${sizedImage(value.model_input, 'The picture as the models see it', value.size)}</figure>
        <p class="small">Made like the pictures of <b>${text(value.dataset)}</b>: a model never sees more than this.
          ${fewer ? 'The fully connected variants see fewer still: all pixels would need far larger layers.' : ''}</p>
        ${legend(value)}
      </article>
      ${each(value.variants, card)}
    </div>`;
}

/** A photograph at its own size, its reconstruction behind it, and a line between the two for the visitor to move. */
function beforeAndAfter(value, v, split) {
  const [width, height] = v.size;
  return `
    <article class="card whole" data-checkpoint="${text(v.checkpoint)}">
      <div>
        <h3>${text(v.title)}, the whole picture</h3>
        <figure style="--width:${width}px;--shape:${width / height}">
          <div class="compare ${width < 320 ? 'enlarged' : ''}" style="--split:${split}%">
            ${sizedImage(v.reconstruction, `${v.title} reconstruction`, v.size)}
            ${sizedImage(v.model_input, 'The picture as the model sees it', v.size, 'data-before')}
            <i class="line" aria-hidden="true"></i>
            <input type="range" min="0" max="100" value="${split}" aria-valuetext="${split} %"
              aria-label="How much of the picture covers its reconstruction">
          </div>
          <figcaption class="ends"><span>picture</span><span>reconstruction</span></figcaption>
        </figure>
        <p class="small">This variant is convolutional throughout, so it takes a picture of any size, here up to
          ${number(value.max_side, 0)} pixels on its long side. Drag the line, or move it with the arrow keys.</p>
      </div>
      <div>
        <h3>Difference</h3>
        ${difference(v)}
        ${legend(value)}
        ${measures(v)}
      </div>
    </article>`;
}

const difference = (v) => `
  <figure class="difference">
    ${sizedImage(v.difference, `Absolute error of ${v.title}, brighter is larger`, v.size)}
    <figcaption>difference</figcaption>
  </figure>`;

const measures = (v) =>
  `${facts([
    ['MSE', number(v.mse, 4)],
    ['PSNR', `${number(v.psnr, 1)} dB`],
    ['SSIM', number(v.ssim, 3)],
    [v.latent_kind === 'codes' ? 'Codes' : 'Latents', number(v.latent_size, 0)],
    ['Cost', `${number(v.latent_bits, 0)} bits`],
    ['Sees', `${v.size[0]} × ${v.size[1]}`],
  ])}<p class="verdict">${text(v.verdict)}</p>`;

const legend = (value) => `
  <div class="legend"><span>0</span><i class="scale" aria-hidden="true"></i><span>${value.difference_limit}</span></div>
  <p class="small">Difference: absolute error of a pixel in [0, 1], one scale for all.</p>`;
