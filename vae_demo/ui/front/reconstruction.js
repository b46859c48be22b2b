// One picture through every variant of a dataset, side by side; photographs at their own size, before and after.

import { handleBlinks } from './blink.js';
import { CodecPlane, planePlace } from './codec_plane.js';
import { chooseGain, difference, legend, showGain } from './difference.js';
import { Directions } from './directions.js';
import { forwardPass, handleForwardPasses } from './forward_pass.js';
import { handleLoupes, loupe } from './loupe.js';
import { MEASURES, measures } from './measures.js';
import { each, linkButton, number, on, sizedImage, text } from './parts.js';
import { state } from './state.js';
import { drawAnswers } from './panel.js';
import { tab } from './tabs.js';
import { TwoPictures } from './two_pictures.js';
import { handleUses, shownIn, useMenu } from './use_picture.js';
import { WholePicture, wholePlace } from './whole_picture.js';

export function mount(component) {
  const pair = new TwoPictures(component);
  const directions = new Directions(component);
  const plane = new CodecPlane();
  const whole = new WholePicture(component.element);
  const passes = handleForwardPasses(component);
  drawAnswers(component, {
    tab: 'reconstruction',
    render: (value) =>
      `${sideBySide(value)}
       <div class="two-pictures"></div>
       <div class="directions"></div>
       ${planePlace}
       ${value.whole_by ? wholePlace : ''}
       <div class="tools">${linkButton()}</div>`,
    describe: ({ dataset, variants }) => `Reconstructed by the models of ${dataset}. ${variants.map(spoken).join(' ')}`,
    drawn: (value) => {
      const { dataset, posterior, seed } = value;
      state.answered('reconstruction', { dataset, posterior, seed });
      showGain(component.element);
      passes.openAgain(value);
      plane.drawn(component.element, value);
      whole.drawn(value);
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
