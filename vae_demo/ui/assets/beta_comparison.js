// The family side by side, the curve, and one beta in detail. Uses rate_distortion.js and latents.js.

let chosen = null; // the beta looked at in detail: it stays when the picture changes

const beta = (member) => `β = ${member.beta}`;
const member = () => props.value.members.find((m) => m.beta === chosen);

function render(value) {
  const betas = value.members.map((m) => m.beta);
  const fromOne = (b) => Math.abs(Math.log(b));
  if (!betas.includes(chosen)) chosen = betas.reduce((best, b) => (fromOne(b) < fromOne(best) ? b : best));
  return `
    <article class="card"><p class="gist">${gist(value.members)}</p>${family(value)}</article>
    <div class="pair below">
      <article class="card"><h3>Rate and distortion</h3>${curve(value.members)}
        <p class="small"><i class="mark test"></i> mean over the test split, <i class="mark own"></i> this picture. A larger β
          moves up and to the left: less said, more lost.</p></article>
      <article class="card inside"></article>
    </div>
    <article class="card below traversals"></article>`;
}

/** What beta buys and costs, in a sentence or two. */
function gist(members) {
  const [least, most] = [members[0], members.at(-1)];
  const collapsed = members.filter((m) => (m.test_active ?? m.active) === 0);
  const measured = members.filter((m) => m.mig !== null && m.test_active !== 0);
  const best = measured.reduce((a, b) => (b.mig > a.mig ? b : a), measured[0]);
  return `From ${beta(least)} to ${beta(most)} the latent says less about this picture: <b>${number(least.rate, 1)} nats, then
    ${number(most.rate, 1)}</b>. It costs detail: distortion <b>${number(least.distortion, 1)}, then ${number(most.distortion, 1)}</b>.
    ${collapsed.length ? `At β = ${collapsed.map((m) => m.beta).join(' and ')} no latent is active: the posterior has collapsed, and every picture comes back as the same one.` : ''}
    ${best ? `On the test split one latent follows one factor best at ${beta(best)} (MIG ${number(best.mig, 3)}).` : ''}`;
}

/** Betas as columns: what each made of this picture, and what it measured on the test split. */
function family(value) {
  const { members } = value;
  const row = (name, unit, cell, kind = '') => `<tr class="${kind}"><th scope="row">${name}${unit ? ` <span>${unit}</span>` : ''}</th>${members
    .map((m) => `<td data-beta="${m.beta}">${cell(m)}</td>`).join('')}</tr>`;
  const bars = (name, unit, key, kind) => {
    const largest = Math.max(...members.map((m) => m[key]), 1e-6);
    return row(name, unit, (m) => `<b>${number(m[key], 1)}</b><i class="amount ${kind}" style="width:${(100 * m[key]) / largest}%"></i>`);
  };
  const group = (name) => `<tr class="group"><th scope="rowgroup" colspan="${members.length + 1}">${name}</th></tr>`;
  const heaviest = Math.max(0.1, ...members.flatMap((m) => m.kl));
  const measured = members.some((m) => m.test_rate !== null);
  return `<table class="family" style="--betas:${members.length}"><thead><tr><th scope="col" class="choose">Choose a β <span>to look inside</span></th>
    ${members.map((m) => `<th scope="col" data-beta="${m.beta}" data-checkpoint="${text(m.checkpoint)}"><label class="beta"><input type="radio" name="beta"
      value="${m.beta}" aria-label="${beta(m)}" ${m.beta === chosen ? 'checked' : ''}><span>${m.beta}</span></label></th>`).join('')}</tr></thead>
    <tbody>${row(`<figure class="seen">${image(value.model_input, 'The picture as the family sees it')}</figure>Reconstruction`,
      `of this picture, ${value.size[0]} × ${value.size[1]} pixels`,
      (m) => image(m.reconstruction, `Reconstruction at ${beta(m)}`), 'pictures')}
    ${bars('Rate', 'nats', 'rate', 'rate')}
    ${bars('Distortion', 'squared error, summed', 'distortion', 'distortion')}
    ${row('Active latents', `of ${members[0].kl.length}`, (m) => m.active)}
    ${row('KL of each latent', 'nats, one scale for all', (m) => miniature(m, heaviest))}</tbody>
    ${measured ? `<tbody>${group('Measured: mean over the test split')}
    ${row('Rate', 'nats', (m) => number(m.test_rate, 1))}
    ${row('Distortion', 'squared error, summed', (m) => number(m.test_distortion, 1))}
    ${row('Active latents', '', (m) => m.test_active ?? '–')}
    ${members.some((m) => m.mig !== null) ? row('MIG', '0 to 1', (m) => number(m.mig, 3)) : ''}</tbody>` : ''}</table>
    ${value.downsampled ? '<p class="small">The family sees fewer pixels than the dataset has: fully connected layers on all of them would be far larger.</p>' : ''}
    ${members.some((m) => m.mig !== null) ? `<p class="small"><b>MIG</b>, the mutual information gap: how much more the best latent knows about a factor
      (${Object.keys(members.find((m) => m.mig_per_factor)?.mig_per_factor ?? {}).map(text).join(', ') || 'such as shape or place'}) than the second best does,
      as a share of all there is to know. 1 means that each factor has a latent of its own.</p>` : ''}`;
}

/** Show the chosen beta: its column marked, its latents in detail. */
function drawn() {
  for (const part of body().querySelectorAll('[data-beta]')) part.classList.toggle('chosen', Number(part.dataset.beta) === chosen);
  const heaviest = Math.max(0.1, ...props.value.members.flatMap((m) => m.kl), ...props.value.members.flatMap((m) => m.test_kl ?? []));
  body().querySelector('.inside').innerHTML = latentBars(member(), heaviest);
  body().querySelector('.traversals').innerHTML = traversals(member(), props.value.traversal_values);
}

function choose(value) {
  chosen = value;
  for (const radio of body().querySelectorAll('input[name=beta]')) radio.checked = Number(radio.value) === chosen;
  drawn();
}

element.addEventListener('change', (event) => {
  if (event.target.name === 'beta') choose(Number(event.target.value));
});
element.addEventListener('click', (event) => {
  const part = event.target.closest('td[data-beta], g[data-beta]');
  if (part) choose(Number(part.dataset.beta));
});
for (const arrival of ['mouseover', 'focusin', 'click']) {
  element.addEventListener(arrival, (event) => {
    const bar = event.target.closest('[data-latent]');
    if (bar) point(member(), Number(bar.dataset.latent));
  });
}
