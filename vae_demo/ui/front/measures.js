// What is measured of a variant's answer to a picture, in numbers and in a sentence.

import { facts, number, text } from './parts.js';

/** The measures: the name of each, and how it is written. */
export const MEASURES = [
  ['PSNR', (v) => `${number(v.psnr, 1)} dB`],
  ['SSIM', (v) => number(v.ssim, 3)],
  ['MSE', (v) => number(v.mse, 4)],
  ['Cost', (v) => `${number(v.latent_bits, 0)} bits`],
  ['Latent', (v) => `${number(v.latent_size, 0)} ${v.latent_kind === 'codes' ? 'codes' : 'numbers'}`],
  ['Input size', (v) => `${v.size[0]} × ${v.size[1]}`],
];

export const measures = (v) => `${facts(MEASURES.map(([name, write]) => [name, write(v)]))}${verdict(v.verdict)}`;

/** How usual the error is; a narrow column leaves out what follows the colon. */
function verdict(sentence) {
  const [said, ...meaning] = sentence.split(': ');
  return `<p class="verdict">${text(said)}${meaning.length ? `<span>: ${text(meaning.join(': '))}</span>` : ''}</p>`;
}
