// One slider for the strongest latent of every beta at once, another for the second, and the third.

import { strongestFirst } from './beta_latents.js';
import { LivePicture, canvasFor } from './live.js';
import { each, on, signedNumber } from './parts.js';
import { tab } from './tabs.js';

const RANKS = ['strongest', 'second', 'third'];
const REACH = 3;

export const movers = () => `
  <div class="every-beta" role="group" aria-label="Move a latent in every beta">
    <div class="tools"><h4>Move a latent in every β at once</h4><button type="button" class="reset">Reset</button></div>
    <p class="small">Strongest by its KL on the test split. Until a slider moves, each β has its own posterior mean.</p>
    <div class="movers">${each(
      RANKS,
      (rank, i) => `
      <label class="mover"><span><b>${rank}</b></span>
        <span class="track"><input type="range" data-rank="${i}" min="${-REACH}" max="${REACH}" step="0.01" value="0"
          aria-label="The ${rank} latent of every beta" aria-valuetext="at each beta’s posterior mean"></span>
        <output aria-live="off">mean</output></label>`,
    )}</div>
  </div>`;

/** Handle the sliders of a panel whose value has `members`; what comes back forgets them when an answer is drawn. */
export function handleMovers({ element, server }) {
  let pictures = null; // by member: {member, order, live}
  const moved = new Map(); // rank to value

  function begin() {
    pictures ??= tab('beta_comparison').answer.result.members.map((member) => {
      const image = element.querySelector(`.pictures td[data-beta="${member.beta}"] img`);
      const askServer = ({ latent }) => server.decode_for_page({ checkpoint: member.checkpoint, latent });
      const live = new LivePicture(canvasFor(image, `β = ${member.beta}, its latents moved`), member, askServer);
      live.prepare();
      return { member, order: strongestFirst(member), live };
    });
  }
  function show() {
    begin();
    for (const { member, order, live } of pictures) {
      const latent = [...member.mean];
      for (const [rank, value] of moved) latent[order[rank]] = value;
      live.show({ latent });
    }
  }
  function tell(input, said, spoken) {
    input.closest('.mover').querySelector('output').textContent = said;
    input.setAttribute('aria-valuetext', spoken);
  }
  on(element, 'input', {
    'input[data-rank]': (input) => {
      const value = input.valueAsNumber;
      moved.set(Number(input.dataset.rank), value);
      tell(input, signedNumber(value, 2), `${signedNumber(value, 2)} in every beta`);
      show();
    },
  });
  on(element, 'pointerover focusin', { '.every-beta .movers': begin });
  on(element, 'click', {
    '.every-beta .reset': () => {
      moved.clear();
      for (const input of element.querySelectorAll('input[data-rank]')) {
        input.value = 0;
        tell(input, 'mean', 'at each beta’s posterior mean');
      }
      show();
    },
  });
  return () => {
    pictures = null;
    moved.clear();
  };
}
