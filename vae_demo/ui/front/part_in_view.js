// A part of an answer to a picture that is asked for when its place comes into view.

import { say } from './messages.js';
import { state } from './state.js';
import { askedOf } from './tabs.js';
import { Requests } from './transport.js';

const AHEAD = '400px'; // how far below the window it is asked for

export class PartInView {
  #endpoint;
  #draw;
  #asked = null;
  #requests = new Requests();
  #view = new IntersectionObserver(([{ isIntersecting }]) => isIntersecting && this.#ask(), { rootMargin: AHEAD });

  /** `draw(answer)` is called with what the `endpoint` answers. */
  constructor(endpoint, draw) {
    this.#endpoint = endpoint;
    this.#draw = draw;
  }

  /** The tab has another answer, in which `place`, where there is one, waits for this part of it. */
  awaitedAt(place) {
    this.#requests.cancel();
    this.#view.disconnect();
    const { dataset, ...given } = state.get('reconstruction');
    this.#asked = { dataset, ...askedOf(given) }; // another picture may be wanted when the place comes into view
    if (place) this.#view.observe(place);
  }

  async #ask() {
    this.#view.disconnect();
    try {
      await this.#requests.ask(this.#endpoint, [this.#asked], this.#draw);
    } catch (error) {
      say(error.message);
    }
  }
}
