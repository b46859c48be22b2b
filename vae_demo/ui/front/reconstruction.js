// One picture through every variant of a dataset, side by side; photographs at their own size, before and after.

import { handleBlinks } from './blink.js';
import { CodecPlane, planePlace } from './codec_plane.js';
import { chooseGain, legend, showGain } from './difference.js';
import { Directions } from './directions.js';
import { forwardPass, handleForwardPasses } from './forward_pass.js';
import { handleLoupes, loupe } from './loupe.js';
import { each, facts, linkButton, number, on, sizedImage, text } from './parts.js';
import { state } from './state.js';
import { drawAnswers } from './panel.js';
import { tab } from './tabs.js';
import { TwoPictures } from './two_pictures.js';
import { handleUses, shownIn, useMenu } from './use_picture.js';

export function mount(component) {
  let split = 50; // percent of the width that the picture covers; the rest shows its reconstruction
  const pair = new TwoPictures(component);
  const directions = new Directions(component);
  const plane = new CodecPlane();
  const passes = handleForwardPasses(component);
  drawAnswers(component, {
    tab: 'reconstruction',
    render: (value) =>
      `${sideBySide(value)}
       <div class="two-pictures"></div>
       <div class="directions"></div>
       ${planePlace}
       ${value.whole ? beforeAndAfter(value, value.whole, split) : ''}
       <div class="tools">${linkButton()}</div>`,
    describe: ({ dataset, variants }) => `Reconstructed by the models of ${dataset}. ${variants.map(spoken).join(' ')}`,
    drawn: (value) => {
      const { dataset, posterior, seed } = value;
      state.answered('reconstruction', { dataset, posterior, seed });
      showGain(component.element);
      passes.openAgain(value);
      plane.drawn(component.element, value);
      pair.drawn(value);
      directions.drawn(value);
    },
    linked: () => {
      passes.flush();
      pair.flush();
      directions.flush();
      const { example, second_picture: second, with: plus, without: minus } = state.get('reconstruction');
      const isOwn = example === null || second || [plus, minus].some((side) => side?.startsWith('['));
      return isOwn ? 'Your own picture is not in it.' : '';
    },
  });
  handleUses(component.element, useOf);
  handleLoupes(component.element);
  handleBlinks(component.element, () => tab('reconstruction').answer?.result.variants ?? []);
  on(component.element, 'change', {
    '.gain input': ({ value }) => {
      chooseGain(Number(value));
      showGain(component.element);
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

/** What a button of a menu is about: the reconstruction of its card, or the picture as the models see it. */
function useOf(button) {
  const card = button.closest('article');
  const { dataset } = tab('reconstruction').answer.result;
  const { checkpoint } = card.dataset;
  const name = checkpoint ? `reconstruction-by-${checkpoint}` : `picture-for-${dataset}`;
  return { picture: shownIn(card.querySelector('figure')), dataset, name };
}

const spoken = (v) => `${v.title}: ${number(v.psnr, 1)} decibels at ${number(v.latent_bits, 0)} bits.`;

/** The picture and all variants as columns: pictures, differences and numbers each stand in a row of their own. */
function sideBySide(value) {
  const fewer = value.variants.some((v) => v.size[0] < value.size[0]);
  const card = (v) => `
    <article class="card" data-checkpoint="${text(v.checkpoint)}">
      <h3>${text(v.title).replaceAll(' = ', '\u00a0=\u00a0')}</h3>
      <div class="pair">
        <figure>
          ${sizedImage(v.reconstruction, `${v.title} reconstruction`, v.size)}<figcaption>reconstruction</figcaption>
        </figure>
        ${difference(v)}
      </div>
      ${measures(v)}
      ${useMenu(v.checkpoint, `${v.title} reconstruction`)}
      ${forwardPass(v, value.posterior)}
    </article>`;
  return `
    <div class="cards" style="--variants:${value.variants.length}">
      <article class="seen">
        <h3>As the models see it</h3>
        <figure>${sizedImage(value.model_input, 'The picture as the models see it', value.size)}</figure>
        <div class="key">${legend(value.difference_limit, 'variants')}${loupe()}</div>
        <div class="names" aria-hidden="true">${each(MEASURES, ([name]) => `<span>${name}</span>`)}</div>
        <p class="small made">Prepared like the training pictures of <b>${text(value.dataset)}</b>: the models get no
          more than this.${fewer ? ' The fully connected variants see fewer pixels still.' : ''}</p>
        ${useMenu('model-input', 'the picture as the models see it')}
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
        ${loupe()}
        <p class="small">This variant is convolutional throughout, so it takes a picture of any size, here up to
          ${number(value.max_side, 0)} pixels on its long side. Drag the line, or move it with the arrow keys.
          Ctrl and the wheel, two fingers or + enlarge a place in all three pictures; a drag then moves them.</p>
      </div>
      <div>
        ${difference(v)}
        ${legend(value.difference_limit, 'whole')}
        ${measures(v)}
        ${useMenu(`whole-${v.checkpoint}`, `${v.title}, the whole picture`)}
      </div>
    </article>`;
}

const difference = (v) => `
  <figure class="difference">
    ${sizedImage(v.difference, `Absolute error of ${v.title}, brighter is larger`, v.size)}
    <figcaption>difference</figcaption>
  </figure>`;

/** What is measured of a variant's answer: its name, and how it is written. */
const MEASURES = [
  ['PSNR', (v) => `${number(v.psnr, 1)} dB`],
  ['SSIM', (v) => number(v.ssim, 3)],
  ['MSE', (v) => number(v.mse, 4)],
  ['Cost', (v) => `${number(v.latent_bits, 0)} bits`],
  ['Latent', (v) => `${number(v.latent_size, 0)} ${v.latent_kind === 'codes' ? 'codes' : 'numbers'}`],
  ['Input size', (v) => `${v.size[0]} × ${v.size[1]}`],
];

const measures = (v) => `${facts(MEASURES.map(([name, write]) => [name, write(v)]))}${verdict(v.verdict)}`;

/** How usual the error is; a narrow column leaves out what follows the colon. */
function verdict(sentence) {
  const [said, ...meaning] = sentence.split(': ');
  return `<p class="verdict">${text(said)}${meaning.length ? `<span>: ${text(meaning.join(': '))}</span>` : ''}</p>`;
}
