const DETAILS = [
  ['Mean squared error', (m) => m.mse, (v) => number(v, 5)],
  ['PSNR', (m) => m.psnr, (v) => `${number(v, 2)} dB`],
  ['SSIM', (m) => m.ssim, (v) => number(v, 3)],
  ['Rate (KL)', (m) => m.rate, (v) => `${number(v, 1)} nats`],
  ['Distortion, posterior sample', (m) => m.distortion, (v) => `${number(v, 1)} nats`],
  ['Distortion, posterior mean', (m) => m.distortion_mean, (v) => `${number(v, 1)} nats`],
  ['Negative ELBO', (m) => m.negative_elbo, (v) => `${number(v, 1)} nats`],
  ['Active latents', (m) => m.active_dimensions, (v) => number(v, 0)],
  ['Mutual information gap', (m) => m.mig, (v) => number(v, 3)],
  ['Codebook used', (m) => m.usage, (v) => `${number(100 * v, 1)} %`],
  ['Perplexity of the codes', (m) => m.perplexity, (v) => number(v, 1)],
  ['Bits a code, learned prior', (m) => m.bits_per_code, (v) => number(v, 2)],
  ['Bits a code, unigram', (m) => m.bits_per_code_unigram, (v) => number(v, 2)],
  ['Bits a code, uniform', (m) => m.bits_per_code_uniform, (v) => number(v, 2)],
  ['Test pictures', (m) => m.images, (v) => number(v, 0)],
];

/** The numbers of a line, each in its column: its name, how it is shown, and whether a phone has room for it. */
const COLUMNS = [
  ['Sees', (c) => c.image_shape.slice(1).reverse().join(' × ') + (c.image_shape[0] === 3 ? ' RGB' : ''), 'wide'],
  ['PSNR, dB', (c) => number(c.metrics.psnr, 2), ''],
  ['SSIM', (c) => number(c.metrics.ssim, 3), 'wide'],
  ['Rate, nats', (c) => number(c.metrics.rate, 1), 'wide'],
  ['Parameters', (c) => number(c.metrics.parameters, 0), 'wide'],
  ['Size, MB', (c) => number(c.weights_bytes / 1e6, 1), ''],
];

function render(value) {
  const datasets = [...new Set(value.checkpoints.map((c) => c.dataset))];
  const origin = value.repo
    ? `<a href="https://huggingface.co/${text(value.repo)}/tree/${text(value.commit)}" target="_blank" rel="noreferrer">${text(value.repo)}</a>, commit <code>${text(value.commit)}</code>`
    : 'the folder <code>checkpoints/</code> that came with this page';
  return `<p class="notice"><b>${text(value.notice)}</b> They come from ${origin}. All are safetensors files: numbers, and no code.</p>
    ${datasets.map((dataset) => group(value, dataset)).join('')}`;
}

function group(value, dataset) {
  const checkpoints = value.checkpoints.filter((c) => c.dataset === dataset);
  const licences = [...new Set(checkpoints.map((c) => c.dataset_licence).filter(Boolean))];
  return `<section aria-label="Checkpoints trained on ${text(dataset)}"><h3>${text(dataset)}</h3>
    ${licences.length ? `<p class="small">Data: ${licences.map(text).join('; ')}.</p>` : ''}
    <div class="card list"><div class="line head" aria-hidden="true"><span>Checkpoint</span>${COLUMNS.map(([name, , room]) => `<span class="${room}">${name}</span>`).join('')}</div>
    ${checkpoints.map((c) => card(value, c)).join('')}</div></section>`;
}

function card(value, c) {
  const rows = DETAILS.map(([name, of, shown]) => [name, of(c.metrics), shown]).filter(([, v]) => v !== undefined);
  const mismatch = c.measured_sha256 && c.weights_sha256 !== c.measured_sha256;
  return `<details data-checkpoint="${text(c.name)}">
    <summary class="line"><span><b>${text(c.title)}</b> <code>${text(c.name)}</code></span>
      ${COLUMNS.map(([name, shown, room]) => `<span class="${room}"><span class="unseen">${name}: </span>${shown(c)}</span>`).join('')}</summary>
    <div class="opened">
      ${mismatch ? '<p class="small"><b>These numbers were measured with other weights than those in use.</b></p>' : ''}
      <dl class="all">${[['Sees', COLUMNS[0][1](c)], ['Parameters', number(c.metrics.parameters, 0)], ['Weights', `${number(c.weights_bytes / 1e6, 1)} MB`],
        ...rows.map(([name, v, shown]) => [name, shown(v)])].map(([name, shown]) => `<div><dt>${name}</dt><dd>${shown}</dd></div>`).join('')}</dl>
      <p class="small">SHA-256 of model.safetensors${c.measured_sha256 && !mismatch ? ', as measured' : ''}: <code class="hash">${text(c.weights_sha256 ?? '–')}</code></p>
      <details class="written"><summary>Model card</summary><div class="model-card" aria-live="polite">Fetching the card…</div></details>
    </div></details>`;
}

// "toggle" does not bubble, but it can be caught on its way down.
element.addEventListener('toggle', async (event) => {
  const { target } = event;
  if (!target.open || !target.matches('.written') || target.dataset.fetched) return;
  target.dataset.fetched = 'yes';
  const place = target.querySelector('.model-card');
  try {
    place.innerHTML = await server.drawn_card(target.closest('[data-checkpoint]').dataset.checkpoint);
  } catch {
    delete target.dataset.fetched;
    place.textContent = 'The card could not be fetched. Close and open it to try again.';
  }
}, true);
