// A Gaussian variant opened on one picture: its latents as they are decoded, moved by hand or drawn again.

import { isOfWeights, latentText, readLatent } from './latent_text.js';
import { drawLatents, klOf } from './latents.js';
import { LivePicture, canvasFor, pixelsOf } from './live.js';
import { LossTerms } from './loss_terms.js';
import { say } from './messages.js';
import { number, rested } from './parts.js';
import { drawPosteriorSamples } from './posterior_samples.js';
import { reveal } from './reveal.js';
import { state } from './state.js';
import { tab } from './tabs.js';

const REST = 600; // milliseconds without a change until the result is told

const ABOUT = {
  mean: `The encoder gives each latent a mean (the line) and a deviation (the band), noise picks a place, and the
    decoder draws what stands there.`,
  sample: `The encoder gives each latent a mean (the middle of the band) and a deviation (the band), noise picked a
    place (the line), and the decoder draws what stands there.`,
};

/** The markup of a variant's pass, of its answer and the `posterior` that it was decoded from. */
export const forwardPass = ({ latent }, posterior) =>
  latent
    ? `<details class="forward"><summary>Move its latents</summary>
         <p class="small">${ABOUT[posterior]}</p>
          <div class="loss-terms"></div>
          <div class="latents"></div><p class="told small" role="status"></p>
          <div class="posterior-samples"></div></details>`
    : '';

const SEPARATOR = '*'; // of several latents in the address

/**
 * Handle the passes of a panel whose value has `variants`. Of what comes back `openAgain` opens those that were open
 * or are in the address, and `flush` puts what is moved just now into the address.
 */
export function handleForwardPasses({ element, server }) {
  const open = new Set(); // checkpoints
  const texts = new Map(); // checkpoint to its latent, where it was moved
  const cardOf = (checkpoint) =>
    element.querySelector(`.card[data-checkpoint="${CSS.escape(checkpoint)}"]:has(.forward)`);

  const moves = new Map(); // checkpoint to its model and latent, until they are in the address
  const write = rested(() => {
    for (const [checkpoint, { v, latent }] of moves) {
      if (isMoved(v, latent)) texts.set(checkpoint, latentText(latent, v.weights_sha256));
      else texts.delete(checkpoint);
    }
    moves.clear();
    writeAddress();
  }, REST);
  const remember = (v, latent) => {
    moves.set(v.checkpoint, { v, latent });
    write();
  };
  const writeAddress = () =>
    state.set('reconstruction', { moved: [...texts.values()].filter(Boolean).join(SEPARATOR) || null });

  function openCard(v) {
    const card = cardOf(v.checkpoint);
    if (!card || card.querySelector('canvas.live')) return;
    if (!open.has(v.checkpoint)) reveal(card);
    open.add(v.checkpoint);
    const text = texts.get(v.checkpoint);
    begin(card, v, server, text ? readLatent(text, v.latent.length) : null, remember);
  }
  // It does not bubble, and so is caught on its way down.
  const onToggle = ({ target: details }) => {
    if (!details.matches('.forward')) return;
    const { checkpoint } = details.closest('.card').dataset;
    if (details.open) openCard(tab('reconstruction').answer.result.variants.find((v) => v.checkpoint === checkpoint));
    else open.delete(checkpoint);
  };
  element.addEventListener('toggle', onToggle, true);

  function readAddress(variants) {
    texts.clear();
    for (const text of state.get('reconstruction').moved?.split(SEPARATOR) ?? []) {
      const v = variants.find((one) => one.latent && isOfWeights(text, one.weights_sha256));
      if (v && readLatent(text, v.latent.length)) texts.set(v.checkpoint, text);
      else say('A latent in the link is damaged, or of weights that are not here: it is left out.');
    }
    writeAddress();
  }
  const openAgain = ({ variants }) => {
    write.cancel();
    moves.clear();
    readAddress(variants);
    for (const card of [...new Set([...open, ...texts.keys()])].map(cardOf))
      if (card) card.querySelector('.forward').open = true;
  };
  return { openAgain, flush: write.flush };
}

const isMoved = (v, latent) => latent.some((value, i) => value !== v.latent[i]);

/** Open a card's pass, its latent at the `values` that it was moved to before; `remember(v, latent)` hears of moves. */
function begin(card, v, server, values, remember) {
  const canvas = canvasFor(card.querySelector('img'), `${v.title} reconstruction`);
  const askServer = ({ latent }) => server.decode_for_page({ checkpoint: v.checkpoint, latent });
  const live = new LivePicture(canvas, v, askServer);
  live.prepare();
  const kl = v.mean.map((mean, i) => klOf(mean, v.deviation[i]));
  const rate = kl.reduce((sum, nats) => sum + nats, 0);
  const terms = v.distortion === null ? null : new LossTerms(card.querySelector('.loss-terms'), v, rate);
  const tellRested = rested(() => tell(card, canvas, v, terms), REST);
  drawLatents(card.querySelector('.latents'), {
    checkpoint: v.checkpoint,
    start: v.latent,
    values,
    mean: v.mean,
    deviation: v.deviation,
    strength: kl,
    isKl: true,
    draws: true,
    changed: (latent) => {
      // The numbers of the answer are of the picture that it brought.
      card.classList.toggle('moved', isMoved(v, latent));
      if (!isMoved(v, latent)) terms?.reset();
      live.show({ latent });
      remember(v, [...latent]);
    },
  });
  const { posterior, seed } = tab('reconstruction').answer.result;
  if (posterior === 'sample') drawPosteriorSamples(card.querySelector('.posterior-samples'), v, seed, askServer);
  canvas.addEventListener('undrawn', () => terms?.show(null));
  canvas.addEventListener('drawn', ({ detail: numbers }) => {
    if (card.classList.contains('moved')) terms?.show(numbers);
    tellRested();
  });
}

/** Say what the moved latent gives, once it rests. */
async function tell(card, canvas, v, terms) {
  const seen = await pixelsOf(v.model_input);
  const shown = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const squares = seen.pixels.reduce((sum, value, i) => sum + ((value - shown[i]) / 255) ** 2, 0);
  const mse = squares / (3 * seen.width * seen.height); // alpha is the same in both
  const decibels = `${number(-10 * Math.log10(mse), 1)} dB`;
  card.querySelector('.forward .told').textContent =
    `${v.title}: ${decibels} beside the picture, ${number(v.psnr, 1)} dB before a latent moved.${terms?.said ?? ''}`;
}
