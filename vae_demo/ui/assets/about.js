const MEASURES = [
  ['mse', 'MSE', (v) => number(v, 5)],
  ['psnr', 'PSNR (dB)', (v) => number(v, 2)],
  ['ssim', 'SSIM', (v) => number(v, 3)],
  ['rate', 'Rate (nats)', (v) => number(v, 1)],
  ['negative_elbo', 'Negative ELBO (nats)', (v) => number(v, 1)],
  ['active_dimensions', 'Active', (v) => number(v, 0)],
  ['mig', 'MIG', (v) => number(v, 3)],
  ['usage', 'Codebook used', (v) => `${(100 * v).toFixed(1)} %`],
  ['perplexity', 'Perplexity', (v) => number(v, 1)],
  ['bits_per_code', 'Bits a code', (v) => number(v, 2)],
];

function render(value) {
  const datasets = [...new Set(value.checkpoints.map((c) => c.dataset))];
  return `<p class="notice">${text(value.notice)}</p>${datasets.map((dataset) => table(dataset, value.checkpoints.filter((c) => c.dataset === dataset))).join('')}`;
}

function table(dataset, checkpoints) {
  const measures = MEASURES.filter(([key]) => checkpoints.some((c) => key in c.metrics));
  const head = ['Checkpoint', 'Sees', ...measures.map(([, name]) => name), 'Parameters', 'Size', 'SHA-256'];
  const rows = checkpoints.map((c) => `<tr><th scope="row">${text(c.title)}<br><code>${text(c.name)}</code></th>
    <td>${text(c.image_shape.join('×'))}</td>
    ${measures.map(([key, , shown]) => `<td>${key in c.metrics ? shown(c.metrics[key]) : '–'}</td>`).join('')}
    <td>${number(c.metrics.parameters, 0)}</td>
    <td>${number(c.metrics.weights_bytes / 1e6, 1)} MB</td>
    <td><code title="${text(c.metrics.weights_sha256 ?? '')}">${text((c.metrics.weights_sha256 ?? '–').slice(0, 12))}</code></td></tr>`);
  const licence = checkpoints[0].dataset_licence;
  return `<h3>${text(dataset)}</h3>${licence ? `<p class="small">Data: ${text(licence)}.</p>` : ''}<div class="scroll" tabindex="0" role="region" aria-label="Checkpoints trained on ${text(dataset)}"><table>
    <thead><tr>${head.map((name) => `<th scope="col">${name}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
