// Three steps that point at what to do: on the first visit alone, and gone for good when they are closed.

import { wantsStillness } from './motion.js';
import { each, on } from './parts.js';
import { showTab } from './tabs.js';
import { forgetFirstVisit, isFirstVisit } from './visits.js';

/** What to do, in as many words as there is room for; what it points at, what of that is used, and whether it opens. */
const STEPS = [
  {
    title: 'Upload or choose a picture',
    short: 'Your picture',
    tab: 'reconstruction',
    at: '#reconstruct-picture, #reconstruct-examples',
    use: '#reconstruct-picture [aria-label="Upload file"]',
  },
  {
    title: 'Open a variant and drag a latent',
    short: 'Drag a latent',
    tab: 'reconstruction',
    at: '#reconstruct-result .forward',
    use: '#reconstruct-result .forward > summary',
    opens: true,
  },
  {
    title: 'Look into the other tabs',
    short: 'Other tabs',
    at: '#tabs [role=tablist]',
    use: '#tabs [role=tab][aria-selected=true]',
  },
];

export function mount({ element }) {
  if (!isFirstVisit()) return;
  const root = document.documentElement;
  const item = ({ title, short }, i) => `
    <li><button type="button" data-step="${i}"><span class="long">${title}</span><span class="short">${short}</span>
      </button></li>`;
  element.querySelector('.panel-body').innerHTML = `
    <section class="first-steps" aria-label="First steps">
      <b>First time here?</b>
      <ol>${each(STEPS, item)}</ol>
      <button type="button" class="close" title="Close" aria-label="Close the first steps">✕</button>
    </section>`;
  root.classList.add('first-visit');

  const stepOf = (button) => STEPS[Number(button.dataset.step)];
  let led = null; // the step that the visitor was led to; it stays marked until they touch something else
  function close() {
    const hadFocus = element.contains(document.activeElement);
    point(null);
    root.classList.remove('first-visit');
    element.querySelector('.panel-body').replaceChildren();
    document.removeEventListener('keydown', onKey);
    document.removeEventListener('pointerdown', arrive);
    forgetFirstVisit();
    if (hadFocus) document.querySelector('#tabs [role=tab][aria-selected=true]')?.focus();
  }
  const onKey = (event) => {
    const isMeantForIt = !document.fullscreenElement && !document.querySelector('dialog[open], :popover-open');
    if (event.key === 'Escape' && !event.defaultPrevented && isMeantForIt) close();
  };
  const arrive = ({ target }) => {
    led = null;
    if (!element.contains(target)) point(null);
  };
  document.addEventListener('keydown', onKey);
  document.addEventListener('pointerdown', arrive);
  on(element, 'pointerover focusin', { '[data-step]': (button) => point(stepOf(button)) });
  on(element, 'pointerout focusout', { '[data-step]': () => point(led) });
  on(element, 'click', { '[data-step]': (button) => lead((led = stepOf(button))), '.close': close });
}

/** Mark what a step is about; none where it is null. */
function point(step) {
  for (const part of document.querySelectorAll('.pointed-at')) part.classList.remove('pointed-at');
  if (step) for (const part of document.querySelectorAll(step.at)) part.classList.add('pointed-at');
}

/** Bring the visitor to where a step is done. */
async function lead(step) {
  if (step.tab && !isShown(step)) showTab(step.tab);
  // Until the tab's first answer is there.
  for (let tries = 0; tries < 40 && !isShown(step); tries += 1) await new Promise((next) => setTimeout(next, 100));
  const part = document.querySelector(step.use);
  if (!part || !document.documentElement.classList.contains('first-visit')) return; // closed in the meantime
  if (step.opens) part.parentElement.open = true;
  part.focus({ preventScroll: true });
  part.scrollIntoView({ block: 'nearest', behavior: wantsStillness() ? 'instant' : 'smooth' });
  point(step);
}

const isShown = ({ use }) => Boolean(document.querySelector(use)?.checkVisibility());
