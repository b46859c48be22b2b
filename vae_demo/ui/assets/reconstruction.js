function render(value) {
  const whole = value.fit === 'whole';
  const cards = value.variants.map((v) => `
    <article class="card" data-checkpoint="${text(v.checkpoint)}">
      <h3>${text(v.title)}</h3>
      <div class="pair">
        ${whole ? beforeAndAfter(value.seen, v) : `<figure>${image(v.reconstruction, `${v.title} reconstruction`)}<figcaption>reconstruction</figcaption></figure>`}
        <figure>${image(v.difference, `Absolute error of ${v.title}, brighter is larger`)}<figcaption>difference</figcaption></figure>
      </div>
      ${facts([
        ['MSE', number(v.mse, 4)],
        ['PSNR', `${number(v.psnr, 1)} dB`],
        ['SSIM', number(v.ssim, 3)],
        [v.title === 'VQ-VAE' ? 'Codes' : 'Latents', v.latent_numbers.toLocaleString('en')],
        ['Cost', `${Math.round(v.latent_bits).toLocaleString('en')} bits`],
        ['Sees', `${v.size[0]} × ${v.size[1]}`],
      ])}
      <p class="verdict">${text(v.verdict)}</p>
    </article>`);
  return `
    <div class="cards ${whole ? 'wide' : ''}">
      <article class="card seen">
        <h3>As the models see it</h3>
        <div class="pair single"><figure>${image(value.seen, 'The picture as the models see it')}</figure></div>
        <p class="verdict">${whole ? 'At its own shape, in colour' : `Made like the pictures of <b>${text(value.dataset)}</b>`}: a model never sees more than this.${value.variants.some((v) => v.size[0] < value.size[0]) ? ' The fully connected variants see fewer pixels still: on all of them their layers would be far larger.' : ''}</p>
        <div class="legend"><span>0</span><i class="scale" aria-hidden="true"></i><span>${value.difference_limit}</span></div>
        <p class="small">Difference: absolute error of a pixel in [0, 1], one scale for all.</p>
      </article>
      ${cards.join('')}
    </div>`;
}

/** The picture on the left of a line that the visitor moves, the reconstruction on its right. */
function beforeAndAfter(seen, v) {
  return `<figure><div class="compare">
    ${image(v.reconstruction, `${v.title} reconstruction`)}
    ${image(seen, 'The picture as the models see it', 'data-before')}
    <i class="line" aria-hidden="true"></i>
    <input type="range" min="0" max="100" value="50" aria-label="How much of the picture covers its reconstruction, in percent">
  </div><figcaption>drag the line: picture on the left, reconstruction on the right</figcaption></figure>`;
}

element.addEventListener('input', (event) => {
  const compare = event.target.closest('.compare');
  if (compare) compare.style.setProperty('--split', `${event.target.value}%`);
});
