// What one code means: its picture where it stands alone, and all the places where it stands in the map.

import { placeOf } from './code_tools.js';
import { LivePicture } from './live.js';
import { POINT_AT, number } from './parts.js';
import { usage } from './palette.js';

const ALONE = 6; // codes along a side of the map that is full of one; the middle of its picture is shown

export const codeMeaning = () => `
  <div class="meaning">
    <span class="alone" hidden><canvas class="crisp" width="1" height="1" role="img"></canvas></span>
    <div>
      <p class="status" aria-live="polite">${POINT_AT} a cell: its code, its patch and its place in the codebook.</p>
      <p class="small" hidden>Left: this code alone, in every cell.</p>
    </div>
  </div>`;

/** The part of a CodeMapView that `codeMeaning` is the markup of. */
export class CodeMeaning {
  #view;
  #code = null; // the one that is told of
  #cell = null; // where it was pointed at
  #lit = new Set(); // cells
  #live = null;

  constructor(view) {
    this.#view = view;
  }

  /** Another map is on the page: nothing of it has been pointed at. */
  begin() {
    this.#code = this.#cell = this.#live = null;
    this.#lit.clear();
  }

  /** Tell of a code that was chosen. */
  show(code) {
    this.#cell = null;
    this.#tell(code);
  }

  /** Tell of the code in a cell. */
  point(cell) {
    this.#cell = cell;
    this.#tell(this.#view.codeOf(cell));
  }

  /** The map has changed: another code may stand in that cell, and the code in other places. */
  follow() {
    if (this.#code !== null) this.#tell(this.#cell ? this.#view.codeOf(this.#cell) : this.#code);
  }

  #tell(code) {
    const { map, codebook, element } = this.#view;
    const places = map.placesOf(code);
    const lit = new Set(places.map(([row, column]) => this.#view.cellAt(row, column)));
    for (const cell of this.#lit) if (!lit.has(cell)) cell.classList.remove('lit');
    for (const cell of lit) cell.classList.add('lit');
    this.#lit = lit;
    const [row, column] = this.#cell ? placeOf(this.#cell) : [];
    const named = `${this.#cell ? `Row ${row + 1}, column ${column + 1}: c` : 'C'}ode ${code}${usage(codebook, code)}`;
    const sentence = `${named}. It stands in ${ofCells(places.length, map.rows * map.columns)}.`;
    const status = element.querySelector('.status');
    if (status.textContent !== sentence) status.textContent = sentence; // a screen reader says it at every change
    if (code !== this.#code) this.#drawAlone(code);
    this.#code = code;
  }

  async #drawAlone(code) {
    const [picture, note] = this.#view.element.querySelectorAll('.alone, .meaning .small');
    const canvas = picture.querySelector('canvas');
    this.#live ??= new LivePicture(canvas, this.#view, () => null); // the server decodes whole maps only
    const live = this.#live;
    await live.show({ codes: { rows: ALONE, columns: ALONE, first: Array(ALONE ** 2).fill(code) } });
    if (code !== this.#code) return; // another was asked for since
    picture.hidden = note.hidden = !live.isLocal;
    canvas.setAttribute('aria-label', `Code ${code} alone: the middle of a map full of it, decoded`);
  }
}

const ofCells = (count, all) => `${count ? number(count, 0) : 'none'} of ${count ? '' : 'the '}${number(all, 0)} cells`;
