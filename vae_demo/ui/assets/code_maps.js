// The code map is the page's own: the server encodes a picture once, and then only decodes what has been painted.
// Each edit has a number, and only the answer to the last one is drawn.
let map = null; // {checkpoint, codes, codebook, past, revision, brush}

function render(value) {
  if (!value.codebook) return null; // an answer to an edit: `drawn` puts it in place
  map = { checkpoint: value.checkpoint, codes: value.codes, codebook: value.codebook, past: [], revision: (map?.revision ?? 0) + 1, brush: value.codes[0][0] };
  const [rows, columns] = [value.codes.length, value.codes[0].length];
  const grid = value.codes.map((row, r) => `<div role="row">${row.map((code, c) => `
    <button type="button" role="gridcell" class="cell" data-row="${r}" data-column="${c}" tabindex="${r + c ? -1 : 0}"></button>`).join('')}</div>`);
  const swatches = map.codebook.colours.map((colour, code) => `
    <button type="button" class="swatch" data-code="${code}" style="background:${text(colour)}" tabindex="${code === map.brush ? 0 : -1}"
      aria-label="Code ${code}${usage(code)}" title="code ${code}${usage(code)}"></button>`);
  return `
    <div class="maps">
      <figure><figcaption>Picture</figcaption>${image(value.seen, 'The picture that was encoded')}</figure>
      <figure><figcaption>Code map, ${rows} × ${columns}</figcaption>
        <div class="grid" role="grid" aria-label="Code map" style="grid-template-columns:repeat(${columns},1fr);aspect-ratio:${columns}/${rows}">${grid.join('')}</div></figure>
      <figure><figcaption>Decoded</figcaption><div class="decoded">${image(value.picture, 'The picture decoded from the code map')}<i class="patch" hidden></i></div></figure>
    </div>
    <p class="status" aria-live="polite">Point at a cell to see its code, its patch and its place in the codebook.</p>
    <div class="tools"><span class="brush"><i></i><b></b></span><button type="button" class="undo" disabled>Undo</button></div>
    <div class="measures"></div>
    <h4>Codebook</h4>
    <div class="palette" role="group" aria-label="Codebook">${swatches.join('')}</div>`;
}

function drawn(value) {
  if (value.codebook) {
    map.codes.forEach((row, r) => row.forEach((_, c) => colour(r, c)));
    setBrush(map.brush);
  } else if (value.checkpoint !== map.checkpoint || value.revision !== map.revision) {
    return;
  } else {
    element.querySelector('.decoded img').src = source(value.picture);
  }
  element.querySelector('.measures').innerHTML = facts([
    ['Codes', number(map.codes.length * map.codes[0].length, 0)],
    ['Different', number(value.distinct, 0)],
    ['Perplexity', number(value.perplexity, 1)],
    ['Test split', number(map.codebook.perplexity, 1)],
    ['Cost', `${number(value.bits, 0)} bits`],
    ...(value.psnr === undefined ? [] : [['PSNR', `${number(value.psnr, 1)} dB`]]),
  ]);
}

const usage = (code) => (map.codebook.usage ? `, ${(100 * map.codebook.usage[code]).toFixed(2)} % of the test split's codes` : '');
const cellAt = (row, column) => element.querySelector(`.cell[data-row="${row}"][data-column="${column}"]`);

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

function point(cell) {
  const [row, column] = [Number(cell.dataset.row), Number(cell.dataset.column)];
  const [rows, columns, code] = [map.codes.length, map.codes[0].length, map.codes[row][column]];
  element.querySelector('.status').textContent = `Row ${row + 1}, column ${column + 1}: code ${code}${usage(code)}`;
  const patch = element.querySelector('.patch');
  patch.hidden = false;
  patch.style.cssText = `left:${(100 * column) / columns}%;top:${(100 * row) / rows}%;width:${100 / columns}%;height:${100 / rows}%`;
  element.querySelector('.swatch.lit')?.classList.remove('lit');
  element.querySelector(`.swatch[data-code="${code}"]`).classList.add('lit');
}

function edit(row, column, code) {
  map.codes = map.codes.map((line, r) => (r === row ? line.map((old, c) => (c === column ? code : old)) : line));
  map.revision += 1;
  colour(row, column);
  point(cellAt(row, column));
  element.querySelector('.undo').disabled = !map.past.length;
  trigger('edit', { codes: map.codes, checkpoint: map.checkpoint, revision: map.revision });
}

function paint(cell) {
  const [row, column] = [Number(cell.dataset.row), Number(cell.dataset.column)];
  if (map.codes[row][column] === map.brush) return;
  map.past.push([row, column, map.codes[row][column]]);
  edit(row, column, map.brush);
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
element.addEventListener('click', (event) => {
  if (event.target.matches('.cell')) paint(event.target);
  if (event.target.matches('.swatch')) setBrush(Number(event.target.dataset.code));
  if (event.target.matches('.undo') && map.past.length) edit(...map.past.pop());
});
element.addEventListener('contextmenu', (event) => {
  if (!event.target.matches('.cell')) return;
  event.preventDefault();
  setBrush(map.codes[event.target.dataset.row][event.target.dataset.column]);
});
element.addEventListener('keydown', (event) => {
  if (event.target.matches('.cell')) {
    const columns = map.codes[0].length;
    const index = Number(event.target.dataset.row) * columns + Number(event.target.dataset.column);
    walk(event, index, map.codes.length * columns, columns, (next) => {
      event.target.tabIndex = -1;
      const cell = cellAt(Math.floor(next / columns), next % columns);
      cell.tabIndex = 0;
      cell.focus();
    });
  }
  if (event.target.matches('.swatch')) {
    const columns = getComputedStyle(element.querySelector('.palette')).gridTemplateColumns.split(' ').length;
    walk(event, Number(event.target.dataset.code), map.codebook.colours.length, columns, (next) => setBrush(next, true));
  }
});
