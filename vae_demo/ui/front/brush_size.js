// The size of the brush that paints codes, and its outline on the map where it would paint.

import { each, on } from './parts.js';

const SIZES = [1, 2, 4]; // cells along a side

export const brushSizes = () => `
  <span class="sizes" role="group" aria-label="Size of the brush">${each(
    SIZES,
    (size) => `<button type="button" class="size" data-size="${size}" aria-pressed="false"
      aria-label="Brush of ${size} × ${size} cells">${size} × ${size}</button>`,
  )}</span>`;

/**
 * The part of a map that a brush covers, {top, bottom, left, right}, the last of each pair exclusive: around a cell, of
 * an even size one more below and to the right, and no more than there is of the map.
 */
export function covered([row, column], size, { rows, columns }) {
  const before = Math.floor((size - 1) / 2);
  const clip = (first, all) => [Math.max(0, first), Math.min(all, first + size)];
  const [[top, bottom], [left, right]] = [clip(row - before, rows), clip(column - before, columns)];
  return { top, bottom, left, right };
}

/** All cells of a part, as [row, column]. */
export const cellsOf = ({ top, bottom, left, right }) =>
  range(top, bottom).flatMap((row) => range(left, right).map((column) => [row, column]));

const range = (first, end) => Array.from({ length: end - first }, (_, i) => first + i);

/** Outline what a CodeMapView's brush would paint; `placeOf(cell)` is a cell's [row, column]. */
export function outlineBrush(view, placeOf) {
  const outline = Object.assign(document.createElement('i'), { className: 'outline', ariaHidden: 'true' });
  on(view.element, 'pointerover focusin', { '.cell': show });
  on(view.element, 'pointerout focusout', { '.cell': () => outline.remove() });

  function show(cell) {
    if (view.tool !== 'paint' || view.size === 1) return; // the cell itself is outlined
    const { rows, columns } = view.map;
    const { top, bottom, left, right } = covered(placeOf(cell), view.size, view.map);
    const [width, height] = [100 / columns, 100 / rows];
    outline.style.cssText = `left:${left * width}%;top:${top * height}%;
      width:${(right - left) * width}%;height:${(bottom - top) * height}%`;
    cell.closest('.grid').append(outline);
  }
}
