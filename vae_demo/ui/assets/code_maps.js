// The code map is the page's own: the server encodes a picture once, and then only decodes what has been changed.
// Each change has a number, and the answers follow in order. How a map is changed is in code_tools.js.
let map = null; // {checkpoint, codes, codebook, encoded, number, past, future, revision, brush, tool, region, stroke}
let second = null; // {checkpoint, codes, seen}: the picture whose codes a region can be swapped for

function render(value) {
  if (value.second || !value.codebook) return null; // `drawn` puts these in place
  const [rows, columns] = [value.codes.length, value.codes[0].length];
  map = {
    checkpoint: value.checkpoint, codes: value.codes.map((row) => [...row]), codebook: value.codebook, encoded: value.model_input ? value : null,
    number: (map?.number ?? 0) + 1, past: [], future: [], revision: 0, awaitedUntil: 0, brush: value.codes[0][0], tool: map?.tool ?? 'paint', region: null, stroke: null,
  };
  const grid = value.codes.map((row, r) => `<div role="row">${row.map((_, c) => `
    <button type="button" role="gridcell" class="cell" data-row="${r}" data-column="${c}" tabindex="${r + c ? -1 : 0}"></button>`).join('')}</div>`);
  const swatches = map.codebook.colours.map((colour, code) => `
    <button type="button" class="swatch" data-code="${code}" style="background:${text(colour)}" tabindex="${code === map.brush ? 0 : -1}"
      aria-label="Code ${code}${usage(code)}" title="code ${code}${usage(code)}"></button>`);
  return `
    <div class="maps">
      <figure><figcaption>Picture</figcaption>${value.model_input ? image(value.model_input, 'The picture that was encoded') : '<p class="small">The codes came from a file.</p>'}</figure>
      <figure><figcaption>Code map, ${rows} × ${columns}</figcaption>
        <div class="grid" role="grid" aria-label="Code map" aria-multiselectable="true" style="grid-template-columns:repeat(${columns},1fr);aspect-ratio:${columns}/${rows}">${grid.join('')}</div></figure>
      <figure><figcaption>Decoded</figcaption><div class="decoded">${image(value.picture, 'The picture decoded from the code map')}<i class="patch" hidden></i></div></figure>
    </div>
    <p class="status" aria-live="polite">Point at a cell to see its code, its patch and its place in the codebook.</p>
    ${toolbar()}
    <div class="measures"></div>
    <h4>Codebook</h4>
    <div class="palette" role="group" aria-label="Codebook">${swatches.join('')}</div>`;
}

function drawn(value) {
  if (value.second) {
    second = value.second;
    return showTools();
  }
  if (value.codebook) {
    map.codes.forEach((row, r) => row.forEach((_, c) => colour(r, c)));
    setBrush(map.brush);
    showTools();
  } else if (value.checkpoint !== map.checkpoint || value.map !== map.number) {
    return; // the answer to a change of the map before this one
  } else {
    answered(value);
    element.querySelector('.decoded img').src = source(value.picture);
  }
  map.file = value.file;
  element.querySelector('.measures').innerHTML = measures(value);
}

/** What the map is like, and its bits by three ways of writing them, beside a JPEG of the picture. */
function measures(value) {
  const pixels = value.size[0] * value.size[1];
  const row = (name, bits, psnr) => `<tr><th scope="row">${name}</th><td>${number(Math.ceil(bits), 0)}</td><td>${number(Math.ceil(bits / 8), 0)}</td>
    <td>${number(bits / pixels, 2)}</td><td>${psnr === undefined ? '–' : `${number(psnr, 1)} dB`}</td></tr>`;
  const jpeg = map.encoded?.jpeg;
  const larger = jpeg && 8 * jpeg.bytes > 8 * Math.ceil(value.bits / 8);
  return `${facts([
    ['Codes', number(map.codes.length * map.codes[0].length, 0)],
    ['Different', number(value.distinct, 0)],
    ['Perplexity', number(value.perplexity, 1)],
    ['Test split', number(map.codebook.perplexity, 1)],
  ])}
  <div class="bits"><div class="scroll" tabindex="0" role="region" aria-label="Bits"><table>
    <thead><tr><th scope="col">Written as</th><th scope="col">bits</th><th scope="col">bytes</th><th scope="col">bits/pixel</th><th scope="col">PSNR</th></tr></thead>
    <tbody>${row('codes, all alike', value.bits, value.psnr)}
    ${value.bits_unigram === null ? '' : row('codes, by their usage', value.bits_unigram, value.psnr)}
    ${value.bits_prior === null ? '' : row('codes, by the learned prior', value.bits_prior, value.psnr)}
    ${jpeg ? row(`JPEG, quality ${jpeg.quality}`, 8 * jpeg.bytes, jpeg.psnr) : ''}</tbody></table></div>
  ${jpeg ? `<figure class="jpeg">${image(jpeg.picture, `The picture as a JPEG of ${jpeg.bytes} bytes`)}<figcaption>${larger ? 'the smallest JPEG: none is as small as the codes' : 'the best JPEG in the bytes of the codes, all alike'}</figcaption></figure>` : ''}</div>`;
}

