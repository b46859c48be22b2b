let palette = null; // the codebook, sent with an encoded picture and kept through edits
let seen = null;
let brush = 0;
let focused = [0, 0];
let past = [];

function render(value) {
  if (value.codebook) {
    [palette, seen, past, focused] = [value.codebook, value.seen, [], [0, 0]];
    brush = value.codes[0][0];
  }
  const [rows, columns] = [value.codes.length, value.codes[0].length];
  const cells = value.codes.flatMap((row, r) => row.map((code, c) => `
    <button type="button" role="gridcell" class="cell" data-row="${r}" data-column="${c}" tabindex="${r === focused[0] && c === focused[1] ? 0 : -1}"
      style="background:${palette.colours[code]}" aria-label="Row ${r + 1}, column ${c + 1}: code ${code}"></button>`));
  const swatches = palette.colours.map((colour, code) => `
    <button type="button" class="swatch" data-code="${code}" style="background:${colour}" tabindex="-1"
      aria-label="Code ${code}" title="code ${code}${usage(code)}"></button>`);
  const bits = Math.round(value.bits).toLocaleString('en');
  return `
    <div class="maps">
      <figure><figcaption>Picture</figcaption>${image(seen, 'The picture that was encoded')}</figure>
      <figure><figcaption>Code map, ${rows} × ${columns}</figcaption>
        <div class="grid" role="grid" aria-label="Code map" style="grid-template-columns:repeat(${columns},1fr);aspect-ratio:${columns}/${rows}">${cells.join('')}</div></figure>
      <figure><figcaption>Decoded</figcaption><div class="decoded">${image(value.picture, 'The picture decoded from the code map')}<i class="patch" hidden></i></div></figure>
    </div>
    <p class="status" aria-live="polite"></p>
    <div class="tools"><span class="brush"><i></i><b></b></span>
      <button type="button" class="undo" ${past.length ? '' : 'disabled'}>Undo</button></div>
    ${facts([
      ['Codes', (rows * columns).toLocaleString('en')],
      ['Different', value.distinct],
      ['Perplexity', number(value.perplexity, 1)],
      ['Test split', number(palette.perplexity, 1)],
      ['Cost', `${bits} bits`],
      ...(value.psnr === undefined ? [] : [['PSNR', `${number(value.psnr, 1)} dB`]]),
    ])}
    <h4>Codebook</h4>
    <div class="palette">${swatches.join('')}</div>`;
}

const usage = (code) => (palette.usage ? `, ${(100 * palette.usage[code]).toFixed(2)} % of the test split's codes` : '');

function drawn() {
  setBrush(brush);
}

function setBrush(code) {
  brush = code;
  element.querySelector('.brush i').style.background = palette.colours[code];
  element.querySelector('.brush b').textContent = `Brush: code ${code}`;
  for (const swatch of element.querySelectorAll('.swatch'))
    swatch.setAttribute('aria-pressed', String(Number(swatch.dataset.code) === code));
}

function point(cell) {
  const { row, column } = cell.dataset;
  const codes = props.value.codes;
  const code = codes[row][column];
  element.querySelector('.status').textContent = `Row ${+row + 1}, column ${+column + 1}: code ${code}${usage(code)}`;
  const patch = element.querySelector('.patch');
  patch.hidden = false;
  patch.style.cssText = `left:${(100 * column) / codes[0].length}%;top:${(100 * row) / codes.length}%;width:${100 / codes[0].length}%;height:${100 / codes.length}%`;
  for (const swatch of element.querySelectorAll('.swatch'))
    swatch.classList.toggle('lit', Number(swatch.dataset.code) === code);
}

function edit(codes) {
  props.value = { ...props.value, codes, codebook: undefined, psnr: undefined };
  trigger('edit', { codes, checkpoint: props.value.checkpoint });
}

function paint(cell) {
  const [row, column] = [Number(cell.dataset.row), Number(cell.dataset.column)];
  const codes = props.value.codes;
  focused = [row, column];
  if (codes[row][column] === brush) return;
  past.push(codes);
  edit(codes.map((line, r) => (r === row ? line.map((code, c) => (c === column ? brush : code)) : line)));
}

element.addEventListener('pointerover', (event) => event.target.matches('.cell') && point(event.target));
element.addEventListener('focusin', (event) => event.target.matches('.cell') && point(event.target));
element.addEventListener('click', (event) => {
  if (event.target.matches('.cell')) paint(event.target);
  if (event.target.matches('.swatch')) setBrush(Number(event.target.dataset.code));
  if (event.target.matches('.undo') && past.length) edit(past.pop());
});
element.addEventListener('contextmenu', (event) => {
  if (!event.target.matches('.cell')) return;
  event.preventDefault();
  setBrush(props.value.codes[event.target.dataset.row][event.target.dataset.column]);
});
element.addEventListener('keydown', (event) => {
  const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (!step || !event.target.matches('.cell')) return;
  event.preventDefault();
  const codes = props.value.codes;
  const row = Math.min(codes.length - 1, Math.max(0, Number(event.target.dataset.row) + step[0]));
  const column = Math.min(codes[0].length - 1, Math.max(0, Number(event.target.dataset.column) + step[1]));
  event.target.tabIndex = -1;
  const next = element.querySelector(`.cell[data-row="${row}"][data-column="${column}"]`);
  next.tabIndex = 0;
  focused = [row, column];
  next.focus();
});
