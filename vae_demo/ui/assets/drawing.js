const canvas = element.querySelector('canvas');
const pen = canvas.getContext('2d');
const caret = element.querySelector('.caret');
const STEP = 8;
const PAUSE = 120; // milliseconds between two pictures of one stroke
const at = { x: canvas.width / 2, y: canvas.height / 2 };
let last = null; // where the stroke has come to, while the pen is down
let waiting = null;

function clear() {
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, canvas.width, canvas.height);
}

/** Ink from `last` to here, and soon the picture of it. */
function ink(x, y) {
  pen.strokeStyle = 'black';
  pen.lineWidth = canvas.width / 12;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.beginPath();
  pen.moveTo((last ?? { x, y }).x, (last ?? { x, y }).y);
  pen.lineTo(x, y);
  pen.stroke();
  last = { x, y };
  waiting ??= setTimeout(send, PAUSE);
}

function send() {
  waiting = null;
  trigger('draw', { picture: canvas.toDataURL('image/png') });
}

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
}

function showCaret(down) {
  caret.hidden = false;
  caret.classList.toggle('down', down);
  caret.style.left = `${(100 * at.x) / canvas.width}%`;
  caret.style.top = `${(100 * at.y) / canvas.height}%`;
}

canvas.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  canvas.setPointerCapture(event.pointerId);
  caret.hidden = true;
  last = null;
  ink(...place(event));
});
canvas.addEventListener('pointermove', (event) => {
  if (!canvas.hasPointerCapture(event.pointerId)) return;
  for (const moved of event.getCoalescedEvents?.() ?? []) ink(...place(moved));
  ink(...place(event));
});
canvas.addEventListener('pointerup', () => (last = null));
canvas.addEventListener('pointercancel', () => (last = null));

// By keyboard: the arrows move the pen, the space bar lowers and lifts it.
canvas.addEventListener('keydown', (event) => {
  const step = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0] }[event.key];
  if (!step && event.key !== ' ') return;
  event.preventDefault();
  const down = event.key === ' ' ? last === null : last !== null;
  if (step) {
    at.x = Math.min(canvas.width, Math.max(0, at.x + step[0]));
    at.y = Math.min(canvas.height, Math.max(0, at.y + step[1]));
  }
  if (down) ink(at.x, at.y);
  else last = null;
  showCaret(down);
});
canvas.addEventListener('focus', () => canvas.matches(':focus-visible') && showCaret(last !== null));
canvas.addEventListener('blur', () => {
  caret.hidden = true;
  last = null;
});
element.querySelector('.clear').addEventListener('click', () => {
  clearTimeout(waiting);
  waiting = null;
  clear();
});

clear();
