// How the code map is changed: a tool in hand, strokes that are undone as one, a region for a second picture's codes.

const TOOLS = { paint: 'Paint', pick: 'Pick a code', select: 'Select' };

function toolbar() {
  const tools = Object.entries(TOOLS).map(([name, title]) =>
    `<button type="button" class="tool" data-tool="${name}" aria-pressed="false">${title}</button>`);
  return `
    <div class="tools" role="toolbar" aria-label="Code map">
      ${tools.join('')}<span class="brush"><i></i><b></b></span>
      <button type="button" class="undo" disabled>Undo</button><button type="button" class="redo" disabled>Redo</button>
      <button type="button" class="save">Save the codes</button>
      <label class="load">Load codes<input type="file" accept=".json,application/json" aria-label="Load codes from a file"></label>
    </div>
    <div class="tools swapping"><span class="second"></span>
      <button type="button" class="swap" disabled>Swap the selected codes for the second picture’s</button></div>`;
}

function showTools() {
  for (const button of element.querySelectorAll('.tool'))
    button.setAttribute('aria-pressed', String(button.dataset.tool === map.tool));
  element.querySelector('.undo').disabled = !map.past.length;
  element.querySelector('.redo').disabled = !map.future.length;
  const fits = second?.checkpoint === map.checkpoint;
  element.querySelector('.swap').disabled = !fits || !map.region;
  element.querySelector('.second').innerHTML = fits
    ? `${image(second.model_input, 'The second picture')}<span>Select a region, by dragging or with Shift and the arrow keys, and swap its codes for this picture’s.</span>`
    : '<span>Open “A second picture” to swap a region’s codes with it.</span>';
}

/** Changes [row, column, before, after] onto the map, and the picture asked for. */
function apply(changes) {
  for (const [row, column, , after] of changes) {
    map.codes[row][column] = after;
    colour(row, column);
  }
  map.revision += 1;
  ask();
}

/** Ask for the picture of the map as it is; while an answer is awaited, only once that is there. */
function ask() {
  clearTimeout(map.later);
  const left = map.awaitedUntil - performance.now();
  if (left > 0) {
    map.later = setTimeout(ask, left);
    return;
  }
  map.awaitedUntil = performance.now() + 5000; // an answer that never comes must not end the conversation
  trigger('edit', { codes: map.codes.map((row) => [...row]), checkpoint: map.checkpoint, map: map.number, revision: map.revision });
}

function answered(value) {
  map.awaitedUntil = 0;
  if (value.revision !== map.revision) ask();
}

/** A step that can be undone: what it changes, which may have been applied as it grew. */
function keep(changes) {
  if (!changes.length) return;
  map.past.push(changes);
  map.future = [];
  showTools();
}

function undo() {
  const changes = map.past.pop();
  if (!changes) return;
  map.future.push(changes);
  apply(changes.map(([row, column, before, after]) => [row, column, after, before]).reverse());
  showTools();
}

function redo() {
  const changes = map.future.pop();
  if (!changes) return;
  map.past.push(changes);
  apply(changes);
  showTools();
}

function paint(cell) {
  const [row, column] = placeOf(cell);
  if (map.codes[row][column] === map.brush) return;
  const change = [row, column, map.codes[row][column], map.brush];
  apply([change]);
  point(cell);
  if (map.stroke) map.stroke.push(change);
  else keep([change]);
}

function pick(cell) {
  const [row, column] = placeOf(cell);
  setBrush(map.codes[row][column]);
  map.tool = 'paint';
  showTools();
}

/** The rectangle between two [row, column] corners becomes the region. */
function select(anchor, corner) {
  const [top, bottom] = [anchor[0], corner[0]].sort((a, b) => a - b);
  const [left, right] = [anchor[1], corner[1]].sort((a, b) => a - b);
  map.region = { anchor, top, bottom, left, right };
  for (const cell of element.querySelectorAll('.cell')) {
    const [row, column] = placeOf(cell);
    cell.setAttribute('aria-selected', String(row >= top && row <= bottom && column >= left && column <= right));
  }
  showTools();
}

function swap() {
  const changes = [];
  for (let row = map.region.top; row <= map.region.bottom; row += 1)
    for (let column = map.region.left; column <= map.region.right; column += 1) {
      const after = second.codes[row]?.[column] ?? map.codes[row][column]; // the second map may be smaller
      if (after !== map.codes[row][column]) changes.push([row, column, map.codes[row][column], after]);
    }
  if (!changes.length) return;
  apply(changes);
  keep(changes);
}

function save() {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([map.file], { type: 'application/json' }));
  link.download = `${map.checkpoint}-codes.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function use(cell) {
  if (map.tool === 'paint') paint(cell);
  if (map.tool === 'pick') pick(cell);
  if (map.tool === 'select') select(placeOf(cell), placeOf(cell));
}

const cellUnder = (event) => {
  const found = document.elementFromPoint(event.clientX, event.clientY);
  return found?.matches('.cell') && element.contains(found) ? found : null;
};

element.addEventListener('pointerdown', (event) => {
  if (!event.target.matches('.cell') || event.button !== 0) return;
  event.target.releasePointerCapture(event.pointerId); // a finger would else hold on to its first cell
  if (map.tool === 'paint') map.stroke = [];
  use(event.target);
  map.dragging = map.tool !== 'pick';
});
element.addEventListener('pointermove', (event) => {
  const cell = map?.dragging ? cellUnder(event) : null;
  if (!cell) return;
  if (map.stroke) paint(cell);
  else if (map.region) select(map.region.anchor, placeOf(cell));
});
for (const name of ['pointerup', 'pointercancel'])
  document.addEventListener(name, () => {
    if (!map?.dragging) return;
    map.dragging = false;
    const stroke = map.stroke;
    map.stroke = null;
    if (stroke) keep(stroke);
  });

element.addEventListener('click', (event) => {
  const target = event.target;
  // A pointer has done its work before the click; by keyboard and by assistive technology only the click comes.
  if (target.matches('.cell') && event.detail === 0) use(target);
  if (target.matches('.swatch')) setBrush(Number(target.dataset.code));
  if (target.matches('.tool')) {
    map.tool = target.dataset.tool;
    showTools();
  }
  if (target.matches('.undo')) undo();
  if (target.matches('.redo')) redo();
  if (target.matches('.swap')) swap();
  if (target.matches('.save')) save();
});
element.addEventListener('contextmenu', (event) => {
  if (!event.target.matches('.cell')) return;
  event.preventDefault();
  const [row, column] = placeOf(event.target);
  setBrush(map.codes[row][column]);
});
element.addEventListener('change', async (event) => {
  if (!event.target.matches('.load input') || !event.target.files.length) return;
  const file = await event.target.files[0].text();
  event.target.value = ''; // the same file may be loaded again
  trigger('restore', { file });
});
element.addEventListener('keydown', (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
  event.preventDefault();
  if (event.shiftKey) redo();
  else undo();
});
