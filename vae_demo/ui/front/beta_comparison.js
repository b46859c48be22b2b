// One picture through a family of betas: the family side by side, its curve, and one beta in detail.

import { chart } from './beta_chart.js';
import { bars, pointAt, smallBars, traversals } from './beta_latents.js';
import { handleMovers, movers } from './beta_movers.js';
import { each, image, linkButton, number, on, plain, text } from './parts.js';
import { state } from './state.js';
import { drawAnswers } from './panel.js';
import { rove } from './roving.js';

const TAB = 'beta_comparison';

export function mount(component) {
  const { element } = component;
  let value = null; // the last answer
  const chosen = () => value.members.find((m) => m.beta === state.get(TAB).beta);
  const choose = (part) => state.set(TAB, { beta: Number(part.dataset.beta ?? part.value) });
  const forgetMoves = handleMovers(component);
  let shown = null; // the member that is drawn in detail

  /** Mark the chosen beta's column, and draw its latents in detail. */
  function showChosen() {
    const member = value && chosen();
    if (!member || member === shown) return;
    shown = member;
    for (const part of element.querySelectorAll('[data-beta]'))
      part.classList.toggle('chosen', Number(part.dataset.beta) === member.beta);
    for (const radio of element.querySelectorAll('input[name=beta]'))
      radio.checked = Number(radio.value) === member.beta;
    const { members, traversal_values: values } = value;
    element.querySelector('.inside').innerHTML = bars(member, largestKl(members, true));
    element.querySelector('.traversals').innerHTML = traversals(member, values);
  }

  state.subscribe(showChosen);
  drawAnswers(component, {
    tab: TAB,
    render,
    describe: ({ members }) => plain(gist(members)),
    drawn: (answer) => {
      const { dataset, members } = answer;
      value = answer;
      shown = null;
      forgetMoves();
      const beta = chosen()?.beta ?? nearestToOne(members);
      state.answered(TAB, { dataset, beta });
    },
  });
  on(element, 'change', { 'input[name=beta]': choose });
  on(element, 'click', { 'td[data-beta], g[data-beta]': choose });
  rove(element, '.bars', '.bar', ({ children }) => children.length);
  on(element, 'mouseover focusin click', {
    '[data-latent]': (bar) => pointAt(element, chosen(), Number(bar.dataset.latent)),
  });
}

const nearestToOne = (members) =>
  members.map((m) => m.beta).reduce((best, b) => (Math.abs(Math.log(b)) < Math.abs(Math.log(best)) ? b : best));

/** The KL that fills a bar: the largest of any latent, on this picture and, where it is drawn too, the test split. */
const largestKl = (members, withTest = false) =>
  Math.max(0.1, ...members.flatMap((m) => [...m.kl, ...(withTest ? (m.test_kl ?? []) : [])]));

const render = (value) => `
  <article class="card"><p class="gist">${gist(value.members)}</p>${movers()}${family(value)}</article>
  <div class="pair below">
    <article class="card"><h3>Rate and distortion</h3>${chart(value.members)}
      <p class="small"><i class="mark test"></i> mean over the test split, <i class="mark own"></i> this picture. A
        larger β moves up and to the left: less said, more lost.</p></article>
    <article class="card inside"></article>
  </div>
  <article class="card below traversals"></article>
  <div class="tools">${linkButton()}</div>`;

const at = (member) => `β = ${member.beta}`;

