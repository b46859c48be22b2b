let chosen = 0; // the sample that is open
let goal = 1; // the sample that a walk ends at
let path = null; // the answer to the last walk

const SENDS = { reconstruct_it: 'Reconstruct it', compare_it: 'Compare betas on it', encode_it: 'See its codes' };

function render(value) {
  if (value.walk) return null; // `drawn` puts it in place
  const tiles = value.pictures.map((picture, i) => `
    <button type="button" class="tile" data-index="${i}" aria-label="Sample ${i + 1}" aria-pressed="false">
      ${image(picture, `Sample ${i + 1}`)}
    </button>`);
  return `
    <p class="small">${value.pictures.length} samples of <b>${text(value.checkpoint)}</b> under
      <b>${text(value.prior_title)}</b>, seed ${value.seed}${value.prior === 'uniform-codes' ? '' : `, temperature ${number(value.temperature)}`}.
      The same settings give the same pictures.</p>
    <div class="tiles">${tiles.join('')}</div>
    <div class="tools"><button type="button" class="link">Copy a link to these</button>
      <button type="button" class="sheet">Download all as PNG</button><span class="told small" role="status"></span></div>
    <div class="detail card"></div>`;
}

function drawn(value) {
  if (value.walk) {
    path = value.walk;
    return showWalk();
  }
  samples = value;
  path = null;
  chosen = Math.min(chosen, value.pictures.length - 1);
  goal = Math.min(goal, value.pictures.length - 1);
  if (element.offsetParent) history.replaceState(history.state, '', address());
  open();
}
let samples = null;

/** The page's address with these settings in it. */
function address() {
  const link = new URL(location.href);
  const { checkpoint, prior, seed, temperature, pictures } = samples;
  for (const [name, setting] of Object.entries({ tab: 'sampling', checkpoint, prior, count: pictures.length, seed, temperature }))
    link.searchParams.set(name, setting);
  return link.href;
}

const unfinished = () => samples.codes?.[0].some((row) => row.includes(-1));

function open() {
  for (const tile of element.querySelectorAll('.tile'))
    tile.setAttribute('aria-pressed', String(Number(tile.dataset.index) === chosen));
  const name = `Sample ${chosen + 1}`;
  const others = samples.pictures.map((_, i) => `<option value="${i}" ${i === goal ? 'selected' : ''}>sample ${i + 1}</option>`);
  const sends = samples.sends.map((event) => `<button type="button" class="send" data-event="${event}">${SENDS[event]}</button>`);
  element.querySelector('.detail').innerHTML = `
    ${image(samples.pictures[chosen], name)}
    <div><h3>${name}</h3>${samples.latents ? latentBars(samples.latents[chosen]) : codeMap(samples.codes[chosen])}
      ${unfinished() ? '' : `<div class="tools">${sends.join('')}<button type="button" class="one">Download as PNG</button></div>
      <div class="tools walking"><label>Walk to <select class="goal">${others.join('')}</select></label>
        <button type="button" class="walk">Walk</button></div><div class="path" aria-live="polite"></div>`}</div>`;
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

function codeMap(codes) {
  const known = codes.filter((row) => row[0] >= 0).length;
  const cells = codes.flatMap((row) => row.map((code) =>
    `<i ${code < 0 ? '' : `style="background:${text(samples.colours[code])}" title="code ${code}"`}></i>`));
  return `<p class="small">${known < codes.length ? `Drawing its codes: row ${known} of ${codes.length}` : `It was decoded from a map of ${codes.length} × ${codes[0].length} codes`}:</p>
    <div class="codes" role="img" aria-label="Code map: ${codes.map((row) => row.join(' ')).join('; ')}" style="grid-template-columns:repeat(${codes[0].length},1fr)">${cells.join('')}</div>`;
}

function showWalk() {
  const place = element.querySelector('.path');
  if (!place) return;
  const last = path.pictures.length - 1;
  place.innerHTML = `
    <div class="steps">${path.pictures.map((picture, i) => image(picture, `Step ${i + 1} of the walk`)).join('')}</div>
    <label class="along"><span>${image(path.pictures[0], 'Where the walk has come to', 'data-here')}</span>
      <input type="range" min="0" max="${last}" value="0" aria-label="How far along the walk"></label>
    <p class="small">${path.way === 'linear' ? 'Codes have nothing between them: the vectors that they stand for go in a straight line.' : 'Along the great circle between the two latents, which keeps to the lengths that the prior gives.'}</p>`;
}

/** Pictures side by side as a PNG file, pixel by pixel as the model made them. */
async function download(pictures, name) {
  const images = await Promise.all(pictures.map(async (picture) => {
    const loaded = new Image();
    loaded.src = source(picture);
    await loaded.decode();
    return loaded;
  }));
  const { naturalWidth: width, naturalHeight: height } = images[0];
  const columns = Math.ceil(Math.sqrt(images.length));
  const sheet = Object.assign(document.createElement('canvas'), { width: columns * width, height: Math.ceil(images.length / columns) * height });
  images.forEach((loaded, i) => sheet.getContext('2d').drawImage(loaded, (i % columns) * width, Math.floor(i / columns) * height));
  const link = document.createElement('a');
  link.href = sheet.toDataURL('image/png');
  link.download = `${samples.checkpoint}-${samples.prior}-seed-${samples.seed}${name}.png`;
  link.click();
  return link.href;
}

async function copyLink() {
  const told = element.querySelector('.told');
  history.replaceState(history.state, '', address());
  try {
    await navigator.clipboard.writeText(address());
    told.textContent = 'Copied.';
  } catch {
    told.textContent = 'The link is in the address bar.'; // a page without https may not write to the clipboard
  }
}

async function send(event) {
  const loaded = new Image();
  loaded.src = source(samples.pictures[chosen]);
  await loaded.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: loaded.naturalWidth, height: loaded.naturalHeight });
  canvas.getContext('2d').drawImage(loaded, 0, 0);
  const sent = { picture: canvas.toDataURL('image/png'), dataset: samples.dataset };
  if (event === 'reconstruct_it') trigger('reconstruct_it', sent);
  if (event === 'compare_it') trigger('compare_it', sent);
  if (event === 'encode_it') trigger('encode_it', sent);
}

element.addEventListener('click', (event) => {
  const tile = event.target.closest('.tile');
  if (tile) {
    chosen = Number(tile.dataset.index);
    if (goal === chosen) goal = (chosen + 1) % samples.pictures.length;
    open();
  }
  if (event.target.matches('.link')) copyLink();
  if (event.target.matches('.sheet')) download(samples.pictures, '');
  if (event.target.matches('.one')) download([samples.pictures[chosen]], `-sample-${chosen + 1}`);
  if (event.target.matches('.send')) send(event.target.dataset.event);
  if (event.target.matches('.walk')) {
    const latents = samples.latents ?? samples.codes;
    trigger('walk', { checkpoint: samples.checkpoint, start: latents[chosen], end: latents[goal] });
  }
});
element.addEventListener('change', (event) => {
  if (event.target.matches('.goal')) goal = Number(event.target.value);
});
element.addEventListener('input', (event) => {
  if (event.target.matches('.along input')) element.querySelector('[data-here]').src = source(path.pictures[event.target.value]);
});
