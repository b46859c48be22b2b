// On a narrow screen an answer stands below its controls: it is brought into view when the visitor gave something.

import { wantsStillness } from './motion.js';

const NARROW = '(max-width: 800px)'; // as in page.css

/** Scroll to a panel that stands below what it answers. */
export function reveal(element) {
  if (!matchMedia(NARROW).matches) return;
  element.scrollIntoView({ block: 'start', behavior: wantsStillness() ? 'instant' : 'smooth' });
}
