// What Gradio's own widgets lack for a keyboard and a screen reader, added to them as they appear.

import { on } from './parts.js';

/** Gradio gives every radio a name of its own: none is in a group, arrow keys do nothing, each is a tab stop. */
function groupRadios(group) {
  for (const radio of group.querySelectorAll('input[type=radio]')) if (radio.name !== group.id) radio.name = group.id;
}

/** Gradio's tabs are all tab stops, and their panels have no names. */
function nameTabs(list) {
  for (const tab of list.querySelectorAll('[role=tab]')) {
    tab.tabIndex = tab.ariaSelected === 'true' ? 0 : -1;
    document.getElementById(tab.getAttribute('aria-controls'))?.setAttribute('aria-labelledby', tab.id);
  }
}

/** The arrow keys, Home and End open another tab, as in every list of tabs (WAI-ARIA Authoring Practices). */
function walkTabs(tab, event) {
  const tabs = [...tab.parentElement.querySelectorAll('[role=tab]')];
  const last = tabs.length - 1;
  const here = tabs.indexOf(tab);
  const next = {
    ArrowLeft: here > 0 ? here - 1 : last,
    ArrowRight: here < last ? here + 1 : 0,
    Home: 0,
    End: last,
  }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  tabs[next].click();
  tabs[next].focus();
}

/** Gradio's own region reads out the untranslated name of a text, "common.complete"; announce.js says what came. */
function silence(region) {
  region.removeAttribute('role');
  region.removeAttribute('aria-live');
  region.ariaHidden = 'true';
}

/** A picture that was given stands in the page without a word. */
function describePicture(image) {
  if (!image.alt) image.alt = 'The picture that was given';
}

/** Gradio's accordions do not say whether they are open, and their arrow is read out. */
function tellOpen(header) {
  header.ariaExpanded = String(header.classList.contains('open'));
  for (const icon of header.querySelectorAll('.icon')) icon.ariaHidden = 'true';
}

/** A menu's open list scrolls, which makes it a tab stop; when it is reached it is gone, and the focus with it. */
const skip = (list) => (list.tabIndex = -1);

const MENDS = {
  'fieldset[id]': groupRadios,
  '#tabs [role=tablist]': nameTabs,
  '.gradio-container .sr-only[role=status]': silence,
  '.image-frame img': describePicture,
  'button.label-wrap': tellOpen,
  '.options > [role=listbox]': skip,
};

function mend() {
  for (const [selector, function_] of Object.entries(MENDS)) document.querySelectorAll(selector).forEach(function_);
}

let due = 0;
function mendSoon() {
  due ||= requestAnimationFrame(() => {
    due = 0;
    mend();
  });
}
new MutationObserver(mendSoon).observe(document.documentElement, {
  subtree: true,
  childList: true,
  attributeFilter: ['aria-selected', 'class', 'name'],
});
/** "Upload file" threw away the picture that was there, before another was chosen. */
function chooseFile(event) {
  const button = event.target.closest?.('[data-testid=source-select] [aria-label="Upload file"]');
  const input = button?.closest('[data-testid=image]').querySelector('input[type=file]');
  if (!input) return; // the camera is open: Gradio goes back to files
  event.stopImmediatePropagation();
  input.click();
}

document.addEventListener('click', chooseFile, true); // before Gradio's own handler
on(document.documentElement, 'keydown', { '#tabs [role=tab]': walkTabs });
mend();

/** The module does its work by being imported; this is for its tests. */
export { mend };
