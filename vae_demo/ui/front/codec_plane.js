// The plane below an answer: its variants' points at once, the codecs' curves when the plane comes into view.

import { say } from './messages.js';
import { plane } from './plane.js';
import { state } from './state.js';
import { askedOf } from './tabs.js';
import { Requests } from './transport.js';

const AHEAD = '400px'; // how far below the window it is asked for

export const planePlace = '<div class="at-plane"></div>';

export class CodecPlane {
  #place = null;
  #value = null;
  #asked = null;
  #requests = new Requests();
  #view = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.#ask(), { rootMargin: AHEAD });

  /** Another answer `value` is in the panel. */
  drawn(element, value) {
    this.#requests.cancel();
    this.#view.disconnect();
    this.#place = element.querySelector('.at-plane');
    this.#value = value;
    const { dataset, ...given } = state.get('reconstruction');
    this.#asked = { dataset, ...askedOf(given) }; // another picture may be wanted when the plane comes into view
    this.#draw([]);
    if (this.#place.firstChild) this.#view.observe(this.#place);
  }

  #draw(codecs) {
    this.#place.innerHTML = plane(this.#value, codecs);
  }

  async #ask() {
    this.#view.disconnect();
    try {
      await this.#requests.ask('codec_curves', [this.#asked], ({ codecs }) => this.#draw(codecs));
    } catch (error) {
      say(error.message);
    }
  }
}
