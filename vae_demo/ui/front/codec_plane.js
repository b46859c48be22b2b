// The plane below an answer: its variants' points at once, the codecs' curves when the plane comes into view.

import { PartInView } from './part_in_view.js';
import { plane } from './plane.js';

export const planePlace = '<div class="at-plane"></div>';

export class CodecPlane {
  #place = null;
  #value = null;
  #curves = new PartInView('codec_curves', ({ codecs }) => this.#draw(codecs));

  /** Another answer `value` is in the panel. */
  drawn(element, value) {
    this.#place = element.querySelector('.at-plane');
    this.#value = value;
    this.#draw([]);
    this.#curves.awaitedAt(this.#place.firstChild && this.#place);
  }

  #draw(codecs) {
    this.#place.innerHTML = plane(this.#value, codecs);
  }
}