const usage = (code) => (map.codebook.usage ? `, ${(100 * map.codebook.usage[code]).toFixed(2)} % of the test split's codes` : '');
const cellAt = (row, column) => element.querySelector(`.cell[data-row="${row}"][data-column="${column}"]`);
const placeOf = (cell) => [Number(cell.dataset.row), Number(cell.dataset.column)];

function colour(row, column) {
  const code = map.codes[row][column];
  const cell = cellAt(row, column);
  cell.style.background = map.codebook.colours[code];
  cell.setAttribute('aria-label', `Row ${row + 1}, column ${column + 1}: code ${code}`);
}

function setBrush(code, focus = false) {
  map.brush = code;
  element.querySelector('.brush i').style.background = map.codebook.colours[code];
  element.querySelector('.brush b').textContent = `Brush: code ${code}`;
  for (const swatch of element.querySelectorAll('.swatch')) {
    const chosen = Number(swatch.dataset.code) === code;
    swatch.setAttribute('aria-pressed', String(chosen));
    swatch.tabIndex = chosen ? 0 : -1;
    if (chosen && focus) swatch.focus();
  }
}

/** Light up a cell, its code in the palette and its patch in the picture. */
function point(cell) {
  const [row, column] = placeOf(cell);
  const [rows, columns, code] = [map.codes.length, map.codes[0].length, map.codes[row][column]];
  element.querySelector('.status').textContent = `Row ${row + 1}, column ${column + 1}: code ${code}${usage(code)}`;
  const patch = element.querySelector('.patch');
  patch.hidden = false;
  patch.style.cssText = `left:${(100 * column) / columns}%;top:${(100 * row) / rows}%;width:${100 / columns}%;height:${100 / rows}%`;
  element.querySelector('.swatch.lit')?.classList.remove('lit');
  element.querySelector(`.swatch[data-code="${code}"]`).classList.add('lit');
}

/** Move by arrow key within a row-by-row layout of `columns`; only the element in focus can be reached by Tab. */
function walk(event, index, count, columns, go) {
  const step = { ArrowUp: -columns, ArrowDown: columns, ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || index + step < 0 || index + step >= count) return;
  event.preventDefault();
  go(index + step);
}

element.addEventListener('pointerover', (event) => event.target.matches('.cell') && point(event.target));
element.addEventListener('focusin', (event) => event.target.matches('.cell') && point(event.target));
element.addEventListener('keydown', (event) => {
  if (event.target.matches('.cell')) {
    const columns = map.codes[0].length;
    const [row, column] = placeOf(event.target);
    walk(event, row * columns + column, map.codes.length * columns, columns, (next) => {
      event.target.tabIndex = -1;
      const cell = cellAt(Math.floor(next / columns), next % columns);
      cell.tabIndex = 0;
      cell.focus();
      if (event.shiftKey) select(map.region?.anchor ?? [row, column], placeOf(cell));
    });
  }
  if (event.target.matches('.swatch')) {
    const columns = getComputedStyle(element.querySelector('.palette')).gridTemplateColumns.split(' ').length;
    walk(event, Number(event.target.dataset.code), map.codebook.colours.length, columns, (next) => setBrush(next, true));
  }
});
