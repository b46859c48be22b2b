// A picture as a grid of codes. The server encodes it once, and from then on decodes what has been changed here.

import { CodeFile } from './code_file.js';
import { CodeMap } from './code_map.js';
import { markup } from './code_maps_markup.js';
import { CodeMeaning } from './code_meaning.js';
import { measures } from './code_measures.js';
import { handleTools, placeOf } from './code_tools.js';
import { CodebookComparison } from './codebooks.js';
import { LivePicture, canvasFor } from './live.js';
import { say } from './messages.js';
import { keepPainted } from './my_picture.js';
import { offerAllCodes } from './palette.js';
import { drawAnswers } from './panel.js';
import { allow, image, on, source } from './parts.js';
import { state } from './state.js';
import { tab } from './tabs.js';
import { Conversation, Requests } from './transport.js';
import { handleUses, shownIn } from './use_picture.js';

const REST = 700; // milliseconds without a change until the server is asked for the bits

export function mount(component) {
  const view = new CodeMapView(component.element);
  handleTools(view);
  handleUses(component.element, () => ({
    picture: shownIn(component.element.querySelector('.decoded')),
    dataset: tab('code_maps').answer.dataset,
    name: `decoded-by-${view.checkpoint}`,
  }));
  drawAnswers(component, {
    tab: 'code_maps',
    render: (value) => (value.second || !value.codebook ? null : markup(value)),
    drawn: (value) => view.show(value),
    describe: ({ codes, distinct }) => `${codes.length} by ${codes[0].length} codes, ${distinct} of them different.`,
    linked: () => view.codeFile.linked(),
  });
}

class CodeMapView {
  map = null; // the CodeMap on the page
  second = null; // {checkpoint, codes, model_input}: the picture whose codes a region can be swapped for
  tool = 'paint';
  brush = 0; // the code that is painted
  size = 1; // of the brush, in cells along a side
  requests = new Requests();
  #live = null; // the decoded picture, once somebody has reached for the map
  #resting = null;
  #cells = []; // of the map, in raster order: a whole photograph has thousands

  constructor(element) {
    this.element = element;
    this.codeFile = new CodeFile(this);
    this.codebooks = new CodebookComparison(element);
    this.meaning = new CodeMeaning(this);
    offerAllCodes(
      element,
      () => this.codebook,
      () => this.setBrush(this.brush),
    );
    this.conversation = new Conversation((number) => this.#askServer(number));
    on(element, 'pointerover focusin', { '.cell': (cell) => this.point(cell) });
  }

  async #askServer(number) {
    try {
      await this.requests.ask('decode_codes', [this.map.codes, this.checkpoint], (picture) =>
        this.show({ ...picture, number }),
      );
    } catch (error) {
      say(error.message);
    }
  }

  /** An answer: a new map, the second picture, or the picture of the map as it was changed here. */
  show(value) {
    if (value.second) {
      this.second = value.second;
      return this.#showSecond();
    }
    if (value.codebook) this.#begin(value);
    else if (!this.conversation.answered(value.number)) return;
    else this.#repaint(value);
    this.element.querySelector('.measures').innerHTML = measures(value, this.codebook);
  }

