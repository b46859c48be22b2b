// A picture that is sent to a part of the Reconstruction tab from elsewhere on the page: that part comes into view.

import { showTab, tab } from './tabs.js';

const TAB = 'reconstruction';
const sent = new EventTarget();
let awaited = null; // the part that is to come into view

/** Go to a part of the tab, by its name. The first answer there is by the models of the picture’s `dataset`. */
export function goTo(part, dataset) {
  const { answer, wanted } = tab(TAB);
  if (dataset && !answer && !wanted.dataset) tab(TAB).change({ dataset });
  tab(TAB).given = false; // the part comes into view, and not the beginning of the answer
  awaited = part;
  showTab(TAB);
  sent.dispatchEvent(new Event(part));
}

/** Bring a part's place into view when a picture was sent to it: at once, or as soon as the page shows the place. */
export function comesIntoView(part, place) {
  const show = () => {
    if (awaited !== part || !place.offsetParent) return;
    awaited = null;
    place.scrollIntoView({ block: 'nearest' });
  };
  sent.addEventListener(part, show);
  new ResizeObserver(show).observe(place); // until it is shown it has no size
}