/** What beta buys and costs, in a sentence or two. */
export function gist(members) {
  const [least, most] = [members[0], members.at(-1)];
  const worst = members.reduce((a, b) => (b.distortion > a.distortion ? b : a));
  const rises = `${number(least.distortion, 1)}, then ${number(most.distortion, 1)}`;
  const peak = worst === most ? '' : `, and most of all ${number(worst.distortion, 1)} at ${at(worst)}`;
  const collapsed = members.filter((m) => (m.test_active ?? m.active) === 0).map((m) => m.beta);
  const measured = members.filter((m) => m.mig !== null && m.test_active !== 0);
  const best = measured.reduce((a, b) => (b.mig > a.mig ? b : a), measured[0]);
  const collapse = `At β = ${collapsed.join(' and ')} no latent is active: the posterior has collapsed, and every
    picture comes back as the same one.`;
  const rate = `<b>${number(least.rate, 1)} nats`;
  if (members.length === 1)
    return `At ${at(least)}, the only one here, the latent says ${rate}</b> about this picture, at a distortion of
      <b>${number(least.distortion, 1)}</b>.`;
  return `From ${at(least)} to ${at(most)} the latent says ${most.rate < least.rate ? 'less' : 'more'} about this
    picture: ${rate}, then ${number(most.rate, 1)}</b>.
    ${most.distortion > least.distortion ? 'It costs detail: distortion' : 'The distortion is'}
    <b>${rises}${peak}</b>. ${collapsed.length ? collapse : ''}
    ${best ? `On the test split one latent follows one factor best at ${at(best)} (MIG ${number(best.mig, 3)}).` : ''}`;
}

/** Betas as columns: what each made of this picture, and what it measured on the test split. */
function family({ members, model_input: input, size, downsampled }) {
  const row = (name, unit, cell, kind = '') => `
    <tr class="${kind}"><th scope="row">${name}${unit && ` <span>${unit}</span>`}</th>
      ${each(members, (m) => `<td data-beta="${m.beta}">${cell(m)}</td>`)}</tr>`;
  const amount = (name, unit, key) => {
    const largest = Math.max(...members.map((m) => m[key]), 1e-6);
    const width = (m) => (100 * m[key]) / largest;
    return row(
      name,
      unit,
      (m) => `<b>${number(m[key], 1)}</b><i class="amount ${key}" style="width:${width(m)}%"></i>`,
    );
  };
  const head = (m) => `
    <th scope="col" data-beta="${m.beta}" data-checkpoint="${text(m.checkpoint)}"><label class="beta">
      <input type="radio" name="beta" value="${m.beta}" aria-label="${at(m)}"><span>${m.beta}</span></label></th>`;
  const scale = largestKl(members);
  const hasMig = members.some((m) => m.mig !== null);
  const measured = `
    <tbody><tr class="group"><th scope="rowgroup" colspan="${members.length + 1}">Measured: mean over the test split
      </th></tr>
    ${row('Rate', 'nats', (m) => number(m.test_rate, 1))}
    ${row('Distortion', 'squared error, summed', (m) => number(m.test_distortion, 1))}
    ${row('Active latents', '', (m) => m.test_active ?? '–')}
    ${hasMig ? row('MIG', '0 to 1', (m) => number(m.mig, 3)) : ''}</tbody>`;
  const fewerPixels = `<p class="small">The family sees fewer pixels than the dataset has: fully connected layers on all
    of them would be far larger.</p>`;
  const factors = Object.keys(members.find((m) => m.mig_per_factor)?.mig_per_factor ?? {}).map(text);
  const explainMig = `
    <p class="small"><b>MIG</b>, the mutual information gap: how much more the best latent knows about a factor
      (${factors.join(', ') || 'such as shape or place'}) than the second best does, as a share of all there is to know.
      1 means that each factor has a latent of its own.</p>`;
  return `
    <table class="family" style="--betas:${members.length}">
      <thead><tr><th scope="col" class="choose">Choose a β <span>to look inside</span></th>${each(members, head)}
        </tr></thead>
      <tbody>
        ${row(
          `<figure class="seen">${image(input, 'The picture as the family sees it')}</figure>Reconstruction`,
          `of this picture, ${size[0]} × ${size[1]} pixels`,
          (m) => image(m.reconstruction, `Reconstruction at ${at(m)}`),
          'pictures',
        )}
        ${amount('Rate', 'nats', 'rate')}
        ${amount('Distortion', 'squared error, summed', 'distortion')}
        ${row('Active latents', `of ${members[0].kl.length}`, (m) => m.active)}
        ${row('KL of each latent', 'nats, one scale for all', (m) => smallBars(m, scale))}
      </tbody>
      ${members.some((m) => m.test_rate !== null) ? measured : ''}
    </table>
    ${downsampled ? fewerPixels : ''}
    ${hasMig ? explainMig : ''}`;
}
