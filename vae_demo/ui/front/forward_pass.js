// A Gaussian variant opened on one picture: its latents as they are decoded, moved by hand or drawn again.

import { drawLatents, klOf } from './latents.js';
import { LivePicture, canvasFor, pixelsOf } from './live.js';
import { number } from './parts.js';
import { reveal } from './reveal.js';
import { tab } from './tabs.js';

const REST = 600; // milliseconds without a change until the result is told

export const forwardPass = ({ latent }) =>
  latent
    ? `<details class="forward"><summary>Move its latents</summary>
         <p class="small">The encoder gives each latent a mean (the line) and a deviation (the band), noise picks a
           place, and the decoder draws what stands there.</p>
         <div class="latents"></div><p class="told small" role="status"></p></details>`
    : '';

/** Handle the passes of a panel whose value has `variants`; what comes back opens again those that were open. */
export function handleForwardPasses({ element, server }) {
  const open = new Set(); // checkpoints
  const cardOf = (checkpoint) =>
    element.querySelector(`.card[data-checkpoint="${CSS.escape(checkpoint)}"]:has(.forward)`);

  // It does not bubble, and so is caught on its way down.
  const onToggle = ({ target: details }) => {
    if (!details.matches('.forward')) return;
    const card = details.closest('.card');
    const { checkpoint } = card.dataset;
    if (!details.open) open.delete(checkpoint);
    else if (!card.querySelector('canvas.live')) {
      if (!open.has(checkpoint)) reveal(card);
      open.add(checkpoint);
      begin(
        card,
        tab('reconstruction').answer.result.variants.find((v) => v.checkpoint === checkpoint),
        server,
      );
    }
  };
  element.addEventListener('toggle', onToggle, true);
  return () => {
    for (const card of [...open].map(cardOf)) if (card) card.querySelector('.forward').open = true;
  };
}

function begin(card, v, server) {
  const canvas = canvasFor(card.querySelector('img'), `${v.title} reconstruction`);
  const askServer = ({ latent }) => server.decode_for_page({ checkpoint: v.checkpoint, latent });
  const live = new LivePicture(canvas, v, askServer);
  live.prepare();
  const kl = v.mean.map((mean, i) => klOf(mean, v.deviation[i]));
  drawLatents(card.querySelector('.latents'), {
    checkpoint: v.checkpoint,
    start: v.latent,
    mean: v.mean,
    deviation: v.deviation,
    strength: kl,
    isKl: true,
    draws: true,
    changed: (latent) => {
      // The numbers of the answer are of the picture that it brought.
      card.classList.toggle(
        'moved',
        latent.some((value, i) => value !== v.latent[i]),
      );
      live.show({ latent });
    },
  });
  let resting = null;
  canvas.addEventListener('drawn', () => {
    clearTimeout(resting);
    resting = setTimeout(() => tell(card, canvas, v), REST);
  });
}

/** Say what the moved latent gives, once it rests. */
async function tell(card, canvas, v) {
  const seen = await pixelsOf(v.model_input);
  const shown = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  const squares = seen.pixels.reduce((sum, value, i) => sum + ((value - shown[i]) / 255) ** 2, 0);
  const mse = squares / (3 * seen.width * seen.height); // alpha is the same in both
  const decibels = `${number(-10 * Math.log10(mse), 1)} dB`;
  card.querySelector('.forward .told').textContent =
    `${v.title}: ${decibels} beside the picture, ${number(v.psnr, 1)} dB before a latent moved.`;
}
