// Several samples of one picture's posterior side by side, drawn and decoded here.

import { LivePicture } from './live.js';
import { drawNormal, seeded } from './noise.js';
import { each, text } from './parts.js';

const PLACES = [1, 2, 3, 4, 5, 6];

/** Draw them into `place`, of the variant's answer `v`; `askServer(values)` decodes where the browser cannot. */
export function drawPosteriorSamples(place, v, seed, askServer) {
  const [width, height] = v.size;
  const canvas = (number) => `<canvas class="crisp live" width="${width}" height="${height}" role="img"
    aria-label="${text(v.title)}, posterior sample ${number}"></canvas>`;
  place.innerHTML = `
    <div>${each(PLACES, canvas)}</div>
    <p class="small">Six more samples of this picture’s posterior: what differs between them is what the latent does not
      fix.</p>`;
  const random = seeded(seed);
  for (const one of place.querySelectorAll('canvas'))
    new LivePicture(one, v, askServer).show({ latent: drawNormal(v.mean, v.deviation, random) });
}
