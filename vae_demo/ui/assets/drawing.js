const canvas = element.querySelector('canvas');
const pen = canvas.getContext('2d');
const caret = element.querySelector('.caret');
const STEP = 8;
const PAUSE = 120; // milliseconds between two pictures of one stroke
const at = { x: canvas.width / 2, y: canvas.height / 2 }; // where the keyboard's pen is
let strokes = []; // each a list of points
let stroke = null; // the one under way, while the pen is down
let waiting = null;
let sent = 0; // pictures are numbered, and the next one waits for the answer to the last
let behind = false;
let awaitedUntil = 0;

function paint() {
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.lineWidth = canvas.width / 12;
  pen.lineCap = pen.lineJoin = 'round';
  for (const [start, ...points] of strokes) {
    pen.beginPath();
    pen.moveTo(start.x, start.y);
    for (const { x, y } of points.length ? points : [start]) pen.lineTo(x, y);
    pen.stroke();
  }
  element.querySelector('.hint').hidden = strokes.length > 0;
  for (const button of element.querySelectorAll('button')) button.disabled = !strokes.length;
}

/** Ink up to here, and soon the picture of it. */
function ink(x, y) {
  if (!stroke) strokes.push((stroke = []));
  stroke.push({ x, y });
  Object.assign(at, { x, y });
  paint();
  waiting ??= setTimeout(send, PAUSE);
}

function send() {
  waiting = null;
  behind = performance.now() < awaitedUntil;
  if (behind) waiting = setTimeout(send, awaitedUntil - performance.now()); // the answer will be sooner, or never
  if (behind || !strokes.length) return;
  awaitedUntil = performance.now() + 5000; // an answer that never comes must not end the conversation
  sent += 1;
  trigger('draw', { picture: canvas.toDataURL('image/png'), number: sent });
}

watch('value', () => {
  if (props.value !== sent) return;
  awaitedUntil = 0;
  if (!behind) return;
  clearTimeout(waiting);
  send();
});

/** Fewer strokes. A blank sheet is no picture to send: the last answer stays until there is one. */
function takeAway(remaining) {
  strokes = remaining;
  stroke = null;
  paint();
  clearTimeout(waiting);
  waiting = strokes.length ? setTimeout(send, PAUSE) : null;
}
const undo = () => takeAway(strokes.slice(0, -1));
const clear = () => takeAway([]);

function place(event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
}

function showCaret() {
  caret.hidden = !canvas.matches(':focus-visible');
  caret.classList.toggle('down', stroke !== null);
  caret.style.left = `${(100 * at.x) / canvas.width}%`;
  caret.style.top = `${(100 * at.y) / canvas.height}%`;
  element.querySelector('.state').textContent = caret.hidden ? '' : stroke ? 'Pen down' : 'Pen up';
}

canvas.addEventListener('pointerdown', (event) => {
  if (event.button !== 0 || !event.isPrimary) return;
  canvas.setPointerCapture(event.pointerId);
  stroke = null;
  ink(...place(event));
});
canvas.addEventListener('pointermove', (event) => {
  if (!canvas.hasPointerCapture(event.pointerId) || !stroke) return;
  for (const moved of event.getCoalescedEvents?.() ?? []) ink(...place(moved));
  ink(...place(event));
});
for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => (stroke = null));

canvas.addEventListener('keydown', (event) => {
  const step = { ArrowUp: [0, -STEP], ArrowDown: [0, STEP], ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0] }[event.key];
  if (step) {
    at.x = Math.min(canvas.width, Math.max(0, at.x + step[0]));
    at.y = Math.min(canvas.height, Math.max(0, at.y + step[1]));
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
});
canvas.addEventListener('focus', showCaret);
canvas.addEventListener('blur', () => {
  stroke = null;
  showCaret();
});
element.querySelector('.undo').addEventListener('click', undo);
element.querySelector('.clear').addEventListener('click', clear);

paint();
