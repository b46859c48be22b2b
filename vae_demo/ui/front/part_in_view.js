// A part of an answer to a picture that is asked for when its place comes into view.

import { say } from './messages.js';
import { state } from './state.js';
import { askedOf } from './tabs.js';
import { Requests } from './transport.js';

const AHEAD = '400px'; // how far below the window it is asked for

export class PartInView {
  #endpoint;
  #draw;
  #failed;
  #asked = null;
  #of = null; // what was asked of which weights, as text
  #answered = null; // the same of the last answer
  #requests = new Requests();
  #view = new IntersectionObserver((entries) => entries.at(-1).isIntersecting && this.ask(), { rootMargin: AHEAD });

  /** `draw(answer)` is called with what the `endpoint` answers, `failed(sentence)` where it does not. */
  constructor(endpoint, draw, failed = say) {
    this.#endpoint = endpoint;
    this.#draw = draw;
    this.#failed = failed;
  }

  /**
   * The tab has another answer, in which `place`, where there is one, waits for this part of it. False where the part
   * is as it was: nothing else was asked, of the same `weights`.
   */
  awaitedAt(place, weights = null) {
    this.#requests.cancel();
    this.#view.disconnect();
    const { dataset, ...given } = state.get('reconstruction');
    this.#asked = { dataset, ...askedOf(given) }; // another picture may be wanted when the place comes into view
    this.#of = JSON.stringify([this.#asked, weights]);
    if (!place) this.#answered = null;
    else if (weights && this.#of === this.#answered) return false;
    else this.#view.observe(place);
    return true;
  }

  /** Ask for it now. */
  async ask() {
    this.#view.disconnect();
    this.#answered = null;
    try {
      await this.#requests.ask(this.#endpoint, [this.#asked], (answer) => {
        this.#answered = this.#of;
        this.#draw(answer);
      });
    } catch (error) {
      this.#failed(error.message);
    }
  }
}
