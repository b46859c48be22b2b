let split = 50; // percent of the width that the picture covers; the rest shows its reconstruction

const render = (value) => (value.fit === 'whole' ? value.variants.map((v) => beforeAndAfter(value, v)).join('') : sideBySide(value));

/** An image tag that takes up its place before the picture has come. */
const sized = (picture, alt, [width, height], extra = '') =>
  image(picture, alt, `width="${width}" height="${height}" decoding="sync" ${extra}`);

function sideBySide(value) {
  const cards = value.variants.map((v) => `
    <article class="card" data-checkpoint="${text(v.checkpoint)}">
      <h3>${text(v.title)}</h3>
      <div class="pair">
        <figure>${sized(v.reconstruction, `${v.title} reconstruction`, v.size)}<figcaption>reconstruction</figcaption></figure>
        ${difference(v)}
      </div>
      ${measures(v)}
    </article>`);
  const fewer = value.variants.some((v) => v.size[0] < value.size[0]);
  return `
    <div class="cards">
      <article class="card seen">
        <h3>As the models see it</h3>
        <figure>${sized(value.model_input, 'The picture as the models see it', value.size)}</figure>
        <p class="small">Made like the pictures of <b>${text(value.dataset)}</b>: a model never sees more than this.${fewer ? ' The fully connected variants see fewer pixels still: on all of them their layers would be far larger.' : ''}</p>
        ${legend(value)}
      </article>
      ${cards.join('')}
    </div>`;
}

/** A photograph at its own size, its reconstruction behind it, and a line between the two for the visitor to move. */
function beforeAndAfter(value, v) {
  const [width, height] = v.size;
  return `
    <article class="card whole" data-checkpoint="${text(v.checkpoint)}">
      <div>
        <h3>${text(v.title)}</h3>
        <figure style="--width:${width}px;--shape:${width / height}">
          <div class="compare ${width < 320 ? 'enlarged' : ''}" style="--split:${split}%">
            ${sized(v.reconstruction, `${v.title} reconstruction`, v.size)}
            ${sized(value.model_input, 'The picture as the model sees it', v.size, 'data-before')}
            <i class="line" aria-hidden="true"></i>
            <input type="range" min="0" max="100" value="${split}" aria-label="How much of the picture covers its reconstruction" aria-valuetext="${split} %">
          </div>
          <figcaption class="ends"><span>picture</span><span>reconstruction</span></figcaption>
        </figure>
        <p class="small">Drag the line, or move it with the arrow keys. A picture is reconstructed at its own size, up to ${number(value.max_side, 0)} pixels on its long side.</p>
      </div>
      <div>
        <h3>Difference</h3>
        ${difference(v)}
        ${legend(value)}
        ${measures(v)}
      </div>
    </article>`;
}

const difference = (v) =>
  `<figure class="difference">${sized(v.difference, `Absolute error of ${v.title}, brighter is larger`, v.size)}<figcaption>difference</figcaption></figure>`;

const measures = (v) => `${facts([
  ['MSE', number(v.mse, 4)],
  ['PSNR', `${number(v.psnr, 1)} dB`],
  ['SSIM', number(v.ssim, 3)],
  [v.title === 'VQ-VAE' ? 'Codes' : 'Latents', number(v.latent_size, 0)],
  ['Cost', `${number(v.latent_bits, 0)} bits`],
  ['Sees', `${v.size[0]} × ${v.size[1]}`],
])}<p class="verdict">${text(v.verdict)}</p>`;

const legend = (value) => `
  <div class="legend"><span>0</span><i class="scale" aria-hidden="true"></i><span>${value.difference_limit}</span></div>
  <p class="small">Difference: absolute error of a pixel in [0, 1], one scale for all.</p>`;

element.addEventListener('input', (event) => {
  const compare = event.target.closest('.compare');
  if (!compare) return;
  split = Number(event.target.value);
  compare.style.setProperty('--split', `${split}%`);
  event.target.setAttribute('aria-valuetext', `${split} %`);
});
