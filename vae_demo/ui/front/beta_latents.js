// One beta's latents: what each says, and what moving it does. The strongest on the test split come first.

import { POINT_AT, each, image, number, signedNumber, text } from './parts.js';

/** The latents by number, those that carry the most on the test split first. */
export const strongestFirst = (m) =>
  m.kl.map((_, i) => i).sort((a, b) => (m.test_kl ?? m.kl)[b] - (m.test_kl ?? m.kl)[a]);

/** The KL of each latent, small enough for a table's cell; `scale` is the KL at full height. */
export function smallBars(m, scale) {
  const order = strongestFirst(m);
  const description = (i) => `latent ${i + 1}: ${number(m.kl[i])}`;
  const bar = (i) => `<i title="${description(i)} nats" style="height:${(100 * m.kl[i]) / scale}%"></i>`;
  return `<div class="kl" role="img" aria-label="KL in nats of each latent: ${order.map(description).join(', ')}">
    ${each(order, bar)}</div>`;
}

/** The KL of each latent as bars to point at. */
export function bars(m, scale) {
  const testLine = (i) => (m.test_kl ? `<s style="bottom:${(100 * m.test_kl[i]) / scale}%"></s>` : '');
  const bar = (i, place) => `
    <button type="button" class="bar" data-latent="${i}" aria-label="${describe(m, i)}" tabindex="${place ? -1 : 0}">
      <span class="room"><i style="height:${(100 * m.kl[i]) / scale}%"></i>${testLine(i)}</span><span>${i + 1}</span>
    </button>`;
  const gaps = Object.entries(m.mig_per_factor ?? {}).map(([name, gap]) => `${text(name)} <b>${number(gap, 3)}</b>`);
  return `
    <h3>β = ${m.beta}: what each latent says</h3>
    <div class="bars" role="group" aria-label="KL of each latent of β = ${m.beta}">
      <span class="top">${number(scale, 1)} nats</span>${each(strongestFirst(m), bar)}</div>
    <p class="readout" aria-live="polite">${POINT_AT} a bar, or go to it by arrow key.</p>
    <p class="small">The latents by number, the strongest on the test split first. Bar: KL for this
      picture.${m.test_kl ? ' Line: its mean over the test split.' : ''}</p>
    ${gaps.length ? `<p class="small">MIG by factor, on the test split: ${gaps.join(', ')}.</p>` : ''}`;
}

const describe = (m, i) => {
  const average = m.test_kl ? `, ${number(m.test_kl[i])} on average over the test split` : '';
  return `Latent ${i + 1}: ${number(m.kl[i])} nats for this picture${average}`;
};

/** Tell of the latent that the visitor points at, and show which traversal is its. */
export function pointAt(element, m, latent) {
  const readout = element.querySelector('.readout');
  const sentence = `${describe(m, latent)}.`;
  if (readout.textContent !== sentence) readout.textContent = sentence; // a screen reader says it at every change
  for (const part of element.querySelectorAll('[data-latent]'))
    part.classList.toggle('pointed', Number(part.dataset.latent) === latent);
}

/** Rows of pictures, each of one latent moved through `values`. */
export function traversals(m, values) {
  // The strip's columns are centred on the values; this maps a value to its place along the strip, in percent.
  const step = values[1] - values[0];
  const place = (value) => Math.min(100, Math.max(0, (100 * (value - values[0] + step / 2)) / (step * values.length)));
  const row = (pictures, r) => {
    const i = m.traversed[r];
    const [mean, deviation] = [m.mean[i], m.deviation[i]];
    const [low, high] = [place(mean - deviation), place(mean + deviation)];
    const moved = (picture, j) => image(picture, `β = ${m.beta}, latent ${i + 1} at ${signedNumber(values[j], 0)}`);
    return `
      <section data-latent="${i}" aria-label="Latent ${i + 1}">
        <p><b>Latent ${i + 1}</b> <span>${number(m.kl[i])} nats</span>
          <span>here ${signedNumber(mean, 2)} ± ${number(deviation)}</span></p>
        <div>
          <div class="strip">${each(pictures, moved)}</div>
          <div class="posterior" aria-hidden="true">
            <i style="left:${low}%;width:${Math.max(0, high - low)}%"></i><b style="left:${place(mean)}%"></b></div>
        </div>
      </section>`;
  };
  return `
    <h3>β = ${m.beta}: moving one latent</h3>
    <p class="small">Each row moves one latent and leaves the others at this picture's posterior mean: the
      ${m.traversed.length} latents that carry the most on the test split. The line under a row is where this picture
      lies, its posterior mean and one standard deviation to either side: a latent that says nothing spreads over the
      prior's 0 ± 1, and moving it changes nothing.</p>
    <div class="values" aria-hidden="true">${each(values, (value) => `<span>${signedNumber(value, 0)}</span>`)}</div>
    ${each(m.traversal, row)}`;
}
