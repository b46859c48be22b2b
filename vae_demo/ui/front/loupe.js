// A place enlarged in all pictures of a group together, marked where the pointer is; and a key that blinks between a
// picture and its reconstruction.
//
// Ctrl and the wheel (which is what a pinch on a trackpad is), two fingers, or the buttons enlarge; a drag moves.

import { blinkButton } from './blink.js';
import { allow, on } from './parts.js';

const MOST = 16; // times
const STEP = 1.6; // of a button
const GROUPS = '.cards, .whole';
const PICTURES = '.compare, .cards figure, .whole .difference';
const PANS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const SHARE = 0.15; // of what is in view, that an arrow key moves

export const loupe = () => `
  <div class="loupe" role="group" aria-label="Loupe">
    <button type="button" class="zoom" data-factor="${1 / STEP}" aria-label="Smaller" title="Smaller"
      aria-disabled="true">−</button>
    <button type="button" class="zoom" data-factor="${STEP}" aria-label="Larger"
      title="Larger: also by Ctrl and the wheel, or two fingers; drag, or the arrow keys here, to move">+</button>
    <output class="times-larger">1×</output>
    ${blinkButton()}
  </div>`;

/** What a group of pictures shows: `left` and `top` are shares of the picture, and 1 / `times` of it is in view. */
class View {
  times = 1;
  left = 0;
  top = 0;

  constructor(group) {
    this.group = group;
  }

  /** Enlarge so that what stands at shares of the view stays there. */
  enlarge(factor, [x, y]) {
    const times = Math.min(MOST, Math.max(1, this.times * factor));
    const [here, there] = [1 / this.times, 1 / times];
    Object.assign(this, { times, left: this.left + x * (here - there), top: this.top + y * (here - there) });
    this.#show();
  }

  /** Move what is seen by shares of the view. */
  move(x, y) {
    Object.assign(this, { left: this.left - x / this.times, top: this.top - y / this.times });
    this.#show();
  }

  #show() {
    const most = 1 - 1 / this.times;
    this.left = Math.min(most, Math.max(0, this.left));
    this.top = Math.min(most, Math.max(0, this.top));
    const { group } = this;
    group.classList.toggle('enlarged-together', this.times > 1);
    for (const name of ['times', 'left', 'top']) group.style.setProperty(`--${name}`, this[name]);
    const said = `${Number(this.times.toPrecision(2))}×`;
    group.querySelector('.times-larger').textContent = said;
    for (const button of group.querySelectorAll('.zoom'))
      allow(button, button.dataset.factor < 1 ? this.times > 1 : this.times < MOST);
  }
}

/** Handle the loupes of a panel with groups of pictures. */
export function handleLoupes(element) {
  const views = new WeakMap(); // by group: a new answer has new ones
  const viewOf = (part) => {
    const group = part.closest(GROUPS);
    if (!views.has(group)) views.set(group, new View(group));
    return views.get(group);
  };
  const fingers = new Map(); // by pointer, where each is
  let drag = null; // {picture, split}: what the pointers have hold of

  element.addEventListener(
    'wheel',
    (event) => {
      const picture = event.ctrlKey && event.target.closest(PICTURES);
      if (!picture) return;
      event.preventDefault(); // the browser would enlarge the page
      viewOf(picture).enlarge(Math.exp(-Math.min(50, Math.max(-50, event.deltaY)) / 100), placeIn(picture, event));
    },
    { passive: false },
  );
  on(element, 'click', {
    '.zoom': (button) => viewOf(button).enlarge(Number(button.dataset.factor), [0.5, 0.5]),
  });
  on(element, 'keydown', {
    '.zoom': (button, event) => {
      const step = PANS[event.key];
      if (!step) return;
      event.preventDefault();
      viewOf(button).move(...step.map((share) => share * SHARE));
    },
  });

  on(element, 'pointerdown', {
    [PICTURES]: (picture, event) => {
      if (event.button !== 0) return;
      fingers.set(event.pointerId, event);
      const line = picture.querySelector('input[type=range]');
      drag ??= { picture, line, split: line?.value, byLine: Boolean(event.target.closest('.line')) };
      if (fingers.size < 2 || !drag.line) return;
      setLine(drag.line, drag.split); // the first finger has moved it
      drag.line.disabled = true;
    },
  });
  element.addEventListener('pointermove', (event) => {
    const picture = event.target.closest?.(PICTURES);
    if (picture?.closest('.cards')) mark(picture, event);
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const view = viewOf(drag.picture);
    const held = [...fingers.values()];
    fingers.set(event.pointerId, event);
    if (drag.byLine) return setLine(drag.line, 100 * placeIn(drag.picture, event)[0]);
    const now = [...fingers.values()];
    const [from, to] = [held, now].map((all) => placeIn(drag.picture, middle(all)));
    if (now.length > 1) view.enlarge(spread(now) / spread(held), from);
    if (now.length > 1 || view.times > 1) view.move(to[0] - from[0], to[1] - from[1]);
  });
  for (const name of ['pointerup', 'pointercancel'])
    document.addEventListener(name, ({ pointerId }) => {
      if (!fingers.delete(pointerId) || fingers.size) return;
      if (drag.line) drag.line.disabled = false;
      drag = null;
    });
  element.addEventListener('pointerout', ({ target, relatedTarget }) => {
    if (target.closest('.cards') && !relatedTarget?.closest?.('.cards figure')) unmark(target.closest('.cards'));
  });
  element.addEventListener('dragstart', (event) => event.target.closest(PICTURES) && event.preventDefault());
}

/** The place of a pointer in a picture as it is seen, as shares of its width and height. */
function placeIn(picture, { clientX, clientY }) {
  const { left, top } = picture.getBoundingClientRect();
  const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = shown(picture);
  return [(clientX - left - offsetLeft) / offsetWidth, (clientY - top - offsetTop) / offsetHeight];
}
const shown = (picture) => picture.querySelector('img:not([hidden]), canvas');

const middle = (all) => ({
  clientX: all.reduce((sum, one) => sum + one.clientX, 0) / all.length,
  clientY: all.reduce((sum, one) => sum + one.clientY, 0) / all.length,
});
const spread = ([a, b]) => Math.max(1, Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY));

function setLine(input, value) {
  input.value = value;
  input.dispatchEvent(new Event('input', { bubbles: true }));
}

/** Mark the place of the pointer in all pictures of a group. */
function mark(picture, event) {
  const [x, y] = placeIn(picture, event);
  const cards = picture.closest('.cards');
  if (Math.min(x, y) < 0 || Math.max(x, y) > 1) return unmark(cards);
  for (const figure of cards.querySelectorAll('figure')) {
    const spot = figure.querySelector('.spot') ?? figure.appendChild(document.createElement('i'));
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = shown(figure);
    spot.className = 'spot';
    spot.style.translate = `${offsetLeft + x * offsetWidth}px ${offsetTop + y * offsetHeight}px`;
  }
}

function unmark(cards) {
  for (const spot of cards.querySelectorAll('.spot')) spot.remove();
}
