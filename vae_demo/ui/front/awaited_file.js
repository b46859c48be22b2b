// A file that the visitor gives is on its way to the server. Until it is there, the answer to an earlier wish must not
// put another picture into the input: Gradio would then tell of that one as if the visitor had given it.

import { trigger } from './opening.js';
import './picture_files.js'; // it refuses files first
import { tab } from './tabs.js';

const LONGEST = { change: 60_000, drop: 60_000, click: 10_000 }; // milliseconds until it may have failed
const PASTE = '[aria-label="Paste from clipboard"]';
const timers = {};

function awaitFile({ type, target }) {
  const input = target.closest?.('[id$="-picture"]');
  if (!input || (type === 'click' && !target.closest(PASTE))) return;
  const name = input.closest('[role=tabpanel][id$="-tab"]')?.id.replace(/-tab$/, '');
  const receiver = tab(name);
  if (!receiver) return;
  receiver.awaitsFile = true;
  clearTimeout(timers[name]);
  timers[name] = setTimeout(() => {
    if (!receiver.awaitsFile) return;
    receiver.awaitsFile = false;
    trigger('controls', name);
  }, LONGEST[type]);
}

// On their way down, before Gradio's own handlers.
for (const type of Object.keys(LONGEST)) document.addEventListener(type, awaitFile, true);
