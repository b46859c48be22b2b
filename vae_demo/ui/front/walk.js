// The way from one sample to another, played or followed with a slider, each picture decoded as it comes.

import { Motion, wantsStillness } from './motion.js';
import { each, image, on } from './parts.js';

const SECONDS = 4; // from one end to the other

/** Spherical linear interpolation: lengths go linearly, directions along the great circle; else straight. */
export function slerp(start, end, share) {
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const [a, b] = [Math.sqrt(dot(start, start)), Math.sqrt(dot(end, end))];
  const angle = Math.acos(Math.min(1, Math.max(-1, dot(start, end) / (a * b))));
  if (a * b < 1e-12 || Math.sin(angle) < 1e-4) return start.map((value, i) => value + share * (end[i] - value));
  const length = (a * (1 - share) + b * share) / Math.sin(angle);
  const [ofStart, ofEnd] = [Math.sin((1 - share) * angle) / a, Math.sin(share * angle) / b];
  return start.map((value, i) => length * (ofStart * value + ofEnd * end[i]));
}

/** What a decoder takes at a share of the way between two latents, or two code maps. */
export function between(start, end, share) {
  if (!Array.isArray(start[0])) return { latent: slerp(start, end, share) };
  const [rows, columns] = [start.length, start[0].length];
  return { codes: { rows, columns, first: start.flat(), last: end.flat(), share } };
}

const explained = (ofCodes) =>
  ofCodes
    ? 'Code indices cannot be interpolated, so their codebook vectors are, in a straight line.'
    : 'Along the great circle between the two latents, which keeps to the lengths that the prior gives.';

/** Draw the way into `place`, and play it; `show(values)` decodes into the picture that `canvas` is. */
export function playWalk(place, canvas, start, end, show) {
  const ofCodes = Array.isArray(start[0]);
  place.innerHTML = `
    <div class="along"><span></span>
      <input type="range" min="0" max="1" step="0.001" value="0" aria-label="How far along the walk">
      <button type="button" class="play" aria-pressed="false">Play</button></div>
    <p class="small">${explained(ofCodes)}</p>`;
  place.querySelector('span').append(canvas);
  const slider = place.querySelector('input');
  const motion = new Motion(place.querySelector('.play'));

  function goTo(share) {
    slider.value = share;
    slider.setAttribute('aria-valuetext', `${Math.round(100 * share)} %`);
    show(between(start, end, share));
  }
  function play() {
    const began = performance.now() - 1000 * SECONDS * slider.valueAsNumber;
    motion.start((now) => {
      const turns = Math.max(0, now - began) / (1000 * SECONDS); // there, and back
      goTo(1 - Math.abs(1 - (turns % 2)));
    });
  }
  on(place, 'click', { '.play': () => (motion.running ? motion.stop() : play()) });
  on(place, 'input', {
    input: () => {
      motion.stop();
      goTo(slider.valueAsNumber);
    },
  });
  goTo(0);
  if (!wantsStillness()) play();
}

/** The pictures of a walk that the server gave, with a slider along them. */
export function walkSteps({ pictures, way }) {
  return `
    <div class="steps">${each(pictures, (picture, i) => image(picture, `Step ${i + 1} of the walk`))}</div>
    <label class="along"><span>${image(pictures[0], 'Where the walk has come to', 'data-here')}</span>
      <input type="range" data-step min="0" max="${pictures.length - 1}" value="0"
        aria-label="How far along the walk"></label>
    <p class="small">${explained(way === 'linear')}</p>`;
}
