let chosen = 0;

function render(value) {
  const tiles = value.pictures.map((picture, i) => `
    <button type="button" class="tile" data-index="${i}" aria-label="Sample ${i + 1}" aria-pressed="false">
      ${image(picture, `Sample ${i + 1}`)}
    </button>`);
  return `
    <p class="small">${value.pictures.length} samples of <b>${text(value.checkpoint)}</b> under
      <b>${text(value.prior_title)}</b>, seed ${value.seed}${value.prior === 'uniform-codes' ? '' : `, temperature ${number(value.temperature)}`}.
      The same settings give the same pictures.</p>
    <div class="tiles">${tiles.join('')}</div>
    <div class="detail card" aria-live="polite"></div>`;
}

function drawn(value) {
  chosen = Math.min(chosen, value.pictures.length - 1);
  open(value);
}

function open(value) {
  for (const tile of element.querySelectorAll('.tile'))
    tile.setAttribute('aria-pressed', String(Number(tile.dataset.index) === chosen));
  const name = `Sample ${chosen + 1}`;
  element.querySelector('.detail').innerHTML = `
    ${image(value.pictures[chosen], name)}
    <div><h3>${name}</h3>${value.latents ? latentBars(value.latents[chosen]) : codeRows(value.codes[chosen])}</div>`;
}

function latentBars(latent) {
  const reach = Math.max(3, ...latent.map(Math.abs));
  const bars = latent.map((z, i) => {
    const length = (50 * Math.abs(z)) / reach;
    return `<i style="left:${z < 0 ? 50 - length : 50}%;width:${length}%" title="z${i + 1} = ${number(z)}"></i>`;
  });
  return `<p class="small">It was decoded from a latent of ${latent.length} numbers, here from −${number(reach, 1)} to ${number(reach, 1)}:</p>
    <div class="latent" role="img" aria-label="Latent: ${latent.map((z) => number(z, 1)).join(', ')}">${bars.join('')}</div>`;
}

function codeRows(codes) {
  return `<p class="small">It was decoded from a map of ${codes.length} × ${codes[0].length} codes:</p>
    <pre class="codes">${codes.map((row) => row.map((c) => String(c).padStart(3)).join(' ')).join('\n')}</pre>`;
}

element.addEventListener('click', (event) => {
  const tile = event.target.closest('.tile');
  if (!tile) return;
  chosen = Number(tile.dataset.index);
  open(props.value);
});
