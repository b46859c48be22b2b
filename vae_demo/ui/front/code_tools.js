// How a code map is changed: a tool in hand, by pointer or keyboard.

import { brushSizes, cellsOf, covered, outlineBrush } from './brush_size.js';
import { lineOf } from './line.js';
import { each, gridStep, on } from './parts.js';

const TOOLS = { paint: 'Paint', pick: 'Pick a code', select: 'Select' };

/** A cell's [row, column]. */
export const placeOf = ({ dataset }) => [Number(dataset.row), Number(dataset.column)];

export const toolbar = () => `
  <div class="tools" role="toolbar" aria-label="Code map">
    ${each(
      Object.entries(TOOLS),
      ([name, title]) =>
        `<button type="button" class="tool" data-tool="${name}" aria-pressed="false">${title}</button>`,
    )}
    <span class="brush"><i></i><b></b></span>${brushSizes()}
    <button type="button" class="undo">Undo</button><button type="button" class="redo">Redo</button>
  </div>
  <div class="tools swapping"><span class="second"></span>
    <button type="button" class="swap">Swap the selected codes for the second picture’s</button></div>`;

/** Handle all that changes the map of a CodeMapView. */
export function handleTools(view) {
  const { element } = view;
  let drag = null; // {pointer, map, last}: what is pressed, on which map, and the cell that it was at
  outlineBrush(view, placeOf);

  /** Paint a cell, and on the way to it from a place where the brush was. */
  function paint(cell, from = placeOf(cell)) {
    const parts = lineOf(from, placeOf(cell)).map((place) => covered(place, view.size, view.map));
    view.map.set(parts.flatMap(cellsOf).map((place) => [...place, view.brush]));
    view.point(cell);
  }
  function setTool(tool) {
    view.tool = tool;
    view.showTools();
  }
  function setSize(size) {
    view.size = size;
    setTool('paint');
  }
  function select(anchor, corner) {
    view.map.select(anchor, corner);
    for (const cell of element.querySelectorAll('.cell'))
      cell.setAttribute('aria-selected', String(view.map.isSelected(...placeOf(cell))));
    view.showTools();
  }
  const takeCode = (cell) => view.setBrush(view.codeOf(cell));
  const use = {
    paint,
    pick: (cell) => {
      takeCode(cell);
      setTool('paint');
    },
    select: (cell) => select(placeOf(cell), placeOf(cell)),
  };

  on(element, 'pointerdown', {
    '.cell': (cell, event) => {
      if (event.button !== 0 || !event.isPrimary) return; // a second finger does not draw
      cell.releasePointerCapture(event.pointerId); // a finger would else hold on to its first cell
      drag = view.tool === 'pick' ? null : { pointer: event.pointerId, map: view.map, last: placeOf(cell) };
      if (view.tool === 'paint') view.map.beginStroke();
      use[view.tool](cell);
    },
  });
  document.addEventListener('pointermove', (event) => {
    if (event.pointerId !== drag?.pointer || drag.map !== view.map) return;
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const cell = under?.matches('.cell') && element.contains(under) ? under : null;
    if (cell && view.tool === 'select' && view.map.region) select(view.map.region.anchor, placeOf(cell));
    else if (cell && view.map.inStroke) paint(cell, drag.last);
    drag.last = cell ? placeOf(cell) : undefined; // what comes back elsewhere begins there
  });
  for (const name of ['pointerup', 'pointercancel'])
    document.addEventListener(name, ({ pointerId }) => {
      if (pointerId !== drag?.pointer) return;
      drag.map.endStroke();
      drag = null;
      view.showTools();
    });

  on(element, 'click', {
    // A pointer has done its work before the click; by keyboard and by assistive technology only the click comes.
    '.cell': (cell, event) => event.detail === 0 && use[view.tool](cell),
    '.swatch': ({ dataset }) => view.choose(Number(dataset.code)),
    '.tool': ({ dataset }) => setTool(dataset.tool),
    '.size': ({ dataset }) => setSize(Number(dataset.size)),
    '.undo': () => view.map.undo(),
    '.redo': () => view.map.redo(),
    '.swap': () => view.map.swap(view.second.codes),
  });
  on(element, 'contextmenu', {
    '.cell': (cell, event) => {
      event.preventDefault();
      takeCode(cell);
    },
  });

  let anchor = null; // where Shift was first pressed with an arrow key
  /** Move the focus by arrow key; in a grid Tab reaches only the cell that had it last. */
  function walkCells(cell, event) {
    const { rows, columns } = view.map;
    const [row, column] = placeOf(cell);
    const next = gridStep(event.key, row * columns + column, rows * columns, columns);
    if (next === null) return;
    event.preventDefault();
    const target = view.cellAt(Math.floor(next / columns), next % columns);
    cell.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
    if (!event.shiftKey) anchor = null;
    else select((anchor ??= [row, column]), placeOf(target));
  }
  function walkPalette(swatch, event) {
    const swatches = [...swatch.parentElement.children];
    const columns = getComputedStyle(swatch.parentElement).gridTemplateColumns.split(' ').length;
    const next = gridStep(event.key, swatches.indexOf(swatch), swatches.length, columns);
    if (next === null) return;
    event.preventDefault();
    view.choose(Number(swatches[next].dataset.code), true);
  }

  on(element, 'keydown', { '.cell': walkCells, '.swatch': walkPalette });
  element.addEventListener('keydown', (event) => {
    if (!view.map || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z') return;
    event.preventDefault();
    if (event.shiftKey) view.map.redo();
    else view.map.undo();
  });
}
