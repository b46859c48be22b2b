const beta = (member) => `β = ${member.beta}`;

function render(value) {
  const heaviest = Math.max(0.1, ...value.members.flatMap((m) => m.kl));
  const columns = value.members.map((m) => `
    <article class="card" data-checkpoint="${text(m.checkpoint)}">
      <h3>${beta(m)}</h3>
      <figure>${image(m.reconstruction, `Reconstruction at ${beta(m)}`)}</figure>
      ${facts([
        ['PSNR', `${number(m.psnr, 1)} dB`],
        ['Rate', `${number(m.rate, 1)} nats`],
        ['Distortion', number(m.distortion, 1)],
        ['Active', `${m.active} of ${m.kl.length}`],
        ...(m.mig === null ? [] : [['MIG', number(m.mig, 3)]]),
      ])}
      <p class="small">KL of each latent</p>
      ${klBars(m, heaviest)}
    </article>`);
  return `
    <div class="betas">
      <article class="card seen"><h3>Picture</h3><figure>${image(value.seen, 'The picture as the family sees it')}</figure>
        <p class="small">${value.size[0]} × ${value.size[1]} pixels${value.reduced ? ', fewer than the dataset’s: fully connected layers on all of them would be far larger' : ''}.</p></article>
      ${columns.join('')}
    </div>
    <article class="card below split"><div>${curve(value.members)}</div>
      <div><h3>Rate and distortion</h3>
        <p>The <b>rate</b> is what the latent says about a picture, in nats; the <b>distortion</b> is what the decoder
        gets wrong from the posterior mean, a squared error summed over pixels. A larger β moves up the curve to the left: less said, more lost.</p>
        <p class="small"><b class="mark test"></b> each β's mean over the test split</p>
        <p class="small"><b class="mark own"></b> this picture</p></div></article>
    <article class="card below"><h3>Traversals</h3>
      <p class="small">Each row moves one latent from −3 to 3 and leaves the others at this picture's posterior mean: the
        ${value.members[0].traversed.length} latents that carry the most on the test split, the strongest first.</p>
      <div class="traversals">${value.members.map(traversal).join('')}</div></article>`;
}

function klBars(m, heaviest) {
  const bars = m.kl.map((nats, i) =>
    `<i class="${nats > 0.01 ? 'active' : ''}" style="height:${(100 * nats) / heaviest}%" title="latent ${i + 1}: ${number(nats)} nats"></i>`);
  return `<div class="kl" role="img" aria-label="KL in nats of each latent: ${m.kl.map((n) => number(n)).join(', ')}">${bars.join('')}</div>`;
}

function traversal(m) {
  const rows = m.traversal.map((row, i) => `<div class="strip">${row.map((picture, j) =>
    image(picture, `${beta(m)}, latent ${m.traversed[i] + 1} at ${props.value.traversal_values[j]}`)).join('')}</div>`);
  return `<section><h4>${beta(m)}</h4>${rows.join('')}</section>`;
}

/** Rate against distortion: the family's test-split means as a line, this picture's values as points. */
function curve(members) {
  const [width, height, left, bottom] = [420, 260, 46, 34];
  const measured = members.filter((m) => m.test_rate !== null && m.test_distortion !== null);
  const rates = [...measured.map((m) => m.test_rate), ...members.map((m) => m.rate)];
  const distortions = [...measured.map((m) => m.test_distortion), ...members.map((m) => m.distortion)];
  const [mostRate, mostDistortion] = [Math.max(1, ...rates) * 1.08, Math.max(1, ...distortions) * 1.08];
  const x = (rate) => left + (rate / mostRate) * (width - left - 10);
  const y = (distortion) => height - bottom - (distortion / mostDistortion) * (height - bottom - 10);
  const points = (list, kind, rate, distortion) => list.map((m) =>
    `<circle class="${kind}" cx="${x(m[rate])}" cy="${y(m[distortion])}" r="4.5"><title>${beta(m)}: ${number(m[rate], 1)} nats, ${number(m[distortion], 1)}</title></circle>`).join('');
  const labels = measured.map((m) =>
    `<text x="${x(m.test_rate) + 7}" y="${y(m.test_distortion) - 6}">${m.beta}</text>`).join('');
  const said = measured.map((m) => `${beta(m)}: rate ${number(m.test_rate, 1)}, distortion ${number(m.test_distortion, 1)}`).join('; ');
  const line = [...measured].sort((a, b) => a.test_rate - b.test_rate).map((m) => `${x(m.test_rate)},${y(m.test_distortion)}`).join(' ');
  return `<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="Test split: ${said}">
    <line class="axis" x1="${left}" y1="${height - bottom}" x2="${width - 6}" y2="${height - bottom}"/>
    <line class="axis" x1="${left}" y1="6" x2="${left}" y2="${height - bottom}"/>
    <text class="name" x="${(left + width) / 2}" y="${height - 4}" text-anchor="middle">rate (nats)</text>
    <text class="name" transform="rotate(-90)" x="${-(height - bottom) / 2}" y="11" text-anchor="middle">distortion</text>
    <text x="${width - 8}" y="${height - bottom + 14}" text-anchor="end">${mostRate.toFixed(0)}</text>
    <text x="${left - 5}" y="16" text-anchor="end">${mostDistortion.toFixed(0)}</text>
    <text x="${left - 5}" y="${height - bottom + 4}" text-anchor="end">0</text>
    <polyline class="test" points="${line}"/>${points(measured, 'test', 'test_rate', 'test_distortion')}
    ${points(members, 'own', 'rate', 'distortion')}${labels}</svg>`;
}
