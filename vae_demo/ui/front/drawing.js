// A sheet of paper to draw a digit on, by mouse, finger or keyboard; the models follow while it is drawn.

import { allow, on } from './parts.js';
import { tab as tabOf } from './tabs.js';
import { Conversation } from './transport.js';
import { handleUses, useMenu } from './use_picture.js';

const SIDE = 280; // pixels
const STEP = 8; // pixels that an arrow key moves the pen
const PAUSE = 120; // milliseconds between two pictures of one stroke
const KEYS = 'By keyboard: arrows move the pen, Space lowers or lifts it, Delete clears.';
const markup = (tab) => `
  <div class="drawing">
    <div class="paper">
      <canvas width="${SIDE}" height="${SIDE}" tabindex="0" role="application"
        aria-label="Draw a digit. ${KEYS}"></canvas>
      <i class="caret" hidden></i>
      <p class="hint" aria-hidden="true">Draw here: the models follow</p>
    </div>
    <div class="below">
      <button type="button" class="undo">Undo</button>
      <button type="button" class="clear">Clear</button>
      ${useMenu(`drawing-of-${tab}`, 'the drawing')}
      <span class="state" role="status"></span>
    </div>
    <p class="keys" aria-hidden="true">${KEYS}</p>
  </div>`;

export function mount({ element, props }) {
  element.querySelector('.panel-body').innerHTML = markup(props.tab);
  const canvas = element.querySelector('canvas');
  const pen = canvas.getContext('2d');
  const caret = element.querySelector('.caret');
  const at = { x: SIDE / 2, y: SIDE / 2 }; // where the keyboard's pen is
  let strokes = []; // each a list of points
  let stroke = null; // the one under way, while the pen is down

  const conversation = new Conversation((number) => {
    const asked = tabOf(props.tab).change({ picture: canvas.toDataURL('image/png') });
    asked.finally(() => conversation.answered(number));
  }, PAUSE);

  function paint() {
    pen.fillStyle = 'white';
    pen.fillRect(0, 0, SIDE, SIDE);
    pen.lineWidth = SIDE / 12;
    pen.lineCap = pen.lineJoin = 'round';
    for (const [start, ...points] of strokes) {
      pen.beginPath();
      pen.moveTo(start.x, start.y);
      for (const { x, y } of points.length ? points : [start]) pen.lineTo(x, y);
      pen.stroke();
    }
    element.querySelector('.hint').hidden = strokes.length > 0;
    for (const button of element.querySelectorAll('.undo, .clear')) allow(button, strokes.length > 0);
    element.querySelector('.open-uses').disabled = !strokes.length;
  }

  /** Ink up to here, and soon the picture of it. */
  function ink(x, y) {
    if (!stroke) strokes.push((stroke = []));
    stroke.push({ x, y });
    Object.assign(at, { x, y });
    paint();
    conversation.changed();
  }

  /** Fewer strokes. A blank sheet is no picture to send: the last answer stays until there is one. */
  function takeAway(remaining) {
    strokes = remaining;
    stroke = null;
    paint();
    conversation.cancel();
    if (strokes.length) conversation.changed();
  }
  const undo = () => takeAway(strokes.slice(0, -1));
  const clear = () => takeAway([]);

  function inkAt({ clientX, clientY }) {
    const box = canvas.getBoundingClientRect();
    ink(((clientX - box.left) * SIDE) / box.width, ((clientY - box.top) * SIDE) / box.height);
  }

  function showCaret() {
    caret.hidden = !canvas.matches(':focus-visible');
    caret.classList.toggle('down', stroke !== null);
    caret.style.left = `${(100 * at.x) / SIDE}%`;
    caret.style.top = `${(100 * at.y) / SIDE}%`;
    const position = stroke ? 'Pen down' : 'Pen up';
    element.querySelector('.state').textContent = caret.hidden ? '' : position;
  }

  function pressed(event) {
    const step = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0] }[event.key];
    if (step) {
      at.x = Math.min(SIDE, Math.max(0, at.x + step[0]));
      at.y = Math.min(SIDE, Math.max(0, at.y + step[1]));
      if (stroke) ink(at.x, at.y);
    } else if (event.key === ' ') {
      if (stroke) stroke = null;
      else ink(at.x, at.y);
    } else if (event.key === 'Delete' || event.key === 'Backspace') {
      clear();
    } else if (event.key === 'z' && (event.ctrlKey || event.metaKey)) {
      undo();
    } else {
      return;
    }
    event.preventDefault();
    showCaret();
  }

  canvas.addEventListener('keydown', pressed);
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    canvas.setPointerCapture(event.pointerId);
    stroke = null;
    inkAt(event);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!canvas.hasPointerCapture(event.pointerId) || !stroke) return;
    for (const moved of event.getCoalescedEvents?.() ?? []) inkAt(moved);
    inkAt(event);
  });
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => (stroke = null));
  canvas.addEventListener('focus', showCaret);
  canvas.addEventListener('blur', () => {
    stroke = null;
    showCaret();
  });
  on(element, 'click', { '.undo': undo, '.clear': clear });
  handleUses(element, () => ({ picture: canvas, dataset: tabOf(props.tab).answer?.dataset, name: 'drawing' }));
  paint();
}
