// Held down, a key or a button shows the picture where its reconstruction is, and lets both be compared by blinking.

import { on, source } from './parts.js';

const KEY = 'b';
const CAN_TYPE = !matchMedia('(hover: none)').matches;
const TEXT_FIELDS = 'textarea, select, [contenteditable], input:not([type=range], [type=radio], [type=checkbox])';

export const blinkButton = () => `
  <button type="button" class="blink" aria-pressed="false"
    title="Held down, or the key B: the picture in place of its reconstruction">
    ${CAN_TYPE ? 'Hold B to blink' : 'Hold to blink'}</button>`;

/** Handle a panel; `variants()` are those whose reconstructions it shows, each with its `model_input`. */
export function handleBlinks(element, variants) {
  function blink(isHeld) {
    if (element.classList.contains('blinks') === isHeld) return;
    element.classList.toggle('blinks', isHeld);
    for (const button of element.querySelectorAll('.blink')) button.setAttribute('aria-pressed', String(isHeld));
    for (const picture of element.querySelectorAll('.instead')) picture.remove();
    if (!isHeld) return;
    for (const { checkpoint, title, model_input: picture } of variants()) {
      const figure = element.querySelector(`.cards [data-checkpoint="${CSS.escape(checkpoint)}"] figure`);
      const alt = `The picture as ${title} sees it`;
      figure?.append(Object.assign(new Image(), { src: source(picture), alt, className: 'crisp instead' }));
    }
  }
  // A single letter does something only where the visitor is (WCAG 2.1.4).
  const isHere = () => element.matches(':hover') || element.contains(document.activeElement);
  document.addEventListener('keydown', ({ key, target, ctrlKey, altKey, metaKey }) => {
    if (key.toLowerCase() !== KEY || ctrlKey || altKey || metaKey || target.closest?.(TEXT_FIELDS)) return;
    if (element.offsetParent && isHere()) blink(true);
  });
  document.addEventListener('keyup', ({ key }) => [KEY, ' ', 'enter'].includes(key.toLowerCase()) && blink(false));
  addEventListener('blur', () => blink(false));
  on(element, 'pointerdown', { '.blink': () => blink(true) });
  on(element, 'keydown', { '.blink': (_, { key }) => [' ', 'Enter'].includes(key) && blink(true) });
  for (const name of ['pointerup', 'pointercancel']) document.addEventListener(name, () => blink(false));
  on(element, 'contextmenu', { '.blink': (_, event) => event.preventDefault() });
}
