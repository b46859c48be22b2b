// A code map while it is edited: its codes, a selected region, and steps to undo. It knows nothing of the page.

export class CodeMap {
  #past = []; // steps; each a list of changes [row, column, before, after]
  #future = [];
  #stroke = null; // the step under way
  #changed;

  region = null; // {anchor, top, bottom, left, right}, the last two pairs inclusive

  /** `changed(cells)` is called with [row, column] pairs after every change of codes. */
  constructor(codes, changed = () => {}) {
    this.codes = codes.map((row) => [...row]);
    this.#changed = changed;
  }

  get rows() {
    return this.codes.length;
  }

  get columns() {
    return this.codes[0].length;
  }

  /** All [row, column] where a code stands. */
  placesOf(code) {
    return this.codes.flatMap((line, row) => line.flatMap((found, column) => (found === code ? [[row, column]] : [])));
  }

  /** Whether a stroke is under way. */
  get inStroke() {
    return this.#stroke !== null;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Set the codes of cells [row, column, code]: a step of its own, or a part of the stroke under way. */
  set(cells) {
    const changes = cells
      .map(([row, column, code]) => [row, column, this.codes[row][column], code])
      .filter(([, , before, after]) => before !== after);
    if (!changes.length) return;
    if (!this.#stroke) this.#past.push(changes);
    else this.#stroke.push(...changes);
    this.#future = [];
    this.#apply(changes);
  }

  /** A stroke that is still under way ends first. */
  beginStroke() {
    this.endStroke();
    this.#stroke = [];
  }

  /** What was set since the stroke began is one step. */
  endStroke() {
    if (this.#stroke?.length) this.#past.push(this.#stroke);
    this.#stroke = null;
  }

  /** Of a stroke under way this undoes what there is of it, and it has ended. */
  undo() {
    this.endStroke();
    if (!this.canUndo) return;
    const step = this.#past.pop();
    this.#future.push(step);
    this.#apply(step.map(([row, column, before, after]) => [row, column, after, before]).reverse());
  }

  redo() {
    this.endStroke();
    if (!this.canRedo) return;
    const step = this.#future.pop();
    this.#past.push(step);
    this.#apply(step);
  }

  /** The rectangle between two [row, column] corners becomes the region. */
  select(anchor, corner) {
    const [top, bottom] = [anchor[0], corner[0]].sort((a, b) => a - b);
    const [left, right] = [anchor[1], corner[1]].sort((a, b) => a - b);
    this.region = { anchor, top, bottom, left, right };
  }

  isSelected(row, column) {
    const { top, bottom, left, right } = this.region ?? {};
    return row >= top && row <= bottom && column >= left && column <= right;
  }

  /** Set the region's codes to those that another map has there; that map may be smaller. */
  swap(codes) {
    const cells = codes.flatMap((line, row) => line.map((code, column) => [row, column, code]));
    this.set(cells.filter(([row, column]) => this.isSelected(row, column)));
  }

  #apply(changes) {
    for (const [row, column, , after] of changes) this.codes[row][column] = after;
    this.#changed(changes);
  }
}
