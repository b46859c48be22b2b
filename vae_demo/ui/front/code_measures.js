// What a code map is like, in numbers.

import { each, facts, number } from './parts.js';

const COLUMNS = ['Written as', 'bits', 'bytes', 'bits/pixel', 'PSNR'];

/** What the map is like, and its bits by three ways of writing them. */
export function measures(value, codebook) {
  const { codes, bits, bits_unigram: unigram, bits_prior: prior, psnr } = value;
  const pixels = value.size[0] * value.size[1];
  const row = (name, size, decibels) => `
    <tr><th scope="row">${name}</th><td>${number(Math.ceil(size), 0)}</td><td>${number(Math.ceil(size / 8), 0)}</td>
      <td>${number(size / pixels, 2)}</td><td>${decibels === undefined ? '–' : `${number(decibels, 1)} dB`}</td></tr>`;
  return `
    ${facts([
      ['Codes', number(codes.length * codes[0].length, 0)],
      ['Distinct codes', number(value.distinct, 0)],
      ['Perplexity', number(value.perplexity, 1)],
      ['Perplexity, test split', number(codebook.perplexity, 1)],
    ])}
    <div class="bits">
      <div class="scroll" tabindex="0" role="region" aria-label="Bits"><table>
        <thead><tr>${each(COLUMNS, (name) => `<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>
          ${row('codes of fixed length', bits, psnr)}
          ${unigram === null ? '' : row('codes, by a unigram model', unigram, psnr)}
          ${prior === null ? '' : row('codes, by the learned prior', prior, psnr)}
        </tbody>
      </table></div>
    </div>`;
}