  #repaint({ picture }) {
    this.element.querySelector('.decoded img').src = source(picture);
    this.codeFile.rest();
  }

  #begin(value) {
    const { checkpoint, weights_sha256: weights, codes, codebook, file } = value;
    Object.assign(this, { checkpoint, codebook, file });
    this.conversation.reset();
    this.requests.cancel();
    this.codebooks.stop();
    clearTimeout(this.#resting);
    this.#live = null;
    this.meaning.begin();
    this.weights_sha256 = weights;
    this.map = new CodeMap(codes, (cells) => {
      for (const [row, column] of cells) this.#colour(row, column);
      this.meaning.follow();
      this.#decode();
      this.codeFile.changed();
      keepPainted();
      this.showTools();
    });
    this.#cells = [...this.element.querySelectorAll('.cell')];
    codes.forEach((line, row) => line.forEach((_, column) => this.#colour(row, column)));
    this.setBrush(codes[0][0]);
    this.#showSecond();
    state.answered('code_maps', { checkpoint });
    this.codeFile.begin(value);
  }

  /** The map is decoded here from now on; where it cannot be, the server is asked at every change. */
  #reach() {
    if (this.#live) return;
    const image = this.element.querySelector('.decoded img');
    const canvas = canvasFor(image, 'The picture decoded from the code map');
    const show = (isLive) => ([canvas.hidden, image.hidden] = [!isLive, isLive]);
    canvas.addEventListener('drawn', () => show(true));
    this.#live = new LivePicture(canvas, this, () => {
      show(false);
      return this.conversation.changed();
    });
    this.#showMap();
  }

  #showMap() {
    const { rows, columns, codes } = this.map;
    this.#live.show({ codes: { rows, columns, first: codes.flat() } });
  }

  /** Decode what was changed, and ask the server for its numbers when the hand rests. */
  #decode() {
    this.#reach();
    this.#showMap();
    this.#rest();
  }

  #rest() {
    clearTimeout(this.#resting);
    if (!this.#live.isLocal) return;
    this.#resting = setTimeout(() => (this.map.inStroke ? this.#rest() : this.conversation.changed()), REST);
  }

  cellAt(row, column) {
    return this.#cells[row * this.map.columns + column];
  }

  codeOf(cell) {
    const [row, column] = placeOf(cell);
    return this.map.codes[row][column];
  }

  #colour(row, column) {
    const cell = this.cellAt(row, column);
    const code = this.codeOf(cell);
    cell.style.background = this.codebook.colours[code];
    cell.setAttribute('aria-label', `Row ${row + 1}, column ${column + 1}: code ${code}`);
  }

  setBrush(code, focus = false) {
    this.brush = code;
    this.element.querySelector('.brush i').style.background = this.codebook.colours[code];
    this.element.querySelector('.brush b').textContent = `Brush: code ${code}`;
    for (const swatch of this.element.querySelectorAll('.swatch')) {
      const chosen = Number(swatch.dataset.code) === code;
      swatch.setAttribute('aria-pressed', String(chosen));
      swatch.tabIndex = chosen ? 0 : -1;
      if (chosen && focus) swatch.focus();
    }
  }

  /** Take a code from the palette: it is painted from now on, and told of instead of the cell that was pointed at. */
  choose(code, focus = false) {
    this.setBrush(code, focus);
    this.element.querySelector('.patch').hidden = true;
    this.element.querySelector('.swatch.lit')?.classList.remove('lit');
    this.meaning.show(code);
  }

  /** Light up a cell, its code in the palette and its patch in the picture. */
  point(cell) {
    this.#reach();
    const [row, column] = placeOf(cell);
    const code = this.codeOf(cell);
    const find = (selector) => this.element.querySelector(selector);
    const [width, height] = [100 / this.map.columns, 100 / this.map.rows];
    this.meaning.point(cell);
    find('.patch').hidden = false;
    find('.patch').style.cssText = `left:${column * width}%;top:${row * height}%;width:${width}%;height:${height}%`;
    find('.swatch.lit')?.classList.remove('lit');
    find(`.swatch[data-code="${code}"]`)?.classList.add('lit');
  }

  /** The tools as they can be used just now. */
  showTools() {
    const find = (selector) => this.element.querySelector(selector);
    for (const button of this.element.querySelectorAll('.tool, .size')) {
      const { tool = this.tool, size = this.size } = button.dataset;
      button.setAttribute('aria-pressed', String(tool === this.tool && Number(size) === this.size));
    }
    allow(find('.undo'), this.map.canUndo);
    allow(find('.redo'), this.map.canRedo);
    allow(find('.swap'), this.#secondFits && this.map.region !== null);
  }

  #showSecond() {
    this.element.querySelector('.second').innerHTML = this.#secondFits
      ? `${image(this.second.model_input, 'The second picture')}<span>Select a region, by dragging or with Shift and the
         arrow keys, and swap its codes for this picture’s.</span>`
      : '<span>Open “A second picture” to swap a region’s codes with it.</span>';
    this.showTools();
  }

  get #secondFits() {
    return this.second?.checkpoint === this.checkpoint;
  }
}
