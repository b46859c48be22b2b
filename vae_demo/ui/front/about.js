// All checkpoints with their held-out numbers, each opened to its details and its model card.

import { drawAnswers } from './panel.js';
import { each, linkButton, number, text } from './parts.js';
import { state } from './state.js';
import { TradeOff, tradeOff } from './trade_off.js';

const format =
  (digits, unit = '') =>
  (value) =>
    number(value, digits) + unit;

/** The numbers of a checkpoint that was opened: the name, its key in the metrics, and how it is written. */
const DETAILS = [
  ['Mean squared error', 'mse', format(5)],
  ['PSNR', 'psnr', format(2, ' dB')],
  ['SSIM', 'ssim', format(3)],
  ['Rate (KL)', 'rate', format(1, ' nats')],
  ['Distortion, posterior sample', 'distortion', format(1, ' nats')],
  ['Distortion, posterior mean', 'distortion_mean', format(1, ' nats')],
  ['Negative ELBO', 'negative_elbo', format(1, ' nats')],
  ['−log p(x), binarised', 'negative_log_likelihood', format(1, ' nats')],
  ['Active latents', 'active_dimensions', format(0)],
  ['Mutual information gap', 'mig', format(3)],
  ['Codebook used', 'usage', (share) => `${number(100 * share, 1)} %`],
  ['Perplexity of the codes', 'perplexity', format(1)],
  ['Bits a code, learned prior', 'bits_per_code', format(2)],
  ['Bits a code, unigram', 'bits_per_code_unigram', format(2)],
  ['Bits a code, uniform', 'bits_per_code_uniform', format(2)],
  ['Test pictures', 'images', format(0)],
];

/** The numbers of a line, each in its column: its name, how it is written, and whether it needs a wide window. */
const COLUMNS = [
  [
    'Input size',
    ({ image_shape: [channels, ...size] }) => size.reverse().join(' × ') + (channels === 3 ? ' RGB' : ''),
    'wide',
  ],
  ['PSNR, dB', (c) => number(c.metrics.psnr, 2), ''],
  ['SSIM', (c) => number(c.metrics.ssim, 3), 'wide'],
  ['Rate, nats', (c) => number(c.metrics.rate, 1), 'wide'],
  ['Parameters', (c) => number(c.metrics.parameters, 0), 'wide'],
  ['Size, MB', (c) => number(c.weights_bytes / 1e6, 1), ''],
];

export function mount(component) {
  const glance = new TradeOff(component.element);
  drawAnswers(component, {
    tab: 'about',
    render,
    describe: ({ checkpoints }) => `${checkpoints.length} checkpoints are listed.`,
    drawn: (value) => {
      glance.show(value.trade_offs);
      state.answered('about');
    },
  });
  // "toggle" does not bubble, but it can be caught on its way down.
  component.element.addEventListener('toggle', ({ target }) => fetchCard(target, component.server), true);
}

async function fetchCard(details, server) {
  if (!details.open || !details.matches('.written') || details.dataset.fetched) return;
  details.dataset.fetched = 'yes';
  const place = details.querySelector('.model-card');
  try {
    place.innerHTML = await server.drawn_card(details.closest('[data-checkpoint]').dataset.checkpoint);
  } catch {
    delete details.dataset.fetched;
    place.textContent = 'The card could not be fetched. Close and open it to try again.';
  }
}

function render(value) {
  const datasets = [...new Set(value.checkpoints.map((c) => c.dataset))];
  const address = `https://huggingface.co/${text(value.repo)}/tree/${text(value.commit)}`;
  const link = `<a href="${address}" target="_blank" rel="noreferrer">${text(value.repo)}</a>`;
  const origin = value.repo
    ? `${link}, commit <code>${text(value.commit)}</code>`
    : 'the folder <code>checkpoints/</code> that came with this page';
  return `
    <p class="notice"><b>${text(value.notice)}</b> They come from ${origin}. All are safetensors files: numbers, and no
      code.</p>
    ${tradeOff(value.trade_offs)}
    ${each(datasets, (dataset) => group(value.checkpoints, dataset))}
    <div class="tools">${linkButton()}</div>`;
}

function group(all, dataset) {
  const checkpoints = all.filter((c) => c.dataset === dataset);
  const licences = [...new Set(checkpoints.map((c) => c.dataset_licence).filter(Boolean))];
  return `
    <section aria-label="Checkpoints trained on ${text(dataset)}">
      <h3>${text(dataset)}</h3>
      ${licences.length ? `<p class="small">Data: ${licences.map(text).join('; ')}.</p>` : ''}
      <div class="card list">
        <div class="line head" aria-hidden="true"><span>Checkpoint</span>
          ${each(COLUMNS, ([name, , room]) => `<span class="${room}">${name}</span>`)}</div>
        ${each(checkpoints, card)}
      </div>
    </section>`;
}

function card(c) {
  const measured = DETAILS.filter(([, key]) => c.metrics[key] !== undefined);
  const rows = [
    ['Input size', COLUMNS[0][1](c)],
    ['Parameters', number(c.metrics.parameters, 0)],
    ['Weights', `${number(c.weights_bytes / 1e6, 1)} MB`],
    ...measured.map(([name, key, write]) => [name, write(c.metrics[key])]),
  ];
  const mismatch = c.measured_sha256 && c.weights_sha256 !== c.measured_sha256;
  const warning = '<p class="small"><b>These numbers were measured with other weights than those in use.</b></p>';
  const column = ([name, write, room]) =>
    `<span class="${room}"><span class="unseen">${name}: </span>${write(c)}</span>`;
  return `
    <details data-checkpoint="${text(c.name)}">
      <summary class="line"><span><b>${text(c.title)}</b> <code>${text(c.name)}</code></span>
        ${each(COLUMNS, column)}</summary>
      <div class="opened">
        ${mismatch ? warning : ''}
        <dl class="all">${each(rows, ([name, written]) => `<div><dt>${name}</dt><dd>${written}</dd></div>`)}</dl>
        <p class="small">SHA-256 of model.safetensors${c.measured_sha256 && !mismatch ? ', as measured' : ''}:
          <code class="hash">${text(c.weights_sha256 ?? '–')}</code></p>
        <details class="written"><summary>Model card</summary>
          <div class="model-card" aria-live="polite">Fetching the card…</div></details>
      </div>
    </details>`;
}
