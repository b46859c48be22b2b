// The codebook as a palette: every code to choose, or, of a large codebook, those of the map until all are wanted.

import { each, number, on, text } from './parts.js';

const MOST_SHOWN = 1024; // swatches that can still be told apart, and that a page draws at once

/** A code's share of the test split's codes, as words to add. */
export const usage = ({ usage: shares }, code) =>
  shares ? `, ${(100 * shares[code]).toFixed(2)} % of the test split's codes` : '';

export function palette(codebook, codes) {
  const all = codebook.colours.map((_, code) => code);
  const isLarge = all.length > MOST_SHOWN;
  const shown = isLarge ? byHue([...new Set(codes.flat())], codebook) : all;
  const count = number(all.length, 0);
  return `
    <h4>Codebook</h4>
    ${
      isLarge
        ? `<p class="small palette-note">The ${number(shown.length, 0)} codes of this map, of ${count} that there are.
           <button type="button" class="all-codes">Show all ${count}</button></p>`
        : ''
    }
    <div class="palette ${isLarge ? 'dense' : ''}" role="group" aria-label="Codebook">
      ${swatches(shown, codebook)}</div>`;
}

/** Let `element` show the whole palette on request; `shown` is called then. */
export function offerAllCodes(element, codebook, shown) {
  on(element, 'click', {
    '.all-codes': () => {
      const all = codebook().colours.map((_, code) => code);
      element.querySelector('.palette').innerHTML = swatches(byHue(all, codebook()), codebook());
      element.querySelector('.palette-note').textContent = `All ${number(all.length, 0)} codes, by their colours.`;
      shown();
      element.querySelector('.palette .swatch[tabindex="0"], .palette .swatch')?.focus();
    },
  });
}

const swatches = (codes, codebook) =>
  each(codes, (code) => {
    const title = `ode ${code}${usage(codebook, code)}`;
    return `<button type="button" class="swatch" data-code="${code}" style="background:${text(codebook.colours[code])}"
      tabindex="-1" aria-label="C${title}" title="c${title}"></button>`;
  });

/** Codes in the order of their colours' hue, so that alike ones lie side by side. */
export function byHue(codes, { colours }) {
  const hue = (code) => Number(/([\d.]+)\)$/.exec(colours[code])?.[1] ?? 0);
  return codes.toSorted((a, b) => hue(a) - hue(b) || a - b);
}
